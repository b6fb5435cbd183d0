"""The pack's first screen: what changed, last month's actions, reviews, missing feeds, matches to look at."""

import re
from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from hiu.month import Month
from hiu.publish.access import PERMITTED, supported_people
from hiu.publish.feeds import hardly_read, missing_feeds
from hiu.publish.hospital import missing_stays
from hiu.publish.pack.matches import matches
from hiu.publish.pack.people import AGAINST, value_of
from hiu.publish.pack.reviews import MEETING, going, reviews
from hiu.publish.pack.view import Changes, Decision, Entry, Front, Late, Overdue, Review, Reviews, Task
from hiu.publish.people import actions_of, ages, date_in, entries_of
from hiu.publish.rows import Row, Tables, by_person
from hiu.publish.words.terms import CHANGES, REVIEWS
from hiu.publish.words.text import clean, count_of, day, display_name, join_words
from hiu.rank.listing.population import absent
from hiu.settings import Rank, Settings

ALWAYS = ("new", "rising", "falling", "left")
"""Kinds of change that have a heading even if there is none."""

MINORS = "Under 18, listed apart"
_IDENTITY = ("merged", "split")
_OTHERS = re.compile(r": others moved [^;]*(; this person[^;]*)?\.$")
"""What a move says that others alone made."""
NO_BED_DAYS = "A stay may be missing from the bed data (detained or admitted by a record of the month); ask the sender:"
"""Before those of whom a stay seems to be missing, and who were met since."""
SUPPORT = {"started": "Support started", "ended": "Support ended"}
BEFORE = {
    REVIEWS["capacity"]: ", last",
    REVIEWS["plan_review"]: ", was due",
    REVIEWS["plan"]: ", dated",
    MEETING: ", was due",
}
"""What the date of an overdue review is, by what is reviewed."""


def front(tables: Tables, shown: Collection[str], month: Month, settings: Settings) -> Front:
    """Plain values of the first screen. People are given by id; `shown` are those the pack may name."""
    before = tables["meeting_entry"].filter(pl.col("month") < month.start)
    candidates = tables["ranked"].filter(access="candidate")["person_id"].to_list()
    named = supported_people(tables["support"], month) - set(candidates)
    support = tables["support"].filter(pl.col("person_id").is_in(list(named)))
    found, others = reviews(support, entries_of(before), month, settings), unnamed(tables["support"], named, month)
    held_back = tables["ranked"].filter(~pl.col(PERMITTED), pl.col("access") == "supported").height
    among = " who may be shown" if others or held_back else ""
    missing, bedless = missing_feeds(tables["coverage"], month), missing_stays(tables, month, shown)[1]
    return {
        "changes": [*changes(tables, shown, settings.rank, month), *support_changes(tables["support"], shown, month)],
        "actions": actions(before, month),
        "decisions": decisions(before, month - 1),
        "overdue": overdue([one for one in found if one["late"]], support, month, among),
        "due": reviews_by_person([one for one in found if not one["late"]]),
        "feeds": missing,
        "reviewing": f"Overdue: capacity, {settings.governance.capacity_months} months after the last review; a plan, "
        f"the day after its review was due, or {settings.governance.plan_months} months after its date if it has none; "
        "a permission or consent without its date, at once. An empty cell is not overdue.",
        "lacking": len({when for feed in missing for when in feed["gaps"]}),
        "unread": hardly_read(tables, month),
        "bedless": [(one, bedless[one]) for one in shown if one in bedless],
        "matches": matches(tables, shown),
        "unlisted": unlisted(support, tables["people"], tables["ranked"], month),
        "unnamed": others,
    }


def overdue(found: Sequence[Review], support: pl.DataFrame, month: Month, among: str = "") -> Overdue:
    """What is overdue, a row a person in the order of each one's first, with the lead clinician, who answers for it.

    `support` = rows of people who may be shown as supported; `among` = which of all they are, in words.
    """
    own: dict[str, dict[str, Review]] = {}
    for review in found:
        own.setdefault(review["id"], {})[review["what"]] = review
    order = [*REVIEWS.values(), *{review["what"]: None for review in found}]
    kinds = [what for what in dict.fromkeys(order) if any(what in one for one in own.values())]
    rows = by_person(support, own)
    supported = [row["person_id"] for row in support.iter_rows(named=True) if going(row, month)]
    every = [what for what in kinds if len(supported) > 1 and all(what in own.get(one, {}) for one in supported)]
    having = join_words(
        f"an overdue {what.lower()}" for what in every if what in (REVIEWS["capacity"], REVIEWS["plan_review"])
    )
    return {
        "all": f"By the team's list all {len(supported)} people in support{among} have {having}; what was reviewed and "
        "not entered counts as overdue."
        if having
        else "",
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


def changes(tables: Tables, shown: Collection[str], rules: Rank, month: Month) -> list[Changes]:
    """Changes by kind, those of the under-18s apart; the list is its first `rules.top` places.

    Joined and split records are those of people `shown`.
    """
    found, old = tables["changes"], ages(tables["people"], tables["changes"]["person_id"].drop_nulls(), month)
    young = {one for one, age in old.items() if age is not None and age < rules.minimum_age}
    groups, minors = [], list[Entry]()
    for kind, heading in CHANGES.items():
        rows = found.filter(kind=kind).sort("rank_now", "rank_before", "what", nulls_last=True)
        pairs = rows.select("person_id", "what").iter_rows()
        entries = [Entry(id=one, what=AGAINST.sub("", clean(what))) for one, what in pairs]
        if kind in _IDENTITY:
            entries = [one for one in entries if one["id"] in set(shown)]
        else:
            # a child who has no page here is not named
            minors += [one for one in entries if one["id"] in young & set(shown)]
            entries = [one for one in entries if one["id"] not in young]
        # whoever's own figures moved too has a reason of their own beside the others'
        own = [one for one in entries if kind not in ("rising", "falling") or not _OTHERS.search(one["what"])]
        if own or kind in ALWAYS:
            groups.append(Changes(kind=kind, heading=heading.format(top=rules.top), entries=own))
        if passed := [Entry(id=one["id"], what=_OTHERS.sub(".", one["what"])) for one in entries if one not in own]:
            words = f"{heading.format(top=rules.top)}, only because others moved"
            groups.append(Changes(kind=f"{kind}_passed", heading=words, entries=passed))
    return [*groups, *([Changes(kind="minors", heading=MINORS, entries=minors)] if minors else [])]


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
                late=not done and due is not None and due < month.end,
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


def support_changes(support: pl.DataFrame, shown: Collection[str], month: Month) -> list[Changes]:
    """Support that started or ended in the month: who is shown with the day, of the others how many."""
    groups = []
    for kind, column in (("started", "start"), ("ended", "end")):
        own = support.filter(pl.col(column).is_between(month.start, month.end)).sort(column, "person_id")
        rows = list(own.select("person_id", column).iter_rows())
        entries = [Entry(id=one, what=f"{SUPPORT[kind]} on {day(when)}.") for one, when in rows if one in set(shown)]
        if others := len(rows) - len(entries):
            entries.append(Entry(id=None, what=f"{SUPPORT[kind]} for {_people(others)} without a row here."))
        if entries:
            groups.append(Changes(kind=kind, heading=SUPPORT[kind], entries=entries))
    return groups


def unlisted(support: pl.DataFrame, people: pl.DataFrame, ranked: pl.DataFrame, month: Month) -> list[tuple[str, str]]:
    """Supported people without a row, and why each has none; `support` = rows of supported people."""
    rows = support.join(ranked, on="person_id", how="anti").sort("person_id").iter_rows(named=True)
    ids = [row["person_id"] for row in rows if going(row, month)]
    return list(absent(ids, people, month).items())


def unnamed(support: pl.DataFrame, named: Collection[str], month: Month) -> str:
    """How many people's support goes on though they may not be shown as supported, in a sentence; empty if none."""
    others = support.filter(~pl.col("person_id").is_in(list(named))).iter_rows(named=True)
    n = sum(going(row, month) for row in others)
    if not n:
        return ""
    return (
        f"Support also goes on for {_people(n)} of whom consent, or a third contact with the team, is not on record: "
        "no dates are shown here. The team's list of what is due has them."
    )


def _people(n: int) -> str:
    return count_of(n, "person", "people")
