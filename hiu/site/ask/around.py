"""What comes around what: contacts within hours of an event, beside chance, and the time between contacts."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.publish.words.text import count_of
from hiu.site.ask.lacking import lacking
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables, checked_dataset, checked_months

C = pl.col
HOUR = 3600
EVENT = ["person_id", "source", "event_id"]
QUANTILES = {"lower_quarter": 0.25, "median": 0.5, "upper_quarter": 0.75, "ninth_tenth": 0.9}


def around(run: Tables, people: list[str] | None, dataset: str, hours: float, months: int) -> Finding:
    """Events of a data set with another contact of the same person within some hours before, and after."""
    span, name = checked_months(months), str(checked_dataset(run, dataset))
    if isinstance(hours, bool) or not 0 < hours <= 24 * 366:
        raise UsageError(f"{hours} hours: give a number over 0, and of a year at most")
    earliest, contacts = (run.month - (span - 1)).start, contact_sets(run._whole("coverage"))
    beds = night_sets(run._whole("coverage"))
    whole = _events(run, people, list({*contacts, name, *beds}))
    in_months = (C("dataset") == name) & C("start").is_between(earliest, run.month.after, closed="left")
    timed = whole.filter(~C("day_only"))
    datasets = sorted(timed["dataset"].unique())
    own = timed.filter(in_months).unique(EVENT, maintain_order=True).with_row_index("at")
    timed, theirs = (one.join(own, on="person_id", how="semi") for one in (timed, whole))  # nobody else is near these
    again = _again(run, own, theirs)
    contact = timed.filter(C("dataset").is_in([*contacts, name]))
    watched = _watched(contact)
    rows = [_near(own, contact, again, None, hours, watched)]
    rows += [_near(own, timed, again, one, hours, watched) for one in datasets]
    schema = {"other": pl.String, "events": pl.Int64, "before": pl.Int64, "share_before": pl.Float64}
    schema |= {"after": pl.Int64, "share_after": pl.Float64, "by_chance": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    first, what = table.row(0, named=True), _nouns(run, name)
    line = (
        f"Of {first['events']:,} {what}, {first['before']:,} had another contact in the {hours:g} hours before "
        f"and {first['after']:,} in the {hours:g} after; by chance about {first['by_chance']:.1f} would either way."
    )
    untimed = whole.filter(in_months, "day_only").unique(EVENT).height
    lines = [line] if own.height else []
    lines += [f"{untimed:,} {what} were sent without a time of day, so they are not among these."] if untimed else []
    lines += [f"There were no {what} in these months."] if not own.height and not untimed else []
    left = again.select("at", "source_other", "event_id_other").n_unique()
    lines += (
        [f"Records of the same occurrence by another agency are no other contact: {left:,} left out."] if left else []
    )
    return Finding(
        f"Contacts around {what}, {count_of(span, 'month')}",
        [*lines, *lacking(run, span, sets={*contacts, name})],
        {"around": table},
    )


def _near(
    own: pl.DataFrame, whole: pl.DataFrame, again: pl.DataFrame, other: str | None, hours: float, watched: float
) -> tuple[str, int, int, float | None, int, float | None, float]:
    """How many of the events have a contact of another data set (any if none is named) on either side; by chance as if
    each contact could lie on any of the days `watched`."""
    others = (whole if other is None else whole.filter(C("dataset") == other)).unique(EVENT)
    pairs = own.join(others, on="person_id", suffix="_other")
    pairs = pairs.filter((C("event_id") != C("event_id_other")) | (C("source") != C("source_other")))
    pairs = pairs.join(again, on=["at", "source_other", "event_id_other"], how="anti")
    gap = (C("start_other") - C("start")).dt.total_seconds() / HOUR
    before = pairs.filter(gap.is_between(-hours, 0, closed="left"))["at"].n_unique()
    after = pairs.filter(gap.is_between(0, hours))["at"].n_unique()
    seen = pairs.group_by("at").len().sort("at")["len"].cast(pl.Float64)  # a sum of floats keeps to one order
    chance = float((1 - (1 - min(1.0, hours / 24 / watched)) ** seen).sum()) if seen.len() else 0.0
    n = own.height
    return other or "any", n, before, before / n if n else None, after, after / n if n else None, chance


def _again(run: Tables, own: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """Records of the same occurrence by another agency: at (of the event), source_other, event_id_other.

    What one quotes of the other by its number is the same occurrence, and so are two records of a detention that are
    counted once.
    """
    key = [C("at"), C("source").alias("source_other"), C("event_id").alias("event_id_other")]
    named = whole.select("person_id", "source", "event_id", C("quotes").str.split("|").alias("named")).explode("named")
    named = named.drop_nulls("named").unique()
    called = own.with_columns(named=C("source") + ":" + C("event_id"))
    quoting = named.join(called.select("at", "person_id", "named"), on=["person_id", "named"]).select(key)
    marked = (
        whole.select("person_id", "source", "event_id").unique().with_columns(named=C("source") + ":" + C("event_id"))
    )
    quoted = called.select("at", "person_id", C("quotes").str.split("|").alias("named")).explode("named")
    quoted = marked.join(quoted, on=["person_id", "named"]).select(key)
    apart = (C("dataset") == "s136") & ~C("counted") & C("reason_not_counted").str.starts_with("counted once")
    once = run._whole("timeline", "person_id", "source", "event_id", "start", where=apart)
    both = own.filter(C("dataset") == "s136").join(once, on="person_id", suffix="_other")
    apart = (C("start_other") - C("start")).dt.total_hours().abs() <= run.settings.counting.s136_hours
    both = both.filter(apart).select("at", "source_other", "event_id_other")
    return pl.concat([quoting, quoted, both]).unique()


def _nouns(run: Tables, name: str) -> str:
    """What the events of a data set are called: of one counted in nights they are its spells."""
    return f"spells of {many(name)}" if name in night_sets(run._whole("coverage")) else many(name)


def _watched(whole: pl.DataFrame) -> float:
    """Days from the first event to the last."""
    earliest, last = whole["start"].min(), whole["start"].max()
    return max(1.0, (last - earliest).total_seconds() / HOUR / 24) if earliest is not None else 1.0  # type: ignore[operator, union-attr]


def gaps(run: Tables, people: list[str] | None, dataset: str | None, months: int) -> Finding:
    """Days between one contact of a person and the next."""
    span, name = checked_months(months), checked_dataset(run, dataset)
    earliest = (run.month - (span - 1)).start
    sets = [name] if name else list(contact_sets(run._whole("coverage")))
    own = _events(run, people, sets).filter(C("start") >= earliest, C("start") < run.month.after)
    own = own.filter(~C("day_only")).sort("person_id", "start", "event_id")
    days = (C("start") - C("start").shift().over("person_id")).dt.total_seconds() / HOUR / 24
    between = own.with_columns(days=days).drop_nulls("days")
    figures = {label: C("days").quantile(at, interpolation="linear") for label, at in QUANTILES.items()}
    table = between.select(people=C("person_id").n_unique().cast(pl.Int64), gaps=pl.len().cast(pl.Int64), **figures)
    one = table.row(0, named=True)
    what = _nouns(run, name) if name else "contacts"
    line = "Nobody had two contacts, so there is nothing between them."
    if one["gaps"]:
        line = (
            f"Half of the {one['gaps']:,} gaps between {what} of a person were under {one['median']:.1f} days, nine in "
            f"ten under {one['ninth_tenth']:.1f}. The past alone: it does not foretell anybody's next contact."
        )
    return Finding(
        f"Days between {what}, {count_of(span, 'month')}", [line, *lacking(run, span, sets=sets)], {"gaps": table}
    )


def _events(run: Tables, people: list[str] | None, sets: list[str]) -> pl.DataFrame:
    """Events of data sets; `day_only` = without a time of day. A spell in a bed is one event, which begins with the
    first of its ward stays."""
    nights = C("dataset").is_in(list(night_sets(run._whole("coverage"))))
    needed = ("person_id", "source", "event_id", "dataset", "start", "start_day_only", "counted", "quotes", "spell_id")
    whole = run._whole("timeline", *needed, where=C("counted") & C("dataset").is_in(sets))
    whole = whole if people is None else whole.filter(C("person_id").is_in(people))
    if "spell_id" in whole.columns:  # an earlier release may lack it
        stays, spell = whole.filter(nights).sort("start"), C("spell_id").fill_null(C("event_id"))
        stays = stays.unique(["person_id", "source", "dataset", spell], keep="first", maintain_order=True)
        whole = pl.concat([whole.filter(~nights), stays])
    quotes = C("quotes") if "quotes" in whole.columns else pl.lit(None, pl.String).alias("quotes")
    day_only = C("start_day_only").fill_null(False)
    return whole.select("person_id", "source", "event_id", "dataset", "start", quotes, day_only=day_only)
