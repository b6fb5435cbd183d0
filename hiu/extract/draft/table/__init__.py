"""How an unknown file is laid out: its header, its rows as a sample, and columns that are months."""
