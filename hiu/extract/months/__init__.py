"""Which months the rows of a delivery are of, which it supplies, and what to say of rows of other months.

What may enter: a rule about months of rows.
"""
