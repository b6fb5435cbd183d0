"""What contradicts itself about people, as an operator is told of it: counts without names."""

import polars as pl

from hiu.publish.words.terms import CONTRADICTIONS
from hiu.publish.words.text import count_of


def contradictions(conflicts: pl.DataFrame) -> list[str]:
    """A sentence for each kind of contradiction: of how many people. `conflicts` has the columns of that table."""
    counts = dict(conflicts.group_by("what").len().iter_rows())
    return [
        f"{count_of(counts[what], 'person', 'people')}: {words}; see the quality page, and settle it with the sender"
        for what, words in CONTRADICTIONS.items()
        if counts.get(what)
    ]
