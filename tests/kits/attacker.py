"""A reader of every data file who knows the rules: whole numbers that fit all that was ever shown, and how far they go.

It reads the CSV files as they are published and nothing of the product's solver. Unknown are, for each data set, the
events of people being supported and of others in each month, the people of each period, and the groups of a list.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

FEW, ROUNDED = 8, 5
JOINED, LEFT = "joined in the year", "left in the year"
ENDED = "ended in two years"
OVERDUE = ("capacity review overdue", "plan review overdue")
ANSWERS = ("agreed in two years", "declined in two years", "no answer in two years")
FAR = 1_000_000
Sum = Mapping[object, float]
Months = tuple[str, ...]


class Shown(NamedTuple):
    """A line of a data file."""

    measure: str
    dataset: str
    group: str
    months: Months
    text: str


@dataclass(frozen=True)
class Published:
    """A data file, and which months of which data set its paper says were supplied."""

    data: bytes
    supplied: frozenset[tuple[str, str]]

    def lines(self) -> list[Shown]:
        """The file's figures. Those of all agencies together cover every month of their period."""
        rows = csv.DictReader(io.StringIO(self.data.decode()))
        return [Shown(r["measure"], r["dataset"], r["group"], self._months(r), r["shown"]) for r in rows]

    def _months(self, row: Mapping[str, str]) -> Months:
        known = {month for name, month in self.supplied if name == row["dataset"]}
        every = months_between(row["from"], row["to"]) if row["from"] else []
        return tuple(month for month in every if month in known or not known)


@dataclass(eq=False)
class Truth:
    """What was so when each month was first released: rows of people, and groups of lists by month."""

    rows: pl.DataFrame
    groups: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """By month and group of a list: people, and places."""

    def part(self, dataset: str, group: str, months: Iterable[str]) -> tuple[int, int, int]:
        """Events, people, and the largest part of one."""
        table, at = self._table(dataset, group)
        each = table[:, [at[month] for month in months if month in at]].sum(axis=1)
        return int(each.sum()), int((each > 0).sum()), int(each.max(initial=0))

    @cache  # noqa: B019
    def _table(self, dataset: str, group: str) -> tuple[np.ndarray, dict[str, int]]:
        """What each person had in each month."""
        own = self.rows.filter(pl.col("dataset") == dataset)
        if group != "everybody":
            own = own.filter(pl.col("supported") == (group == "supported"))
        people = {who: at for at, who in enumerate(own["person_id"].unique())}
        months = {month: at for at, month in enumerate(own["month"].unique().sort())}
        table = np.zeros((len(people), len(months)), dtype=np.int64)
        for who, month, n in own.select("person_id", "month", "n").iter_rows():
            table[people[who], months[month]] += n
        return table, months


@dataclass
class Result:
    """How many protected quantities were tried, those found, and those not settled in the time allowed."""

    tried: int = 0
    found: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def reading(text: str) -> tuple[int, int]:
    """What a text can stand for: 0 is none, `*` one or more, another figure up to two more or less, and 8 or more."""
    if not text.isdigit():
        return (1 if text == "*" else 0), FAR
    value = int(text)
    return (max(FEW, value - 2), value + 2) if value else (0, 0)


def months_between(first: str, last: str) -> list[str]:
    """Every month of a period."""
    (a, b), (c, d) = (map(int, when.split("-")) for when in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(a * 12 + b - 1, c * 12 + d)]


class Programme:
    """Sums of unknown whole numbers, each between two ends."""

    def __init__(self) -> None:
        self.rows: list[tuple[Sum, float, float]] = []
        self.names: dict[object, int] = {}
        self.points: list[np.ndarray] = []
        self.rules: LinearConstraint | None = None

    def add(self, terms: Sum, low: float, high: float) -> None:
        """Take a fact in."""
        for name in terms:
            self.names.setdefault(name, len(self.names))
        self.rows.append((terms, low, high))

    def ends(self, terms: Sum, need: int, least_top: int) -> tuple[float, float, bool]:
        """The least and the most of a sum as far as it matters, and whether that is settled."""
        aim = np.zeros(len(self.names))
        for name, sign in terms.items():
            aim[self.names[name]] += sign
        seen = [float(point @ aim) for point in self.points]
        if seen and max(seen) - min(seen) >= need + 4 and max(seen) >= least_top + 4:
            return min(seen), max(seen), True
        (low, _), (high, _) = self._least(aim, whole=False), self._least(-aim, whole=False)
        if -high - low >= need + 4 and -high >= least_top + 4:
            return low, -high, True
        (low, settled), (high, also) = self._least(aim, whole=True), self._least(-aim, whole=True)
        return low, -high, settled and also

    def _least(self, aim: np.ndarray, *, whole: bool) -> tuple[float, bool]:
        if self.rules is None:
            at = [(down, self.names[n], sign) for down, (row, _, _) in enumerate(self.rows) for n, sign in row.items()]
            downs, across, signs = zip(*at, strict=True)
            matrix = csr_matrix((signs, (downs, across)), shape=(len(self.rows), len(self.names)))
            self.rules = LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])
        kinds = np.full(len(aim), int(whole))
        one = milp(aim, constraints=self.rules, bounds=Bounds(0, FAR), integrality=kinds, options={"time_limit": 30.0})
        assert one.status in (0, 1), "the releases contradict each other"
        if one.status == 1:
            return float(one.mip_dual_bound), False
        self.points.append(one.x)
        return round(one.fun) if whole else float(one.fun), True


def attack(published: Sequence[Published], truth: Truth) -> Result:
    """Try every protected quantity behind the files: months, periods, what periods share, groups, and changes."""
    lines = [line for one in published for line in one.lines()]
    by_key: dict[Shown, Shown] = {}
    for line in lines:
        earlier = by_key.setdefault(line._replace(text=""), line)
        assert earlier == line, f"a figure was shown in two ways: {earlier}, {line}"
    shown, result = list(by_key.values()), Result()
    for dataset in sorted({line.dataset for line in shown} - {"any", "list", "contacts", "evaluation"}):
        _events([line for line in shown if line.dataset == dataset], truth, result)
    _people(shown, truth, result)
    _caseload(shown, truth, result)
    return result


def _sum(group: str, months: Iterable[str], sign: float = 1.0) -> dict[object, float]:
    parts = ("supported", "others") if group == "everybody" else (group,)
    return {(part, month): sign for month in months for part in parts}


def _events(lines: Sequence[Shown], truth: Truth, result: Result) -> None:
    dataset, programme = lines[0].dataset, Programme()
    periods = sorted({line.months for line in lines if line.measure == "people"})
    for line in lines:
        people = line.measure == "people"
        programme.add({line.months: 1.0} if people else _sum(line.group, line.months), *reading(line.text))
    for one in periods:
        programme.add(_sum("everybody", one) | {one: -1.0}, 0, np.inf)
        for other in periods:
            if one != other:
                extra = _sum("everybody", set(one) - set(other))
                programme.add(extra | {other: 1.0, one: -1.0}, 0, np.inf)
    for group in ("everybody", "supported", "others"):
        sums = [line.months for line in lines if line.group == group and line.measure != "people"]
        for months in sorted(_targets(sums)):
            n, people, most = truth.part(dataset, group, months)
            if n and (n < FEW or people < FEW or most * 2 > n):
                name = f"{dataset} {group} {months[0]}..{months[-1]}"
                _try(programme, _sum(group, months), FEW if people < FEW else 0, name, result)
        for one, other in combinations(sorted({months for months in sums if len(months) > 1}), 2):
            terms: dict[object, float] = defaultdict(float)
            for name, sign in [*_sum(group, one).items(), *_sum(group, other, -1.0).items()]:
                terms[name] += sign
            sides = [truth.part(dataset, group, set(a) - set(b))[0] for a, b in ((one, other), (other, one))]
            if set(one) & set(other) and all(sides):  # with nothing on one side it is a sum, and tried as one
                _try(programme, terms, -FAR, f"{dataset} {group} change {one[0]} {other[0]}", result)
    for months in periods:
        if 0 < truth.part(dataset, "everybody", months)[1] < FEW:
            _try(programme, {months: 1.0}, FEW, f"{dataset} people {months[0]}..{months[-1]}", result)


def _targets(sums: Iterable[Months]) -> set[Months]:
    """Each period and month of a group, and what two of its periods share or have alone."""
    periods = {months for months in sums if months}
    found = periods | {(month,) for months in periods for month in months}
    for one, other in combinations(periods, 2):
        ours, theirs = set(one), set(other)
        found |= {tuple(sorted(part)) for part in (ours & theirs, ours - theirs, theirs - ours) if part}
    return found


def _people(shown: Sequence[Shown], truth: Truth, result: Result) -> None:
    """Groups of lists: they make up the list, and this is of those in the agencies' records of its year."""
    programme = Programme()
    counts = [line for line in shown if line.measure in ("people", "places") and line.dataset != "evaluation"]
    for line in counts:
        programme.add({line._replace(text=""): 1.0}, *reading(line.text))
    whole = {line.months[-1]: line._replace(text="") for line in counts if line.dataset == "any"}
    for when in sorted({line.months[-1] for line in counts if "=" in line.group}):
        own = [line._replace(text="") for line in counts if "=" in line.group and line.months[-1] == when]
        for kind in sorted({line.group.partition("=")[0] for line in own}):
            mine = [line for line in own if line.group.startswith(f"{kind}=")]
            people, places = ([one for one in mine if one.measure == what] for what in ("people", "places"))
            of = [truth.groups[when, line.group] for line in people]
            programme.add(dict.fromkeys(people, 1.0) | {("list", when): -1.0}, 0, 0)
            programme.add(dict.fromkeys(places, 1.0), sum(n for _, n in of), sum(n for _, n in of))
            if sum(n for n, _ in of) == truth.groups[when, "all"][0]:
                programme.add({("list", when): 1.0, whole[when]: -1.0}, 0, 0)
            for one, part in zip(people, places, strict=True):
                programme.add({one: 1.0, part: -1.0}, 0, np.inf)
        for line in counts:
            if line.group == "supported" and line.months[-1] == when:
                programme.add({("list", when): 1.0, line._replace(text=""): -1.0}, 0, np.inf)
        for one in [line for line in own if line.measure == "people"]:
            _groups(programme, one, truth.groups[when, one.group], result)


def _caseload(shown: Sequence[Shown], truth: Truth, result: Result) -> None:
    """Who is supported, joined in a year and left in it: who was there and who joined is there still, or left."""
    programme = Programme()
    lines = [line for line in shown if line.dataset == "list" and "=" not in line.group]
    at = {(line.group, line.months[-1]): line._replace(text="") for line in lines}
    for line in lines:
        programme.add({line._replace(text=""): 1.0}, *reading(line.text))
    targets: list[tuple[Sum, int, str]] = []
    for (group, when), one in at.items():
        before = f"{int(when[:4]) - 1}{when[4:]}"
        now, joined, then = at.get(("supported", when)), at.get((JOINED, when)), at.get(("supported", before))
        if group in (JOINED, LEFT, "supported", ENDED, *ANSWERS, *OVERDUE):
            targets.append(({one: 1.0}, truth.groups[when, group][0], f"{group} {when}"))
        if group in (JOINED, *OVERDUE) and now:
            programme.add({now: 1.0, one: -1.0}, 0, np.inf)
            stayed = truth.groups[when, "supported"][0] - truth.groups[when, group][0]
            targets.append(({now: 1.0, one: -1.0}, stayed, f"supported and not {group} {when}"))
        if group == "supported" and now and joined and then:
            left = {then: 1.0, joined: 1.0, now: -1.0}
            programme.add(left, 0, np.inf)
            size = truth.groups[before, "supported"][0] + truth.groups[when, JOINED][0] - truth.groups[when, group][0]
            targets.append((left, size, f"left by what is shown {when}"))
            if gone := at.get((LEFT, when)):
                programme.add({gone: 1.0} | {name: -sign for name, sign in left.items()}, 0, 0)
    for terms, n, name in targets:
        if 0 < n < FEW:
            _try(programme, terms, FEW, f"caseload {name}", result)
    for (group, when), (other, earlier) in combinations(at, 2):
        if group == other and any(truth.groups[one][0] for one in ((when, group), (earlier, other))):
            change = {at[group, when]: 1.0, at[other, earlier]: -1.0}
            _try(programme, change, -FAR, f"caseload {group} change {when} {earlier}", result)


def _groups(programme: Programme, one: Shown, size: tuple[int, int], result: Result) -> None:
    (people, places), part = size, one._replace(measure="places")
    for terms, n, what in (
        ({one: 1.0}, people, "people"),
        ({part: 1.0}, places, "places"),
        ({one: 1.0, part: -1.0}, people - places, "rest"),
    ):
        if 0 < n < FEW:
            _try(programme, terms, FEW, f"list {one.group} {what}", result)


def _try(programme: Programme, terms: Sum, least_top: int, name: str, result: Result) -> None:
    low, high, settled = programme.ends(terms, ROUNDED, least_top)
    result.tried += 1
    if high - low < ROUNDED or high < least_top:
        (result.found if settled else result.open).append(f"{name}: {low:g} to {high:g}")
