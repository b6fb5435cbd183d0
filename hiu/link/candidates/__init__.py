"""Which pairs are worth comparing: keys, and the blocks of descriptions that share one.

What may enter: blocking keys.
"""
