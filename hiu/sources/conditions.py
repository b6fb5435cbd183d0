"""What a mapping may ask of a row, held when the mapping is read: no file ever meets what can't be asked."""

import re
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

STATES = ("present", "absent")
KINDS = ("in", "not_in", "matches", "not_matches")


def regex(text: str) -> str:
    """A pattern that can be compiled. Raises ValueError saying where it can't."""
    try:
        re.compile(text, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a pattern: {error}") from None
    return text


@cache
def column_regex(text: str) -> str:
    """A pattern that columns can be asked for, which knows no look-around. Raises ValueError saying what is wrong."""
    import polars as pl

    try:
        pl.Series([""]).str.contains(f"(?i){text}")
    except pl.exceptions.ComputeError as error:
        problem = re.search(r"error: (.+)", str(error).partition("\n")[2])
        raise ValueError(f"not a pattern: {problem[1] if problem else 'can not be compiled'}") from None
    return text


def _sound(value: str | dict[str, tuple[str, ...]]) -> str | dict[str, tuple[str, ...]]:
    if isinstance(value, str):
        if value not in STATES:
            raise ValueError(f"expected present, absent, or a table of {', '.join(KINDS)}")
        return value
    if not value:
        raise ValueError(f"expected at least one of {', '.join(KINDS)}")
    for kind, words in value.items():
        if kind not in KINDS:
            raise ValueError(f"'{kind}': expected {', '.join(KINDS)}")
        if kind.endswith("matches"):
            if not words:
                raise ValueError(f"'{kind}': expected at least one pattern")
            for word in words:
                column_regex(word)
    return value


Condition = Annotated[str | dict[str, tuple[str, ...]], AfterValidator(_sound)]
"""'present', 'absent', {in = [...]}, {not_in = [...]} (null passes), {matches = [regex]}, {not_matches = [regex]}."""


def in_every_measure(values: object) -> object:
    """The values of a source, with the conditions of its [where] in each of its measures.

    Raises ValueError if a measure has a condition of its own on one of the fields.
    """
    if not isinstance(values, dict) or not isinstance(values.get("where"), dict):
        return values
    common, measures = values["where"], []
    for rule in values.get("measures", ()):
        own = dict(rule.get("where", {}))
        if both := next((field for field in common if own.get(field, common[field]) != common[field]), None):
            raise ValueError(f"[where] '{both}': the measure '{rule.get('name')}' has a condition on it of its own")
        measures.append({**rule, "where": {**common, **own}})
    return {**values, "measures": measures}
