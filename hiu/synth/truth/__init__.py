"""What is true of an invented area: whose each row is, and what the counting rules give.

What may enter: an answer by which a measurement judges the product.
"""
