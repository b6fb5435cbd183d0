"""Cells that hold more than one name: two people in one cell, and a name whose parts a source's own mark parts."""

import re
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from hiu.extract.values.people.flags import take_aside
from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.instead import on_behalf
from hiu.extract.values.people.names import PARTICLES, SUFFIXES, TITLES
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.people.sent import name_alone, unwrapped
from hiu.extract.values.text import bag, fold, repaired

_BOTH = re.compile(r"(\s*[;/+&\n|\\]+\s*|,?\s+(?:and|plus|with)\s+)", re.I)
_OR = re.compile(r"\s+(?:[-–]|then|versus|vs?|n|i|si|și|e|y|et|und)\s+", re.I)
"""What may part two people, and may be a part of one name too: an initial, a particle, a hyphen."""
_JOINED = ("+", "&", "and", "plus")
_NUMBERED = re.compile(r"(?:^|\s)\(?[1-9](?:\)|[.:](?=\s))\s*")
_MARKS = ";/+&\n"
_NO_GIVEN = PARTICLES | bag("mac mc ter ten abu ab abd abdul")
MAY_BE_TWO = (
    r"(?i)[;/+&^%|\\\n:]|\s(?:and|plus|with|[-–]|then|versus|vs?|n|i|si|și|e|y|et|und)\s|\bobo\b|behalf|"
    r"\bcare of\b|,.*,|^\S+ \S+.*,|[1-9][).]|(?-i:\b\p{Lu}{2,} \p{Lu}\p{Ll}.* \p{Lu}{2,} \p{Lu}\p{Ll})"
)
"""What a cell has in it if it may be two people's, so that hardly a row is looked at closely."""


@lru_cache(maxsize=50_000)
def two_people(text: str, but: str = "", *, family_first: bool = False) -> bool:
    """Whether a cell names two people: 'SMITH John and JONES Mary', 'SMITH J / JONES M', 'John & Mary SMITH'.

    `but` is the mark that parts one name in this source; `family_first` says that its column has a family name before
    a comma. A firm (O'Brien and Sons) or a place is nobody, not two.
    """
    text = repaired(text)
    if re.search(r"\^[^&]*\s&\s.*\^", text):  # HL7's own & has no blanks beside it
        return True
    text = name_alone(unwrapped(text))[0]
    if on_behalf(text):
        return True
    if len(_NUMBERED.findall(text)) > 1:
        text = _NUMBERED.sub("; ", text).strip("; ")
    main = take_aside(text).main
    if but.strip():
        main = main.replace(but if but.strip() != but and but in main else but.strip(), ", ")
    if names_nobody(main):
        return False
    return _parted(main) or _in_turn(main, family_first) or _by_case(main)


def _parted(main: str) -> bool:
    """By a mark or a word that stands between people and in no name."""
    first, *rest = _BOTH.split(main)
    marks, parts = [mark.strip(" ,").lower() for mark in rest[::2]], [first, *rest[1::2]]
    if not marks or not all(fold(part) for part in parts):
        return False
    whole = [_whole(part) for part in parts]
    if all(whole):
        return True
    joined = all(mark in _JOINED for mark in marks)
    if joined and "," not in main and all(_alone(part) for part in parts):
        return True
    return joined and any(whole) and all(whole[at] or _given(part) for at, part in enumerate(parts))


def _in_turn(main: str, family_first: bool) -> bool:
    """By commas, or by what may be a part of a name, where all parts are whole names that are written alike."""
    parts = [words for part in main.split(",") if (words := _plain(part))]
    if len(parts) > 1 and _alike(parts, family_first):
        return True
    if len(parts) > 3 and len(parts) % 2 == 0:
        return _paired(parts[::2], parts[1::2])
    if len(parts) == 3 and len(parts[1]) > 1:  # SMITH, John JONES, Mary
        given, family = parts[1][:-1], parts[1][-1:]
        return _paired([parts[0], family], [given, parts[2]])
    halves = [_plain(part) for part in _OR.split(main)]
    return "," not in main and len(halves) > 1 and all(halves) and _alike(halves, False)


def _alike(parts: Sequence[list[str]], family_first: bool) -> bool:
    """Whether each has a family name and a given name in the same order, by capitals or as two words of which one is a
    given name."""
    forms = {_form(words) for words in parts}
    if forms <= {"Aa"} or forms <= {"aA"}:
        return True
    places = {_place(words) for words in parts}
    return len(forms) == 1 and len(places) == 1 and places <= ({1} if family_first else {0, 1})


def _paired(families: Sequence[list[str]], given: Sequence[list[str]]) -> bool:
    """Whether each family name stands beside a given name of another person."""
    if all(_form(words) == "A" for words in families) and all(_form(words) == "a" for words in given):
        return True
    return all(_is_given(words[0]) for words in given) and not any(_is_given(words[-1]) for words in families)


def _by_case(main: str) -> bool:
    """By capitals alone: 'SMITH John JONES Mary', 'JOHN Smith MARY Jones'."""
    words = _plain(main)
    form = _form(words)
    if form not in ("AaAa", "AaAaAa") or "," in main:
        return False
    starts = [word for at, word in enumerate(words) if word.isupper() and (at == 0 or not words[at - 1].isupper())]
    return len({_is_given(word) for word in starts}) == 1


def _form(words: Sequence[str]) -> str:
    """Runs of words in capitals as A, of others as a: 'SMITH John Paul' is Aa."""
    form = "".join("A" if word.isupper() else "a" for word in words)
    return re.sub(r"(.)\1+", r"\1", form)


def _place(words: Sequence[str]) -> int | None:
    """Where the only given name of two words stands."""
    found = [at for at, word in enumerate(words) if _is_given(word)]
    return found[0] if len(words) == 2 and len(found) == 1 else None


def _is_given(word: str) -> bool:
    return fold(word) in given_names() and word.lower() not in _NO_GIVEN


def _plain(part: str) -> list[str]:
    """The words without titles, suffixes, particles and initials."""
    words = [word.strip(".,:'") for word in part.split()]
    return [w for w in words if len(fold(w)) > 1 and fold(w) not in TITLES | SUFFIXES and w.lower() not in _NO_GIVEN]


def _alone(part: str) -> bool:
    """One word of a name, as in 'Romeo and Juliet'."""
    return len(part.split()) == 1 and len(fold(part)) > 1


def two_in_cells(given: str | None, family: str | None) -> bool:
    """Whether two cells hold the names of two people: 'SMITH; JONES' beside 'John; Mary'."""
    cells = [
        [part for part in re.split(f"[{re.escape(_MARKS)}]", cell or "") if fold(part)] for cell in (given, family)
    ]
    return min(map(len, cells)) > 1


def surname_first(names: pl.Series) -> bool:
    """Whether most cells of a column have one word and a comma before what else they hold: 'SMITH, John'."""
    filled = names.count()
    return filled > 0 and 2 * int(names.str.contains(r"^[^\s,]+, *[^\s,]").sum()) > filled


def parted_by(text: str, mark: str, order: str) -> str:
    """A name whose parts the source's mark parts ('SMITH/John') as 'SMITH, John'; `order` says which comes first."""
    if not mark:
        return text
    name = re.match(r"[^(\[{*#]*", text)
    head = name[0] if name else text
    first, found, rest = head.partition(mark)
    if not found or not fold(first) or not fold(rest):
        return text
    rest = rest.replace(mark, " ")
    family, given = (rest, first) if order == "given_first" else (first, rest)
    return f"{family.strip()}, {given.strip()} {text[len(head) :]}".strip()


def _whole(part: str) -> bool:
    """A name with a family and a given part."""
    words = fold(part).split()
    return len(part.split()) > 1 and any(len(word) > 1 for word in words) and not names_nobody(part)


def _given(part: str) -> bool:
    words = fold(part).split()
    return len(words) == 1 and (words[0] in given_names() or words[0] in TITLES)
