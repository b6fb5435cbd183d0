"""The Actions sheet of a returned workbook: new actions, and what became of those that were sent out."""

import re

import polars as pl

from hiu.model.meeting import ACTION_FIELDS
from hiu.publish.people import Action, actions_of, entries_of
from hiu.publish.rows import Row as Entry
from hiu.publish.workbook.back.returned import Copy, Row
from hiu.publish.workbook.back.verdict import Change, Conflict, Verdict
from hiu.publish.workbook.values import Unfit, value_of

ActionKey = tuple[str, str]
"""A person and an action's words: what tells one action from another."""
_TWICE = "the same action is there twice and the rows differ"
_ID = re.compile(r"\((HIU-[A-Z2-7]{8})\)$")


def judge_actions(verdict: Verdict, copy: Copy, entries: pl.DataFrame) -> None:
    """Add what the Actions sheet changes to a verdict. Its words are what tells an action: other words, another one."""
    on_record = {(one.person_id, one.action): one for one in actions_of(entries)}
    latest = {
        (one["person_id"], one["value"]): one
        for rows in entries_of(entries).values()
        for one in rows
        if one["field"] == "action"
    }
    sent = {(one.person_id, one.action): one for one in copy.sent_actions}
    returned = _one_row_each(verdict, copy)
    for key, row in returned.items():
        _judge(verdict, copy, row, key, sent=sent.get(key), recorded=on_record.get(key), entry=latest.get(key, {}))
    for person, words in sent.keys() - returned.keys():
        open_ = on_record.get((person, words))
        if not open_ or open_.done != "yes":
            verdict.notes.append(f"{person}: an action is gone from the sheet; it stays open until Done says yes")


def _one_row_each(verdict: Verdict, copy: Copy) -> dict[ActionKey, Row]:
    """Each action's one row. A row without a person or without words is refused, and rows of one action that differ."""
    found: dict[ActionKey, Row] = {}
    twice: set[ActionKey] = set()
    for row in copy.actions:
        person = _person(copy, row.cells["pick"].text)
        words = _fit(row, "action")
        if person is None:
            verdict.refuse(row, "pick", "unknown", "expected a person chosen from the list")
        elif not words:
            why = "expected what is to be done" if words == "" else "longer than it may be"
            verdict.refuse(row, "action", "value", why, person)
        elif (person, words) not in found:
            found[person, words] = row
        elif found[person, words].texts != row.texts:
            verdict.refuse(row, "action", "duplicate", _TWICE, person)
            twice.add((person, words))
    for key in twice:
        verdict.refuse(found.pop(key), "action", "duplicate", _TWICE, key[0])
    return found


def _judge(
    verdict: Verdict,
    copy: Copy,
    row: Row,
    key: ActionKey,
    *,
    sent: Action | None,
    recorded: Action | None,
    entry: Entry,
) -> None:
    """The cells of one action: against what was sent, and against what somebody else's copy made of it since."""
    was, now = _fields(sent), _fields(recorded or sent)
    new = dict(now) | {"action": key[1]}
    taken: list[Change] = []
    for name in ACTION_FIELDS:
        text = key[1] if name == "action" else _fit(row, name)
        if text == was[name]:
            continue
        try:
            text = value_of(name, row.cells[name].text, built=copy.built)
        except Unfit as unfit:
            verdict.refuse(row, name, "value", str(unfit), key[0])
            continue
        if recorded and text == now[name]:
            continue
        cell = {"ref": row.cells[name].ref, "person_id": key[0], "field": name, "new": text}
        if recorded and now[name] != was[name]:
            author, at = entry["author"], entry["entered_at"]
            verdict.conflicts.append(Conflict(**cell, recorded=now[name], author=author, at=at))
            continue
        taken.append(Change(**cell, old=was[name]))
        new[name] = text
    if taken:
        verdict.changes += taken
        verdict.actions.append((key[0], new, now if recorded else {}))


def _fields(one: Action | None) -> dict[str, str]:
    cells = (one.action, one.owner, one.due, one.done) if one else ("",) * 4
    return dict(zip(ACTION_FIELDS, cells, strict=True))


def _fit(row: Row, name: str) -> str | None:
    """A cell's value; None if it is not fit."""
    try:
        return value_of(name, row.cells[name].text)
    except Unfit:
        return None


def _person(copy: Copy, pick: str) -> str | None:
    """Who was chosen: the id in brackets, if the workbook was sent with them."""
    found = _ID.search(pick)
    person = copy.picks.get(pick) or (found[1] if found else pick)
    return person if person in copy.sent else None
