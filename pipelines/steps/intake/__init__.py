"""One file after another: read, checked, put into the warehouse, and what is said of it; the look ahead of a run.

What may enter: a decision about a delivery, made once for hiu check and hiu run.
"""
