"""Cells that hold more than one name: two people in one cell, and a name whose parts a source's own mark parts."""

import re

from hiu.extract.values.people.flags import take_aside
from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.instead import on_behalf
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.people.sent import name_alone, unwrapped
from hiu.extract.values.text import bag, fold, repaired

_BOTH = re.compile(r"(\s*[;/+&\n]\s*|\s+and\s+)", re.I)
_TITLES = bag("MR MRS MS MISS MX DR")
_MARKS = ";/+&\n"


def two_people(text: str, but: str = "") -> bool:
    """Whether a cell names two people: 'SMITH John and JONES Mary', 'SMITH J / JONES M', 'John & Mary SMITH'.

    `but` is the mark that parts one name in this source. A firm (O'Brien and Sons) or a place is nobody, not two.
    """
    text = name_alone(unwrapped(repaired(text)))[0]
    if on_behalf(text) or _in_turn(text):
        return True
    if not _BOTH.search(text):
        return False
    main = take_aside(text).main
    first, *rest = _BOTH.split(main)
    marks, parts = [mark.strip() for mark in rest[::2]], [first, *rest[1::2]]
    if not marks or (but.strip() and but.strip() in marks) or not all(fold(part) for part in parts):
        return False
    if names_nobody(main):
        return False
    whole = [_whole(part) for part in parts]
    if all(whole):
        return True
    joined = all(mark not in (";", "/") for mark in marks)
    if joined and "," not in main and all(_alone(part) for part in parts):
        return True
    return joined and any(whole) and all(whole[at] or _given(part) for at, part in enumerate(parts))


def _in_turn(text: str) -> bool:
    """'Smith John, Jones Mary': two pairs of words, in each the one at the same place is a given name, and no other."""
    places = []
    for half in text.split(","):
        words = fold(half).split()
        found = [at for at, word in enumerate(words) if word in given_names()]
        if len(half.split()) != 2 or len(words) != 2 or len(found) != 1:
            return False
        places.append(found[0])
    return len(places) == 2 and places[0] == places[1]


def _alone(part: str) -> bool:
    """One word of a name, as in 'Romeo and Juliet'."""
    return len(part.split()) == 1 and len(fold(part)) > 1


def two_in_cells(given: str | None, family: str | None) -> bool:
    """Whether two cells hold the names of two people: 'SMITH; JONES' beside 'John; Mary'."""
    cells = [
        [part for part in re.split(f"[{re.escape(_MARKS)}]", cell or "") if fold(part)] for cell in (given, family)
    ]
    return min(map(len, cells)) > 1


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
    return len(words) == 1 and (words[0] in given_names() or words[0] in _TITLES)
