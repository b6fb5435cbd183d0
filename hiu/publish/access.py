"""Who may be shown: people supported, and candidates in the top N; nobody else (G18, G57).

The list goes to group members under the sharing agreement; a person who is neither has no row, no chart
and no name in it.
"""

from __future__ import annotations

import polars as pl


def visible(ranked: pl.DataFrame, top: int) -> pl.DataFrame:
    """Rows of the ranked list that may be shown, by list and rank: supported, or in the top N of their list."""
    place = pl.col("rank").rank("ordinal").over("list")
    shown = (pl.col("access") == "supported") | (place <= top)
    return ranked.filter(shown).sort("list", "rank", "person_id")


def charted(ranked: pl.DataFrame, top: int, charts: int, *, candidates: bool = True) -> list[str]:
    """Ids of the people whose chart is drawn, in list order: at most `charts` of those who may be shown.

    `candidates=False` withholds the charts of people who are not supported.
    """
    shown = visible(ranked, top)
    kept = shown if candidates else shown.filter(pl.col("access") == "supported")
    return kept["person_id"].to_list()[:charts]
