"""Codes as sent, in our words: code lists, yes and no, sex, ages, local numbers, and what a code lost on the way."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from hiu.extract.values.text import by_word
from hiu.model.words import NOT_KNOWN

SEX = by_word(M="m,male,1,man,boy", F="f,female,2,woman,girl", X="9,i,indeterminate,other,o,non-binary,non binary,nb")
"""Sex or stated gender (NHS Data Dictionary 1, 2, 9; X there is 'not known', as U, 0 and blank are everywhere)."""

YES_NO = by_word(yes="y,yes,true,t,1", no="n,no,false,f,0")

_UNTRACED = (
    "not traced", "no trace", "untraced", "not yet traced", "awaiting trace", "trace failed", "could not be traced",
    "cannot be traced", "not traceable", "not found", "awaiting", "pending", "unverified", "not verified", "see notes",
    "ask", "no number", "no nhs number", "no nhs no", "no nhs", "refused", "declined",
)  # fmt: skip
"""Cells that say so of a number or another detail of a person; as a code they may be an outcome."""

_OF_WHAT = (
    r"^(?:(?:patient|client|person|pt|his|her) )?(?:nhs|hospital|hosp|dob|d o b|date of birth|birth|age|postcode"
    r"|post code|address|name|surname|number|ref|id)(?: (?:no|num|number|date|status))?(?: is| was)? "
)
"""What a cell says is not known, as in 'NHS no. not known'."""

ROUNDED = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
"""A code that a spreadsheet turned into a rounded number: its digits are lost."""

_AGE = re.compile(
    r"[^0-9]*?(?P<years>[0-9]{1,3})(?:\.[0-9]+)?\s*(?P<decade>'?s\b)?\s*(?:(?:-|–|to|or)\s*[0-9]{1,3}(?:\s*'?s\b)?\s*)?"
    r"(?P<unit>m(?:on)?ths?\b|mo\b|w(?:ee)?ks?\b|d(?:ays?)?\b)?(?:[^0-9]+[0-9]{1,2}\s*[mwd][a-z]*)?[^0-9]*",
    re.IGNORECASE,
)
_ABOUT = r"(?:aged?|about|approx(?:imately)?|around|circa|ca?|roughly|est(?:imated)?|looks|early|mid|late|~)[.: -]*"
_OLD = r"(?:'?s|-?ish|\+|y(?:ea)?rs?|y\.?/?o\.?)(?: *(?:old|of age))?"
AGE_FOR_BIRTH = rf"^(?i:(?:{_ABOUT})+[0-9]{{1,3}} *(?:{_OLD})?|[0-9]{{1,3}} *{_OLD}) *\??$"
"""An age in place of a date of birth, which says by a word that it is one: about 35, 35ish, 40s, aged 22, 31 yrs."""
YEAR_OF_BIRTH = rf"^(?i:{_ABOUT})*((?:19|20)[0-9]{{2}})(?:\.0)?\??$"
"""A year of birth alone, which is no age: 1985, c. 1985."""
_NO_ID = r"^(?:0+|9{5,}|X+|N/?A|N/?K|NONE|NULL|UNK(?:NOWN)?|NOT-?KNOWN|TBC|TEMP|TEST)$"


_OPEN = (
    "still|current(?:ly)?|on ?going|open|remain(?:s|ing)?|undischarged|in ?patients?|on (?:the )?ward|on leave|active|"
    "continu(?:es|ing)|present|to date|in (?:a )?bed|in hospital|in situ"
)
_NO_DAY = r"^0{1,4}[/. ]00?[/. ]0{1,4}(?: [0:.]+)?$"
"""How a database writes a date that it has not."""
_GOES_ON = rf"\b(?:{_OPEN})\b|^(?:is |currently )?admitted$|{_NO_DAY}"
_NOT_YET = r"\b(?:not|no|never|nil|awaiting|yet to be)\b[^,;.]*\b(?:discharg\w*|left|ended|closed|end date|d/c|dc)\b"
_OVER = r"\b(?:discharged|died|dead|deceased|rip|transferred|closed|ended|left|ceased|absconded|inactive)\b"
_NOT_OPEN = rf"\b(?:no longer|not|never) (?:an? )?(?:{_OPEN}|admitted)\b"
"""What says that a stay goes on, and what says the contrary."""


def whole(text: pl.Expr) -> pl.Expr:
    """A number kept as text, without the '.0' a spreadsheet adds and the quote it hides behind."""
    return text.str.strip_chars("'\"").str.replace(r"^([0-9]+)\.0+$", "$1")


def coded(text: pl.Expr, codes: Mapping[str, str], *, unlisted: str = "keep") -> pl.Expr:
    """`text`, made `whole`, by the code list, any case; '' in the list means no value. Others are kept, or null."""
    if not codes:
        return text
    lower = {sent.lower(): ours for sent, ours in codes.items()}
    ours = text.str.to_lowercase().replace_strict(lower, default=None, return_dtype=pl.String)
    found = ours if unlisted != "keep" else pl.coalesce(ours, text)
    return pl.when(found != "").then(found)


def unlisted(text: pl.Expr, codes: Mapping[str, str]) -> pl.Expr:
    """Whether a value is there but not in the code list."""
    return text.is_not_null() & ~whole(text).str.to_lowercase().is_in([sent.lower() for sent in codes])


def unknown_words(text: pl.Expr, codes: Mapping[str, str], accepts: Sequence[str] = ()) -> pl.Expr:
    """Whether a value is there that is neither listed, nor one of our own words, nor accepted by a pattern, nor says
    'not known'. Without list and patterns no word is unknown. Words that say so of a number alone, such as 'pending',
    are unknown unless they are listed.
    """
    if not codes and not accepts:
        return pl.lit(False)
    lower = whole(text).str.to_lowercase()
    ours = {word.lower() for word in codes.values()}
    found = unlisted(text, codes) & ~lower.is_in(sorted(ours)) & ~_says(text, NOT_KNOWN)
    for form in accepts:
        found &= ~lower.str.contains(f"(?i){form}")
    return found


def not_known(text: pl.Expr, *, coded: bool = False) -> pl.Expr:
    """Whether a cell says in a word that the value is not known, whatever its type.

    In a field of codes (`coded`) words such as Declined, Refused and Pending are what happened.
    """
    return _says(text, NOT_KNOWN if coded else (*NOT_KNOWN, *_UNTRACED))


def _says(text: pl.Expr, words: Sequence[str]) -> pl.Expr:
    bare = pl.when(~text.str.contains("[0-9]")).then(text)  # the words have no figures, and most cells do
    plain = bare.str.to_lowercase().str.replace_all(r"[\s._:-]+", " ").str.strip_chars(" ()[]?*")
    found = plain.is_in(words) | plain.str.replace(_OF_WHAT, "").is_in(words)
    return pl.when(text.is_not_null()).then(found.fill_null(False))


def still_open(text: pl.Expr) -> pl.Expr:
    """Whether a cell says in words that a stay goes on, as senders write in place of its end: Still inpatient, Current,
    On ward, Not yet discharged. One that says too that it is over says nothing of the kind."""
    plain = text.str.to_lowercase().str.replace_all(r"[\s_-]+", " ")
    over = plain.str.contains(_OVER) & ~plain.str.contains(_NOT_YET)
    return plain.str.contains(rf"{_GOES_ON}|{_NOT_YET}") & ~over & ~plain.str.contains(_NOT_OPEN)


def digits_lost(texts: pl.Series) -> bool:
    """Whether a spreadsheet has kept fifteen digits of longer numbers: all end in 0, and three of them differ."""
    is_long = texts.str.contains(r"^[0-9]{16,}$")
    if not is_long.any():
        return False
    long = texts.filter(is_long).unique()
    return len(long) > 2 and bool(long.str.ends_with("0").all())


def read_age(text: str) -> int | None:
    """Whole years from '28', 'approx 28', '28 yrs', '30s' (35), '25-30' (the first), '18 months'; null over 115, and of
    what is no age, such as 1012 or a date."""
    found = _AGE.fullmatch(text)
    if not found or re.match(r"\s*-[0-9]", text):
        return None
    years = int(found["years"])
    if found["decade"]:
        years += 5
    if unit := (found["unit"] or "").lower():
        years //= {"m": 12, "w": 52, "d": 365}[unit[0]]
    return years if years <= 115 else None


def local_id(text: pl.Expr, drop: str = "") -> pl.Expr:
    """A local number folded: capitals, no spaces, nothing between letters in front and figures, and without what `drop`
    finds first. Placeholders, rounded and very short numbers are null."""
    sent = whole(text.str.strip_chars()).str.to_uppercase()
    bare = sent.str.replace_all(r"[^A-Z0-9/-]", "")
    bare = bare.str.replace(r"^([A-Z]+)[/-]+([0-9])", "$1$2")
    bare = bare.str.replace(drop, "") if drop else bare
    return pl.when((bare.str.len_chars() >= 3) & ~bare.str.contains(_NO_ID) & ~sent.str.contains(ROUNDED)).then(bare)
