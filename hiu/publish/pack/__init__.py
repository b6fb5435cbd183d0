"""The meeting pack: one offline page and its PDF twin, with the list, each person and what is due."""
