"""What each agency would send about the invented people: one module for each extract, written out month by month.

What may enter: nothing about a real person.
"""
