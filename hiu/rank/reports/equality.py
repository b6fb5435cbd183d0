"""Is any group over- or under-represented in the list? Tested honestly, with what the test cannot see.

The rank uses no protected characteristic; this is the audit that it doesn't disadvantage any (docs/equality.md).
Power is poor in a list of 20: no difference found is never proof of none, so every row says what it cannot rule out.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.special import gammaln
from scipy.stats import gamma

from hiu.model import PEOPLE
from hiu.model.grades import NOT_ASSESSED
from hiu.month import Month
from hiu.rank.listing.history import Floats, history
from hiu.rank.listing.intensity import AHEAD, fit, observed, points, weights_of
from hiu.rank.listing.population import population
from hiu.settings import Settings
from hiu.stats import benjamini_hochberg, wilson

Q = 0.10
"""False discovery rate of the flags."""

AGES = (18, 25, 35, 45, 55, 65)
NOT_RECORDED = "not recorded"
_PSI = np.linspace(-12, 12, 4801)


@dataclass(frozen=True)
class Equality:
    """The audit, one row a group in every table (characteristic, group, people = adults on the list).

    `selection`: top (of them in the first N), expected, ratio (their rate over that of everyone else), low, high,
    p, flag, sentence. `outcome`: observed, expected points of the 3 months to now from the list 3 months ago, their
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
    """`person_id` and a column for each characteristic: sex, age band, and the columns of `extra` (person_id, ...)."""
    year = pl.coalesce(pl.col("dob").dt.year().cast(pl.Int64), pl.col("birth_year").cast(pl.Int64))
    own = people.select("person_id", pl.col("sex"), age=_band(month.year - year))
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
        top=pl.col("rank") <= top,
        frequency=pl.col("expected_points").rank("ordinal", descending=True) <= top,
        assessed=pl.col("risk_source") != NOT_ASSESSED,
    )
    seen = adults.join(groups, on="person_id", how="left").join(_quality(people), on="person_id", how="left")
    names = [name for name in groups.columns if name != "person_id"]
    outcome, refused = _outcome(month, demand, coverage, people, groups, names, settings)
    quality = _by(seen, names, *(pl.col(name).sum() for name in _QUALITY))
    return Equality(selection(seen, names), outcome, refused, _assessment(seen, names), _moved(seen, names), quality)


def selection(seen: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The first N against the list: hypergeometric mid-p, flagged by Benjamini-Hochberg over all groups."""
    rows = []
    counted = _by(seen, names, pl.col("top").sum())
    total, chosen = seen.height, int(seen["top"].sum())
    for name, group, people, top in counted.iter_rows():
        drawn = top, people, total, chosen
        expected = chosen * people / max(1, total)
        rows.append((name, group, people, top, expected, *representation(*drawn), mid_p(*drawn)))
    columns = ["characteristic", "group", "people", "top", "expected", "ratio", "low", "high", "p"]
    table = pl.DataFrame(rows, schema=columns, orient="row")
    flagged = benjamini_hochberg(table["p"].to_numpy(), Q)
    sentences = [
        _sentence(r["group"], r["low"], r["high"], r["ratio"], bool(f))
        for r, f in zip(table.iter_rows(named=True), flagged, strict=True)
    ]
    return table.with_columns(flag=pl.Series(flagged, dtype=pl.Boolean), sentence=pl.Series(sentences, dtype=pl.String))


def mid_p(k: int, group: int, total: int, chosen: int) -> float:
    """Two-sided mid-p of k of a group among `chosen` drawn from `total`, of whom `group` belong to it."""
    at, logs = _support(group, total, chosen)
    pmf = _normal(logs)
    half = pmf[at == k].sum() / 2
    return float(min(1.0, 2 * min(pmf[at < k].sum() + half, pmf[at > k].sum() + half)))


def representation(k: int, group: int, total: int, chosen: int) -> tuple[float, float, float]:
    """The group's rate in the first N over everyone else's, with its 95% mid-p interval (infinite without others)."""
    others = total - group
    if not group or not others or not chosen:
        return float("nan"), 0.0, float("inf")
    at, logs = _support(group, total, chosen)
    pmf = _normal(logs + _PSI[:, None] * at)
    half = pmf[:, at == k].sum(axis=1) / 2
    over, under = pmf[:, at > k].sum(axis=1) + half, pmf[:, at < k].sum(axis=1) + half
    mean = pmf @ at
    rates = (mean / group) / np.maximum((chosen - mean) / others, 1e-12)
    low = 0.0 if k == at[0] else float(rates[np.searchsorted(over, 0.025)])
    high = float("inf") if k == at[-1] else float(rates[len(under) - np.searchsorted(under[::-1], 0.025) - 1])
    rest = (chosen - k) / others
    return (k / group / rest if rest else float("inf")), low, high


def _support(group: int, total: int, chosen: int) -> tuple[Floats, Floats]:
    at = np.arange(max(0, chosen - (total - group)), min(group, chosen) + 1, dtype=np.float64)
    return at, _choose(group, at) + _choose(total - group, chosen - at)


def _choose(n: int, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def _normal(logs: Floats) -> Floats:
    """Shares that sum to 1 along the last axis."""
    values = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(values / values.sum(axis=-1, keepdims=True), dtype=np.float64)


def _sentence(group: str, low: float, high: float, ratio: float, flag: bool) -> str:
    upper = "any number of" if np.isinf(high) else f"{high:.1f}"
    if flag:
        return f"{group}: a difference, {ratio:.1f} times as often as others ({low:.1f} to {upper} times)."
    return f"{group}: no difference found; cannot rule out {low:.1f} to {upper} times as often as others."


def _band(age: pl.Expr) -> pl.Expr:
    """Age band of an age in years; null if that is unknown."""
    band: pl.Expr = pl.lit(f"{AGES[-1]} and over")
    for low, high in reversed(list(pairwise(AGES))):
        band = pl.when(age < high).then(pl.lit(f"{low}-{high - 1}")).otherwise(band)
    return pl.when(age.is_not_null()).then(band)


def _by(seen: pl.DataFrame, names: list[str], *measures: pl.Expr) -> pl.DataFrame:
    parts = [
        seen.group_by(pl.lit(name).alias("characteristic"), pl.col(name).fill_null(NOT_RECORDED).alias("group"))
        .agg(pl.len().cast(pl.Int64).alias("people"), *measures)
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
    scored = points(whole.cut(who["person_id"], past), weights, settings.rank.half_life)
    constants = fit(scored.s, scored.w)
    adults = who.select("person_id").with_columns(
        observed=pl.Series(observed(whole, weights, AHEAD)), expected=pl.Series(constants.expected(scored.S, scored.n))
    )
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
    low, high = (gamma.ppf(at, o / constants.phi + 0.5) * constants.phi / e for at in (0.025, 0.975))
    return table.with_columns(ratio=pl.Series(o / e), low=pl.Series(low), high=pl.Series(high)), ""
