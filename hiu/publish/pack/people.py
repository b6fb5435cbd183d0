"""Each person of the pack: the row in the list, and what stands beside the chart.

Everybody in it may be shown (`access.visible`). Gates and the team's dates are there for supported people only;
of a candidate the pack has the row, the sentences, the counts, and what meetings recorded (G18, G57).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import polars as pl

from hiu.model import TIMELINE
from hiu.model.frames import schema
from hiu.model.meeting import GATE_DATES
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.access import shows_gates
from hiu.publish.charts.headings import MONTHS
from hiu.publish.danger import earlier
from hiu.publish.episodes import episodes, how_many, last_months
from hiu.publish.hospital import disagreements, remarks, sentences
from hiu.publish.hours import has_pattern, hours_of_week
from hiu.publish.pack.alerts import Beside, beside
from hiu.publish.pack.matches import held_apart, sources_of
from hiu.publish.pack.reviews import going, in_order, overdue_of, to_decide
from hiu.publish.pack.view import Person
from hiu.publish.people import (
    ALIVE_FIRST,
    NAMESAKE,
    ages,
    bed_points,
    by_the_other,
    date_in,
    entries_of,
    first_month,
    graded_on,
    graded_words,
    last_day,
    police_at,
    risk_note,
    risk_word,
    support_so_far,
)
from hiu.publish.rows import Row, Tables, by_person
from hiu.publish.words.terms import ACTION_TITLES, ENTERED, GATES, OF_SUPPORT, OUTCOMES, TO_CHECK, label_words
from hiu.publish.words.text import clean, day, display_name
from hiu.settings import Settings

LEAD = "Lead clinician"
_CALLS = "; calls count whether or not an ambulance came, and the table has deployments alone"
AGAINST = re.compile(r" The label compares with the 12 months before, not with last month's list\.$")
"""What a move says beside a label that points the other way: the pack says beside every label what it compares with."""
_FIRST = {
    "death": ALIVE_FIRST,
    "match": "First whether the match is right (see its alert). ",
    "twice": "First who checks whether this person is here twice (see the alert). ",
}
"""What has to be settled before anything else, by code of an alert."""
_BY = {"clinical": "clinician", "public_safety": "police"}
EPISODES = 8
"""Episodes beside a chart; the person sheet has more."""
RECORDED = {
    **{name: words for name, words in ENTERED.items() if name not in GATE_DATES.values()},
    "action": ACTION_TITLES["action"],
}


def people_of(tables: Tables, shown: pl.DataFrame, month: Month, settings: Settings) -> list[Person]:
    """Plain values of everybody in `shown` (rows of ranked), in its order, adults before under-18s."""
    ids = shown["person_id"].to_list()
    about, gates = by_person(tables["people"], ids), by_person(tables["support"], ids)
    old, alike = ages(tables["people"], ids, month), dict[str, dict[str, Row]]()
    for one, own in about.items():
        alike.setdefault(display_name(own["name_text"]), {})[one] = own
    names = {name: len(people) for name, people in alike.items()}
    entries = entries_of(tables["meeting_entry"].filter(pl.col("month") <= month.start))
    found: dict[str, list[str]] = {}
    for person_id, what in _found(tables, ids):
        found.setdefault(person_id, []).append(what)
    changes: dict[str, list[str]] = {}
    for person_id, what in tables["changes"].select("person_id", "what").iter_rows():
        changes.setdefault(person_id, []).append(AGAINST.sub("", clean(what)))
    compared = tables["changes"]["kind"].is_in(["new", "returned", "rising", "falling", "left"]).any()
    same, below = ["The same place as last month."], [f"Place: not compared below the first {settings.rank.top}."]
    visits = tables.get(
        "team_contact", pl.DataFrame(schema={"person_id": pl.String, "position": pl.Int64, "at": pl.Date})
    )
    timelines = _timelines(tables, ids)
    sets = set(tables["coverage"]["dataset"])
    more, apart, bands = (
        beside(tables, shown, month),
        remarks(disagreements(tables, month, ids)),
        _bands(tables, timelines, shown, month),
    )
    latest = last_months(tables, ids, month)
    kin = {one: alike.get(display_name(about.get(one, {}).get("name_text")), {}) for one in ids}
    return [
        _person(
            row,
            about.get(one, {}),
            more,
            changes=changes.get(one, (same if row["rank"] <= settings.rank.top else below) if compared else []),
            was="" if shows_gates(row) else support_so_far(gates.get(one, {}), entries.get(one, []), month),
            risk_note=risk_note(row, bands.get(one, ("", ""))[0]),
            risk_at=bands.get(one, ("", ""))[1],
            beds=bed_points(row, more.count("nights_12", one) or 0, settings),
            last="" if shows_gates(row) else latest.get(one, ""),
            decide=to_decide(row, gates.get(one, {}), entries.get(one, []), month, settings),
            who=_who(about.get(one, {}), old.get(one), row["list"] != "adult", names),
            age=f"aged {age}" if (age := old.get(one)) is not None and row["list"] == "adult" else "",
            gates=gates_of(gates.get(one, {}), month, settings, visits.filter(person_id=one))
            if shows_gates(row)
            else [],
            recorded=recorded_of(entries.get(one, [])),
            dated=_dated(timelines.get(one), sets, month) if shows_gates(row) else ([], 0, ""),
            apart=f"{held_apart(one, kin[one])} {sentences(apart.get(one, []), dated=shows_gates(row))}".strip(),
            found=[
                what for what in found.get(one, []) if what != TO_CHECK and (shows_gates(row) or what not in OF_SUPPORT)
            ],
        )
        for one, row in zip(ids, shown.iter_rows(named=True), strict=True)
    ]


def _timelines(tables: Tables, ids: Collection[str]) -> dict[str, pl.DataFrame]:
    """The rows of the timeline of each of these people who has any."""
    if "timeline" not in tables:
        return {}
    found = tables["timeline"].filter(pl.col("person_id").is_in(list(ids)))
    return {str(one): own for (one,), own in found.partition_by("person_id", as_dict=True).items()}


def gates_of(
    row: Row, month: Month, settings: Settings, visits: pl.DataFrame | None = None
) -> list[tuple[str, str, bool, str]]:
    """What has to be there before and during support (G20-G33): words, value with its date, needs looking at, and
    where it is written and by whom. Of the team's `visits`, if given, at how many police were present."""
    if not row:
        return [("Support", "no row in the team's list", False, "")]
    late = overdue_of(row, month, settings)
    out = []
    for gate, words in GATES.items():
        value = _state(row, gate, month)
        found = clean(row.get(f"{gate}_evidence") or "")
        out.append((words, f"{value} ({late[gate]})" if gate in late else value, gate in late, found))
    if row["end"]:
        out.append(("Support ended", day(row["end"]), False, ""))
    named = (("Mental health team", row["cmht"]), (LEAD, row["lead_clinician"]))
    out += [(words, display_name(value), False, "") for words, value in named if value]
    police = police_at(visits) if visits is not None and visits.height else ""
    latest = visits["at"].max() if visits is not None else None
    on = f", latest {day(latest)}" if isinstance(latest, date) else ""
    seen = f"{row['contacts']}{on}{f'; police at {police}' if police else ''}"
    return [*out, ("Visits and calls by the team", seen, False, "")]


def recorded_of(entries: Sequence[Row]) -> list[tuple[str, str, str]]:
    """What meetings recorded and still holds, this list's own included: words, value, which list and by whom."""
    latest = {entry["field"]: entry for entry in entries}
    return [
        (words, _with_its_day(name, latest), f"{Month.of(entry['month']).title} list, {clean(entry['author'])}")
        for name, words in RECORDED.items()
        if (entry := latest.get(name)) and entry["value"]
    ]


def _with_its_day(name: str, latest: Mapping[str, Row]) -> str:
    """A recorded value, of a gate with the day on which it was given."""
    dated = latest.get(GATE_DATES.get(name, ""))
    return ", ".join(value_of(entry) for entry in (latest[name], dated) if entry and entry["value"])


def value_of(entry: Row) -> str:
    """A recorded value as people read it: dates written out, one line."""
    when = date_in(entry["value"])
    return day(when) if when else clean(entry["value"] or "")


def _person(
    row: Row,
    about: Row,
    more: Beside,
    *,
    changes: list[str],
    gates: list[tuple[str, str, bool, str]],
    recorded: list[tuple[str, str, str]],
    dated: tuple[list[tuple[str, str, str]], int, str],
    found: Sequence[str],
    was: str,
    who: str,
    age: str,
    beds: str,
    last: str,
    decide: str,
    risk_note: str,
    risk_at: str,
    apart: str,
) -> Person:
    return {
        "id": row["person_id"],
        "name": display_name(about.get("name_text")),
        "rank": row["rank"],
        "low": row["rank_low"],
        "high": row["rank_high"],
        "certainty": row["certainty"],
        "risk": risk_word(row),
        "risk_note": risk_note,
        "risk_at": risk_at,
        "risk_police": row["risk_source"] == "public_safety",
        "contacts": row["contacts_3"],
        "contacts_12": row["contacts_12"],
        "nights": more.count("nights", row["person_id"]),
        "mha": more.count("mha", row["person_id"]),
        "lacks": more.lacks(row["person_id"]),
        "alerts": more.alerts[row["person_id"]],
        "estimated": row["estimated"],
        "label": label_words(row["label"]),
        "intensity": round(row["intensity"], 1),
        "supported": row["access"] == "supported",
        "was": was,
        "who": who,
        "age": age,
        "decide": in_order(*(_FIRST.get(code, "") for code, _ in more.alerts[row["person_id"]]), decide),
        "minor": row["list"] != "adult",
        "why": clean(f"{row['sentence']}{beds}"),
        "last": last,
        "label_why": clean(row["label_sentence"]),
        "presets": [f"{one}{_CALLS if ' calls ' in one else ''}" for one in row["presets"].split("|") if one],
        "changes": changes,
        "gates": gates,
        "recorded": recorded,
        "sources": " ".join(filter(None, (sources_of(about, found), apart))),
        "episodes": dated[0],
        "all_episodes": dated[1],
        "week": dated[2],
    }


def _who(about: Row, age: int | None, minor: bool, names: Mapping[str, int]) -> str:
    """The age of an under-18, and of two people of one name how to tell them apart; empty of everybody else."""
    again = names.get(display_name(about.get("name_text")), 0) > 1
    born = about.get("dob") or about.get("birth_year")
    year = f"born {getattr(born, 'year', born)}" if again and born else ""
    return "; ".join(filter(None, (f"age {age}" if minor else year, NAMESAKE if again else "")))


def _dated(
    own: pl.DataFrame | None, sets: Collection[str], month: Month
) -> tuple[list[tuple[str, str, str]], int, str]:
    """The latest episodes of a person (the rows of the timeline), stays of the last 3 months with them; how many there
    are; and when in the week contacts begin. Nothing of a month published without."""
    if own is None:
        return [], 0, ""
    sentence, _ = hours_of_week(own, (month - (MONTHS - 1)).start, sets)
    since, hours = (month - 2).start, f"{sentence} " if has_pattern(sentence) else ""
    return episodes(own, EPISODES, since=since), how_many(own), f"{hours}{earlier(own, since)}"


def _bands(
    tables: Tables, timelines: Mapping[str, pl.DataFrame], shown: pl.DataFrame, month: Month
) -> dict[str, tuple[str, str]]:
    """By person: both graders' bands with their days, and which is older than the latest contact; and in short who
    graded that of the list, when, and the other's band. An undated one holds from the first month."""
    first, found, out = first_month(tables["coverage"]), graded_on(tables, month), dict[str, tuple[str, str]]()
    none, sets = pl.DataFrame(schema=schema(TIMELINE)), contact_sets(tables["coverage"])
    other = by_the_other(tables, found.keys() & set(shown["person_id"]), month)
    for row in shown.iter_rows(named=True):
        if row["risk_source"] in (own := found.get(row["person_id"], {})):
            last = last_day(timelines.get(row["person_id"], none), month, () if shows_gates(row) else sets)
            words = graded_words(own, month, first, last, row["risk_source"], dated=shows_gates(row))
            (at, band), source = own[row["risk_source"]], row["risk_source"]
            when = "without a date" if at == first else f"{at:%b %y}"
            others = [f"; {_BY[by]} {own[by][1].lower()}" for by in own if by != source and own[by][1] != band]
            words += f".{higher}".removesuffix(".") if (higher := other.get(row["person_id"])) else ""
            out[row["person_id"]] = words, f"{'by police, ' * (source == 'public_safety')}{when}{''.join(others)}"
    return out


def _state(row: Row, gate: str, month: Month) -> str:
    """A gate's word, if it has one, and its date; and that it was for support that has ended."""
    when: date | None = row[gate] if gate in ("offered", "start") else row[f"{gate}_at"]
    if gate not in ("permission", "consent", "capacity"):
        return day(when) if when else "not recorded"
    if not row[gate]:
        return "not recorded"
    end = None if going(row, month) else row["end"]
    past = f", for the support that ended {day(end)}: ask again" if end and (when is None or when <= end) else ""
    return f"{OUTCOMES.get(row[gate], row[gate])}, {day(when) if when else 'no date recorded'}{past}"


def _found(tables: Tables, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Person and what contradicts itself about them."""
    if "conflicts" not in tables:
        return []
    own = tables["conflicts"].filter(pl.col("person_id").is_in(ids)).sort("person_id", "what")
    return list(own.select("person_id", "what").iter_rows())
