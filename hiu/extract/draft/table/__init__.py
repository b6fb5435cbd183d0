"""How an unknown file is laid out: its header, its rows as a sample, and columns that are months.

What may enter: a sign of a layout.
"""
