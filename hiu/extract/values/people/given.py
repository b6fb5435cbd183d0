"""Given names at hand: groups that one person may go by, and whether a word is one of them."""

from functools import cache
from importlib import resources


@cache
def given_groups() -> tuple[tuple[str, ...], ...]:
    """Each group of the list, folded; its source is in the list's first lines."""
    text = resources.files(__package__).joinpath("data", "given_names.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(tuple(dict.fromkeys(line.split())) for line in lines)


@cache
def given_names() -> frozenset[str]:
    """Every listed given name."""
    return frozenset(name for group in given_groups() for name in group)


@cache
def _groups_of() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for place, group in enumerate(given_groups()):
        for name in group:
            found.setdefault(name, set()).add(place)
    return {name: frozenset(places) for name, places in found.items()}


def go_together(one: str, other: str) -> bool:
    """Whether two folded given names may be one person's: of one group, or the one begins or ends the other."""
    groups = _groups_of()
    if groups.get(one, frozenset()) & groups.get(other, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and (long.startswith(short) or (len(short) > 2 and long.endswith(short)))
