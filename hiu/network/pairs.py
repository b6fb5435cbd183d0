"""Which entries of two sites are one person, by the blinded points that they share."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hiu.network.blind import Points
from hiu.network.subjects import AT_HOME, DECIDES, NUMBERED


@dataclass(frozen=True)
class Pair:
    """Two entries that share points: their places in either set, what both sites call the pair, and what they share."""

    mine: int
    theirs: int
    ref: str
    strength: int
    """How many of the points that decide they share."""


@dataclass(frozen=True)
class Pairs:
    """Pairs that are decided, one to one, and pairs that have to be compared more closely."""

    decided: list[Pair]
    near: list[Pair]


def find_pairs(mine: Points, theirs: Points, numbered: tuple[Sequence[bool], Sequence[bool]]) -> Pairs:
    """Both sites' points, multiplied by both secrets, laid side by side; `numbered` = who of either has an NHS number.

    Both sites find the same pairs, whatever order either set is in.
    """
    decided, near = [], []
    for (a, b), points in _shared(mine, theirs).items():
        slots = set(points.values())
        deciding = {point for point, slot in points.items() if slot < DECIDES}
        pair = Pair(a, b, _reference(mine[a].tobytes(), theirs[b].tobytes()), len(deciding))
        # each has a number, and not the same one: two people of one name, unless birth and home agree as well
        conflict = numbered[0][a] and numbered[1][b] and not slots & set(NUMBERED)
        if deciding and not (conflict and AT_HOME not in slots):
            decided.append(pair)
        elif not deciding and not conflict:
            near.append(pair)
    best = list(_one_to_one(decided))
    used = {pair.mine for pair in best}, {pair.theirs for pair in best}
    return Pairs(best, [one for one in near if one.mine not in used[0] and one.theirs not in used[1]])


def _shared(mine: Points, theirs: Points) -> dict[tuple[int, int], dict[bytes, int]]:
    """Pairs of places, and the points that they share with the slot of each."""
    where: dict[bytes, set[int]] = defaultdict(set)
    for b, entry in enumerate(theirs):
        for one in entry:
            where[one.tobytes()].add(b)
    found: dict[tuple[int, int], dict[bytes, int]] = defaultdict(dict)
    for a, entry in enumerate(mine):
        for slot, one in enumerate(entry):
            for b in where.get(one.tobytes(), ()):
                found[a, b][one.tobytes()] = slot
    return found


def _one_to_one(pairs: list[Pair]) -> Iterator[Pair]:
    """Each entry in one pair at most: those that share most first, then in the order of their reference."""
    used_mine, used_theirs = set[int](), set[int]()
    for pair in sorted(pairs, key=lambda one: (-one.strength, one.ref)):
        if pair.mine not in used_mine and pair.theirs not in used_theirs:
            used_mine.add(pair.mine)
            used_theirs.add(pair.theirs)
            yield pair


def _reference(one: bytes, other: bytes) -> str:
    return hashlib.sha256(b"".join(sorted((one, other)))).hexdigest()[:12].upper()
