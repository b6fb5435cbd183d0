"""A person's months: what one chart shows, taken from the published tables and nothing more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from hiu.errors import UsageError
from hiu.model import CONTACTS, DATASETS
from hiu.month import Month

Cells = tuple[int | None, ...]


@dataclass(frozen=True)
class PersonSeries:
    """One person's counts a month over the whole calendar; None is a month not supplied, never zero.

    `counts` has every data set of the model and those of `extra` (a site's own, stacked on top).
    `name` is None unless names are shown. `data_to` is the last day covered, if before the month's end.
    `compared` is what is said of support where the months shown are not all that are known.
    """

    person_id: str
    months: tuple[Month, ...]
    counts: Mapping[str, Cells]
    finding: str
    name: str | None = None
    data_to: date | None = None
    support_start: date | None = None
    support_end: date | None = None
    breaks: Mapping[str, date] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    compared: str | None = None

    @property
    def partial(self) -> bool:
        """The latest month is not covered to its end."""
        return self.data_to is not None and self.data_to < self.months[-1].end

    def total(self, dataset: str) -> int:
        """Sum over the months supplied."""
        return sum(n for n in self.counts[dataset] if n is not None)


def calendar(coverage: pl.DataFrame, last: Month) -> tuple[Month, ...]:
    """Every month from the first any source supplied to `last`; a month nobody supplied is still there."""
    first = coverage.filter(pl.col("supplied"))["month"].min()
    begin = Month.of(first) if isinstance(first, date) else last
    return tuple(min(begin, last).through(last))


def series(
    person_id: str,
    *,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    ranked: pl.DataFrame,
    last: Month,
    support: pl.DataFrame | None = None,
    people: pl.DataFrame | None = None,
    show_names: bool = False,
    data_to: date | None = None,
    breaks: Mapping[str, date] | None = None,
    extra: tuple[str, ...] = (),
) -> PersonSeries:
    """The series of one person from monthly_demand, coverage, ranked, support and (for the name) people.

    Raises UsageError if the person is in neither monthly_demand nor ranked.
    """
    found = list(
        all_series(
            [person_id],
            demand=demand,
            coverage=coverage,
            ranked=ranked,
            last=last,
            support=support,
            people=people,
            show_names=show_names,
            data_to=data_to,
            breaks=breaks,
            extra=extra,
        )
    )
    return found[0]


def all_series(
    person_ids: Iterable[str],
    *,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    ranked: pl.DataFrame,
    last: Month,
    support: pl.DataFrame | None = None,
    people: pl.DataFrame | None = None,
    show_names: bool = False,
    data_to: date | None = None,
    breaks: Mapping[str, date] | None = None,
    extra: tuple[str, ...] = (),
) -> Iterator[PersonSeries]:
    """The series of each person, in the order asked; the tables are searched once."""
    wanted = list(person_ids)
    months = calendar(coverage, last)
    sets = (*DATASETS, *extra)
    supplied = _supplied(coverage)
    cells = _cells(demand, wanted)
    rows, gates = _by_person(ranked, wanted), _by_person(support, wanted)
    names = _by_person(people, wanted) if show_names else {}
    for person_id in wanted:
        if person_id not in cells and person_id not in rows:
            raise UsageError(f"'{person_id}' is not a person of {last.title}: expected an id from the ranked list")
        own = cells.get(person_id, {})
        counts = {name: tuple(_cell(own, supplied, month.start, name) for month in months) for name in sets}
        gate = gates.get(person_id, {})
        yield PersonSeries(
            person_id=person_id,
            months=months,
            counts=counts,
            finding=str(rows.get(person_id, {}).get("label_sentence") or plain_finding(counts)),
            name=str(names.get(person_id, {}).get("name_text") or "") if show_names else None,
            data_to=data_to,
            support_start=gate.get("start"),
            support_end=gate.get("end"),
            breaks=breaks or {},
            extra=extra,
        )


def plain_finding(counts: Mapping[str, Cells]) -> str:
    """The finding of a person who is not ranked: contacts in the last three months."""
    latest = sum(n for name in CONTACTS for n in counts[name][-3:] if n is not None)
    gaps = any(n is None for name in CONTACTS for n in counts[name][-3:])
    return f"{latest} contact{'' if latest == 1 else 's'} in 3 months{' (not all supplied)' if gaps else ''}."


def _supplied(coverage: pl.DataFrame) -> set[tuple[date, str]]:
    given = coverage.filter(pl.col("supplied"))
    return set(zip(given["month"].to_list(), given["dataset"].to_list(), strict=True))


def _cells(demand: pl.DataFrame, wanted: list[str]) -> dict[str, dict[tuple[date, str], int | None]]:
    out: dict[str, dict[tuple[date, str], int | None]] = {}
    rows = demand.select("person_id", "month", "dataset", "n").filter(pl.col("person_id").is_in(wanted))
    for person_id, month, dataset, n in rows.iter_rows():
        out.setdefault(person_id, {})[month, dataset] = n
    return out


def _cell(
    own: Mapping[tuple[date, str], int | None], supplied: set[tuple[date, str]], month: date, dataset: str
) -> int | None:
    """A row says it itself; no row means zero if the source supplied the month, else missing."""
    return own.get((month, dataset), 0 if (month, dataset) in supplied else None)


def _by_person(frame: pl.DataFrame | None, wanted: list[str]) -> dict[str, dict[str, Any]]:
    if frame is None:
        return {}
    keep = [name for name in ("person_id", "name_text", "label_sentence", "start", "end") if name in frame.columns]
    rows = frame.select(keep).filter(pl.col("person_id").is_in(wanted)).iter_rows(named=True)
    return {row["person_id"]: row for row in rows}
