"""Suites: what is expected of each source's records, and the rows of a delivery that do not meet it.

What may enter: what a delivery must look like, and the sentence for one that does not.
"""
