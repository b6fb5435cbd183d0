"""Workbooks with several sheets: all that have the source's columns are read, and every other one is named."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from hiu.errors import InputRefused
from hiu.extract.draft.mapping import draft
from hiu.extract.files.read import RawTable, read_table
from hiu.extract.standardise import standardise
from hiu.month import Month
from hiu.sources import Source, load_sources

HEAD = ["Episode", "Seen on", "Client", "Born"]
TURNED = ["Born", "Client", "Episode", "Seen on"]
FIELDS = {
    "event": {"columns": ["Episode"], "type": "text"},
    "start": {"columns": ["Seen on"], "type": "date", "formats": ["%d/%m/%Y"]},
    "name": {"columns": ["Client"], "type": "name"},
    "dob": {"columns": ["Born"], "type": "dob"},
}


def _row(head: list[str], n: int, day: str) -> list[str]:
    cells = {"Episode": f"E{n}", "Seen on": day, "Client": f"Ada Byron{'abc'[n % 3]}", "Born": "01/02/1980"}
    return [cells[header] for header in head]


def _book(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


MONTHS = {
    "June": [HEAD, _row(HEAD, 1, "02/06/2026"), _row(HEAD, 2, "03/06/2026"), ["Total: 2"]],
    "July 26": [["Seen in July"], TURNED, _row(TURNED, 3, "04/07/2026"), ["", "Ada", "E4", "x"]],
    "Legend": [["Code", "Meaning"], ["1", "one"]],
}


def _source(**file: object) -> Source:
    whole = {"name": "visits", "title": "Visits", "kind": "events", "agency": "visits", "key": {"event": ["event"]}}
    return Source.model_validate({**whole, "fields": FIELDS, "file": {"pattern": "*", **file}})


def _read(path: Path, source: Source) -> RawTable:
    return read_table(path, source, name=f"2026-07/{path.name}", max_bytes=10**7, max_ratio=200.0)


JULY = [_row(TURNED, n, f"{n:02}/07/2026") for n in (4, 5, 6)]


def test_every_sheet_with_the_columns_is_read_whatever_their_order(tmp_path: Path) -> None:
    raw = _read(_book(tmp_path / "visits.xlsx", MONTHS), _source(sheets="all"))
    assert raw.frame.select("Episode", "Born").rows()[:3] == [(f"E{n}", "01/02/1980") for n in (1, 2, 3)]
    assert raw.received == 4
    assert raw.notes[0] == "2 sheets read, one below another: 'June', 'July 26'"
    assert raw.notes[-1] == "sheets not read: 'Legend' (2 rows)"
    done = standardise(raw, _source(), delivery_id="d", source_file="v", period=Month(2026, 7), synthetic=True)
    assert done.quarantine.select("line", "reason").rows() == [
        (4, "start is no date: most look like A, where A is a word and 9 a digit; expected %d/%m/%Y (sheet 'July 26')")
    ]
    assert raw.numbering.named(pl.Series([2, 3])) == "line 3 of sheet 'June'; line 3 of sheet 'July 26'"


def test_the_draft_of_a_sheet_a_month_reads_them_all(tmp_path: Path) -> None:
    path = _book(tmp_path / "raw" / "2026-07" / "visits.xlsx", MONTHS | {"July 26": [TURNED, *JULY]})
    text = draft("visits", path, None)
    assert 'sheets = "all"' in text
    assert 'covers = "from rows"' in text
    (tmp_path / "visits.toml").write_text(text, encoding="utf-8")
    assert _read(path, load_sources(tmp_path)["visits"]).received == 5


def test_numbers_of_a_sheet_a_month_are_of_the_month_in_its_title(tmp_path: Path) -> None:
    head = ["Client", "Born", "Visits"]
    sheets = {"Dec": [["Ada Byron", "01/02/1980", "3"]], "Jan": [["Ada Byron", "01/02/1980", "2"]]}
    path = _book(tmp_path / "raw" / "2026-01" / "gym.xlsx", {title: [head, *rows] for title, rows in sheets.items()})
    text = draft("gym", path, None, kind="counts")
    (tmp_path / "gym.toml").write_text(text, encoding="utf-8")
    source = load_sources(tmp_path)["gym"]
    raw = read_table(path, source, name="2026-01/gym.xlsx", max_bytes=10**7, max_ratio=200.0)
    done = standardise(raw, source, delivery_id="d", source_file="g", period=Month(2026, 1), synthetic=True)
    assert [(f"{start:%Y-%m}", n) for start, n in done.records.select("start", "n").rows()] == [
        ("2025-12", 3),
        ("2026-01", 2),
    ]


def test_sheets_that_fit_equally_well_are_refused_with_both_ways_out(tmp_path: Path) -> None:
    path = _book(tmp_path / "visits.xlsx", MONTHS)
    with pytest.raises(InputRefused, match='sheet = "June", or write sheets = "all"'):
        _read(path, _source())
    raw = _read(path, _source(sheet="June"))
    assert [(one.title, one.rows, one.alike) for one in raw.left] == [("June", 3, True), ("Legend", 2, False)]
