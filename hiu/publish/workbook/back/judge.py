"""What a returned workbook would change, cell by cell: changes, conflicts, refusals, and what to know besides.

A cell counts only if it differs from what was sent. If somebody else's copy changed it meanwhile (the row's version in
the records is higher), saying the same is nothing new, saying otherwise a conflict: the record stands.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import polars as pl

from hiu.errors import HiuError
from hiu.govern.basis.start import Gate
from hiu.model.meeting import GRADINGS
from hiu.publish.people import entries_of
from hiu.publish.rows import Row as Entry
from hiu.publish.words.terms import ENTERED, source_words
from hiu.publish.workbook.back.actions import judge_actions
from hiu.publish.workbook.back.returned import Copy, Row, SentRow, changed_cells
from hiu.publish.workbook.back.rules import Standing, in_order, judge_start, moved_cells, refuse_halves, refuse_undated
from hiu.publish.workbook.back.verdict import Change, Conflict, Refusal, Verdict
from hiu.publish.workbook.book import year_on
from hiu.publish.workbook.listing import GRADES, SHOWN, grade
from hiu.publish.workbook.values import Unfit, value_of

OnRecord = Mapping[str, Mapping[str, Gate]]


def judge(
    copy: Copy,
    entries: pl.DataFrame,
    *,
    on_record: OnRecord | None = None,
    ended: Mapping[str, date] | None = None,
    on: date | None = None,
    outdated: str = "",
) -> Verdict:
    """Hold a copy against what was sent and against the records (model.MEETING_ENTRY).

    `on_record` = what `start.gates_on_record` gives: a candidate's are not in the workbook, but count where its cells
    are empty; `ended` = when support ended, by person; `on` = the day it is taken in (a year from when it was made, if
    not said). `outdated` = why the copy is too old to be taken in at all; every change in it is then refused.
    """
    verdict, history, today = Verdict(), entries_of(entries), on or year_on(copy.built)
    rows = _one_row_each(copy, verdict)
    elsewhere = moved_cells(copy, rows)
    for person, row in rows.items():
        sent = copy.sent[person]
        if changed := changed_cells(row, sent):
            for name in changed:
                verdict.refuse(row, name, "read_only", f"{SHOWN[name]} was changed; it is not to be filled in")
            for name in _touched(row, sent):
                verdict.refuse(row, name, "row", f"not taken in: {row.cells[changed[0]].ref} on its row was changed")
        elif (mixed := elsewhere.get(person)) and (touched := _touched(row, sent)):
            for name in dict.fromkeys([*mixed, *touched]):
                where = f"not taken in: {row.cells[next(iter(mixed))].ref} on its row came from another"
                verdict.refuse(row, name, "swapped" if name in mixed else "row", mixed.get(name, where))
        else:
            gates, over = (on_record or {}).get(person, {}), (ended or {}).get(person)
            standing = Standing(gates=gates, ended=over, on=today)
            _judge_row(verdict, copy, row, sent, history.get(person, []), standing)
    returned = {row.person_id for row in copy.rows} | {copy.owner(row.check) for row in copy.rows}
    missing = [person for person in copy.sent if person not in returned]
    verdict.notes += in_order(copy, rows)
    verdict.notes += [f"{person}: the row is missing; nothing is recorded for them" for person in missing]
    judge_actions(verdict, copy, entries)
    return _too_old(verdict, outdated) if outdated else verdict


def records(verdict: Verdict, copy: Copy, entries: pl.DataFrame, *, author: str, now: datetime) -> list[Entry]:
    """The rows of model.MEETING_ENTRY that take a verdict's changes in. `now` is UTC without a zone.

    The fields of one action share a time of their own, a microsecond after the one before. Raises HiuError for half a
    grading, whoever made the verdict.
    """
    _require_whole(verdict)
    version = {person: max(row["row_version"] for row in rows) for person, rows in entries_of(entries).items()}
    base = {"author": author, "pack_id": copy.pack_id, "month": copy.month.start}
    changes = [(one.person_id, one.field, one.new, one.old, now) for one in verdict.changes if one.field in ENTERED]
    changes += [(person, name, value, value, now) for person, name, value in verdict.beside]
    for turn, (person, new, old) in enumerate(verdict.actions, 1):
        at = now + timedelta(microseconds=turn)
        changes += [(person, name, value, old.get(name, ""), at) for name, value in new.items()]
    return [
        {
            **base,
            "person_id": person,
            "field": name,
            "value": value or None,
            "old_value": old or None,
            "entered_at": at,
            "row_version": version.get(person, 0) + 1,
        }
        for person, name, value, old, at in changes
    ]


def _require_whole(verdict: Verdict) -> None:
    given = {(one.person_id, one.field): one.new for one in verdict.changes}
    given |= {(person, name): value for person, name, value in verdict.beside}
    for person, scores in ((person, scores) for person in {who for who, _ in given} for scores in GRADINGS.values()):
        there = [given[person, name] for name in scores if (person, name) in given]
        if there and (len(there) < len(scores) or len(set(map(bool, there))) > 1):
            raise HiuError(f"{person}: half a grading; expected {' and '.join(scores)} together, or both cleared")


def grades(verdict: Verdict, copy: Copy) -> list[str]:
    """The grades worked out anew for whoever's scores changed, as sentences."""
    out = []
    for person in dict.fromkeys(one.person_id for one in verdict.changes):
        new = {one.field: one.new for one in verdict.changes if one.person_id == person}
        sent = {**copy.sent[person].entered}
        for role in GRADES:
            if {f"likelihood_{role}", f"impact_{role}"} & set(new):
                before, after = (grade(scores, role) or "none" for scores in (sent, sent | new))
                out.append(f"{person}: {source_words(role)} grade {before} to {after}")
    return out


def _one_row_each(copy: Copy, verdict: Verdict) -> dict[str, Row]:
    """Each person's one row, in sheet order; rows whose person is unclear are refused."""
    found: dict[str, Row] = {}
    twice: dict[str, list[Row]] = {}
    for row in copy.rows:
        owner = copy.owner(row.check)
        if row.person_id not in copy.sent and owner is None:
            verdict.refuse(row, "person_id", "unknown", "the row is not one of this pack; people are not added here")
        elif owner is None:
            verdict.refuse(row, "person_id", "check", "the row's check is gone or changed: nothing on it is taken in")
        elif row.person_id not in copy.sent:
            verdict.refuse(row, "person_id", "read_only", "the person was changed: nothing on the row is taken in")
        elif owner != row.person_id or any(key != row.check for key in row.keys):
            verdict.refuse(row, "person_id", "swapped", "the row mixes two people: nothing on it is taken in")
        elif row.person_id in found:
            twice.setdefault(row.person_id, [found[row.person_id]]).append(row)
        else:
            found[row.person_id] = row
    for person, rows in twice.items():
        first, *others = rows
        if all(first.texts == other.texts for other in others):
            verdict.notes.append(f"{person}: the row is there {len(rows)} times and says the same; taken once")
            continue
        del found[person]
        for row in rows:
            verdict.refuse(row, "person_id", "duplicate", f"the person is there {len(rows)} times and the rows differ")
    return found


def _touched(row: Row, sent: SentRow) -> list[str]:
    """Entry cells that differ from what was sent, whether or not they are fit."""
    out = []
    for name in ENTERED:
        try:
            same = value_of(name, row.cells[name].text) == sent.entered[name]
        except Unfit:  # an older word that was sent so is no entry
            same = row.cells[name].text.strip() == sent.entered[name]
        out += [] if same else [name]
    return out


def _judge_row(
    verdict: Verdict, copy: Copy, row: Row, sent: SentRow, entries: Sequence[Entry], standing: Standing
) -> None:
    since = {entry["field"]: entry for entry in entries if entry["row_version"] > sent.version}
    now = dict(sent.entered) | {name: entry["value"] or "" for name, entry in since.items() if name in ENTERED}
    taken: dict[str, Change] = {}
    for name in _touched(row, sent):
        cell = row.cells[name]
        try:
            new = value_of(name, cell.text, built=copy.built, on=standing.on)
        except Unfit as unfit:
            verdict.refuse(row, name, "value", str(unfit))
            continue
        place, entry = {"ref": cell.ref, "person_id": sent.person_id, "field": name, "new": new}, since.get(name)
        if not entry:
            taken[name] = Change(**place, old=now[name])
        elif now[name] != new:
            conflict = Conflict(**place, recorded=now[name], author=entry["author"], at=entry["entered_at"])
            verdict.conflicts.append(conflict)
    refuse_halves(verdict, row, taken, now)
    refuse_undated(verdict, row, taken, now)
    judge_start(verdict, row, sent, taken, now, standing)
    verdict.changes += taken.values()
    verdict.beside += [(sent.person_id, name, now[name]) for name in _other_halves(taken)]


def _other_halves(taken: Mapping[str, Change]) -> list[str]:
    """Scores that were not changed and belong to a grading that was: a grading is recorded whole."""
    pairs = [scores for scores in GRADINGS.values() if set(scores) & set(taken)]
    return [name for scores in pairs for name in scores if name not in taken]


def _too_old(verdict: Verdict, why: str) -> Verdict:
    late: list[Change | Conflict] = [*verdict.changes, *verdict.conflicts]
    refused = [Refusal(ref=one.ref, person_id=one.person_id, field=one.field, code="outdated", why=why) for one in late]
    return Verdict(refused=[*verdict.refused, *refused], notes=verdict.notes)
