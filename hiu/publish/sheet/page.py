"""The person sheet whole: what to act on, 24 months with sums, permissions, risk, the rows behind it, and contacts.

Three pages as a rule. Nothing is cut: what is long goes on to another page, and every page names the person. Lists of
the latest say of how many. It names a person: for people supported, and for others only by a recorded override. The
caller asks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from hiu.errors import UsageError
from hiu.model import DATASETS, TIMELINE
from hiu.model.frames import schema
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.charts.alt_text import alt_text
from hiu.publish.charts.data import PersonSeries, series
from hiu.publish.charts.draw import person_chart, to_svg
from hiu.publish.charts.headings import MONTHS, recent
from hiu.publish.danger import risks
from hiu.publish.episodes import episodes, how_many, which
from hiu.publish.hospital import CODES, disagreements, remarks, sentences
from hiu.publish.hours import blocks, has_pattern, hours_of_week
from hiu.publish.pack.page import MINOR
from hiu.publish.pack.pdf import TOTALS, heading, month_rows, with_totals
from hiu.publish.pack.people import gates_of, recorded_of
from hiu.publish.pack.words import definitions_version, measures
from hiu.publish.pdf import paper
from hiu.publish.people import bed_points, by_the_other, death_words, entries_of
from hiu.publish.rows import Row, Tables, first_row
from hiu.publish.sheet.contacts import contacts
from hiu.publish.sheet.first import SHARING, first_facts
from hiu.publish.sheet.who import identity
from hiu.publish.stamp import Stamp
from hiu.publish.words.datasets import short_title
from hiu.publish.words.terms import TO_CHECK, basis_words, label_words, source_words
from hiu.publish.words.text import clean, count_of, day, join_words
from hiu.settings import Settings

SIDE = {
    "episode": "Crisis episodes",
    "left_before_treatment": "Left before treatment",
    "ambulance_call": "Ambulance calls",
    "mha_not_completed": "MHA not completed",
}
"""Side measures with a row of their own under the data sets; never added to them."""
EPISODES, CONTACTS = 6, 10
"""How many of the latest are listed."""
GRADED_BY = {"clinical": "lead clinician", "public_safety": "police: risk to the public"}
"""Whose grading it is, by role."""


def person_sheet(person_id: str, tables: Tables, *, stamp: Stamp, settings: Settings, why_shown: str) -> bytes:
    """The sheet as PDF. `tables` are the month's published tables; `why_shown` says on the page why it may be made.

    Raises UsageError if nobody has that id.
    """
    own = {name: frame.filter(person_id=person_id) for name, frame in tables.items() if "person_id" in frame.columns}
    if own["people"].is_empty():
        raise UsageError(f"'{person_id}' is nobody's id in {stamp.month.title}: expected one as in the list (HIU-...)")
    drawn = _series(person_id, tables, stamp, settings)
    timeline = own.get("timeline", pl.DataFrame(schema=schema(TIMELINE)))
    sent, on = (own.get("conflicts"), own.get("descriptions")), stamp.built.date()
    who = identity(own["people"], own["links"], stamp.month, *sent, built=on)
    months, years = _months(drawn, own["monthly_extra"], tables["coverage"], timeline)
    version = definitions_version(settings.counting)
    found = own["conflicts"].filter(what=TO_CHECK).to_dicts() if "conflicts" in own else []
    visits = own["team_contact"]
    words, wrong = death_words(found[0], timeline, drawn.contacts, visits, dated=True) if found else ("", False)
    dead, other = "" if wrong else words, by_the_other(tables, [person_id], stamp.month).get(person_id, "")
    apart = remarks(disagreements({**own, "coverage": tables["coverage"]}, stamp.month)).get(person_id, [])
    lost = any(code == CODES[0] for code, *_ in apart)
    data = {
        **heading(stamp, version, "Person sheet"),
        **who,
        **months,
        # the run is the pack's, which the head names
        "foot": f"built {stamp.built_text} · settings {stamp.settings_version} · definitions {version} · "
        f"audit {stamp.audit_head[:16] or 'none'}",
        "stale": stamp.stale,
        "death": f"{dead}." if dead else "",
        "child": MINOR if _is_child(own["ranked"], who["age"], settings.rank.minimum_age) else "",
        "first": first_facts(
            own,
            timeline,
            tables["coverage"],
            stamp.month,
            settings,
            dead=bool(dead),
            years=years,
            other=other,
            lost=lost,
        ),
        "sharing": f"{SHARING} Lawful basis of support: {basis_words(settings, on, 'support', 'clinician')}.",
        "supplied": supplied_words(drawn),
        "sources": sources(own["links"], drawn, tables["coverage"], timeline),
        "why_shown": clean(why_shown),
        "alt": alt_text(drawn),
        "risks": risks(timeline, stamp.month),
        "year": f"{(stamp.month - 11).title} to {stamp.month.title}",
        **dated(timeline, stamp.month, set(tables["coverage"]["dataset"])),
        "id": person_id,
        "measures": measures(settings),
        "place": _place(first_row(own["ranked"]), drawn, settings),
        "gates": [(*gate[:3], "") for gate in gates_of(first_row(own["support"]), stamp.month, settings)],
        "risk": gradings(own["risk_grading"]),
        "recorded": _recorded(own["meeting_entry"], stamp.month),
    }
    row = f"{words[0].upper()}{words[1:]}." if wrong else ""
    data["doubts"] = " ".join(filter(None, (row, str(data["doubts"]), sentences(apart, dated=True))))
    chart = to_svg(person_chart(replace(drawn, name=None)))
    return paper("person_sheet.typ", data, {"chart.svg": chart}, created=stamp.built)


def dated(timeline: pl.DataFrame, month: Month, sets: Collection[str]) -> dict[str, object]:
    """Episodes and stays, the hours of the week, and the latest contacts with why one was not counted."""
    sentence, week = hours_of_week(timeline, (month - (MONTHS - 1)).start, sets)
    every, events = how_many(timeline), contacts(timeline)
    return {
        "episodes": (latest := episodes(timeline, EPISODES, since=(month - 5).start)),
        "of_episodes": which(min(len(latest), EPISODES), max(0, len(latest) - EPISODES), every),
        "week": week if has_pattern(sentence) else [],
        "blocks": blocks(),
        "week_words": sentence,
        "latest": events[:CONTACTS],
        "of_contacts": f"{which(CONTACTS, 0, len(events))}, of which {sum(not row[-1] for row in events)} are counted",
    }


def _is_child(ranked: pl.DataFrame, age: object, adult: int) -> bool:
    """On the list of under-18s, or, on no list, younger than an adult."""
    row = first_row(ranked)
    return row["list"] != "adult" if row else isinstance(age, int) and age < adult


def gradings(found: pl.DataFrame) -> list[tuple[str, ...]]:
    """The latest grading of each role and the one before, newest first: role, when, scores, band, where from."""
    rows = found.sort("at", "source", descending=True).group_by("role", maintain_order=True).head(2)
    return [
        (
            GRADED_BY.get(row["role"], source_words(row["role"])),
            day(row["at"]),
            f"likelihood {row['likelihood']}, impact {row['impact']}"
            if row["likelihood"] and row["impact"]
            else "band only",
            row["grade"] or "not banded",
            source_words(clean(row["source"])),
        )
        for row in rows.sort("role", "at", descending=[False, True]).iter_rows(named=True)
    ]


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


def _months(
    drawn: PersonSeries, extra: pl.DataFrame, coverage: pl.DataFrame, timeline: pl.DataFrame
) -> tuple[dict[str, object], str]:
    """The table of months with its notes; and the contacts of the latest 12 months and the 12 before, in a sentence."""
    given = coverage.filter(pl.col("supplied"))
    by_source = {name: set(given.filter(pl.col("dataset") == name)["month"]) for name in DATASETS}
    every = set.union(*(by_source[name] for name in DATASETS[:3]))
    supplied = {"episode": every} | {measure: by_source[name] for measure, name in _FROM.items()}
    months, rows = month_rows(drawn, 0, len(drawn.months))
    rows += side_rows(extra, drawn.months, supplied)
    sums = [prior_sum(row[1:]) for row in rows]
    first = drawn.months[0]
    older = timeline.filter("counted", pl.col("ended").is_null(), pl.col("start") < first.start)
    n = older.filter(pl.col("dataset").is_in(list(contact_sets(coverage)))).height
    last, prior = (_contacts(drawn, coverage, first, after) for first, after in ((-12, None), (-24, -12)))
    year = "" if len(drawn.months) < 24 else f"{drawn.months[-24].title} to {drawn.months[-13].title}"
    compared = "" if last is None or prior is None else f"{last} in the last 12 months, {prior} in {year}."
    return {
        "prior": year,
        "months": [*months, *TOTALS, "Prior 12"],
        "rows": [[*row, one] for row, one in zip(with_totals(rows), sums, strict=True)],
        "earlier": f"Before {first.title}: {count_of(n, 'contact')}. " if n else "",
    }, compared


def _contacts(drawn: PersonSeries, coverage: pl.DataFrame, first: int, after: int | None) -> int | None:
    """Contacts of some of the months; None if a month of them was not supplied, or there are too few."""
    cells = [n for name in contact_sets(coverage) for n in drawn.counts[name][first:after]]
    return None if len(drawn.months) < -first or None in cells else sum(n or 0 for n in cells)


def prior_sum(cells: Sequence[str]) -> str:
    """The sum of the 12 months before the latest 12, as `with_totals` gives the others."""
    return with_totals([["", *cells[-24:-12]]])[0][-1] if len(cells) > 12 else "–"


def _place(row: Row, drawn: PersonSeries, settings: Settings) -> str:
    if not row:
        return "Not in the ranked population this month."
    nights = sum(n or 0 for n in drawn.counts["mh_bed_day"][-12:])
    # the label's reason is the heading of the chart
    return clean(
        f"{row['sentence']}{bed_points(row, nights, settings)} Number of contacts: {label_words(row['label'])}."
    )


def supplied_words(drawn: PersonSeries) -> str:
    """Whether every data set was supplied for every month shown; else which was not, and for how many months."""
    lacks = {name: cells.count(None) for name, cells in drawn.counts.items() if None in cells}
    if not lacks:
        return f"Every data set was supplied for each of the {len(drawn.months)} months above."
    parts = join_words(f"{short_title(name)} ({count_of(n, 'month')})" for name, n in lacks.items())
    return f"Not supplied for some of the months above, where a dash stands: {parts}."


def sources(
    links: pl.DataFrame, drawn: PersonSeries, coverage: pl.DataFrame, timeline: pl.DataFrame | None
) -> list[tuple[str, ...]]:
    """By source: rows of all months; how many of them count, were replaced by a later row, and do not count; what they
    count in the months shown; and the latest file."""
    counted = _counted(drawn, coverage, timeline)
    status = pl.col("status")
    found = links.group_by("source").agg(
        rows=pl.len(),
        count=(status == "counted").sum(),
        out=(status == "not_counted").sum(),
        last=pl.col("source_file").max(),
    )
    return [
        (
            source_words(row["source"]),
            *(str(n) for n in (row["rows"], row["count"], row["rows"] - row["count"] - row["out"], row["out"])),
            counted.get(row["source"], "none"),
            clean(row["last"]),
        )
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
