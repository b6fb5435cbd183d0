"""Words that stand where a name or a reference is to be put: they are nobody's signature, wherever they are found."""

import re
import unicodedata

from hiu.errors import UsageError

_WORDS = {
    "", "name", "your name", "my name", "who", "who decided it", "who decided", "who signed it", "who signed",
    "somebody", "someone", "anybody", "person", "nobody", "todo", "tbc", "tbd", "tba", "fixme", "xxx", "n/a",
    "na", "none", "unknown", "placeholder", "example", "to be completed", "to be confirmed", "to fill in",
    "yyyy-mm-dd", "why", "reason", "reference", "reference of the impact assessment",
    "reference of the signed agreement", "the lawful basis, as your privacy notice cites it", "null", "nil", "?",
    "insert name", "insert name here", "name here", "not yet decided", "first last", "firstname lastname",
}  # fmt: skip
_FRAME = " \t\r\n<>[](){}\"'`.,:;!*_-…/\\#="


def is_placeholder(text: str) -> bool:
    """Whether a text names nobody and nothing: the template's words, brackets and capitals apart; or has no letter.

    >>> is_placeholder("<Who decided it>"), is_placeholder("..."), is_placeholder("J. Patel, DPO")
    (True, True, False)
    """
    plain = re.sub(r"[\s_]+", " ", text.strip(_FRAME)).casefold()
    return plain in _WORDS or not any(one.isalnum() for one in plain)


def require_signature(value: object, option: str) -> None:
    """Raises UsageError for a name given that is nobody's; an option that was not given is not looked at."""
    if isinstance(value, str) and value.strip() and is_placeholder(value):
        raise UsageError(f"{option} '{value.strip()}' is nobody's name: say who, by name or role")
    if isinstance(value, str) and not value.strip().isprintable():
        raise UsageError(f"{option}: holds a character that can't be seen; type the name or role again, on one line")


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case, spaces, titles, order of the parts and unseen characters apart."""
    return _parts(one) == _parts(other)


def _parts(name: str) -> frozenset[str]:
    seen = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf")
    return frozenset(re.findall(r"\w+", seen.casefold())) - {"dr", "mr", "mrs", "ms", "miss", "prof"}
