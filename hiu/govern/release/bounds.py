"""What a reader of every release can infer: cells as linear constraints on unknown counts, and the ends of each.

Unknown are each data set's events of everybody and of people being supported in each month, and the people of each
period. Every text that was ever shown bounds a sum of them; HiGHS finds how far apart the ends of a cell still are.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from hiu.govern.release.cells import ANY, EVERYBODY, OTHERS, SUPPORTED, Cell, limits_of
from hiu.govern.release.disclosure import HIDDEN

Terms = dict[str, float]
Row = tuple[Terms, float, float]
"""A sum of unknowns, and its lowest and highest value."""
MARGIN = 6
"""Bounds that are nearer than this to the room a cell needs are worked out in whole numbers too."""
SPREAD = 12
"""Solutions that are looked for before the cells are gone through one by one."""
_FAR = 1e7


class Contradiction(Exception):
    """What was released can't all be true of one set of people."""


@dataclass(frozen=True)
class Limits:
    """The ends of a cell as a reader can infer them."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.high - self.low


def terms(cell: Cell) -> Terms:
    """A cell as a sum of unknowns."""
    found = _own(cell.measure, cell.dataset, cell.group, cell.months)
    for name, sign in (_own(*cell.less) if cell.less else {}).items():
        found[name] = found.get(name, 0.0) - sign
    return {name: sign for name, sign in found.items() if sign}


def _own(measure: str, dataset: str, group: str, months: Sequence[str]) -> Terms:
    area = ": " in group.partition("=")[0]  # the name of a value may have the sign too
    if measure in ("people", "places") or area:  # people, and events of an area, are of a whole period
        when = f"{months[0]}:{len(months)}:{months[-1]}" if months else ""
        return {f"{measure}|{dataset}|{group}|{when}": 1.0}
    parts = {EVERYBODY: {"all": 1.0}, SUPPORTED: {"supported": 1.0}, OTHERS: {"all": 1.0, "supported": -1.0}}
    own = parts.get(group, {group: 1.0})
    return {f"{part}|{month}": sign for month in months for part, sign in own.items()}


@dataclass
class System:
    """The constraints of one data set. Rows of cells come first, in the order of `cells`; hiding one widens its row."""

    cells: Sequence[Cell]
    facts: Sequence[Row] = ()
    points: list[NDArray[np.float64]] = field(default_factory=list)
    """Solutions found before: as cells are hidden they stay solutions, and most cells are seen to be wide by them."""
    wholes: list[NDArray[np.float64]] = field(default_factory=list)
    """Those of them in whole numbers, which need no margin."""
    names: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = [(terms(cell), *cell.limits()) for cell in self.cells]
        rows += [*_facts(self.cells), *self.facts]
        for row, _, _ in rows:
            for name in row:
                self.names.setdefault(name, len(self.names))
        self.low = np.array([low for _, low, _ in rows], dtype=np.float64)
        self.high = np.array([min(high, _FAR) for _, _, high in rows], dtype=np.float64)
        self.matrix = self._matrix([row for row, _, _ in rows])

    def _matrix(self, rows: Sequence[Terms]) -> csr_matrix:
        at = [(down, self.names[name], sign) for down, row in enumerate(rows) for name, sign in row.items()]
        downs, across, signs = zip(*at, strict=True) if at else ((), (), ())
        return csr_matrix((signs, (downs, across)), shape=(len(rows), len(self.names)))

    def hide(self, at: int, shown: str) -> None:
        """Show another text, which says less, for the cell at a place."""
        low, high = limits_of(shown)
        self.low[at], self.high[at] = low, min(high, _FAR)

    def limits_without(self, at: int, cell: Cell) -> Limits:
        """The ends of a cell if the one at a place were hidden."""
        before, points, wholes = (self.low[at], self.high[at]), list(self.points), list(self.wholes)
        self.hide(at, HIDDEN)
        found = self.limits(cell)
        self.low[at], self.high[at] = before
        self.points, self.wholes = points, wholes  # solutions found without the row need not be solutions with it
        return found

    def limits(self, cell: Cell) -> Limits:
        """The ends of a cell: no nearer than whole numbers reach. Raises Contradiction if nothing satisfies all."""
        aim = self._aim(cell)
        for points, margin in ((self.points, MARGIN), (self.wholes, 0)):
            if points and cell.is_safe((seen := np.array(points) @ aim).min(), seen.max(), margin):
                return Limits(float(seen.min()), float(seen.max()))
        ends, others = self._reach(aim), self._reach(-aim)
        least, most = math.ceil(float(aim @ ends) - 1e-6), math.floor(float(aim @ others) + 1e-6)
        if cell.is_safe(least, most) and not cell.is_safe(least, most, MARGIN):
            least = least if _is_whole(ends) else self._whole(aim, most, most - cell.room)
            most = most if _is_whole(others) else -self._whole(-aim, -least, -cell.needed(least))
        return Limits(least, most)

    def binding(self, cell: Cell) -> set[int]:
        """The cells, by place, that the ends of a cell hang on."""
        upper, lower = self.high < _FAR, self.low > -_FAR
        system = {"A_ub": _stack(self.matrix, upper, lower), "b_ub": np.r_[self.high[upper], -self.low[lower]]}
        rows, found = np.r_[np.flatnonzero(upper), np.flatnonzero(lower)], set()
        for sign in (1.0, -1.0):
            end = linprog(sign * self._aim(cell), **system, bounds=(0, _FAR), method="highs")
            active = rows[np.abs(end.ineqlin.marginals) > 1e-9] if end.status == 0 else ()
            found |= {int(at) for at in active if at < len(self.cells)}
        return found

    def spread(self, cells: Sequence[Cell]) -> None:
        """Find solutions that are far apart in all of the cells at once."""
        dice = np.random.default_rng(1)
        aims = np.array([self._aim(cell) for cell in cells])
        for _ in range(SPREAD):
            weights = dice.choice([-1.0, 1.0], len(cells)) * dice.random(len(cells))
            self._reach(weights @ aims)

    def _aim(self, cell: Cell) -> NDArray[np.float64]:
        aim = np.zeros(len(self.names))
        for name, sign in terms(cell).items():
            if name in self.names:
                aim[self.names[name]] += sign
        return aim

    def _reach(self, aim: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where a sum is lowest, in any numbers."""
        found = milp(aim, constraints=LinearConstraint(self.matrix, self.low, self.high), bounds=Bounds(0, _FAR))
        if found.status != 0:
            raise Contradiction
        self.points.append(found.x)
        if _is_whole(found.x):
            self.wholes.append(np.round(found.x))
        return np.asarray(found.x)

    def _whole(self, aim: NDArray[np.float64], otherwise: int, enough: float) -> int:
        """A value in whole numbers that is low enough, else the lowest; `otherwise` if none was found in time."""
        rows = LinearConstraint(self.matrix, self.low, self.high)
        tries = (np.zeros(len(aim)), [rows, LinearConstraint(aim[None, :], -np.inf, enough)]), (aim, [rows])
        for least, limits in tries:  # any solution is found much sooner than the lowest
            kinds = {"integrality": np.ones(len(aim)), "options": _TIME}
            found = milp(least, constraints=limits, bounds=Bounds(0, _FAR), **kinds)
            if found.x is not None:
                self.wholes.append(np.round(found.x))
                return round(float(aim @ self.wholes[-1]))
        if found.status == 2:
            raise Contradiction
        return otherwise


def _is_whole(point: NDArray[np.float64]) -> bool:
    return bool(np.abs(point - np.round(point)).max() < 1e-6)


_TIME = {"time_limit": 5.0}


def _stack(matrix: csr_matrix, upper: NDArray[np.bool_], lower: NDArray[np.bool_]) -> csr_matrix:
    from scipy.sparse import vstack

    return csr_matrix(vstack([matrix[upper], -matrix[lower]]))


def _facts(cells: Iterable[Cell]) -> list[Row]:
    """What holds of any people: a part is no more than its whole, and nobody counts without an event."""
    cells = list(cells)
    months = sorted({month for cell in cells if cell.measure in ("events", "nights") for month in cell.months})
    rows: list[Row] = [({f"all|{month}": 1.0, f"supported|{month}": -1.0}, 0.0, float("inf")) for month in months]
    people = {cell.key: cell for cell in cells if cell.measure == "people" and cell.dataset != ANY}
    for cell in people.values():
        if cell.group == EVERYBODY and set(cell.months) <= set(months):
            (name,) = terms(cell)
            rows.append(({**{f"all|{month}": 1.0 for month in cell.months}, name: -1.0}, 0.0, float("inf")))
    return rows + _overlaps([cell for cell in people.values() if set(cell.months) <= set(months)])


def _overlaps(people: Sequence[Cell]) -> list[Row]:
    """People of a period are at most those of another, and one for each event of the months that this lacks."""
    rows: list[Row] = []
    for one in people:
        for other in people:
            if one is other or one.group != other.group or not set(one.months) & set(other.months):
                continue
            (mine,), (theirs,) = terms(one), terms(other)
            extra = {f"all|{month}": 1.0 for month in set(one.months) - set(other.months)}
            rows.append(({**extra, theirs: 1.0, mine: -1.0}, 0.0, float("inf")))
    return rows
