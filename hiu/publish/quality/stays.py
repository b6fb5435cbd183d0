"""Open stays that nobody closes: what the operator is told of them, in counts without names."""

from collections.abc import Iterator

import polars as pl

from hiu.month import Month
from hiu.publish.words.text import count_of

LONG = 12
"""Months after which an open stay that was not sent again is worth a question."""


def open_stays(stays: pl.DataFrame, month: Month) -> list[str]:
    """A sentence a source: its open stays that later files leave out, and those not sent for a year.

    `stays` has the columns of the table `stay`.
    """
    return [*_dropped(stays), *_long(stays, month)]


def _dropped(stays: pl.DataFrame) -> Iterator[str]:
    """Stays that end with the month of the last file that had them, since each file sends every open stay."""
    for source, rows in _by_source(stays.filter(pl.col("ended") == "open_not_resent")):
        them = count_of(rows.height, "open stay is", "open stays are")
        yield (
            f"{source}: {them} left out by the files that came later (open_not_resent; last sent in {_months(rows)}). "
            "Nights are counted to the end of the month in which a stay was last sent. Ask the sender when each ended. "
            f'If a stay is sent only when it changes, write open_stays = "once" under [file] in {source}.toml'
        )


def _long(stays: pl.DataFrame, month: Month) -> Iterator[str]:
    """Open stays that go on although nothing was heard of them for a year."""
    quiet = pl.col("last_sent") <= (month - LONG).start
    for source, rows in _by_source(stays.filter(pl.col("ended") == "open", quiet)):
        them = count_of(rows.height, "open stay was", "open stays were")
        yield (
            f"{source}: {them} last sent {LONG} months ago or more ({_months(rows)}), and nights are counted to the "
            "end of the last month supplied. Ask the sender whether each has ended"
        )


def _by_source(stays: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (source,), rows in stays.sort("source", "last_sent").group_by(["source"], maintain_order=True):
        yield str(source), rows


def _months(rows: pl.DataFrame) -> str:
    counted = rows.group_by("last_sent").len().sort("last_sent", descending=True)
    shown = [f"{Month.of(day).title} {n}" for day, n in counted.head(6).iter_rows()]
    return ", ".join([*shown, *["and earlier"] * (counted.height > len(shown))])
