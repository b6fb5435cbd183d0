"""The meeting pack: one offline page and its PDF twin, with the list, each person and what is due.

`view` says what the pack holds and of what type; only what page and PDF both say enters it. Text goes in as text.
"""
