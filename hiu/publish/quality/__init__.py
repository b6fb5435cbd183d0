"""Pages for the operator and the analyst: what came in, what was set aside, how good matching is, a trained model.

Counts, codes and ids alone: no name, no value of a patient.

What may enter: what the operator checks.
"""
