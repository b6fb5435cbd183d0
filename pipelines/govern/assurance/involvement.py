"""The part that people took: decisions, reviews and overrides on record, counted as counts may leave (Article 22A)."""

import polars as pl

from hiu.govern import records
from hiu.govern.release.disclosure import count_text
from hiu.model import DECISIONS, MEETING_ENTRY, RANKED
from hiu.model.govern import OVERRIDES
from hiu.month import Month
from hiu.publish.words.text import count_of
from pipelines.common.place import Place, published_tables


def involvement(place: Place) -> list[str]:
    """Sentences, without a name: what meetings decided, whether they kept to the order, matches, overrides."""
    entries = records.read(place.records, MEETING_ENTRY).filter(pl.col("value").is_not_null(), field="decision")
    reviewed = records.read(place.records, DECISIONS).filter(pl.col("undone_at").is_null())
    overrides = records.read(place.records, OVERRIDES)
    by = count_of(entries["author"].n_unique(), "person", "people")
    kinds = entries.group_by("value").len().sort("value").iter_rows()
    return [
        f"Decisions that meetings entered: {count_text(entries.height)}, by {by}.",
        *(f"{kind}: {count_text(n)}" for kind, n in kinds),
        *_order(place, entries),
        f"Matches that reviewers decided, in force: {count_text(reviewed.height)}.",
        f"Sheets of people outside support, for a recorded reason: {count_text(overrides.height)}.",
    ]


def _order(place: Place, entries: pl.DataFrame) -> list[str]:
    """Of the latest list with a decision: how many of its first places had one, and how many decisions were beyond."""
    found = [Month.of(day) for day in entries["month"].unique().sort(descending=True)]
    month = next((one for one in found if place.published_folder(one)), None)
    folder = place.published_folder(month) if month else None
    if not month or not folder:
        return ["No decision is on record about a list that is published, so nothing shows yet how the order is used."]
    ranked = published_tables(folder, (RANKED.name,))[RANKED.name]
    top = ranked.filter(pl.col("rank") <= place.settings.rank.top, list="adult")["person_id"]
    decided = entries.filter(month=month.start)["person_id"].unique()
    within = decided.is_in(top.implode()).sum()
    return [
        f"{month.title}: of the first {top.len()} places, with a decision: {count_text(int(within))}; decisions about "
        f"people further down, or not on the list: {count_text(decided.len() - int(within))}."
    ]
