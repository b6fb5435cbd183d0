"""How a notebook or a terminal shows an object: cards, listings, findings, charts, and names masked.

What any object needs to be shown enters here; what is asked of a month does not.
"""
