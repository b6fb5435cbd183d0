"""What was recorded at a sitting, from the records alone: the batches of a person, and what the last of them undoes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

from hiu.publish.rows import Row

Batch = list[Row]
"""What was recorded about a person at once."""


def standing(entries: pl.DataFrame, person: str, month: date) -> list[Batch]:
    """The batches about a person on a month's list (its first day) that were not taken back since, oldest first.

    A batch that says the opposite of the one before it takes that back.
    """
    own = entries.filter(pl.col("person_id") == person, pl.col("month") == month)
    out: list[Batch] = []
    for batch in _batches(own):
        if out and _changes(batch) == {key: pair[::-1] for key, pair in _changes(out[-1]).items()}:
            out.pop()
        else:
            out.append(batch)
    return out


def _batches(own: pl.DataFrame) -> list[Batch]:
    ordered = own.sort("row_version", "entered_at", maintain_order=True)
    return [rows.to_dicts() for rows in ordered.partition_by("row_version", maintain_order=True)]


def reversed_batch(batch: Batch, *, author: str, now: datetime, version: int) -> Batch:
    """The rows that put back what a batch changed: each value and the one before it change places.

    `now` is UTC without a zone, `version` that of the person's row after it. Fields that shared a time share one again.
    """
    times = {at: now + timedelta(microseconds=turn) for turn, at in enumerate(sorted({r["entered_at"] for r in batch}))}
    return [
        {
            **row,
            "value": row["old_value"],
            "old_value": row["value"],
            "author": author,
            "entered_at": times[row["entered_at"]],
            "row_version": version,
        }
        for row in batch
    ]


def _changes(batch: Batch) -> Mapping[tuple[str, int], tuple[str | None, str | None]]:
    """Value and the value before of each field; fields of several actions are told apart by their order."""
    seen: dict[str, int] = {}
    out: dict[tuple[str, int], tuple[str | None, str | None]] = {}
    for row in batch:
        turn = seen[row["field"]] = seen.get(row["field"], 0) + 1
        out[row["field"], turn] = (row["value"], row["old_value"])
    return out
