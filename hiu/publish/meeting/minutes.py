"""The minutes of the meetings about a month's list, as PDF: who attended, and what was recorded and still stands."""

from collections.abc import Callable, Sequence

import polars as pl

from hiu.model.meeting import DATED_FACTS, GATE_DATES, GRADINGS
from hiu.month import Month
from hiu.publish.meeting.sittings import standing
from hiu.publish.pack.pdf import heading
from hiu.publish.pack.people import value_of
from hiu.publish.pack.view import Person, View
from hiu.publish.pdf import paper
from hiu.publish.people import Action, actions_of, date_in
from hiu.publish.rows import Row
from hiu.publish.words.terms import ENTERED, source_words
from hiu.publish.words.text import clean, day, moment, uk_time
from hiu.publish.workbook.listing import grade

MINUTES = "minutes.pdf"
Latest = dict[str, Row]
"""Field -> the entry that holds of it."""
Part = tuple[str, list[str], list[list[str]]]
"""A section: its heading, its columns, its rows."""


def minutes_pdf(view: View, entries: pl.DataFrame, sittings: Sequence[Row]) -> bytes:
    """The minutes of a month, of the people a `pack_view` shows.

    `entries` = model.MEETING_ENTRY past the gate; `sittings` = rows of model.SITTING about the month, at least one.
    """
    stamp, people = view["stamp"], {one["id"]: one for one in view["people"]}
    own = entries.filter(pl.col("month") == stamp.month.start, pl.col("person_id").is_in(list(people)))
    found = {person: latest for person in people if (latest := _latest(own, person, stamp.month))}
    data = {
        **heading(stamp, view["definitions_version"], "HIU Group minutes"),
        "sittings": [_sitting(one) for one in sittings],
        "parts": [part for part in _parts(people, found, own) if part[2]],
        "about": "Each line was recorded by the person named, beside the list of this month. The list supports a "
        "decision and makes none: a named person signs off every offer.",
    }
    return paper("minutes.typ", data, {}, created=stamp.built)


def _sitting(one: Row) -> tuple[str, list[str]]:
    """When a meeting was and who wrote it down; and who attended."""
    began, ended = uk_time(one["began"]), uk_time(one["at"])
    title = f"{day(began.date())}, {began:%H:%M} to {ended:%H:%M}, recorded by {clean(one['by'])}"
    return title, [clean(name) for name in one["attended"].split("|") if name.strip()]


def _latest(entries: pl.DataFrame, person: str, month: Month) -> Latest:
    """What stands of a person's entries on a month's list; what was taken back again does not."""
    rows = [row for batch in standing(entries, person, month.start) for row in batch]
    return {row["field"]: row for row in rows}


def _parts(people: dict[str, Person], found: dict[str, Latest], entries: pl.DataFrame) -> list[Part]:
    """The sections, each in list order."""

    def rows(cells: Callable[[Latest], list[list[str]]]) -> list[list[str]]:
        return [[_who(people[person]), *line] for person, latest in found.items() for line in cells(latest)]

    actions = [[_who(people[one.person_id]), *_action(one)] for one in actions_of(entries)]
    return [
        ("Decisions", ["Person", "Decision", "Owner", "Recorded by"], rows(_decision)),
        ("Permissions before support", ["Person", "Gate", "Answer", "Day", "Recorded by"], rows(_gates)),
        ("Gradings", ["Person", "By role", "Likelihood", "Impact", "Grade", "Recorded by"], rows(_gradings)),
        ("Actions", ["Person", "Action", "Owner", "Due", "Done"], actions),
        ("Notices, plans and reviews", ["Person", "What", "Day", "Recorded by"], rows(_reviews)),
        ("Notes", ["Person", "Note", "Recorded by"], rows(_notes)),
    ]


def _who(person: Person) -> str:
    return f"{person['rank']}. {person['name']} ({person['id']})"


def _action(one: Action) -> list[str]:
    return [clean(one.action), clean(one.owner) or "nobody", _dated(one.due), one.done or "open"]


def _dated(text: str) -> str:
    when = date_in(text)
    return day(when) if when else "no date"


def _text(latest: Latest, name: str) -> str:
    return value_of(latest[name]) if name in latest and latest[name]["value"] else ""


def _by(latest: Latest, *names: str) -> str:
    entry = max((latest[name] for name in names if name in latest), key=lambda one: one["entered_at"])
    return f"{clean(entry['author'])}, {moment(entry['entered_at'])}"


def _decision(latest: Latest) -> list[list[str]]:
    names = ("decision", "owner")
    found = [_text(latest, name) for name in names]
    return [[*found, _by(latest, *names)]] if any(found) else []


def _gates(latest: Latest) -> list[list[str]]:
    return [
        [ENTERED[gate], _text(latest, gate) or "as before", _text(latest, at) or "no date", _by(latest, gate, at)]
        for gate, at in GATE_DATES.items()
        if _text(latest, gate) or _text(latest, at)
    ]


def _gradings(latest: Latest) -> list[list[str]]:
    out = []
    for role, scores in GRADINGS.items():
        values = {name: _text(latest, name) for name in scores}
        if all(values.values()):
            out.append([source_words(role), *values.values(), grade(values, role), _by(latest, *scores)])
    return out


def _reviews(latest: Latest) -> list[list[str]]:
    """Notices, plans and reviews with a day, the next one set by the meeting among them."""
    dated = (*DATED_FACTS, "next_review")
    names = [name for name in dated if date_in((latest.get(name) or {}).get("value"))]
    return [[ENTERED[name], _text(latest, name), _by(latest, name)] for name in names]


def _notes(latest: Latest) -> list[list[str]]:
    return [[text, _by(latest, "notes")]] if (text := _text(latest, "notes")) else []
