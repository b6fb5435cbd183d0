"""Names as sent, taken apart: given, middle, family, other names, and words that name nobody."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from hiu.extract.values.text import bag, fold, repaired

Order = Literal["auto", "family_first", "given_first"]


class Name(NamedTuple):
    """A name: `text` for people to read; the rest folded for matching; `unknown` = words that name nobody."""

    text: str | None = None
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    aliases: str | None = None
    unknown: bool = False


_TITLES = bag("MR MRS MS MISS MX DR PROF PROFESSOR REV REVD SIR LADY LORD DAME MASTER MSTR")
_SUFFIXES = bag("JNR JR SNR SR JUNIOR SENIOR II III IV ESQ MBE OBE CBE")
_STRONG = bag(
    "UNKNOWN UNK UNKN UNKNWN UNIDENTIFIED UNNAMED NK NFN NFI NOT NO ANON ANONYMOUS REFUSED WITHHELD "
    "NOTKNOWN REFUSES DECLINED"
)
_WEAK = bag(
    "MALE FEMALE MAN WOMAN BOY GIRL LADY PERSON PERSONS ADULT CHILD PATIENT PT SUBJECT CALLER VICTIM "
    "SUSPECT KNOWN GIVEN STATED RECORDED PROVIDED OBTAINED AVAILABLE DISCLOSED SUPPLIED NAME NAMED "
    "DETAILS SURNAME FORENAME FIRST LAST PARTY INFORMANT A B C D E F X"
)
_NOBODY = re.compile(
    r"A ?N OTHER|AN OTHER|PASSER ?BY|MEMBER OF (THE )?PUBLIC|MOP|J(OHN|ANE) DOE|X+( X+)*|DUMMY( PATIENT)?|"
    r"(ZZ+ ?)?(X+ ?)?TEST(ING)?( (PATIENT|TEST|RECORD|PERSON))?|(PATIENT|TEST) TEST|TBC|TBA|"
    r"(BABY|INFANT|NEWBORN|TWIN)( (BOY|GIRL|MALE|FEMALE|ONE|TWO|[A-Z]|OF .*))*|"
    r"BOY OF .*|GIRL OF .*|(.* )?BABY OF( .*)?|"
    r"(ANONYMOUS )?CALLER|NO TRACE|(THE )?OCCUPANT|N A|N K"
)
_OTHER = bag(
    "BABY INFANT NEWBORN TWIN DUMMY TEST TESTING MOP DOE OTHER PASSER PASSERBY TBC TBA OCCUPANT AKA ALIAS "
    "ALIASES NEE AN N OF FORMERLY PREVIOUSLY MAIDEN PREFERS"
)
SPECIAL = _TITLES | _SUFFIXES | _STRONG | _WEAK | _OTHER
"""Words that make a name one to be looked at closely."""

_AKA = r"a\.?k\.?a\.?|a/k/a|alias(?:es)?|also known as|known as|k/a|goes by|prefers"
_ALIAS = re.compile(rf"[\s(,;]+(?:{_AKA})[\s:]+", re.I)
_MAIDEN = re.compile(r"\s*[\s(,;]\(?(?:n[eé]e|formerly|previously|maiden name)[\s:.]+([^()]+)\)?", re.I)
_ASIDE = re.compile(r"[(\[\"“]([^()\[\]\"“”]*)[)\]\"”]")
_NO_ALIAS = bag("DECEASED MALE FEMALE PATIENT SUBJECT CALLER JUVENILE ADULT CHILD VICTIM SUSPECT DUPLICATE")
_EDGES = "*.,;:!#~`´_?|+= "
_PARTICLES = bag("de da do dos das del della di du van von der den la le el al bin binti ibn ap ab y e o san st")
_CAMEL = re.compile(r"(?<=[a-zà-ž])(?=[A-Z][a-zà-ž]{2})")
_UNSPLIT = bag("MAC MC DE DA DI DU LA LE VAN VON FITZ AL EL AP ST SAN DEL DEN")
_PREFIX = re.compile(r"\b(O|MC|MAC|D) (?=[A-Z]{3})")


def read_name(
    text: str, order: Order = "auto", unknown: Sequence[re.Pattern[str]] = (), others: str | None = None
) -> Name:
    """A whole name in one cell: 'SURNAME, Forename', 'Forename SURNAME', 'A AKA B', 'A (nee B)'.

    Without a comma the word in capitals is the family name, if only one is; else `order` says (auto: given first).
    """
    main, aliases, maiden = _aside(repaired(text))
    if _nobody(main, unknown):
        return Name(text=_shown(main), unknown=True)
    given, family = _halves(main, order)
    return _name_of(given, family, [*aliases, *_parted(others)], maiden, unknown)


def read_parts(
    given: str | None, family: str | None, others: str | None = None, unknown: Sequence[re.Pattern[str]] = ()
) -> Name:
    """A name in cells of its own; `others` lists further names parted by ; / or |."""
    given, more, maiden = _aside(repaired(given or ""))
    family, most, once = _aside(repaired(family or ""))
    whole = f"{given} {family}".strip()
    if not whole and not others:
        return Name()
    if _nobody(whole, unknown) or (not given and _nobody(family, unknown)):
        return Name(text=_shown(whole), unknown=True)
    if not given and "," in family:
        given_words, family_words = _halves(family, "family_first")
    else:
        given_words, family_words = _words(given), _words(family)
    return _name_of(given_words, family_words, [*more, *most, *_parted(others)], [*maiden, *once], unknown)


def _parted(others: str | None) -> list[str]:
    return [part for part in re.split(r"[;/|]", repaired(others or "")) if part.strip()]


def _aside(text: str) -> tuple[str, list[str], list[str]]:
    """The name proper, other names, and former family names."""
    if text.isascii() and text.replace(" ", "").replace(",", "").isalpha() and " " not in text.strip():
        return text, [], []
    maiden = [found.strip() for found in _MAIDEN.findall(text)]
    text = _MAIDEN.sub(" ", text) if maiden else text
    main, *others = _ALIAS.split(text)
    others = [part for other in others for part in _parted(other)]
    asides = [found for found in _ASIDE.findall(main) if fold(found) and fold(found) not in _NO_ALIAS]
    return _ASIDE.sub(" ", main).strip(), [*others, *asides], maiden


def _nobody(text: str, unknown: Sequence[re.Pattern[str]]) -> bool:
    folded = fold(text)
    if not folded:
        return not any(letter.isalpha() for letter in text)
    words = set(folded.split())
    if words & _STRONG and words <= _STRONG | _WEAK:
        return True
    return bool(_NOBODY.fullmatch(folded)) or any(form.fullmatch(text.strip()) for form in unknown)


def _halves(text: str, order: Order) -> tuple[list[str], list[str]]:
    """Words of the given and of the family name."""
    before, comma, after = text.partition(",")
    if comma and (family := _words(before)):
        return _words(after.replace(",", " ")), family
    words = _words(text.replace(",", " "))
    if len(words) < 2:
        return [], words
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len([word for word in words if len(word) > 1]):
        return [word for word in words if word not in capitals], capitals
    if order == "family_first" or (order == "auto" and len(words) == 2 and len(words[1]) == 1 < len(words[0])):
        return words[1:], words[:1]
    at = next((i for i, word in enumerate(words[1:-1], 1) if word.lower() in _PARTICLES), len(words) - 1)
    return words[:at], words[at:]


def _words(text: str) -> list[str]:
    """Words as shown, without titles, suffixes, stray marks and breaks inside a word ('Charlo tte')."""
    words: list[str] = []
    for raw in text.split():
        word = raw.strip(_EDGES)
        broken = word[:1].islower() and words and words[-1].lower() not in _PARTICLES and not words[-1].islower()
        if broken and word.lower() not in _PARTICLES and word.isalpha():
            words[-1] += word
        elif word:
            words.append(word)
    while len(words) > 1 and words[0].upper() in _TITLES:
        words.pop(0)
    while len(words) > 1 and words[-1].upper() in _TITLES | _SUFFIXES:
        words.pop()
    return words


def _name_of(
    given: list[str],
    family: list[str],
    others: Sequence[str],
    maiden: Sequence[str],
    unknown: Sequence[re.Pattern[str]],
) -> Name:
    given = [] if _filler(given) else given
    family = [] if _filler(family) else [part for word in family for part in _uncamelled(word)]
    first, *rest = fold(" ".join(given)).split() or [""]
    last = _PREFIX.sub(r"\1", _mended(fold(" ".join(family))))
    shown = " ".join(_cased(word) for word in (*given, *family))
    aliases = {_alias(other, last, unknown) for other in others}
    aliases |= {" ".join(filter(None, (first, fold(old)))) for old in map(_surname, maiden)}
    aliases -= {"", " ".join(filter(None, (first, last))), first, last}
    text, middle, aka = shown or None, " ".join(rest) or None, "|".join(sorted(aliases)) or None
    return Name(text=text, given=first or None, middle=middle, family=last or None, aliases=aka)


def _filler(words: list[str]) -> bool:
    folded = set(fold(" ".join(words)).split())
    return bool(folded & _STRONG) and folded <= _STRONG | _WEAK


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
    if not text.strip(_EDGES) or _nobody(text, unknown):
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


def _cased(word: str) -> str:
    """A word in capitals or in small letters as people write it: O'Neill, Davis-Binmead, McDonald."""
    if not (word.isupper() or word.islower()) or len(word) == 1:
        return word
    # a letter alone after an apostrophe stays as it is
    word = re.sub(r"(?:[^\W_]|\?){2,}|(?<!')(?:[^\W_]|\?)", lambda part: part[0].capitalize(), word)
    return re.sub(r"\bMc([a-z])", lambda part: "Mc" + part[1].upper(), word)
