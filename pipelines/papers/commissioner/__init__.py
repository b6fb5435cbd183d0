"""The board paper: every figure of it declared as a cell, decided by the solver, and put into words.

What may enter: a figure that leaves for a commissioner, and the words around it.
"""
