"""Published definitions of 'frequent', each with its source, and which of them a person meets.

Read as at the month's end: 'a month' is the latest, 'three months' the latest three, 'a year' the latest
twelve. A month that was not supplied adds nothing, so a definition can fire late but never wrongly. ED
attendances are those of the data set (requiring treatment). Sources: docs/ranking.md; the rule for
communal addresses is about addresses and lives with them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.month import Month
from hiu.rank.listing.history import Flags, Floats, History
from hiu.rank.listing.sentence import say_each_row

ED, CALLS, POLICE, ED_MENTAL_HEALTH = "ed_attendance", "ambulance_call", "police_incident", "ed_mental_health"


@dataclass(frozen=True)
class Preset:
    """A definition: any of `limits` (measure, months, least count) met, all of them if `every`."""

    name: str
    limits: tuple[tuple[str, int, int], ...]
    ages: str = "any"
    every: bool = False


PRESETS = (
    Preset(
        "NHS England high intensity use (ED over 5 in the latest month or over 20 a year)",
        ((ED, 1, 6), (ED, 12, 21)),
        "adult",
    ),
    Preset(
        "FreCaNN (5 emergency calls in the latest month or 12 in the latest three)",
        ((CALLS, 1, 5), (CALLS, 3, 12)),
        "adult",
    ),
    Preset("Under-18 ambulance (3 calls in the latest 6 months)", ((CALLS, 6, 3),), "under_18"),
    Preset("British Red Cross (ED 5 a year)", ((ED, 12, 5),)),
    Preset(
        "NHS England mental-health crisis dashboard (attendance with 4 others in a year)",
        ((ED_MENTAL_HEALTH, 1, 1), (ED_MENTAL_HEALTH, 12, 5)),
        every=True,
    ),
    Preset("Extreme ED use (over 20 a year)", ((ED, 12, 21),)),
)


def presets(history: History, extra: pl.DataFrame, lists: pl.Series, police_a_year: int | None) -> pl.Series:
    """For each person of the history, the names of the definitions met, joined by |.

    `extra` has the columns of model.MONTHLY_EXTRA; `lists` says adult or under_18 per person;
    `police_a_year` is the site's own police threshold (there is no national one), or None.
    """
    rules: tuple[Preset, ...] = PRESETS
    if police_a_year is not None:
        rules = (*rules, Preset(f"Local police threshold ({police_a_year} a year)", ((POLICE, 12, police_a_year),)))
    met = pl.DataFrame({rule.name: _fires(rule, history, extra, lists) for rule in rules})
    return say_each_row(met, lambda *fired: "|".join(rule.name for rule, hit in zip(rules, fired, strict=True) if hit))


def _fires(rule: Preset, history: History, extra: pl.DataFrame, lists: pl.Series) -> Flags:
    met = [_count(history, extra, measure, months) >= least for measure, months, least in rule.limits]
    flags = np.logical_and.reduce(met) if rule.every else np.logical_or.reduce(met)
    if rule.ages != "any":
        flags = flags & (lists == rule.ages).to_numpy()
    return np.asarray(flags, dtype=np.bool_)


def _count(history: History, extra: pl.DataFrame, measure: str, months: int) -> Floats:
    if measure in history.datasets:
        return history.seen(measure, months)
    last = history.months[-1]
    recent = pl.col("month").is_between((last - (months - 1)).start, last.start)
    rows = extra.filter(pl.col("measure") == measure, recent)
    totals = rows.group_by("person_id").agg(pl.col("n").sum())
    joined = pl.DataFrame({"person_id": history.people}).join(totals, on="person_id", how="left", maintain_order="left")
    return joined["n"].fill_null(0).cast(pl.Float64).to_numpy()


def needs(month: Month, extra: pl.DataFrame) -> list[str]:
    """Definitions that cannot be judged because a side measure is absent from the last 12 months."""
    measures = set(extra.filter(pl.col("month").is_between((month - 11).start, month.start))["measure"].unique())
    side = {CALLS, ED_MENTAL_HEALTH} - measures
    return [rule.name for rule in PRESETS if any(measure in side for measure, _, _ in rule.limits)]
