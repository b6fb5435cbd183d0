"""Did-you-mean for headers, settings, tables and people."""

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process, utils

ALIKE = 45
"""How much of two whole words must be alike (0-100), unless one is in the other: parts of them alone are chance."""


def nearest(word: str, choices: Iterable[str], cutoff: float = 60) -> str | None:
    """The closest of `choices` to a mistyped word, or None when nothing is near (0-100 scale)."""
    found = process.extractOne(
        word, list(choices), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=cutoff
    )
    own, other = (utils.default_process(one) for one in (word, found[0] if found else ""))
    near = other and (other in own or own in other or fuzz.ratio(own, other) >= ALIKE)
    return found[0] if found and near else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` Did you mean 'x'?` with a leading space, or an empty string."""
    found = nearest(word, choices)
    return f" Did you mean '{found}'?" if found else ""


def not_among(problem: str, word: str, choices: Collection[str]) -> str:
    """What to say of a word that is none of the choices: the problem, the nearest of them, and all there are."""
    return f"{problem}.{did_you_mean(word, choices)} There are: {', '.join(choices)}."
