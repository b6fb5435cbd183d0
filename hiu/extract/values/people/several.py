"""Cells that hold more than one name: two people in one cell, and a name whose parts a source's own mark parts."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import polars as pl

from hiu.extract.values.people.flags import NO_NAME, take_aside
from hiu.extract.values.people.given import given_names, go_together
from hiu.extract.values.people.instead import on_behalf
from hiu.extract.values.people.names import PARTICLES, SUFFIXES, TITLES
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.people.sent import name_alone, unwrapped
from hiu.extract.values.text import bag, fold, repaired

Comma = Literal["family_first", "people", ""]
_BOTH = re.compile(r"(\s*[;/+&\n|\\]+\s*|,?\s+(?:and|plus|with|or)\s+)", re.I)
_OR = re.compile(r"\s+(?:[-–]|then|versus|vs?|n|i|si|și|e|y|et|und)\s+", re.I)
"""What may part two people, and may be a part of one name too: an initial, a particle, a hyphen."""
_JOINED = ("+", "&", "and", "plus")
_TITLED = re.compile(r"\s+(?=(?:mr|mrs|ms|miss|mx)\b\.?\s)", re.I)
_BESIDE = re.compile(r"\(\s*(?:and|plus|[+&])\s+([^()]+)\)", re.I)
_COMMA, _DASH = r",", r"\s[-–]\s"
_NUMBERED = re.compile(r"(?:^|\s)\(?[1-9](?:\)|[.:](?=\s))\s*")
_MARKS = ";/+&\n"
_NO_GIVEN = PARTICLES | bag("mac mc ter ten abu ab abd abdul")
MAY_BE_TWO = (
    r"(?i)[;/+&^%|\\\n:]|[\s(](?:and|or|plus|with|mr|mrs|ms|miss|mx|[-–]|then|versus|vs?|n|i|si|și|e|y|et|und)\s|\bobo\b|behalf|"
    r"\bcare of\b|,.*,|^\S+ \S+.*,|[1-9][).]|(?-i:\b\p{Lu}{2,} \p{Lu}\p{Ll}.* \p{Lu}{2,} \p{Lu}\p{Ll})"
)
"""What a cell has in it if it may be two people's, so that hardly a row is looked at closely."""


@lru_cache(maxsize=50_000)
def two_people(text: str, but: str = "", comma: Comma = "") -> bool:
    """Whether a cell names two people: 'SMITH John and JONES Mary', 'SMITH J / JONES M', 'John & Mary SMITH'.

    `but` is the mark that parts one name in this source; `comma` says what one parts in its column (`comma_parts`).
    A firm (O'Brien and Sons) or a place is nobody, not two.
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
    if any(_whole(one) and _all_names(one) for one in _BESIDE.findall(text)) and _whole(main):
        return True
    titled = [part.split() for part in _TITLED.split(main)]
    if len(titled) > 1 and all(len(words) > 2 and fold(words[0]) in TITLES for words in titled):
        return True
    return _parted(main, but) or _in_turn(main, "" if but and comma == "people" else comma) or _by_case(main)


def _parted(main: str, but: str) -> bool:
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
    if (
        joined
        and any(whole)
        and all(whole[at] or fold(part) in TITLES or _single(part) for at, part in enumerate(parts))
    ):
        return True
    return (marks == [";"] or (marks == ["/"] and _single(parts[0]))) and not but and _shared(*parts)


def _shared(one: str, other: str) -> bool:
    """Whether the parts are a whole name and the given name of another person: 'Olu/Pat KHAN', 'Olu KHAN; Pat'. One
    given name in two forms is one person's, and so is a family name in capitals with its given names after it."""
    short, long = (one, other) if _single(one) else (other, one)
    words = [word.strip(".,") for word in long.split()]
    if not (_single(short) and len(words) == 2 and "," not in long and _all_names(long)):
        return False
    family = short is one and not _is_given(short) and all(map(_is_given, words))
    apart = family or short.isupper() != words[0].isupper()
    return not apart and not any(go_together(fold(short), fold(word)) for word in words)


def _single(part: str) -> bool:
    """One word that may be a given name of any origin."""
    return len(part.split()) == 1 and _all_names(part) and fold(part) not in SUFFIXES


def _all_names(text: str) -> bool:
    """Whether words may all be names: begun with a capital, without figures, none of them a remark."""
    words = [word.strip(".,:'") for word in text.split()]
    plain = all(len(word) > 1 and word[0].isupper() and not any(map(str.isdigit, word)) for word in words)
    return plain and fold(words[0]) not in NO_NAME - {"MAY"} and not names_nobody(text)


def _in_turn(main: str, comma: Comma) -> bool:
    """By commas, or by what may be a part of a name, where all parts are whole names that are written alike."""
    parts = [words for part in main.split(",") if (words := _plain(part))]
    if len(parts) > 1 and (_alike(parts, comma == "family_first") or (comma == "people" and _all_whole(main, _COMMA))):
        return True
    if len(parts) > 3 and len(parts) % 2 == 0:
        return _paired(parts[::2], parts[1::2])
    if len(parts) == 3 and len(parts[1]) > 1:  # SMITH, John JONES, Mary
        given, family = parts[1][:-1], parts[1][-1:]
        return _paired([parts[0], family], [given, parts[2]])
    halves = [_plain(part) for part in _OR.split(main)]
    alike = len(halves) > 1 and all(halves) and _alike(halves, False)
    return "," not in main and (alike or (comma == "people" and _all_whole(main, _DASH)))


def _all_whole(main: str, mark: str) -> bool:
    """Whether the mark stands between whole names of any origin."""
    parts = re.split(mark, main)
    return len(parts) > 1 and all(_all_names(part) and len(_plain(part)) > 1 for part in parts)


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


def comma_parts(names: pl.Series) -> Comma:
    """What a comma parts in a column: where most cells have one word and a comma before what else they hold, the family
    name ('SMITH, John'); where hardly a cell has a comma or a dash, people ('Olu Khan, Pat Ward')."""
    filled = names.count()
    if filled > 0 and 2 * int(names.str.contains(r"^[^\s,]+, *[^\s,]").sum()) > filled:
        return "family_first"
    return "people" if 4 * int(names.str.contains(f"{_COMMA}|{_DASH}").sum()) <= filled else ""


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
