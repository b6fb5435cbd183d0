"""Areas compared: a site's figures for others, decided by the release solver, and several sites' figures side by side.

What may enter: which figures are exchanged; how figures of sites are put next to each other.
"""
