"""What a system has put round a name in its cell: HL7's marks, escapes of web pages, and what is no part of a name.

A date of birth, a telephone number or an NHS number beside a name is taken off, so that it is read as no name; that it
was there is counted (hiu/extract/rates/beside_names.py), because it is not used.
"""

import html
import re
from urllib.parse import unquote

_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]{2,6});")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    r"\b[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?(?:[0-9]{4}|[0-9]{2})\b|\b[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}\b|"
    rf"\b[0-9]{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ -](?:[0-9]{{4}}|[0-9]{{2}})\b"
)
_BORN = r"\b(?:d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?|b\.)\s*[:=-]?\s*"
_PARTS = (
    ("an e-mail address", r"\S+@\S+"),
    ("a date", rf"(?:{_BORN})?(?:{_DATE})|{_BORN}(?:[0-9]{{8}}|[0-9]{{4}})\b"),
    ("an NHS number", r"\bNHS(?: ?(?:no|num|number))?\.?\s*[:#=-]?\s*[0-9][0-9 -]{7,11}[0-9]\b"),
    (
        "a telephone number",
        r"(?:\b(?:tel|telephone|mob|mobile|phone|ph|contact|call)\b\.?(?: ?(?:no|number)\b)?\.?\s*[:#=-]?\s*)?"
        r"(?:\+\s?44|\b0044|\(?\b0)(?:[ ()-]{0,2}[0-9]){8,10}\b",
    ),
    ("an NHS number", r"\b[1-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{4}\b"),
    ("a postcode", r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b"),
    ("an age",
     r"(?<=[A-Za-z, ])\b(?:aged? ?[0-9]{1,3}\b(?: ?(?:yrs?|years?)(?: old)?)?|[0-9]{1,3} ?(?:yrs?|years?) old\b)"),
    ("a number", r"(?:\b(?:ref|id|mrn|hosp(?:ital)?|crn|pnc|custody|nino)\b\.?(?: ?(?:no|number)\b)?\.?\s*[:#=-]?\s*)?"
     r"\b[A-Z]{0,4}[0-9]{5,}[A-Z]{0,3}\b"),
)  # fmt: skip
_FORMS = tuple((what, re.compile(form, re.I)) for what, form in _PARTS)
MAY_HOLD = r"[0-9@]"
"""What a cell has in it if anything is to be taken off."""


def unwrapped(text: str) -> str:
    """The name without escapes (%20, &#39;), and with HL7's parts as people write them: SMITH^JOHN^^MR is SMITH, JOHN.

    The repetitions of an HL7 name (parted by ~) are other names of the same person.
    """
    if _ESCAPED.search(text):
        text = html.unescape(unquote(text, errors="replace") if re.search("%[0-9A-Fa-f]{2}", text) else text)
    if "^" not in text:
        return text
    first, *others = (_of_hl7(part) for part in text.split("~"))
    return " AKA ".join([first, *(other for other in others if other and other != first)])


def _of_hl7(text: str) -> str:
    family, *given = (part.replace("&", " ").strip(' "') for part in text.split("^"))
    names = " ".join(part for part in given[:2] if part)
    return f"{family}, {names}" if family and names else family or names


def name_alone(text: str) -> tuple[str, tuple[str, ...]]:
    """The cell without dates, numbers and e-mail addresses, and which of these were in it ('a date').

    A number of fewer than five digits, such as an officer's, stays.
    """
    if not any(letter.isdigit() or letter == "@" for letter in text):
        return text, ()
    taken = []
    for what, form in _FORMS:
        text, n = form.subn(" ", text)
        taken += [what] * n
    if not taken:
        return text, ()
    rest = re.sub(r"[(\[{][\s,;:/|-]*[)\]}]", " ", text)
    return re.sub(r"[\s,;:/|-]+$", "", rest), tuple(dict.fromkeys(taken))
