"""Text that a terminal only shows: what a file, a name or a setting says may hold characters that a terminal obeys."""

import unicodedata

_KEPT = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control, invisible (such as those that turn the direction of writing), lone halves, private, and line separators."""
_HARMLESS = "\u00ad\u200c\u200d"
"""Soft hyphen and joiners: names are written with them, and they turn nothing."""


def plain(text: str) -> str:
    """Text in which nothing can steer a terminal: control characters are shown as `\\x1b`, line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if _fit(one) else one.encode("unicode_escape").decode("ascii") for one in text)


def _fit(one: str) -> bool:
    return one in _KEPT or one in _HARMLESS or unicodedata.category(one) not in _UNSEEN
