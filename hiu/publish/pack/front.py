"""The pack's first screen: what changed, last month's actions, reviews, missing feeds, matches to look at."""

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from hiu.month import Month
from hiu.publish.feeds import hardly_read, missing_feeds
from hiu.publish.pack.people import value_of
from hiu.publish.pack.reviews import MEETING, going, reviews
from hiu.publish.pack.view import Changes, Decision, Entry, Front, Late, Match, Matches, Overdue, Review, Reviews, Task
from hiu.publish.people import actions_of, date_in, entries_of
from hiu.publish.rows import Row, Tables, by_person
from hiu.publish.words.terms import CHANGES, REVIEWS
from hiu.publish.words.text import clean, day, display_name, join_words
from hiu.settings import Settings

ALWAYS = ("new", "rising", "falling", "left")
"""Kinds of change that have a heading even if there is none."""

BEFORE = {
    REVIEWS["capacity"]: ", last",
    REVIEWS["plan_review"]: ", was due",
    REVIEWS["plan"]: ", dated",
    MEETING: ", was due",
}
"""What the date of an overdue review is, by what is reviewed."""

MATCHES = 10
"""Pairs shown; the rest are counted."""


def front(tables: Tables, shown: Collection[str], month: Month, settings: Settings) -> Front:
    """Plain values of the first screen. People are given by id; `shown` are those the pack may name."""
    before = tables["meeting_entry"].filter(pl.col("month") < month.start)
    found = reviews(tables["support"], entries_of(before), month, settings)
    return {
        "changes": changes(tables["changes"], settings.rank.top),
        "actions": actions(before, month),
        "decisions": decisions(before, month - 1),
        "overdue": overdue([review for review in found if review["late"]], tables, month),
        "due": reviews_by_person([review for review in found if not review["late"]]),
        "feeds": missing_feeds(tables["coverage"], month),
        "unread": hardly_read(tables, month),
        "matches": matches(tables["review_queue"], tables["decisions"], shown),
        "unlisted": unlisted(tables["support"], shown, month),
    }


def overdue(found: Sequence[Review], tables: Tables, month: Month) -> Overdue:
    """What is overdue, a row a person in the order of each one's first, with the lead clinician, who answers for it.

    Of a candidate the team's list names nobody (`access.shows_gates`)."""
    own: dict[str, dict[str, Review]] = {}
    for review in found:
        own.setdefault(review["id"], {})[review["what"]] = review
    order = [*REVIEWS.values(), *{review["what"]: None for review in found}]
    kinds = [what for what in dict.fromkeys(order) if any(what in one for one in own.values())]
    candidates = tables["ranked"].filter(access="candidate")["person_id"].to_list()
    support = tables["support"].filter(~pl.col("person_id").is_in(candidates))
    rows = by_person(support, own)
    supported = [row["person_id"] for row in support.iter_rows(named=True) if going(row, month)]
    every = [what for what in kinds if len(supported) > 1 and all(what in own.get(one, {}) for one in supported)]
    having = join_words(
        f"an overdue {what.lower()}" for what in every if what in (REVIEWS["capacity"], REVIEWS["plan_review"])
    )
    return {
        "all": f"All {len(supported)} people who are supported have {having}." if having else "",
        "kinds": [f"{what}{BEFORE.get(what, '')}" for what in kinds],
        "rows": [
            Late(id=one, lead=_lead(rows.get(one, {})), cells=[_late(late.get(what)) for what in kinds])
            for one, late in own.items()
        ],
    }


def _lead(row: Row) -> str:
    return display_name(row["lead_clinician"]) if row and row["lead_clinician"] else "not recorded"


def _late(review: Review | None) -> str:
    """The date that is told of a late review, or what is lacking; empty if nothing is late."""
    return "" if review is None else day(review["when"]) if review["when"] else review["words"]


def reviews_by_person(found: Sequence[Review]) -> list[Reviews]:
    """Reviews of one person together, in the order of each person's first."""
    out: dict[str, Reviews] = {}
    for review in found:
        own = out.setdefault(review["id"], {"id": review["id"], "late": review["late"], "reviews": []})
        own["reviews"].append((review["what"], review["words"]))
    return list(out.values())


def changes(found: pl.DataFrame, top: int) -> list[Changes]:
    """Changes by kind; the list is its first `top` places."""
    groups = []
    for kind, heading in CHANGES.items():
        rows = found.filter(kind=kind).sort("rank_now", "rank_before", "what", nulls_last=True)
        entries = [Entry(id=one, what=clean(what)) for one, what in rows.select("person_id", "what").iter_rows()]
        if entries or kind in ALWAYS:
            groups.append(Changes(kind=kind, heading=heading.format(top=top), entries=entries))
    return groups


def actions(before: pl.DataFrame, month: Month) -> list[Task]:
    """What people took on: open ones, the latest due last, then those done since last month's list was met about."""
    recent = set(before.filter(month=(month - 1).start)["person_id"])
    out = []
    for action in actions_of(before):
        due, done = date_in(action.due), action.done == "yes"
        if not done or action.person_id in recent:
            task = Task(
                id=action.person_id,
                what=clean(action.action),
                owner=clean(action.owner) or "nobody",
                due=day(due) if due else "no date",
                when=due,
                late=not done and due is not None and due <= month.end,
                done=done,
            )
            out.append(task)
    return sorted(out, key=lambda one: (one["done"], one["when"] or date.max, one["id"]))


def decisions(before: pl.DataFrame, about: Month) -> list[Decision]:
    """What the last meeting decided, in order of person id."""
    out = []
    for person_id, rows in sorted(entries_of(before).items()):
        latest = {entry["field"]: entry for entry in rows}
        made = latest.get("decision")
        if made and made["value"] and made["month"] == about.start:
            decision, owner, review = (
                value_of(latest[name]) if name in latest else "" for name in ("decision", "owner", "next_review")
            )
            author = clean(made["author"])
            out.append(Decision(id=person_id, decision=decision, owner=owner, next_review=review, author=author))
    return out


def matches(queue: pl.DataFrame, decided: pl.DataFrame, shown: Collection[str]) -> Matches:
    """Pairs nobody has decided on and whose answer could change the list, the most telling first.

    One of the two at least is among `shown`.
    """
    done = decided.filter(pl.col("undone_at").is_null(), pl.col("decision") != "unsure")
    pair = ["identity_a", "identity_b"]
    both = pl.concat([done.select(pair), done.select(identity_a="identity_b", identity_b="identity_a")])
    named = pl.any_horizontal(pl.col("person_a", "person_b").is_in(list(shown)))
    open_pairs = queue.filter(pl.col("priority") > 0, named).join(both, on=pair, how="anti")
    ordered = open_pairs.sort("priority", *pair, descending=[True, False, False])
    rows = ordered.head(MATCHES).iter_rows(named=True)
    pairs = [Match(a=row["person_a"], b=row["person_b"], doubt=_doubt(row)) for row in rows]
    return {"total": ordered.height, "pairs": pairs}


def _doubt(row: Row) -> str:
    """Why a pair is in doubt. Two descriptions of one record may be unlike each other and joined by others between."""
    chance = f"{row['match_probability']:.0%} likely one person"
    if row["person_a"] == row["person_b"]:
        return f"{row['why']}; comparing only these two entries: {row['match_probability']:.0%} likely the same person"
    return f"{row['why']}, {chance}"


def unlisted(support: pl.DataFrame, shown: Collection[str], month: Month) -> list[str]:
    """Ids of people whose support goes on but who have no row: no contact in 12 months, or set apart."""
    rows = support.filter(~pl.col("person_id").is_in(list(shown))).sort("person_id").iter_rows(named=True)
    return [row["person_id"] for row in rows if going(row, month)]
