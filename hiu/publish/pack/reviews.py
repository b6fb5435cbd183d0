"""What is due and what is late, as at the month's end: reviews the meeting set, plans, capacity, missing gates.

Every date is compared with the last day of the month, so that a month published again says the same; what is due on
that day is due and not overdue. The longest a capacity review or a plan may stand are settings (`governance`). The
dates of a team's register are told of supported people alone (`access.shows_gates`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from hiu.govern.basis.due import months_after
from hiu.month import Month
from hiu.publish.access import shows_gates
from hiu.publish.pack.view import Review
from hiu.publish.people import DECIDED, ask_first, date_in
from hiu.publish.rows import Row
from hiu.publish.words.terms import REVIEWS
from hiu.publish.words.text import clean, day, join_words
from hiu.settings import Settings

CHILD_FIRST = "First, with the children's safeguarding lead, whether this meeting talks about this child. "
MEETING = "Review set by the meeting"
_DATES = {
    "plan_review": ("plan_review_at", "was due"),
    "capacity": ("capacity_at", "last"),
    "plan": ("plan_at", "dated"),
}
"""The date that is told of a late review, and the words before it."""


def overdue_of(row: Row, month: Month, settings: Settings) -> dict[str, str]:
    """Of a row of `support`: what is late or lacking while support goes on, by gate, in words."""
    if not going(row, month):
        return {}
    late = {}
    for gate, word in (("permission", "granted"), ("consent", "given")):
        if row[gate] != word:
            late[gate] = "support goes on without it"
    if row["capacity_at"] is None or _older(row["capacity_at"], month, settings.governance.capacity_months):
        late["capacity"] = "review overdue"
    if row["capacity"] == "lacks capacity":
        late["capacity"] = "no best-interests decision"
    if row["notice_at"] is None:
        late["notice"] = "not served"
    if row["plan_review_at"] and row["plan_review_at"] < month.end:
        late["plan_review"] = "overdue"
    if row["plan_at"] is None:
        late["plan"] = "no plan"
    elif row["plan_review_at"] is None and _older(row["plan_at"], month, settings.governance.plan_months):
        late["plan"] = "review overdue"
    return late


def to_decide(row: Row, support: Row, entries: Sequence[Row], month: Month, settings: Settings) -> str:
    """What there is to decide now about somebody, from what is recorded: an offer, a review, or nothing yet.

    `row` = of `ranked`, `support` = of `support` or empty, `entries` = what meetings recorded, oldest first.
    """
    latest = {one["field"]: one for one in entries}
    made, review = latest.get("decision"), date_in((latest.get("next_review") or {}).get("value"))
    if made and made["value"] and review and review > month.end:
        return f"Nothing before {day(review)}: {Month.of(made['month']).title} decided {clean(made['value'])}."
    if shows_gates(row):
        late = [REVIEWS[gate].lower() for gate in overdue_of(support, month, settings)] if support else []
        words = f"Overdue or lacking: {join_words(late)}." if late else "Nothing is overdue."
        return f"Whether support goes on, changes or ends. {words}"
    answer, open_offer = support.get("consent"), "Whether support is offered. No offer is on record."
    if going(support, month):
        open_offer = "What support lacks: consent or three contacts with the team are not on record."
    elif answer in ("refused", "withdrawn") or support.get("end") or (made and made["value"] in DECIDED):
        ask = ask_first(support.get("lead_clinician"), "first", by_name=False)
        open_offer = f"Whether support is offered again. {ask}"
    elif answer or support.get("offered"):
        open_offer = "When support starts." if answer else "Who asks for the answer to the offer."
    return f"{'' if row['list'] == 'adult' else CHILD_FIRST}{open_offer}"


def in_order(*steps: str) -> str:
    """What there is to decide in one text: `First` stands once, and then `Then`."""
    first, *more = filter(None, steps)
    return first + "".join(
        f"Then {one[0].lower()}{one[1:]}" if first.startswith("First") else one
        for one in (step.removeprefix("First, ").removeprefix("First ") for step in more)
    )


def going(row: Row, month: Month) -> bool:
    """Support is being given at the month's end."""
    start, end = row.get("start"), row.get("end")
    return start is not None and start <= month.end and (end is None or end > month.end)


def reviews(support: pl.DataFrame, entries: Mapping[str, list[Row]], month: Month, settings: Settings) -> list[Review]:
    """Overdue first, then due in the next month."""
    found = [*_of_gates(support, month, settings), *_set_by_meetings(entries, month)]
    return sorted(found, key=lambda one: (not one["late"], one["when"] or date.min, one["id"], one["what"]))


def _of_gates(support: pl.DataFrame, month: Month, settings: Settings) -> Iterator[Review]:
    for row in support.sort("person_id").iter_rows(named=True):
        for gate, words in overdue_of(row, month, settings).items():
            column, before = _DATES.get(gate, ("", ""))
            when = row[column] if column else None
            since = f" ({before} {day(when)})" if when else ""
            yield Review(
                id=row["person_id"],
                what=REVIEWS[gate],
                when=when,
                late=True,
                words=f"overdue{since}" if when else words,
            )
        due = row["plan_review_at"]
        if going(row, month) and due and month.end <= due <= (month + 1).end:
            what = REVIEWS["plan_review"]
            yield Review(id=row["person_id"], what=what, when=due, late=False, words=f"due {day(due)}")


def _set_by_meetings(entries: Mapping[str, list[Row]], month: Month) -> Iterator[Review]:
    for person_id, rows in sorted(entries.items()):
        latest = {entry["field"]: entry["value"] for entry in rows}
        due = date_in(latest.get("next_review"))
        if due and due <= (month + 1).end:
            late = due < month.end
            words = f"{'was due' if late else 'due'} {day(due)}"
            yield Review(id=person_id, what=MEETING, when=due, late=late, words=words)


def _older(when: date, month: Month, months: int) -> bool:
    """More than so many months have passed by the month's last day: due on that day is not overdue."""
    return months_after(when, months) < month.end
