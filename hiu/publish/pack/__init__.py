"""The meeting pack: one offline page and its PDF twin, with the list, each person and what is due.

What may enter: what page and PDF both say of a month, as `view` types it. Text goes in as text.
"""
