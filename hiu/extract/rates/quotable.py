"""Whether a word that a code list lacks may be quoted: not one that could be somebody's name.

A warning goes to the terminal, the log and the quality page, which name nobody, and a column of codes is filled in by
people: a name may stand in it. A word of the row's own name is one; so are two words side by side that are written as a
name is and that no shipped source knows as ordinary.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from hiu.fold import folded, spaced_out
from hiu.sources import on_offer, shipped

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3


def may_name(text: str, names: Iterable[str | None]) -> bool:
    """Whether a text could name a person: `names` = names of those whose rows hold it, in any form."""
    plain = folded(text)
    if spaced_out(plain):
        return True
    words = _WORD.findall(plain)
    own = {part.casefold() for name in names for part in _WORD.findall(folded(name or "")) if len(part) >= _SHORTEST}
    if any(word.casefold() in own for word in words):
        return True
    return any(_is_name(one) and _is_name(other) for one, other in pairwise(words))


def is_ordinary(text: str) -> bool:
    """Whether every word is one of the shipped sources, or too short for a name."""
    return all(len(word) <= _SHORTEST or word.casefold() in _ordinary() for word in _WORD.findall(text))


def _is_name(word: str) -> bool:
    return word[0].isupper() and len(word) >= _SHORTEST and word.casefold() not in _ordinary()


@cache
def _ordinary() -> frozenset[str]:
    """Words of the headers and codes of the sources that ship and of those on offer."""
    texts = [text for sources in (shipped(), on_offer()) for text in _texts(sources)]
    return frozenset(word.casefold() for text in texts for word in re.split(r"[\W\d_]+", text) if word)


def _texts(value: object) -> Iterator[str]:
    """Every text and every key of a TOML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for one in pair for text in _texts(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))
