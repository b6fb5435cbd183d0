"""How far two descriptions agree, field by field: one module for each kind of field.

A rule about one field enters its module; what agreement is worth is in hiu/link/model.
"""
