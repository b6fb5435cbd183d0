"""Decisions: what reviewers said about pairs. Absolute, append-only, and never contradictory.

`same` and `different` hold until undone, directly and through chains: if A is B and B is not C, A is not C.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from hiu.errors import ContradictoryDecision
from hiu.model import DECISIONS
from hiu.model.frames import schema

C = pl.col


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
    return pl.DataFrame(schema=schema(DECISIONS))


def in_force(decisions: pl.DataFrame) -> Rules:
    """The rules that hold. Raises ContradictoryDecision if they can't all hold."""
    valid = decisions.filter(C("undone_at").is_null(), C("decision").is_in(["same", "different"]))
    pairs = valid.select("identity_a", "identity_b", "decision").unique().sort(pl.all()).rows()
    rules = Rules(
        [(a, b) for a, b, what in pairs if what == "same"], [(a, b) for a, b, what in pairs if what == "different"]
    )
    book = Book()
    for decision, some in (("same", rules.same), ("different", rules.different)):
        for a, b in some:
            book.add(a, b, decision)
    return rules


def check(decisions: pl.DataFrame, identity_a: str, identity_b: str, decision: str) -> None:
    """Refuse a new decision that those in force rule out, showing the chain. Raises ContradictoryDecision."""
    Book(in_force(decisions)).add(identity_a, identity_b, decision)


class Book:
    """Decisions taken one after another; one that those before it rule out is refused and not kept.

    `shown`: how a refusal writes the id of a description.
    """

    def __init__(self, rules: Rules | None = None, shown: Callable[[str], str] = str) -> None:
        self._shown = shown
        self.same: list[tuple[str, str]] = []
        self._root: dict[str, str] = {}
        self._apart: dict[str, dict[str, tuple[str, str]]] = {}
        for decision, some in (("same", rules.same if rules else []), ("different", rules.different if rules else [])):
            for a, b in some:
                self.add(a, b, decision)

    def add(self, a: str, b: str, decision: str) -> None:
        """Take a decision; `unsure` binds nothing. Raises ContradictoryDecision with the chain that rules it out."""
        if decision == "different":
            self._part(a, b)
        elif decision == "same":
            self._join(a, b)

    def _part(self, a: str, b: str) -> None:
        one, other = self._top(a), self._top(b)
        if one == other:
            chain = [*map(self._shown, _chain(self.same, a, b) or [a])]
            raise ContradictoryDecision(_refusal(chain, "different"), chain)
        self._apart.setdefault(one, {})[other] = (a, b)
        self._apart.setdefault(other, {})[one] = (a, b)

    def _join(self, a: str, b: str) -> None:
        one, other = self._top(a), self._top(b)
        if barred := self._apart.get(one, {}).get(other):
            chain = [*map(self._shown, _chain([*self.same, (a, b)], *barred) or [a, b])]
            raise ContradictoryDecision(_refusal(chain, "same"), chain)
        self.same.append((a, b))
        if one == other:
            return
        self._root[other] = one
        for third, pair in self._apart.pop(other, {}).items():
            del self._apart[third][other]
            self._apart.setdefault(one, {})[third] = self._apart[third][one] = pair

    def _top(self, identity: str) -> str:
        while (above := self._root.get(identity, identity)) != identity:
            self._root[identity] = self._root.get(above, above)
            identity = above
        return identity


def _refusal(chain: list[str], decision: str) -> str:
    if len(chain) == 1:
        return "a description can't be different from itself"
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
