"""Match review in a live meeting: the pairs that matter most, and what the meeting says of each."""

from collections.abc import Collection
from dataclasses import asdict

from hiu.errors import UsageError
from hiu.publish.access import visible
from hiu.publish.workbook.values import value_of
from hiu.site.review import decide as review
from hiu.site.review.queue import Queue
from pipelines.access.looks import enter_look
from pipelines.common.journal import record
from pipelines.papers.meeting.desk import Answer, Asked, Desk, optional_text, text_of

MOST = 20
"""Pairs shown at once."""


def matches(desk: Desk, asked: Asked) -> Answer:
    """The pairs nobody has decided. Whoever is in the pack is shown by name, unless names are hidden; others masked."""
    if not isinstance(asked.get("hidden", False), bool):
        raise UsageError("expected 'hidden' as true or false")
    shown = visible(desk.shown()["ranked"], desk.place.settings.rank.top)["person_id"].to_list()
    queue = _queue(desk, [] if asked.get("hidden") else shown)
    asks = queue.waiting(MOST)
    enter_look(desk.place, desk.clock(), "match review", queue.people(asks), by=desk.by, month=desk.month)
    more = "" if len(asks) < MOST else f" The first {MOST} are shown."
    return {"pairs": [asdict(one) for one in asks], "said": f"{len(queue.waiting())} to review.{more}"}


def decide(desk: Desk, asked: Asked) -> Answer:
    """Record what the meeting says of two descriptions."""
    (a, b), word = _pair(desk, asked), text_of(asked, "decision")
    now, note = desk.clock(), value_of("notes", optional_text(asked, "note")) or None
    desk.require_plain(None, {"notes": note or ""})
    review.decide(desk.place, a, b, word, reviewer=desk.by, at=now, note=note)
    record(desk.place, now, "decision", identity_a=a, identity_b=b, decision=word, by=desk.by)
    return {"at": desk.at()}


def undecide(desk: Desk, asked: Asked) -> Answer:
    """Undo what is in force about two descriptions; it stays on record."""
    (a, b), now = _pair(desk, asked), desk.clock()
    review.undo(desk.place, a, b, reviewer=desk.by, at=now)
    record(desk.place, now, "decision_undone", identity_a=a, identity_b=b, by=desk.by)
    return {"at": desk.at()}


def _queue(desk: Desk, names: Collection[str] = ()) -> Queue:
    return Queue(desk.month, desk.folder, desk.place.records, desk.place.key_for("description"), names=names)


def _pair(desk: Desk, asked: Asked) -> tuple[str, str]:
    """The pair of this month's queue that is meant, by the ids of its tables. Raises UsageError for any other."""
    ids = _queue(desk).ids
    pair = (ids.get(text_of(asked, "a"), ""), ids.get(text_of(asked, "b"), ""))
    if pair not in desk.tables["review_queue"].select("identity_a", "identity_b").rows():
        raise UsageError("this pair is not one of the month's queue")
    return pair
