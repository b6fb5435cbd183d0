"""Columns that say of a row that nothing happened, or of a time that it is UTC: seen by header and values."""

from collections import Counter
from collections.abc import Iterable

from hiu.extract.draft.columns.words import spaced, words
from hiu.extract.values.codes import YES_NO
from hiu.extract.values.text import bag

_NOTHING = bag(
    "cancelled canceled cancellation cancel duplicate duplicated dup void voided rescinded dna dnas withdrawn "
    "retracted deleted erroneous abandoned hoax invalid annulled"
)
"""Words of a header, or of its values, by which a row is no contact."""
_YES = frozenset(word for word, meaning in YES_NO.items() if meaning == "yes") | {"x", "✓", "✔"}
_UTC = bag("utc gmt z zulu")


def says_utc(header: str) -> bool:
    """Whether a header says that its times are UTC: 'Call Connect (UTC)'."""
    return bool(words(header) & _UTC)


def nothing_happened(header: str, cells: Iterable[str | None]) -> dict[str, int]:
    """How often each word by which a row is no contact stands below a header that says so; empty for other columns.

    The cells are yes, no or the header's own words ('Cancelled'), so that none of them is about a person.
    """
    if not words(header) & _NOTHING and "not attend" not in spaced(header):
        return {}
    counted = Counter(text for cell in cells if (text := (cell or "").strip()))
    if not all(_is_yes(text) or spaced(text) in YES_NO for text in counted):
        return {}
    return {text: n for text, n in sorted(counted.items()) if _is_yes(text)}


def _is_yes(text: str) -> bool:
    return (spaced(text) or text) in _YES or bool(words(text) & _NOTHING and len(words(text)) == 1)
