"""Papers of the section 136 pathway: the monthly report, the list under the gate, the annual return.

What may enter: a figure of a detention, its legs, its place; the rules themselves are SQL and data.
"""
