"""A person's contacts one by one, as the sheet lists them, and what they were about."""

from collections import Counter
from collections.abc import Collection

import polars as pl

from hiu.month import Month
from hiu.publish.danger import counted_in_days
from hiu.publish.episodes import deployed, in_words, is_stay, kind_words, moment, no_finding, why_not_counted
from hiu.publish.words.codes import named, part
from hiu.publish.words.datasets import short_title
from hiu.publish.words.terms import source_words
from hiu.publish.words.text import join_words


def about(timeline: pl.DataFrame, month: Month, sets: Collection[str]) -> str:
    """What the contacts of the latest 12 months were about, by data set (`sets`): how many there were, and of these the
    reasons, each contact under one so that they add up: danger first, then what the police's table has, then the first
    reason sent; and where most were. Empty of one contact alone, as the last is told."""
    counted = timeline.filter("counted", pl.col("ended").is_null(), pl.col("start") >= (month - 11).start)
    out = []
    for name in sets:
        rows = counted.filter(dataset=name).sort("start", descending=True).rows(named=True)
        texts = (named(row, "reason") or ["not recorded"] for row in rows)
        why = Counter(min(own, key=lambda text: not counted_in_days(name, text)) for own in texts)
        grave = [(text, n) for text, n in why.most_common() if counted_in_days(name, text)]
        most = Counter({text: n for text, n in why.items() if (text, n) not in grave}).most_common(2)
        others = why.total() - sum(n for _, n in (*grave, *most))
        words = [f"{text} {n}" for text, n in (*grave, *most, ("others", others)) if n]
        places = Counter(place for row in rows for place in named(row, "site")).most_common(
            2 if name == "police_incident" else 0
        )
        where = f"; most often in {join_words(f'{place} {n}' for place, n in places)}" if places else ""
        if rows:
            out.append(f"{short_title(name)} {len(rows)}: {', '.join(words)}{where}.")
    return " ".join(out) if counted.height > 1 else ""


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
            ", ".join(filter(None, (in_words(row, "site", "ward"), part(row) or no_finding(in_words(row, "role"))))),
            in_words(row, "outcome") or "not supplied",
            why_not_counted(row),
        )
        for row in events
        if row["dataset"] != "ambulance_call" or (row["source"], row["event_id"]) not in behind
    ]
