"""Rows of the published tables as outputs read them: names for what is passed about, and rows by person."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

Row = dict[str, Any]
"""A row of a table, by column, as polars gives it."""

Tables = Mapping[str, pl.DataFrame]
"""Published tables of a month, by name."""


@dataclass(frozen=True, eq=False)
class OnDemand(Mapping[str, pl.DataFrame]):
    """Tables that are read or made whenever one is asked for, so that nobody holds those that are large."""

    names: Collection[str]
    table: Callable[[str], pl.DataFrame]

    def __getitem__(self, name: str) -> pl.DataFrame:
        """One of them. Raises KeyError."""
        if name not in self.names:
            raise KeyError(name)
        return self.table(name)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a table; it is not read for that."""
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(self.names)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)


def instead(tables: Tables, others: Tables) -> Tables:
    """Tables with others in place of those that are called the same."""
    names = {**dict.fromkeys(tables), **dict.fromkeys(others)}
    return OnDemand(names, lambda name: others[name] if name in others else tables[name])


def by_person(frame: pl.DataFrame, ids: Collection[str]) -> dict[str, Row]:
    """Of a table with one row a person the rows of these people, by person."""
    rows = frame.filter(pl.col("person_id").is_in(list(ids))).iter_rows(named=True)
    return {row["person_id"]: row for row in rows}


def first_row(frame: pl.DataFrame) -> Row:
    """The first row of a table; empty if there is none."""
    return frame.row(0, named=True) if frame.height else {}
