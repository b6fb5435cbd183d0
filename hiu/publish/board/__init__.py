"""The board paper and its slides: aggregates for commissioners, under disclosure control.

What may enter: how a figure that the solver let through is laid out and worded; nothing about one person.
"""
