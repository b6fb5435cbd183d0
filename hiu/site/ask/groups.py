"""People by group: the list beside everybody, by sex, age band, area, agencies or the site's own groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.places.demand import LEVELS
from hiu.publish.words.text import join_words
from hiu.site.ask.own_groups import csv_of
from hiu.site.ask.people import HERE, people
from hiu.site.first import shown_places
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables

C = pl.col
TRAITS = ("sex", "age_band", "agencies", "sources")
"""What people can be counted by, beside an area and the columns of the site's own file."""


def groups(
    run: Tables,
    by: str | Sequence[str],
    file: str | Path | None,
    population: str | Path | None,
    residents: Callable[[str], Mapping[str, int]],
    shared: Callable[[pl.DataFrame, list[str]], pl.DataFrame],
) -> Finding:
    """Counts of the first N, the list and everybody by one or more characteristics, and the list per 1,000 people of
    a file or, by one kind of area, of its `residents`; `shared` makes of the counts those that may leave."""
    names = list(dict.fromkeys([by] if isinstance(by, str) else by))
    if not names:
        raise UsageError("groups([]): give at least one characteristic, such as age_band")
    if len(areas := [one for one in names if one in LEVELS]) > 1:
        raise UsageError(f"{join_words(areas)}: people are counted by one kind of area at a time")
    every = people(run, None, 12, areas[0] if areas else None, file)
    choices = [*TRAITS, *LEVELS, *(one for one in every.columns if one not in HERE)]
    if wrong := [one for one in names if one not in choices]:
        more = "" if file is not None else ' A group of your own stands in a file: groups="groups.csv".'
        raise UsageError(not_among(f"no group '{wrong[0]}'", str(wrong[0]), choices) + more)
    first = shown_places(run)["person_id"].head(run.settings.rank.top)
    whole = {
        "first": C("person_id").is_in(first.implode()).cast(pl.Int64).sum(),
        "listed": (C("list") == "adult").fill_null(False).cast(pl.Int64).sum(),
        "people": pl.len().cast(pl.Int64),
        "contacts": C("contacts").sum(),
    }
    found = every.to_polars().with_columns(C(names).cast(pl.String)).group_by(names).agg(**whole)
    there = residents(names[0]) if population is None and names == areas else {}
    if population is not None or there:
        own = pl.DataFrame({names[0]: list(there), "population": list(there.values())})
        living = own if population is None else _living(population, names)
        found = found.join(living, on=names, how="full", coalesce=True, nulls_equal=True)
        found = found.with_columns(C(*whole).fill_null(0), per_1000=C("listed").fill_null(0) / C("population") * 1000)
    found = found.sort(names, nulls_last=True)
    adults, seen = found["listed"].sum(), every.height
    first_line = (
        f"Counts of the first {len(first)} of the list, of its {adults:,} adults and of {seen:,} people of any age."
    )
    title = f"The list of {run.month.title} by {join_words(one.replace('_', ' ') for one in names)}"
    table = Listing(found, title, empty=dict.fromkeys(names, "not recorded"), kind="counts")
    return Finding(title, [first_line, f"{every.title}."], {"counts": table}, leaving={"counts": shared(found, names)})


def _living(population: str | Path, names: list[str]) -> pl.DataFrame:
    """The people of each group, of a CSV with a column for each characteristic and `population`."""
    text = csv_of(population, *names, "population")
    number = text["population"].str.replace_all(r"[,\s]", "").cast(pl.Int64, strict=False)
    if len(bad := (number.fill_null(0) < 1).arg_true()):
        raise UsageError(
            f"{population}, line {bad[0] + 2}, column population: expected a whole number from 1; "
            f"found {text['population'][bad[0]]!r}"
        )
    return text.with_columns(population=number).group_by(names).agg(C("population").sum())
