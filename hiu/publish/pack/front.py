"""The pack's first screen: what changed, last month's actions, reviews, missing feeds, matches to look at."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from hiu.month import Month
from hiu.publish.feeds import missing_feeds
from hiu.publish.meeting import actions_of, entries_of
from hiu.publish.pack.people import date_in, value_of
from hiu.publish.pack.reviews import going, reviews
from hiu.publish.words.text import clean, day
from hiu.settings import Settings

CHANGES = {
    "new": "New on the list",
    "returned": "Returned",
    "rising": "Rising",
    "falling": "Falling",
    "left": "Left the list",
    "merged": "Records joined",
    "split": "Records separated",
    "restated": "Figures restated",
}
"""Kind of change and its heading, in the order they are shown; the first five always have a heading."""
ALWAYS = ("new", "rising", "falling", "left")

MATCHES = 10
"""Pairs shown; the rest are counted."""


def front(
    tables: Mapping[str, pl.DataFrame], shown: Collection[str], month: Month, settings: Settings
) -> dict[str, Any]:
    """Plain values of the first screen. People are given by id; `shown` are those the pack may name."""
    before = tables["meeting_entry"].filter(pl.col("month") < month.start)
    entries = entries_of(before)
    found = reviews(tables["support"], entries, month, settings)
    return {
        "changes": changes(tables["changes"]),
        "actions": actions(before, month),
        "decisions": decisions(before, month - 1),
        "overdue": by_person([review for review in found if review["late"]]),
        "due": by_person([review for review in found if not review["late"]]),
        "feeds": missing_feeds(tables["coverage"], month),
        "matches": matches(tables["review_queue"], tables["decisions"], shown),
        "unlisted": unlisted(tables["support"], shown, month),
    }


def by_person(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Reviews of one person together, in the order of each person's first: person id, late, what and words."""
    out: dict[str, dict[str, Any]] = {}
    for review in found:
        own = out.setdefault(review["id"], {"id": review["id"], "late": review["late"], "said": []})
        own["said"].append((review["what"], review["words"]))
    return list(out.values())


def changes(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Changes by kind: heading, entries of person id (may be None), words and ranks."""
    groups = []
    for kind, heading in CHANGES.items():
        rows = found.filter(pl.col("kind") == kind).sort("rank_now", "rank_before", "what", nulls_last=True)
        entries = [{"id": row["person_id"], "what": clean(row["what"])} for row in rows.iter_rows(named=True)]
        if entries or kind in ALWAYS:
            groups.append({"kind": kind, "heading": heading, "entries": entries})
    return groups


def actions(before: pl.DataFrame, month: Month) -> list[dict[str, Any]]:
    """What people took on: open ones, the latest due last, then those done since last month's list was met about."""
    recent = set(before.filter(pl.col("month") == (month - 1).start)["person_id"])
    out = []
    for action in actions_of(before):
        due = date_in(action.due)
        done = action.done == "yes"
        if done and action.person_id not in recent:
            continue
        late = not done and due is not None and due <= month.end
        out.append(
            {
                "id": action.person_id,
                "what": clean(action.action),
                "owner": clean(action.owner) or "nobody",
                "due": day(due) if due else "no date",
                "when": due,
                "late": late,
                "done": done,
            }
        )
    return sorted(out, key=lambda one: (one["done"], one["when"] or date.max, one["id"]))


def decisions(before: pl.DataFrame, about: Month) -> list[dict[str, Any]]:
    """What the last meeting decided: person id, decision, owner, next review, author."""
    out = []
    for person_id, rows in entries_of(before).items():
        held = {entry["field"]: entry for entry in rows}
        made = held.get("decision")
        if made and made["value"] and made["month"] == about.start:
            words = {
                name: value_of(held[name]) if name in held else "" for name in ("decision", "owner", "next_review")
            }
            out.append({"id": person_id, **words, "author": clean(made["author"])})
    return sorted(out, key=lambda one: one["id"])


def matches(queue: pl.DataFrame, decided: pl.DataFrame, shown: Collection[str]) -> dict[str, Any]:
    """Pairs nobody has decided on and whose answer could change the list, the most telling first.

    One of the two at least is among `shown`.
    """
    done = decided.filter(pl.col("undone_at").is_null(), pl.col("decision") != "unsure")
    pair = ["identity_a", "identity_b"]
    both = pl.concat([done.select(pair), done.select(identity_a="identity_b", identity_b="identity_a")])
    named = pl.col("person_a").is_in(list(shown)) | pl.col("person_b").is_in(list(shown))
    open_pairs = queue.filter(pl.col("priority") > 0, named).join(both, on=pair, how="anti")
    ordered = open_pairs.sort("priority", *pair, descending=[True, False, False])
    return {
        "total": ordered.height,
        "pairs": [
            {"a": row["person_a"], "b": row["person_b"], "said": _doubt(row)}
            for row in ordered.head(MATCHES).iter_rows(named=True)
        ],
    }


def _doubt(row: dict[str, Any]) -> str:
    """Why a pair is in doubt. Two descriptions of one record may be unlike each other and joined by others between."""
    chance = f"{row['match_probability']:.0%} likely one person"
    if row["person_a"] == row["person_b"]:
        return f"{row['why']}; the two descriptions, without the others on the record: {chance}"
    return f"{row['why']}, {chance}"


def unlisted(support: pl.DataFrame, shown: Collection[str], month: Month) -> list[str]:
    """Ids of people whose support goes on but who have no row: no contact in 12 months, or set apart."""
    rows = support.filter(~pl.col("person_id").is_in(list(shown))).sort("person_id").iter_rows(named=True)
    return [row["person_id"] for row in rows if going(row, month)]
