"""What is left of a person in bytes: ids, numbers, names, or a date of birth with a postcode, in any packing."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from hiu.fold import folded, holds_number, in_runs, spaced_out
from hiu.govern.erase.unpack import texts

_NUMBER = re.compile(r"\d{10}")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_LONG = 8
_ESCAPED = re.compile(r"\\(?:[NRTBF]|U[0-9A-F]{4})$")


@dataclass(frozen=True)
class Traces:
    """What tells one person: ids (of the person and of descriptions), NHS numbers, names nobody else has, dates of
    birth with postcodes, which tell them together, and agencies' own numbers of them that nobody else has; births and
    family names by themselves, which tell them in free texts alone."""

    ids: frozenset[str]
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    homes: frozenset[tuple[date, str]] = frozenset()
    locals: frozenset[str] = frozenset()
    births: frozenset[date] = frozenset()
    surnames: frozenset[str] = frozenset()

    @cached_property
    def people(self) -> frozenset[str]:
        """The ids of the person, without those of descriptions."""
        return frozenset(one for one in self.ids if one.startswith("HIU-"))

    @cached_property
    def spelt(self) -> frozenset[bytes]:
        """Every way each id and number is written in a file: 3-3-4, escaped for HTML and JSON, in UTF-16."""
        words = {word for word in (*self.ids, *self.numbers) if word.strip()}
        words |= {f"{n[:3]}{gap}{n[3:6]}{gap}{n[6:]}" for n in self.numbers if _NUMBER.fullmatch(n) for gap in " -"}
        return _spelt(words)

    @cached_property
    def spelt_names(self) -> frozenset[bytes]:
        """The same of each name, in capitals and small letters: beyond ASCII, bytes know no case."""
        names = {name for name in self.names if name.strip()}
        return _spelt({form for name in names for form in (name, name.upper(), name.lower())})

    def as_json(self) -> dict[str, list[object]]:
        """For the note of an erasure that is going on."""
        words = {name: sorted(getattr(self, name)) for name in ("ids", "numbers", "names", "locals", "surnames")}
        words["births"] = [born.isoformat() for born in sorted(self.births)]
        return words | {"homes": [[born.isoformat(), home] for born, home in sorted(self.homes)]}

    @classmethod
    def from_json(cls, found: dict[str, list[str]], homes: list[list[str]]) -> "Traces":
        """Back from the note: `ids`, `numbers` and `names`, and the homes."""
        ids, numbers, names = (frozenset(found[name]) for name in ("ids", "numbers", "names"))
        born = frozenset((date.fromisoformat(born), home) for born, home in homes)
        own, surnames = (frozenset(found.get(name, ())) for name in ("locals", "surnames"))
        births = frozenset(map(date.fromisoformat, found.get("births", ())))
        return cls(ids, numbers, names, born, own, births, surnames)


def _spelt(words: Iterable[str]) -> frozenset[bytes]:
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
    if any(word in upper and _stands(upper, word) for word in traces.spelt_names):
        return True
    return any(_together(upper, born, home) for born, home in traces.homes) or _dressed_up(text, traces)


def _dressed_up(text: bytes, traces: Traces) -> bool:
    try:
        plain = _UNICODE.sub(lambda found: chr(int(found[1], 16)), text.decode())
    except UnicodeDecodeError:
        return False  # no text
    return dressed_up(plain, traces, (one for one in traces.locals if len(one) >= _LONG or not one.isdigit()))


def dressed_up(text: str, traces: Traces, own: Iterable[str]) -> bool:
    """Whether a text tells the person in other letters, or other groups, than those they were sent in.

    `own`: the agencies' numbers that are looked for: a short one of digits alone may be any figure of a table.
    """
    fold = folded(text)
    if holds_number(fold, (*traces.numbers, *traces.people, *own)):
        return True
    runs = spaced_out(fold)
    words = b"" if fold == text else " ".join(fold.split()).upper().encode()
    return any(
        in_runs(name, runs) or (words and _stands(words, folded(name).upper().encode())) for name in traces.names
    )


def _stands(text: bytes, word: bytes) -> bool:
    """Whether a name stands for itself somewhere: Ann Lee is not told by Joann Leeson."""
    if b"\0" in text:
        return True  # no text of single bytes: words there may stand side by side with nothing between
    at = text.find(word)
    while at >= 0:
        before = text[max(0, at - 8) : at].decode("utf-8", "ignore")
        after = text[at + len(word) : at + len(word) + 4].decode("utf-8", "ignore")
        if not after[:1].isalnum() and (not before[-1:].isalnum() or _ESCAPED.search(before)):
            return True
        at = text.find(word, at + 1)
    return False


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
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y", "%Y%m%d"):
        yield day.strftime(form).upper().encode()
    for form in ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y"):
        yield day.strftime(form).upper().encode()
    yield f"{day.day} {day:%b %Y}".upper().encode()
    yield f"{day.day} {day:%B %Y}".upper().encode()


def scrub(text: str, words: Iterable[str], instead: str) -> str:
    """A text with each word taken out; a name of several words only where it stands for itself."""
    for word in sorted(words, key=len, reverse=True):
        edges = (r"(?<![^\W_])", r"(?![^\W_])") if " " in word else ("", "")
        text = re.sub(edges[0] + re.escape(word) + edges[1], lambda _: instead, text, flags=re.IGNORECASE)
    return text
