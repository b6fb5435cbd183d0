"""The form beside a person: its fields, and what was typed as a workbook's row, so that the same rules judge both."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from hiu.model.meeting import ACTION_FIELDS, CHOICES, DATED_FACTS, GATE_DATES, GRADINGS, MEETING_FIELDS
from hiu.month import Month
from hiu.publish.people import Action, actions_of
from hiu.publish.rows import Tables
from hiu.publish.stamp import Stamp
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.workbook.back.returned import Cell, Copy, Row, SentRow
from hiu.publish.workbook.listing import ListedPerson, listed_people
from hiu.publish.workbook.values import DATES, LONGEST, PAST
from hiu.settings import Settings

USED = ("ranked", "people", "support", "risk_grading")
"""Published tables that a form is made of, with the entries on record."""

_GATES = tuple(name for pair in GATE_DATES.items() for name in pair)
_GROUPS = {
    "Decision": ("decision", "owner", "next_review", "notes"),
    "Permissions before support": _GATES,
    "Notice and plan": tuple(DATED_FACTS),
    "Clinical risk, graded by a clinician": GRADINGS["clinical"],
    "Public-safety risk, graded by the police": GRADINGS["public_safety"],
}


def form_fields() -> list[dict[str, object]]:
    """The form's groups in order, each with its fields: name, title, kind (choice, date, long or text), words, longest.

    A field that no group names stands in a group of its own at the end.
    """
    named = {name for names in _GROUPS.values() for name in names}
    groups = {**_GROUPS, "Also": tuple(name for name in MEETING_FIELDS if name not in named)}
    return [{"title": title, "fields": [_field(name) for name in names]} for title, names in groups.items() if names]


def action_fields() -> list[dict[str, object]]:
    """The fields of an action."""
    return [_field(name) for name in ACTION_FIELDS]


def _field(name: str) -> dict[str, object]:
    kind = "choice" if name in CHOICES else "date" if name in (*DATES, *PAST) else "text"
    kind = "long" if name == "notes" else kind
    title = (ENTERED | ACTION_TITLES)[name]
    return {"name": name, "title": title, "kind": kind, "words": CHOICES.get(name), "longest": LONGEST.get(name)}


def person_as_sent(
    tables: Tables, entries: pl.DataFrame, person: str, month: Month, settings: Settings, version: int | None = None
) -> tuple[ListedPerson, list[Action]] | None:
    """A person's fields and actions as the form shows them at a version of the row (default: now).

    `tables` = USED, past the gate. None for somebody who may not be shown.
    """
    own = entries.filter(pl.col("person_id") == person, pl.col("month") <= month.start)
    seen = own if version is None else own.filter(pl.col("row_version") <= version)
    theirs = {name: tables[name].filter(pl.col("person_id") == person) for name in USED}
    # places were counted over the whole list; alone, a person is in the first of any number of places
    found = listed_people({**theirs, "meeting_entry": seen}, month, settings)
    return (found[0], actions_of(seen)) if found else None


def as_copy(
    one: ListedPerson,
    actions: Sequence[Action],
    values: Mapping[str, str],
    action: Mapping[str, str] | None,
    *,
    stamp: Stamp,
    on: date,
) -> Copy:
    """What was typed about a person as a returned workbook of one row: fields that were not typed are as they were.

    `action` = the four fields of one action, whose words tell it from another.
    """
    person = one.person_id
    sent = SentRow(person_id=person, shown=one.cells, entered=one.entered, version=one.version, check=person)
    typed = dict(one.entered) | dict(values)
    cells = {name: Cell("", text) for name, text in one.cells.items()}
    cells |= {name: Cell(ENTERED[name], text) for name, text in typed.items() if name in ENTERED}
    rows, words = [], (action or {}).get("action", "")
    if action is not None:
        texts = {name: Cell(ACTION_TITLES[name], action.get(name, "")) for name in ACTION_FIELDS}
        rows = [Row(1, {"pick": Cell("Person", person), **texts}, "")]
    return Copy(
        pack_id=stamp.pack_id,
        run_id=stamp.run_id,
        month=stamp.month,
        built=on,
        sent={person: sent},
        sent_actions=[found for found in actions if found.action == words],
        rows=[Row(1, cells, person)],
        actions=rows,
    )
