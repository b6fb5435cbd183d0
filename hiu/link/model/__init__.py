"""What agreement is worth: the scorer, the shipped weights (model.json), and training weights of an area's own.

What may enter: weights, never a rule about a field.
"""
