"""What meetings recorded of people, as dated facts like a register's: gradings, gates, notices and plans."""

from datetime import date
from typing import Any

import polars as pl

from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.model.meeting import DATED_FACTS, GATE_DATES, GATES, GRADINGS, NEEDED_TO_START, REVIEWED
from hiu.month import Month

Row = dict[str, Any]
_GATE_OF = {dated: gate for gate, dated in GATE_DATES.items()}


def meeting_facts(entries: pl.DataFrame, aliases: pl.DataFrame, month: Month) -> pl.DataFrame:
    """The `meeting_fact` table for a month: what meetings recorded about earlier months' lists.

    `entries` has model.MEETING_ENTRY columns, `aliases` model.ALIASES. A list is met about after its month, so what
    was recorded then holds from the next month on, dated no later than that month's end. Likelihood and impact make a
    grading when both are there; clearing one withdraws what its owner recorded before. Of a gate the latest holds, and
    its date is the day that was recorded with it or after it. A gate that opens without such a day has none: the day of
    the meeting is not the day of the consent. What closes a gate has at least the day on which it was recorded.
    Of a notice, a plan and a plan's review the latest entry is the day; one that was cleared leaves what the register
    says.
    """
    merged = _merged_ids(aliases)
    rows: dict[tuple[str, str, str], list[Row]] = {}
    latest: dict[tuple[str, str], str] = {}
    dated = pl.col("field").is_in(list(_GATE_OF))
    # of one sitting the gate comes before its day
    seen = entries.filter(pl.col("month") < month.start).sort("entered_at", dated, maintain_order=True)
    for position, entry in enumerate(seen.iter_rows(named=True), 1):
        person, field = _current_id(entry["person_id"], merged), entry["field"]
        latest[person, field] = entry["value"] or ""
        at = min(entry["entered_at"].date(), (Month.of(entry["month"]) + 1).end)
        base = {"person_id": person, "at": at, "position": position}
        if field in GATES:
            # a capacity review that is still needed is no review: the register's date stands
            holds = entry["value"] and entry["value"] != "review needed"
            met = {**base, "fact": field, "value": entry["value"], "evidence": _evidence(entry)}
            rows[person, field, ""] = [met | _undated(field, entry, at)] if holds else []
        if gate := _GATE_OF.get(field):
            for met in rows.get((person, gate, ""), []):
                met |= {"at": date.fromisoformat(entry["value"])} if entry["value"] else {}
        if fact := DATED_FACTS.get(field):
            met = {**base, "fact": fact, "evidence": _evidence(entry)}
            rows[person, fact, ""] = [met | {"at": date.fromisoformat(entry["value"])}] if entry["value"] else []
        for role, scores in GRADINGS.items():
            if field in scores:
                gradings = rows.setdefault((person, "grading", role), [])
                row = {**base, "fact": "grading", "role": role}
                _grade(gradings, row, [latest.get((person, name)) for name in scores])
    flat = [row for facts in rows.values() for row in facts]
    table = TABLES["meeting_fact"]
    filled = [{name: row.get(name) for name in table.names} for row in flat]
    return pl.DataFrame(filled, schema=schema(table)).sort("person_id", "fact", "role", "position", nulls_last=True)


def _undated(gate: str, entry: Row, at: date) -> Row:
    """The date of a gate with which no day was recorded."""
    return {"at": None if entry["value"] in (*NEEDED_TO_START[gate], REVIEWED) else at}


def _evidence(entry: Row) -> str:
    """Where a meeting's entry is written, and by whom."""
    return f"meeting on the {Month.of(entry['month']).title} list, {entry['author']}"


def _grade(gradings: list[Row], row: Row, scores: list[str | None]) -> None:
    """Add a grading to its owner's; a score cleared ('') withdraws them all."""
    if "" in scores:
        gradings.clear()
    elif None not in scores:
        # both scores of one sitting are two entries of one time: the whole grading takes the half one's place
        if gradings and gradings[-1]["at"] == row["at"]:
            gradings.pop()
        likelihood, impact = (int(str(score)) for score in scores)
        gradings.append({**row, "likelihood": likelihood, "impact": impact})


def _merged_ids(aliases: pl.DataFrame) -> dict[str, str]:
    """Former id -> what it became, by the latest merge; a split leaves the id with the person who keeps it."""
    merged = aliases.filter(pl.col("kind") == "merge").sort("month", "old_id")
    return dict(merged.select("old_id", "person_id").iter_rows())


def _current_id(person: str, became: dict[str, str]) -> str:
    """The id a person has now; a chain of merges is followed, a circle left where it closes."""
    seen: set[str] = set()
    while person in became and person not in seen:
        seen.add(person)
        person = became[person]
    return person
