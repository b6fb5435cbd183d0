"""Match review in a notebook or on the terminal: the queue, a pair side by side, and decisions of a named reviewer."""
