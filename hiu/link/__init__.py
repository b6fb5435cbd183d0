"""Matching people: which descriptions are one person, why, and what a person should check.

What may enter: the names of fields and levels, and the order in which matching is done.
"""

from hiu.link.match import Linkage, link
from hiu.link.people.ids import assign_people
from hiu.link.people.ledger import ledger
from hiu.link.review.explain import PairExplanation, explain_pair
from hiu.link.review.find import Finder, find

__all__ = ["Finder", "Linkage", "PairExplanation", "assign_people", "explain_pair", "find", "ledger", "link"]
