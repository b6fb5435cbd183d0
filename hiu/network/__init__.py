"""The network: what two areas may learn of each other without showing their lists.

Pure functions on frames and bytes. What may enter: a step of an exchange between two sites, or of a comparison between
several, and the form of a file that one site hands to another. No path, clock or randomness: a session's secret is
given. The packages that it needs are optional (`hiu/extras.py`), and only its own modules load them.
"""
