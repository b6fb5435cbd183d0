"""What people wrote of an erased person on others' rows: a birth however written, a title with the family name."""

from __future__ import annotations

import json
from datetime import date, datetime

import polars as pl
import pytest
from hostile_kit import Site

from hiu.govern import records
from hiu.govern.erase.others import SOMEBODY, redacted
from hiu.govern.erase.residue import Traces
from hiu.govern.erase.words import redact_loosely
from hiu.model import MEETING_ENTRY
from hiu.model.govern import HOLDS

BORN = date(1997, 12, 8)
HOLLY = Traces(
    frozenset({"HIU-YMGVWOEM"}),
    names=frozenset({"HOLLY TAYLOR"}),
    births=frozenset({BORN}),
    surnames=frozenset({"TAYLOR"}),
)
TOLD = "Talked with Ms Taylor next door; Hollie Tayler born {}; Mr Ford agreed"


@pytest.mark.parametrize("born", ["08/12/1997", "8.12.97", "8 December 1997", "8th Dec 1997", "1997-12-08"])
def test_a_birth_goes_and_the_name_beside_it(born: str) -> None:
    """The line stayed as it was, and nothing named it."""
    said = redact_loosely(TOLD.format(born), HOLLY, SOMEBODY)
    assert said == f"Talked with {SOMEBODY} next door; {SOMEBODY} born {SOMEBODY}; Mr Ford agreed"


@pytest.mark.parametrize(
    "text", ["Ms Taylor rang", "born 9 December 1997", "1997-12-08", "the Taylor Centre, 8 Dec 2025"]
)
def test_what_may_be_somebody_else_s_is_left(text: str) -> None:
    assert redact_loosely(text, HOLLY, SOMEBODY) == text


def test_the_note_of_an_erasure_keeps_them() -> None:
    found = json.loads(json.dumps(HOLLY.as_json()))
    assert Traces.from_json(found, found["homes"]) == HOLLY


def test_a_line_of_the_records_loses_them() -> None:
    row = {"person_id": "HIU-CCCCCCCC", "held": True, "reason": TOLD.format("08/12/1997"), "by": "Ms Taylor"}
    [line] = redacted(HOLDS, [json.dumps(row).encode() + b"\n"], HOLLY, "token")
    assert line and "1997" not in line.decode() and "Tayler" not in line.decode() and b"HIU-CCCCCCCC" in line
    assert MEETING_ENTRY.name


def test_a_family_name_that_may_be_another_s_is_named_as_left(site: Site) -> None:
    people = pl.read_parquet(site.place.which(None)[1] / "people.parquet").sort("person_id")
    plain = people.filter(pl.col("name_text").str.contains(r"^[A-Z][a-z]{3,} [A-Z][a-z]{4,}$"))
    one, other = plain.row(0, named=True), plain.row(1, named=True)
    reason = f"Mr {str(one['name_text']).split()[1]} wrote"
    about = {"held": True, "by": "Officer", "recorded_at": datetime(2026, 4, 8)}
    records.add(site.place, HOLDS, [{"person_id": other["person_id"], "reason": reason, **about}])
    said = site.hiu("erase", one["person_id"], "--reason", "request of 3 April", "--by", "Officer", "--yes")
    assert said.code == 3 and "records/holds.jsonl holds a title with the family name" in said.out, said
    assert records.read(site.place.records, HOLDS)["reason"].to_list() == [reason]
