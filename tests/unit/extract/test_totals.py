"""Rows that add up other rows are set aside as such, wherever they stand and whatever they are called."""

from pathlib import Path

import polars as pl
import pytest

from hiu.extract.files.read import RawTable, read_table
from hiu.extract.standardise import standardise
from hiu.month import Month
from hiu.sources import Source

WIDE = {"pattern": "*", "unpivot": {"columns": "*-26", "month": "%b-%y"}}
PEOPLE = {
    "nhs_number": {"columns": ["NHS no"], "type": "nhs_number"},
    "name": {"columns": ["Client"], "type": "name"},
    "dob": {"columns": ["Born"], "type": "dob"},
    "month": {"columns": ["month", "Period"], "type": "text"},
    "n": {"columns": ["n", "Sessions"], "type": "integer"},
}
LOG = {
    "event": {"columns": ["Ref"], "type": "text"},
    "start": {"columns": ["Seen on"], "type": "date"},
    "family": {"columns": ["Surname"], "type": "family"},
    "given": {"columns": ["Forename"], "type": "given"},
    "dob": {"columns": ["Born"], "type": "dob"},
}


def _source(kind: str, fields: object, file: object, event: str = "month") -> Source:
    whole = {"name": "gym", "title": "Gym", "kind": kind, "agency": "gym", "key": {"event": [event]}}
    return Source.model_validate({**whole, "fields": fields, "file": file})


COUNTS = _source("counts", PEOPLE, {"pattern": "*"})
BY_MONTH = _source("counts", PEOPLE, WIDE)
EVENTS = _source("events", LOG, {"pattern": "*"}, "event")


def _read(tmp_path: Path, source: Source, text: str) -> RawTable:
    path = tmp_path / "sessions.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, source, name=path.name, max_bytes=10**6, max_ratio=100)


def _set_aside(raw: RawTable) -> list[str]:
    lines = raw.numbering.of(raw.refused["source_row"])
    assert raw.received == raw.frame.height + raw.refused.height
    return [f"{line} {code}" for line, code in zip(lines, raw.refused["code"], strict=True)]


@pytest.mark.parametrize(
    "word",
    [
        "Total", "TOTALS:", "Grand Total", "Sub-total", "Hafan sub total", "Sum", "All", "All clients", "Average",
        "Mean per client", "Count", "Number of clients", "Total (all sites)", "Everyone", "Row count", "Cyfanswm",
    ],
)  # fmt: skip
@pytest.mark.parametrize("cells", ["{},,,9,4", ",{},,9,4"])
def test_a_total_below_columns_of_months_is_set_aside(tmp_path: Path, word: str, cells: str) -> None:
    rows = [
        "NHS no,Client,Born,Feb-26,Mar-26",
        ",Ada Byron,01/02/1980,4,2",
        cells.format(word),
        ",Ed Poe,03/04/1981,5,2",
    ]
    raw = _read(tmp_path, BY_MONTH, "\n".join(rows))
    assert _set_aside(raw) == ["3 total"]
    assert raw.frame["Client"].unique().sort().to_list() == ["Ada Byron", "Ed Poe"]
    assert "total" in raw.refused["reason"][0]


def test_totals_below_each_month_of_a_long_table_are_set_aside(tmp_path: Path) -> None:
    rows = ["Client,Born,Period,Sessions", "Ada Byron,01/02/1980,2026-02,4", "Ed Poe,03/04/1981,2026-02,1"]
    rows += ["February total,,2026-02,5", "Ada Byron,01/02/1980,2026-03,2", "All,,2026-03,2", "Total,,,7"]
    raw = _read(tmp_path, COUNTS, "\n".join(rows))
    assert _set_aside(raw) == ["4 total", "6 total"]
    assert raw.notes == ["1 trailing row skipped (totals or remarks)"]


def test_a_row_whose_numbers_are_the_sums_is_a_total_whatever_its_word(tmp_path: Path) -> None:
    head = "NHS no,Client,Born,Feb-26,Mar-26"
    people = [",Ada Byron,01/02/1980,4,2", ",Ed Poe,03/04/1981,5,2", ",Jo March,05/06/1982,0,3"]
    raw = _read(tmp_path, BY_MONTH, "\n".join([head, *people[:2], ",Bangor,,9,4", people[2], ",,,9,7"]))
    assert _set_aside(raw) == ["4 total", "6 total"]
    assert "sums of the rows above" in raw.refused["reason"][0]
    long = ["Client,Born,Period,Sessions", "Ada Byron,01/02/1980,2026-02,4", "Ed Poe,03/04/1981,2026-02,1"]
    long += ["Jo March,05/06/1982,2026-02,2", "The gym,,2026-02,7", "Ed Poe,03/04/1981,2026-03,7"]
    assert _set_aside(_read(tmp_path, COUNTS, "\n".join(long))) == ["5 total"]


def test_a_person_is_no_total(tmp_path: Path) -> None:
    """Surnames that are such words, people whose number happens to be a sum, and names alone."""
    head = "NHS no,Client,Born,Feb-26,Mar-26"
    sums = [",Ada Byron,01/02/1980,4,2", ",Ed Poe,03/04/1981,5,2", ",Jo March,05/06/1982,9,4", ",Mean,07/08/1983,1,1"]
    assert _set_aside(_read(tmp_path, BY_MONTH, "\n".join([head, *sums]))) == []
    alone = [",Ada Byron,,4,2", ",Ed Poe,,5,2", ",Guest,,2,2", ",John March,,11,6", ",Allan,,1,1", ",Max,,1,1"]
    assert _set_aside(_read(tmp_path, BY_MONTH, "\n".join([head, *alone]))) == []
    log = ["Ref,Seen on,Surname,Forename,Born", "R1,01/02/2026,Mean,Ada,", "R2,02/02/2026,Count,,01/02/1980"]
    log += ["R3,02/02/2026,All residents,,", "R4,02/02/2026,Total,,", "Total 4,,,,", "R5,02/02/2026,Sum,Li,"]
    raw = _read(tmp_path, EVENTS, "\n".join(log))
    assert _set_aside(raw) == ["5 total", "6 total"]


def test_a_footer_of_the_source_may_have_figures_beside_it(tmp_path: Path) -> None:
    source = _source("counts", PEOPLE, {**WIDE, "footers": ["gym as a whole"]})
    rows = ["NHS no,Client,Born,Feb-26,Mar-26", ",Ada Byron,01/02/1980,4,2", "Gym as a whole,,,40,20"]
    raw = _read(tmp_path, source, "\n".join(rows))
    assert (raw.received, raw.notes) == (2, ["1 trailing row skipped (totals or remarks)"])


def test_rows_that_name_nobody_are_different_people_of_one_month(tmp_path: Path) -> None:
    """Two guests of a month contradict nobody and replace nobody; whoever is named has one number a month."""
    rows = ["NHS no,Client,Born,Feb-26", ",Guest,,4", ",Guest,,4", ",A N Other,,1", ",A N Other,,2", ",Guest 2,,"]
    rows += [",Ed Poe,03/04/1981,5", ",Ed Poe,03/04/1981,6"]
    raw = _read(tmp_path, BY_MONTH, "\n".join(rows))
    done = standardise(raw, BY_MONTH, delivery_id="d", source_file="s.csv", period=Month(2026, 2), synthetic=True)
    sound = done.records.filter(~pl.col("quarantined"))
    assert sound["n"].to_list() == [4, 4, 1, 2]
    assert sound["record_id"].n_unique() == 4
    assert sound["nobody"].all()
    assert done.quarantine["code"].to_list() == ["count_missing", "count_conflict", "count_conflict"]
