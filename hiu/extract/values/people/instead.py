"""Who stands in a name's cell instead of the person: a professional, kin told by the person's name, nobody at all.

'PC Plum' is whoever attended, 'John's mother' is not John, and 'Mr' is nobody. A surname that is such a word too stays
a person's where a given name stands beside it, or where the cell has the family name first ('CONSTABLE, John').
"""

import re
from collections.abc import Iterable, Sequence

from hiu.extract.values.people.given import given_names
from hiu.extract.values.text import bag

_RANKS = bag(
    "PC WPC PS WPS DC DS SGT INSP SUPT PCSO SPC TDC CONST CPN AMHP RMN SHO FY1 FY2 PARAMEDIC DETECTIVE SERGEANT "
    "INSPECTOR SUPERINTENDENT OFFICER POLICEMAN POLICEWOMAN"
)
"""Ranks and posts that begin no person's name."""
_SURNAMES_TOO = bag("CONSTABLE NURSE SISTER DOCTOR MATRON PROFESSOR MAJOR CAPTAIN DR")
_TITLES = bag("MR MRS MS MISS MX DR PROF SIR MADAM REV AND")
_KIN = (
    "mother|mum|mam|mom|father|dad|parents?|wife|husband|partner|girlfriend|boyfriend|ex|son|daughter|brother|sister|"
    "aunt|uncle|nan|gran|grandmother|grandfather|grandson|granddaughter|neighbou?r|friend|carer|child|children|kids?|"
    "baby|flatmate|housemate|landlord|landlady|boss|doctor|gp|nurse|social worker|support worker|house|home|address"
)
_POSSESSIVE = re.compile(rf"[a-z]['’`´]s?,?\s+(?:[a-z]+\s+)?(?:{_KIN})\b", re.I)
_FOR = re.compile(r"\b(?:OBO|O/B/O|ON BEHALF OF|C/O|CARE OF)(?=\W|$)", re.I)
_OF = re.compile(
    rf"(.*\W)?({_KIN}|next of kin|nok|relative|representative|advocate|solicitor|family)\s+(of|for)\b.*", re.I
)
_MANY = "MALES|FEMALES|YOUTHS|PEOPLE|PERSONS|MEN|WOMEN|BOYS|GIRLS|KIDS|CHILDREN|ADULTS|TEENAGERS|STUDENTS|PATIENTS"
CALLER_SELF = (
    r"^(?i:\W*(?:(?:the )?same (?:as )?|as )(?:the |for )?(?:caller|informant|reporter|complainant)(?: above)?\W*|"
    r"\W*(?:(?:the )?(?:caller|patient|pt|client|service[ -]?user|s/u)[ /:-]*)?(?:is )?"
    r"(?:self|him ?self|her ?self|them ?sel(?:f|ves)|my ?self)"
    r"(?:[ /-]*(?:caller|calling|referr(?:al|ed|er)|report(?:ed|er|ing)?|patient))?\W*|"
    r"\W*(?:the )?(?:caller|patient|pt|client|service[ -]?user|s/u)[ /=]*(?:is )?(?:the |also )*"
    r"(?:caller|patient|pt|client|service[ -]?user|s/u)\W*)$"
)
"""Cells by which the patient is whoever called: 'Self', 'as caller', 'Pt is caller'."""
PATIENT = r"^(?i:\W*(?:the )?(?:caller|patient|pt|client|service[ -]?user|s/u)\W*)$"
"""Cells that say whose name should stand there, and not the name."""
_CALLER = re.compile(
    r"(?!.*(phone|tel\b|mobile|number|\bno\b|ref\b|\bid\b|mail)).*(caller|informant|reporter|"
    r"complainant|(report|call|phon)ed ?(in )?by|rung by)",
    re.I,
)
_FOR_NOBODY = re.compile(f"{CALLER_SELF}|{PATIENT}")
_EMPTY = re.compile(
    r"(NULL|NA|N A)( (NULL|NA|N A))*|(TBC|TBA)( (TBC|TBA))*|T B [AC]|U K|"
    r"(NOW |SADLY )?(DECEASED|DECD)|(DID|WOULD|WILL|COULD|DOES|CAN) ?(NOT|NT) .*|NEXT DOOR( .*)?|.+ TEAM|(.+ )?FAMILY|"
    rf"(TWO|THREE|FOUR|FIVE|SIX|MANY|[0-9]+)( X)? (.* )?({_MANY})( .*)?|(PERSON|SUBJECT|FEMALE|PARTY) [A-Z]|"
    r"(FLAT|ROOM|BED|CELL|BAY|CUBICLE|APARTMENT|UNIT|TABLE) [0-9]+[A-Z]?|.+ (SHOP|STORES|SUPERMARKET)|"
    r"M(ICKEY)? MOUSE|DONALD DUCK|(JOE|FRED) BLOGGS|A PERSON|SOMEONE|SOMEBODY|NOBODY|ANYBODY|ASDF+[A-Z]*|QWERTY|"
    r"PERSON UNKNOWN|INFORMATION|DETAILS|NO (ID|NAME)"
)  # fmt: skip
WORDS = (
    _RANKS | _SURNAMES_TOO | _TITLES | bag(_MANY.replace("|", " "))
    | bag("OBO BEHALF NULL NA TBC TBA TEAM FAMILY SHOP STORES SUPERMARKET MOUSE DUCK BLOGGS DECEASED DECD CARE")
    | bag(re.sub(r"\W+", " ", _KIN.upper()))
    | bag("SELF SELVES HIMSELF HERSELF THEMSELF THEMSELVES MYSELF CLIENT S U USER CALLER INFORMANT REPORTER")
    | bag("COMPLAINANT PATIENT PT SERVICEUSER")
) - bag("EX NAN BOSS CHILD BABY HOUSE HOME FRIEND")  # fmt: skip
"""Words that a rule here may turn on: a name without one is read a whole column at once."""


def somebody_else(text: str, words: Sequence[str]) -> bool:
    """Whether the cell names nobody whom the row is about; `words` are its words in capitals, without marks."""
    joined = " ".join(words)
    if _FOR_NOBODY.fullmatch(text) or _EMPTY.fullmatch(joined) or not set(words) - _TITLES - _RANKS:
        return True
    if _POSSESSIVE.search(text) or _OF.fullmatch(text.strip()):
        return True
    return _professional(text, words) or _for_another(text) == ""


def _professional(text: str, words: Sequence[str]) -> bool:
    """A rank or a post, and a name after it: never after a comma, where the first word is a family name."""
    if "," in text and text.split(",")[0].strip().upper() in _RANKS | _SURNAMES_TOO:
        return False
    first, rest = words[0], words[1:]
    if first in _RANKS:
        return len(rest) > 0 and "," not in text.partition(" ")[0]
    return first in _SURNAMES_TOO and len(rest) == 1 and rest[0] not in given_names() and len(rest[0]) > 1


def _for_another(text: str) -> str | None:
    """Who speaks on behalf of somebody, as sent ('' if it is not told); None if nobody does."""
    found = _FOR.search(text)
    return text[: found.start()].strip(" ,-") if found else None


def on_behalf(text: str) -> bool:
    """Whether a cell names somebody and another person on whose behalf: 'SMITH, John OBO JONES, Mary'."""
    return bool(_for_another(text))


def callers(headers: Iterable[str]) -> list[str]:
    """The headers that are about whoever called, and no number or telephone of theirs."""
    return [header for header in headers if _CALLER.match(header.replace("_", " "))]
