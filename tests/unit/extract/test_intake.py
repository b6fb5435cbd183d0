"""Intake as a whole: numbering against the sample, round trips, speed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from examples import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiu.errors import InputRefused
from hiu.extract.files import csv_text
from hiu.extract.files.read import RawTable, read_table
from hiu.sources import Source

SAMPLE = Path(__file__).resolve().parents[3] / ".." / "shared" / "sample"
FIRST_COLUMNS = {
    "police": (["STORM Log Ref", "Nominal"], None),
    "ambulance": (["CAD_NUMBER", "CLEAR"], None),
    "ed": (["CDS_UNIQUE_IDENTIFIER", "NHS_NUMBER"], None),
    "mh_beds": (["WardStayID", "NHSNumber"], None),
    "s136": (["Ref", "Date of detention"], "S136 detentions"),
    "mha": (["No.", "Patient"], "MHA assessments"),
    "caseload": (["Ref", "Service user"], None),
}


def make_source(name: str, columns: list[str], sheet: str | None = None, delimiter: str = "auto") -> Source:
    fields = {f"f{place}": {"columns": [column]} for place, column in enumerate(columns)}
    return Source.model_validate(
        {
            "name": name,
            "title": name,
            "kind": "events",
            "agency": name,
            "key": {"event": ["f0"]},
            "fields": fields,
            "file": {"pattern": "*", "sheet": sheet, "delimiter": delimiter},
        }
    )


def read(path: Path, source: Source) -> RawTable:
    return read_table(path, source, name=path.name, max_bytes=10**9, max_ratio=200)


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample lies outside the repository and isn't here")
@pytest.mark.slow
def test_every_record_of_the_sample_has_the_number_its_truth_gives() -> None:
    truth = pl.read_parquet(SAMPLE / "truth" / "rows.parquet")
    files = 0
    for (name, file), rows in truth.group_by("source", "source_file", maintain_order=True):
        columns, sheet = FIRST_COLUMNS[str(name)]
        raw = read(SAMPLE / "raw" / str(file), make_source(str(name), columns, sheet))
        assert raw.refused.is_empty(), (name, file)
        assert raw.frame["source_row"].sort().to_list() == rows["source_row"].sort().to_list(), (name, file)
        files += 1
    assert files == 145


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample lies outside the repository and isn't here")
def test_numbers_point_at_the_right_records_of_the_sample() -> None:
    truth = pl.read_parquet(SAMPLE / "truth" / "rows.parquet")
    for name, key in (("ed", "CDS_UNIQUE_IDENTIFIER"), ("s136", "Ref"), ("mha", "No."), ("mh_beds", "WardStayID")):
        columns, sheet = FIRST_COLUMNS[name]
        source = make_source(name, columns, sheet)
        parts = [
            rows.join(read(SAMPLE / "raw" / str(file), source).frame, on="source_row", how="inner")
            for (file,), rows in truth.filter(pl.col("source") == name).group_by("source_file", maintain_order=True)
        ]
        people = pl.concat(parts).group_by(key).agg(pl.col("person_id").n_unique())["person_id"]
        assert people.max() == 1, name  # a shifted numbering would give one key to several people


cells = st.text(st.characters(blacklist_characters="\0\r\ufeff\ufdd0", blacklist_categories=("Cs",)), max_size=8)


@settings(max_examples=examples(60), deadline=None)
@given(
    rows=st.lists(st.tuples(cells, cells, cells), max_size=12),
    delimiter=st.sampled_from(",|;\t"),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@example(rows=[("a", '"', ",\n")], delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n")
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str, quoting: int, end: str
) -> None:
    rows = [(f"k{number}x", *row[1:]) for number, row in enumerate(rows)]  # a key, so that no row is blank
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([("Ref", "Name", "Note"), *rows])
    path = tmp_path_factory.mktemp("round") / "x.csv"
    path.write_bytes(out.getvalue().encode())
    raw = read(path, make_source("x", ["Ref", "Name", "Note"], delimiter=delimiter))
    assert raw.refused.is_empty()
    flat = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") or None for cell in row) for row in rows]
    assert raw.frame.select("Ref", "Name", "Note").rows() == flat
    assert raw.frame["source_row"].to_list() == list(range(1, len(rows) + 1))


@settings(max_examples=examples(80), deadline=None)
@given(body=st.text(st.sampled_from('ab,"\n\r ;|'), max_size=60))
def test_any_text_is_either_read_whole_or_refused(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(f"Ref,Name,Note\n{body}".encode())
    try:
        raw = read(path, make_source("x", ["Ref", "Name", "Note"]))
    except InputRefused as refusal:
        assert refusal.code in {"unclosed_quote", "quote", "parsers_disagree", "width"}
        return
    assert raw.received == raw.frame.height + raw.refused.height
    numbers = [*raw.frame["source_row"], *raw.refused["source_row"]]
    assert sorted(numbers) == list(range(1, raw.received + 1))


@pytest.mark.parametrize(("change", "row"), [("cell", 3), ("row", None)])
def test_readings_that_differ_refuse_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, row: int | None
) -> None:
    def misread(*args: Any) -> pl.DataFrame:
        cells = second(*args)
        shifted = pl.when(pl.col("c0") == "b").then(pl.lit("B")).otherwise("c0").alias("c0")
        return cells.with_columns(shifted) if change == "cell" else cells.head(2)

    second = csv_text._second_reading
    monkeypatch.setattr(csv_text, "_second_reading", misread)
    path = tmp_path / "x.csv"
    path.write_text("Ref,Name\na,x\nb,y\n", encoding="utf-8")
    with pytest.raises(InputRefused, match="two readings of the file differ") as refusal:
        read(path, make_source("x", ["Ref", "Name"]))
    assert (refusal.value.code, refusal.value.row) == ("parsers_disagree", row)


def big(path: Path, rows: int, columns: int) -> Path:
    head = ",".join(f"Column {place}" for place in range(columns))
    line = ",".join(['"v, ""x"" {0}"' if place % 7 == 3 else f"value {place} {{0}}" for place in range(columns)])
    path.write_text(
        "\n".join([head, *(line.format(number) for number in range(rows))]) + "\n", encoding="utf-8", newline=""
    )
    return path


@pytest.mark.no_cover
def test_100_000_rows_of_20_columns_are_read_to_the_last(tmp_path: Path) -> None:
    raw = read(big(tmp_path / "big.csv", 100_000, 20), make_source("big", ["Column 0", "Column 3"]))
    assert raw.received == 100_000
    assert raw.frame["Column 3"][99_999] == 'v, "x" 99999'
