"""The pack on paper: its PDF twin, a person a page, tagged, with a description and a table for every chart.

For paper, and where a browser may not open the pack. It says what `pack.page.pack_view` says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.draw import unnamed_svg
from hiu.publish.episodes import which
from hiu.publish.pack.alert_words import SUPPORTED_ONLY, alerted, dead, others_of, risk_sentence, said_once
from hiu.publish.pack.front import NO_BED_DAYS
from hiu.publish.pack.matches import LESS_SURE
from hiu.publish.pack.page import CANDIDATES, MINOR, MINORS_NOTE, certain
from hiu.publish.pack.view import Decision, Entry, Match, Person, Reviews, Task, View
from hiu.publish.pack.words import no_row, place_words
from hiu.publish.pdf import paper
from hiu.publish.people import NAMESAKE, rank_words
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.datasets import MARKERS, STACK, short_title
from hiu.publish.words.text import count_of, fit, join_words, shorten

COLUMNS = 24
"""Months in the table of figures; earlier ones are summed up beside them."""

TOTALS = ("3 mths", "12 mths")
"""Heads of the sums beside the months."""

ENTER = "What the meeting decides is entered in the month's workbook or on the meeting's page."
ON_PAPER = 3
"""Episodes beside a chart on paper."""

HEADING, CELL = 600, 240
"""Points of width that a name may take in a heading and in the list; the longest end in an ellipsis."""

Naming = Callable[[str], str]
"""From an id to what the reader is told: the name of somebody in the pack."""


def pack_pdf(view: View, charted: Sequence[PersonSeries], svgs: Mapping[str, str]) -> bytes:
    """The pack as PDF. Of the people in the view, each of `charted` with a chart in `svgs` (`to_svg`) has a page."""
    stamp = view["stamp"]
    people = {person["id"]: person for person in view["people"]}
    series = [one for one in charted if one.person_id in people and one.person_id in svgs]
    # a picture is named by its position, so that no id or name is in it
    pictures = {f"chart-{index}.svg": unnamed_svg(svgs[one.person_id], one) for index, one in enumerate(series)}
    top = view["top"]
    pages = [_page(people[one.person_id], one, name, top) for one, name in zip(series, pictures, strict=True)]
    others = sorted(people.keys() - {one.person_id for one in series})
    without = [_young(people[one]) or people[one]["name"] for one in others]
    left = f"{join_words(without[:5]) if len(without) < 6 else count_of(len(without), 'person', 'people')} " + (
        "has no page here" if len(without) == 1 else "have no page here"
    )
    # they follow the adults' pages, so that a chair can take them out together
    young = next((one.person_id for one in series if people[one.person_id]["minor"]), None)
    return paper(
        "pack.typ",
        {**_front(view, people), "people": pages, "without": left if without else "", "pages_minors": young},
        pictures,
        created=stamp.built,
    )


def heading(stamp: Stamp, definitions: str, title: str, *more: str) -> dict[str, object]:
    """What the head and foot of every page say; `definitions` = their version, `more` goes into the head."""
    return {
        "title": f"{title}, {stamp.month.title}",
        "site": stamp.site,
        "synthetic": stamp.synthetic,
        "marking": MARKING,
        "stamp": [stamp.site, f"data to {stamp.data_text}", f"pack {stamp.pack_id}", *more],
        "foot": f"built {stamp.built_text} · run {stamp.run_id} · settings {stamp.settings_version} · "
        f"definitions {definitions} · audit {stamp.audit_head[:16] or 'none'}",
    }


def month_rows(person: PersonSeries, first: int, last: int) -> tuple[list[str], list[list[str]]]:
    """Months as column heads (`Mar 26`), and a row of figures for each data set; "–" = not supplied."""
    months = [f"{month.title[:3]} {month.title[-2:]}" for month in person.months[first:last]]
    rows = [
        [short_title(name), *("–" if n is None else str(n) for n in person.counts[name][first:last])]
        for name in (*STACK, *person.extra, *MARKERS)
    ]
    return months, rows


def with_totals(rows: list[list[str]], whole: Sequence[list[str]] = ()) -> list[list[str]]:
    """Rows of figures with their sums of the last 3 and 12 months, and of all months before, where there are `whole`
    rows; † where a month of it was not supplied."""
    sums = [[_total(row[1:][-months:]) for months in (3, 12)] for row in rows]
    before = [[_total(every[1 : 1 - len(row)])] for row, every in zip(rows, whole, strict=True)] if whole else []
    return [[*row, *own, *more] for row, own, more in zip(rows, sums, before or [[]] * len(rows), strict=True)]


def _total(cells: Sequence[str]) -> str:
    given = [int(cell) for cell in cells if cell != "–"]
    return f"{sum(given)}{'†' if len(given) < len(cells) else ''}" if given else "–"


def _young(person: Person) -> str:
    """A child by their place alone, since they are named only in the part that says first who decides whether the
    meeting talks about them; empty for an adult."""
    return f"{place_words(person)} (under 18)" if person["minor"] else ""


def _front(view: View, people: Mapping[str, Person]) -> dict[str, object]:
    stamp = view["stamp"]

    def full(person_id: str) -> str:
        if (person := people.get(person_id)) is None:
            return view["others"].get(person_id, person_id)
        return f"{person['name']} ({person_id})" if NAMESAKE in person["who"] else person["name"]

    def name(person_id: str) -> str:
        return (person_id in people and _young(people[person_id])) or full(person_id)

    def either(person_id: str) -> str:
        return name(person_id) if person_id in people else "somebody not on the list"

    def groups(naming: Naming, *, minors: bool) -> list[dict[str, object]]:
        def line(one: Entry) -> str:
            # the heading has it of all
            what = one["what"].replace(" of the under-18s", "") if minors else one["what"]
            return f"{naming(one['id'])}: {what}" if one["id"] else what

        own = (group for group in view["changes"] if (group["kind"] == "minors") == minors)
        return [{"heading": group["heading"], "entries": list(map(line, group["entries"]))} for group in own]

    as_is = ("first", "top", "nobody", "definitions", "definitions_version", "settings", "reviewing", "notes")
    more = (f"meeting: {view['notes']['meeting']}", f"withheld: {view['withheld']}")
    # what is clinical of a child stands on their own pages, which a chair can take out
    adults, young = ([one for one in view["people"] if one["minor"] == minor] for minor in (False, True))
    minors = {one["id"] for one in young}
    bedless = [one for one in view["bedless"] if one[0] not in minors]
    return {
        **heading(stamp, view["definitions_version"], "HIU Group meeting pack", *more),
        **{key: value for key, value in view.items() if key in as_is},
        "unlisted": [f"{name(one)}: {no_row(why)}" for one, why in view["unlisted"]],
        "unnamed": view["unnamed"],
        "month": stamp.month.title,
        "data_to": stamp.data_text,
        "candidates": CANDIDATES,
        "changes": groups(name, minors=False),
        "minors_changes": groups(full, minors=True),
        "actions": [
            *(_action(one, name) for one in view["actions"]),
            *(_decision(one, name) for one in view["decisions"]),
        ],
        "said_once": [
            (code == "death", f"{words} {join_words(full(one['id']) for one in found)}.")
            for code, words, found in said_once(adults)
        ],
        "alerts": [_alerts(one, name) for one in alerted(adults)],
        "alerts_minors": [_alerts(one, full) for one in young if one["alerts"]],
        "supported_only": SUPPORTED_ONLY,
        "stale": stamp.stale,
        "overdue": {
            **view["overdue"],
            "rows": [[name(one["id"]), one["lead"], *one["cells"]] for one in view["overdue"]["rows"]],
        },
        "due": [_reviews(one, name) for one in view["due"]],
        "feeds": [
            (feed["title"], "supplied" if feed["now"] else "NOT SUPPLIED", ", ".join(feed["gaps"]) or "none")
            for feed in view["feeds"]
        ],
        "beside": view["beside"],
        "unread": view["unread"],
        "bedless": f"{NO_BED_DAYS} {join_words(f'{full(one)} ({when})' for one, when in bedless)}." if bedless else "",
        "matches": [_match(pair, either) for pair in view["matches"]["pairs"] if not minors & {pair["a"], pair["b"]}],
        # the alerts of these say it
        "matches_minors": sum(bool(minors & {pair["a"], pair["b"]}) for pair in view["matches"]["pairs"]),
        "less_sure": LESS_SURE,
        "matches_total": view["matches"]["total"],
        "list_note": f"{count_of(len(adults), 'adult')}: supported people, and candidates in the "
        f"first {view['top']} places. Where plausible ranks overlap there is no reliable difference. "
        f"{view['notes']['unplaced']}{view['notes']['ungraded']}{certain(view['definitions'])} "
        f"{view['notes']['under']} {view['notes']['contacts']} {view['notes']['crisis']}"
        f"{ENTER}{notes_of(view['people'])}",
        "adults": [_row(person) for person in adults],
        "minors_note": MINORS_NOTE,
        "minors": [_row(person) for person in young],
        "settings_version": stamp.settings_version,
    }


def notes_of(people: Sequence[Person]) -> str:
    """What † and * mean, where there is one."""
    lacks = " † A month of it was not supplied." if any(person["lacks"] for person in people) else ""
    return lacks + (" * Part of it is estimated." if any(person["estimated"] for person in people) else "")


def _alerts(person: Person, name: Naming) -> str:
    who = f" ({person['who'].partition(';')[0]})" if person["minor"] else ""
    shown = person["alerts"] if person["minor"] else others_of(person)
    return f"{name(person['id'])}{who}: {'; '.join(words for _, words in shown)}. {risk_sentence(person)}"


def _action(one: Task, name: Naming) -> str:
    state = "done" if one["done"] else "OVERDUE" if one["late"] else "open"
    return f"{name(one['id'])}: {one['what']}. {one['owner']}, {one['due']}: {state}."


def _decision(one: Decision, name: Naming) -> str:
    review = f", next review {one['next_review']}" if one["next_review"] else ""
    owner = f", {one['owner']}" if one["owner"] else ""
    return f"{name(one['id'])}: decided {one['decision']}{owner}{review} (recorded by {one['author']})."


def _reviews(one: Reviews, name: Naming) -> str:
    return f"{name(one['id'])}: {'; '.join(f'{what} {words}' for what, words in one['reviews'])}"


def _match(pair: Match, either: Naming) -> str:
    both = either(pair["a"]) if pair["a"] == pair["b"] else f"{either(pair['a'])} and {either(pair['b'])}"
    return f"{both}: {pair['doubt']}"


def _row(person: Person) -> list[str]:
    standing = "supported" if person["supported"] else person["was"].partition(" (")[0]
    check = "an entry says dead: check first" if dead([person]) else ""
    graded = person["risk_at"].partition(";")[0].removeprefix("by ")
    return [
        place_words(person),
        rank_words(person["low"], person["high"]),
        person["certainty"] or "",
        ", ".join(filter(None, (fit(person["name"], CELL, 9), standing, person["who"], check))),
        person["id"],
        person["risk"] + (f" ({graded})" if graded else ""),
        *(_count(person, name) for name in ("contacts", "contacts_12", "nights", "mha")),
        person["label"],
        f"{person['intensity']:.1f}{'*' if person['estimated'] else ''}",
    ]


def standing(person: Person) -> str:
    """Supported, or a candidate, with until when support was given; a child is no candidate."""
    words = "supported" if person["supported"] else "" if person["minor"] else "candidate"
    return ", ".join(filter(None, (words, person["was"])))


def _count(person: Person, name: Literal["contacts", "contacts_12", "nights", "mha"]) -> str:
    n = person[name]
    return "not supplied" if n is None else f"{n}{'†' if name in person['lacks'] else ''}"


def _page(person: Person, series: PersonSeries, picture: str, top: int) -> dict[str, object]:
    last = len(series.months)
    months, rows = month_rows(series, max(0, last - COLUMNS), last)
    whole = month_rows(series, 0, last)[1] if last > COLUMNS else []
    graded = ":" in person["risk_note"]
    note = person["risk_note"] and (f" · {person['risk_note']}" if graded else f" ({person['risk_note']})")
    against = f"Number of contacts: {person['label']}."
    place = "Supported:" if person["supported"] and person["rank"] > top else f"{place_words(person)}."
    young = "under 18, listed apart" if person["minor"] else ""
    stays = [one for one in person["episodes"][ON_PAPER:] if one[1].startswith("stay in a mental-health")]
    shown = [*person["episodes"][: ON_PAPER - bool(stays)], *stays]
    return {
        "id": person["id"],
        "heading": f"{place} {fit(person['name'], HEADING, 14, bold=True)} ({person['id']})"
        f"{person['age'] and ', '}{person['age']}",
        "tags": " · ".join(
            filter(None, (against.rstrip("."), f"risk: {person['risk']}{note}", standing(person), young, person["who"]))
        ),
        "minor": MINOR if person["minor"] else "",
        "alerts": [words for _, words in person["alerts"]],
        "picture": picture,
        "alt": alt_text(series),
        "months": [*months, *TOTALS, *(["Before " + months[0].replace(" ", "\u00a0")] if whole else [])],
        "rows": with_totals(rows, whole),
        "why": person["why"],
        "last": person["last"],
        "changed": " ".join(person["changes"]) or against,
        "presets": "; ".join(person["presets"]),
        "gates": person["gates"],
        "recorded": [f"{words}: {shorten(value, 300)} ({by})" for words, value, by in person["recorded"]],
        "sources": person["sources"],
        "episodes": [f"{when}: {what}{f', {span}' if span else ''}" for when, what, span in shown],
        "of": which(len(shown) - len(stays), len(stays), person["all_episodes"]),
        "decide": person["decide"],
        "week": person["week"],
    }
