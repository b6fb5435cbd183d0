"""How far each mapped field of a delivery was read, and what the cells are that were not.

What may enter: a count of cells.
"""
