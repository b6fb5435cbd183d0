"""A line that somebody writes into the records without the site's key gives or takes nobody's right."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site, scope_of, told

import hiu
from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import head
from hiu.model import DECISIONS, MEETING_ENTRY, TABLES
from hiu.model.govern import GOVERNED
from hiu.model.table import Column
from pipelines.common.place import open_place

AT = datetime(2026, 5, 1, 9)
KINDS = sorted({*GOVERNED, DECISIONS.name, MEETING_ENTRY.name} - {"backups"})


@pytest.fixture
def person(site: Site) -> str:
    ranked = pl.read_parquet(site.place.which(None)[1] / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank")["person_id"][0])


def by_hand(site: Site, name: str, row: dict[str, object]) -> Path:
    """Add a line as an editor does."""
    path = site.place.records / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.write(json.dumps(row, default=str).encode() + b"\n")
    return path


def plain(column: Column, person: str) -> object:
    if column.name == "person_id":
        return person
    typed: dict[str, object] = {"date": "2026-05-01", "timestamp": AT.isoformat(), "boolean": True}
    return typed.get(column.type, (column.codes[0] if column.codes else "x") if column.type == "text" else 1)


@pytest.mark.parametrize("name", KINDS)
def test_an_added_line_of_any_kind_is_named_and_stops_what_writes_or_shows(name: str, site: Site, person: str) -> None:
    path = by_hand(site, name, {column.name: plain(column, person) for column in TABLES[name].columns})
    number = path.read_bytes().count(b"\n")
    log = site.place.audit.read_bytes()
    for line in (("run", "2026-03"), ("explain", person), ("hold", person, "--reason", "a claim", "--by", "J. Patel")):
        said = site.hiu(*line)
        assert said.code == 1 and f"records/{name}.jsonl: line {number} is" in said.err, line
    assert site.place.audit.read_bytes() == log
    said = site.hiu("verify")
    assert said.code == 1 and f"records/{name}.jsonl: line {number} is not signed" in said.out


def test_a_hold_that_somebody_ends_by_hand_is_not_ended(site: Site, person: str) -> None:
    assert site.hiu("hold", person, "--reason", "complaint", "--by", "DPO").code == 0
    by_hand(site, "holds", {"person_id": person, "held": False, "reason": "closed", "by": "DPO", "recorded_at": AT})
    said = site.hiu("erase", person, "--reason", "upheld", "--by", "DPO", "--yes")
    assert said.code == 1 and "records/holds.jsonl" in said.err
    assert list(told(site.place.published, scope_of(site.place, person))), "they are still there"


def test_a_basis_written_by_hand_shows_nobody_in_a_notebook(site: Site, person: str) -> None:
    found = hiu.open(site.place.home, curated=site.place.curated).month()
    assert found.why(person)
    by_hand(site, "basis", {"person_id": person, "purpose": "support", "recipient": "analyst", "allow": True})
    with pytest.raises(HiuError, match=r"basis\.jsonl, line 1: not signed"):
        hiu.open(site.place.home, curated=site.place.curated).month().why(person)


@pytest.mark.parametrize("how", ["copied within the file", "copied to another file", "signed part, new words"])
def test_a_line_that_was_signed_for_another_place_does_not_count(how: str, site: Site, person: str) -> None:
    for lift in ((), ("--lift",)):
        assert site.hiu("hold", person, "--reason", "complaint", "--by", "DPO", *lift).code == 0
    assert site.hiu("hold", person, "--reason", "again", "--by", "DPO").code == 0
    path = site.place.records / "holds.jsonl"
    lifted = path.read_bytes().splitlines(keepends=True)[1]
    if how == "copied to another file":
        path = path.with_name("reviews.jsonl")
    elif how == "signed part, new words":
        lifted = lifted.replace(b"complaint", b"complainT")
    with path.open("ab") as file:
        file.write(lifted)
    said = site.hiu("verify")
    assert said.code == 1 and "not signed" in said.out


def test_a_log_that_nobody_vouches_for_binds_nothing(site: Site, person: str) -> None:
    path = by_hand(site, "holds", {"person_id": person, "held": True, "reason": "x", "by": "x", "recorded_at": AT})
    event = {"type": "records_bound", "records": {"holds": records.measure(path.read_bytes())}}
    line = {"n": 1, "at": AT.isoformat(), "event": event, "previous": "0" * 64, "mac": "0" * 64}
    forged = json.dumps(line, sort_keys=True, separators=(",", ":"))
    site.place.curated.joinpath("audit-until-20260101T000000Z.jsonl").write_text(forged + "\n", encoding="utf-8")
    assert site.hiu("verify").code == 1 and site.hiu("explain", person).code == 1


def test_what_a_named_person_accepts_counts_from_then_on(site: Site, person: str) -> None:
    by_hand(site, "holds", {"person_id": person, "held": True, "reason": "x", "by": "x", "recorded_at": AT})
    said = site.hiu("audit", "accept", "--reason", "typed in during the outage", "--by", "J. Patel")
    assert said.code == 0 and "records/holds.jsonl: line 1 is" in said.out
    assert site.hiu("verify").code == 0 and person in site.hiu("hold").out


@pytest.fixture
def fork(site: Site, person: str, tmp_path: Path) -> Site:
    """A trial copy of the site, with its key, in which an objection was ended that stands in the site."""
    deny = ("basis", person, "--deny", "objection", "--by", "J. Patel", "--evidence", "letter of 2 April")
    assert site.hiu(*deny).code == 0
    shutil.copytree(site.place.curated, tmp_path / "fork")
    found = Site(open_place(site.place.home, curated=tmp_path / "fork"))
    end = ("basis", person, "--end", "objection", "--by", "J. Patel", "--evidence", "letter of 9 April")
    assert found.hiu(*end).code == 0
    return found


def test_a_line_that_a_copy_of_the_site_signed_does_not_count(fork: Site, site: Site, person: str) -> None:
    """The finding: an objection was ended unseen, the records looked whole and the log had no line of it."""
    line = fork.place.records.joinpath("basis.jsonl").read_bytes().splitlines(keepends=True)[-1]
    log = site.place.audit.read_bytes()
    with site.place.records.joinpath("basis.jsonl").open("ab") as file:
        file.write(line)
    for asked in (
        ("verify",),
        ("run", "2026-03"),
        ("explain", person),
        ("hold", person, "--reason", "a", "--by", "Jo P"),
    ):
        said = site.hiu(*asked)
        assert said.code == 1 and "records/basis.jsonl: line 2 is not signed" in said.out + said.err, asked
    with pytest.raises(HiuError, match=r"basis\.jsonl, line 2: not signed"):
        hiu.open(site.place.home, curated=site.place.curated).month().why(person)
    assert site.place.audit.read_bytes() == log
    accepted = site.hiu("audit", "accept", "--reason", "ended in the copy by mistake", "--by", "J. Patel")
    assert accepted.code == 0 and site.hiu("verify").code == 0


def test_a_line_that_a_copy_signed_does_not_count_between_the_site_s_own(fork: Site, site: Site, person: str) -> None:
    """Nor once the site has a line of its own, and the other way round: an objection made in a copy is none here."""
    path = site.place.records / "basis.jsonl"
    own, theirs = path.read_bytes(), fork.place.records.joinpath("basis.jsonl").read_bytes()
    other = ("basis", person, "--deny", "restriction", "--by", "J. Patel", "--evidence", "letter of 8 April")
    assert site.hiu(*other).code == 0
    path.write_bytes(path.read_bytes() + theirs.removeprefix(own))
    assert site.hiu("verify").code == 1


def test_a_cut_between_the_log_and_the_line_leaves_a_whole_site(
    site: Site, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(records, "replace", cut)
        assert site.hiu("hold", person, "--reason", "complaint", "--by", "J. Patel").code == 1
    assert not site.place.records.joinpath("holds.jsonl").exists()
    assert site.hiu("verify").code == 0
    assert site.hiu("hold", person, "--reason", "complaint", "--by", "J. Patel").code == 0
    assert site.hiu("verify").code == 0 and person in site.hiu("hold").out


def test_a_line_that_a_cut_left_before_its_act_was_entered_counts(site: Site, person: str) -> None:
    """kill -9 between the line and the entry of the act: the log announced the line, so nobody has to accept it."""
    row = {"person_id": person, "held": True, "reason": "x", "by": "x", "recorded_at": AT}
    records.add(site.place, TABLES["holds"], [row])
    before = head(site.place.audit)
    assert site.hiu("verify").code == 0 and head(site.place.audit) == before
    assert site.hiu("hold", person, "--reason", "x", "--by", "DPO", "--lift").code == 0
