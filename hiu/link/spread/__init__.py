"""Spread: matching where the rows lie, on the machines of a cluster. The answer is that of hiu.link.match.

What may enter: a task on some descriptions, made of the functions that one machine uses.
"""

from hiu.link.spread.run import link_spread

__all__ = ["link_spread"]
