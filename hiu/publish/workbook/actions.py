"""The Actions sheet of a returned workbook: new actions, and what became of those that were sent out."""

import re
from collections.abc import Mapping

import polars as pl

from hiu.model.meeting import ACTION_FIELDS
from hiu.publish.meeting import Action, actions_of, entries_of
from hiu.publish.workbook.returned import Copy, Row
from hiu.publish.workbook.values import Unfit, value_of
from hiu.publish.workbook.verdict import Change, Conflict, Verdict

Told = tuple[str, str]
"""A person and an action's words: what tells an action."""
_ID = re.compile(r"\((HIU-[A-Z2-7]{8})\)$")


def judge_actions(verdict: Verdict, copy: Copy, entries: pl.DataFrame) -> None:
    """Add what the Actions sheet changes to a verdict. Its words are what tells an action: other words, another one."""
    held = {(one.person_id, one.action): one for one in actions_of(entries)}
    latest = {
        (one["person_id"], one["value"]): one
        for rows in entries_of(entries).values()
        for one in rows
        if one["field"] == "action"
    }
    sent = {(one.person_id, one.action): one for one in copy.sent_actions}
    found = _told(verdict, copy)
    for key, row in found.items():
        _judge(verdict, copy, row, key, sent.get(key), held.get(key), latest.get(key, {}))
    for person, words in sent.keys() - found.keys():
        open_ = held.get((person, words))
        if not open_ or open_.done != "yes":
            verdict.notes.append(f"{person}: an action is gone from the sheet; it stays open until Done says yes")


def _told(verdict: Verdict, copy: Copy) -> dict[Told, Row]:
    """Each action's one row. A row without a person or without words is refused, and rows of one action that differ."""
    found: dict[Told, Row] = {}
    twice: set[Told] = set()
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
        elif _texts(found[person, words]) != _texts(row):
            verdict.refuse(row, "action", "duplicate", "the same action is there twice and the rows differ", person)
            twice.add((person, words))
    for key in twice:
        verdict.refuse(
            found.pop(key), "action", "duplicate", "the same action is there twice and the rows differ", key[0]
        )
    return found


def _judge(
    verdict: Verdict,
    copy: Copy,
    row: Row,
    key: Told,
    sent: Action | None,
    held: Action | None,
    entry: Mapping[str, object],
) -> None:
    """The cells of one action: against what was sent, and against what somebody else's copy made of it since."""
    was, now = _fields(sent), _fields(held or sent)
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
        if text == now[name] and held:
            continue
        ref = row.cells[name].ref
        if held and now[name] != was[name]:
            at = entry["entered_at"]
            verdict.conflicts.append(Conflict(ref, key[0], name, text, now[name], str(entry["author"]), at))  # type: ignore[arg-type]
            continue
        taken.append(Change(ref, key[0], name, was[name], text))
        new[name] = text
    if taken:
        verdict.changes += taken
        verdict.actions.append((key[0], new, now if held else {}))


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


def _texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells.values()]
