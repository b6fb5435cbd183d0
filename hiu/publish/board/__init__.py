"""The board paper and its slides: aggregates for commissioners, under disclosure control.

Nothing about one person enters here.
"""
