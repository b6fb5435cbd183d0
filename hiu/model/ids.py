"""The columns in which a table names a person or a description: withheld, erased and given to the person by these."""

ID_COLUMNS = ("person_id", "person_a", "person_b", "old_id", "identity_id", "identity_a", "identity_b")
"""Columns of the tables of the model that hold an id of a person or of a description. A table with an id under a new
name has it here: without it somebody who may not be shown stays in that table, and an erasure leaves the id behind."""
