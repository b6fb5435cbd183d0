"""Who may be shown what, asked by every job: the site's basis, the pages made for those who may see them, the entry of
what leaves, and the sweep for names.

What enters: what shows people, or asks or records that they are shown, and that several jobs need.
"""
