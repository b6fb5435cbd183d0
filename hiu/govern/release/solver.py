"""The release solver: what to hide so that nothing ever released gives a protected cell away, or why it can't leave.

Cells that were released before stay as they were shown. Of the new ones those are hidden that a protected cell could be
worked out from: the ones that leave the most shown, found by trying. If hiding every one of them is not enough, the
whole family of the cell is withheld: then the release adds nothing to what its readers know of it. It is refused where
the new figures and the released ones can't be true of the same people.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from hiu.govern.release.bounds import Contradiction, Limits, Row, System, Terms, terms
from hiu.govern.release.cells import ANY, EVERYBODY, SUPPORTED, WITHHELD, Cell, Key, first_text
from hiu.govern.release.disclosure import HIDDEN
from hiu.month import Month

ON_LIST = "list"
"""The data set of cells about the people on the list: its groups are `sex=F` and the like."""
JOINED, LEFT = "joined in the year", "left in the year"
"""Groups of people on the list: supported now and not a year before, and the other way round."""
ANSWERS = ("agreed in two years", "declined in two years", "no answer in two years")
"""Groups of those offered support in two years, by their answer at the end of these."""
ENDED = "ended in two years"
"""Those whose support ended in two years."""
OVERDUE = ("capacity review overdue", "plan review overdue")
"""Those of the people being supported whose review is late."""
TRIED = 12
"""How many cells are tried for each protected one, before the best of them is hidden."""


@dataclass(frozen=True)
class Solved:
    """The cells as they may be shown, in the order given, and sentences saying why the release is refused."""

    cells: tuple[Cell, ...]
    refused: tuple[str, ...]

    @property
    def shown(self) -> Mapping[Key, str]:
        """The text of each cell that is printed."""
        return {cell.key: cell.shown for cell in self.cells if cell.shown is not None}

    @property
    def share(self) -> float:
        """Of the new cells that are large enough to be shown, the share that is."""
        could = [cell for cell in self.cells if cell.shown is not None and cell.value and not cell.small]
        return sum(cell.shown not in (HIDDEN, WITHHELD) for cell in could) / len(could) if could else 1.0


Facts = Callable[[Sequence[Cell]], list[Row]]
"""What a reader knows of cells beside their texts: which make up which."""


def solve(cells: Iterable[Cell], earlier: Iterable[Cell] = (), facts: Facts = lambda _: []) -> Solved:
    """Decide what of the new cells is shown, given all that was released before to the same recipient."""
    before = {cell.key: cell for cell in earlier}
    new = {cell.key: _carried(cell, before) for cell in cells}
    refused: list[str] = []
    pool: dict[Key, Cell] = {**before, **new}
    for name in sorted({system_of(cell) for cell in new.values()}):
        own = [cell for cell in pool.values() if system_of(cell) == name]
        solved, reasons = _solve_system(own, facts)
        pool |= {cell.key: cell for cell in solved}
        refused += reasons
    return Solved(tuple(pool[key] for key in new), tuple(refused))


def system_of(cell: Cell) -> str:
    """The constraints a cell belongs to: those of its data set; people of any kind and those listed are one."""
    return ANY if cell.dataset in (ANY, ON_LIST) else cell.dataset


def _carried(cell: Cell, before: Mapping[Key, Cell]) -> Cell:
    """A cell released before as it was shown then, whatever the figures are now."""
    old = before.get(cell.key)
    if old is None or (old.shown is None and cell.shown is not None):
        return first_text(cell)
    return old


def _solve_system(cells: list[Cell], facts: Facts) -> tuple[list[Cell], list[str]]:
    found = {cell.key: cell for cell in cells}
    protected = [cell for cell in cells if cell.small]
    if not protected:
        return cells, []
    try:
        printed = [cell for cell in cells if cell.shown is not None]
        system = System(printed, [*_sums(printed), *facts(cells)])
        system.spread(protected)
        for cell in protected:
            _protect(cell, found, system)
    except Contradiction:
        return list(found.values()), [_contradiction(cells)]
    return list(found.values()), []


def _protect(cell: Cell, found: dict[Key, Cell], system: System) -> None:
    """Hide other cells until this one is wide enough; where that does not help, withhold its whole family."""
    while True:
        limits = system.limits(cell)
        if cell.is_safe(limits.low, limits.high):
            return
        at = _choose(cell, limits, found, system)
        if at is None:
            _withhold(cell, found, system)
            return
        key = system.cells[at].key
        found[key] = replace(found[key], shown=HIDDEN, reason=f"'{cell.title}' could be worked out from it")
        system.hide(at, HIDDEN)


def _withhold(cell: Cell, found: dict[Key, Cell], system: System) -> None:
    for at, one in enumerate(system.cells):
        if not one.release and found[one.key].shown != "0" and _kin(one, cell):
            reason = f"'{cell.title}' could be worked out whatever else is hidden"
            found[one.key] = replace(one, shown=WITHHELD, reason=reason)
            system.hide(at, WITHHELD)


def _kin(one: Cell, other: Cell) -> bool:
    """Cells that bear on each other: of the same unknowns, or groups of one characteristic."""
    if one.dataset == other.dataset == ON_LIST:
        kinds = {cell.group.partition("=")[0] for cell in (one, other)}
        return one.measure == other.measure and len(kinds) == 1
    return _meets(one, other)


def _choose(cell: Cell, limits: Limits, found: Mapping[Key, Cell], system: System) -> int | None:
    """The place of the smallest cell without which the other is safe; failing that of the one that helps most."""
    still = [at for at, one in enumerate(system.cells) if found[one.key].open]
    bound = system.binding(cell)
    binding = [at for at in still if at in bound]
    options = sorted(
        binding or [at for at in still if _meets(system.cells[at], cell)], key=lambda at: _cost(system.cells[at])
    )[:TRIED]
    best, widest = None, limits.width
    for option in options:
        trial = system.limits_without(option, cell)
        if cell.is_safe(trial.low, trial.high):
            return option
        if trial.width > widest:
            best, widest = option, trial.width
    return best if best is not None else next(iter(options), None)


def _cost(cell: Cell) -> tuple[int, int]:
    """What is hidden first: parts before wholes, single months before periods, small figures before large ones."""
    worth = (cell.group == EVERYBODY and len(cell.months) > 1) + (cell.measure == "people")
    return (worth, cell.value)


def _meets(one: Cell, other: Cell) -> bool:
    return bool(set(terms(one)) & set(terms(other)))


def _sums(cells: Sequence[Cell]) -> list[Row]:
    """Groups of each characteristic make up the list; places make up the first N; a place is a person of the list."""
    rows: list[Row] = []
    groups_shown = [cell for cell in cells if cell.dataset == ON_LIST]
    for months in {cell.months for cell in groups_shown}:
        own = [cell for cell in groups_shown if cell.months == months]
        kinds = sorted({cell.group.partition("=")[0] for cell in own if "=" in cell.group})
        for kind in kinds:
            groups = [cell for cell in own if cell.group.startswith(f"{kind}=")]
            for measure in ("people", "places"):
                parts = {name: 1.0 for cell in groups if cell.measure == measure for name in terms(cell)}
                total = f"{measure}|all|{ON_LIST}|{months}"
                rows.append(({**parts, total: -1.0}, 0.0, 0.0))
            names = {(cell.group, cell.measure): name for cell in groups for name in terms(cell)}
            for (group, measure), name in names.items():
                if measure == "places" and (group, "people") in names:
                    rows.append(({names[group, "people"]: 1.0, name: -1.0}, 0.0, float("inf")))
        top = max((_sum(own, kind, "places") for kind in kinds), default=0)
        whole = max((_sum(own, kind, "people") for kind in kinds), default=0)
        rows.append(({f"places|all|{ON_LIST}|{months}": 1.0}, float(top), float(top)))
        if whole:
            rows += _whole_list(cells, f"people|all|{ON_LIST}|{months}", months, whole)
    return rows + _parts(cells) + _flow(groups_shown)


def _parts(cells: Sequence[Cell]) -> list[Row]:
    """Events of one split (`type=a`, `type=a&area=b`) make up what they split: all, or the cells with a part fewer.

    They do in each of their months too: what a month's report shows of a split bounds those that cross it in the year.
    """
    sums: dict[tuple[str, str, frozenset[str]], Terms] = {}
    for cell in cells:
        if cell.measure != "events" or "=" not in cell.group:
            continue
        pieces = cell.group.split("&")
        split = frozenset(one.partition("=")[0] for one in pieces)
        periods = [cell.months, *((month,) for month in cell.months if len(cell.months) > 1)]
        for (at, piece), months in product(enumerate(pieces), periods):
            rest = "&".join(pieces[:at] + pieces[at + 1 :]) or "all"
            name = f"{rest}|{'+'.join(months)} by {piece.partition('=')[0]}"
            whole = {f"{rest}|{month}": -1.0 for month in months}
            sums.setdefault((name, "+".join(cell.months), split), whole).update(terms(replace(cell, months=months)))
    return [(row, 0.0, 0.0) for row in sums.values()]


def _whole_list(cells: Sequence[Cell], name: str, months: tuple[str, ...], total: int) -> list[Row]:
    """The list is of those in the agencies' records of its year, and holds those being supported.

    Where late rows make the two differ, by no more than they do: a reader may take them for the same.
    """
    rows: list[Row] = []
    for cell in cells:
        (own, *_) = terms(cell)
        if cell.dataset == ANY and cell.months[-1:] == months:
            apart = float(abs(total - cell.value))
            rows.append(({name: 1.0, own: -1.0}, -apart, apart))
        if cell.group == SUPPORTED and cell.months == months and cell.value <= total:
            rows.append(({name: 1.0, own: -1.0}, 0.0, float("inf")))
    return rows


def _flow(cells: Sequence[Cell]) -> list[Row]:
    """Whoever joined in a year or has a late review is supported at its end; its start and who joined less who left
    make up its end."""
    at = {(cell.group, cell.months[-1]): next(iter(terms(cell))) for cell in cells if cell.months}
    rows: list[Row] = []
    for cell in cells:
        supported, first = at.get((SUPPORTED, cell.months[-1])), str(Month.parse(cell.months[-1]) - 12)
        (own, *_) = terms(cell)
        if cell.group in (JOINED, *OVERDUE) and supported:
            rows.append(({supported: 1.0, own: -1.0}, 0.0, float("inf")))
        joined, before = at.get((JOINED, cell.months[-1])), at.get((SUPPORTED, first))
        if cell.group == LEFT and supported and joined and before:
            rows.append(({before: 1.0, joined: 1.0, own: -1.0, supported: -1.0}, 0.0, 0.0))
    return rows


def _sum(cells: Sequence[Cell], kind: str, measure: str) -> int:
    return sum(cell.value for cell in cells if cell.measure == measure and cell.group.startswith(f"{kind}="))


def _contradiction(cells: Sequence[Cell]) -> str:
    releases = sorted({cell.release for cell in cells if cell.release})
    both = f"both the new figures and those of {', '.join(releases)}" if releases else "all of the new figures"
    return (
        f"{cells[0].dataset.replace('_', ' ')}: no set of people fits {both}. Whoever compared them would learn of the "
        "people who were added or left out since"
    )
