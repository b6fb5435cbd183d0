"""The risk and demand workbook: the month's list to take to the meeting, and the only way decisions come back.

Made with everything as text or number (nothing from the data is ever a formula or a link). For group members: only
people `access.visible` allows are in it. `returned` reads a copy that comes back.
"""

import io
from dataclasses import replace

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook

from hiu.model import DATASETS
from hiu.model.grades import BAND_FROM
from hiu.model.meeting import CHOICES, GATE_DATES
from hiu.publish.access import withheld_words
from hiu.publish.charts.data import series
from hiu.publish.charts.headings import MONTHS
from hiu.publish.feeds import own_sets
from hiu.publish.people import actions_of
from hiu.publish.rows import Tables, instead
from hiu.publish.stamp import Stamp
from hiu.publish.words.terms import ENTERED
from hiu.publish.workbook.book import (
    ENTRY,
    LINE,
    TABS,
    TOP,
    Contents,
    Tab,
    entry_styles,
    one_of,
    styles_of,
    tall,
    until_today,
    within_a_year,
)
from hiu.publish.workbook.listing import KEYS, NUMBERS, SHOWN, ListedPerson, columns, grade, heading, listed_people
from hiu.publish.workbook.person import person_tab
from hiu.publish.workbook.proof import SHADES, shade, signature
from hiu.publish.workbook.sheets import actions, meta, monthly, read_me
from hiu.publish.workbook.values import DATES, EARLIEST, PAST
from hiu.settings import Settings

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
    "sentence": 90,
    "gates": 60,
    "last": 40,
}
ENTRY_WIDTHS = {"name": 24, "decision": 27, "owner": 20, "notes": 56}
_NARROW = 13
_BEHIND_PLUS = (*GATE_DATES, *PAST)
_AFTER_GATES = "plan_review_at"
"""The column whose heading bears the plus that opens the gates."""


def workbook_name(stamp: Stamp) -> str:
    """The file's name: no name of a person in it."""
    return f"risk-and-demand-{stamp.month}.xlsx"


def workbook(tables: Tables, *, stamp: Stamp, settings: Settings, key: bytes) -> bytes:
    """The workbook as a file.

    `tables` are published tables (ranked, people, support, risk_grading, monthly_demand, coverage and meeting_entry
    are used); `key` is the site's key for 'workbook'. Charts show the last 24 months.
    """
    people = listed_people(tables, stamp.month, settings)
    ids = [one.person_id for one in people]
    extra = own_sets(tables["coverage"])
    since = pl.col("month") >= (stamp.month - (MONTHS - 1)).start
    recent = {name: tables[name].filter(since) for name in ("monthly_demand", "coverage")}
    drawn = series(ids, instead(tables, recent), stamp.month, breaks=settings.policy_breaks, extra=extra)
    contents = Contents(
        stamp=stamp,
        people=people,
        actions=[one for one in actions_of(tables["meeting_entry"], done=False) if one.person_id in ids],
        series={one.person_id: one for one in drawn},
        sets=(*DATASETS, *extra),
        withheld=withheld_words(tables["ranked"], settings.rank.top),
        key=key,
    )
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        _fill(book, contents)
    return target.getvalue()


def _fill(book: Workbook, contents: Contents) -> None:
    stamp = contents.stamp
    book.set_properties(
        {"title": f"Risk and demand, {stamp.month.title}", "comments": f"Pack {stamp.pack_id}", "created": stamp.built}
    )
    styles = styles_of(book)
    made = (Tab(sheet=book.add_worksheet(name), styles=styles, contents=contents) for name in TABS)
    how, ranked, entries, person, months, tasks, hidden = made
    read_me(how)
    _ranked(ranked)
    _entry(book, entries)
    last = monthly(months)
    if contents.people:
        person_tab(book, person, last)
    actions(tasks)
    meta(hidden)
    entries.sheet.activate()


def _ranked(tab: Tab) -> None:
    """The list to be read: nothing on it is taken in."""
    sheet, people = tab.sheet, tab.contents.people
    tab.head("People to discuss")
    tab.text(3, 0, f"For reading. What the meeting decides is filled in on the tab '{ENTRY}'.", "plain_line")
    for column, name in enumerate(SHOWN):
        tab.text(TOP, column, heading(name), "head")
        sheet.set_column(column, column, WIDTHS[name])
    for row, one in enumerate(people, TOP + 1):
        for column, (name, text) in enumerate(one.cells.items()):
            _shown(tab, row, column, name, text)
        sheet.set_row(row, max(2 * LINE, *(tall(text, WIDTHS[name]) for name, text in one.cells.items())))
    _laid_out(tab, len(SHOWN), frozen=2, pages=pages_of(len(people)) + 1)


def _entry(book: Workbook, tab: Tab) -> None:
    """What is filled in, a row a person: twelve columns, the gates behind a plus, and what proves the row hidden."""
    sheet, contents, names, people = tab.sheet, tab.contents, columns(), tab.contents.people
    tab.head("What the meeting decides")
    hint = f"Fill in the blue cells. Gates, notice and plan: press + above '{heading(_AFTER_GATES)}'."
    tab.text(3, 0, hint, "plain_line")
    shades = [entry_styles(book, shade(turn)) for turn in range(min(len(people), SHADES))]
    for column, name in enumerate(names):
        tab.text(TOP, column, heading(name), "head_entry" if name in ENTERED else "head")
        sheet.set_column(column, column, ENTRY_WIDTHS.get(name, _NARROW), None, _folded(name))
    for row, one in enumerate(people, TOP + 1):
        check = signature(contents.key, contents.stamp.pack_id, "person", [one.person_id, one.signed])
        _row(replace(tab, styles=tab.styles | shades[(row - TOP - 1) % SHADES]), row, names, one, check)
        texts = {"name": one.cells["name"], "notes": one.entered["notes"]}
        sheet.set_row(row, max(2 * LINE, *(tall(text, ENTRY_WIDTHS[name]) for name, text in texts.items())))
    _rules(tab, names)
    _laid_out(tab, len(names), frozen=1, pages=pages_of(len(people)))


def _folded(name: str) -> dict[str, object]:
    """How a column of the Entry tab goes out: shown, behind the plus, or hidden for good."""
    if name in _BEHIND_PLUS:
        return {"level": 1, "hidden": True}
    return {
        "hidden": name not in ("name", *ENTERED) and not name.startswith("grade_"),
        "collapsed": name == _AFTER_GATES,
    }


def _rules(tab: Tab, names: list[str]) -> None:
    hint = "Choose from the list, or leave it empty."
    rules = {
        name: one_of(words, error_title=ENTERED[name][:32], error_message=hint)
        for name, words in CHOICES.items()
        if name in ENTERED
    }
    rules |= {name: within_a_year(tab.contents.stamp.built.date()) for name in DATES if name in ENTERED}
    rules |= dict.fromkeys(PAST, until_today(EARLIEST))
    last = max(TOP + 1, TOP + len(tab.contents.people))
    for name, rule in rules.items():
        tab.sheet.data_validation(TOP + 1, names.index(name), last, names.index(name), rule)


def _laid_out(tab: Tab, width: int, *, frozen: int, pages: int) -> None:
    """Filters, what stays in view, and on how many pages at most the tab prints."""
    tab.sheet.autofilter(TOP, 0, max(TOP + 1, TOP + len(tab.contents.people)), width - 1)
    tab.sheet.set_row(TOP, 44)
    tab.sheet.fit_to_pages(1, pages)
    tab.sheet.freeze_panes(TOP + 1, frozen)


def pages_of(people: int) -> int:
    """Printed pages of a list of so many people, 25 a page."""
    return max(1, -(-people // 25))


def _row(tab: Tab, row: int, names: list[str], one: ListedPerson, check: str) -> None:
    shown = one.cells
    for column, name in enumerate(names):
        if name == "check" or name in KEYS:
            tab.text(row, column, check, "hidden")
        elif name.startswith("grade_"):
            band = grade(one.entered, name.removeprefix("grade_"))
            tab.formula(row, column, _grade_formula(row, column), "grade", band)
        elif name in ENTERED:
            score = name.startswith(("likelihood", "impact"))
            tab.entry(row, column, one.entered[name], dated=name in (*DATES, *PAST), number=score)
        else:
            _shown(tab, row, column, name, shown[name])


def _shown(tab: Tab, row: int, column: int, name: str, text: str) -> None:
    """A cell that is read only."""
    if name in NUMBERS and text:
        tab.number(row, column, int(text))
    else:
        tab.text(row, column, text, "wrap")


def _grade_formula(row: int, column: int) -> str:
    """The band of the likelihood and the impact to the left of a cell, by the cut-offs of the risk matrix."""
    impact, likelihood = (xl_rowcol_to_cell(row, column - back) for back in (1, 2))
    lowest, *upper = BAND_FROM
    band = f'"{lowest}"'
    for name in upper:
        band = f'IF({impact}*{likelihood}>={BAND_FROM[name]},"{name}",{band})'
    return f'=IF(OR({impact}="",{likelihood}=""),"",{band})'
