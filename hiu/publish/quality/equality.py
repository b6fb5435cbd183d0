"""The run's equality audit as an operator is told of it: which groups stand out, and what it could notice at all."""

from dataclasses import dataclass

import polars as pl

from hiu.govern.release.disclosure import FEWEST
from hiu.publish.words.text import count_of, join_words
from hiu.rank.reports.equality.audit import power_sentence


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A group of the audit, without a count."""

    group: str
    found: str
    power: str


def audited(table: pl.DataFrame | None) -> list[Audited]:
    """A line for each group of the table `equality`, none where an earlier version published the month without it."""
    return [] if table is None else [_line(row) for row in table.iter_rows(named=True)]


def _line(row: dict[str, object]) -> Audited:
    group = f"{row['characteristic']}: {row['group']}"
    if int(str(row["people"])) < FEWEST:
        return Audited(group=group, found="not said of so few people", power="")
    found = "stands out: look at it" if row["flag"] else "no difference found, which is no proof of none"
    below, above = (None if row[name] is None else float(str(row[name])) for name in ("below", "above"))
    return Audited(group=group, found=found, power=power_sentence(below, above))


def equality_notes(table: pl.DataFrame) -> list[str]:
    """What a run says of its audit: the groups that stand out, or nothing."""
    flagged = [f"{of}: {group}" for of, group in table.filter("flag").select("characteristic", "group").iter_rows()]
    if not flagged:
        return []
    groups = f"{len(flagged)} of {count_of(table.height, 'group')}"
    return [f"equality audit: {groups} stand out among the first places ({join_words(flagged)}); see 'hiu equality'"]
