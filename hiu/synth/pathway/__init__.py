"""What the systems of the crisis pathway would send of the same invented people and events, and what is true of it.

What may enter: a maker of one source of the pathway with its truth; nothing of it changes the drops of the agencies.
"""
