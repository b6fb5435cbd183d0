"""Ledger: what became of each person id since last month, with the reason. Nothing is silently renumbered."""

import polars as pl

from hiu.model import ALIASES
from hiu.model.frames import schema
from hiu.month import Month

C = pl.col

_REASONS = {
    "decision": "a reviewer decided so",
    "number": "the NHS number agrees",
    "event": "a section 136 record quotes the police log on which the person alone is flagged",
}
_AGAIN = "kept under another id: the month was run again and has other deliveries than before"
_UNDONE = "a reviewer's decision was undone"
_SPLIT = "newer data show that these are two people"


def ledger(
    previous: pl.DataFrame | None,
    now: pl.DataFrame,
    month: Month,
    decided: pl.DataFrame | None = None,
    *,
    again: bool = False,
) -> pl.DataFrame:
    """Rows of model.ALIASES: merges and splits between two months, or (`again`) between two runs of one month.

    previous: identity_id, person_id of last month, or None · now: the same this month, with `how` if known ·
    decided: model.DECISIONS rows. A person whose id is gone is a merge into whoever holds most of their
    descriptions; descriptions that left a person who remains, or went elsewhere, are splits. An id depends on what
    was delivered and on nothing else, so a month run again with one delivery more may name a person first seen in
    it after another description: that is a merge too, and its reason says so.
    """
    if previous is None:
        return pl.DataFrame(schema=schema(ALIASES))
    after = now.select("identity_id", after="person_id", how=C("how") if "how" in now.columns else pl.lit("model"))
    both = previous.select("identity_id", before="person_id").join(after, on="identity_id")
    changed = both.filter(C("before") != C("after"))["before"].unique()
    every, both = both, both.filter(C("before").is_in(changed.implode()))
    moved = both.group_by("before", "after").agg(n=pl.len(), ids=C("identity_id"), how=C("how").mode().sort().first())
    main = moved.sort("n", "after", descending=[True, False]).unique("before", keep="first", maintain_order=True)
    moved = moved.join(main.select("before", main="after"), on="before").filter(C("before") != C("after"))
    existing = now["person_id"].unique()
    kind = pl.when((C("after") == C("main")) & ~C("before").is_in(existing.to_list())).then(pl.lit("merge"))
    moved = moved.with_columns(kind=kind.otherwise(pl.lit("split")))
    causes = _decided(decided, every, month)
    reason = [_reason(row, causes, again) for row in moved.select("kind", "how", "ids", "before").iter_rows()]
    return (
        moved.with_columns(reason=pl.Series(reason, dtype=pl.String), month=pl.lit(month.start))
        .select("month", "kind", "reason", old_id="before", person_id="after")
        .select(ALIASES.names)
        .sort("old_id", "person_id")
    )


def carry_over(fresh: pl.DataFrame, again: pl.DataFrame, rows: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Rows of model.ALIASES of a month that may have been run before: no id that was ever published is forgotten.

    fresh: ledger() since the month before · again: ledger() since this month's last run · rows: those that the
    month's earlier runs recorded · now: person_id of each description. A row told before stays while its former id
    is nobody's, and leads to the id that the one it named has now.
    """
    ids = now["person_id"].unique().to_list()
    both = pl.concat([fresh, again]).unique(["old_id", "person_id"], keep="first", maintain_order=True)
    became = dict(again.filter(C("kind") == "merge").select("old_id", "person_id").iter_rows())
    kept = rows.filter(C("kind") == "merge", ~C("old_id").is_in(ids), ~C("old_id").is_in(both["old_id"].to_list()))
    kept = kept.with_columns(C("person_id").replace(became)).filter(C("person_id").is_in(ids))
    return pl.concat([both, kept.select(both.columns).cast(both.schema)]).sort("old_id", "person_id")


def _reason(row: tuple[str, str, list[str], str], causes: dict[tuple[str, str], str], again: bool) -> str:
    kind, how, ids, before = row
    one = len(ids) == 1
    size = "set of name and details" if one else "sets of name and details"
    cause = causes.get((kind, before))
    if kind == "split":
        return f"{len(ids)} {size} taken out of this record: {cause or _SPLIT}"
    if again:
        return f"{len(ids)} {size} {_AGAIN}"
    why = cause or _REASONS.get(how)
    found = f"{'one' if one else len(ids)} more {size} {'was' if one else 'were'} found to be this person"
    return f"{found}: {why}" if why else found


def _decided(decided: pl.DataFrame | None, both: pl.DataFrame, month: Month) -> dict[tuple[str, str], str]:
    """What reviewers did to former people: (merge or split, former id) -> the reason.

    A decision that parts two descriptions of one person is the reason for whatever else left that person, and one that
    joins two people is the reason for that; undoing the opposite decision counts alike, unless it was undone before the
    month.
    """
    out: dict[tuple[str, str], str] = {}
    if decided is None:
        return out
    ids = pl.concat([decided["identity_a"], decided["identity_b"]]).unique()
    own = both.filter(C("identity_id").is_in(ids.implode())).select("identity_id", "before", "after")
    where = {identity: (before, after) for identity, before, after in own.iter_rows()}
    standing_last = decided.sort("undone_at", descending=True, nulls_last=True)
    for a, b, decision, undone in standing_last.select("identity_a", "identity_b", "decision", "undone_at").iter_rows():
        if a not in where or b not in where or (undone and undone.date() < month.start):
            continue
        (one, one_now), (other, other_now) = where[a], where[b]
        parts = one == other and one_now != other_now and decision == ("same" if undone else "different")
        joins = one != other and one_now == other_now and decision == ("different" if undone else "same")
        if parts or joins:
            reason = _UNDONE if undone else _REASONS["decision"]
            out |= {("split" if parts else "merge", former): reason for former in (one, other)}
    return out
