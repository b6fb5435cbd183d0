"""The meeting pack: one offline page with the month, the ranked list and every person who may be shown.

For group members under the sharing agreement. Nothing is fetched: a policy allows the page's own style sheet and
script by their digests and nothing else. The data are read once and taken out of the page; text goes in as text.
`pack.pdf` is its twin on paper.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from hiu.model import DATASETS, LABELS
from hiu.month import Month
from hiu.publish.access import visible, withheld, withheld_words
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.headings import recent
from hiu.publish.episodes import which
from hiu.publish.pack.alert_words import ALERTS, SUPPORTED_ONLY, alerted, in_short, others_of, risk_sentence, said_once
from hiu.publish.pack.chart import ChartData, chart_data
from hiu.publish.pack.front import ALWAYS, NO_BED_DAYS, front
from hiu.publish.pack.matches import LESS_SURE
from hiu.publish.pack.people import EPISODES, LEAD, people_of
from hiu.publish.pack.view import Front, Person, View
from hiu.publish.pack.words import definitions, definitions_version, no_row, nobody_shown, notes, settings_list
from hiu.publish.pages import asset, environment, policy
from hiu.publish.people import ages
from hiu.publish.rows import Tables, by_person
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.datasets import title_of
from hiu.publish.words.terms import ACCESS, RISKS, label_words
from hiu.publish.words.text import display_name
from hiu.settings import Settings

CANDIDATES = (
    "Permissions, episodes, and suicide and self-harm are shown for supported people. Of anybody else the lead "
    "clinician may ask for the person sheet with a reason, which is recorded."
)
MINOR = (
    "Under 18: speak to the children's safeguarding lead before anybody approaches this person. This list changes "
    "nothing about the duty to refer a child at risk."
)
MINORS_NOTE = (
    "Places U1, U2 and so on are a list of their own and take none of the adults' places. Whether this meeting talks "
    "about any of them is for the chair and the children's safeguarding lead to say. Ages are those at the month's end."
)
PACK_TABLES = (
    "ranked",
    "people",
    "changes",
    "coverage",
    "support",
    "review_queue",
    "decisions",
    "meeting_entry",
    "conflicts",
    "deliveries",
    "descriptions",
    "field_quality",
    "links",
    "monthly_demand",
    "monthly_extra",
    "missing_count",
    "risk_grading",
    "stay",
    "team_contact",
    "timeline",
)
"""Published tables that the pack is made of. An older month may lack some; whoever reads them from disk reads all."""
UNDER_18 = " (under 18)"
"""After the id of a child who has no row here."""
MOST = 4
"""Changes of one kind shown on the first screen; the rest are counted."""


def pack_view(tables: Tables, *, stamp: Stamp, settings: Settings, beside: Sequence[str] = ()) -> View:
    """All that pack and PDF say, as plain values: header, first screen, people in list order, definitions.

    `tables` are published tables (`PACK_TABLES` are used), past the gate (`access.gated`). Only people
    `access.visible` allows are in it, whatever is passed. `beside`: sentences without names of what the site counts
    beside the list, such as incidents.
    """
    shown, left_out = visible(tables["ranked"], settings.rank.top), withheld(tables["ranked"], settings.rank.top)
    screen = front(tables, shown["person_id"].to_list(), stamp.month, settings)
    people = people_of(tables, shown, stamp.month, settings)
    return {
        "stamp": stamp,
        "notes": notes(tables, people, stamp, settings, screen),
        "withheld": withheld_words(tables["ranked"], settings.rank.top),
        "nobody": nobody_shown(left_out, stamp.built.date()) if left_out and shown.is_empty() else None,
        "marking": MARKING,
        "top": settings.rank.top,
        "people": people,
        "others": _others(tables, screen, shown["person_id"].to_list(), stamp.month, settings.rank.minimum_age),
        # no list of last month to compare with: what changed is not known, which is not nothing
        "first": tables["ranked"].height > 0 and tables["changes"].is_empty(),
        **screen,
        "beside": list(beside),
        "definitions": definitions(settings),
        "definitions_version": definitions_version(settings.counting),
        "settings": settings_list(settings),
    }


def _others(tables: Tables, screen: Front, shown: Collection[str], month: Month, adult: int) -> dict[str, str]:
    """Names of people without a row whom the first screen speaks of: supported people, those who were in the first
    places last month and are out of them, and whom a meeting decided on or took on an action for. All of them passed
    the gate with their tables. One younger than an `adult` is not named, as no child is on the first screen."""
    by_kind = {group["kind"]: {entry["id"] for entry in group["entries"]} for group in screen["changes"]}
    met = {one["id"] for one in (*screen["actions"], *screen["decisions"])}
    supported = {one["id"] for one in (*screen["overdue"]["rows"], *screen["due"])} & set(
        tables["support"]["person_id"]
    )
    unlisted = {one for one, _ in screen["unlisted"]}
    ids = sorted(
        {one for one in (*by_kind["left"], *by_kind.get("minors", ()), *met, *supported, *unlisted) if one} - set(shown)
    )
    named = by_person(tables["people"], ids)
    old = ages(tables["people"], ids, month)
    return {
        one: f"{one}{UNDER_18}" if (old.get(one) or adult) < adult else display_name(named[one]["name_text"])
        for one in ids
        if one in named
    }


def named(tables: Tables, month: Month, settings: Settings) -> list[str]:
    """Ids of everybody whom a month's pack, its workbook and its minutes name: who has a row, and who has none.

    `tables` as for `pack_view`; what is shown is entered under these ids.
    """
    shown = visible(tables["ranked"], settings.rank.top)["person_id"].to_list()
    return [*shown, *_others(tables, front(tables, shown, month, settings), shown, month, settings.rank.minimum_age)]


def pack_page(view: View, charted: Sequence[PersonSeries], meeting: Mapping[str, object] | None = None) -> str:
    """The pack as HTML, of a `pack_view` and the series of the people whose chart may be shown.

    With what a live `meeting` needs to know, the page is that of the meeting: the pack with the forms beside it.
    """
    css = asset("pack.css") + (asset("meet.css") if meeting else "")
    parts = ("pack_chart.js", "pack.js", *(("meet.js", "meet_rooms.js") if meeting else ()))
    script = '(() => {\n"use strict";\n' + "\n".join(asset(part) for part in parts) + "})();\n"
    people = view["people"]
    # names may stand in free words: they are embedded, and the page holds only their places
    free: list[str] = []

    def hidden(text: str) -> int:
        free.append(text)
        return len(free) - 1

    actions = [{**one, "what": hidden(one["what"]), "owner": hidden(one["owner"])} for one in view["actions"]]
    decisions = [
        {**one, "owner": hidden(one["owner"]) if one["owner"] else None, "author": hidden(one["author"])}
        for one in view["decisions"]
    ]
    late = [{**one, "lead": hidden(one["lead"])} for one in view["overdue"]["rows"]]
    others = [{"id": one, "name": name, "minor": name.endswith(UNDER_18)} for one, name in view["others"].items()]
    return (
        environment()
        .get_template("meet.html.j2" if meeting else "pack.html.j2")
        .render(
            **{**view, "actions": actions, "decisions": decisions, "overdue": {**view["overdue"], "rows": late}},
            css=css,
            script=script,
            policy=policy(css, script, served=meeting is not None),
            most=MOST,
            always=ALWAYS,
            labels=[label_words(label) for label in LABELS],
            risks=RISKS,
            access=ACCESS,
            alerts=ALERTS,
            less_sure=LESS_SURE,
            no_bed_days=NO_BED_DAYS,
            risk_sentence=risk_sentence,
            others_of=others_of,
            said_once=[(words, found) for _, words, found in said_once(people)],
            warned=sum(bool(one["alerts"]) for one in people),
            no_row=no_row,
            minors_note=MINORS_NOTE,
            alerted=[one for one in alerted(people) if not one["minor"]],
            alerted_minors=[one for one in people if one["minor"] and one["alerts"]],
            supported_only=SUPPORTED_ONLY,
            certain=certain(view["definitions"]),
            stale=view["stamp"].stale,
            places={person["id"]: index for index, person in enumerate(people)},
            elsewhere={one["id"]: index for index, one in enumerate(others)},
            data=embedded(
                {
                    **_charts(people, charted),
                    "labels": [label_words(label) for label in LABELS],
                    "candidates": CANDIDATES,
                    "minor": MINOR,
                    "free": free,
                    "others": others,
                    **({"meeting": meeting} if meeting else {}),
                }
            ),
        )
    )


def certain(definitions: Sequence[tuple[str, str]]) -> str:
    """What A, B and C mean, in a sentence."""
    return ": ".join(definitions[-1])


def embedded(value: object) -> str:
    """JSON that is safe inside a page: no character of it can end the element it is in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=list)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _charts(people: Sequence[Person], charted: Sequence[PersonSeries]) -> dict[str, object]:
    """People with what their chart is drawn from; those not charted have none.

    The latest months are drawn at first; `all` has the whole calendar, where it is longer.
    """
    shown = {person["id"] for person in people}
    series = [person for person in charted if person.person_id in shown]
    latest = [recent(person) for person in series]
    whole = (
        series if any(len(one.months) > len(short.months) for one, short in zip(series, latest, strict=True)) else []
    )
    own, every = _drawn(latest), _drawn(whole)
    drawn = [{**_embedded_person(person), "own": own.people.get(person["id"])} for person in people]
    return {"design": own.design, "frames": own.frames, "people": drawn, "all": asdict(every) if whole else None}


def _drawn(series: Sequence[PersonSeries]) -> ChartData:
    """What these charts are drawn from, with the names of their data sets and a description of each."""
    out = chart_data(series)
    if out.design:
        sets = (*DATASETS, *series[0].extra)
        out.design |= {"sets": sets, "titles": [title_of(name) for name in sets]}
    for person in series:
        out.people[person.person_id] |= {"alt": alt_text(person)}
    return out


def _embedded_person(person: Person) -> dict[str, object]:
    """A person's values in the page; values in which somebody may be named, staff included, are marked."""
    recorded = []
    for words, value, by in person["recorded"]:
        about, _, author = by.partition(", ")
        recorded.append((words, value, about, words in ("Notes", "Action", "Owner"), author))
    n = len(person["episodes"])
    return {
        **person,
        "which": which(min(n, EPISODES), max(0, n - EPISODES), person["all_episodes"]),
        # the row has the band itself
        "short": in_short(alert for alert in person["alerts"] if alert[0] != "high"),
        "recorded": recorded,
        "gates": [(*gate, gate[0] == LEAD) for gate in person["gates"]],
    }
