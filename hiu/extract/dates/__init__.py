"""Whether the dates of a column can be trusted: the forms they are written in, and orders that could be swapped.

What enters: a rule about a whole column of dates. How one date is read is in `values`.
"""
