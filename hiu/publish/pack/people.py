"""Each person of the pack: the row in the list, and what stands beside the chart.

Everybody in it may be shown (`access.visible`). Gates and the team's dates are there for supported people only;
of a candidate the pack has the row, the sentences, the counts, and what meetings recorded (G18, G57).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hiu.month import Month
from hiu.publish.access import gates_told
from hiu.publish.meeting import ENTERED, entries_of
from hiu.publish.pack.reviews import overdue_of
from hiu.publish.words.text import clean, day, shown_name
from hiu.settings import Settings

Person = dict[str, Any]

NOT_ASSESSED = "Not assessed"
RECORDED = {**ENTERED, "action": "Action"}
TABLES = ("ranked", "people", "changes", "support", "meeting_entry")


def people_of(
    tables: Mapping[str, pl.DataFrame], shown: pl.DataFrame, month: Month, settings: Settings
) -> list[Person]:
    """Plain values of everybody in `shown` (rows of ranked), in its order, adults before under-18s."""
    ids = shown["person_id"].to_list()
    about, gates = by_id(tables["people"], ids), by_id(tables["support"], ids)
    entries = entries_of(tables["meeting_entry"].filter(pl.col("month") < month.start))
    moved: dict[str, list[dict[str, Any]]] = {}
    for row in tables["changes"].filter(pl.col("person_id").is_in(ids)).iter_rows(named=True):
        moved.setdefault(row["person_id"], []).append(row)
    return [
        {
            **_listed(row, about.get(row["person_id"], {})),
            "changes": [clean(change["what"]) for change in moved.get(row["person_id"], [])],
            "gates": gates_of(gates.get(row["person_id"], {}), month, settings) if gates_told(row) else [],
            "recorded": recorded_of(entries.get(row["person_id"], [])),
            "sources": _sources(about.get(row["person_id"], {})),
        }
        for row in shown.iter_rows(named=True)
    ]


def by_id(frame: pl.DataFrame, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rows of a table with one row a person, by person."""
    rows = frame.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True)
    return {row["person_id"]: row for row in rows}


def gates_of(row: Mapping[str, Any], month: Month, settings: Settings) -> list[tuple[str, str, bool]]:
    """What has to be there before and during support (G20-G33): words, value with its date, needs looking at."""
    if not row:
        return [("Support", "no row in the team's list", False)]
    late = overdue_of(row, month, settings)
    stated = (
        ("permission", ENTERED["permission"], _said(row["permission"], row["permission_at"])),
        ("consent", ENTERED["consent"], _said(row["consent"], row["consent_at"])),
        ("capacity", ENTERED["capacity"], _dated(row["capacity_at"])),
        ("notice", "Privacy notice served", _dated(row["notice_at"])),
        ("plan", "Plan dated", _dated(row["plan_at"])),
        ("plan_review", "Plan review due", _dated(row["plan_review_at"])),
        ("offered", "Support offered", _dated(row["offered"])),
        ("start", "Support started", _dated(row["start"])),
    )
    out = [(words, f"{value} ({late[key]})" if key in late else value, key in late) for key, words, value in stated]
    if row["end"]:
        out.append(("Support ended", day(row["end"]), False))
    named = (("Mental health team", row["cmht"]), ("Lead clinician", row["lead_clinician"]))
    out += [(words, shown_name(value), False) for words, value in named if value]
    return [*out, ("Contacts with the team", str(row["contacts"]), False)]


def recorded_of(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """What meetings before this one recorded and still holds: words, value, which list and by whom."""
    held = {entry["field"]: entry for entry in entries if entry["field"] in RECORDED}
    return [
        (
            RECORDED[name],
            value_of(held[name]),
            f"{Month.of(held[name]['month']).title} list, {clean(held[name]['author'])}",
        )
        for name in RECORDED
        if name in held and held[name]["value"]
    ]


def value_of(entry: Mapping[str, Any]) -> str:
    """A recorded value as people read it: dates written out, one line."""
    if when := date_in(entry["value"]):
        return day(when)
    return clean(entry["value"] or "")


def date_in(text: str | None) -> date | None:
    """The date a recorded value holds (2026-03-31), or None."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def risk_word(row: Mapping[str, Any]) -> str:
    """High, Medium, Low, or that nobody has assessed it."""
    return NOT_ASSESSED if row["risk_source"] == "not assessed" else row["risk_band"] or "Not banded"


def _listed(row: Mapping[str, Any], about: Mapping[str, Any]) -> Person:
    return {
        "id": row["person_id"],
        "name": shown_name(about.get("name_text")),
        "rank": row["rank"],
        "low": row["rank_low"],
        "high": row["rank_high"],
        "certainty": row["certainty"],
        "risk": risk_word(row),
        "risk_note": _risk_note(row),
        "contacts": row["contacts_3"],
        "estimated": row["estimated"],
        "label": row["label"],
        "intensity": round(row["intensity"], 1),
        "supported": row["access"] == "supported",
        "minor": row["list"] != "adult",
        "why": clean(row["sentence"]),
        "label_why": clean(row["label_sentence"]),
        "presets": [preset for preset in row["presets"].split("|") if preset],
    }


def _risk_note(row: Mapping[str, Any]) -> str:
    if row["risk_source"] != "not assessed":
        return str(row["risk_source"]).replace("_", " ")
    if row["rank_if_high"] is None or row["rank_if_low"] is None:
        return ""
    return f"rank {row['rank_if_high']} if High, {row['rank_if_low']} if Low"


def _said(word: str | None, when: date | None) -> str:
    if not word:
        return "not recorded"
    return f"{word}, {day(when)}" if when else word


def _dated(when: date | None) -> str:
    return day(when) if when else "not recorded"


def _sources(about: Mapping[str, Any]) -> str:
    """Where the rows came from, and what casts doubt on their being one person."""
    if not about:
        return "no row names this person"
    seen = (about["sources"] or "no source").replace("|", ", ").replace("_", " ")
    said = f"{about['rows'] or 0} rows from {seen}; described in {about['identities'] or 0} ways."
    doubts = [
        words
        for key, words in (("two_nhs_numbers", "more than one NHS number"), ("two_dobs", "more than one date of birth"))
        if about[key]
    ]
    return f"{said} Conflict: {' and '.join(doubts)}; look at the rows before relying on this." if doubts else said
