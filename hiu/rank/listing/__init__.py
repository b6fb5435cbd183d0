"""The monthly list: intensity, risk, certainty, change labels, and what changed since the last list.

What may enter: what bears on a place or its sentence.
"""
