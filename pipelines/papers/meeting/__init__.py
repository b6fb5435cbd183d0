"""The meeting live on this computer: `meet` begins and ends it, `server` guards the door, the others do what is asked.

What may enter: something that the meeting's page may ask for. What becomes of an entry is a returned workbook's rule.
"""
