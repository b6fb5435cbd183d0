"""An erased person's words in what others wrote: taken out of a text, refused in what the log would keep for ever."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from rapidfuzz import fuzz

from hiu.errors import UsageError
from hiu.fold import folded, number, without_runs
from hiu.govern.erase.person_forms import without_day, without_initialled
from hiu.govern.erase.residue import Traces, date_forms, dressed_up, scrub

_GAP = r"[\W_]+"
SIGNED = ("--by", "--checker", "--reviewer")
"""Options that say who did something: a family name alone may be theirs."""
TITLE = r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sgt|PC|DC|Nurse)\.?\s+"
_NEARLY = 80
INSTEAD = "'request of 3 April, upheld'"


def redact(text: str, traces: Traces, instead: str) -> str:
    """A text without what tells the person: ids, numbers in any grouping, names however spaced, birth with postcode.

    A text that tells them in other letters, or letter by letter, is put into plain ones; if it still tells, it goes.
    """
    out = _redact(text, traces, instead)
    if dressed_up(out, traces, traces.locals):
        plain = without_runs(folded(out), traces.names, instead)
        out = _redact(plain, traces, instead)
    return instead if dressed_up(out, traces, traces.locals) else out


def redact_loosely(text: str, traces: Traces, instead: str) -> str:
    """A text of somebody else's record without the person: initials with a family name too, unless they are all of it,
    as of staff who sign; their births, however written; and where anything told them, postcodes, the family name behind
    a title, and names that are nearly theirs."""
    out = redact(text, traces, instead)
    for first, last in (name.split() for name in traces.names if len(name.split()) == 2 and "," not in name):
        out = without_initialled(first[0], last, out, instead)
    for born in {*traces.births, *(born for born, _ in traces.homes)}:
        plain = without_day(born, out, instead)
        out = out if plain.strip() == instead else plain
    if out == text:
        return out
    for _, home in traces.homes:
        out = re.compile(r"\s*".join(home.replace(" ", "")), re.IGNORECASE).sub(instead, out)
    for family in traces.surnames:
        out = titled(family).sub(instead, out)
    whole = [name.casefold() for name in traces.names if "," not in name]
    for pair in re.findall(r"(?=(?<!\w)([^\W\d_]{3,} [^\W\d_]{3,}))", out):
        if any(fuzz.ratio(pair.casefold(), name) >= _NEARLY for name in whole):
            out = out.replace(pair, instead)
    return out


def titled(family: str) -> re.Pattern[str]:
    """A family name behind a title."""
    return re.compile(TITLE + _name(family).pattern, re.IGNORECASE)


def _redact(text: str, traces: Traces, instead: str) -> str:
    out = scrub(text, traces.ids, instead)
    for digits in traces.numbers:
        out = re.sub(r"(?<!\d)" + r"[\s.\-]*".join(digits) + r"(?!\d)", instead, out)
    for own in (*traces.locals, *traces.people):
        out = number(own).sub(lambda _: instead, out)
    for name in sorted(traces.names, key=len, reverse=True):
        out = _name(name).sub(instead, out)
    for born, home in traces.homes:
        days = [re.compile(re.escape(form.decode()), re.IGNORECASE) for form in date_forms(born)]
        place = re.compile(r"\s*".join(home.replace(" ", "")), re.IGNORECASE)
        if place.search(out) and any(day.search(out) for day in days):
            out = place.sub(instead, out)
            for day in days:
                out = day.sub(instead, out)
    return out


def tells_person(
    texts: Mapping[str, str], traces: Traces, births: Iterable[date], surnames: Iterable[str]
) -> str | None:
    """The first of some texts that tells the person: its option; None if none does. `texts` = option -> what was given.

    A family name alone counts in what is written and not in who did it, who may be called the same.
    """
    days = {form.decode() for born in births for form in date_forms(born)}
    alone = [_name(name) for name in surnames if len(name) > 2]
    for option, text in texts.items():
        reveals = redact(text, traces, "\0") != text or any(day in text.upper() for day in days)
        reveals = reveals or any(place in text.upper().replace(" ", "") for place in _homes(traces))
        if reveals or (option not in SIGNED and any(_capital(name, text) for name in alone)):
            return option
    return None


def telling(option: str) -> str:
    """What is said of a text that may tell who somebody is; it confirms nothing."""
    return (
        f"{option} may tell who somebody is: it holds what could be a name, a number, a date of birth, an address or a "
        f"postcode, and the log keeps it for ever. Nothing was changed. Give the role, such as 'a neighbour', and "
        f"where the details are kept, such as {INSTEAD}"
    )


def require_unnamed(texts: Mapping[str, str], traces: Traces, births: Iterable[date], surnames: Iterable[str]) -> None:
    """Refuse texts for the audit log that tell the person: the log can't forget. Raises UsageError."""
    if option := tells_person(texts, traces, births, surnames):
        raise UsageError(telling(option))


def _homes(traces: Traces) -> set[str]:
    return {home.upper().replace(" ", "") for _, home in traces.homes}


def _name(name: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.findall(r"\w+", name)]
    return re.compile(rf"(?<![^\W_]){_GAP.join(parts)}(?![^\W_])", re.IGNORECASE)


def _capital(name: re.Pattern[str], text: str) -> bool:
    """A family name that is written as one: 'Mr May', never the month in '3 May'."""
    return any(
        found[0][:1].isupper() and not re.search(r"\d\s*$", text[: found.start()]) for found in name.finditer(text)
    )
