"""The monthly list: intensity, risk, certainty, change labels, and what changed since the last list.

What may enter: what bears on a place, on the sentence that explains it, or on the reason why it moved.
"""
