"""The list's rows: who, what is shown and not to be changed, and what a meeting may enter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hiu.govern.basis.start import Gate, gates_on_record, support_ended
from hiu.model.grades import band_of
from hiu.model.meeting import DATED_FACTS, GATE_DATES, MEETING_FIELDS
from hiu.month import Month
from hiu.publish.access import shows_gates, visible
from hiu.publish.people import born, entries_of, gate_words, rank_words, risk_word, support_so_far
from hiu.publish.rows import Row, Tables, by_person
from hiu.publish.words.terms import ACCESS, ENTERED, LISTS, NOT_ASSESSED, label_words, source_words
from hiu.publish.words.text import clean, display_name, shorten
from hiu.settings import Settings

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
    "certainty": "How sure the place is",
    "risk": "Risk in the rank",
    "sentence": "Why this place",
    "gates": "Gates, and where they are recorded",
    "last": "Last meeting",
}
"""Columns that are read only: signed, compared on return."""
NUMBERS = ("rank", "contacts_3", "contacts_12")

GRADES = {"clinical": "Grade, clinical", "public_safety": "Grade, public safety"}
"""Worked out in the tab from likelihood and impact, after the second of them."""
CHECK = "Check (leave as it is)"
KEYS = {
    "key_scores": ("likelihood_clinical", "Row (leave as it is)"),
    "key_gates": ("permission", "Row, gates (leave as it is)"),
    "key_decision": ("decision", "Row, decision (leave as it is)"),
}
"""Hidden columns that hold the row's check once more, each before the column it stands at: a block of cells that is
moved to another row brings one along."""

_CARRIED = ("owner", "next_review")


@dataclass(frozen=True, kw_only=True)
class ListedPerson:
    """A person's row: `shown` cells in the order of SHOWN, `entered` the entry cells as they go out, and the number of
    times the row had been written to by then. `pick` = the choice in the drop-down of people."""

    person_id: str
    shown: tuple[str, ...]
    entered: Mapping[str, str]
    version: int

    @property
    def cells(self) -> dict[str, str]:
        """The shown cells by column."""
        return dict(zip(SHOWN, self.shown, strict=True))

    @property
    def pick(self) -> str:
        """The choice in the drop-down of people."""
        return pick_of(self.person_id, self.shown)

    @property
    def signed(self) -> dict[str, object]:
        """What a signature of the row covers."""
        return {"shown": self.shown, "sent": dict(self.entered), "version": self.version}


def columns() -> list[str]:
    """The keys of the Entry tab's columns in order: the name, what is filled in, then hidden what proves the row.

    A grade stands after the impact it is worked out from.
    """
    entered: list[str] = []
    before = {first: key for key, (first, _) in KEYS.items()}
    for name in ENTERED:
        entered += [before[name]] if name in before else []
        entered += [name, f"grade_{name.removeprefix('impact_')}"] if name.startswith("impact_") else [name]
    return ["name", *entered, *(name for name in SHOWN if name != "name"), "check"]


def heading(column: str) -> str:
    """The heading over a column of the list."""
    grades = {f"grade_{role}": title for role, title in GRADES.items()}
    keys = {key: title for key, (_, title) in KEYS.items()}
    return (SHOWN | ENTERED | grades | keys | {"check": CHECK})[column]


def pick_of(person_id: str, shown: Sequence[str]) -> str:
    """How the drop-down names a person, from the row's shown cells: `3. Ann Other (HIU-...)`."""
    return f"{shown[0]}. {shown[1]} ({person_id})"


def listed_people(tables: Tables, month: Month, settings: Settings) -> list[ListedPerson]:
    """Rows of everybody who may be shown, in list order. `tables` are the month's published tables."""
    rows = visible(tables["ranked"], settings.rank.top)
    ids = rows["person_id"].to_list()
    people = by_person(tables["people"], ids)
    gates, scores = gates_on_record(tables["support"]), _scores(tables["risk_grading"], ids)
    support = by_person(tables["support"], ids)
    ended = support_ended(tables["support"], tables["meeting_entry"], month.end)
    history = entries_of(tables["meeting_entry"])
    out = []
    for row in rows.iter_rows(named=True):
        person = row["person_id"]
        entries, own = history.get(person, []), gates.get(person, {})
        open_ = shows_gates(row)
        until = "" if open_ else support_so_far(support.get(person, {}), entries, month)
        seen = own if open_ else _from_meetings(own, entries, month)
        days = _dated_cells(support.get(person, {}) if open_ else {}, entries, month)
        one = ListedPerson(
            person_id=person,
            shown=_shown(row, people.get(person, {}), entries, month, gate_words(seen, ended.get(person)), until),
            entered=_entered(_gate_cells(seen) | days | scores.get(person, {}), entries, month),
            version=max((entry["row_version"] for entry in entries), default=0),
        )
        out.append(one)
    return out


def grade(scores: Mapping[str, str], role: str) -> str:
    """The band of a role's likelihood and impact; empty without both."""
    likelihood, impact = scores[f"likelihood_{role}"], scores[f"impact_{role}"]
    return band_of(int(likelihood), int(impact)) if likelihood and impact else ""


def _shown(row: Row, about: Row, entries: Sequence[Row], month: Month, gates: str, until: str) -> tuple[str, ...]:
    risk = risk_word(row)
    cells = {
        **{name: "" if row[name] is None else str(row[name]) for name in NUMBERS},
        "name": display_name(about.get("name_text")),
        "person_id": row["person_id"],
        "born": born(about),
        "list": LISTS[row["list"]],
        "access": ", ".join(filter(None, (ACCESS[row["access"]], until))),
        "label": label_words(row["label"]),
        "plausible": rank_words(row["rank_low"], row["rank_high"]),
        "certainty": row["certainty"] or "",
        "risk": risk if risk == NOT_ASSESSED else f"{row['risk_band']} ({source_words(row['risk_source'])})",
        "sentence": clean(f"{row['sentence']} {row['label_sentence']}"),
        "gates": gates,
        "last": _last(entries, month),
    }
    return tuple(cells[name] for name in SHOWN)


def _last(entries: Sequence[Row], month: Month) -> str:
    """The last decision of an earlier meeting and its note, in one line."""
    latest = {entry["field"]: entry for entry in entries if entry["month"] < month.start and entry["value"]}
    if "decision" not in latest:
        return ""
    about = latest["decision"]
    decision = f"{about['value']} ({Month.of(about['month']).title} list)"
    return f"{decision}. {shorten(clean(latest['notes']['value']), 200)}" if "notes" in latest else decision


def _entered(on_record: Mapping[str, str], entries: Sequence[Row], month: Month) -> dict[str, str]:
    """The entry cells as they go out: what the register and meetings say now; this meeting's own start empty."""
    out = dict.fromkeys(MEETING_FIELDS, "") | dict(on_record)
    for entry in entries:
        own = entry["month"] == month.start
        if entry["field"] in out and (own or entry["field"] in _CARRIED):
            out[entry["field"]] = entry["value"] or ""
    return out


def _gate_cells(gates: Mapping[str, Gate]) -> dict[str, str]:
    """Entry cells of the gates: each word, and its day if there is one."""
    words = {name: gate.word for name, gate in gates.items()}
    return words | {GATE_DATES[name]: gate.at.isoformat() for name, gate in gates.items() if gate.at}


def _dated_cells(support: Row, entries: Sequence[Row], month: Month) -> dict[str, str]:
    """Entry cells of the notice, the plan and its review: of the table `support`, else as earlier meetings recorded."""
    met = {entry["field"]: entry["value"] or "" for entry in entries if entry["month"] < month.start}
    days = {name: support.get(name) for name in DATED_FACTS}
    return {name: when.isoformat() if when else met.get(name, "") for name, when in days.items()}


def _from_meetings(gates: Mapping[str, Gate], entries: Sequence[Row], month: Month) -> dict[str, Gate]:
    """Of a candidate's gates on record those an earlier meeting recorded, as long as nothing later says otherwise."""
    latest = {entry["field"]: entry["value"] for entry in entries if entry["month"] < month.start}
    return {name: gate for name, gate in gates.items() if latest.get(name) == gate.word}


def _scores(grading: pl.DataFrame, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Gradings as the month's tables hold them (earlier meetings' included)."""
    out: dict[str, dict[str, str]] = {}
    scored = grading.filter(pl.col("person_id").is_in(list(ids)))
    for row in scored.sort("at", "source").iter_rows(named=True):
        own = out.setdefault(row["person_id"], {})
        for score in ("likelihood", "impact"):
            own[f"{score}_{row['role']}"] = "" if row[score] is None else str(row[score])
    return out
