"""What of other people stands in a person's own rows: taken out, counted, and said why.

Known names, NHS numbers, births and ids of others are found wherever they stand. Somebody whom no source ever sent,
such as a neighbour in a note, can't be known: who hands the file over reads the free texts first ('hiu subject' counts
them).
"""

import re
import unicodedata
from collections import Counter
from datetime import date

from hiu.govern.erase.person_forms import dates_in, without_day
from hiu.govern.erase.words import TITLE
from hiu.govern.pseudonym import PERSON_ID
from pipelines.govern.person.scope import PersonScope

ANOTHER, STAFF = "[another person]", "[a member of staff]"
THIRD_PARTY = "about another person (Data Protection Act 2018, Schedule 2, paragraph 16)"
STAFF_GROUND = (
    "the name of a member of staff, by the site's setting (Data Protection Act 2018, Schedule 2, paragraph 16)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TITLED = re.compile(rf"{TITLE}([A-Z][^\W\d_]+(?:[ '’-][A-Z][^\W\d_]+)*)")
_NUMBER = re.compile(r"(?<!\d)\d{3}[\s.-]?\d{3}[\s.-]?\d{4}(?!\d)")
_IDENTITY = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")
_LONGEST = 6


class Redactor:
    """Takes others out of one person's texts; `counts` says how often, by where and why."""

    def __init__(self, scope: PersonScope) -> None:
        self.scope = scope
        self.counts: Counter[tuple[str, str]] = Counter()
        own, others = _names(scope.own), _names(scope.others)
        self._names, self._own_words = others - own, {word for name in own for word in name}
        self._numbers = scope.others["nhs_number"] - scope.own["nhs_number"]
        self._births = _births(scope)

    def count(self, where: str, ground: str = THIRD_PARTY) -> None:
        """One thing more that was left out."""
        self.counts[where, ground] += 1

    def text(self, text: str, where: str) -> str:
        """A text without other people."""
        out = self._ids(self._spans(text))
        out = _NUMBER.sub(lambda found: ANOTHER if re.sub(r"\D", "", found[0]) in self._numbers else found[0], out)
        for born in self._births.intersection(dates_in(out)):
            out = without_day(born, out, ANOTHER)
        out = _TITLED.sub(self._titled, out)
        if out != text:
            self.count(where)
        return out

    def described(self, column: str, value: object, where: str) -> object:
        """A value of a description: the person's own, or taken out."""
        own = self.scope.own[column]
        each = {part for one in own for part in str(one).split("|")}
        if value in own or (isinstance(value, str) and set(value.split("|")) <= each):
            return value
        self.count(where)
        return ANOTHER

    def _ids(self, text: str) -> str:
        ours = self.scope.all_ids
        out = PERSON_ID.sub(lambda found: found[0] if found[0] in ours else ANOTHER, text)
        return _IDENTITY.sub(lambda found: ANOTHER if found[0] in self.scope.other_identities else found[0], out)

    def _spans(self, text: str) -> str:
        """Names of two words or more, in either order, however they are spaced or spelt with accents."""
        words = [(found.start(), found.end(), _fold(found[0])) for found in _WORD.finditer(text)]
        out, at, place = "", 0, 0
        while place < len(words):
            length = next((n for n in range(_LONGEST, 1, -1) if self._is_name(words[place : place + n], n)), 0)
            if length:
                out += text[at : words[place][0]] + ANOTHER
                at = words[place + length - 1][1]
            place += length or 1
        return out + text[at:]

    def _is_name(self, words: list[tuple[int, int, str]], length: int) -> bool:
        return len(words) == length and tuple(word for *_, word in words) in self._names

    def _titled(self, found: re.Match[str]) -> str:
        own = all(_fold(word) in self._own_words for word in _WORD.findall(found[1]))
        return found[0] if own else ANOTHER


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(char for char in plain if char.isalpha()).upper()


def _names(values: dict[str, frozenset[object]]) -> set[tuple[str, ...]]:
    """Names as words, the family name first and last."""
    whole = {str(name) for name in values["name_text"]}
    whole |= {name for many in values["aliases"] for name in str(many).split("|")}
    words = {tuple(_fold(word) for word in _WORD.findall(name)) for name in whole}
    full = {name for name in words if len(name) >= 2}
    turned = {(*name[1:], name[0]) for name in full} | {(name[-1], *name[:-1]) for name in full}
    short = {pair for name in full for pair in ((name[0], name[-1]), (name[-1], name[0]))}
    return {name for name in full | turned | short if len(name) <= _LONGEST}


def _births(scope: PersonScope) -> frozenset[date]:
    """Births of others, those after the person was first seen apart: such a day may be anything."""
    days = {day for day in scope.others["dob"] - scope.own["dob"] if isinstance(day, date)}
    return frozenset(day for day in days if scope.first_seen is None or day < scope.first_seen)
