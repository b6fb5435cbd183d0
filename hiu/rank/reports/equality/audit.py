"""Is any group over- or under-represented in the list? Tested honestly, with what the test cannot see.

Of the protected characteristics the list uses age alone; this is the audit that it doesn't disadvantage any group
(docs/equality.md).
Power is poor in a list of 20: no difference found is never proof of none, so every row says what it cannot rule out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.special import gammaincinv

from hiu.model import PEOPLE
from hiu.model.ages import age_band, age_on
from hiu.model.grades import NOT_ASSESSED
from hiu.month import Month
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import AHEAD, fit, observed, points, weights_of
from hiu.rank.listing.population import population
from hiu.rank.reports.equality.selected import Q, mid_p, noticeable, representation
from hiu.settings import Settings
from hiu.stats import benjamini_hochberg, wilson

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Equality:
    """The audit, one row a group in every table (characteristic, group, people = adults on the list).

    `selection`: top (of them in the first N), expected, ratio (their rate over that of everyone else), low, high,
    p, below and above (the ratios that the audit would notice: `noticeable`), flag, sentence. `outcome`: observed,
    expected points of the 3 months to now from the list 3 months ago, their
    ratio to the whole list's, low, high, with_points (people), most (one person's largest share of observed);
    `outcome_refused` says why it is empty. `assessment`: assessed, rate, low, high. `moved`: frequency (in the first
    N by frequency alone), top, came_in, went_out by the risk multiplier. `quality`: how many were seen by several
    sources (matched), have no NHS number, no date of birth.
    """

    selection: pl.DataFrame
    outcome: pl.DataFrame
    outcome_refused: str
    assessment: pl.DataFrame
    moved: pl.DataFrame
    quality: pl.DataFrame


def groups_of(people: pl.DataFrame, month: Month, extra: pl.DataFrame | None = None) -> pl.DataFrame:
    """`person_id` and a column for each characteristic: sex, age (band at the month's end), and the columns of `extra`
    (person_id, ...).
    """
    own = people.select("person_id", pl.col("sex"), age=age_band(age_on(month.end)))
    joined = own if extra is None else own.join(extra, on="person_id", how="left")
    return joined.with_columns(pl.exclude("person_id").cast(pl.String).replace("", None).fill_null(NOT_RECORDED))


def equality(
    *,
    month: Month,
    ranked: pl.DataFrame,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    groups: pl.DataFrame,
    settings: Settings,
) -> Equality:
    """Audit a month's list. `groups` is that of `groups_of`; other frames have the columns of hiu.model."""
    top = settings.rank.top
    adults = ranked.filter(pl.col("list") == "adult").with_columns(
        top=pl.col("rank").rank("ordinal") <= top,  # whoever may not be shown leaves an empty place
        frequency=pl.col("expected_points").rank("ordinal", descending=True) <= top,
        assessed=pl.col("risk_source") != NOT_ASSESSED,
    )
    names = [name for name in groups.columns if name != "person_id"]
    outcome, refused = _outcome(month, demand, coverage, people, groups, names, settings)
    seen = adults.join(groups, on="person_id", how="left").join(_quality(people), on="person_id", how="left")
    quality = _by(seen, names, *(pl.col(name).sum() for name in _QUALITY))
    return Equality(selection(seen, names), outcome, refused, _assessment(seen, names), _moved(seen, names), quality)


def audit_of_list(*, month: Month, ranked: pl.DataFrame, people: pl.DataFrame, top: int) -> pl.DataFrame:
    """What every run audits: the first N against the list of adults, by sex and age band (model.EQUALITY)."""
    groups = groups_of(people, month)
    adults = ranked.filter(pl.col("list") == "adult").select("person_id", top=pl.col("rank") <= top)
    found = selection(adults.join(groups, on="person_id", how="left"), ["sex", "age"])
    finite = [
        pl.when(pl.col(name).is_finite()).then(pl.col(name)) for name in ("ratio", "low", "high", "below", "above")
    ]
    return found.with_columns(finite)


def selection(seen: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The first N against the list: hypergeometric mid-p, flagged by Benjamini-Hochberg over all groups."""
    rows = []
    counted = _by(seen, names, pl.col("top").sum())
    total, chosen = seen.height, int(seen["top"].sum())
    for name, group, people, top in counted.iter_rows():
        drawn = top, people, total, chosen
        expected = chosen * people / max(1, total)
        shown = noticeable(people, total, chosen, tests=counted.height)
        rows.append((name, group, people, top, expected, *representation(*drawn), mid_p(*drawn), *shown))
    columns = ["characteristic", "group", "people", "top", "expected", "ratio", "low", "high", "p", "below", "above"]
    table = pl.DataFrame(rows, schema=columns, orient="row")
    flagged = benjamini_hochberg(table["p"].to_numpy(), Q)
    sentences = [_sentence(row, bool(flag)) for row, flag in zip(table.iter_rows(named=True), flagged, strict=True)]
    return table.with_columns(flag=pl.Series(flagged, dtype=pl.Boolean), sentence=pl.Series(sentences, dtype=pl.String))


def _sentence(row: dict[str, Any], flag: bool) -> str:
    group, low, ratio = row["group"], row["low"], row["ratio"]
    upper = "any number of" if np.isinf(row["high"]) else f"{row['high']:.1f}"
    if flag:
        return f"{group}: a difference, {ratio:.1f} times as often as others ({low:.1f} to {upper} times)."
    found = f"{group}: no difference found; cannot rule out {low:.1f} to {upper} times as often as others."
    return f"{found} {power_sentence(row['below'], row['above'])}"


def power_sentence(below: float | None, above: float | None) -> str:
    """What the audit could notice of a group, from `noticeable`; 0, infinity and null all say that it could not."""
    ends = [f"at least {above:.1f} times as often as others"] if above and np.isfinite(above) else []
    if below:
        ends.append(f"at most {below:.1f} times as often" if below >= 0.05 else "hardly at all")
    if not ends:
        return "For this group the audit has no power."
    return f"Four times in five the audit would notice if the group were in the first places {', or '.join(ends)}."


def _by(seen: pl.DataFrame, names: list[str], *measures: pl.Expr) -> pl.DataFrame:
    parts = [
        seen.group_by(pl.lit(name).alias("characteristic"), pl.col(name).fill_null(NOT_RECORDED).alias("group"))
        .agg(pl.len().cast(pl.Int64).alias("people"), *measures)
        .with_columns(pl.col("group").cast(pl.String))
        .sort("group")
        for name in names
    ]
    return pl.concat(parts)


_QUALITY = ("matched", "without_nhs_number", "without_dob")


def _quality(people: pl.DataFrame) -> pl.DataFrame:
    missing = {"nhs_number", "dob", "sources"} - set(people.columns)
    if missing:
        raise ValueError(f"people lacks {sorted(missing)}; expected the columns of {PEOPLE.name}")
    return people.select(
        "person_id",
        matched=pl.col("sources").str.contains("|", literal=True),
        without_nhs_number=pl.col("nhs_number").is_null(),
        without_dob=pl.col("dob").is_null(),
    )


def _assessment(seen: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    counted = _by(seen, names, pl.col("assessed").sum())
    bounds = [wilson(hits, people) for _, _, people, hits in counted.iter_rows()]
    interval = pl.DataFrame(bounds, schema={"low": pl.Float64, "high": pl.Float64}, orient="row")
    return counted.with_columns(interval, rate=pl.col("assessed") / pl.col("people")).select(
        *counted.columns, "rate", "low", "high"
    )


def _moved(seen: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    came, went = pl.col("top") & ~pl.col("frequency"), pl.col("frequency") & ~pl.col("top")
    moves = (came.sum().alias("came_in"), went.sum().alias("went_out"))
    return _by(seen, names, pl.col("frequency").sum(), pl.col("top").sum(), *moves)


def _outcome(
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    groups: pl.DataFrame,
    names: list[str],
    settings: Settings,
) -> tuple[pl.DataFrame, str]:
    """Points in the 3 months to `month` against those expected of the list 3 months before."""
    weights, past = weights_of(settings.rank.weights, coverage), month - AHEAD
    who = population(past, demand, people, settings.rank.minimum_age).filter(pl.col("list") == "adult")
    whole = history(who["person_id"], month, demand, coverage)
    used = [d for d in whole.rows(tuple(name for name, w in weights.items() if w)) if whole.supplied[d].any()]
    if len(whole.months) <= AHEAD or not who.height or not used or not whole.supplied[used, -AHEAD:].all():
        return pl.DataFrame(), f"needs the {AHEAD} months to {month.title} from every source, and a list before them."
    seen, before = observed(whole, weights, AHEAD), whole.cut(who["person_id"], past)
    del whole
    scored = points(before, weights, settings.rank.half_life)
    constants = fit(scored)
    expected = constants.expected(scored.S, scored.n)
    del before, scored  # before the groups of everybody are joined
    adults = who.select("person_id").with_columns(observed=pl.Series(seen), expected=pl.Series(expected))
    adults = adults.join(groups, on="person_id", how="left")
    level = float(adults["observed"].sum()) / max(float(adults["expected"].sum()), 1e-9)
    table = _by(
        adults,
        names,
        pl.col("observed").sum(),
        (pl.col("expected").sum() * level).alias("expected"),
        (pl.col("observed") > 0).sum().alias("with_points"),
        (pl.col("observed").max() / pl.col("observed").sum()).fill_nan(0.0).alias("most"),
    )
    o, e = table["observed"].to_numpy(), np.maximum(table["expected"].to_numpy(), 1e-9)
    low, high = (gammaincinv(o / constants.phi + 0.5, at) * constants.phi / e for at in (0.025, 0.975))
    return table.with_columns(ratio=pl.Series(o / e), low=pl.Series(low), high=pl.Series(high)), ""
