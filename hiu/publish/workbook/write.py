"""The risk and demand workbook: the month's list to take to the meeting, and the only way decisions come back.

Made with everything as text or number (nothing from the data is ever a formula or a link). For group members: only
people `access.visible` allows are in it. `workbook_back` reads a returned copy.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from hiu.model import DATASETS
from hiu.model.meeting import CHOICES
from hiu.model.words import BAND_FROM
from hiu.publish.access import withheld
from hiu.publish.charts.data import PersonSeries, all_series
from hiu.publish.meeting import (
    ACTIONS,
    CHECK,
    ENTERED,
    GRADES,
    META,
    MONTHLY,
    NUMBERS,
    PERSON,
    RANKED,
    README,
    SHOWN,
    Action,
    Listed,
    actions_of,
    grade,
    listed,
)
from hiu.publish.stamp import Stamp
from hiu.publish.workbook.person import person_sheet
from hiu.publish.workbook.readme import read_me
from hiu.publish.workbook.sheets import (
    LINE,
    TOP,
    Styles,
    actions,
    entry_cell,
    head_rows,
    meta,
    monthly,
    tall,
    within_a_year,
)
from hiu.publish.workbook.sign import signature
from hiu.settings import Settings

MONTHS = 24
WIDTHS = {
    "rank": 7,
    "name": 24,
    "person_id": 15,
    "born": 13,
    "list": 9,
    "access": 11,
    "label": 15,
    "contacts_3": 10,
    "contacts_12": 10,
    "plausible": 12,
    "certainty": 10,
    "risk": 16,
    "sentence": 62,
    "last": 34,
    "decision": 27,
    "owner": 20,
    "next_review": 13,
    "notes": 44,
}
_NARROW = 13


def workbook_name(stamp: Stamp) -> str:
    """The file's name: no name of a person in it."""
    return f"risk-and-demand-{stamp.month}.xlsx"


def workbook(tables: Mapping[str, pl.DataFrame], *, stamp: Stamp, settings: Settings, key: bytes) -> bytes:
    """The workbook as a file.

    `tables` are published tables (ranked, people, support, risk_grading, monthly_demand, coverage and meeting_entry
    are used); `key` is the site's key for 'workbook'. Charts show the last 24 months.
    """
    people = listed(tables, stamp.month, settings)
    sets = (*DATASETS, *sorted(set(tables["coverage"]["dataset"]) - set(DATASETS)))
    series = _series(tables, people, stamp, settings, sets)
    shown = {one.person_id for one in people}
    open_ = [one for one in actions_of(tables["meeting_entry"], done=False) if one.person_id in shown]
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        _fill(book, people, open_, series, sets, stamp, key, withheld(tables["ranked"], settings.rank.top))
    return target.getvalue()


def _fill(
    book: Any,
    people: Sequence[Listed],
    open_: Sequence[Action],
    series: Mapping[str, PersonSeries],
    sets: tuple[str, ...],
    stamp: Stamp,
    key: bytes,
    left_out: int,
) -> None:
    book.set_properties(
        {"title": f"Risk and demand, {stamp.month.title}", "comments": f"Pack {stamp.pack_id}", "created": stamp.built}
    )
    styles = Styles.of(book)
    sheets = {name: book.add_worksheet(name) for name in (README, RANKED, PERSON, MONTHLY, ACTIONS, META)}
    picks = f"={META}!$E$2:$E${max(2, len(people) + 1)}"
    read_me(sheets[README], styles, stamp)
    _ranked(sheets[RANKED], styles, stamp, people, key, left_out)
    last = monthly(sheets[MONTHLY], styles, stamp, people, series, sets, left_out)
    if people:
        person_sheet(book, sheets[PERSON], styles, stamp, people, series, sets, last, left_out)
    actions(sheets[ACTIONS], styles, stamp, people, open_, picks, left_out)
    meta(sheets[META], styles, stamp, people, open_, {p: s.finding for p, s in series.items()}, key)
    sheets[RANKED].activate()


def columns() -> list[str]:
    """The keys of the list's columns in order; a grade stands after the impact it is worked out from."""
    entered = [
        [name, f"grade_{name.removeprefix('impact_')}"] if name.startswith("impact_") else [name] for name in ENTERED
    ]
    return [*SHOWN, *(name for pair in entered for name in pair), "check"]


def heading(column: str) -> str:
    """The heading over a column of the list."""
    if column == "check":
        return CHECK
    return GRADES[column.removeprefix("grade_")] if column.startswith("grade_") else (SHOWN | ENTERED)[column]


def _ranked(sheet: Any, styles: Styles, stamp: Stamp, people: Sequence[Listed], key: bytes, left_out: int) -> None:
    names = columns()
    head_rows(sheet, styles, "People to offer support to", stamp, left_out)
    for column, name in enumerate(names):
        sheet.write_string(TOP, column, heading(name), styles["head_entry" if name in ENTERED else "head"])
        sheet.set_column(column, column, WIDTHS.get(name, _NARROW), None, {"hidden": name == "check"})
    for row, one in enumerate(people, TOP + 1):
        _row(sheet, styles, row, names, one, stamp, key)
        longest = max(tall(text, WIDTHS[name]) for name, text in zip(SHOWN, one.shown, strict=True))
        sheet.set_row(row, max(2 * LINE, longest))
    last = max(TOP + 1, TOP + len(people))
    for name, words in CHOICES.items():
        if name in ENTERED:
            _choice(sheet, last, names.index(name), name, words)
    review = names.index("next_review")
    sheet.data_validation(TOP + 1, review, last, review, within_a_year(stamp.built.date()))
    sheet.autofilter(TOP, 0, last, len(names) - 1)
    sheet.set_row(TOP, 44)
    sheet.set_print_scale(62)
    sheet.set_v_pagebreaks([len(SHOWN)])
    sheet.repeat_columns(0, 2)
    sheet.freeze_panes(TOP + 1, 3)


def _row(sheet: Any, styles: Styles, row: int, names: list[str], one: Listed, stamp: Stamp, key: bytes) -> None:
    shown = dict(zip(SHOWN, one.shown, strict=True))
    signed = {"shown": one.shown, "sent": dict(one.sent), "version": one.version}
    for column, name in enumerate(names):
        if name == "check":
            sheet.write_string(
                row, column, signature(key, stamp.pack_id, "person", [one.person_id, signed]), styles["hidden"]
            )
        elif name.startswith("grade_"):
            self, other = (f"{xl_col_to_name(column - back)}{row + 1}" for back in (1, 2))
            role = name.removeprefix("grade_")
            band = grade(one.sent[f"likelihood_{role}"], one.sent[f"impact_{role}"])
            formula = (
                f'=IF(OR({self}="",{other}=""),"",IF({self}*{other}>={BAND_FROM["High"]},"High",'
                f'IF({self}*{other}>={BAND_FROM["Medium"]},"Medium","Low")))'
            )
            sheet.write_formula(row, column, formula, styles["grade"], band)
        elif name in ENTERED:
            score = name.startswith(("likelihood", "impact"))
            entry_cell(sheet, row, column, one.sent[name], styles, dated=name == "next_review", number=score)
        elif name in NUMBERS and shown[name]:
            sheet.write_number(row, column, int(shown[name]), styles["number"])
        else:
            sheet.write_string(row, column, shown[name], styles["wrap"])


def _choice(sheet: Any, last: int, column: int, name: str, words: Sequence[str]) -> None:
    sheet.data_validation(
        TOP + 1,
        column,
        last,
        column,
        {
            "validate": "list",
            "source": list(words),
            "error_title": ENTERED[name][:32],
            "error_message": "Choose from the list, or leave it empty.",
        },
    )


def _series(
    tables: Mapping[str, pl.DataFrame],
    people: Sequence[Listed],
    stamp: Stamp,
    settings: Settings,
    sets: tuple[str, ...],
) -> dict[str, PersonSeries]:
    first = (stamp.month - (MONTHS - 1)).start
    recent = {name: tables[name].filter(pl.col("month") >= first) for name in ("monthly_demand", "coverage")}
    found = all_series(
        [one.person_id for one in people],
        demand=recent["monthly_demand"],
        coverage=recent["coverage"],
        ranked=tables["ranked"],
        last=stamp.month,
        support=tables["support"],
        breaks=settings.policy_breaks,
        extra=tuple(name for name in sets if name not in DATASETS),
    )
    return {one.person_id: one for one in found}
