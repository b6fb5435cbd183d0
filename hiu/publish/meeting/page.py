"""The page of the live meeting, and what it is sent about a person: the form's state, and what became of an entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from hiu.month import Month
from hiu.publish.charts.data import PersonSeries
from hiu.publish.meeting.form import action_fields, form_fields
from hiu.publish.meeting.sittings import standing
from hiu.publish.pack.page import pack_page
from hiu.publish.pack.view import View
from hiu.publish.people import Action
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.words.text import count_of, moment
from hiu.publish.workbook.back.verdict import Change, Conflict, Refusal, Verdict
from hiu.publish.workbook.listing import ListedPerson

_TITLES = ENTERED | ACTION_TITLES


def meeting_page(view: View, charted: Sequence[PersonSeries]) -> str:
    """The pack with a form beside each person, as HTML; it is served, never kept as a file."""
    return pack_page(view, charted, {"groups": form_fields(), "action": action_fields()})


def state_of(one: ListedPerson, actions: Sequence[Action], entries: pl.DataFrame, month: Month) -> Mapping[str, object]:
    """What the form shows of a person: fields, open actions, the row's version, and what an undo would take back."""
    rows = [
        {"action": own.action, "action_owner": own.owner, "action_due": own.due, "action_done": own.done}
        for own in actions
        if own.done != "yes"
    ]
    return {
        "version": one.version,
        "entered": dict(one.entered),
        "actions": rows,
        "undo": _last(entries, one.person_id, month),
    }


def outcome_of(verdict: Verdict) -> dict[str, object]:
    """What a verdict takes in, refuses and finds in conflict, with the words of each cell."""
    return {
        "changes": [_cell(one) | {"old": one.old, "new": one.new} for one in verdict.changes],
        "refused": [_cell(one) | {"why": one.why} for one in verdict.refused],
        "conflicts": [
            _cell(one) | {"recorded": one.recorded, "new": one.new, "author": one.author, "at": moment(one.at)}
            for one in verdict.conflicts
        ],
        "notes": list(verdict.notes),
        "summary": verdict.summary,
    }


def _cell(one: Change | Conflict | Refusal) -> dict[str, object]:
    title = _TITLES.get(one.field, "The row")
    return {"ref": one.ref, "person": one.person_id, "field": one.field, "title": title}


def _last(entries: pl.DataFrame, person: str, month: Month) -> str:
    """Which entry an undo takes back, in words; empty if there is none."""
    found = standing(entries, person, month.start)
    if not found:
        return ""
    about, fields = found[-1][0], dict.fromkeys(str(_TITLES.get(row["field"], row["field"])) for row in found[-1])
    at: datetime = about["entered_at"]
    named = ", ".join(fields) if len(fields) < 4 else count_of(len(fields), "field")
    return f"Last entry: {named}, by {about['author']}, {moment(at)}."
