"""What is true of an invented area: whose each row is, and what the counting rules give.

What may enter: nothing about a real person.
"""
