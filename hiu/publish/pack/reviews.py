"""What is due and what is late, as at the month's end: reviews the meeting set, plans, capacity, missing gates.

Every date is compared with the last day of the month, so that a month published again says the same. The longest
a capacity review or a plan may stand are settings (`governance`).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from hiu.month import Month
from hiu.publish.words.text import day
from hiu.settings import Settings

Review = dict[str, Any]


def overdue_of(row: Mapping[str, Any], month: Month, settings: Settings) -> dict[str, str]:
    """Of a row of `support`: what is late or lacking while support goes on, by gate, in words."""
    if not going(row, month):
        return {}
    late = {}
    if row["permission"] != "granted":
        late["permission"] = "support goes on without it"
    if row["consent"] != "given":
        late["consent"] = "support goes on without it"
    if row["capacity_at"] is None or _older(row["capacity_at"], month, settings.governance.capacity_months):
        late["capacity"] = "review overdue"
    if row["notice_at"] is None:
        late["notice"] = "not served"
    if row["plan_review_at"] and row["plan_review_at"] <= month.end:
        late["plan_review"] = "overdue"
    if row["plan_at"] is None:
        late["plan"] = "no plan"
    elif row["plan_review_at"] is None and _older(row["plan_at"], month, settings.governance.plan_months):
        late["plan"] = "review overdue"
    return late


def going(row: Mapping[str, Any], month: Month) -> bool:
    """Support is being given at the month's end."""
    start, end = row["start"], row["end"]
    return start is not None and start <= month.end and (end is None or end > month.end)


def reviews(
    support: pl.DataFrame, entries: Mapping[str, list[dict[str, Any]]], month: Month, settings: Settings
) -> list[Review]:
    """Overdue first, then due in the next month: person id, what, when (date or None), late (bool), words."""
    found = [*_gates(support, month, settings), *_set_by_meetings(entries, month)]
    return sorted(found, key=lambda one: (not one["late"], one["when"] or date.min, one["id"], one["what"]))


def _gates(support: pl.DataFrame, month: Month, settings: Settings) -> Iterator[Review]:
    titles = {
        "permission": "Lead clinician permission",
        "consent": "Consent",
        "capacity": "Capacity review",
        "notice": "Privacy notice",
        "plan": "Plan",
        "plan_review": "Plan review",
    }
    dates = {
        "plan_review": ("plan_review_at", "was due"),
        "capacity": ("capacity_at", "last"),
        "plan": ("plan_at", "dated"),
    }
    for row in support.sort("person_id").iter_rows(named=True):
        late = overdue_of(row, month, settings)
        for key, words in late.items():
            when = row[dates[key][0]] if key in dates else None
            since = f", {dates[key][1]} {day(when)}" if when else ""
            yield _review(row["person_id"], titles[key], when, True, words + since)
        due = row["plan_review_at"]
        if going(row, month) and due and month.end < due <= (month + 1).end:
            yield _review(row["person_id"], titles["plan_review"], due, False, f"due {day(due)}")


def _set_by_meetings(entries: Mapping[str, list[dict[str, Any]]], month: Month) -> Iterator[Review]:
    for person_id, rows in sorted(entries.items()):
        held = {entry["field"]: entry for entry in rows}
        try:
            due = date.fromisoformat((held.get("next_review") or {}).get("value") or "")
        except ValueError:
            continue
        if due <= (month + 1).end:
            late = due <= month.end
            yield _review(
                person_id, "Review set by the meeting", due, late, f"{'was due' if late else 'due'} {day(due)}"
            )


def _review(person_id: str, what: str, when: date | None, late: bool, words: str) -> Review:
    return {"id": person_id, "what": what, "when": when, "late": late, "words": words}


def _older(when: date, month: Month, months: int) -> bool:
    """So many months have passed by the month's last day."""
    return when <= (month - months).end
