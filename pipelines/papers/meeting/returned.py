"""A returned workbook in a live meeting: what it would change, and its conflicts settled cell by cell."""

from hiu.errors import HiuError, UsageError
from hiu.govern.placeholder import require_signature
from hiu.model.meeting import ACTION_FIELDS
from hiu.publish.meeting.form import as_copy, person_as_sent
from hiu.publish.meeting.page import outcome_of
from hiu.publish.people import Action
from hiu.publish.words.terms import ENTERED
from hiu.publish.words.text import count_of
from hiu.publish.workbook.back.returned import read_back
from hiu.publish.workbook.back.verdict import Conflict
from pipelines.papers.import_workbook import NAMES, entering, take_in, verdict_on, without_names
from pipelines.papers.meeting.desk import GONE, Answer, Asked, Desk, optional_text


def look(desk: Desk, content: bytes) -> Answer:
    """What a copy would change; nothing is recorded. The copy is kept until it is taken in or another is looked at."""
    desk.copy = None
    copy = read_back(content, "the copy", desk.place.key_for("workbook"))
    if copy.month != desk.month:
        raise UsageError(f"the copy is of {copy.month.title}; this meeting is about {desk.month.title}")
    verdict = verdict_on(desk.place, copy, desk.clock().date(), older=False)
    verdict = without_names(desk.place, verdict, desk.clock(), "meet")
    desk.copy, desk.left_out = copy, {one.person_id: one.why for one in verdict.refused if one.code == NAMES}
    return outcome_of(verdict)


def take(desk: Desk, asked: Asked) -> Answer:
    """Record what the copy changes, and of its conflicts the cells that were chosen (person and place on the sheet).

    A chosen cell is judged once more as typed today: what it needs beside it has to be on record or chosen too.
    """
    if desk.copy is None:
        raise HiuError("there is no copy to take in: look at one first")
    whose = optional_text(asked, "whose").strip()
    theirs = _chosen(asked)
    require_signature(whose, "who filled it in")
    by = f"{whose}, taken in by {desk.by}" if whose else desk.by
    with entering(desk.place):
        verdict = verdict_on(desk.place, desk.copy, desk.clock().date(), older=False).without(desk.left_out, NAMES)
        chosen = [one for one in verdict.conflicts if [one.person_id, one.ref] in theirs]
        if verdict.changes:
            take_in(desk.place, desk.copy, verdict, by=by, now=desk.clock())
        n, refused = _settle(desk, chosen, by)
    desk.copy = None
    text = f"{count_of(len(verdict.changes) + n, 'change')} taken in, {len(verdict.conflicts) - n} left as on record."
    return {"at": desk.at(), "said": text, "refused": refused}


def _chosen(asked: Asked) -> list[list[str]]:
    found = asked.get("theirs")
    if not isinstance(found, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair) for pair in found
    ):
        raise UsageError("expected the cells of the copy that were chosen")
    return found


def _settle(desk: Desk, chosen: list[Conflict], by: str) -> tuple[int, list[str]]:
    """Record chosen cells, those of a person's row together and each of an action; how many, and what was refused."""
    n = 0
    refused: list[str] = []
    rows: dict[str, dict[str, str]] = {one.person_id: {} for one in chosen if one.field in ENTERED}
    for one in chosen:
        if one.field in ENTERED:
            rows[one.person_id][one.field] = one.new
    none: dict[str, str] = {}
    typed = [(person, values, "", none) for person, values in rows.items()]
    typed += [
        (one.person_id, none, _words(desk, one), {one.field: one.new}) for one in chosen if one.field not in ENTERED
    ]
    for person, values, words, part in typed:
        found = person_as_sent(desk.shown(), desk.entries(), person, desk.month, desk.place.settings)
        if found is None:
            refused.append(f"{person}: {GONE}")
            continue
        action = next((_fields(own) | part for own in found[1] if own.action == words), None)
        verdict = desk.recorded(as_copy(*found, values, action, stamp=desk.stamp, on=desk.clock().date()), by=by)
        n += len(verdict.changes)
        refused += [f"{person}: {one.why}" for one in verdict.refused]
    return n, refused


def _words(desk: Desk, conflict: Conflict) -> str:
    """The words of the action that a cell of the Actions sheet belongs to."""
    rows = desk.copy.actions if desk.copy else []
    return next((row.cells["action"].text for row in rows if row.cells[conflict.field].ref == conflict.ref), "")


def _fields(one: Action) -> dict[str, str]:
    return dict(zip(ACTION_FIELDS, (one.action, one.owner, one.due, one.done), strict=True))
