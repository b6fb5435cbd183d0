"""One sheet of a workbook as text: how far it goes, merged and hidden cells, and the cells themselves.

What may enter: a rule about how Excel keeps a cell.
"""
