"""The person sheet for the lead clinician, three pages as a rule.

Who it is and how sure that is, danger that the records mention, 24 months with their sums, permissions with dates, the
plan's expiry, clinical risk, the rows behind it, and dated episodes. Nothing is cut: what is long goes on to another
page, and every page names the person.

It names a person: for people supported, and for others only by a recorded override. The caller asks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from hiu.errors import UsageError
from hiu.model import DATASETS, TIMELINE
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries, series
from hiu.publish.charts.draw import person_chart, to_svg
from hiu.publish.charts.headings import MONTHS, recent
from hiu.publish.episodes import blocks, contacts, danger, episodes, hours_of_week
from hiu.publish.hospital import disagreements, remarks, sentences
from hiu.publish.pack.pdf import TOTALS, heading, month_rows, with_totals
from hiu.publish.pack.people import gates_of, recorded_of
from hiu.publish.pack.words import measures
from hiu.publish.pdf import paper
from hiu.publish.people import born, entries_of
from hiu.publish.rows import Row, Tables, first_row
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import short_title
from hiu.publish.words.terms import conflicts, label_words, source_words
from hiu.publish.words.text import clean, day, display_name, join_words, likelihood
from hiu.settings import Settings

SIDE = {
    "episode": "Crisis episodes",
    "left_before_treatment": "Left before treatment",
    "ambulance_call": "Ambulance calls",
    "mha_not_completed": "MHA not completed",
}
"""Side measures with a row of their own under the data sets; never added to them."""
HOW = {
    "number": "by NHS or local number",
    "model": "by similar details",
    "decision": "by a reviewer's decision",
    "event": "by the police log that a section 136 record quotes",
    "single": "with one version of name and details",
    "nobody": "naming nobody",
}


def person_sheet(person_id: str, tables: Tables, *, stamp: Stamp, settings: Settings, why_shown: str) -> bytes:
    """The sheet as PDF. `tables` are the month's published tables; `why_shown` says on the page why it may be made.

    Raises UsageError if nobody has that id.
    """
    own = {name: frame.filter(person_id=person_id) for name, frame in tables.items() if "person_id" in frame.columns}
    if own["people"].is_empty():
        raise UsageError(f"'{person_id}' is nobody's id in {stamp.month.title}: expected one as in the list (HIU-...)")
    drawn = _series(person_id, tables, stamp, settings)
    data = {
        **heading(stamp, "Person sheet"),
        **identity(first_row(own["people"]), own["links"], own.get("conflicts"), own.get("descriptions")),
        **_months(drawn, own["monthly_extra"], tables["coverage"]),
        "sources": sources(own["links"], drawn, tables["coverage"], own.get("timeline")),
        "why_shown": clean(why_shown),
        "alt": alt_text(drawn),
        **dated(own.get("timeline"), stamp.month, set(tables["coverage"]["dataset"])),
        "id": person_id,
        "measures": measures(settings),
        "place": _place(first_row(own["ranked"])),
        "gates": gates_of(first_row(own["support"]), stamp.month, settings),
        "risk": gradings(own["risk_grading"]),
        "contacts": team_contacts(own["team_contact"]),
        "recorded": _recorded(own["meeting_entry"], stamp.month),
    }
    apart = remarks(disagreements({**own, "coverage": tables["coverage"]}, stamp.month))
    data["doubts"] = " ".join(filter(None, (str(data["doubts"]), sentences(apart.get(person_id, []), dated=True))))
    chart = to_svg(person_chart(replace(drawn, name=None)))
    return paper("person_sheet.typ", data, {"chart.svg": chart}, created=stamp.built)


def identity(
    about: Row, links: pl.DataFrame, found: pl.DataFrame | None = None, descriptions: pl.DataFrame | None = None
) -> dict[str, object]:
    """Who it is, and how sure that all the rows are one person's.

    `found` = what contradicts itself (`conflicts`), and `descriptions` what was sent: the values that differ are given.
    """
    number, doubts = about["nhs_number"] or "", conflicts(about, () if found is None else found["what"])
    return {
        "name": display_name(about["name_text"], 200),
        "identity": [
            ("Born", born(about) or "not known"),
            ("Sex", about["sex"] or "not known"),
            ("NHS number", f"{number[:3]} {number[3:6]} {number[6:]}" if number else "none sent"),
            ("Postcode, latest", clean(about["postcode"] or "") or "none sent"),
            ("Also known as", clean((about["aliases"] or "").replace("|", ", ")) or "no other name"),
            ("In the records", f"{_date(about['first_seen'])} to {_date(about['last_seen'])}"),
            *((("Died", day(about["died"])),) if about["died"] else ()),
        ],
        "sure": how_sure(links, conflicts(about)),
        "doubts": f"{doubts[:1].upper()}{doubts[1:]}. Look at the rows before relying on this sheet." if doubts else "",
        "differing": differing(about, found, descriptions),
    }


def differing(about: Row, found: pl.DataFrame | None, descriptions: pl.DataFrame | None) -> list[tuple[str, str]]:
    """Of each contradiction what it is about, and the values that were sent."""
    out = []
    for flag, column, words in (
        ("two_nhs_numbers", "nhs_number", "NHS numbers"),
        ("two_dobs", "dob", "Dates of birth"),
    ):
        if about[flag] and descriptions is not None:
            values = descriptions[column].drop_nulls().unique().sort().to_list()
            out.append((words, join_words(day(one) if isinstance(one, date) else str(one) for one in values)))
    for row in () if found is None else found.sort("what").iter_rows(named=True):
        if row["detail"]:
            out.append((source_words(row["what"]).capitalize(), join_words(clean(row["detail"]).split("|"))))
    return out


def dated(timeline: pl.DataFrame | None, month: Month, sets: Collection[str]) -> dict[str, object]:
    """Episodes and stays, the hours of the week, and the latest contacts with why one was not counted."""
    own = pl.DataFrame(schema=schema(TIMELINE)) if timeline is None else timeline
    sentence, week = hours_of_week(own, (month - (MONTHS - 1)).start, sets)
    return {
        "episodes": episodes(own, 12),
        "week": week,
        "blocks": blocks(),
        "week_words": sentence,
        "latest": contacts(own, 16),
        "danger": danger(own, month),
    }


def how_sure(links: pl.DataFrame, doubts: str = "") -> str:
    """How the rows were joined, and the least certain match, in a sentence; no chance while `doubts` contradict it."""
    counts = dict(links.filter(pl.col("how").is_not_null()).group_by("how").len().iter_rows())
    parts = [f"{counts[how]} {words}" for how, words in HOW.items() if how in counts]
    weakest = links.filter(pl.col("how") == "model")["match_probability"].min()
    rows = f"{links.height} rows joined: {join_words(parts)}." if parts else "No row."
    if doubts:
        return f"{rows} While the conflict stands, no chance is given that the matches are right."
    return (
        f"{rows} The least certain match is {likelihood(weakest)} to be right." if isinstance(weakest, float) else rows
    )


def gradings(found: pl.DataFrame) -> list[tuple[str, ...]]:
    """The latest grading of each role and the one before, newest first: role, when, scores, band, where from."""
    rows = found.sort("at", "source", descending=True).group_by("role", maintain_order=True).head(2)
    return [
        (
            source_words(row["role"]),
            day(row["at"]),
            f"likelihood {row['likelihood']}, impact {row['impact']}"
            if row["likelihood"] and row["impact"]
            else "band only",
            row["grade"] or "not banded",
            source_words(clean(row["source"])),
        )
        for row in rows.sort("role", "at", descending=[False, True]).iter_rows(named=True)
    ]


def team_contacts(found: pl.DataFrame) -> str:
    """How many contacts the team had, and the latest three, in a sentence."""
    if found.is_empty():
        return "None recorded."
    latest = found.sort("at", "position", descending=True).head(3)
    police = {True: ", police present", False: "", None: ", police presence not said"}
    contacts = [
        f"{day(row['at'])} ({clean(row['kind'] or 'kind not said')}{police[row['police_present']]})"
        for row in latest.iter_rows(named=True)
    ]
    return f"{found.height} in all; latest {join_words(contacts)}."


def side_rows(extra: pl.DataFrame, months: Sequence[Month], supplied: Mapping[str, set[date]]) -> list[list[str]]:
    """A row of figures for each side measure; "–" where its source sent nothing (`supplied`: measure -> months)."""
    cells = {(row["measure"], row["month"]): row["n"] for row in extra.iter_rows(named=True)}

    def cell(measure: str, month: Month) -> str:
        return str(cells.get((measure, month.start), 0)) if month.start in supplied[measure] else "–"

    return [[words, *(cell(measure, month) for month in months)] for measure, words in SIDE.items()]


def _series(person_id: str, tables: Tables, stamp: Stamp, settings: Settings) -> PersonSeries:
    drawn = next(series([person_id], tables, stamp.month, show_names=True, breaks=settings.policy_breaks))
    return recent(drawn)


_FROM = {
    "left_before_treatment": "ed_attendance",
    "ambulance_call": "ambulance_deployment",
    "mha_not_completed": "mha_assessment",
}
"""The data set whose source supplies a side measure; crisis episodes are made of the first three."""


def _months(drawn: PersonSeries, extra: pl.DataFrame, coverage: pl.DataFrame) -> dict[str, object]:
    given = coverage.filter(pl.col("supplied"))
    by_source = {name: set(given.filter(pl.col("dataset") == name)["month"]) for name in DATASETS}
    every = set.union(*(by_source[name] for name in DATASETS[:3]))
    supplied = {"episode": every} | {measure: by_source[name] for measure, name in _FROM.items()}
    months, rows = month_rows(drawn, 0, len(drawn.months))
    side = side_rows(extra, drawn.months, supplied)
    return {"months": [*months, *TOTALS], "rows": with_totals([*rows, *side])}


def _place(row: Row) -> str:
    if not row:
        return "Not in the ranked population this month."
    return clean(f"{row['sentence']} {label_words(row['label'])}: {row['label_sentence']}")


def sources(
    links: pl.DataFrame, drawn: PersonSeries, coverage: pl.DataFrame, timeline: pl.DataFrame | None
) -> list[tuple[str, ...]]:
    """By source: rows of all months, what they count in the months shown, and the latest file."""
    counted = _counted(drawn, coverage, timeline)
    found = links.group_by("source").agg(rows=pl.len(), last=pl.col("source_file").max())
    return [
        (source_words(row["source"]), str(row["rows"]), counted.get(row["source"], "none"), clean(row["last"]))
        for row in found.sort("source").iter_rows(named=True)
    ]


def _counted(drawn: PersonSeries, coverage: pl.DataFrame, timeline: pl.DataFrame | None) -> dict[str, str]:
    """What each source adds to the table of months, so that it adds up to it. A data set that several sources feed is
    shared out by the events that count."""
    out: dict[str, list[str]] = {}
    for dataset, feeding in coverage.select("dataset", "source").unique().sort("dataset", "source").iter_rows():
        names = feeding.split("|")
        for name in names:
            n = drawn.total(dataset) if len(names) == 1 else _events(timeline, name, dataset, drawn)
            if n:
                out.setdefault(name, []).append(f"{short_title(dataset)} {n}")
    return {name: ", ".join(parts) for name, parts in out.items()}


def _events(timeline: pl.DataFrame | None, source: str, dataset: str, drawn: PersonSeries) -> int:
    """Events of one source that count, in the months shown."""
    if timeline is None:
        return 0
    day = pl.col("start").dt.date()
    inside = day.is_between(drawn.months[0].start, drawn.months[-1].end)
    return timeline.filter("counted", inside, source=source, dataset=dataset).height


def _recorded(entries: pl.DataFrame, month: Month) -> str:
    """What meetings recorded, whole."""
    before = entries_of(entries.filter(pl.col("month") < month.start))
    rows = next(iter(before.values()), [])
    return "; ".join(f"{words}: {value} ({by})" for words, value, by in recorded_of(rows))


def _date(when: date | None) -> str:
    return day(when) if when else "not known"
