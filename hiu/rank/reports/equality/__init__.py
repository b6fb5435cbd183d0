"""The equality audit: whether groups are on the list as often as their share says, and what it could notice.

What may enter: a test of the audit, a sentence about what it can notice.
"""
