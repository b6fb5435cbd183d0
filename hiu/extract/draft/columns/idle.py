"""Columns that say of a row that nothing happened, or of a time that it is UTC: seen by header and values."""

import re
from collections.abc import Mapping

import polars as pl

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import CODED, spaced, words
from hiu.extract.values.codes import YES_NO
from hiu.extract.values.text import bag

_NOTHING = bag(
    "cancelled canceled cancellation cancel duplicate duplicated dup void voided rescinded dna dnas withdrawn "
    "retracted deleted erroneous abandoned hoax invalid annulled aborted"
)
"""Words of a header, or of its values, by which a row is no contact."""
_SOMETHING = bag(
    "attended accepted arrived answered completed complete confirmed valid seen kept finished attendance engaged "
    "attend achieved present contacted reached occurred happened successful"
)
"""Words of a header below which 'no' says that a row is no contact: Attended?, Accepted?"""
_HAPPENED = re.compile(r"\b(contact (was )?made|made contact|(took|taken) place)\b")
_FILLERS = bag(
    "was is did the patient client pt person call appointment referral visit journey session contact yn y n flag is "
    "made took place face to status"
)
FORMS = (
    "cancel", "abandon", "hoax", "malicious", "duplicate", r"\bdna\b", r"\bdnw\b", r"\blwbs\b", r"no.?shows?\b",
    r"(did|does|do|could) ?(not|n.?t) (attend|wait|stay|engage|answer|arrive|proceed|show)",
    r"no (answer|reply|response|trace|patient|access|contact|entry)", r"wrong (number|person|patient|address)",
    r"(un|not )answered", r"\bsilent\b", r"\b(test|training)\b", "inappropriate",
    r"\bvoid(ed)?\b", r"\berror\b", "withdrawn", "rescind",
    "annul(led)?", "retract", r"\bfalse\b", "witness", r"st(oo|an)d(ing)? ?down", r"left (before|without|prior)",
    "walked out", "self.?discharged before", r"unable to (contact|locate|gain|see|trace)", "reject", "turned away",
    r"\b(cna|uta|wnb|fta|dnc)\b", "(was|were|child|patient) ?not ?brought",
    "fail(ed|ure)? to (attend|engage|arrive|wait)",
    "failed (appointment|visit|contact|encounter)", "unable to attend", "refused (entry|access|to (see|attend|engage))",
    "wasted (journey|visit|call)", "non.?attend", "unsuccessful", r"\bmissed\b", "gone on arrival", r"\bunseen\b",
    r"not (present|seen|there|attended|accepted|at home|in|found|located|required|needed)\b", "abort(ed)?",
    "screened out", "postpone", "resched", "un.?outcomed", "left (a )?(message|voicemail)",
)  # fmt: skip
"""Forms of a code by which a row may be no contact: regular expressions, any case."""
_LEFT = re.compile(
    r"left (before|without|prior)|walked out|self.?discharged before|(did|does|do) ?(not|n.?t) wait|\bdnw\b|\blwbs\b"
    r"|(not |un)seen\W+(\w+ )?left\b|\bleft (the )?(dept|department|ed|unit|building)\b",
    re.I,
)
"""Forms of leaving before being seen: who did was there, which is a sign of need and hides nobody."""
_ATTENDED, _NOT_ATTENDED = frozenset("56"), frozenset("02347")
"""The national codes of ATTENDANCE STATUS: seen, and not seen or not yet (NHS Data Dictionary)."""
_ANY_FORM = re.compile("|".join(f"(?:{form})" for form in FORMS), re.IGNORECASE)
_YES = frozenset(word for word, meaning in YES_NO.items() if meaning == "yes") | {"x", "✓", "✔"}
_NO = frozenset(word for word, meaning in YES_NO.items() if meaning == "no")
_UTC = bag("utc gmt z zulu")
_MOST, _LONGEST = 40, 60


_MARKERS = bag("marker markers warning warnings alert alerts intelligence intel caution cautions flag flags")
_EXPIRES = bag("expiry expires expired grading")
_CONTACTS = bag(
    "call calls incident incidents attendance contact contacts arrival appointment visit referral admission episode "
    "session seen attended outcome disposal log event encounter triage"
)


def says_markers(looks: Mapping[str, Look], name: str) -> list[str]:
    """Headers, or the name, of a list of markers, flags, warnings or intelligence: what is on record about people, and
    no contact of theirs. Empty for a table with a column about contacts, or with one such word alone."""
    marks = [
        h for h, seen in looks.items() if words(h) & _MARKERS and not all(spaced(t) in YES_NO for t in seen.counted)
    ]
    about = any(words(header) & _CONTACTS and not words(header) & _MARKERS for header in looks)
    headers = [*marks, *(header for header in looks if words(header) & _EXPIRES and header not in marks)]
    headers += [name] * bool(words(name) & _MARKERS)
    return headers if len(headers) > 1 and not about else []


def says_utc(header: str) -> bool:
    """Whether a header says that its times are UTC: 'Call Connect (UTC)'."""
    return bool(words(header) & _UTC)


def counted(cells: pl.Series) -> dict[str, int]:
    """Each text of a column, and in how many rows it stands; empty cells left out. None of a column of many texts."""
    texts = cells.str.strip_chars()
    texts = texts.filter(texts != "")
    if not _MOST >= texts.n_unique() > 0:
        return {}
    return dict(sorted(texts.value_counts().iter_rows()))


def nothing_happened(header: str, found: Mapping[str, int]) -> dict[str, int]:
    """Of the texts of a column those by which a row is no contact: yes, or the header's own words, below a header that
    says so ('Cancelled?'); no, or a code of FORMS, below one that says the opposite ('Accepted?'); the national codes
    of not attending below one of attendance. Empty for any other column.
    """
    if national := _national(header, found):
        return national
    negative = bool(words(header) & _NOTHING) or "not attend" in spaced(header)
    positive = bool(words(header) & _SOMETHING or _HAPPENED.search(spaced(header)))
    positive = positive and not words(header) - _SOMETHING - _FILLERS
    answers = {text: answer for text in found if (answer := _answer(text, negative=negative))}
    if not (negative or positive) or not answers:
        return {}
    none = "yes" if negative else "no"
    short = {text for text in found if text not in answers and len(text) <= _LONGEST and not left_early(text)}
    idle = {text for text in short if _ANY_FORM.search(text)} | {text for text in found if answers.get(text) == none}
    return (
        {text: n for text, n in sorted(found.items()) if text in idle} if positive or none in answers.values() else {}
    )


def _national(header: str, found: Mapping[str, int]) -> dict[str, int]:
    codes = {text: text.removesuffix(".0").lstrip("0") or "0" for text in found}
    named = words(header) & {"attended", "attendance", "attend"} and not words(header) & {"category", "type", "number"}
    if not named or not _ATTENDED & {*codes.values()} or not {*codes.values()} <= _ATTENDED | _NOT_ATTENDED:
        return {}
    return {text: n for text, n in sorted(found.items()) if codes[text] in _NOT_ATTENDED}


def left_early(text: str) -> bool:
    """Whether a code says that somebody came, and left before being seen."""
    return bool(_LEFT.search(text))


def _answer(text: str, *, negative: bool) -> str:
    """Whether a text says yes or no, alone or before a remark ('Yes - late', 'N (unwell)'); '' for another word."""
    plain = spaced(text) or text
    if plain in _YES or plain in _NO:
        return "yes" if plain in _YES else "no"
    if negative and words(text) & _NOTHING and len(words(text)) == 1:
        return "yes"
    first = re.match(r"(y|yes|n|no)\b(?! ?/|')", text.strip(), re.IGNORECASE)
    answer = YES_NO[first[1].lower()] if first else ""
    return "" if answer == "no" and _ANY_FORM.search(text) else answer


def by_form(found: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Words of FORMS, in small letters -> the codes of a column that hold them, with their rows; empty for a column of
    long or many texts."""
    if not 0 < len(found) <= _MOST or max(map(len, found)) > _LONGEST:
        return {}
    out: dict[str, dict[str, int]] = {}
    for text, n in found.items():
        if first := _ANY_FORM.search(text):
            out.setdefault(first[0].lower(), {})[text] = n
    return out


def is_code_list(seen: Look) -> bool:
    """Whether a column holds codes, as its header says or its texts that come again and again, and no free text."""
    again = bool(seen.codes) or 2 * seen.distinct <= seen.filled
    return seen.filled > 0 and seen.kind in ("code", "text") and (again or bool(words(seen.header) & CODED))


def is_idle(seen: Look) -> bool:
    """Whether a column says of rows that nothing happened: yes below 'Cancelled?', or codes such as 'stood down'."""
    return bool(nothing_happened(seen.header, seen.counted) or (is_code_list(seen) and by_form(seen.counted)))
