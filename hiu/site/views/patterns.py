"""When things happen: admissions to a mental-health bed, and the hours of the week in which contacts begin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from hiu.errors import UsageError
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.month import Month
from hiu.publish.hours import DAYS, blocks, pattern
from hiu.publish.words.text import count_of, day
from hiu.site.ask.lacking import lacking, unnamed
from hiu.site.ids import require_basis
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables, checked_dataset, checked_months

C = pl.col
DATES = ("person_id", "start", "end", "nights", "leave_nights", "ended")
COLUMNS = (*DATES, "wards", "legal_status", "days_since_last", "spell")
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours that a day is made up of in blocks."""
SPELL = ("person_id", "spell")


def admissions(run: Tables, months: int, person_id: str | None = None) -> Listing:
    """One row a spell that was open in the last months, latest first; `ended` says what settles its end."""
    first = (run.month - (months - 1)).start
    stays = run._rows("stay", ~C("nobody") & (C("start") < run.month.after))
    stays = stays if person_id is None else stays.filter(C("person_id") == person_id)
    spells = stays.group_by("person_id", "spell").agg(
        C("start").min(),
        C("end").max(),
        still=C("end").is_null().any(),
        ended=C("ended").sort_by("start").last(),
        out=C("day_out").max(),
    )
    spells = spells.join(_nights(stays), on=SPELL, how="left").with_columns(C("nights", "leave_nights").fill_null(0))
    spells = spells.join(_words(run), left_on=["person_id", "spell"], right_on=["person_id", "spell_id"], how="left")
    spells = spells.with_columns(end=pl.when(~C("still")).then("end")).sort("person_id", "start")
    spells = spells.with_columns(
        days_since_last=(
            C("start").dt.date() - C("end").forward_fill().shift().over("person_id").dt.date()
        ).dt.total_days()
    )
    last = pl.coalesce(C("end").dt.date(), C("out"))
    found = spells.filter((C("ended") == "open") | (last >= first))
    began = found.filter(C("start").dt.date() >= first).height
    found = found.select(*COLUMNS).sort("start", "person_id", descending=True)
    whose = f"{person_id}: " if person_id else ""
    number, span = count_of(found.height, "spell"), count_of(months, "month")
    title = f"{whose}{number} in a bed in {span} to the end of {run.month.title}: {began:,} began in these months"
    missing = lacking(run, months, sets=night_sets(run._whole("coverage")))
    title = ". ".join([title, *(line.removesuffix(".") for line in missing)])
    empty = {"end": "not sent", "days_since_last": "no discharge before", "wards": "not published"}
    return Listing(found, title, empty=empty, kind="admissions")


def in_bed(run: Tables, on: date | str) -> Listing:
    """One row a spell in a bed on the night that begins on a day; whoever was on leave then is left out. Raises
    UsageError for a night of a month that was not supplied."""
    night, coverage = _day_of(on), run._whole("coverage")
    own = coverage.filter("supplied", C("dataset").is_in(list(night_sets(coverage))))["month"].unique().sort()
    if night.replace(day=1) not in own:
        months = f"{Month.of(own[0]).title} to {Month.of(own[-1]).title}" if len(own) else "no month"
        raise UsageError(
            f"stays in a bed were not supplied for {Month.of(night).title}, so who was in one on {day(night)} is "
            f"missing, not zero: there are those of {months}"
        )
    away = (C("leave_start") <= night) & (C("leave_end").is_null() | (C("leave_end") > night))
    lies = (C("first_night") <= night) & (C("day_out") > night) & ~away.fill_null(False)
    stays = run._rows("stay", ~C("nobody"))
    here = stays.filter(lies).select(SPELL).unique()
    whole = (
        stays.join(here, on=SPELL)
        .group_by(SPELL)
        .agg(C("start").min(), end=pl.when(C("end").is_not_null().all()).then(C("end").max()))
    )
    found = whole.sort("start", "person_id").join(
        _words(run), left_on=["person_id", "spell"], right_on=["person_id", "spell_id"], how="left"
    )
    require_basis(run, found["person_id"].to_list())  # a day is a question about whoever is known to have been there
    title = f"{count_of(found.height, 'bed')} in use on the night of {day(night)}"
    found = found.select("person_id", "start", "end", "wards", "legal_status", "spell")
    return Listing(found, title, kind="admissions")


def _nights(stays: pl.DataFrame) -> pl.DataFrame:
    """Nights and leave_nights of each spell, each night once: as monthly_demand and monthly_extra count them."""
    inside, kept = (one.select(*SPELL, "night").unique() for one in _each(stays))
    counts = (inside.group_by(SPELL).len("whole"), kept.group_by(SPELL).len("nights"))
    found = counts[0].join(counts[1], on=SPELL, how="left").with_columns(C("nights").fill_null(0).cast(pl.Int64))
    return found.select(*SPELL, "nights", leave_nights=C("whole").cast(pl.Int64) - C("nights"))


def _each(stays: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A row a night of each stay; and those alone in which the person was on leave from none."""
    away_from = pl.when(C("leave_start").is_not_null()).then(pl.max_horizontal("leave_start", "first_night"))
    back = pl.min_horizontal(pl.coalesce("leave_end", "day_out"), "day_out")
    spans = stays.with_columns(leave_start=away_from, leave_end=back)
    inside, away = (
        spans.filter(C(begin) < C(end)).with_columns(night=pl.date_ranges(begin, end, closed="left")).explode("night")
        for begin, end in (("first_night", "day_out"), ("leave_start", "leave_end"))
    )
    return inside, inside.join(away, on=["person_id", "night"], how="anti")


def nights(run: Tables, people: list[str] | None, months: int, dataset: str | None) -> Finding:
    """Nights by month and ward: one in two stays is of that which began later."""
    coverage, name = run._whole("coverage"), checked_dataset(run, dataset) or "mh_bed_day"
    if name not in night_sets(coverage):
        raise UsageError(f"'{name}' counts no nights: run.cohort().trend('{name}') has it by month")
    first, key = (run.month - (months - 1)).start, ["person_id", "source", "event_id"]
    timeline = run._whole("timeline", *key, "ward", where=C("dataset") == name).unique(key)
    stays = run._whole("stay", where=~C("nobody") & (C("day_out") > first) & (C("first_night") < run.month.after))
    stays = (stays if people is None else stays.filter(C("person_id").is_in(people))).join(timeline, on=key)
    gross = "gross_night" in coverage.filter(dataset=name)["unit"]
    month, sent = C("night").dt.truncate("1mo"), coverage.filter("supplied", dataset=name)["month"]
    each = _each(stays)[0 if gross else 1].filter(C("night") >= first, month.is_in(sent.implode()))
    once = each.sort("start", "event_id").unique(["person_id", "night"], keep="last", maintain_order=True)
    found = once.group_by(month=month, ward=C("ward")).agg(
        nights=pl.len().cast(pl.Int64), people=C("person_id").n_unique().cast(pl.Int64)
    )
    total, span = int(found["nights"].sum()), count_of(months, "month")
    had = count_of(once["person_id"].n_unique(), "person", "people") + f" (of {len(people or ()):,})" * bool(people)
    lines = [f"{count_of(total, 'night')} of {had} in {count_of(once['ward'].n_unique(), 'ward')}."]
    lines += lacking(run, months, sets=[name])
    lines += unnamed(run, months, [name]) if people is None else []
    return Finding(f"{many(name)} by ward, last {span}", lines, {"wards": found.sort("month", "ward")})


def _words(run: Tables) -> pl.DataFrame:
    """Wards and legal status by spell, as the timeline has them; none of a month published before it had."""
    types = dict.fromkeys(("person_id", "spell_id", "wards", "legal_status"), pl.String)
    rows = run._rows("timeline", C("dataset") == "mh_bed_day")
    if "spell_id" not in rows.columns:
        return pl.DataFrame(schema=types)
    each = {"wards": C("ward"), "legal_status": C("reason")}
    joined = [
        column.drop_nulls().unique(maintain_order=True).str.join("|").alias(name) for name, column in each.items()
    ]
    return rows.drop_nulls("spell_id").sort("start").group_by("person_id", "spell_id").agg(joined)


def hour_of_week(
    run: Tables, dataset: str | None, months: int, hours: int, people: Sequence[str] | None = None, whose: str = ""
) -> Finding:
    """Crisis episodes, or the events of one data set, each once, by day of the week and blocks of some hours of the
    day, of everybody or of some people; those sent as a date without a time are counted apart."""
    dataset = checked_dataset(run, dataset)
    if hours not in WIDTHS or isinstance(hours, bool):
        raise UsageError(f"blocks of {hours!r} hours: give one of {', '.join(map(str, WIDTHS))}")
    if dataset in night_sets(run._table("coverage")):
        raise UsageError(f"'{dataset}' counts nights, which have no hour: run.admissions() says when each stay began")
    first = (run.month - (checked_months(months) - 1)).start
    sets = [dataset] if dataset else run._table("coverage")["dataset"].unique().to_list()
    whole = run._scan("timeline").filter(C("dataset").is_in(sets), C("counted") & C("ended").is_null())
    own = whole if people is None else whole.filter(C("person_id").is_in(people))
    # three agencies at one event are one episode, which began with the first of them; two people in a log are one log
    once = ["source", "event_id"] if dataset else ["person_id", "episode"]
    each = own.select(*once, "start", "start_day_only").sort("start").unique(once, keep="first")
    events = each.filter(C("start").is_between(first, run.month.after, closed="left")).collect()
    midnight = C("start").dt.time() == pl.time(0, 0, 0)  # an earlier release does not say which of these are days
    day_only = C("start_day_only").fill_null(midnight)
    timed = events.filter(~day_only).select(day=C("start").dt.weekday() - 1, hour=C("start").dt.hour())
    cells = {(day, block): n for day, block, n in timed.group_by("day", C("hour") // hours).len().iter_rows()}
    rows = [[name, *(cells.get((at, block), 0) for block in range(24 // hours))] for at, name in enumerate(DAYS)]
    table = pl.DataFrame(rows, schema=["day", *blocks(hours)], orient="row")
    apart = events.height - timed.height
    lines = [f"{apart:,} of {events.height:,} were sent as a date without a time and are in no cell."]
    if cells:
        lines.insert(0, f"{pattern(cells, 'event' if dataset else 'crisis episode', hours)}.")
    lines += lacking(run, months, sets=sets)
    if people is None:
        lines += unnamed(run, months, [dataset] if dataset else contact_sets(run._table("coverage")))
    whose = f"{whose}: " if whose else ""
    what, span = many(dataset) if dataset else "crisis episodes", count_of(months, "month")
    return Finding(f"{whose}{what} by hour of the week, last {span}", lines, {"hours": table})


def _day_of(what: date | str) -> date:
    """A day as an analyst may give it: a date, or "2026-03-10". Raises UsageError for anything else."""
    try:
        found = date.fromisoformat(what.strip()) if isinstance(what, str) else what
    except ValueError:
        found = None
    if not isinstance(found, date):
        raise UsageError(f"'{what}' is not a day: expected the form 2026-03-10")
    return found.date() if isinstance(found, datetime) else found
