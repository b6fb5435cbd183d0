"""Columns of names under headers that say nothing: recognised by the words in them, and always to be checked."""

import re
from collections.abc import Mapping

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import OTHERS, UNITS, spaced, words
from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.text import bag

_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[ '’\-][^\W\d_'’.\-]+){0,2}\.?")
_LEAST = 0.2
_STATES = re.compile(
    r"\b(?:yes|no|none|referred|discharged|admitted|advice|home|visit|call|pain|arrest|left|taken|other|unknown|"
    r"telephone|self|harm|overdose|closed|open|attended|routine|urgent|emergency|completed|cancelled)\b",
    re.IGNORECASE,
)


_OF_NAMES = bag(
    "name names surname forename forenames first last family given alias aliases aka fname lname sname sn fn"
)
_HALVES = re.compile(r"\b(?:(surname|(?:last|family) name)|(forenames?|(?:first|given) names?))\b")
_FIRST = re.compile(r"\b(?:surname|family name) first\b")
_MOST_ROLES, _ROLES_EACH = 6, 10


def name_nobody(seen: Look) -> bool:
    """Whether a column says who somebody is to the call, not who: all its words name nobody, or a handful that are no
    given names stand again and again below a header that speaks of no name (Caller: Self, Relative, Police)."""
    if seen.distinct > _MOST_ROLES:
        return False
    if all(names_nobody(text) for text in seen.counted):
        return True
    few = seen.filled >= _ROLES_EACH * seen.distinct and not words(seen.header) & _OF_NAMES
    parts = {word.upper() for text in seen.counted for word in text.replace(",", " ").split()}
    return few and parts.isdisjoint(given_names())


def name_columns(looks: Mapping[str, Look], taken: set[str]) -> tuple[str | None, str | None]:
    """The columns of the family and the given name, side by side, if just two are filled with words as names are.

    The one in capitals is the family name, else the first. None if there are not just two.
    """
    order = list(looks)
    able = [header for header in order if header not in taken and _is_of_names(looks[header])]
    if len(able) != 2 or order.index(able[1]) - order.index(able[0]) != 1:
        return None, None
    first, second = able
    return (second, first) if _capitals(looks[second]) > _capitals(looks[first]) else (first, second)


def family_first(seen: Look) -> bool:
    """Whether names of two words have the family name first, by the header or else by given names that are known."""
    pairs = [text.upper().split() for text in seen.counted if "," not in text and len(text.split()) == 2]
    if 2 * len(pairs) < seen.distinct:
        return False
    stand = _HALVES.findall(spaced(seen.header))
    if len({bool(family) for family, _ in stand}) > 1 or _FIRST.search(spaced(seen.header)):
        return bool(stand[0][0])
    first, last = (sum(pair[at] in given_names() for pair in pairs) for at in (0, 1))
    return last > 2 * first


def _is_of_names(seen: Look) -> bool:
    if seen.kind not in ("text", "key") or not seen.lettered or words(seen.header) & (OTHERS | UNITS):
        return False
    cells = [value for value in seen.counted if _WORD.fullmatch(value)]
    sound = len(cells) * 10 >= 9 * seen.distinct and max(map(len, seen.counted)) <= 40
    states = sum(bool(_STATES.search(value)) for value in seen.counted)
    return sound and seen.distinct >= max(4, _LEAST * seen.filled) and states * 5 <= seen.distinct


def _capitals(seen: Look) -> float:
    return sum(value.isupper() for value in seen.counted) / seen.distinct
