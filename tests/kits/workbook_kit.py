"""A workbook as somebody might hand it back: cells, rows and sheets changed in the file's own XML."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import publish_frames as frames
from xlsxwriter.utility import xl_rowcol_to_cell

from hiu.model import MEETING_ENTRY
from hiu.month import Month
from hiu.publish.access import gated
from hiu.publish.stamp import Stamp
from hiu.publish.workbook.back.judge import judge, records
from hiu.publish.workbook.back.returned import Copy, read_back
from hiu.publish.workbook.back.verdict import Verdict
from hiu.publish.workbook.listing import columns
from hiu.publish.workbook.write import workbook
from hiu.settings import Settings

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ET.register_namespace("", MAIN[1:-1])
ET.register_namespace("r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
KEY = b"k" * 32
SHEETS = ("Read me", "Ranked list", "Entry", "Person", "Monthly", "Actions", "_meta")
FIRST = 6
"""The first person's row, as Excel counts."""


def stamp(month: Month = frames.LAST, run: str = "2026-03-20260408T091200Z-abc123") -> Stamp:
    return Stamp(
        site="Sample area",
        month=month,
        run_id=run,
        built=datetime(2026, 4, 8, 9, 12, tzinfo=UTC),
        data_to=month.end,
        settings_version="12345678",
        synthetic=True,
    )


def entries(rows: list[Mapping[str, Any]] | None = None) -> pl.DataFrame:
    return frames.frame(MEETING_ENTRY, list(rows or []))


def made(tables: dict[str, pl.DataFrame] | None = None, *, key: bytes = KEY, top: int = 20, **more: Any) -> bytes:
    found = tables if tables is not None else frames.published(4)
    passed = gated(found, set(found["ranked"]["person_id"]))
    settings = Settings(name="Sample area", rank={"top": top})  # type: ignore[arg-type]
    return workbook(passed, stamp=stamp(**more), settings=settings, key=key)


def at(column: str, row: int = FIRST) -> str:
    """The place of a column of the list, as `R6`."""
    return xl_rowcol_to_cell(row - 1, columns().index(column))


class Edited:
    """A workbook taken apart; `file()` is it put together again."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self._parts = {name: archive.read(name) for name in archive.namelist()}
        self._changed: dict[str, ET.Element] = {}

    @property
    def parts(self) -> dict[str, bytes]:
        """The files of the workbook, those of changed sheets written anew."""
        while self._changed:
            name, tree = self._changed.popitem()
            self._parts[name] = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
        return self._parts

    def sheet(self, name: str) -> str:
        return f"xl/worksheets/sheet{SHEETS.index(name) + 1}.xml"

    def change(self, name: str, job: Callable[[ET.Element], None]) -> Edited:
        """Do something with a sheet's rows."""
        part = self.sheet(name)
        if part not in self._changed:
            self._changed[part] = ET.fromstring(self._parts[part])
        data = self._changed[part].find(f"{MAIN}sheetData")
        assert data is not None
        job(data)
        return self

    def put(self, ref: str, value: str | int | date | None, sheet: str = "Entry") -> Edited:
        """Type a value into a cell: a number, a date (as Excel keeps one), text, or nothing."""

        def job(data: ET.Element) -> None:
            cell = _cell(data, ref)
            for child in list(cell):
                cell.remove(child)
            cell.attrib.pop("t", None)
            if isinstance(value, str):
                cell.set("t", "inlineStr")
                ET.SubElement(ET.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = value
            elif value is not None:
                number = (value - date(1899, 12, 30)).days if isinstance(value, date) else value
                ET.SubElement(cell, f"{MAIN}v").text = str(number)

        return self.change(sheet, job)

    def drop(self, row: int, sheet: str = "Entry") -> Edited:
        return self.change(sheet, lambda data: data.remove(_row(data, row)))

    def twice(self, row: int, to: int) -> Edited:
        """Copy a row to below the list."""

        def job(data: ET.Element) -> None:
            other = copy.deepcopy(_row(data, row))
            _renumber(other, to)
            data.append(other)

        return self.change("Entry", job)

    def order(self, rows: list[int]) -> Edited:
        """Sort the list's rows, whole."""

        def job(data: ET.Element) -> None:
            found = [_row(data, row) for row in rows]
            for row in found:
                data.remove(row)
            for place, row in zip(sorted(rows), found, strict=True):
                _renumber(row, place)
            data.extend(found)

        return self.change("Entry", job)

    def swap(self, first: str, other: str, rows: tuple[int, int]) -> Edited:
        """Swap two rows' cells from one column to another only, as sorting part of a sheet does."""

        def job(data: ET.Element) -> None:
            span = columns()[columns().index(first) : columns().index(other) + 1]
            for name in span:
                one, two = (_cell(data, at(name, row)) for row in rows)
                kept = copy.deepcopy(one)
                for target, source in ((one, copy.deepcopy(two)), (two, kept)):
                    ref = target.get("r")
                    target.clear()
                    target.attrib.update(source.attrib | {"r": str(ref)})
                    target.extend(list(source))

        return self.change("Entry", job)

    def paste(self, column: str, row: int, to: int, *, values: bool = False) -> Edited:
        """Copy a cell of the list to another row, with its format as Excel does, or only its value."""

        def job(data: ET.Element) -> None:
            source, target = copy.deepcopy(_cell(data, at(column, row))), _cell(data, at(column, to))
            style = target.get("s")
            target.clear()
            target.attrib.update(source.attrib | {"r": at(column, to)} | ({"s": str(style)} if values else {}))
            target.extend(list(source))

        return self.change("Entry", job)

    def file(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return out.getvalue()

    def back(self, key: bytes = KEY) -> Copy:
        return read_back(self.file(), "returned.xlsx", key)

    def verdict(self, held: pl.DataFrame | None = None, **more: Any) -> Verdict:
        return judge(self.back(), entries() if held is None else held, **more)


def recorded(edited: Edited, held: pl.DataFrame | None = None, *, author: str = "Ann", hour: int = 10) -> pl.DataFrame:
    """The records after a copy was taken in."""
    before = entries() if held is None else held
    verdict = edited.verdict(before)
    rows = records(verdict, edited.back(), before, author=author, now=datetime(2026, 4, 9, hour))
    return pl.concat([before, frames.frame(MEETING_ENTRY, rows)])  # type: ignore[arg-type]


def refusals(verdict: Verdict) -> list[tuple[str, str]]:
    """Place and code of everything refused."""
    return [(one.ref.removeprefix("Entry!"), one.code) for one in verdict.refused]


def changed(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Place, old and new value of every change."""
    return [(one.ref.removeprefix("Entry!"), one.old, one.new) for one in verdict.changes]


def _row(data: ET.Element, number: int) -> ET.Element:
    found = data.find(f"{MAIN}row[@r='{number}']")
    if found is None:
        found = ET.SubElement(data, f"{MAIN}row", {"r": str(number)})
    return found


def _cell(data: ET.Element, ref: str) -> ET.Element:
    row = _row(data, int(re.sub(r"\D", "", ref)))
    found = row.find(f"{MAIN}c[@r='{ref}']")
    return ET.SubElement(row, f"{MAIN}c", {"r": ref}) if found is None else found


def _renumber(row: ET.Element, number: int) -> None:
    row.set("r", str(number))
    for cell in row:
        cell.set("r", re.sub(r"\d+", str(number), str(cell.get("r"))))
