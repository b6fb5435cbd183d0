"""What may leave without names: rounding and suppression, and the search for names where none may be.

The numbers of disclosure control stand here and nowhere else.
"""
