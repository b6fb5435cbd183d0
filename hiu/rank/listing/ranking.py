"""The monthly list: people to offer support to, by frequency x risk, with how sure each place is."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.model import RANKED
from hiu.model.frames import schema
from hiu.model.grades import NOT_ASSESSED
from hiu.model.missing import missing_sentences
from hiu.month import Month
from hiu.rank.listing.history import Flags, Floats, History, history
from hiu.rank.listing.intensity import PLACES, Constants, Points, fit, observed, points, weights_of
from hiu.rank.listing.labels import dispersion, labels
from hiu.rank.listing.population import access, population
from hiu.rank.listing.presets import needs, presets
from hiu.rank.listing.reasons import gaps_in_words, little
from hiu.rank.listing.risk import BANDS, middle, risk
from hiu.rank.listing.sentence import level_words, rank_sentences
from hiu.rank.listing.uncertainty import Posterior, uncertainty
from hiu.settings import Settings

NEAREST = 10


@dataclass(frozen=True)
class Ranking:
    """A month's list.

    `ranked`: columns of model.RANKED, adults by rank, then under-18s by their own rank. `constants`:
    what was fitted or set (m, phi, b0, median_risk, label_phi, top, draws, seed, half_life, weights,
    settings), how many people are on each list, and source-months missing from the last 12.
    `unassessed`: the ten unassessed adults nearest the cut-off, nearest first (person_id, rank,
    intensity, rank_if_low, rank_if_high, decides = a grading could move them across it).
    """

    ranked: pl.DataFrame
    constants: dict[str, Any] = field(default_factory=dict)
    unassessed: pl.DataFrame = field(default_factory=pl.DataFrame)


def rank(
    *,
    month: Month,
    demand: pl.DataFrame,
    extra: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    support: pl.DataFrame,
    gradings: pl.DataFrame,
    settings: Settings,
    missing: pl.DataFrame | None = None,
    adults_alone: bool = False,
    ids: pl.Series | None = None,
) -> Ranking:
    """Rank everyone in the population as at the month's end (docs/ranking.md).

    `missing` (model.MISSING_COUNT) says why numbers of one person are null in `demand`; without it they are missing
    all the same, and no sentence says so.

    Frames have the columns of model.MONTHLY_DEMAND, MONTHLY_EXTRA, COVERAGE, PEOPLE, SUPPORT and
    RISK_GRADING. Constants are fitted on the adults; under-18s are scored with the same constants and
    listed apart. Support bears on `access` alone, never on a figure. Of `adults_alone` there are no labels and presets.
    With `ids`, in order, person_id is in every frame the place among them (population.numbered).
    """
    who = population(month, demand, people, settings.rank.minimum_age)
    base = base_of(who, history(who["person_id"], month, demand, coverage), coverage, settings)
    past, weights, scored, constants = base.past, base.weights, base.scored, base.constants
    adult = (who["list"] == "adult").to_numpy()
    graded = who.join(risk(month, gradings), on="person_id", how="left", maintain_order="left")
    median = middle(graded.filter(pl.Series(adult))["risk"])
    label_phi = np.nan if adults_alone else dispersion(past, base.fitted_on)
    words = [] if adults_alone else _label_columns(past, extra, who["list"], settings, label_phi)
    table = _scores(graded, base, median).with_columns(
        *_seen_columns(past, weights), *words, access=_access(who, access(month, support))
    )
    table = table if ids is None else table.with_columns(person_id=ids.gather(table["person_id"]))
    few, gaps, n = little(past, weights), gaps_in_words(past, weights), scored.n
    figures = _constants(month, past, base, median, label_phi, graded, settings, needs(month, extra)) | {"little": few}
    del base, past, scored, graded  # the points by month take much memory, and what follows does too
    parts = [table.filter(pl.col("list") == name) for name in (("adult",) if adults_alone else ("adult", "under_18"))]
    del table
    lists = [_place(parts.pop(0), n, constants, settings, capped=bool(few)) for _ in parts[:]]
    ranked = pl.concat(lists)
    filled = ranked.with_columns(estimated="filled", own=_own_words(ranked["person_id"], missing, month))
    ranked = ranked.with_columns(rank_sentences(filled, gaps, few, level_words(), pl.col("own"), top=settings.rank.top))
    return Ranking(_as_ranked(ranked), figures, _nearest(lists[0], settings.rank.top))


def _own_words(people: pl.Series, missing: pl.DataFrame | None, month: Month) -> pl.Series:
    """What is said of numbers that one person lacks, with a space before it; empty for the others."""
    words = {} if missing is None else missing_sentences(missing, month)
    if not words:
        return pl.repeat("", len(people), eager=True)
    return pl.Series([f" {words[each]}" if each in words else "" for each in people], dtype=pl.String)


def recount(
    *, month: Month, demand: pl.DataFrame, coverage: pl.DataFrame, people: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """What a month's list would be made of today: person_id, list, rank, expected_points, and points and contacts of 3
    and 12 months.

    `rank` is the order by expected points alone; nothing is drawn, labelled or said.
    """
    who = population(month, demand, people, settings.rank.minimum_age)
    base = base_of(who, history(who["person_id"], month, demand, coverage), coverage, settings)
    seen = _seen_columns(base.past, base.weights)
    table = base.who.select("person_id", "list").with_columns(*seen, expected_points=base.expected)
    return table.sort("expected_points", "person_id", descending=[True, False]).with_row_index("rank", offset=1)


@dataclass(frozen=True)
class Base:
    """Who is listed, their past, its points, and the constants fitted on `fitted_on`."""

    who: pl.DataFrame
    past: History
    weights: dict[str, float]
    scored: Points
    fitted_on: Flags
    constants: Constants

    @property
    def expected(self) -> Floats:
        """The points expected of each."""
        return np.round(self.constants.expected(self.scored.S, self.scored.n), PLACES)


def base_of(who: pl.DataFrame, past: History, coverage: pl.DataFrame, settings: Settings) -> Base:
    """What the list of a month is made of: `who` is on it, and their past."""
    weights = weights_of(settings.rank.weights, coverage)
    scored = points(past, weights, settings.rank.half_life)
    fitted_on = (who["list"] == ("adult" if (who["list"] == "adult").any() else "under_18")).to_numpy()
    return Base(who, past, weights, scored, fitted_on, fit(scored, fitted_on))


def _scores(graded: pl.DataFrame, base: Base, median: float) -> pl.DataFrame:
    scored = base.scored
    return graded.with_columns(
        S=scored.S,
        expected_points=base.expected,
        S_least=scored.least,
        S_most=scored.most,
        filled=scored.estimated,
        lacking=scored.lacking,
        estimated=scored.estimated | scored.lacking,
        assessed=pl.col("risk").is_not_null(),
        risk=pl.col("risk").fill_null(median),
        risk_source=pl.col("risk_source").fill_null(NOT_ASSESSED),
        risk_band=pl.col("risk_band").fill_null(NOT_ASSESSED),
    ).with_columns(intensity=(pl.col("expected_points") * pl.col("risk")).round(PLACES))


def _seen_columns(past: History, weights: dict[str, float]) -> list[pl.Series]:
    def contacts(months: int) -> Floats:
        return np.asarray(np.sum([past.seen(name, months) for name in past.contacts], axis=0))

    points_ = [pl.Series(f"points_{months}", observed(past, weights, months)) for months in (3, 12)]
    return [*points_, *(pl.Series(f"contacts_{months}", contacts(months)).cast(pl.Int64) for months in (3, 12))]


def _label_columns(
    past: History, extra: pl.DataFrame, lists: pl.Series, settings: Settings, phi: float
) -> list[pl.Series]:
    found, met = labels(past, settings.labels, phi), presets(past, extra, lists, settings.rank.police_a_year)
    return [found.label.alias("label"), found.sentence.alias("label_sentence"), met.alias("presets")]


def _access(who: pl.DataFrame, supported: pl.DataFrame) -> pl.Series:
    inside = pl.col("person_id").is_in(supported["person_id"].implode())
    return who.select(pl.when(inside).then(pl.lit("supported")).otherwise(pl.lit("candidate"))).to_series()


def _place(table: pl.DataFrame, n: float, constants: Constants, settings: Settings, *, capped: bool) -> pl.DataFrame:
    """One list in rank order, with ranks, ranks under other gradings, and certainty.

    People with equal scores follow each other by person_id: a range holds all their places, `tied` is how many they
    are. Where everybody is level, or there is little to go on (`capped`), nobody is surer than B.
    """
    table = table.sort("intensity", "person_id", descending=[True, False]).with_row_index("rank", offset=1)
    assessed = table["assessed"].to_numpy()
    post = Posterior.of(table["S"].to_numpy(), n, constants, table["risk"].to_numpy(), assessed)
    sure = uncertainty(post, top=settings.rank.top, draws=settings.rank.draws, seed=settings.rank.seed)
    unknown = pl.Series(~assessed)
    level = pl.len().over("intensity")
    surest = "B" if capped or (table.height > 1 and table["intensity"].n_unique() == 1) else "A"
    placed = table.with_columns(
        pl.col("rank").cast(pl.Int64),
        tied=level.cast(pl.Int64),
        rank_if_low=pl.when(unknown).then(pl.Series(_rank_if(table, BANDS["Low"]))),
        rank_if_high=pl.when(unknown).then(pl.Series(_rank_if(table, BANDS["High"]))),
        certainty=pl.Series(sure.certainty, dtype=pl.String).replace("A", surest),
        rank_low=pl.Series(sure.low),
        rank_high=pl.Series(sure.high),
    )
    placed = _allow_for_missing(placed, n, constants, settings.rank.top)
    return placed.with_columns(
        first_tied=pl.col("rank").min().over("intensity"), last_tied=pl.col("rank").max().over("intensity")
    ).with_columns(
        rank_low=pl.min_horizontal("rank_low", "first_tied"), rank_high=pl.max_horizontal("rank_high", "last_tied")
    )


def _allow_for_missing(placed: pl.DataFrame, n: float, constants: Constants, top: int) -> pl.DataFrame:
    """The range of a person who lacks numbers holds the places they would have if those were nothing, and if they were
    as high as they may well be; where the line of the first N lies between, the place is neither sure nor ruled out."""
    if not placed["lacking"].any():
        return placed
    worst, best = (pl.Series(_place_with(placed, placed[S].to_numpy(), n, constants)) for S in ("S_least", "S_most"))
    wide = placed.with_columns(
        rank_low=pl.when("lacking").then(pl.min_horizontal("rank_low", best)).otherwise("rank_low"),
        rank_high=pl.when("lacking").then(pl.max_horizontal("rank_high", worst)).otherwise("rank_high"),
    )
    across = pl.col("lacking") & (pl.col("rank_low") <= top) & (pl.col("rank_high") > top)
    return wide.with_columns(certainty=pl.when(across).then(pl.lit("B")).otherwise("certainty"))


def _place_with(placed: pl.DataFrame, S: Floats, n: float, constants: Constants) -> NDArray[np.int64]:
    """The place each person would have with another S, all others as they are; before people with an equal score."""
    own = -placed["intensity"].to_numpy()
    then = -np.round(np.round(constants.expected(S, n), PLACES) * placed["risk"].to_numpy(), PLACES)
    return np.asarray(1 + np.searchsorted(np.sort(own), then) - (own < then), dtype=np.int64)


def _rank_if(table: pl.DataFrame, value: float) -> NDArray[np.int64]:
    """The rank each person would have with that risk, all others as they are; ties by person_id.

    Every person has a key (group of equal intensity, position of the id); a rank is how many keys are
    smaller, less one where the person's own is among them.
    """
    if not table.height:
        return np.zeros(0, dtype=np.int64)
    score = -table["intensity"].to_numpy()
    then = -np.round(table["expected_points"].to_numpy() * value, PLACES)
    groups, group = np.unique(score, return_inverse=True)
    ids = (table["person_id"].rank("ordinal") - 1).to_numpy().astype(np.int64)
    own = group.astype(np.int64) * len(ids) + ids
    at = np.searchsorted(groups, then)
    tied = groups[np.minimum(at, len(groups) - 1)] == then
    key = at * len(ids) + np.where(tied, ids, 0)
    return np.asarray(1 + np.searchsorted(own, key) - (own < key), dtype=np.int64)


def _as_ranked(table: pl.DataFrame) -> pl.DataFrame:
    empty = [pl.lit(None).alias(name) for name in RANKED.names if name not in table.columns]
    return table.with_columns(empty).select(RANKED.names).cast(schema(RANKED))  # type: ignore[arg-type]


def _nearest(adults: pl.DataFrame, top: int) -> pl.DataFrame:
    """Unassessed people by how far (in ratio) their intensity is from the line between places N and N+1."""
    columns = ("person_id", "rank", "intensity", "rank_if_low", "rank_if_high")
    line = adults["intensity"].slice(max(0, min(top, adults.height) - 1), 2).clip(lower_bound=1e-9).log().mean()
    return (
        adults.lazy()
        .filter(~pl.col("assessed"))
        .with_columns(away=(pl.col("intensity").clip(lower_bound=1e-9).log() - pl.lit(line, pl.Float64)).abs().round(9))
        .sort("away", "person_id")
        .head(NEAREST)
        .select(*columns, decides=(pl.col("rank_if_high") <= top) & (pl.col("rank_if_low") > top))
        .collect()
    )


def _constants(
    month: Month,
    past: History,
    base: Base,
    median: float,
    label_phi: float,
    graded: pl.DataFrame,
    settings: Settings,
    not_judged: list[str],
) -> dict[str, Any]:
    return {
        "month": str(month),
        "first_month": str(past.months[0]),
        "m": base.constants.m,
        "phi": base.constants.phi,
        "b0": base.constants.b0,
        "n": base.scored.n,
        "median_risk": median,
        "label_phi": label_phi,
        "top": settings.rank.top,
        "draws": settings.rank.draws,
        "seed": settings.rank.seed,
        "half_life": settings.rank.half_life,
        "weights": base.weights,
        "settings": settings.version,
        "adults": int((graded["list"] == "adult").sum()),
        "under_18": int((graded["list"] == "under_18").sum()),
        "age_unknown": graded["age"].null_count(),
        "assessed": graded.height - graded["risk"].null_count(),
        "missing": past.missing(),
        "since": {name: str(month) for name, month in past.since().items()},
        "presets_not_judged": not_judged,
    }
