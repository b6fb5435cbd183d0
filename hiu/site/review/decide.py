"""Decide: what a named reviewer says of two descriptions, kept for good and honoured by every later run.

A pair is kept smaller id first. `same` and `different` bind the matcher until undone; `unsure` is remembered and
binds nothing. A decision that earlier ones rule out, directly or through a chain, is refused with the chain.
A second opinion is kept apart and binds nothing: it says how far two people agree who look at the same pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
from filelock import FileLock

from hiu.errors import ContradictoryDecision, UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern.login import login
from hiu.govern.placeholder import is_placeholder
from hiu.govern.pseudonym import described
from hiu.govern.records import Signer, add, history, read
from hiu.link.people.decisions import Book
from hiu.link.people.decisions import in_force as rules_of
from hiu.model import DECISIONS, SECOND_OPINIONS
from hiu.site.show.listing import Row

C = pl.col
PAIR = ("identity_a", "identity_b")
_NOBODY = {"reviewer", "a reviewer", "the reviewer", "test", "tester", "me", "user", "admin", "root", "analyst"}
"""Words for a reviewer that say nobody."""
WORDS = ("same", "different", "unsure")
"""What a reviewer can say."""


@dataclass(frozen=True)
class Verdict:
    """What somebody says of two descriptions."""

    a: str
    b: str
    decision: str
    note: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """The two, smaller first."""
        return min(self.a, self.b), max(self.a, self.b)


class Refused(UsageError):
    """Some of several verdicts can't be taken, so none was; `lines` has (position in the list, why) of each."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"row {at + 1}: {why}" for at, why in lines))
        self.lines = lines


def decide(
    site: Signer, a: str, b: str, decision: str, *, reviewer: str, at: datetime, note: str | None = None
) -> None:
    """Record one decision about identities `a` and `b`. `at`: UTC, with or without a zone.

    Raises ContradictoryDecision (with .chain) if earlier decisions rule it out, UsageError for anything else wrong.
    """
    name, when, verdict = _reviewer(reviewer), _utc(at), Verdict(a, b, decision, note)
    _valid(verdict)
    with _locked(site.records):
        past = history(site.records, DECISIONS)
        _book(site, past).add(*verdict.pair, decision)
        add(site, DECISIONS, _decisions([verdict], name, when, past))


def decide_all(
    site: Signer, verdicts: Sequence[Verdict], *, reviewer: str, at: datetime, dry_run: bool = False
) -> None:
    """Record several decisions, all or none. Raises Refused with a line for each that can't be taken."""
    name, when = _reviewer(reviewer), _utc(at)
    with _locked(site.records):
        past = history(site.records, DECISIONS)
        if problems := _problems(verdicts, _book(site, past)):
            raise Refused(problems)
        if not dry_run:
            add(site, DECISIONS, _decisions(verdicts, name, when, past))


def undo(site: Signer, a: str, b: str, *, reviewer: str, at: datetime) -> None:
    """Undo whatever is in force about a pair; it stays on record. Raises UsageError if nothing is."""
    name, pair = _reviewer(reviewer), (min(a, b), max(a, b))
    with _locked(site.records):
        rows = _about(in_force(site.records), pair).to_dicts()
        if not rows:
            raise UsageError("no decision in force about these two descriptions")
        add(site, DECISIONS, [{**row, "undone_at": _utc(at), "undone_by": name} for row in rows])


def second_opinion(site: Signer, verdicts: Sequence[Verdict], *, reviewer: str, at: datetime) -> None:
    """Record what a second reviewer says, to measure agreement; nothing is joined or parted by it.

    All or none. Raises Refused for a pair that nobody decided, or that only this reviewer did.
    """
    name, when = _reviewer(reviewer), _utc(at)
    with _locked(site.records):
        past = in_force(site.records)
        first = {(a, b): who for a, b, who in past.select("identity_a", "identity_b", "reviewer").iter_rows()}
        problems = _problems(verdicts, Book()) + [
            (at, why) for at, v in enumerate(verdicts) if (why := _not_second(first.get(v.pair), name))
        ]
        if problems:
            raise Refused(sorted(problems))
        rows = [{**_row(v, name), "said_at": when} for v in verdicts]
        add(site, SECOND_OPINIONS, rows)


def in_force(records: Path) -> pl.DataFrame:
    """Decisions that stand: columns of model.DECISIONS, by pair and time."""
    return read(records, DECISIONS).filter(C("undone_at").is_null())


def earlier(records: Path, a: str, b: str) -> pl.DataFrame:
    """Everything ever decided about a pair, undone or not, oldest first."""
    return _about(read(records, DECISIONS), (min(a, b), max(a, b)))


def _problems(verdicts: Sequence[Verdict], book: Book) -> list[tuple[int, str]]:
    """Why each that can't be taken can't be."""
    found, seen = [], set[tuple[str, str]]()
    for at, verdict in enumerate(verdicts):
        try:
            _valid(verdict)
            if verdict.pair in seen:
                raise UsageError("this pair is there twice")
            book.add(*verdict.pair, verdict.decision)
        except (UsageError, ContradictoryDecision) as problem:
            found.append((at, str(problem)))
        seen.add(verdict.pair)
    return found


def _valid(verdict: Verdict) -> None:
    if verdict.decision not in WORDS:
        hint = did_you_mean(verdict.decision, WORDS)
        raise UsageError(f"'{verdict.decision}' is no decision.{hint} Say {', '.join(WORDS)}")
    if not verdict.a.strip() or not verdict.b.strip():
        raise UsageError("a decision needs two identity ids")
    if verdict.a == verdict.b:
        raise UsageError("both are one description, which can't be compared with itself")


def _not_second(first: str | None, name: str) -> str | None:
    if first is None:
        return "nobody decided this pair first"
    return f"{name} decided it: a second opinion is somebody else's" if first == name else None


def _reviewer(name: str) -> str:
    plain = " ".join(name.split())
    if is_placeholder(plain) or plain.casefold() in _NOBODY:
        raise UsageError(
            f"give the reviewer's name: '{plain}' is no person's name" if plain else "give the reviewer's name"
        )
    return plain


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _free(past: pl.DataFrame, pair: tuple[str, str], when: datetime) -> datetime:
    """The time, or just after it if the pair has a record of that very moment (it would be replaced)."""
    taken = set(_about(past, pair)["decided_at"])
    while when in taken:
        when += timedelta(microseconds=1)
    return when


def _row(verdict: Verdict, reviewer: str) -> Row:
    pair, note = dict(zip(PAIR, verdict.pair, strict=True)), (verdict.note or "").strip() or None
    return {**pair, "decision": verdict.decision, "reviewer": reviewer, "note": note, "login": login()}


def _decisions(verdicts: Sequence[Verdict], reviewer: str, when: datetime, past: pl.DataFrame) -> list[Row]:
    """Rows of DECISIONS."""
    return [{**_row(v, reviewer), "decided_at": _free(past, v.pair, when)} for v in verdicts]


def _about(decisions: pl.DataFrame, pair: tuple[str, str]) -> pl.DataFrame:
    return decisions.filter(C("identity_a") == pair[0], C("identity_b") == pair[1]).sort("decided_at")


def _book(site: Signer, past: pl.DataFrame) -> Book:
    return Book(rules_of(_latest(past)), partial(described, key=site.key_for("description")))


def _latest(past: pl.DataFrame) -> pl.DataFrame:
    return past.unique(DECISIONS.key, keep="last", maintain_order=True)


def _locked(records: Path) -> FileLock:
    """Held from the check to the write, so that two reviewers can't contradict each other in the same second."""
    records.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(records / "deciding.lock", timeout=30)
