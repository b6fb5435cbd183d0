"""Pages of docs that are made of data alone, for people outside: what to ask an agency for, and what is installed.

What may enter: a page that a command writes and a test compares, and that no site's own data are in.
"""
