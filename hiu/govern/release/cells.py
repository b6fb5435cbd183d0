"""Cells: every aggregate that leaves, declared before anything is written with it.

A cell is a count of one measure over one data set, group and set of months. It is shown as `*`, 0, a multiple of 5, or
`not shown`, and in no other form. It is protected if fewer than 8 people are behind it or one person holds more than
half of it: no reader may be able to bound it closely from all that was ever released to them (docs/governance.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN, is_small_total, round_count
from hiu.month import Month

Measure = Literal["events", "nights", "people", "places"]
"""What a cell counts; places are those among the first N of the list."""
EVERYBODY, SUPPORTED, OTHERS = "everybody", "supported", "others"
WITHHELD = "not shown"
"""The text of a cell of which not even that it is more than zero may be told."""
ANY = "any"
"""The data set of people with a contact of any kind."""

ROOM: Mapping[str, int] = {"events": 2 * BASE, "nights": 2 * BASE, "people": FEWEST - 1, "places": FEWEST - 1}
"""How far apart the ends of what a reader can infer of a protected cell have to be; `*` alone says one or more."""

Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One aggregate. `months` are those counted, as 2026-03; `most` is the largest part of one person.

    `less` is the key of what is taken from it: a cell that is a difference, and never printed. `release` names the
    earlier release that has shown it (empty: new); `shown` is the text that leaves; None means that the cell is never
    printed, but could be worked out from others and is checked like them.
    """

    measure: Measure
    dataset: str
    group: str
    months: tuple[str, ...]
    value: int
    people: int
    most: int
    shown: str | None = ""
    release: str = ""
    reason: str = ""
    less: Key | None = None

    @property
    def key(self) -> Key:
        """What the cell is of: two releases that say something of the same key say the same."""
        taken = f" less {self.less[0]} of {self.less[2]} in {'+'.join(self.less[3])}" if self.less else ""
        return (self.measure, self.dataset, self.group + taken, self.months)

    @property
    def is_change(self) -> bool:
        """The difference of one group's figures of two periods: it may be below nought, and counts nobody."""
        return self.less is not None and (self.less[0], self.less[2]) == (self.measure, self.group)

    @property
    def small(self) -> bool:
        """Protected: too few people, or one with more than half; and every change, whoever is behind it."""
        if self.is_change:
            return True
        if self.measure in ("people", "places"):
            return 0 < self.value < FEWEST
        return is_small_total(self.value, self.people, self.most)

    @property
    def open(self) -> bool:
        """New, shown, and neither hidden nor zero: the solver may still hide it."""
        return not self.release and self.shown not in (None, HIDDEN, WITHHELD, "0")

    @property
    def room(self) -> int:
        """How wide a reader's bounds have to stay; of what is not printed at all, as wide as rounding leaves it."""
        return BASE if self.shown is None else ROOM[self.measure]

    def is_safe(self, low: float, high: float, margin: int = 0) -> bool:
        """Whether ends that a reader can infer are far enough apart, and don't prove fewer than 8."""
        return high >= self.needed(low) + margin

    def needed(self, low: float) -> float:
        """The highest value that a reader must be left with beside the lowest one."""
        return low + self.room if self.is_change else max(low + self.room, FEWEST)

    @property
    def title(self) -> str:
        """The cell in words, for the officer and for refusals."""
        own = f"{self.dataset.replace('_', ' ')}: {_counted(self.measure, self.group)}, {span(self.months)}"
        if self.less is None:
            return own
        return f"{own}, less {_counted(self.less[0], self.less[2])}, {span(self.less[3])}"

    def limits(self) -> tuple[float, float]:
        """What its text alone tells a reader: the lowest and the highest value."""
        return limits_of(self.shown)


def limits_of(shown: str | None) -> tuple[float, float]:
    """The values that a shown text stands for; a hidden cell is one at least, since zero is never hidden."""
    if shown is None or shown == WITHHELD:
        return 0, float("inf")
    if shown == HIDDEN:
        return 1, float("inf")
    value = int(shown)
    half = BASE // 2
    return (max(FEWEST, value - half), value + half) if value else (0, 0)


def first_text(cell: Cell) -> Cell:
    """The cell as its own size lets it be shown, before the solver looks at what others tell of it."""
    if cell.shown is None:
        return cell
    if not cell.small:
        return replace(cell, shown=str(round_count(cell.value)))
    few = cell.people < FEWEST or cell.measure in ("people", "places")
    reason = f"fewer than {FEWEST} people are behind it" if few else "one person accounts for more than half of it"
    if cell.people >= FEWEST and cell.value < FEWEST:
        reason = f"there are fewer than {FEWEST} {cell.measure}"
    return replace(cell, shown=HIDDEN, reason=reason)


def _counted(measure: str, group: str) -> str:
    """What is counted, of whom: `events of people being supported`."""
    of = {EVERYBODY: "all adults", SUPPORTED: "people being supported", OTHERS: "everybody else"}
    what = {"people": "number", "places": "first places"}.get(measure, measure)
    return f"{what} of {of.get(group, group.replace('=', ' '))}"


def span(months: Sequence[str]) -> str:
    """A cell's months in words: `Mar 2026`, or `Apr 2025 to Mar 2026`."""
    if not months:
        return "no month"
    first, last = Month.parse(months[0]).title, Month.parse(months[-1]).title
    return first if first == last else f"{first} to {last}"


def to_row(cell: Cell) -> dict[str, object]:
    """A cell as the register keeps it for the site alone, with what is behind it."""
    return {name: getattr(cell, name) for name in Cell.__dataclass_fields__}


def to_public(cell: Cell) -> dict[str, object]:
    """A cell as its recipient has it."""
    first, last = (cell.months[0], cell.months[-1]) if cell.months else ("", "")
    about = {"measure": cell.measure, "dataset": cell.dataset, "group": cell.group, "area": "whole area"}
    return about | {"from": first, "to": last, "months": list(cell.months), "shown": cell.shown}


def from_row(row: Mapping[str, object]) -> Cell:
    """A cell of the register. Raises KeyError, TypeError or ValueError if it is none."""
    months, less = row["months"], row.get("less")
    if not isinstance(months, list) or set(row) | {"less"} != set(Cell.__dataclass_fields__):
        raise ValueError("not a cell")  # registers of an earlier version have no differences
    taken = (*less[:3], tuple(less[3])) if isinstance(less, list) else None
    return Cell(**{**row, "months": tuple(map(str, months)), "less": taken})  # type: ignore[arg-type]
