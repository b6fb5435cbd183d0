"""The board paper of a month: figures from the published tables, disclosure control, and the files to hand over.

Nobody is in it: people are counted here, and from here on there are only the aggregates of hiu.publish.board.paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from hiu.govern.release.disclosure import FEWEST, HIDDEN, suppress_list
from hiu.model import CONTACTS, DATASETS, PUBLISHED
from hiu.month import Month
from hiu.publish.board import figures
from hiu.publish.board.paper import Board, Line, sound
from hiu.publish.board.words import definitions, suppressed_list
from hiu.publish.words.definitions import BOARD_RULES
from hiu.rank.reports.cost import costs
from hiu.rank.reports.equality import equality, groups_of
from hiu.rank.reports.trend import series
from hiu.settings import Settings
from pipelines.access.basis import for_board
from pipelines.common.place import Place, published_tables
from pipelines.common.work import Row
from pipelines.papers.board_answers import evaluation_answer, target_answer
from pipelines.papers.reports_equality import suppressed

YEAR = 12


@dataclass(frozen=True)
class MonthPaper:
    """The paper, how many people the basis keeps out of its figures, and the codes of that basis."""

    board: Board
    left_out: int
    basis: tuple[str, ...]


def board(place: Place, month: str | None, now: datetime) -> MonthPaper:
    """The paper of a published month (the latest if not named). Raises HiuError without a basis for planning."""
    wanted, folder = place.which(month)
    tables, left_out, basis = for_board(place, published_tables(folder, PUBLISHED), now.date())
    made = _board(place, wanted, folder.name, tables, now)
    return MonthPaper(sound(made), left_out, basis)


def _board(place: Place, month: Month, run_id: str, tables: Mapping[str, pl.DataFrame], now: datetime) -> Board:
    settings = place.settings
    sets = (*DATASETS, *sorted(set(tables["coverage"]["dataset"]) - set(DATASETS)))
    lines = tuple(_line(name, month, tables) for name in sets)
    demand, demand_bars = figures.demand(by_group(month, tables), sets, _gaps(month, tables["coverage"], sets))
    units = costs()
    top = settings.rank.top
    cost, cost_bars = figures.cost(by_first(month, tables, top), units.units, f"The first {top} people of the list")
    evaluation, evaluation_bars = evaluation_answer(month, tables, settings)
    shared = ("month", "dataset", "supplied")
    table = _selection(month, tables, settings)
    made: Row = {
        "recent": figures.recent(lines),
        "demand": demand,
        "equality": figures.equality(table, top),
        "cost": cost,
        "coverage": figures.coverage(tables["coverage"].select(shared), sets, month),
    }
    target = target_answer(month, tables)
    return Board(
        site=settings.name,
        month=month,
        built=now,
        run_id=run_id,
        settings_version=settings.version,
        synthetic=settings.synthetic,
        headline=_headline(month, tables, top, lines),
        lines=lines,
        demand_bars=demand_bars,
        evaluation=evaluation,
        evaluation_bars=evaluation_bars,
        cost_bars=cost_bars,
        target=target,
        definitions=definitions(settings, units),
        rules=BOARD_RULES,
        suppressed=suppressed_list(lines, made, (*evaluation, *target)),
        **made,
    )


def by_group(month: Month, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Events of adults on the list in the last 12 months, by data set and whether they are being supported."""
    adults = _adults(tables).select(
        "person_id",
        group=pl.when(pl.col("access") == "supported").then(pl.lit("supported")).otherwise(pl.lit("others")),
    )
    return _counted(_year(month, tables["monthly_demand"]).join(adults, on="person_id"), "dataset", "group")


def by_first(month: Month, tables: Mapping[str, pl.DataFrame], top: int) -> pl.DataFrame:
    """Events of the first N in the last 12 months, by data set."""
    first = _adults(tables).filter(pl.col("rank") <= top).select("person_id", group=pl.lit("first"))
    return _counted(_year(month, tables["monthly_demand"]).join(first, on="person_id"), "dataset", "group")


def _counted(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    each = rows.group_by("person_id", *by).agg(pl.col("n").sum())
    return each.group_by(*by).agg(pl.col("n").sum(), people=pl.len().cast(pl.Int64), most=pl.col("n").max()).sort(*by)


def _year(month: Month, demand: pl.DataFrame) -> pl.DataFrame:
    return demand.filter(pl.col("n") > 0, pl.col("month").is_between((month - (YEAR - 1)).start, month.start))


def _adults(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return tables["ranked"].filter(pl.col("list") == "adult")


def _line(name: str, month: Month, tables: Mapping[str, pl.DataFrame]) -> Line:
    demand, coverage = tables["monthly_demand"], tables["coverage"]
    by_month = series(name, month=month, demand=demand, coverage=coverage)
    return figures.line(name, by_month, _years(name, month, demand, by_month))


def _years(name: str, month: Month, demand: pl.DataFrame, by_month: pl.DataFrame) -> pl.DataFrame:
    """The 12 months to the month and the 12 before, each under its last month; n null unless all were supplied."""
    parts = []
    for last in (month - YEAR, month):
        span = pl.col("month").is_between((last - (YEAR - 1)).start, last.start)
        whole = by_month.filter(span)["n"].count() == YEAR
        each = (
            demand.filter(pl.col("dataset") == name, pl.col("n") > 0, span).group_by("person_id").agg(pl.col("n").sum())
        )
        total = each.select(n=pl.col("n").sum(), people=pl.len().cast(pl.Int64), most=pl.col("n").max().fill_null(0))
        columns = [
            pl.when(pl.lit(whole)).then(pl.col(column)).cast(pl.Int64).alias(column)
            for column in ("n", "people", "most")
        ]
        parts.append(total.select(pl.lit(last.start).alias("month"), *columns))
    return pl.concat(parts)


def _gaps(month: Month, coverage: pl.DataFrame, sets: tuple[str, ...]) -> dict[str, int]:
    """Months of the last 12 that were not supplied, by data set."""
    given = coverage.filter(pl.col("supplied"), pl.col("month").is_between((month - (YEAR - 1)).start, month.start))
    seen = dict(given.group_by("dataset").agg(pl.col("month").n_unique()).iter_rows())
    return {name: YEAR - seen.get(name, 0) for name in sets}


def _selection(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    groups = groups_of(tables["people"], month)
    own = {name: tables[name] for name in ("ranked", "coverage", "people")}
    found = equality(month=month, demand=tables["monthly_demand"], groups=groups, settings=settings, **own)
    table = suppressed(found.selection, settings.rank.top)
    return table.select("characteristic", "group", "people", "top", "ratio", "low", "high", "flag")


def _headline(month: Month, tables: Mapping[str, pl.DataFrame], top: int, lines: tuple[Line, ...]) -> tuple[str, ...]:
    """The first things to know, in sentences."""
    adults = _adults(tables)
    supported = int((adults["access"] == "supported").sum())
    (some, others), whole = suppress_list([supported, adults.height - supported])
    share = _share(month, tables, top)
    special = [line.sentence for line in lines if line.flags and line.flags[-1] and line.values[-1] is not None]
    sentences = [
        f"About {whole} adults had a contact with police, ambulance or ED, or a bed day, in the last 12 months: "
        f"{_few(some)} being supported, {_few(others)} not.",
        *([share] if share else []),
        *(special or ["No data set is outside its usual variation in the latest month, as far as it can be shown."]),
    ]
    return tuple(sentences)


def _share(month: Month, tables: Mapping[str, pl.DataFrame], top: int) -> str:
    """Which share of contacts the first N had; empty where it may not be said."""
    first, everybody = by_first(month, tables, top), by_group(month, tables)
    parts = [frame.filter(pl.col("dataset").is_in(list(CONTACTS))) for frame in (first, everybody)]
    few = [(part["people"] < FEWEST).any() or (part["most"] * 2 > part["n"]).any() for part in parts]
    if any(few) or not parts[1].height:
        return ""
    share = int(parts[0]["n"].sum()) / max(1, int(parts[1]["n"].sum()))
    return f"The first {top} people of the list had about {round(share * 20) * 5}% of adults' contacts."


def _few(text: str) -> str:
    return f"fewer than {FEWEST} (or so few that it would show)" if text == HIDDEN else text
