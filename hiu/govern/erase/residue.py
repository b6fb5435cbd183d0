"""What is left of a person in bytes: ids, numbers, names, or a date of birth with a postcode, in any packing."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from hiu.govern.erase.unpack import texts

_NUMBER = re.compile(r"\d{10}")


@dataclass(frozen=True)
class Traces:
    """What tells one person: ids (of the person and of descriptions), NHS numbers, names nobody else has, and
    dates of birth with postcodes, which tell them together."""

    ids: frozenset[str]
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    homes: frozenset[tuple[date, str]] = frozenset()

    @cached_property
    def spelt(self) -> frozenset[bytes]:
        """Every way each word is written in a file: 3-3-4, escaped for HTML and JSON, in UTF-16."""
        words = {word for word in (*self.ids, *self.numbers, *self.names) if word.strip()}
        words |= {f"{n[:3]}{gap}{n[3:6]}{gap}{n[6:]}" for n in self.numbers if _NUMBER.fullmatch(n) for gap in " -"}
        forms = {form for word in words for form in (word, html.escape(word), json.dumps(word)[1:-1])}
        # of bytes, so that letters beyond ASCII are left as they are, here and in what is searched
        return frozenset(form.encode(code).upper() for form in forms for code in ("utf-8", "utf-16-le"))


def trace_places(name: str, content: bytes, traces: Traces) -> list[str]:
    """Where a person is left in a file: a name or member each; empty = nowhere. Never what was found."""
    return sorted({where for where, text in texts(name, content) if _in(text, traces) or traces_in_name(where, traces)})


def traces_in_name(name: str, traces: Traces) -> bool:
    """Whether a file's name tells the person."""
    return any(word.casefold() in name.casefold() for word in (*traces.ids, *traces.numbers))


def _in(text: bytes, traces: Traces) -> bool:
    upper = text.upper()
    if any(word in upper for word in traces.spelt):
        return True
    return any(_together(upper, born, home) for born, home in traces.homes)


def _together(text: bytes, born: date, home: str) -> bool:
    """A date of birth and a postcode in one line."""
    places = {home.upper().encode(), home.replace(" ", "").upper().encode()}
    if not any(place in text for place in places):
        return False
    days = set(date_forms(born))
    return any(
        any(place in line for place in places) and any(day in line for day in days) for line in text.split(b"\n")
    )


def date_forms(day: date) -> Iterator[bytes]:
    """A date as files write it, in upper case."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y"):
        yield day.strftime(form).upper().encode()
    yield f"{day.day} {day:%b %Y}".upper().encode()


def scrub(text: str, words: Iterable[str], instead: str) -> str:
    """A text with each word taken out."""
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(re.escape(word), instead, text, flags=re.IGNORECASE)
    return text
