"""The tables of a mart, made by SQL of a month's published tables."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from hiu.engine import Engine
from hiu.govern.release.disclosure import FEWEST
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.month import Month
from hiu.places.demand import LEVELS
from hiu.publish.pathway.labels import unnamed
from hiu.publish.words.datasets import title_of
from pipelines.access.basis import called_since, last_aliases
from pipelines.access.mart.members import Members
from pipelines.access.wording import people_of
from pipelines.common.place import Place, published_tables, scratch_warehouse

READ = (
    "monthly_demand",
    "missing_count",
    "coverage",
    "people",
    "traits",
    "timeline",
    "event_place",
    "ranked",
    "aliases",
)
"""Published tables that a mart is made of."""
_GIVEN = ("monthly_demand", "coverage", "people", "traits", "timeline", "event_place")
_RANKED = {
    "list": "list_name",
    "risk": "risk_score",
    "label": "change_label",
    "access": "access_level",
    "estimated": "is_estimated",
}
"""Columns of the list that are called otherwise, because their names are reserved words or say too little alone."""
_ENDS, _BANDS = (20, 50, 100, 200), ("first 20", "21 to 50", "51 to 100", "101 to 200", "201 and over")
"""Bands of places by their last: a place itself joins two recipients' marts, and a token to the name in a pack."""
C = pl.col


@contextmanager
def built(
    place: Place, tables: Mapping[str, pl.DataFrame], months: tuple[Month, Month], who: Members
) -> Iterator[Engine]:
    """An engine that holds every table of the mart but those that say what it is and who is in it."""
    with scratch_warehouse(place) as engine:
        everybody = people_of(place)
        for name in _GIVEN:
            frame = _given(name, tables, months)
            engine.put(name, unnamed(frame, everybody, *LEVELS) if name == "event_place" else frame)
        engine.put("mart_member", who.frame)
        engine.put("dim_month", _months(*months))
        engine.put("dim_dataset", unnamed(_datasets(tables["coverage"]), everybody, "dataset_name"))
        engine.put("fact_rank", _lists(place, months, who))
        engine.build("dim_person", folder="mart", fewest=FEWEST)
        engine.build("fact_demand", folder="mart")
        engine.build("mart_place", folder="mart", fewest=FEWEST)
        engine.build("dim_place", folder="mart")
        engine.build("fact_contact", folder="mart")
        yield engine


def _given(name: str, tables: Mapping[str, pl.DataFrame], months: tuple[Month, Month]) -> pl.DataFrame:
    """A published table as far as a mart needs it; of places none, where the site has no crosswalk."""
    frame = tables.get(name, pl.DataFrame(schema=schema(TABLES[name])))
    inside = C("month").is_between(months[0].start, months[1].start)
    return frame.filter(inside) if name == "monthly_demand" else frame


def _months(first: Month, last: Month) -> pl.DataFrame:
    rows = [
        {
            "month_start": month.start,
            "month_end": month.end,
            "calendar_year": month.year,
            "month_number": month.start.month,
            "financial_year": _financial(month),
            "is_latest": month == last,
        }
        for month in first.through(last)
    ]
    return pl.DataFrame(rows, schema=schema(TABLES["dim_month"]))


def _financial(month: Month) -> str:
    began = month.year if month.start.month > 3 else month.year - 1
    return f"{began}/{(began + 1) % 100:02}"


def _datasets(coverage: pl.DataFrame) -> pl.DataFrame:
    units = coverage.group_by("dataset").agg(C("unit").drop_nulls().first()).sort("dataset")
    names = [title_of(one) for one in units["dataset"]]
    return units.select(dataset_code="dataset", dataset_name=pl.Series(names, dtype=pl.String), unit_name="unit")


def _lists(place: Place, months: tuple[Month, Month], who: Members) -> pl.DataFrame:
    """The published lists of the months, of those in the mart: under the id they have in its last month."""
    aliases, wanted = last_aliases(place), TABLES["fact_rank"]
    found = [pl.DataFrame(schema=schema(wanted))]
    for month in months[0].through(months[1]):
        folder = place.published_folder(month)
        ranked = published_tables(folder, ("ranked",)).get("ranked") if folder else None
        if ranked is None:
            continue
        now = called_since(ranked["person_id"], aliases).join(who.frame, on="person_id")
        own = ranked.join(now.select("person_token", person_id="was"), on="person_id").sort("rank")
        dated = own.unique("person_token", keep="first").with_columns(month_start=pl.lit(month.start))
        band = C("rank").bin_intervals(_ENDS, labels=_BANDS, right_closed=True).cast(pl.String)
        found.append(dated.with_columns(rank_band=band).rename(_RANKED).select(wanted.names))
    return pl.concat(found, how="vertical_relaxed")
