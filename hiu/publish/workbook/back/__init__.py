"""The workbook read back: what a returned copy holds, what of it counts, and what it would change.

What may enter: a rule about a cell, a row or a gate of a returned copy.
"""
