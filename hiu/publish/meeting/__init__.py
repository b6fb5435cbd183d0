"""The meeting, live: the pack with a form beside each person, what a form would change, and the minutes.

A form is judged by the rules of a returned workbook. What may enter: a field of the form, a rule of the live meeting
alone, a section of the minutes.
"""
