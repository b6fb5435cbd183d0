"""Words and plain formatting that every output shares: numbers, dates, lists, names of data sets and their colours.

`terms` is what codes are called, `definitions.toml` what the papers' words mean. A word that two outputs use enters
here; a word of one output stays with it.
"""
