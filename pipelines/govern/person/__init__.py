"""One person's own rights: everything held about them in one file, and what is held put right.

What may enter: finding, leaving out and writing down what is theirs, and a correction of it.
"""
