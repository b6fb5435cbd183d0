"""Monthly sums as they stood when a month was first released: what later figures of the same months are made from.

Whoever objects, is erased or arrives late after a release would show as a difference between two releases. So a
month's sums are taken once, at its first release to a recipient, and every later figure of that month comes from them.
They hold no name and no token, and stay within the site, since small ones are among them.

People of a period are counted by the latest month in which each had an event: a month that is added moves those who had
one before, and a month that passes out of the period takes with it those who had none since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from hiu.govern.release.cells import ANY, EVERYBODY, OTHERS, SUPPORTED
from hiu.month import Month

GROUPS = (EVERYBODY, SUPPORTED, OTHERS)
BESIDE = {"incident_death": "Deaths", "incident_serious": "Serious incidents", "incident_complaint": "Complaints"}
"""Data sets that are counted beside the agencies': whoever is in these alone is in none of the agencies' records."""
COLUMNS = ("person_id", "dataset", "month", "n", "supported")
"""What the rows have that sums are made from; `month` is a date, `supported` whether the person was in that month."""


class Part(NamedTuple):
    """A sum: of how much, of how many people, and the largest part of one person."""

    n: int = 0
    people: int = 0
    most: int = 0


Sums = dict[tuple[str, str, str], Part]
"""By data set, month and group."""


@dataclass(frozen=True)
class Ground:
    """All months that were ever supplied to a recipient, and people by the latest month of each data set."""

    month: str
    sums: Sums
    latest: dict[str, dict[str, int]]
    changed: frozenset[tuple[str, str]] = field(default=frozenset())
    """Data sets and months of which the records say something else today than when they were released."""

    def months(self, dataset: str, wanted: Sequence[str]) -> tuple[str, ...]:
        """Those of the wanted months that were supplied."""
        return tuple(month for month in wanted if (dataset, month, EVERYBODY) in self.sums)

    def total(self, dataset: str, group: str, months: Iterable[str]) -> int:
        """A group's events of some months."""
        return sum(self.sums[dataset, month, group].n for month in months)

    def people(self, dataset: str, months: Iterable[str]) -> int:
        """People with an event in a period that ends with the ground's last month."""
        of = self.latest.get(dataset, {})
        return sum(of.get(month, 0) for month in months)


def ground_of(rows: pl.DataFrame, supplied: Iterable[tuple[str, str]], month: Month, before: Ground | None) -> Ground:
    """The sums of every supplied data set and month: those of `before` as they were, the others from the rows.

    `rows` have COLUMNS and nobody who is left out of figures.
    """
    now = _sums(rows)
    taken = dict(before.sums) if before else {}
    given = sorted(supplied, key=lambda pair: (pair[1], pair[0]))
    new = [(dataset, when) for dataset, when in given if (dataset, when, EVERYBODY) not in taken]
    changed = frozenset(key[:2] for key, part in taken.items() if part != now.get(key, Part()))
    for dataset, when in new:
        taken |= {(dataset, when, group): now.get((dataset, when, group), Part()) for group in GROUPS}
    latest = {name: dict(of) for name, of in before.latest.items()} if before else {}
    _move(latest, rows, new, {when for _, when, _ in before.sums} if before else set())
    return Ground(str(month), taken, latest, changed)


def _sums(rows: pl.DataFrame) -> Sums:
    named = rows.select(
        "person_id",
        "dataset",
        "n",
        month=pl.col("month").dt.strftime("%Y-%m"),
        group=pl.when("supported").then(pl.lit(SUPPORTED)).otherwise(pl.lit(OTHERS)),
    )
    both = pl.concat([named, named.with_columns(group=pl.lit(EVERYBODY))])
    each = both.group_by("person_id", "dataset", "month", "group").agg(pl.col("n").sum()).filter(pl.col("n") > 0)
    parts = each.group_by("dataset", "month", "group").agg(
        pl.col("n").sum(), people=pl.len().cast(pl.Int64), most=pl.col("n").max()
    )
    return {(dataset, month, group): Part(n, people, most) for dataset, month, group, n, people, most in parts.rows()}


def _move(
    latest: dict[str, dict[str, int]], rows: pl.DataFrame, new: Sequence[tuple[str, str]], released: set[str]
) -> None:
    """Put everybody who had an event in a new month there, and take them from where they stood."""
    active: dict[tuple[str, str], set[str]] = {}
    visits: dict[tuple[str, str], dict[str, set[str]]] = {}
    seen = rows.filter(pl.col("n") > 0).select("person_id", "dataset", pl.col("month").dt.strftime("%Y-%m")).unique()
    for person, dataset, when in seen.rows():
        for name in (dataset,) if dataset in BESIDE else (dataset, ANY):
            active.setdefault((name, person), set()).add(when)
            visits.setdefault((name, when), {})[person] = active[name, person]
    pairs = {name: sorted({when for dataset, when in new if dataset == name}) for name, _ in new}
    # a month of any kind counts once: what one agency sent late is no new month
    pairs[ANY] = sorted({when for _, when in new} - released)
    for dataset, months in pairs.items():
        counts = latest.setdefault(dataset, {})
        for when in months:
            for mine in visits.get((dataset, when), {}).values():
                _place(counts, mine, when)


def _place(counts: dict[str, int], mine: set[str], when: str) -> None:
    """Count somebody under a month, unless they are under a later one."""
    if any(month > when and month in counts for month in mine):
        return
    before = max((month for month in mine if month < when and counts.get(month)), default=None)
    if before is not None:
        counts[before] -= 1
    counts[when] = counts.get(when, 0) + 1


def behind(ground: Ground, rows: pl.DataFrame, dataset: str, group: str, months: Sequence[str]) -> Part:
    """A group's sum over months, at least how many people are behind it, and at most how much is one person's.

    Where today's records differ from what was released, those who are gone can't be asked for: one of them may have had
    as much as the largest part of each such month, and people who were added don't count.
    """
    total = ground.total(dataset, group, months)
    if len(months) == 1 or not total:
        return ground.sums[dataset, months[0], group]._replace(n=total) if months else Part()
    now = _sums_of(rows, dataset, group, months)
    changed = [month for month in months if (dataset, month) in ground.changed]
    if not changed:
        return Part(total, now.people, now.most)
    parts = _monthly(rows, dataset, group, changed)
    added = sum(max(0, parts.get(month, 0) - ground.sums[dataset, month, group].people) for month in changed)
    lost = sum(ground.sums[dataset, month, group].most for month in changed)
    fewest = max(now.people - added, *(ground.sums[dataset, month, group].people for month in months))
    return Part(total, fewest, min(total, max(now.most, lost)))


def _own(rows: pl.DataFrame, dataset: str, group: str, months: Sequence[str]) -> pl.DataFrame:
    own = rows.filter(
        pl.col("dataset") == dataset, pl.col("n") > 0, pl.col("month").is_in([Month.parse(one).start for one in months])
    )
    return own if group == EVERYBODY else own.filter(pl.col("supported") == (group == SUPPORTED))


def _sums_of(rows: pl.DataFrame, dataset: str, group: str, months: Sequence[str]) -> Part:
    each = _own(rows, dataset, group, months).group_by("person_id").agg(pl.col("n").sum())["n"]
    return Part(int(each.sum()), len(each), int(each.max() or 0))  # type: ignore[arg-type]


def _monthly(rows: pl.DataFrame, dataset: str, group: str, months: Sequence[str]) -> Mapping[str, int]:
    own = _own(rows, dataset, group, months).group_by(pl.col("month").dt.strftime("%Y-%m"))
    return dict(own.agg(pl.col("person_id").n_unique().cast(pl.Int64)).rows())


def to_rows(ground: Ground) -> dict[str, object]:
    """The ground as the register keeps it."""
    sums = [[*key, *part] for key, part in sorted(ground.sums.items())]
    return {"month": ground.month, "sums": sums, "latest": ground.latest}


def from_rows(kept: Mapping[str, object]) -> Ground:
    """The ground as kept. Raises KeyError, TypeError or ValueError if it is none."""
    sums, latest = kept["sums"], kept["latest"]
    if not isinstance(sums, list) or not isinstance(latest, dict):
        raise ValueError("not the sums of a release")
    parts = {(dataset, month, group): Part(n, people, most) for dataset, month, group, n, people, most in sums}
    return Ground(str(kept["month"]), parts, latest)
