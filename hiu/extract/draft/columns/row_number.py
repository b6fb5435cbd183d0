"""Which column can be the key that a shipped source wants: short, and nearly another one in each row."""

from collections.abc import Sequence

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import EVENTS, NUMBER, OTHERS, PERSON, words
from hiu.extract.values.text import bag
from hiu.sources import Source

_TURNS = bag("seq sequence order index position line")
_WORDS, _LETTERS, _FEW, _SPREAD = 3, 40, 8, 0.2


def may_be_key(field: str, source: Source, seen: Look) -> bool:
    """Whether a column can be a part of the key: no text that people write; one that is the whole key differs from row
    to row. A field that is no part of the key may be anything."""
    if field not in source.key.event or not seen.filled:
        return True
    if source.fields[field].type in ("text", "code") and seen.kind == "time":
        return False  # Time ref is when somebody was referred
    short = sum(len(text.split()) <= _WORDS and len(text) <= _LETTERS for text in seen.counted)
    alone = len(source.key.event) == 1 and source.fields[field].type in ("text", "code")
    spread = seen.filled < _FEW or seen.distinct >= _SPREAD * seen.filled
    # answers such as Y and DNA number nothing, however near the header is to that of a number
    numbered = not alone or any(character.isdigit() for text in seen.counted for character in text)
    return short * 10 >= 9 * seen.distinct and (not alone or spread) and numbered


def row_number(free: Sequence[Look], field: str, source: Source) -> str | None:
    """The header of the number that differs most, of columns named as numbers of no person and filled in every row."""
    if source.fields[field].type not in ("text", "code"):
        return None
    able = [
        seen
        for seen in free
        if words(seen.header) & NUMBER
        and not words(seen.header) & ((OTHERS - {"contact"}) | _TURNS)
        and (not words(seen.header) & PERSON or words(seen.header) & EVENTS)
        and seen.filled == seen.rows > 0
        and not seen.dated
        and may_be_key(field, source, seen)
    ]
    return max(able, key=lambda seen: seen.distinct).header if able else None
