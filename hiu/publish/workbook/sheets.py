"""The tabs beside the list and the person: Read me, Monthly, Actions and hidden _meta."""

import hashlib
import tomllib
from dataclasses import asdict

from hiu.model.grades import bands_in_words
from hiu.model.meeting import CHOICES, NEEDED_TO_START, STARTING
from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.pages import asset
from hiu.publish.stamp import MARKING
from hiu.publish.words.datasets import title_of
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.words.text import join_words
from hiu.publish.workbook.book import (
    ENTRY,
    FORMAT,
    MONTHLY,
    NOT_SUPPLIED,
    RANKED,
    TOP,
    Tab,
    one_of,
    tall,
    within_a_year,
)
from hiu.publish.workbook.listing import CHECK
from hiu.publish.workbook.proof import canonical, signature

SPARE_ACTIONS = 60
SUPPORT = "Support"
"""Heading of the column that says in which month support started or ended."""


def read_me(tab: Tab) -> None:
    """How to use the workbook, in a page."""
    sheet, stamp = tab.sheet, tab.contents.stamp
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    tab.text(0, 0, "Risk and demand workbook", "title")
    tab.text(1, 0, MARKING, "marking")
    needed = (f"{ENTERED[name].lower()} ({' or '.join(words)})" for name, words in NEEDED_TO_START.items())
    values = {
        "stamp": stamp,
        "audit": stamp.audit_head[:16] or "none",
        "ranked": RANKED,
        "entry": ENTRY,
        "check": CHECK,
        "starting": STARTING,
        "needed": join_words(needed),
        "grades": bands_in_words(),
    }
    for row, (label, text) in enumerate(tomllib.loads(asset("read_me.toml")).items(), 3):
        text = text.format(**values)
        tab.text(row, 0, label.format(**values), "label")
        tab.text(row, 1, text, "plain")
        sheet.set_row(row, tall(text, 110) + 3)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def support_in(own: PersonSeries, month: Month) -> str:
    """Whether support started or ended in a month, in words; empty if neither."""
    days = {"started": own.support_start, "ended": own.support_end}
    return join_words(word for word, when in days.items() if when and Month.of(when) == month)


def monthly(tab: Tab) -> int:
    """Every person's months, one a row under a key the Person tab looks up; the last row used (from 0)."""
    sheet, contents, sets, row = tab.sheet, tab.contents, tab.contents.sets, TOP
    tab.head(MONTHLY)
    tab.texts(TOP, ("Key", "Person", "Name", "Month", *map(title_of, sets), SUPPORT), "head")
    for one in contents.people:
        own = contents.series[one.person_id]
        for at, month in enumerate(own.months):
            row += 1
            tab.text(row, 0, f"{one.person_id}|{month}", "hidden")
            tab.text(row, 1, one.person_id, "text")
            tab.text(row, 2, one.cells["name"], "text")
            sheet.write_datetime(row, 3, month.start, tab.styles["month"])
            for column, name in enumerate(sets, 4):
                if (n := own.counts[name][at]) is None:
                    tab.text(row, column, NOT_SUPPLIED, "missing")
                else:
                    tab.number(row, column, n)
            if words := support_in(own, month):
                tab.text(row, 4 + len(sets), words, "text")
    sheet.set_column(0, 0, 4, None, {"hidden": True})
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 4 + len(sets), 13)
    sheet.autofilter(TOP, 0, max(row, TOP + 1), 4 + len(sets))
    sheet.freeze_panes(TOP + 1, 4)
    return row


def actions(tab: Tab) -> None:
    """The Actions tab: open ones of earlier meetings, and room for new ones."""
    sheet, contents = tab.sheet, tab.contents
    tab.head("Actions")
    pick = {one.person_id: one.pick for one in contents.people}
    tab.texts(TOP, ("Person", *ACTION_TITLES.values()), "head_entry")
    rows = [(pick[one.person_id], one.action, one.owner, one.due, one.done) for one in contents.actions]
    rows += [("",) * 5] * SPARE_ACTIONS
    for row, cells in enumerate(rows, TOP + 1):
        for column, text in enumerate(cells):
            tab.entry(row, column, text, dated=column == 3)
    for column, size in enumerate((44, 70, 24, 14, 10)):
        sheet.set_column(column, column, size)
    rules = {
        0: one_of(f"={contents.choices()}"),
        3: within_a_year(contents.stamp.built.date()),
        4: one_of(CHOICES["action_done"]),
    }
    for column, rule in rules.items():
        sheet.data_validation(TOP + 1, column, TOP + len(rows), column, rule)
    sheet.freeze_panes(TOP + 1, 1)


def meta(tab: Tab) -> None:
    """The hidden tab: what was sent out, signed, and the choices of the drop-down of people."""
    contents, stamp, key = tab.contents, tab.contents.stamp, tab.contents.key
    rows: list[tuple[str, str, dict[str, object]]] = [
        *(("person", one.person_id, one.signed) for one in contents.people),
        *(("action", one.person_id, asdict(one)) for one in contents.actions),
    ]
    texts = [canonical(value) for _, _, value in rows]
    head = {
        "format": FORMAT,
        "pack_id": stamp.pack_id,
        "run_id": stamp.run_id,
        "month": str(stamp.month),
        "built": stamp.built.date().isoformat(),
        "rows": len(rows),
        "sha256": hashlib.sha256("\n".join(texts).encode("ascii")).hexdigest(),
    }
    signed = signature(key, stamp.pack_id, "head", head)
    tab.texts(0, ("hiu", "workbook", canonical(head), signed), "hidden")
    for row, ((kind, person, value), text) in enumerate(zip(rows, texts, strict=True), 1):
        cells = [kind, person, text, signature(key, stamp.pack_id, kind, [person, value])]
        if kind == "person":
            cells += [contents.people[row - 1].pick, contents.series[person].finding]
        tab.texts(row, cells, "hidden")
    tab.sheet.hide()
