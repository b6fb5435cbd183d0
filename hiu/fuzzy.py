"""Did-you-mean for headers, settings, tables and people."""

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process, utils

MANY = 40
"""More choices than these are not all written out."""
ALIKE = 45
"""How much of two whole words must be alike (0-100), unless one is a word of the other: parts alone are chance."""


def nearest(word: str, choices: Iterable[str], cutoff: float = 60) -> str | None:
    """The closest of `choices` to a mistyped word, or None when nothing is near (0-100 scale)."""
    each = list(choices)
    found = process.extract(word, each, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=cutoff)
    return next((one for one, *_ in found if _alike(word, one)), None)


def _alike(word: str, other: str) -> bool:
    own, found = (utils.default_process(one).replace("_", " ") for one in (word, other))
    return f" {own} " in f" {found} " or f" {found} " in f" {own} " or fuzz.ratio(own, found) >= ALIKE


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` Did you mean 'x'?` with a leading space, or an empty string."""
    found = nearest(word, choices)
    return f" Did you mean '{found}'?" if found else ""


def not_among(problem: str, word: object, choices: Collection[str]) -> str:
    """What to say of a word that is none of the choices: the problem, the nearest, and all there are, or 8 of many."""
    there = list(choices)
    few = f"{', '.join(there[:8])}, and {len(there) - 8} more" if len(there) > MANY else ", ".join(there)
    return f"{problem}.{did_you_mean(str(word), there)} There are: {few}."
