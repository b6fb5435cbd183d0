"""What is on record of the people of a month, as pack, person sheet and workbook all show it.

Meetings' entries and actions, the words of the gates before support, and those for born, risk and doubt.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

import polars as pl

from hiu.govern.basis.start import Gate
from hiu.model.ages import age_on
from hiu.model.grades import NOT_ASSESSED as NO_GRADING
from hiu.model.meeting import ACTION_FIELDS
from hiu.month import Month
from hiu.publish.rows import Row, Tables
from hiu.publish.words.terms import ENTERED, NOT_ASSESSED, NOT_BANDED, OUTCOMES, source_words
from hiu.publish.words.text import clean, count_of, day, display_name, join_words, number
from hiu.rank.listing.risk import risk
from hiu.rank.listing.sentence import ordinal
from hiu.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something a named person took on: open until `done` is yes. `version` = how often the person's row had been
    written to by then."""

    person_id: str
    action: str
    owner: str
    due: str
    done: str
    version: int


def entries_of(entries: pl.DataFrame) -> dict[str, list[Row]]:
    """What was recorded about each person, oldest first."""
    out: dict[str, list[Row]] = {}
    for entry in entries.sort("entered_at", maintain_order=True).iter_rows(named=True):
        out.setdefault(entry["person_id"], []).append(entry)
    return out


def actions_of(entries: pl.DataFrame, *, done: bool = True) -> list[Action]:
    """Actions as they stand, in the order they were first written; `done=False` leaves the finished ones out.

    An action is known by its person and its words. Its four fields are always recorded together, at one time; one
    whose words were taken back again is none.
    """
    actions: dict[tuple[str, str], Action] = {}
    for person, rows in entries_of(entries.filter(pl.col("field").is_in(ACTION_FIELDS))).items():
        at: dict[datetime, dict[str, str]] = {}
        versions = {row["entered_at"]: row["row_version"] for row in reversed(rows)}
        for row in rows:
            at.setdefault(row["entered_at"], {})[row["field"]] = row["value"] or ""
        undone = {row["entered_at"]: row["old_value"] for row in rows if row["field"] == "action" and not row["value"]}
        for when, fields in at.items():
            actions.pop((person, undone.get(when) or ""), None)
            words, owner, due, ended = (fields.get(name, "") for name in ACTION_FIELDS)
            if words:
                actions[person, words] = Action(
                    person_id=person, action=words, owner=owner, due=due, done=ended, version=versions[when]
                )
    return [action for action in actions.values() if done or action.done != "yes"]


def gate_words(gates: Mapping[str, Gate], ended: date | None) -> str:
    """The gates on record in a line: word, day, where it is written; and which are of support that has ended."""
    parts = []
    for name, gate in gates.items():
        when = day(gate.at) if gate.at else "no date recorded"
        word, where = OUTCOMES.get(gate.word, gate.word), f" ({clean(gate.evidence)})" if gate.evidence else ""
        text = f"{ENTERED[name]}: {word}, {when}{where}"
        over = ended is not None and (gate.at is None or gate.at <= ended)
        parts.append(f"{text}, of support that ended on {day(ended)}" if over and ended else text)
    return "; ".join(parts)


_ANSWERS = {"given": "agreed", "refused": "declined", "withdrawn": "consent withdrawn"}
DECIDED = {
    "Support ended by the person": "ended by the person",
    "Support ended by agreement": "ended by agreement",
    "Person does not want support": "does not want support",
}
"""A meeting's decisions that say why somebody is not supported, in a sentence."""


def support_so_far(row: Row, entries: Sequence[Row], month: Month) -> str:
    """Of somebody who is not supported: what was offered and answered, or until when support was given and why it
    ended, with the days; empty if nothing is on record.

    `row` = of `support`, `entries` = what meetings recorded of the person, oldest first.
    """
    start, end, offered, answer = (row.get(name) for name in ("start", "end", "offered", "consent"))
    made = [one for one in entries if one["field"] == "decision" and one["month"] <= month.start]
    decided = DECIDED.get(made[-1]["value"] or "", "") if made else ""
    at = row.get("consent_at")
    answered = f"{_ANSWERS[answer]} {day(at) if at else '(no date recorded)'}" if answer in _ANSWERS else ""
    if start and end and end <= month.end:
        why = decided or (answered if answer == "withdrawn" else "") or "why it ended is not recorded"
        return f"was supported until {day(end)} ({why})"
    parts = [f"offered {day(offered)}" if offered else "", answered or ("no answer recorded" if offered else "")]
    return ", ".join(filter(None, [*parts, f"support began {day(start)}" if start else "", decided]))


ALIVE_FIRST = "First whether this person is alive. "


_OF_THE_DEATH = timedelta(days=7)
"""What the police or an ambulance do in these days after a death may be about it."""


def death_words(
    found: Row, events: pl.DataFrame, sets: Collection[str], visits: pl.DataFrame, *, dated: bool
) -> tuple[str, bool]:
    """What is said of a person whom rows have as dead and no register does (`found`, of `conflicts`): how many, the day
    of the latest (without `dated` its month), and how many of the person's `events` of these `sets`, and of the team's
    `visits` where dates may be told, came after it; and whether they show that the row is wrong."""
    when, n = date_in(found["detail"]), found["rows"]
    of, came, wrong = "", list[str](), False
    if when:
        at = day(when) if dated else Month.of(when).title
        of = f" of {at}" if n == 1 else f", the latest of {at},"
        met = events.filter("counted", pl.col("dataset").is_in(list(sets)))["start"].dt.date()
        seen = {("contact", ""): met, ("visit or call by the team", "visits and calls by the team"): visits["at"]}
        later = {words: on.filter(on > when) for words, on in seen.items() if dated or words[0] == "contact"}
        came = [count_of(len(on), *words) for words, on in later.items() if len(on)]
        wrong = any((on > when + _OF_THE_DEATH).any() for on in later.values())
    rows = f"{count_of(n, 'row')} from {source_words(found['sources'].replace('|', ', '))}{of}"
    if wrong:
        has = "has" if n == 1 else "have"
        return f"{rows} {has} this person as dead; {join_words(came)} came after it: ask the sender to correct it", True
    after = f"; {join_words(came) or 'no contact'} after it" if when else ""
    return (
        f"{rows} {'says' if n == 1 else 'say'} that this person is dead, and no register does{after}: check with the "
        "sender before anybody writes or calls"
    ), False


def ask_first(lead: str | None, when: str = "before support is offered again", *, by_name: bool = True) -> str:
    """Of somebody who declined, withdrew, or whose support ended: they may come back at any time (G22, G28).

    The pack, which police read, does not name who treats somebody who is not supported (`by_name`).
    """
    named = (f" ({display_name(lead)})" if by_name else "") if lead else ", who is not recorded,"
    return f"Ask the lead clinician{named} {when}."


NAMESAKE = "same name as another person here: check the id"
"""Beside each of two people of one name."""


GRADERS = {"clinical": "lead clinician's grading", "public_safety": "police's grading of risk to the public"}
"""Whose grading of risk it is, by role: two gradings, of two things (G43)."""


Graded = Mapping[str, tuple[date, str]]
"""By role: day and band of a person's latest grading."""


def graded_on(tables: Tables, month: Month) -> dict[str, dict[str, tuple[date, str]]]:
    """By person: the latest grading of each role with a band up to the month's end."""
    out: dict[str, dict[str, tuple[date, str]]] = {}
    if (found := tables.get("risk_grading")) is not None:
        graded = found.filter(pl.col("at") <= month.end, pl.col("grade").is_not_null()).sort("at")
        for one, role, at, grade in graded.select("person_id", "role", "at", "grade").iter_rows():
            out.setdefault(one, {})[role] = at, grade
    return out


def graded_words(
    found: Graded, month: Month, first: date, last: date | None, own: str = "", *, dated: bool = True
) -> str:
    """Both graders' latest band with its day, that of the role `own` first, and of each whether it is older than the
    latest contact (`last`; without `dated` by its month). That no clinician graded it is said beside the police's."""
    parts = []
    for role, (at, band) in sorted(found.items(), key=lambda one: (one[0] != own, one[0])):
        later = "" if last is None or at == first else _before(at, last, dated=dated)
        parts.append(f"{GRADERS[role]}: {band.lower()} ({graded_day(at, month, first)}{later})")
    return "; ".join(parts if "clinical" in found else [*parts, "the lead clinician has graded none"])


def by_the_other(tables: Tables, ids: Collection[str], month: Month) -> dict[str, str]:
    """By person of whom the two gradings are of different bands: that the higher sets the place, and the place by the
    other alone, in a sentence after a space."""
    out, ranked = dict[str, str](), tables["ranked"]
    found, gradings = graded_on(tables, month), tables.get("risk_grading")
    for row in ranked.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True):
        own = found.get(one := row["person_id"], {})
        if gradings is None or row["risk_source"] not in own or len({band for _, band in own.values()}) < 2:
            continue
        other = risk(month, gradings.filter(pl.col("role") != row["risk_source"], person_id=one))["risk"].item()
        alone, rest = (
            row["intensity"] / row["risk"] * other,
            ranked.filter(pl.col("person_id") != one, list=row["list"]),
        )
        place = ordinal(1 + rest.filter(pl.col("intensity") > alone).height)
        out[one] = (
            f" They disagree: the higher sets the place, which by the other alone would be {place}; ask who graded."
        )
    return out


def police_at(visits: pl.DataFrame) -> str:
    """At how many of the latest 3 `visits` and calls police were present: `2 of the latest 3`; empty if at none."""
    latest = visits.sort("at", "position", descending=True).head(3)
    n = latest.filter("police_present").height
    return f"{n} of the latest {latest.height}" if n else ""


def _before(at: date, last: date, *, dated: bool) -> str:
    if not dated and Month.of(last) == Month.of(at):
        return ", in the month of the latest contact"
    on = day(last) if dated else Month.of(last).title
    return f", before the latest contact, {on}" if last > at else ""


def last_day(events: pl.DataFrame, month: Month, sets: Collection[str] = ()) -> date | None:
    """The day of the latest event of one person (rows of the timeline) up to the month's end; with `sets`, of those
    that count in them."""
    own = events.filter("counted", pl.col("dataset").is_in(list(sets))) if sets else events
    on = own.filter(pl.col("ended").is_null())["start"].dt.date()
    return cast("date | None", on.filter(on <= month.end).max())


def first_month(coverage: pl.DataFrame) -> date:
    """The first month that anything was supplied or asked of; the coverage of a published month is never empty."""
    return cast("date", coverage["month"].min())


def graded_day(at: date, month: Month, first: date) -> str:
    """The day of a grading, and that it is old if it is from before the latest 12 months; one without a date is kept as
    of the `first` month supplied."""
    old = ", over 12 months old" if at < (month - 11).start else ""
    return "without a date" if at == first else f"{day(at)}{old}"


def ages(people: pl.DataFrame, ids: Collection[str], month: Month) -> dict[str, int | None]:
    """The age in whole years at the month's end of each of some people of the table `people`."""
    own = people.filter(pl.col("person_id").is_in(list(ids)))
    return dict(own.select("person_id", age_on(month.end)).iter_rows())


def date_in(text: str | None) -> date | None:
    """The date a recorded value holds (2026-03-31), or None."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def born(about: Mapping[str, object]) -> str:
    """When a person of the table `people` was born: the day, else the year; empty if neither is known."""
    dob = about.get("dob")
    return day(dob) if isinstance(dob, date) else str(about.get("birth_year") or "")


def rank_words(low: int | None, high: int | None) -> str:
    """The plausible ranks in a column: `2 to 15`, `1` where no other is plausible, empty where none was drawn."""
    return "" if low is None else str(low) if low == high else f"{low} to {high}"


def versions(n: int) -> str:
    """How many ways of describing one person were sent: `34 spellings or changes of details`."""
    return f"{count_of(n, 'spelling or change', 'spellings or changes')} of details"


def bed_points(row: Row, nights: int, settings: Settings) -> str:
    """Of somebody (a row of `ranked`) whose severity score of 12 months is for nights in a bed, half of it at least:
    how much of it is, in a sentence after a space; else empty."""
    own = nights * settings.rank.weights.mh_bed_day
    if not 2 * own >= row["points_12"] > 0:
        return ""
    return f" Of the {number(row['points_12'])} points of 12 months, {number(own)} come from nights in a bed."


def risk_word(row: Row) -> str:
    """High, Medium, Low, or that nobody has assessed it."""
    return NOT_ASSESSED if row["risk_source"] == NO_GRADING else row["risk_band"] or NOT_BANDED


def risk_note(row: Row, graded: str) -> str:
    """Who `graded` the risk of somebody in the list (a row of `ranked`), in words; else the place at other gradings."""
    if risk_word(row) != NOT_ASSESSED:
        return graded or source_words(row["risk_source"])
    if row["rank_if_high"] is None or row["rank_if_low"] is None:
        return ""
    high, low = ordinal(row["rank_if_high"]), ordinal(row["rank_if_low"])
    return (
        f"would be {high} whatever the risk"
        if high == low
        else f"would be {high} if risk were High, and {low} if it were Low"
    )
