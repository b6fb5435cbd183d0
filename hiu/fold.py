"""A text as it is searched for somebody: however letters and digits were spelt, dressed up or spaced out.

A name in full-width letters, a number in another script's digits, a letter of another alphabet that looks like ours, a
character without width between two others, and letters with a space between each tell whom they mean to a reader, so
they do to a search.
"""

import re
import unicodedata
from functools import cache

_ALIKE = str.maketrans("авекмнорстухіјѕԁԛѡαβεικνορτυχ", "abekmhopctyxijsdqwabeiknoptux")
"""Small Cyrillic and Greek letters that look like Latin ones."""
_CAPITALS = str.maketrans("АВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSABEZHIKMNOPTYX")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·]{1,3}[^\W\d_](?![^\W_])){4,}")
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


def in_runs(name: str, runs: list[str]) -> bool:
    """Whether a whole name stands in spaced-out letters."""
    word = re.sub(r"[\W_]", "", folded(name)).casefold()
    return len(word) >= _FEWEST and any(word in run for run in runs)


@cache
def number(digits: str) -> re.Pattern[str]:
    """A number, local ones with letters too, in whatever groups it is written, and not inside a longer one."""
    edge = r"(?<![^\W_])", r"(?![^\W_])"
    return re.compile(edge[0] + r"[ .\-/]{0,2}".join(map(re.escape, folded(digits))) + edge[1], re.IGNORECASE)
