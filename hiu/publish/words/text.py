"""Text as people see it: dates, names made inert and short, and how wide words are drawn.

Widths are those of Helvetica, which Arial and Liberation Sans share, so that labels can be laid out
without a browser.
"""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from hiu.month import Month

NAME_LIMIT = 60
"""Characters of a name that are drawn or printed in a line; the rest becomes an ellipsis."""

_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_WIDTH = {chr(32 + index): int(width) for index, width in enumerate(_WIDTHS.split())}
_WIDE = ("W", "F")
UK = ZoneInfo("Europe/London")
"""The zone of every time that people read or type; tables hold UTC."""
_INVISIBLE = ("C", "Zl", "Zp")


def day(when: date) -> str:
    """A date as people read it: `21 Oct 2026`. Written out, so no locale can change it."""
    return f"{when.day} {Month.of(when).title}"


def uk_time(at: datetime) -> datetime:
    """A time in UTC, with its zone or without, as a clock in the United Kingdom shows it; what people read and type."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UK)


def moment(at: datetime) -> str:
    """A time in UTC as people read it, in UK time: `8 Apr 2026 10:12`."""
    here = uk_time(at)
    return f"{day(here.date())} {here:%H:%M}"


def number(value: float) -> str:
    """A figure with at most one decimal place: `8`, `4.2`."""
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"


def count_of(n: int, one: str, many: str = "") -> str:
    """How many of what: `1 month`, `2,000 months`; `many` where an s at the end does not do it."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def likelihood(chance: float) -> str:
    """A chance in words that never promise certainty: `more than 99% likely`."""
    return (
        "more than 99% likely" if chance > 0.99 else "less than 1% likely" if chance < 0.01 else f"{chance:.0%} likely"
    )


def join_words(words: Iterable[str]) -> str:
    """Words as a list in a sentence: `a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def clean(text: str) -> str:
    """One line without control, formatting (direction marks included) or unassigned characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    flat = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in flat if not unicodedata.category(c).startswith(_INVISIBLE)).split())


def display_name(name: str | None, limit: int = NAME_LIMIT) -> str:
    """A name cleaned and cut to `limit` characters; `Name not known` when nothing is left."""
    whole = clean((name or "")[: limit * 20])
    return shorten(whole, limit) or "Name not known"


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` characters, the last an ellipsis if anything was cut; no dangling accents."""
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut and unicodedata.combining(text[cut]):
        cut -= 1
    return text[:cut].rstrip() + "…"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that `text` takes when drawn at `size` pixels; generous outside ASCII."""
    first, *words = text.split(" ")
    units = _units(first) + sum(_WIDTH[" "] + _units(word) for word in words)
    return units / 1000 * size * (1.07 if bold else 1)


@lru_cache(maxsize=4096)
def _units(word: str) -> int:
    return sum(_WIDTH.get(char) or _other(char) for char in word)


def _other(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 1050 if unicodedata.east_asian_width(char) in _WIDE or ord(char) > 0xFFFF else 667


def wrap(text: str, room: float, size: float, *, bold: bool = False, lines: int = 3) -> list[str]:
    """`text` broken at spaces into at most `lines` lines of `room` pixels; the rest becomes an ellipsis."""
    out = [""]
    for word in text.split():
        longer = f"{out[-1]} {word}".strip()
        if width(longer, size, bold=bold) <= room or not out[-1]:
            out[-1] = longer
        else:
            out.append(word)
    kept = out[:lines]
    if len(out) > lines:
        kept[-1] += "…"
    return [fit(line, room, size, bold=bold) for line in kept]


def fit(line: str, room: float, size: float, *, bold: bool = False) -> str:
    """A text on one line of `room` pixels; what does not fit becomes an ellipsis, even in one long word."""
    if width(line, size, bold=bold) <= room:
        return line
    keep = line.rstrip("…")
    while keep and width(f"{keep}…", size, bold=bold) > room:
        keep = keep[:-1]
    return f"{keep.rstrip()}…"
