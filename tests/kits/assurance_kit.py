"""Facts of no site, with which the documents of the assurance pack can be made."""

from __future__ import annotations

from hiu.publish.words.definitions import police_rule
from hiu.settings import Counting

WORDS = (
    "made",
    "version",
    "on",
    "settings_version",
    "basis_version",
    "definitions_version",
    "model",
    "own_model",
    "roles",
    "double_review",
    "opt_out_of",
    "opt_out_others",
)
NUMBERS = ("fewest", "most_hidden", "base", "top", "half_life", "retention_months", "exit_months",
           "shipped_retention", "shipped_exit", "capacity_months", "plan_months", "link_at")  # fmt: skip
FACTS: dict[str, object] = {"site": "Anywhere <b>", "synthetic": True, **dict.fromkeys(WORDS, "word")}
FACTS |= dict.fromkeys(NUMBERS, 4) | {"police_rule": police_rule(Counting()), "no_basis": ""}
