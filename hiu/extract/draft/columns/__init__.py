"""Columns of an unknown file: what their values look like, what their headers say, and which field each may be.

A sign by which a column is recognised enters here; what is written about it does not.
"""
