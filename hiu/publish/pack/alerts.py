"""What the meeting should see at once about a person: counts beside the contacts, and alerts with their reason.

Of a candidate an alert is told without its date (G18, G57). A month that was not supplied is missing, never zero: a
count says so, and nobody is lost from care for the want of a delivery.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from hiu.model import GOING_UP, TIMELINE
from hiu.model.frames import schema
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.access import shows_gates
from hiu.publish.danger import danger
from hiu.publish.hospital import missing_stays
from hiu.publish.pack.alert_words import ALERTS
from hiu.publish.pack.matches import CHECK, TWICE, alike, doubted
from hiu.publish.people import ages, death_words, risk_word
from hiu.publish.rows import Row, Tables
from hiu.publish.words.terms import OF_AGE, TO_CHECK, age_doubt, conflicts
from hiu.publish.words.text import clean, count_of, day, join_words
from hiu.rank.listing.reasons import amounts

IMPOSSIBLE = {
    "age_against_records": "records that do not fit the age",
    "born_after_contact": "a birth after a contact",
    "contact_after_death": "a contact after the death",
    "death_before_birth": "a death before the birth",
    "ends_before_start": "support ends before it starts",
}
"""What of the table `conflicts` cannot be so."""

COUNTS = {
    "contacts": (3, ()),
    "contacts_12": (12, ()),
    "nights": (3, ("mh_bed_day",)),
    "nights_12": (12, ("mh_bed_day",)),
    "mha": (12, ("s136", "mha_assessment")),
}
"""A count, its months, and its data sets; none named = those counted in contacts."""

_DISCHARGE_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Of everybody asked for: counts by column and person, the columns of which a month is missing, and alerts."""

    counts: Mapping[str, Mapping[str, int]]
    gaps: Mapping[str, frozenset[str]]
    alerts: Mapping[str, list[tuple[str, str]]]

    def count(self, column: str, person_id: str) -> int | None:
        """A count; None if no month of it was supplied."""
        return None if column not in self.counts else self.counts[column].get(person_id, 0)

    def lacks(self, person_id: str) -> list[str]:
        """Columns shown of which this person's figure lacks a month."""
        return [column for column, people in self.gaps.items() if person_id in people and column != "nights_12"]


def beside(tables: Tables, shown: pl.DataFrame, month: Month) -> Beside:
    """Counts and alerts of everybody in `shown` (rows of ranked).

    `tables`: monthly_demand, coverage; stay, monthly_extra, team_contact and conflicts if there are such.
    """
    ids = shown["person_id"].to_list()
    counts, gaps = {}, {}
    for column, (months, named) in COUNTS.items():
        sets, since = named or contact_sets(tables["coverage"]), (month - (months - 1)).start
        within = (pl.col("month") >= since) & (pl.col("month") <= month.start) & pl.col("dataset").is_in(list(sets))
        coverage = tables["coverage"].filter(within)
        if coverage["supplied"].any():
            own = tables["monthly_demand"].filter(within, pl.col("person_id").is_in(ids))
            counts[column] = dict(own.group_by("person_id").agg(pl.col("n").sum()).iter_rows())
            gaps[column] = _lacking(tables, coverage, own, ids)
    rows = {row["person_id"]: row for row in shown.iter_rows(named=True)}
    return Beside(counts=counts, gaps=gaps, alerts=_alerts(tables, rows, month))


def _lacking(tables: Tables, coverage: pl.DataFrame, own: pl.DataFrame, ids: Collection[str]) -> frozenset[str]:
    """Who lacks a month: everybody, if a source that had begun sent nothing; else those whose own number is missing."""
    first = tables["coverage"].filter("supplied").group_by("dataset").agg(first=pl.col("month").min())
    unsent = coverage.filter(~pl.col("supplied")).join(first, on="dataset").filter(pl.col("month") >= pl.col("first"))
    return frozenset(ids if unsent.height else own.filter(pl.col("n").is_null())["person_id"])


def _alerts(tables: Tables, rows: Mapping[str, Row], month: Month) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, dict[str, str]] = {person_id: {} for person_id in rows}
    for part in (
        _deaths,
        _danger,
        _detained,
        _pressing,
        _beds,
        _inside,
        _lost,
        _left,
        _dates,
        _doubts,
        _twice,
        _conflicts,
    ):
        for person_id, code, words in part(tables, rows, month):
            found[person_id].setdefault(code, words)
    return {one: [(code, own[code]) for code in ALERTS if code in own] for one, own in found.items()}


def _own(tables: Tables, name: str, rows: Mapping[str, Row]) -> Iterator[Row]:
    frame = tables.get(name)
    if frame is not None:
        yield from frame.filter(pl.col("person_id").is_in(list(rows))).iter_rows(named=True)


def _deaths(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Whom a row of a source has as dead, and no register: a call to the family must not rest on it. Of somebody met
    since it is the row that is to be corrected."""
    visits = tables.get("team_contact", pl.DataFrame(schema={"person_id": pl.String, "at": pl.Date}))
    timeline, sets = tables.get("timeline", pl.DataFrame(schema=schema(TIMELINE))), contact_sets(tables["coverage"])
    for row in (row for row in _own(tables, "conflicts", rows) if row["what"] == TO_CHECK):
        one = row["person_id"]
        own = (timeline.filter(person_id=one), sets, visits.filter(person_id=one))
        words, wrong = death_words(row, *own, dated=shows_gates(rows[one]))
        yield one, "seen" if wrong else "death", words


def _danger(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """What the records of people whose dates may be shown mention of suicide, self-harm and overdose."""
    dated = [one for one, row in rows.items() if shows_gates(row)]
    if (timeline := tables.get("timeline")) is None or not dated:
        return
    found = timeline.filter(pl.col("person_id").is_in(dated)).partition_by("person_id", as_dict=True)
    for person_id in dated:
        if (own := found.get((person_id,))) is not None:
            yield from ((person_id, code, words) for code, words in danger(own, month).items())


def _detained(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Detentions and assessments in the last 3 months. Of a candidate nothing is dated."""
    own = tables["monthly_demand"].filter(
        pl.col("month").is_between((month - 2).start, month.start), pl.col("dataset").is_in(["s136", "mha_assessment"])
    )
    n = {(one, name): total for one, name, total in own.group_by("person_id", "dataset").agg(pl.sum("n")).iter_rows()}
    for person_id in rows:
        for code, name in (("detained", "s136"), ("assessed", "mha_assessment")):
            if words := amounts({name: n.get((person_id, name), 0)}):
                yield person_id, code, f"{words} in the last 3 months"


def _pressing(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Whose contacts are far above their own usual, and whose risk is graded High."""
    for person_id, row in rows.items():
        if row["label"] == GOING_UP[0]:
            yield person_id, "rising", f"Rise: {clean(row['label_sentence']).removesuffix('.')}"
        if risk_word(row) == "High":
            yield person_id, "high", ALERTS["high"]


def _beds(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Stays that are open at the month's end, and those that ended in the 30 days before it."""
    inside, since = set[str](), month.end - timedelta(days=_DISCHARGE_DAYS)
    nights = _nights(tables, rows, month)
    stays = [row for row in _own(tables, "stay", rows) if row["start"] and row["start"].date() <= month.end]
    for row in stays:
        ended = _end(row)
        if (ended is None and row["ended"] == "open") or (ended is not None and ended > month.end):
            inside.add(row["person_id"])
            when = f", since {day(row['start'].date())}" if shows_gates(rows[row["person_id"]]) else ""
            words = f", {day(month.end)}{when}{nights.get(row['person_id'], '')}"
            yield row["person_id"], "in_hospital", ALERTS["in_hospital"] + words
    for row in sorted(stays, key=lambda row: _end(row) or date.min, reverse=True):
        ended, person_id = _end(row), row["person_id"]
        if ended and since < ended <= month.end and person_id not in inside:
            on = (
                f"Discharged from a mental-health bed on {day(ended)}, in the last 30 days"
                if shows_gates(rows[person_id])
                else ALERTS["discharged"]
            )
            yield person_id, "discharged", on


def _inside(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Of whom nothing was recorded since a record of a detention or an admission of which no bed days came."""
    for one, months in missing_stays(tables, month, rows)[0].items():
        words = f"a record of {months} says detained or admitted, and nothing is recorded since, bed days neither"
        yield one, "perhaps_inside", f"{ALERTS['perhaps_inside']}: {words}"


def _nights(tables: Tables, rows: Mapping[str, Row], month: Month) -> dict[str, str]:
    """The month's nights of people whose label is about contacts, in words: that of a long stay gives them itself."""
    own = tables["monthly_demand"].filter(pl.col("dataset") == "mh_bed_day", pl.col("month") == month.start)
    found = own.select("person_id", "n").drop_nulls().iter_rows()
    return {
        one: f" ({count_of(n, 'night')} in {month.title})"
        for one, n in found
        if one in rows and rows[one]["label"] != "IN HOSPITAL"
    }


def _doubts(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Whose match waits for a decision that could change the list."""
    if "review_queue" in tables and "decisions" in tables:
        for person, why in doubted(tables, rows, month).items():
            yield person, "match", f"{ALERTS['match']}: {why}"


def _twice(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Who is alike in name, birth, sex and postcode to somebody else here, with another NHS number."""
    for group in alike(tables, rows):
        for one in group:
            others = (rows[other] for other in group if other != one)
            places = join_words(f"{'' if row['list'] == 'adult' else 'U'}{row['rank']}" for row in others)
            yield one, "twice", f"{ALERTS['twice']}, as {places} too: {TWICE}"


def _conflicts(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Whose rows have two NHS numbers or dates of birth."""
    for row in _own(tables, "people", rows):
        if words := conflicts(row):
            yield row["person_id"], "conflict", f"{words[0].upper()}{words[1:]}: {CHECK}"


def _end(row: Row) -> date | None:
    return row["end"].date() if row["end"] else None


def _lost(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """A bed or a Mental Health Act assessment before, none of either and no contact with the team in 12 months, and
    contacts rising; told of nobody while a month of these was not supplied."""
    sets, since = ("mh_bed_day", "mha_assessment"), (month - 11).start
    coverage = tables["coverage"].filter(pl.col("month") >= since, pl.col("dataset").is_in(sets))
    if coverage.is_empty() or not coverage["supplied"].all():
        return
    own = tables["monthly_demand"].filter(pl.col("dataset").is_in(sets), pl.col("n") > 0)
    recent = set(own.filter(pl.col("month") >= since)["person_id"])
    recent |= {row["person_id"] for row in _own(tables, "team_contact", rows) if row["at"] and row["at"] >= since}
    for person_id in set(own["person_id"]) & rows.keys() - recent:
        if rows[person_id]["label"] in GOING_UP:
            yield (
                person_id,
                "lost",
                f"{ALERTS['lost']}: a bed or assessment before, none in 12 months, and contacts rising",
            )


def _left(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Left an emergency department before treatment in the last 3 months."""
    times: dict[str, int] = {}
    for row in _own(tables, "monthly_extra", rows):
        if row["measure"] == "left_before_treatment" and (month - 2).start <= row["month"] <= month.start:
            times[row["person_id"]] = times.get(row["person_id"], 0) + row["n"]
    for person_id, n in times.items():
        if n:
            often = {1: "once", 2: "twice"}.get(n, f"{n} times")
            yield person_id, "left", f"Left the emergency department before treatment {often} in the last 3 months"


def _dates(tables: Tables, rows: Mapping[str, Row], month: Month) -> Iterator[tuple[str, str, str]]:
    """Dates that contradict each other, and records that do not fit the age; those of support only where its gates are
    shown."""
    found = [row for row in _own(tables, "conflicts", rows) if row["what"] in IMPOSSIBLE]
    of_age = [row["person_id"] for row in found if row["what"] in OF_AGE]
    old = ages(tables["people"], of_age, month)
    for row in sorted(found, key=lambda row: row["what"] not in OF_AGE):
        if row["what"] != "ends_before_start" or shows_gates(rows[row["person_id"]]):
            own = [one for one in found if one["what"] in OF_AGE and one["person_id"] == row["person_id"]]
            doubt = age_doubt(old.get(row["person_id"]), own) if row["what"] in OF_AGE else ""
            yield row["person_id"], "dates", doubt or f"{ALERTS['dates']}: {IMPOSSIBLE[row['what']]}"
