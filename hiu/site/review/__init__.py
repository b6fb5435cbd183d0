"""Match review in a notebook or on the terminal: the queue, a pair side by side, and decisions of a named reviewer.

How a pair is laid before a person, and what that person says of it, enters here; which pairs are doubtful does not.
"""
