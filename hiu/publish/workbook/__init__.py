"""The risk and demand workbook: made for the meeting, read back from it, and the only way decisions come in.

`write` makes it from `listing` (whose rows), `sheets` and `person` (the tabs) on `book` (what they share); `returned`
reads a copy, `judge` and `actions` hold it against the records, `verdict` is the outcome. What pack and person sheet
show too stays in hiu.publish.people.

What may enter: a column of it.
"""
