"""Names as sent: their parts, other names and flags beside them, words that name nobody, several people in a cell.

What may enter: a word that names nobody, a way of writing names.
"""
