"""The sheets of the workbook beside the list: Monthly, Actions and hidden _meta; and what all sheets share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from hiu.model.meeting import CHOICES
from hiu.publish.charts.data import PersonSeries
from hiu.publish.meeting import ACTION_TITLES, MONTHLY, Action, Listed
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.datasets import title_of
from hiu.publish.words.text import day, wrap
from hiu.publish.workbook.sign import packed, signature

FORMAT = 1
TOP = 4
"""Row (from 0) of every table's header; the rows above say what the sheet is."""
NOT_SUPPLIED = "not supplied"
SPARE_ACTIONS = 60
FACE = "Arial"
LINE = 13.5
"""Points a line of text takes."""


@dataclass(frozen=True)
class Styles:
    """Cell formats by name, one of each."""

    made: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.made[name]

    @classmethod
    def of(cls, book: Any) -> Styles:
        base = {"font_name": FACE, "font_size": 10, "valign": "top"}
        text = base | {"quote_prefix": True, "num_format": "@"}
        entry: dict[str, Any] = {"bg_color": "#EAF1F8", "border": 1, "border_color": "#9FB4C7"}
        head = base | {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#E3E6E8", "valign": "vcenter"}
        kinds: dict[str, dict[str, Any]] = {
            "text": text,
            "wrap": text | {"text_wrap": True},
            "number": base | {"align": "center"},
            "plain": base | {"text_wrap": True},
            "month": base | {"num_format": "mmm yyyy", "align": "left"},
            "head": head,
            "head_entry": head | {"bg_color": "#C9DAEA"},
            "entry": base | entry | {"align": "center"},
            "entry_text": base | entry | {"text_wrap": True, "num_format": "@"},
            "entry_date": base | entry | {"num_format": "d mmm yyyy", "align": "left"},
            "grade": base | {"italic": True},
            "title": base | {"bold": True, "font_size": 14},
            "marking": base | {"bold": True, "font_color": "#7A0019"},
            "missing": base | {"font_color": "#505A5F"},
            "label": base | {"bold": True},
            "hidden": base | {"font_color": "#8A9299", "num_format": "@"},
        }
        return cls({name: book.add_format(kind) for name, kind in kinds.items()})


@lru_cache(maxsize=4096)
def tall(text: str, column: float) -> float:
    """Height of a row whose cell of so many characters' width holds a text: not every program works it out itself."""
    return LINE * len(wrap(text, column * 7.4, 12.9, lines=40))


def head_rows(sheet: Any, styles: Styles, title: str, stamp: Stamp, left_out: int) -> None:
    """The rows above a table, and what is printed on every page of it. `left_out` = people withheld by the gate."""
    invented = " Invented people." if stamp.synthetic else ""
    sheet.write_string(0, 0, title, styles["title"])
    sheet.write_string(1, 0, f"{MARKING}. For members of the group only.{invented}", styles["marking"])
    said = (
        f"{stamp.site}, {stamp.month.title}; data to {stamp.data_text}; built {stamp.built_text}; pack "
        f"{stamp.pack_id}; withheld: {left_out}"
    )
    sheet.write_string(2, 0, said, styles["text"])
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TOP)
    footer = f"{stamp.month.title}, pack {stamp.pack_id}"
    sheet.set_header(f"&C{MARKING.replace('&', '&&')}")
    sheet.set_footer(f"&L{footer}&RPage &P of &N")


def monthly(
    sheet: Any,
    styles: Styles,
    stamp: Stamp,
    people: Sequence[Listed],
    series: Mapping[str, PersonSeries],
    sets: Sequence[str],
    left_out: int,
) -> int:
    """Every person's months, one a row under a key the Person sheet looks up; the last row used (from 0)."""
    head_rows(sheet, styles, MONTHLY, stamp, left_out)
    for column, title in enumerate(("Key", "Person", "Name", "Month", *map(title_of, sets))):
        sheet.write_string(TOP, column, title, styles["head"])
    row = TOP
    for one in people:
        own = series[one.person_id]
        for at, month in enumerate(own.months):
            row += 1
            sheet.write_string(row, 0, f"{one.person_id}|{month}", styles["hidden"])
            sheet.write_string(row, 1, one.person_id, styles["text"])
            sheet.write_string(row, 2, one.shown[1], styles["text"])
            sheet.write_datetime(row, 3, month.start, styles["month"])
            for column, name in enumerate(sets, 4):
                if (n := own.counts[name][at]) is None:
                    sheet.write_string(row, column, NOT_SUPPLIED, styles["missing"])
                else:
                    sheet.write_number(row, column, n, styles["number"])
    sheet.set_column(0, 0, 4, None, {"hidden": True})
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 3 + len(sets), 13)
    sheet.autofilter(TOP, 0, max(row, TOP + 1), 3 + len(sets))
    sheet.freeze_panes(TOP + 1, 4)
    return row


def actions(
    sheet: Any,
    styles: Styles,
    stamp: Stamp,
    people: Sequence[Listed],
    open_: Sequence[Action],
    picks: str,
    left_out: int,
) -> None:
    """The Actions sheet: open ones of earlier meetings, and room for new ones."""
    head_rows(sheet, styles, "Actions", stamp, left_out)
    pick = {one.person_id: one.pick for one in people}
    for column, title in enumerate(("Person", *ACTION_TITLES.values())):
        sheet.write_string(TOP, column, title, styles["head_entry"])
    last = TOP + len(open_) + SPARE_ACTIONS
    for row in range(TOP + 1, last + 1):
        one = open_[row - TOP - 1] if row - TOP - 1 < len(open_) else None
        cells = (pick[one.person_id], one.action, one.owner, one.due, one.done) if one else ("",) * 5
        for column, text in enumerate(cells):
            entry_cell(sheet, row, column, text, styles, dated=column == 3)
    for column, size in enumerate((44, 70, 24, 14, 10)):
        sheet.set_column(column, column, size)
    sheet.data_validation(TOP + 1, 0, last, 0, {"validate": "list", "source": picks})
    sheet.data_validation(TOP + 1, 3, last, 3, within_a_year(stamp.built.date()))
    sheet.data_validation(TOP + 1, 4, last, 4, {"validate": "list", "source": list(CHOICES["action_done"])})
    sheet.freeze_panes(TOP + 1, 1)


def meta(
    sheet: Any,
    styles: Styles,
    stamp: Stamp,
    people: Sequence[Listed],
    open_: Sequence[Action],
    findings: Mapping[str, str],
    key: bytes,
) -> None:
    """The hidden sheet: what was sent out, signed, and the choices of the drop-down of people."""
    rows = [
        ("person", one.person_id, {"shown": one.shown, "sent": dict(one.sent), "version": one.version})
        for one in people
    ] + [("action", one.person_id, asdict(one)) for one in open_]
    texts = [packed(value) for _, _, value in rows]
    head = {
        "format": FORMAT,
        "pack_id": stamp.pack_id,
        "run_id": stamp.run_id,
        "month": str(stamp.month),
        "built": stamp.built.date().isoformat(),
        "rows": len(rows),
        "sha256": hashlib.sha256("\n".join(texts).encode("ascii")).hexdigest(),
    }
    for column, text in enumerate(("hiu", "workbook", packed(head), signature(key, stamp.pack_id, "head", head))):
        sheet.write_string(0, column, text, styles["hidden"])
    for row, ((kind, person, value), text) in enumerate(zip(rows, texts, strict=True), 1):
        for column, cell in enumerate((kind, person, text, signature(key, stamp.pack_id, kind, [person, value]))):
            sheet.write_string(row, column, cell, styles["hidden"])
        if kind == "person":
            sheet.write_string(row, 4, people[row - 1].pick, styles["hidden"])
            sheet.write_string(row, 5, findings[person], styles["hidden"])
    sheet.hide()


def entry_cell(
    sheet: Any, row: int, column: int, text: str, styles: Styles, *, dated: bool = False, number: bool = False
) -> None:
    """A cell to be filled in, with what it holds already."""
    if not text:
        sheet.write_blank(row, column, None, styles["entry_date" if dated else "entry_text" if not number else "entry"])
    elif dated:
        sheet.write_datetime(row, column, date.fromisoformat(text), styles["entry_date"])
    elif number:
        sheet.write_number(row, column, int(text), styles["entry"])
    else:
        sheet.write_string(row, column, text, styles["entry_text"])


def year_on(day_: date) -> date:
    """The same day a year later; of 29 February the 28th."""
    return day_.replace(year=day_.year + 1, day=28 if (day_.month, day_.day) == (2, 29) else day_.day)


def within_a_year(built: date) -> dict[str, Any]:
    """The rule of a date cell: from the day the workbook was built, for twelve months."""
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": built,
        "maximum": year_on(built),
        "error_title": "Not a date within 12 months",
        "error_message": f"Enter a date from {day(built)} to {day(year_on(built))}.",
    }
