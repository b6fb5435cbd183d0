"""Offers short of detention: the monthly report, and the list of rows to put right under the gate.

What may enter: what is counted of offers and how it is laid out for its readers.
"""
