"""Papers made earlier, once somebody may not be in them any more.

What may enter: which papers hold whom, and what becomes of them.
"""
