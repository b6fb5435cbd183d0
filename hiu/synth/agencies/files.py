"""The drops on disk: a folder a month, a file a source, written the same byte for byte from the same seed."""

from collections import Counter
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from hiu.synth.agencies.extracts import Extract, Span
from hiu.synth.agencies.sections import DATE, NUMBER

NAMES = {
    "police": "police_incidents.csv",
    "ambulance": "amb_incidents.csv",
    "ed": "ed_attendances.csv",
    "mh_beds": "mh_ward_stays.csv",
    "s136": "mha_s136_log.xlsx",
    "mha": "mha_s136_log.xlsx",
    "caseload": "caseload.csv",
}
SHEETS = {"s136": "Section 136", "mha": "AMHP Assessments"}


def write_drops(raw: Path, extracts: dict[str, Extract], span: Span, mess: Counter[str]) -> pl.DataFrame:
    """Writes every drop; returns every row's truth with source, source_file and source_row (1-based data record)."""
    made = []
    parts = {name: _by_month(extract) for name, extract in extracts.items() if name != "caseload"}
    for month in range(span.months):
        folder = str(span.first + month)
        (raw / folder).mkdir(parents=True, exist_ok=True)
        drop = {name: one[month] for name, one in parts.items() if month in one}
        for name in ("police", "ambulance", "ed", "mh_beds"):
            if name in drop:
                _csv(raw / folder / NAMES[name], name, drop[name].text)
        sheets = {name: drop.get(name, extracts[name].take(np.zeros(0, dtype=np.int64))) for name in SHEETS}
        _workbook(raw / folder / NAMES["s136"], sheets, month, mess)
        made += [_located(one, f"{folder}/{NAMES[name]}") for name, one in drop.items()]
    register = extracts["caseload"]
    raw.joinpath(NAMES["caseload"]).write_bytes(b"\xef\xbb\xbf" + _bytes(register.text, "\r\n"))
    made.append(_located(register, NAMES["caseload"]))
    return pl.concat(made)


def _by_month(extract: Extract) -> dict[int, Extract]:
    """The rows of each month's drop, in order of time."""
    order = extract.truth.with_row_index("row").sort("deliver", "at", "event", "row")
    rows, deliver = order["row"].to_numpy().astype(np.int64), order["deliver"].to_numpy()
    cuts = np.flatnonzero(np.diff(deliver, prepend=-1))
    ends = np.append(cuts, len(deliver))[1:]
    return {int(deliver[a]): extract.take(rows[a:b]) for a, b in zip(cuts, ends, strict=True)}


def _located(extract: Extract, file: str) -> pl.DataFrame:
    number = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("source_row")
    return extract.truth.with_columns(pl.lit(extract.source).alias("source"), pl.lit(file).alias("source_file"), number)


def _csv(path: Path, source: str, text: pl.DataFrame) -> None:
    """Police and ward stays end lines as Windows does; police is cp1252; ambulance is piped and never quoted."""
    if source == "ambulance":
        path.write_bytes(_bytes(text, "\n", separator="|", quoted=False))
    elif source == "police":
        path.write_bytes(_bytes(text, "\r\n").decode("utf-8").encode("cp1252", errors="replace"))
    else:
        path.write_bytes(_bytes(text, "\r\n" if source == "mh_beds" else "\n"))


def _bytes(text: pl.DataFrame, ending: str, *, separator: str = ",", quoted: bool = True) -> bytes:
    out = BytesIO()
    text.write_csv(out, separator=separator, line_terminator=ending, quote_style="necessary" if quoted else "never")
    return out.getvalue()


def _workbook(path: Path, sheets: dict[str, Extract], month: int, mess: Counter[str]) -> None:
    """Both sheets under title rows, with stray blank rows, and a total under the assessments."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "Section 136 and MHA log", "created": datetime(2020, 1, 1)})
        style = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, extract in sheets.items():
            sheet = book.add_worksheet(SHEETS[name])
            sheet.set_column(0, extract.text.width, 16)
            _sheet(sheet, extract.text, _titles(name, month), style, mess)
            if name == "mha" and extract.text.height:
                sheet.write_string(sheet.dim_rowmax + 2, 0, f"Total assessments: {extract.text.height}")
                mess["total_row"] += 1


def _titles(name: str, month: int) -> list[str]:
    """Title rows above the header; how many differs by sheet and by month."""
    kept = ["County mental health partnership: " + SHEETS[name], "OFFICIAL-SENSITIVE: invented people", ""]
    return kept + (["Compiled from the duty desk's log", ""] if (month + len(name)) % 3 == 0 else [])


def _sheet(sheet: Worksheet, text: pl.DataFrame, titles: list[str], style: object, mess: Counter[str]) -> None:
    for row, title in enumerate(titles):
        if title:
            sheet.write_string(row, 0, title)
    mess["title_row"] += len(titles)
    row = len(titles)
    for column, name in enumerate(text.columns):
        sheet.write_string(row, column, name)
    for number, values in enumerate(text.iter_rows(), 1):
        row += 1
        if number % 9 == 5:
            row, mess["blank_row"] = row + 1, mess["blank_row"] + 1
        for column, value in enumerate(values):
            if value is not None:
                _cell(sheet, row, column, value, style)


def _cell(sheet: Worksheet, row: int, column: int, value: str, style: object) -> None:
    if value.startswith(DATE):
        sheet.write_datetime(row, column, date.fromisoformat(value[len(DATE) :]), style)
    elif value.startswith(NUMBER):
        sheet.write_number(row, column, int(value[len(NUMBER) :]))
    else:
        sheet.write_string(row, column, value)
