"""What stands beside a name in its cell: other names, former names, and flags, which are no part of any name.

Text in brackets, between or after * and #, and remarks such as DO NOT USE are flags, unless they read as a name.
"""

import re
from typing import NamedTuple

from hiu.extract.values.people.given import given_names, go_together
from hiu.extract.values.people.nobody import names_nobody
from hiu.extract.values.text import bag, fold

DEAD = "DECEASED"
"""The flag of a name that says the person has died, however it was written."""

_AKA = (
    r"a\.?k\.?a\.?|a/k/a|alias(?:es)?|also known as|known as|k/a|goes by|prefers|pref(?:erred)?(?: name)?|likes to be "
    r"called|or"
)
_NEE = r"n[eéÉ]e|formerly(?: known as)?|previously(?: known as)?|prev|maiden name|maiden|was|born"
_LOOSE_AKA = r"a\.?k\.?a\.?|a/k/a|alias(?:es)?|also known as|known as|k/a|goes by|prefers"
_LOOSE_NEE = r"n[eéÉ]e|formerly(?: known as)?|previously(?: known as)?|prev\.?|maiden name|maiden"
_ALIAS = re.compile(rf"[\s(,;]+(?:{_LOOSE_AKA})[\s:]+", re.I)
_MAIDEN = re.compile(rf"\s*[\s(,;]\(?(?:{_LOOSE_NEE})[\s:.]+([^()]+)\)?", re.I)
_IS_ALIAS = re.compile(rf"\s*(?:{_AKA})[\s:]+(.+)", re.I)
_IS_MAIDEN = re.compile(rf"\s*(?:{_NEE})[\s:.]+(.+)", re.I)
_BRACKETS = str.maketrans("[]{}<>", "()()()")
_ASIDE = re.compile(r"\(([^()]*)(?:\)|$)")
_QUOTED = re.compile(r"[\"“”]([^\"“”]*)[\"“”]|(?<![^\s(,])['‘]([A-Za-zÀ-ž][^'‘’]*)['’](?![^\s),])")
_STARS = re.compile(r"[*#]+([^*#]*)[*#]+|[*#]+\s*([^*#]*)$")
_DEATH = r"\b(?:DECEASED|DEC['’]?D|DIED|DEAD(?!,)|PASSED AWAY|R\.?I\.?P)\b\.?"
_REMARK = re.compile(
    rf"[\s,-]*(\b(?:DO NOT [A-Z]+|SEE (?:OTHER |ALL )?NOTES?|DUPLICATE RECORD|IN ERROR)|{_DEATH})(?:[\s,:-]+|$)", re.I
)
_MOURNED = (
    "(?:step|grand)?(?:mother|father|mum|dad|son|daughter)|mam|mom|parents?|wife|husband|spouse|partner|girlfriend|nanny|"
    "boyfriend|fianc[eé]e?|brother|sister|twin|aunt(?:ie)?|uncle|nan|gran|granny|grandad|nephew|niece|cousin|child|baby|"
    "friend|carer|neighbou?r|(?:mother|father|brother|sister)-in-law"
)
_ABOUT = (
    rf"(?:(?:{_MOURNED})(?:['’]?s)?|not|never|no|his|her|their|the|of|re|for|late|ex|now|sadly|since|recently|bereaved|by|"
    r"marked|recorded|believed|thought|reported|possibly|poss|maybe|as|on pds|in error|wrongly|widow(?:er)?|is|was|has|"
    r"been|who|[0-9/.]+)(?![\w'’])"
)
_OF_DEATH = re.compile(
    rf"[\s,;:/–-]{{0,9}}(?:^|(?<=[\s,;:/–-]))((?:{_ABOUT}[\s-]+){{0,9}}"
    rf"(?:(?:{_MOURNED}) [a-z]+ )?\?*\s*{_DEATH}(?: *\?+)?"
    rf"(?:(?:[\s-]{_ABOUT}){{0,9}}[\s-](?:{_MOURNED}) [a-z]+$|(?:[\s-]{_ABOUT}){{0,9}}))(?:[\s,;:/–-]+|$)",
    re.I,
)
"""A word of death with what is said beside it, of the person or of kin."""
_NAMES_TOO = bag("NAN SON CHILD BABY FRIEND NO NANNY TWIN")
_COMPANION = re.compile(
    r"(?<=\S) *(?:\b(?:and|with|plus)\b|w/|[&+]) *(?:(?:his|her|their|the|a|an) )?(?:[0-9]+ )?"
    r"(?:mother|mum|father|dad|parents?|wife|husband|partner|girlfriend|boyfriend|son|daughter|brother|sister|child|"
    r"children|kids?|baby|family|friends?|neighbou?r|carer|others?|another|relatives?|one|guest|dog|interpreter)$",
    re.I,
)
"""Somebody who was there too and is not named."""
_DASHED = re.compile(r"\s[-–]\s*([^-–,]+)$")
_LABEL = re.compile(
    r"^(?:(?:tenant|patient|client|subject|name|resident|ref?|est|exors?) *:|(?:est|estate|exors?) of\b) *(?=\S+ \S)",
    re.I,
)
_IC = re.compile(r"\bIC ?[0-9]\b[ ,]*", re.I)
_DIED = re.compile(r"((NOW|SADLY|SINCE|IS|HAS) )*(DECEASED|DECD|DEC D|DEAD|DIED|R ?I ?P|PASSED AWAY|DOD)( ON)?")
NO_NAME = bag(
    "DECEASED MALE FEMALE PATIENT SUBJECT CALLER JUVENILE ADULT CHILD VICTIM SUSPECT DUPLICATE VIOLENT ALERT "
    "WARNING MARKER MARAC MAPPA NOTES NOTE RISK HIGH LOW MEDIUM TEAM WARD UNIT CARE PLAN LIST ORDER CODE FILE REF "
    "ROOM BED ALIAS AMBER RED GREEN ED VIC WIT SUS PAT MISS DOM PIP MAY NEW OLD SEE NOT USE DO THE AND OF ON IN "
    "IS TO BY WITH NO YES HOMELESS HOSTEL CARER MOTHER FATHER SON DAUGHTER WIFE HUSBAND PARTNER NEIGHBOUR STAFF "
    "CUSTODY INTERPRETER DEAF BLIND SHIELDED RESTRICTED SENSITIVE CONFIDENTIAL VIP DUP DNA DNR LAC MH ASB DV CP "
    "UPDATED MERGED LINKED CHECK CONFIRMED TBC INFORMANT WITNESS JNR SNR JR SR JUNIOR SENIOR TWIN BABY "
    "FALSE CURRENT CLOSED OPEN ARMED KNIFE DOG BEREAVED WIDOW WIDOWER WIDOWED"
)


class Beside(NamedTuple):
    """A cell taken apart: `main` the name proper; other names; former family names; flags in capitals, as sent."""

    main: str
    others: list[str]
    maiden: list[str]
    flags: list[str]


def take_aside(text: str) -> Beside:
    """The name proper, and what stands beside it."""
    if text.isascii() and text.replace(" ", "").replace(",", "").isalpha() and " " not in text.strip():
        return Beside(text, [], [], [])
    found = Beside("", [], [], [])
    if (label := _LABEL.match(text)) and not names_nobody(text[label.end() :]):
        found.flags.append(label[0])
        text = text[label.end() :]
    rest = _starred(text.translate(_BRACKETS), found.flags)
    asides = [*_ASIDE.findall(rest), *(one or other for one, other in _QUOTED.findall(_ASIDE.sub(" ", rest)))]
    quoted = asides[len(_ASIDE.findall(rest)) :]
    rest = _QUOTED.sub(" ", _ASIDE.sub(" ", rest))
    rest = _remarks(rest, found.flags)
    found.maiden.extend(one.strip() for one in _MAIDEN.findall(rest))
    main, *others = _ALIAS.split(_MAIDEN.sub(" ", rest))
    found.others.extend(part for other in others for part in parted(other))
    for aside in asides:
        _sort(aside, main, found, quoted=aside in quoted)
    return found._replace(main=main.strip())


def parted(others: str | None, separator: str = "") -> list[str]:
    """Other names in one cell, parted by ; / or a bar, or as the source says."""
    parts = (others or "").split(separator) if separator else re.split(r"[;/|]", others or "")
    return [part for part in parts if part.strip()]


def joined_flags(flags: list[str]) -> str | None:
    """Flags as one text, sorted and joined by |; one that says the person has died is always the word DECEASED."""
    return "|".join(sorted({_flag(flag) for flag in flags if flag.strip()})) or None


def _flag(flag: str) -> str:
    words = " ".join(re.findall("[A-Z]+", fold(flag)))
    return DEAD if _DIED.fullmatch(words) and "?" not in flag else " ".join(flag.replace("|", "/").upper().split())


def _starred(text: str, flags: list[str]) -> str:
    """Without what stands between or after * and #; a star before the whole name is no more than a mark."""
    if "*" not in text and "#" not in text:
        return text
    rest = _STARS.sub(" ", text)
    if any(letter.isalpha() for letter in rest):
        flags += [one or other for one, other in _STARS.findall(text) if (one or other).strip()]
        return rest
    return re.sub("[*#]+", " ", text)


def _remarks(text: str, flags: list[str]) -> str:
    """Without remarks in the open; they stay where nothing else would be left to read."""
    if (along := _COMPANION.search(text)) and " " in (alone := text[: along.start()]) and not names_nobody(alone):
        flags.append(along[0].strip())
        text = alone
    text = _without(_OF_DEATH, text, flags)
    if (after := _DASHED.search(text)) and set(fold(after[1]).split()) <= NO_NAME - given_names() - {"MAY"}:
        flags.append(after[1])
        text = text[: after.start()]
    for form in (_REMARK, _IC):
        text = _without(form, text, flags)
    return text


def _without(form: re.Pattern[str], text: str, flags: list[str]) -> str:
    """Without what fits the form, unless too little of a name would be left."""
    found = [one.strip(" ,-") for one in form.findall(text)]
    rest = form.sub(_gap, text).strip(" ,;:/-") if found else ""
    doubtful = " " not in fold(rest) and set(fold(" ".join(found)).split()) & _NAMES_TOO
    if doubtful or not fold(rest) or names_nobody(rest) or names_nobody(text):
        return text
    flags += found
    return rest


def _gap(remark: re.Match[str]) -> str:
    """What stays where a remark stood: the comma after it, if it stood between a family name and a given name."""
    end = remark[0][len(remark[0].rstrip(" ,:-")) :]
    return ", " if "," in end and remark.start() > 0 else " "


def _sort(aside: str, main: str, found: Beside, *, quoted: bool) -> None:
    if not fold(aside):
        if aside.strip():
            found.flags.append(aside)
    elif marked := _IS_ALIAS.fullmatch(aside):
        found.others.extend(parted(marked[1]))
    elif marked := _IS_MAIDEN.fullmatch(aside):
        found.maiden.append(marked[1].strip())
    elif _reads_as_name(aside, main, quoted=quoted):
        found.others.append(aside)
    else:
        found.flags.append(aside)


def _reads_as_name(aside: str, main: str, *, quoted: bool) -> bool:
    """A plain given name ('William (Bill)'), alone or with a family name; in quotes any word that is no remark."""
    words, own = fold(aside).split(), fold(main).split()
    if len(words) > 3 or any(letter.isdigit() for letter in aside) or names_nobody(aside):
        return False
    if len(words) == 1 and any(go_together(words[0], name) for name in own if name != words[0]):
        return True
    if set(words) & NO_NAME:
        return False
    return quoted or words[0] in given_names()
