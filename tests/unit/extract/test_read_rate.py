"""How far each field was read: every filled cell is in one of four counts, and no value of a person in any of it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hiu.extract.files.read import RawTable
from hiu.extract.standardise import standardise
from hiu.month import Month
from hiu.sources import Source, load_sources

COUNTS = ("filled", "read", "missing", "unreadable", "unknown", "out_of_range")
USUAL = {
    "Log": "L", "Person seq": "1", "Created": "02/03/2026 11:00", "Role": "Subject", "Surname": "Tarn",
    "Forename": "Jo", "DOB": "03/04/1977", "Sex": "F", "Postcode": "BS1 4ND", "Address": "4 Low Street",
    "Niche PID": "AB123",
}  # fmt: skip


@pytest.fixture(scope="module")
def police() -> Source:
    return load_sources()["police"]


def quality(source: Source, header: str, cells: list[str | None], *, synthetic: bool = True) -> dict[str, Any]:
    """The row of the field that is read from `header`, of rows that differ in it alone (and in their log)."""
    rows = [{**USUAL, "Log": f"L{n}", header: cell} for n, cell in enumerate(cells)]
    headers = list(rows[0])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String)).with_row_index("source_row", 1)
    nothing = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}
    raw = RawTable(frame.cast({"source_row": pl.Int64}), pl.DataFrame(schema=nothing), len(rows), headers, [])
    ids = {"delivery_id": "d", "source_file": "police.csv"}
    done = standardise(raw, source, period=Month(2026, 3), synthetic=synthetic, **ids)
    found = done.quality
    assert (found["filled"] == found["read"] + found["missing"] + found["unreadable"] + found["unknown"]).all()
    assert (found["rows"] == len(rows)).all()
    return found.row(by_predicate=pl.col("header") == header, named=True)


CASES: dict[str, tuple[str, list[str | None], tuple[int, ...]]] = {
    "births": (
        "DOB",
        ["03/04/1977", "1/1/1900", "unknown", "N/A", "99/99/9999", "03/04/2031", "25/25/1980", " ", None],
        (7, 1, 4, 2, 0, 1),
    ),
    "sexes": ("Sex", ["F", "male", "U", "x", "0", "Not known", "Herr", ""], (7, 2, 4, 0, 1, 0)),
    "postcodes": ("Postcode", ["BS1 4ND", "BS1", "ZZ99 3VZ", "NFA", "90210", "-"], (6, 2, 3, 1, 0, 0)),
    "addresses": ("Address", ["4 Low Street", "Flat 2", "no fixed abode", "unknown", "nil"], (5, 2, 3, 0, 0, 0)),
    "surnames": ("Surname", ["Tarn", "UNKNOWN", "Usk"], (3, 2, 1, 0, 0, 0)),
    "numbers of one's own": ("Niche PID", ["AB123", "000000", "1.2E+07", "N/K", "7"], (5, 1, 2, 2, 0, 0)),
    "roles": ("Role", ["Subject", "victim", "NOM", "nom", "Not recorded", ""], (5, 2, 1, 0, 2, 0)),
    "starts": ("Created", ["02/03/2026 11:00", "some time", "2026-03-04"], (3, 2, 0, 1, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_filled_cell_is_counted_once(case: str, police: Source) -> None:
    header, cells, counts = CASES[case]
    row = quality(police, header, cells)
    assert tuple(row[name] for name in COUNTS) == counts


def test_unknown_code_words_are_named_with_their_counts(police: Source) -> None:
    assert quality(police, "Role", ["NOM", "ATT", "NOM", "Subject"])["words"] == "NOM 2, ATT 1"
    assert quality(police, "Sex", ["Herr", "Frau"])["words"] is None


@pytest.mark.parametrize("cell", ["TARN, Jo", "03/04/1977", "9990000018", "BS1 4ND", "jo@example.org"])
def test_what_looks_like_a_value_of_a_person_is_never_named(cell: str, police: Source) -> None:
    row = quality(police, "Role", [cell, "Subject"])
    assert row["unknown"] == 1 and row["words"] is None


def test_the_looks_of_unreadable_cells_hold_no_value(police: Source) -> None:
    assert quality(police, "DOB", ["12/25/1980", "11/30/1981", "soon"])["looks"] == "99/99/9999"
    assert quality(police, "Created", ["Élan 3", "Tarn 7"])["looks"] == "A 9"


def test_words_of_rows_that_were_set_aside_are_counted_and_not_named(police: Source) -> None:
    row = quality(police, "Log", ["L1", "Not known", "2.026E+11"])
    assert tuple(row[name] for name in COUNTS) == (3, 1, 1, 1, 0, 0)


def test_a_code_that_the_list_says_is_no_value_is_missing(police: Source) -> None:
    role = police.fields["role"]
    fields = {**police.fields, "role": role.model_copy(update={"codes": {**role.codes, "ZZ": ""}})}
    row = quality(police.model_copy(update={"fields": fields}), "Role", ["zz", "Subject"])
    assert tuple(row[name] for name in COUNTS) == (2, 1, 1, 0, 0, 0)
