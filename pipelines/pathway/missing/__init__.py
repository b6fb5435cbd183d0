"""Missing from hospital: the monthly report, and the list for the ward under the gate.

What may enter: what is counted of episodes and how it is laid out for its readers.
"""
