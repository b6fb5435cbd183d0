"""The meeting pack: one offline page with the month, the ranked list and every person who may be shown.

For group members under the sharing agreement. Nothing is fetched: a policy allows the page's own style sheet and
script by their digests and nothing else. The data are read once and taken out of the page; text goes in as text.
`pack.pdf` is its twin on paper.
"""

import json
from collections.abc import Mapping, Sequence

from hiu.model import DATASETS, LABELS
from hiu.publish.access import visible, withheld
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.pack.chart import chart_data
from hiu.publish.pack.front import ALWAYS, front
from hiu.publish.pack.people import people_of
from hiu.publish.pack.view import Person, View
from hiu.publish.pack.words import certainty, definitions_version, nobody_shown, settings_list
from hiu.publish.pages import asset, environment, policy
from hiu.publish.rows import Tables
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.datasets import title_of
from hiu.publish.words.definitions import PACK
from hiu.publish.words.terms import ACCESS, RISKS
from hiu.settings import Settings

CANDIDATES = (
    "Shown for supported people. Of a candidate, the lead clinician may ask for the person sheet with a reason, "
    "which is recorded."
)
MOST = 4
"""Changes of one kind shown on the first screen; the rest are counted."""


def pack_view(tables: Tables, *, stamp: Stamp, settings: Settings) -> View:
    """All that pack and PDF say, as plain values: header, first screen, people in list order, definitions.

    `tables` are published tables (ranked, people, changes, coverage, support, review_queue, decisions, meeting_entry
    are used), past the gate (`access.gated`). Only people `access.visible` allows are in it, whatever is passed.
    """
    shown, left_out = visible(tables["ranked"], settings.rank.top), withheld(tables["ranked"], settings.rank.top)
    return {
        "stamp": stamp,
        "withheld": left_out,
        "nobody": nobody_shown(left_out, stamp.built.date()) if left_out and shown.is_empty() else None,
        "marking": MARKING,
        "top": settings.rank.top,
        "people": people_of(tables, shown, stamp.month, settings),
        # no list of last month to compare with: what changed is not known, which is not nothing
        "first": tables["ranked"].height > 0 and tables["changes"].is_empty(),
        **front(tables, shown["person_id"].to_list(), stamp.month, settings),
        "definitions": (*PACK, certainty(settings)),
        "definitions_version": definitions_version(),
        "settings": settings_list(settings),
    }


def pack_page(view: View, charted: Sequence[PersonSeries], meeting: Mapping[str, object] | None = None) -> str:
    """The pack as HTML, of a `pack_view` and the series of the people whose chart may be shown.

    With what a live `meeting` needs to know, the page is that of the meeting: the pack with the forms beside it.
    """
    css = asset("pack.css") + (asset("meet.css") if meeting else "")
    parts = ("pack_chart.js", "pack.js", *(("meet.js", "meet_rooms.js") if meeting else ()))
    script = '(() => {\n"use strict";\n' + "\n".join(asset(part) for part in parts) + "})();\n"
    people = view["people"]
    # names may stand in free words: they are embedded, and the page holds only their places
    actions = [{**action, "free": index} for index, action in enumerate(view["actions"])]
    free = [action["what"] for action in view["actions"]]
    return (
        environment()
        .get_template("meet.html.j2" if meeting else "pack.html.j2")
        .render(
            **{**view, "actions": actions},
            css=css,
            script=script,
            policy=policy(css, script, served=meeting is not None),
            most=MOST,
            always=ALWAYS,
            labels=LABELS,
            risks=RISKS,
            access=ACCESS,
            places={person["id"]: index for index, person in enumerate(people)},
            next_month=(view["stamp"].month + 1).title,
            data=embedded(
                {
                    **_charts(people, charted),
                    "labels": LABELS,
                    "candidates": CANDIDATES,
                    "free": free,
                    **({"meeting": meeting} if meeting else {}),
                }
            ),
        )
    )


def embedded(value: object) -> str:
    """JSON that is safe inside a page: no character of it can end the element it is in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=list)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _charts(people: Sequence[Person], charted: Sequence[PersonSeries]) -> dict[str, object]:
    """People with what their chart is drawn from; those not charted have none."""
    shown = {person["id"] for person in people}
    series = [person for person in charted if person.person_id in shown]
    drawn = chart_data(series)
    own = {person.person_id: drawn.people[person.person_id] | {"alt": alt_text(person)} for person in series}
    design = drawn.design
    if design:
        sets = (*DATASETS, *series[0].extra)
        design |= {"sets": sets, "titles": [title_of(name) for name in sets]}
    embedded_people = [{**_embedded_person(person), "own": own.get(person["id"])} for person in people]
    return {"design": design, "frames": drawn.frames, "people": embedded_people}


def _embedded_person(person: Person) -> dict[str, object]:
    """A person's values in the page; a recorded value in free words is marked, because names may stand in it."""
    return {**person, "recorded": [(*entry, entry[0] in ("Notes", "Action")) for entry in person["recorded"]]}
