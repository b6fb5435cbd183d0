"""Text that is only shown: what a file, a name or a setting says may hold characters that a terminal, a page or a
spreadsheet obeys."""

import re
import unicodedata

_KEPT = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control, invisible (such as those that turn the direction of writing), lone halves, private, and line separators."""
_HARMLESS = "\u00ad\u200c\u200d"
"""Soft hyphen and joiners: names are written with them, and they turn nothing."""
_ACTS = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet takes for a formula."""
_NUMBER = r"[+-]?\d[\d,]*(?:\.\d+)?%?"
_FIGURE = re.compile(rf"{_NUMBER}(?: \({_NUMBER} to {_NUMBER}\))?")
"""A figure, alone or with its range: `-5`, `+8% (-3% to +20%)`."""


def plain(text: str) -> str:
    """Text in which nothing can steer a terminal: control characters are shown as `\\x1b`, line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if _fit(one) else one.encode("unicode_escape").decode("ascii") for one in text)


def one_line(text: str) -> str:
    """The same of what may not begin a line of its own, such as a file's name: line ends and tabs are shown too."""
    return "".join(one.encode("unicode_escape").decode("ascii") if one in _KEPT else one for one in plain(text))


def seen(text: str) -> str:
    """Text as it stands in an output: without control characters and those that turn the direction of writing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one for one in text if _fit(one))


def inert(cell: object) -> str:
    """A cell of a CSV that a spreadsheet shows and never works out: what begins as a formula gets an apostrophe."""
    text = seen(str(cell)) if isinstance(cell, str) else str(cell)
    acts = _ACTS.match(text) and not _FIGURE.fullmatch(text)
    return f"'{text}" if acts else text


def _fit(one: str) -> bool:
    return one in _KEPT or one in _HARMLESS or unicodedata.category(one) not in _UNSEEN
