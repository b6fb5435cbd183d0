"""What a record of test runs says of each document: whether the tests that its statements rest on passed, and on what.

The record is JSON: the command -> its last whole run, with `date`, `build`, `code`, `machine`, `python`, `passed`,
`failed`, `skipped`, `coverage`, and under `tests` the outcome -> the tests on which statements of the pack rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hiu.publish.assurance.content import Document
from hiu.publish.words.text import count_of, day, join_words

WORST = ("failed", "passed", "skipped")
"""Which outcome stands where runs of one build differ: a failure, then a pass, as what one run skips another runs."""
COMMANDS = ("make test", "make slow", "make crash", "make fuzz")
"""The whole runs that make a record."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The copy that asks: its build, and the digest of its code alone."""

    build: str
    code: str


def result_of(document: Document, runs: Mapping[str, Mapping[str, Any]], copy: Copy) -> str:
    """In sentences what is on record of the document's tests; nothing of a document that rests on none."""
    names = sorted({one.removeprefix("test:") for line in document.lines for one in line.evidence if "::" in one})
    if not names:
        return ""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in names:
        outcome, of, by = _outcome(name, runs, copy)
        found.setdefault((outcome, of), []).append((name, by))
    parts = [
        f"{len(own)} {outcome} {of} ({join_words(sorted({by for _, by in own}))})"
        + (f": {_named([name for name, _ in own])}" if outcome != "passed" else "")
        for (outcome, of), own in sorted(found.items(), key=lambda one: WORST.index(one[0][0] or "skipped"))
        if outcome
    ]
    none = [name for name, _ in found.get(("", ""), [])]
    if none:
        which = "" if len(none) == len(names) else f": {_named(none)}"
        parts.append(f"no result is on record for {len(none)}, and {' and '.join(COMMANDS[:2])} make one{which}")
    return f"This document rests on {count_of(len(names), 'test')}. {'; '.join(parts)}.".replace(". no", ". No")


def _outcome(name: str, runs: Mapping[str, Mapping[str, Any]], copy: Copy) -> tuple[str, str, str]:
    """The outcome of a test on the build nearest to this copy, which build that is, and which run gave it."""
    near: dict[str, list[tuple[int, str, str]]] = {}
    for command, run in runs.items():
        outcome = next((one for one in WORST if name in run["tests"].get(one, ())), "")
        if outcome:
            by = f"{command} on {day(date.fromisoformat(run['date']))}, {run['machine']}, Python {run['python']}"
            near.setdefault(_of(run, copy), []).append((WORST.index(outcome), outcome, by))
    if not near:
        return "", "", ""
    of = min(near, key=lambda one: (one != _SAME, one != _ALIKE, one))
    _, outcome, by = min(near[of])
    return outcome, of, by


_SAME = "on this build"
_ALIKE = "on the code of this build, with other pages, suites or notebooks"


def _of(run: Mapping[str, Any], copy: Copy) -> str:
    if run["build"] == copy.build:
        return _SAME
    return _ALIKE if run["code"] == copy.code else f"on another build, {run['build']}, and not on this one"


def _named(names: Sequence[str]) -> str:
    return ", ".join(name.partition("::")[2].removeprefix("test_").replace("_", " ") for name in names)
