"""Whether a word of a file may be quoted: one of a code list, a header, or the name of a sheet or a file.

None may that could be somebody's. Warnings and notes go to the terminal, the log and the quality page, which name
nobody, and columns of codes, headers and names of files are filled in by people: a name may stand in them. A word of
the row's own name is one; so are two words side by side that are written as a name is and that no shipped source knows
as ordinary.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import polars as pl

from hiu.extract.values.nhs_number import checked
from hiu.extract.values.people.given import given_names
from hiu.extract.values.text import bag
from hiu.fold import folded, spaced_out
from hiu.sources import on_offer, shipped

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3
NO_NAMES = bag(
    "JAN APRIL MAY JUNE AUGUST AUG MIN MAX REG DES WILL MARK TRACE VAN DI CON PAT ED SU EM ART RAY CAT AL LOS DOC BRI"
)
"""Given names that are months too, or words and abbreviations of headers: alone they are nobody's."""
HEADING = bag(
    "id ref no num number nbr date time code type name names surname forename firstname lastname dob birth born nhs "
    "postcode address sex gender age status reason outcome category start end arrival attendance discharge admission "
    "created incident call log person patient location mode priority complaint month total count notes description"
)
"""Words of headers, of which a record holds hardly any."""
_NO_SURNAMES = bag(
    "hospital infirmary clinic centre center ward unit suite house court lodge road street lane park place gardens "
    "borough county north south east west central team trust service services wing room cottage school college"
)
"""Words that stand beside a given name, or after a whole name, in the name of a place."""
_TITLES = bag("st saint royal queen king prince princess lord lady duke duchess earl university")
"""Words beside a given name by which a place is called."""
_HOSPITALS = bag(
    "james.cook james.paget john.radcliffe john.coupland william.harvey george.eliot edith.cavell mary.seacole "
    "florence.nightingale elizabeth.garrett garrett.anderson robert.jones agnes.hunt norman.power frances.willard"
)
"""Hospitals that are called after somebody without a word that says so, as `given.family`."""
_TEN = re.compile(r"(?<!\d)(?!20\d\d[01]\d[0-3]\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
"""Ten digits, but not a time written as digits alone."""
_BIRTH = re.compile(
    r"(?<!\d)(?:(?:19\d\d|200\d)(?P<a>[-/. _]?)[01]\d(?P=a)[0-3]\d|[0-3]?\d(?P<b>[-/. _])[01]?\d(?P=b)(?:19\d\d|200\d)"
    r"|[0-3]?\d[-/. _]?[A-Za-z]{3,9}[-/. _]?(?:19\d\d|200\d)|[0-3]\d[01]\d(?:19[3-9]\d|200\d))(?!\d)"
)
"""A day before 2010: of no delivery, so of a birth."""
_RECORD = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}|\d+[-/.]\d+[-/.]\d+.*")
"""What a row of a record holds and a row of headers does not: a number, a postcode or a date."""
_SERIES = 3
"""So many dates in a row of headers are days or months that are counted, and nobody's birth."""


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


def about_somebody(text: str, agreed: Collection[str] = ()) -> bool:
    """Whether a text of a few words holds somebody's name, NHS number or date of birth.

    A name is a given name beside a word that no header and no shipped source has, but not in the name of a place
    (Queen Elizabeth, St James, Barbara Castle Ward); `agreed` = more words, in small letters, that are nobody's.
    """
    plain = re.sub(r"([a-z])([A-Z])", r"\1 \2", folded(text))
    tens = pl.Series([re.sub(r"\D", "", ten) for ten in _TEN.findall(plain)], dtype=pl.String)
    if _BIRTH.search(plain) or (len(tens) and pl.select(checked(pl.lit(tens)).any()).item()):
        return True
    words = [word for word in _WORD.findall(plain) if len(word) >= _SHORTEST or word.casefold() in _TITLES]
    usual = [_is_usual(word, agreed) for word in words]
    return any(
        not usual[at] and not usual[at + 1] and {one.upper(), other.upper()} & (given_names() - NO_NAMES)
        for at, (one, other) in enumerate(pairwise(words))
        if not _is_place([word.casefold() for word in words[max(at - 1, 0) : at + 3]], at > 0)
    )


def _is_place(words: Sequence[str], before: bool) -> bool:
    """Whether two words are the name of a place, by themselves and by one word `before` them and one behind."""
    one, other = words[before : before + 2]
    behind = words[before + 2 :]
    return f"{one}.{other}" in _HOSPITALS or not _TITLES.isdisjoint(words) or not _NO_SURNAMES.isdisjoint(behind)


def shown_headers(cells: Sequence[str], read: Collection[int] = ()) -> list[str]:
    """A row of headers with 'column 7' for one that is about somebody; in a record, for all but usual words. Those at
    the places in `read`, from 0, are the source's own."""
    dates = sum(bool(_BIRTH.search(cell)) for cell in cells)
    own = [about_somebody(cell) and not (dates >= _SERIES and _BIRTH.search(cell)) for cell in cells]
    names = [cell.upper() in given_names() - NO_NAMES and not _is_usual(cell) for cell in cells]
    if dates < _SERIES and any(own) + any(names) + any(map(_RECORD.fullmatch, cells)) > 1:
        own = [bool(cell) and not any(map(_is_usual, _WORD.findall(cell))) for cell in cells]
    return [f"column {at + 1}" if own[at] and at not in read else cell for at, cell in enumerate(cells)]


def _is_usual(word: str, agreed: Collection[str] = ()) -> bool:
    low = word.casefold()
    return low in HEADING or low in _NO_SURNAMES or low in agreed or low in _ordinary()


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
