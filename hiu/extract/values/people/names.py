"""Names as sent, taken apart: given, middle, family, other names, and words that name nobody."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from hiu.extract.values.people.flags import joined_flags, parted, take_aside
from hiu.extract.values.people.nobody import TURNS, names_nobody, part_names_nobody
from hiu.extract.values.people.sent import name_alone, unwrapped
from hiu.extract.values.text import bag, fold, repaired

Order = Literal["auto", "family_first", "given_first"]


class Name(NamedTuple):
    """A name: `text` for people to read; the rest folded for matching; `unknown` = words that name nobody.

    `flags` stand beside the name (DO NOT USE, MARAC, DECEASED), in capitals, sorted, joined by |.
    """

    text: str | None = None
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    aliases: str | None = None
    unknown: bool = False
    flags: str | None = None


TITLES = bag("MR MRS MS MISS MX DR PROF PROFESSOR REV REVD SIR LADY LORD DAME MASTER MSTR CLLR COUNCILLOR")
SUFFIXES = bag("JNR JR SNR SR JUNIOR SENIOR II III IV ESQ MBE OBE CBE")
_NO_FAMILY = bag("LNU NLN")
_BESIDE = bag("AKA ALIAS ALIASES NEE FORMERLY PREVIOUSLY PREV MAIDEN PREFERS BABY INFANT DECEASED DECD RIP IC")
SPECIAL = TITLES | SUFFIXES | TURNS | _BESIDE | {"DIED", "PASSED"}
"""Words that make a name one to be looked at closely."""

_EDGES = "*.,;:!#~`´_?|+= "
PARTICLES = bag("de da do dos das del della di du van von der den la le el al bin binti ibn ap ab y e o san st")
_CAMEL = re.compile(r"(?<=[a-zà-ž])(?=[A-Z][a-zà-ž]{2})")
_UNSPLIT = bag("MAC MC DE DA DI DU LA LE VAN VON FITZ AL EL AP ST SAN DEL DEN")
_PREFIX = re.compile(r"\b(O|MC|MAC|D) (?=[A-Z]{3})")


def read_name(
    text: str, order: Order = "auto", unknown: Sequence[re.Pattern[str]] = (), others: str | None = None
) -> Name:
    """A whole name in one cell: 'SURNAME, Forename', 'Forename SURNAME', 'A AKA B', 'A (nee B)'.

    Without a comma the word in capitals is the family name, if only one is; else `order` says (auto: given first).
    """
    sent = _tidy(text)
    beside, more = take_aside(sent), take_aside(repaired(others or ""))
    flags = joined_flags([*beside.flags, *more.flags])
    given, family = _halves(beside.main, order)
    if names_nobody(beside.main) or _matched((sent, beside.main), given, family, unknown):
        return Name(text=_shown(beside.main) or _shown(sent), unknown=True, flags=flags)
    aliases = [*beside.others, *_other_names(others)]
    return _name_of(given, family, aliases, beside.maiden, unknown)._replace(flags=flags)


def read_parts(
    given: str | None, family: str | None, others: str | None = None, unknown: Sequence[re.Pattern[str]] = ()
) -> Name:
    """A name in cells of its own; `others` lists further names parted by ; / or |."""
    one, two = (take_aside(_tidy(cell or "")) for cell in (given, family))
    more = take_aside(repaired(others or ""))
    flags = joined_flags([*one.flags, *two.flags, *more.flags])
    whole = f"{one.main} {two.main}".strip()
    if not whole and not others:
        return Name(flags=flags)
    turned = f"{two.main}, {one.main}" if one.main and two.main else whole
    if not one.main and "," in two.main:
        given_words, family_words = _halves(two.main, "family_first")
    else:
        given_words, family_words = _words(one.main), _words(two.main)
    sent = (f"{given or ''} {family or ''}".strip(), f"{family}, {given}", f"{family} {given}", whole)
    nobody = (whole or not others) and (names_nobody(whole) or names_nobody(turned))
    if nobody or _matched(sent, given_words, family_words, unknown):
        return Name(text=_shown(whole), unknown=True, flags=flags)
    aliases = [*one.others, *two.others, *_other_names(others)]
    return _name_of(given_words, family_words, aliases, [*one.maiden, *two.maiden], unknown)._replace(flags=flags)


def _tidy(text: str) -> str:
    """A cell with its letters put right, without what a system put round the name, and without dates and numbers."""
    return name_alone(unwrapped(repaired(text)))[0]


def _other_names(others: str | None) -> list[str]:
    """Other names from a cell of their own, without the flags in it."""
    if not others:
        return []
    parts = [take_aside(part) for part in parted(repaired(others))]
    return [name for part in parts for name in (part.main, *part.others) if name]


def _matched(
    sent: Sequence[str], given: Sequence[str], family: Sequence[str], unknown: Sequence[re.Pattern[str]]
) -> bool:
    """Whether a source's own words that name nobody fit the cell as sent, or the name as read, either way round."""
    if not unknown:
        return False
    first, last = " ".join(given), " ".join(family)
    read = (f"{first} {last}", f"{last} {first}", f"{last}, {first}") if first and last else (first or last,)
    return any(form.fullmatch(text.strip()) for form in unknown for text in (*sent, *read) if text)


def _halves(text: str, order: Order) -> tuple[list[str], list[str]]:
    """Words of the given and of the family name."""
    before, comma, after = text.partition(",")
    if comma and (family := _words(before)):
        return _words(after.replace(",", " ")), family
    words = _words(text.replace(",", " "))
    if any(word.upper() in _NO_FAMILY for word in words):
        return [word for word in words if word.upper() not in _NO_FAMILY], []
    if len(words) < 2:
        return [], words
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len([word for word in words if len(word) > 1]):
        return [word for word in words if word not in capitals], capitals
    if order == "family_first" or (order == "auto" and len(words) == 2 and len(words[1]) == 1 < len(words[0])):
        return words[1:], words[:1]
    at = next((i for i, word in enumerate(words[1:-1], 1) if word.lower() in PARTICLES), len(words) - 1)
    return words[:at], words[at:]


def _words(text: str) -> list[str]:
    """Words as shown, without titles, suffixes, stray marks and breaks inside a word ('Charlo tte')."""
    words: list[str] = []
    for raw in text.split():
        word = raw.strip(_EDGES)
        broken = word[:1].islower() and words and words[-1].lower() not in PARTICLES and not words[-1].islower()
        if broken and word.lower() not in PARTICLES and word.isalpha():
            words[-1] += word
        elif word:
            words.append(word)
    while len(words) > 1 and words[0].upper() in TITLES:
        words.pop(0)
    while len(words) > 1 and words[-1].upper() in TITLES | SUFFIXES:
        words.pop()
    return words


def _name_of(
    given: list[str],
    family: list[str],
    others: Sequence[str],
    maiden: Sequence[str],
    unknown: Sequence[re.Pattern[str]],
) -> Name:
    given = [] if _filler(given, unknown, given=True) else given
    kept = [] if _filler(family, unknown, given=False) else family
    family = [part for word in kept for part in _uncamelled(word)]
    first, *rest = fold(" ".join(given)).split() or [""]
    last = _PREFIX.sub(r"\1", _mended(fold(" ".join(family))))
    shown = " ".join(_cased(word) for word in (*given, *family))
    aliases = {_alias(other, last, unknown) for other in others}
    aliases |= {" ".join(filter(None, (first, fold(old)))) for old in map(_surname, maiden)}
    aliases -= {"", " ".join(filter(None, (first, last))), first, last}
    text, middle, aka = shown or None, " ".join(rest) or None, "|".join(sorted(aliases)) or None
    return Name(text=text, given=first or None, middle=middle, family=last or None, aliases=aka)


def _filler(words: list[str], unknown: Sequence[re.Pattern[str]], *, given: bool) -> bool:
    whole = " ".join(words)
    return part_names_nobody(words, given=given) or any(form.fullmatch(whole) for form in unknown)


def _uncamelled(word: str) -> list[str]:
    """Two family names run together ('DavisBinmead'); 'MacDonald' and the like stay whole."""
    parts = _CAMEL.split(word)
    return parts if len(parts) == 2 and len(parts[0]) > 2 and parts[0].upper() not in _UNSPLIT else [word]


def _mended(family: str) -> str:
    """A family name broken before its last letter ('NOWA K') made whole."""
    *words, last = family.split() or [""]
    return words[0] + last if len(words) == 1 and len(last) == 1 and len(words[0]) > 2 else family


def _alias(text: str, family: str, unknown: Sequence[re.Pattern[str]]) -> str:
    """Another name as 'GIVEN FAMILY'; a given name alone takes the family name it stands beside."""
    if not text.strip(_EDGES) or names_nobody(text, unknown):
        return ""
    given, last = _halves(text, "auto")
    if not given:
        given, last = last, [family]
    return " ".join(filter(None, (fold(" ".join(given)), _PREFIX.sub(r"\1", fold(" ".join(last))))))


def _surname(text: str) -> str:
    _, family = _halves(text, "auto")
    return _PREFIX.sub(r"\1", fold(" ".join(family)))


def _shown(text: str) -> str | None:
    return " ".join(_cased(word) for word in text.replace(",", " ").split()) or None


@lru_cache(maxsize=100_000)
def _cased(word: str) -> str:
    """A word in capitals or in small letters as people write it: O'Neill, Davis-Binmead, McDonald."""
    if not (word.isupper() or word.islower()) or len(word) == 1:
        return word
    # a letter alone after an apostrophe stays as it is
    word = re.sub(r"(?:[^\W_]|\?){2,}|(?<!')(?:[^\W_]|\?)", lambda part: part[0].capitalize(), word)
    return re.sub(r"\bMc([a-z])", lambda part: "Mc" + part[1].upper(), word)
