"""What the risk and demand workbook holds: who, what is shown and not to be changed, and what a meeting may enter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from hiu.model.meeting import ACTION_FIELDS, MEETING_FIELDS
from hiu.model.words import band_of
from hiu.month import Month
from hiu.publish.access import gates_told, visible
from hiu.publish.words.text import clean, day, shorten, shown_name
from hiu.settings import Settings

RANKED, PERSON, MONTHLY, ACTIONS, META, README = ("Ranked list", "Person", "Monthly", "Actions", "_meta", "Read me")

SHOWN = {
    "rank": "Rank",
    "name": "Name",
    "person_id": "Person",
    "born": "Born",
    "list": "List",
    "access": "Access",
    "label": "Change",
    "contacts_3": "Contacts, 3 months",
    "contacts_12": "Contacts, 12 months",
    "plausible": "Plausible rank",
    "certainty": "Certainty",
    "risk": "Risk in the rank",
    "sentence": "Why this place",
    "last": "Last meeting",
}
"""Columns that are read only: signed, compared on return."""
NUMBERS = ("rank", "contacts_3", "contacts_12")

ENTERED = {
    "likelihood_clinical": "Likelihood, clinical",
    "impact_clinical": "Impact, clinical",
    "likelihood_public_safety": "Likelihood, public safety",
    "impact_public_safety": "Impact, public safety",
    "permission": "Lead clinician permission",
    "consent": "Consent",
    "capacity": "Capacity reviewed",
    "decision": "Decision",
    "owner": "Owner",
    "next_review": "Next review",
    "notes": "Notes",
}
GRADES = {"clinical": "Grade, clinical", "public_safety": "Grade, public safety"}
"""Worked out in the sheet from likelihood and impact, after the second of them."""
CHECK = "Check (leave as it is)"

ACTION_TITLES = {"action": "Action", "action_owner": "Owner", "action_due": "Due", "action_done": "Done"}
LONGEST = {"owner": 80, "notes": 2000, "action": 500, "action_owner": 80}

_CARRIED = ("owner", "next_review")


@dataclass(frozen=True)
class Listed:
    """A person's row: `shown` cells in the order of SHOWN, `sent` the entry cells as they go out, and the number of
    times the row had been written to by then."""

    person_id: str
    pick: str
    shown: tuple[str, ...]
    sent: Mapping[str, str]
    version: int


@dataclass(frozen=True)
class Action:
    """Something a named person took on: open until `done` is yes. `version` as in Listed."""

    person_id: str
    action: str
    owner: str
    due: str
    done: str
    version: int


def listed(tables: Mapping[str, pl.DataFrame], month: Month, settings: Settings) -> list[Listed]:
    """Rows of everybody who may be shown, in list order. `tables` are the month's published tables."""
    rows = visible(tables["ranked"], settings.rank.top)
    ids = rows["person_id"].to_list()
    people = _by_id(tables["people"], ids)
    gates, scores = gates_on_record(tables["support"]), _scores(tables["risk_grading"], ids)
    history = entries_of(tables["meeting_entry"])
    out = []
    for row in rows.iter_rows(named=True):
        person = row["person_id"]
        entries = history.get(person, [])
        shown = _shown(row, people.get(person, {}), entries, month)
        name = shown[list(SHOWN).index("name")]
        held = gates.get(person, {}) if gates_told(row) else _met(gates.get(person, {}), entries, month)
        sent = _sent(held | scores.get(person, {}), entries, month)
        version = max((entry["row_version"] for entry in entries), default=0)
        out.append(Listed(person, f"{row['rank']}. {name} ({person})", shown, sent, version))
    return out


def entries_of(entries: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """What was recorded about each person, oldest first."""
    out: dict[str, list[dict[str, Any]]] = {}
    for entry in entries.sort("entered_at", maintain_order=True).iter_rows(named=True):
        out.setdefault(entry["person_id"], []).append(entry)
    return out


def actions_of(entries: pl.DataFrame, *, done: bool = True) -> list[Action]:
    """Actions as they stand, in the order they were first written; `done=False` leaves the finished ones out.

    An action is told by its person and its words. Its four fields are always recorded together, at one time.
    """
    found: dict[tuple[str, str], Action] = {}
    for person, rows in entries_of(entries.filter(pl.col("field").is_in(ACTION_FIELDS))).items():
        at: dict[Any, dict[str, Any]] = {}
        for row in rows:
            at.setdefault(row["entered_at"], {"version": row["row_version"]})[row["field"]] = row["value"] or ""
        for one in at.values():
            owner, due, ended = (one.get(name, "") for name in ACTION_FIELDS[1:])
            if one.get("action"):
                found[person, one["action"]] = Action(person, one["action"], owner, due, ended, one["version"])
    return [action for action in found.values() if done or action.done != "yes"]


def grade(likelihood: str | None, impact: str | None) -> str:
    """The band of likelihood x impact: to 4 Low, 5 to 12 Medium, from 15 High; empty without both."""
    if not likelihood or not impact:
        return ""
    return band_of(int(likelihood), int(impact))


def _shown(
    row: Mapping[str, Any], person: Mapping[str, Any], entries: Sequence[dict[str, Any]], month: Month
) -> tuple[str, ...]:
    born = person.get("dob")
    cells = {
        **{name: "" if row[name] is None else str(row[name]) for name in NUMBERS},
        "name": shown_name(person.get("name_text")),
        "person_id": row["person_id"],
        "born": day(born) if isinstance(born, date) else str(person.get("birth_year") or ""),
        "list": "Adult" if row["list"] == "adult" else "Under 18",
        "access": str(row["access"]).capitalize(),
        "label": row["label"],
        "plausible": "" if row["rank_low"] is None else f"{row['rank_low']} to {row['rank_high']}",
        "certainty": row["certainty"] or "",
        "risk": _risk(row),
        "sentence": clean(f"{row['sentence']} {row['label_sentence']}"),
        "last": _last(entries, month),
    }
    return tuple(cells[name] for name in SHOWN)


def _risk(row: Mapping[str, Any]) -> str:
    if row["risk_source"] == "not assessed":
        return "Not assessed"
    return f"{row['risk_band']} ({str(row['risk_source']).replace('_', ' ')})"


def _last(entries: Sequence[dict[str, Any]], month: Month) -> str:
    """The last decision of an earlier meeting and its note, in one line."""
    held = {entry["field"]: entry for entry in entries if entry["month"] < month.start and entry["value"]}
    if "decision" not in held:
        return ""
    about = held["decision"]
    parts = [f"{about['value']} ({Month.of(about['month']).title} list)"]
    if "notes" in held:
        parts.append(shorten(clean(held["notes"]["value"]), 200))
    return ". ".join(parts)


def _sent(known: Mapping[str, str], entries: Sequence[dict[str, Any]], month: Month) -> dict[str, str]:
    """The entry cells as they go out: what the register and meetings say now; this meeting's own start empty."""
    out = dict.fromkeys(MEETING_FIELDS, "") | dict(known)
    for entry in entries:
        own = entry["month"] == month.start
        if entry["field"] in out and (own or entry["field"] in _CARRIED):
            out[entry["field"]] = entry["value"] or ""
    return out


def gates_on_record(support: pl.DataFrame) -> dict[str, dict[str, str]]:
    """The gates before support as the month's tables hold them (earlier meetings' included), by person."""
    out: dict[str, dict[str, str]] = {}
    for row in support.iter_rows(named=True):
        gates = {
            "permission": row["permission"],
            "consent": row["consent"],
            "capacity": "reviewed" if row["capacity_at"] else None,
        }
        out[row["person_id"]] = {name: value for name, value in gates.items() if value}
    return out


def _met(gates: Mapping[str, str], entries: Sequence[dict[str, Any]], month: Month) -> dict[str, str]:
    """Of a candidate's gates on record those an earlier meeting recorded, as long as nothing later says otherwise."""
    held = {entry["field"]: entry["value"] for entry in entries if entry["month"] < month.start}
    return {name: word for name, word in gates.items() if held.get(name) == word}


def _scores(grading: pl.DataFrame, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Gradings as the month's tables hold them (earlier meetings' included)."""
    out: dict[str, dict[str, str]] = {}
    scored = grading.filter(pl.col("person_id").is_in(list(ids)))
    for row in scored.sort("at", "source").iter_rows(named=True):
        for score in ("likelihood", "impact"):
            own = out.setdefault(row["person_id"], {})
            own[f"{score}_{row['role']}"] = "" if row[score] is None else str(row[score])
    return out


def _by_id(frame: pl.DataFrame, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = frame.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True)
    return {row["person_id"]: row for row in rows}
