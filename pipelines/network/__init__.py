"""Jobs between areas: exchanges that find the same person in two of them, by files that people carry.

What may enter: a step that writes or reads a file of another site, and what is recorded of it. The steps themselves, as
functions on frames and bytes, are in `hiu/network`.
"""
