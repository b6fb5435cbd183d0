"""A first mapping of a file that nobody has described yet: what each column seems to be, as TOML.

What may enter: a guess at what a column is. A run takes none of them: it asks this room alone whether a column that
its mapping leaves out looks like one that it should have.
"""
