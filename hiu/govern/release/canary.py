"""The canary sweep: names, NHS numbers and person ids where none may be, in any byte of any output.

A whole population is looked for at once, so the words of a text are looked up, not the people searched for: ten digits
that are somebody's number, `HIU-` ids, and two neighbouring words that are somebody's whole name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

from hiu.fold import folded, in_runs, spaced_out
from hiu.govern.erase.person_forms import initialled, person_form
from hiu.govern.erase.unpack import texts
from hiu.govern.pseudonym import PERSON_ID

Kind = Literal["name", "nhs_number", "person_id", "local_number"]
KINDS: tuple[Kind, ...] = ("name", "nhs_number", "person_id", "local_number")

_NUMBER = re.compile(r"(?<!\d)(?=(\d(?:[ .\-]{0,2}\d){9})(?!\d))")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_JOINS = frozenset(["and", "or", "of", "to", "the", "in", "on", "by", "for", "from", "with", "is", "was", "a"])
"""Words that part two names rather than stand between the parts of one."""
_LOCAL = re.compile(r"(?<![^\W_])(?=[A-Za-z/-]*[0-9])(?=[0-9/-]*[A-Za-z])[A-Za-z0-9/-]{5,}(?![^\W_])")
"""Numbers of letters and digits, as agencies give them."""
_TAG = re.compile(r"<[^<>]{0,400}>")


@dataclass(frozen=True)
class People:
    """A site's people as a sweep knows them: whole names as pairs of folded words, NHS numbers, agencies' numbers."""

    names: frozenset[tuple[str, str]]
    numbers: frozenset[str]
    locals: frozenset[str] = frozenset()

    @cached_property
    def initials(self) -> frozenset[tuple[str, str]]:
        """First letter of one name, with the other name."""
        return frozenset((one[0], other) for one, other in self.names)


def people(names: Iterable[str | None], numbers: Iterable[str | None], local: Iterable[str] = ()) -> People:
    """From names as sent, NHS numbers, and agencies' own numbers. A name of one word may be any word, and a number of
    digits alone any figure: neither is looked for."""
    pairs: set[tuple[str, str]] = set()
    for name in names:
        words = [word.casefold() for word in _WORD.findall(folded(name or ""))]
        if len(words) > 1:
            pairs |= {(words[0], words[-1]), (words[-1], words[0])}
    own = frozenset(one.upper() for one in local if _LOCAL.fullmatch(one))
    return People(frozenset(pairs), frozenset(number for number in numbers if number), own)


def sweep(name: str, content: bytes, everybody: People, kinds: Iterable[Kind] = KINDS) -> list[str]:
    """What a file holds that it may not: `where: kind, once` (`3 times`), a sentence each; never the value."""
    wanted = set(kinds)
    found: dict[tuple[str, str], int] = {}
    for where, text in [*texts(name, content), (name, name.encode())]:
        for kind, n in _count(text, everybody).items():
            if n and kind in wanted:
                found[where, kind] = found.get((where, kind), 0) + n
    return [f"{where}: {kind}, {'once' if n == 1 else f'{n} times'}" for (where, kind), n in sorted(found.items())]


def reveals(text: str, everybody: People) -> bool:
    """Whether a text tells somebody: their number, their id or their whole name."""
    return any(_count(text.encode(), everybody).values()) or _initials(folded(text), everybody)


def tells(text: str, everybody: People) -> bool:
    """Whether a label or a word of somebody could tell a person: one on record, or anybody by its form.

    A label has no use for a whole day, so any day counts as a birth.
    """
    return reveals(text, everybody) or person_form(text, date.max) is not None


def _count(text: bytes, everybody: People) -> dict[Kind, int]:
    plain = folded(_decode(text))
    numbers = sum(re.sub(r"\D", "", one) in everybody.numbers for one in _NUMBER.findall(plain))
    own = sum(one.upper() in everybody.locals for one in _LOCAL.findall(plain)) if everybody.locals else 0
    ids = len(PERSON_ID.findall(plain))
    return {"nhs_number": numbers, "person_id": ids, "name": _names(plain, everybody), "local_number": own}


def _names(text: str, everybody: People) -> int:
    """Neighbouring words that are a name: a middle word between them is stepped over; markup is not read."""
    words = [word.casefold() for word in _WORD.findall(_TAG.sub(" ", text))]
    over = [(a, c) for a, b, c in zip(words, words[1:], words[2:], strict=False) if b not in _JOINS]
    runs = spaced_out(text)
    spelt = sum(in_runs("".join(pair), runs) for pair in everybody.names) if runs else 0
    return sum(pair in everybody.names for pair in (*pairwise(words), *over)) + spelt


def _initials(text: str, everybody: People) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    near = [*pairwise(words), *zip(words, words[2:], strict=False)]
    pairs = [sorted(pair, key=len) for pair in near if 1 in map(len, pair)]
    return any((one, other) in everybody.initials and initialled(one, other, text) for one, other in pairs)


def _decode(text: bytes) -> str:
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return text.decode("utf-16", "replace")
    return text.decode("utf-8", "replace")
