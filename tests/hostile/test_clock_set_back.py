"""Nobody says what time it is: the basis and the logs go by the system's clock, and a clock set back is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from inspect import signature
from pathlib import Path

import pytest
from areakit import NOW
from hostile_kit import Site

import hiu
from hiu.errors import UsageError
from hiu.govern.audit import append, set_back, verify
from hiu.site import Site as Opened
from pipelines.access.bound import clocks

KEY = b"k" * 32


def test_a_notebook_can_t_name_the_day_of_a_basis(site: Site) -> None:
    assert "now" not in signature(hiu.open).parameters
    with pytest.raises(UsageError, match="takes no 'now'"):
        hiu.open(site.place.home, now=lambda: NOW)  # type: ignore[call-arg]
    opened = hiu.open(site.place.home, curated=site.place.curated)
    assert isinstance(opened, Opened)
    assert abs(opened._opened.now() - datetime.now(UTC)) < timedelta(minutes=1)


def log(path: Path, *minutes: int) -> None:
    for minute in minutes:
        append(path, KEY, {"type": "test"}, NOW + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("minutes", "found"), [((0, 1, 1, 2), []), ((0, 30, 10), [3]), ((0, 90, 1, 91), [3]), ((5, 4, 3), [2, 3])]
)
def test_a_line_earlier_than_the_one_before_is_found(
    minutes: tuple[int, ...], found: list[int], tmp_path: Path
) -> None:
    log(tmp_path / "log", *minutes)
    assert verify(tmp_path / "log", KEY) == [] and [n for n, _ in set_back(tmp_path / "log")] == found


@pytest.mark.parametrize("name", ["audit.jsonl", "reads/clerk-0.jsonl"])
def test_verify_and_audit_say_that_a_clock_was_set_back(name: str, site: Site) -> None:
    """Both logs were given a time of the reader's own choice, and 'hiu audit' called the chain whole."""
    path = site.place.curated / name
    path.parent.mkdir(exist_ok=True)
    key = site.place.key_for("audit" if name == "audit.jsonl" else "reads")
    for at in (NOW + timedelta(days=2), NOW + timedelta(days=2, minutes=-30), NOW):
        append(path, key, {"type": "names_shown", "audit_head": "0" * 64}, at, anchor=name == "audit.jsonl")
    broken, noted = clocks(site.place)
    assert len(broken) == 1 and not noted and "the clock was set back" in broken[0]
    said = site.hiu("verify")
    assert said.code == 1 and broken[0] in said.out
    assert "set back" in site.hiu("audit").out
    assert site.hiu("audit", "accept", "--reason", "the battery failed", "--by", "J. Patel").code == 0
    assert "set back" not in site.hiu("verify").out and clocks(site.place) == ([], [])


def test_a_clock_corrected_by_minutes_is_noted_and_no_break(site: Site) -> None:
    for at in (NOW + timedelta(hours=2), NOW + timedelta(hours=1, minutes=30)):
        append(site.place.audit, site.place.key_for("audit"), {"type": "test"}, at, anchor=True)
    said = site.hiu("verify")
    assert said.code == 0 and "up to an hour earlier than the line before: noted" in said.out
