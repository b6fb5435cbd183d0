"""A first mapping of a file that nobody has described yet: what each column seems to be, as TOML.

Guesses enter here and nowhere else; a run never guesses.
"""
