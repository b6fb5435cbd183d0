"""A text as it is searched for somebody: however letters and digits were spelt, dressed up or spaced out.

A name in full-width letters, a number in another script's digits, a letter of another alphabet that looks like ours, a
character without width between two others, and letters with a space between each tell whom they mean to a reader, so
they do to a search.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

_ALIKE = str.maketrans("авекмнорстухіјѕԁԛѡαβεικνορτυχ", "abekmhopctyxijsdqwabeiknoptux")
"""Small Cyrillic and Greek letters that look like Latin ones."""
_CAPITALS = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·]{1,3}[^\W\d_](?![^\W_])){4,}")
_GAPS = {ord(sign): None for sign in " .-/"}
_FEWEST = 6
"""Letters of a name that are looked for in spaced-out ones: fewer are initials."""


def folded(text: str) -> str:
    """The text in plain letters and digits: compatible forms, look-alikes and accents as the letter, no width none."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(map(_plain, parts)).translate(_ALIKE).translate(_CAPITALS)


@cache
def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Mn", "Cf", "Me"):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(char))
    return "-" if kind == "Pd" else " " if kind == "Zs" else char


def spaced_out(text: str) -> list[str]:
    """Runs of five letters and more that stand one by one, each run as one word in small letters."""
    return [re.sub(r"[\W_]", "", run).casefold() for run in _SPACED.findall(text)]


def without_runs(text: str, names: Iterable[str], instead: str) -> str:
    """A folded text without the spaced-out letters in which a whole name stands."""
    found = list(names)

    def plain(run: re.Match[str]) -> str:
        return instead if any(in_runs(name, spaced_out(run[0])) for name in found) else run[0]

    return _SPACED.sub(plain, text)


def in_runs(name: str, runs: list[str]) -> bool:
    """Whether a whole name stands in spaced-out letters."""
    word = re.sub(r"[\W_]", "", folded(name)).casefold()
    return len(word) >= _FEWEST and any(word in run for run in runs)


def holds_number(text: str, numbers: Iterable[str]) -> bool:
    """Whether a folded text holds one of the numbers, local ones with letters too, in whatever groups."""
    close = text.translate(_GAPS).upper()
    return any(_bare(one) in close and number(one).search(text) for one in numbers)


@cache
def number(word: str) -> re.Pattern[str]:
    """A number in whatever groups it is written, and not inside a longer one."""
    signs = map(re.escape, _bare(word))
    return re.compile(r"(?<![^\W_])" + r"[ .\-/]{0,2}".join(signs) + r"(?![^\W_])", re.IGNORECASE)


def _bare(word: str) -> str:
    return re.sub(r"[\W_]", "", folded(word)).upper()
