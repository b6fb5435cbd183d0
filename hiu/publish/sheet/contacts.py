"""A person's contacts one by one, as the sheet lists them."""

import polars as pl

from hiu.publish.episodes import deployed, in_words, is_stay, kind_words, moment, why_not_counted
from hiu.publish.words.codes import part
from hiu.publish.words.terms import source_words


def contacts(timeline: pl.DataFrame) -> list[tuple[str, ...]]:
    """The contacts of one person, latest first: when, from which source, what, the reason, where and in which part, how
    it ended, and why it was not counted. What was not sent is said to be so; the call behind a deployment is not there
    again."""
    events = [row for row in timeline.sort("start", "dataset", descending=True).rows(named=True) if not is_stay(row)]
    behind = deployed(events)
    return [
        (
            moment(row["start"]),
            source_words(row["source"]),
            kind_words(row["dataset"], 1),
            in_words(row, "reason") or "not recorded",
            ", ".join(filter(None, (in_words(row, "site", "ward"), part(row) or in_words(row, "role")))),
            in_words(row, "outcome") or "not supplied",
            why_not_counted(row),
        )
        for row in events
        if row["dataset"] != "ambulance_call" or (row["source"], row["event_id"]) not in behind
    ]
