"""Matching people: which descriptions are one person, why, and what a person should check."""

from hiu.link.decisions import ContradictoryDecision
from hiu.link.explain import PairExplanation, explain_pair
from hiu.link.find import Finder, find
from hiu.link.ids import assign_people
from hiu.link.ledger import ledger
from hiu.link.match import Linked, link

__all__ = [
    "ContradictoryDecision",
    "Finder",
    "Linked",
    "PairExplanation",
    "assign_people",
    "explain_pair",
    "find",
    "ledger",
    "link",
]
