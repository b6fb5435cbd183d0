"""A person x month x data set array of demand, from the sparse table and its coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.model import CONTACTS
from hiu.model.units import MOST_NIGHTS, MOST_OUT, contact_sets, night_sets
from hiu.month import Month
from hiu.rank.listing.population import place_among

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.integer]


@dataclass(frozen=True)
class Cells:
    """The counts above 0, ordered by data set: position of the data set, person and month of each, and the count."""

    d: Places
    p: Places
    t: Places
    n: NDArray[np.float32]

    def where(self, kept: Flags | NDArray[np.intp]) -> Cells:
        """Some of them, or all in another order."""
        return Cells(self.d[kept], self.p[kept], self.t[kept], self.n[kept])

    def of(self, inside: Flags) -> Cells:
        """Those of some of the people, who are counted anew."""
        return self._of(inside, inside[self.p])

    def before(self, t: int, inside: Flags) -> Cells:
        """The same of the months before one."""
        return self._of(inside, (self.t < t) & inside[self.p])

    def _of(self, inside: Flags, kept: Flags) -> Cells:
        own = self.where(kept)
        return replace(own, p=(np.cumsum(inside, dtype=np.int32) - 1)[own.p])


@dataclass(frozen=True)
class History:
    """Demand of some people up to a month.

    `n[d, p, t]` is the count of data set d for person p in month t (events or nights); it is 0 where
    `supplied[d, t]` is false and must not be read there: a month not supplied is missing, not zero. Few of them are
    above 0: those are in `cells`, and the whole array is made when it is asked for. A count is missing, too, where
    `unknown[d, p, t]` is true: the month was supplied, and the number of this person was not (null: there is no such
    cell). `sent` is what was supplied of a data set to anybody, where `supplied` is narrowed to people alike.
    `contacts` are the data sets counted in contacts, `nights` those counted in nights in a bed.
    """

    people: pl.Series
    months: list[Month]
    datasets: tuple[str, ...]
    cells: Cells
    supplied: Flags
    contacts: tuple[str, ...] = CONTACTS
    nights: tuple[str, ...] = ("mh_bed_day",)
    unknown: Flags | None = None
    sent: Flags | None = None

    @cached_property
    def n(self) -> NDArray[np.float32]:
        """Every count."""
        each = [self.monthly([d]).astype(np.float32) for d in range(len(self.datasets))]
        return np.array(each, dtype=np.float32).reshape(len(each), len(self.people), len(self.months))

    def monthly(self, rows: list[int]) -> Floats:
        """Each person's total of some data sets by month."""
        at, months = self.cells, len(self.months)
        own = at.where(np.isin(at.d, rows))
        n = np.bincount(own.p.astype(np.int64) * months + own.t, weights=own.n, minlength=len(self.people) * months)
        return np.asarray(n, dtype=np.float64).reshape(len(self.people), months)

    def total(self, d: int, months: Flags) -> Floats:
        """Each person's total of a data set over some months."""
        at = self.cells
        lie = slice(*np.searchsorted(at.d, (d, d + 1)))
        own = months[at.t[lie]]
        n = np.bincount(at.p[lie][own], weights=at.n[lie][own], minlength=len(self.people))
        return n.astype(np.float64, copy=False)

    @property
    def whole(self) -> Flags:
        """What was supplied of each data set, whoever lacks a number."""
        return self.supplied if self.sent is None else self.sent

    @cached_property
    def joined(self) -> list[int | None]:
        """Of each data set the position of the first month that it was supplied; None if it never was."""
        return [int(row.argmax()) if row.any() else None for row in self.whole]

    def lacks(self, months: Flags) -> Flags:
        """Of each person whether a number of any of the months is missing that others have."""
        if self.unknown is None:
            return np.zeros(len(self.people), dtype=np.bool_)
        return np.asarray(self.unknown[:, :, months].any(axis=(0, 2)))

    def alike(self, months: int) -> Iterator[tuple[NDArray[np.intp], History]]:
        """Positions of the people who lack the same numbers of the last months, and their history: what they lack
        counts as not supplied in it."""
        everyone = np.arange(len(self.people))
        if self.unknown is None:
            yield everyone, self
            return
        recent = self.unknown[:, :, -months:]
        packed = np.packbits(recent.swapaxes(0, 1).reshape(len(self.people), -1), axis=1)
        _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        for at, one in enumerate(first):
            supplied = self.supplied.copy()
            supplied[:, -months:] &= ~recent[:, one]
            inside = group.ravel() == at
            cells, people = self.cells.of(inside), self.people.filter(inside)
            own = replace(self, people=people, cells=cells, supplied=supplied, unknown=None, sent=self.whole)
            yield everyone[inside], own

    def since(self, months: int = 12) -> dict[str, Month]:
        """Data sets first supplied within the last months, later than the first of all, and from when on."""
        late = max(1, len(self.months) - months + 1)
        return {
            name: self.months[at]
            for name, at in zip(self.datasets, self.joined, strict=True)
            if at is not None and at >= late
        }

    def rows(self, names: tuple[str, ...]) -> list[int]:
        """Positions of those of `names` that the history holds."""
        return [self.datasets.index(name) for name in names if name in self.datasets]

    def seen(self, dataset: str, months: int) -> Floats:
        """Each person's observed total of one data set over the last so many months; 0 if never supplied."""
        found, last = self.rows((dataset,)), np.arange(len(self.months)) >= len(self.months) - months
        return self.total(found[0], last) if found else np.zeros(len(self.people))

    def missing(self, months: int = 12) -> dict[str, list[str]]:
        """Data sets that lack some of the last months, and which (`2026-03`).

        Nothing lacks before a first delivery; a data set never supplied lacks every month.
        """
        start_at = max(0, len(self.months) - months)
        gaps = {
            name: [str(self.months[t]) for t in range(max(start_at, at or 0), len(self.months)) if not row[t]]
            for name, at, row in zip(self.datasets, self.joined, self.supplied, strict=True)
        }
        return {name: lacking for name, lacking in gaps.items() if lacking}

    def recounted(self, dataset: str, other: History) -> History:
        """The same with what another history of the same people and months has of a data set."""
        if dataset not in self.datasets:
            return self
        d = self.datasets.index(dataset)
        (before, after), own = np.searchsorted(self.cells.d, (d, d + 1)), other.cells.where(other.cells.d == d)
        pairs = ((getattr(self.cells, name), getattr(own, name)) for name in ("d", "p", "t", "n"))
        cells = Cells(*(np.concatenate([rest[:before], some, rest[after:]]) for rest, some in pairs))
        unknown = self.unknown
        if unknown is not None or other.unknown is not None:
            unknown = np.zeros_like(other.unknown) if unknown is None else unknown.copy()
            unknown[d] = False if other.unknown is None else other.unknown[d]
        return replace(self, cells=cells, unknown=unknown)

    def cut(self, people: pl.Series, month: Month) -> History:
        """The history of some of the people, ended after an earlier month."""
        keep = month.since(self.months[0]) + 1
        inside = self.people.is_in(people.implode()).to_numpy()
        cells, supplied = self.cells.before(keep, inside), self.supplied[:, :keep]
        unknown = None if self.unknown is None else self.unknown[:, inside, :keep]
        people, months = self.people.filter(inside), self.months[:keep]
        return replace(self, people=people, months=months, cells=cells, supplied=supplied, unknown=unknown)


def history(people: pl.Series, month: Month, demand: pl.DataFrame, coverage: pl.DataFrame) -> History:
    """Build the array for `people` (sorted ids), from the first supplied month to `month`.

    `demand` has the columns of model.MONTHLY_DEMAND, `coverage` those of model.COVERAGE; later months
    are not read, so a past month never sees the future. Where several sources feed one data set, the
    month is supplied when any of them sent it.
    """
    sent = coverage.filter(pl.col("supplied") & (pl.col("month") <= month.start))
    first = Month.of(sent["month"].min()) if sent.height else month  # type: ignore[arg-type]
    months = first.through(month)
    datasets = tuple(sorted(coverage["dataset"].unique()))
    supplied = np.zeros((len(datasets), len(months)), dtype=np.bool_)
    at = _positions(sent, first, datasets)
    supplied[at["d"].to_numpy(), at["t"].to_numpy()] = True
    rows = demand.lazy().filter(pl.col("n") > 0, pl.col("month").is_between(first.start, month.start))
    d, t = pl.col("dataset").cast(pl.Enum(datasets), strict=False).to_physical(), months_since(first, pl.col("month"))
    numbers = rows.select("person_id", d=d, t=t.cast(pl.Int16), n=pl.col("n").cast(pl.Float32)).drop_nulls().collect()
    p = _among(numbers["person_id"], people)
    cells = Cells(numbers["d"].to_numpy(), p, numbers["t"].to_numpy(), numbers["n"].to_numpy())
    cells = cells.where(p >= 0)
    cells = cells.where(supplied[cells.d, cells.t])
    cells = cells.where(np.argsort(cells.d, kind="stable"))
    shape = len(datasets), len(people), len(months)
    unknown = _unknown(people, first, month, demand, sent, datasets, shape)
    return History(people, months, datasets, cells, supplied, contact_sets(coverage), night_sets(coverage), unknown)


def _unknown(
    people: pl.Series,
    first: Month,
    month: Month,
    demand: pl.DataFrame,
    sent: pl.DataFrame,
    datasets: tuple[str, ...],
    shape: tuple[int, ...],
) -> Flags | None:
    """Cells of supplied months that are null for one person; None where there are none."""
    null = demand.filter(pl.col("n").is_null(), pl.col("month").is_between(first.start, month.start))
    null = null.with_columns(pl.col("dataset").cast(pl.String))
    own = null.join(sent.select("month", "dataset").unique(), on=["month", "dataset"], how="semi")
    cells = _positions(
        own.join(pl.DataFrame({"person_id": people}).with_row_index("p"), on="person_id"), first, datasets
    )
    if cells.is_empty():
        return None
    unknown = np.zeros(shape, dtype=np.bool_)
    unknown[cells["d"].to_numpy(), cells["p"].to_numpy(), cells["t"].to_numpy()] = True
    return unknown


def months_since(first: Month, day: pl.Expr) -> pl.Expr:
    """Whole months from `first` to the month of each day."""
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - (first.year * 12 + first.number)


def _among(ids: pl.Series, people: pl.Series) -> Places:
    """Position of each id among the people, -1 if it is none of theirs."""
    return place_among(ids, people).cast(pl.Int32).fill_null(-1).to_numpy()


def _positions(frame: pl.DataFrame, first: Month, datasets: tuple[str, ...]) -> pl.DataFrame:
    index = pl.DataFrame({"dataset": datasets, "d": range(len(datasets))}, schema={"dataset": pl.String, "d": pl.Int64})
    return frame.with_columns(t=months_since(first, pl.col("month"))).join(index, on="dataset", how="left")


@dataclass(frozen=True, kw_only=True)
class Beds:
    """Nights in a bed of each person in the last k months and in those before, and the days of these months. A month
    that was spent on a ward is in them whole: its few days out are none of those in the community."""

    recent: Floats
    before: Floats
    days: int
    days_before: int

    @cached_property
    def differ(self) -> Flags:
        """Who spent a number of nights that is unlike the usual: by more than MOST_NIGHTS."""
        return np.asarray(np.abs(self.recent - self.before * self.days / max(1, self.days_before)) > MOST_NIGHTS)


def beds_of(history: History, recent: list[int], base: list[int]) -> Beds | None:
    """Nights of both sides; None where a month of either was not supplied."""
    rows = history.rows(history.nights)
    if not rows or not base or not history.supplied[rows][:, [*recent, *base]].all():
        return None
    sides = [
        sum((_on_ward(history, rows, t) for t in months), np.zeros(len(history.people))) for months in (recent, base)
    ]
    return Beds(recent=sides[0], before=sides[1], days=_days(history, recent), days_before=_days(history, base))


def _on_ward(history: History, rows: list[int], t: int) -> Floats:
    """Nights of a month, and all of its days where at most MOST_OUT were spent outside."""
    days, nights = _days(history, [t]), history.n[rows, :, t].sum(axis=0, dtype=np.float64)
    return np.where(days - nights <= MOST_OUT, float(days), nights)


def _days(history: History, months: list[int]) -> int:
    return sum((history.months[t].end - history.months[t].start).days + 1 for t in months)
