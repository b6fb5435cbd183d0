"""What each agency would send about the invented people: one module for each extract, written out month by month.

What may enter: how one agency records an event, and the errors that it makes.
"""
