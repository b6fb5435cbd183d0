"""What is asked by area: figures without names, decided by the solver, and the list of people for their command units.

What may enter: a figure by area; how people are put to a unit or a team. Looking areas up is in hiu/places.
"""
