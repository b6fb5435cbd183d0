"""Decisions: what reviewers said about pairs. Absolute, append-only, and never contradictory.

`same` and `different` hold until undone, directly and through chains: if A is B and B is not C, A is not C.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import polars as pl

from hiu.errors import HiuError
from hiu.model import TABLES

C = pl.col


class ContradictoryDecision(HiuError):
    """A decision that earlier ones rule out; `chain` holds the identities that say so."""

    def __init__(self, message: str, chain: list[str]) -> None:
        super().__init__(message)
        self.chain = chain


@dataclass(frozen=True)
class Rules:
    """Decisions in force: pairs of identities that are one person, and pairs that are two."""

    same: list[tuple[str, str]]
    different: list[tuple[str, str]]

    @property
    def identities(self) -> set[str]:
        """Every identity something was decided about."""
        return {identity for pair in (*self.same, *self.different) for identity in pair}


def empty() -> pl.DataFrame:
    """A decisions table with no rows."""
    stamp = pl.Datetime("us")
    return pl.DataFrame(
        schema={c.name: stamp if c.type == "timestamp" else pl.String for c in TABLES["decisions"].columns}
    )


def in_force(decisions: pl.DataFrame) -> Rules:
    """The rules that hold. Raises ContradictoryDecision if they can't all hold."""
    held = decisions.filter(C("undone_at").is_null(), C("decision").is_in(["same", "different"]))
    pairs = held.select("identity_a", "identity_b", "decision").unique().sort(pl.all()).rows()
    rules = Rules(
        [(a, b) for a, b, what in pairs if what == "same"], [(a, b) for a, b, what in pairs if what == "different"]
    )
    for a, b in rules.different:
        if chain := _chain(rules.same, a, b):
            raise ContradictoryDecision(_said(chain, "different"), chain)
    return rules


def check(decisions: pl.DataFrame, identity_a: str, identity_b: str, decision: str) -> None:
    """Refuse a new decision that those in force rule out, showing the chain. Raises ContradictoryDecision."""
    rules = in_force(decisions)
    if identity_a == identity_b and decision == "different":
        raise ContradictoryDecision("a description can't be different from itself", [identity_a])
    if decision == "different" and (chain := _chain(rules.same, identity_a, identity_b)):
        raise ContradictoryDecision(_said(chain, "different"), chain)
    if decision == "same":
        for a, b in rules.different:
            chain = _chain([*rules.same, (identity_a, identity_b)], a, b)
            if chain:
                raise ContradictoryDecision(_said(chain, "same"), chain)


def _said(chain: list[str], decision: str) -> str:
    joined = " = ".join(chain)
    if decision == "different":
        return f"decided the same: {joined}; so the ends can't be different. Undo one of those first."
    return f"it would make {joined}, whose ends were decided to be different. Undo that first."


def _chain(same: list[tuple[str, str]], start: str, goal: str) -> list[str] | None:
    """The shortest chain of `same` from one identity to another."""
    beside: dict[str, list[str]] = {}
    for a, b in same:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    before: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue and goal not in before:
        here = queue.popleft()
        for there in sorted(beside.get(here, ())):
            if there not in before:
                before[there] = here
                queue.append(there)
    if goal not in before or start == goal:
        return None
    chain: list[str] = []
    step: str | None = goal
    while step is not None:
        chain.append(step)
        step = before[step]
    return chain[::-1]
