"""The meeting pack: one offline page with the month, the ranked list and every person who may be shown.

For group members under the sharing agreement. Nothing is fetched: a policy allows the page's own style sheet and
script by their digests and nothing else. The data are read once and taken out of the page; text goes in as text.
`pack_pdf` is its twin on paper.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from hiu.model import DATASETS, LABELS
from hiu.publish.access import visible, withheld
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.pack.chart import chart_data
from hiu.publish.pack.front import ALWAYS, front
from hiu.publish.pack.people import people_of
from hiu.publish.pack.words import DEFINITIONS, certainty, definitions_version, nobody_shown, settings_list
from hiu.publish.pages import environment
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.datasets import title_of
from hiu.settings import Settings

CANDIDATES = (
    "Shown for supported people. Of a candidate, the lead clinician may ask for the person sheet with a reason, "
    "which is recorded."
)
MOST = 4
"""Changes of one kind shown on the first screen; the rest are counted."""

Tables = Mapping[str, pl.DataFrame]


def pack_view(tables: Tables, *, stamp: Stamp, settings: Settings) -> dict[str, Any]:
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
        "definitions": (*DEFINITIONS, certainty(settings)),
        "definitions_version": definitions_version(),
        "settings": settings_list(settings),
    }


def pack_page(view: Mapping[str, Any], charted: Sequence[PersonSeries]) -> str:
    """The pack as HTML, of a `pack_view` and the series of the people whose chart may be shown."""
    css, script = _text("pack.css"), f'(() => {{\n"use strict";\n{_text("pack_chart.js")}\n{_text("pack.js")}}})();\n'
    people = view["people"]
    free: list[str] = []
    actions = [{**action, "free": _place(free, action["what"])} for action in view["actions"]]
    return (
        environment()
        .get_template("pack.html.j2")
        .render(
            **{**view, "actions": actions},
            css=css,
            script=script,
            policy=policy(css, script),
            most=MOST,
            always=ALWAYS,
            labels=LABELS,
            risks=("High", "Medium", "Low", "Not banded", "Not assessed"),
            places={person["id"]: index for index, person in enumerate(people)},
            next_month=(view["stamp"].month + 1).title,
            data=embedded({**_charts(people, charted), "labels": LABELS, "candidates": CANDIDATES, "free": free}),
        )
    )


def policy(css: str, script: str) -> str:
    """The page's content security policy: its one style sheet and its one script, and no request of any kind."""
    return (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def embedded(value: Any) -> str:
    """JSON that is safe inside a page: no character of it can end the element it is in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=list)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _charts(people: Sequence[Mapping[str, Any]], charted: Sequence[PersonSeries]) -> dict[str, Any]:
    """People with what their chart is drawn from; those not charted have none."""
    shown = {person["id"] for person in people}
    series = [person for person in charted if person.person_id in shown]
    drawn = chart_data(series)
    own = drawn.pop("people")
    for person in series:
        own[person.person_id]["alt"] = alt_text(person)
    if drawn["design"]:
        sets = (*DATASETS, *series[0].extra)
        drawn["design"] |= {"sets": sets, "titles": [title_of(name) for name in sets]}
    return {**drawn, "people": [{**_embedded_person(person), "own": own.get(person["id"])} for person in people]}


def _embedded_person(person: Mapping[str, Any]) -> dict[str, Any]:
    """A person's values in the page; a recorded value in free words is marked, because names may stand in it."""
    free = {"Notes", "Action"}
    recorded = [(*entry, entry[0] in free) for entry in person["recorded"]]
    return {**person, "recorded": recorded}


def _place(texts: list[str], text: str) -> int:
    texts.append(text)
    return len(texts) - 1


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


@cache
def _text(name: str) -> str:
    return (resources.files("hiu.publish") / "templates" / name).read_text(encoding="utf-8")
