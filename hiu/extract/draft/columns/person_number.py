"""Which column numbers people, and which measures them and numbers nobody: an age, a band of ages, a count, a date."""

import re

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import EVENTS, NO_NUMBER, NUMBER, OTHERS, PERSON, spaced, words
from hiu.extract.values.text import bag

_OF_LOGS = bag("ref reference log")
_TURNS = bag("seq sequence order index position line")
_OF_HOSPITAL = bag("hosp hospital no number id")
OF_BANDS = bag("band bands banding range group")
_AGED = re.compile(r"(?:aged? )?\d{1,3}(?:\.0+)? ?(?:y(?:ea)?rs?\.?|y/?o?)(?: old)?|aged? \d{1,3}", re.I)
_BAND = re.compile(r"\d{1,3} ?(?:-|–|to) ?\d{1,3}|\d{2,3} ?\+|(?:under|over|<|>) ?\d{1,3}", re.I)


def is_person_number(seen: Look) -> bool:
    """Whether a column numbers people: 'Person_ID', 'Client ref', or PATIENT above GUIDs and numbers."""
    sent = words(seen.header)
    if (
        not seen.filled
        or (PERSON.isdisjoint(sent) and not {"hosp"} < sent <= _OF_HOSPITAL)
        or not (OTHERS | EVENTS).isdisjoint(sent)
        or "nhs" in sent
        or (sent & PERSON == {"niche"} and sent & _OF_LOGS)
    ):
        return False
    if is_measure(seen) or seen.kind in ("time", "name", "postcode", "sex", "nhs_number") or _is_code(seen):
        return False
    digits = sum(any(map(str.isdigit, value)) for value in seen.counted)
    return digits * 10 >= 9 * seen.distinct and (
        seen.kind == "guid" or not NUMBER.isdisjoint(sent) or not seen.lettered
    )


def _is_code(seen: Look) -> bool:
    """Whether the column has too few values to number people: a gender as 1 and 2, or the turn of a person in a row.

    Taken for a number of a person, either would join strangers.
    """
    turns = all(value.isdigit() and len(value) == 1 for value in seen.counted) and 2 * seen.distinct <= seen.filled
    return (seen.distinct < 3 and seen.filled >= 20) or turns or bool(words(seen.header) & _TURNS)


def are_ages(seen: Look) -> bool:
    """Whether most values are ages with a word or letter that says so: '45 yrs', '45y', 'aged 45'."""
    return 2 * sum(bool(_AGED.fullmatch(value)) for value in seen.counted) > seen.distinct


def is_measure(seen: Look) -> bool:
    """Whether a column measures people, so that its values number none: an age, a band of ages, a count, a date."""
    named = words(seen.header) - ({"count"} if spaced(seen.header).endswith(" id") else set())
    if NO_NUMBER & named or seen.dated or are_ages(seen):
        return True
    return 2 * sum(bool(_BAND.fullmatch(value)) for value in seen.counted) > seen.distinct > 0
