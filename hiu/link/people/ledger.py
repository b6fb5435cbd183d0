"""Ledger: what became of each person id since last month, with the reason. Nothing is silently renumbered."""

import polars as pl

from hiu.model import ALIASES
from hiu.model.frames import schema
from hiu.month import Month

C = pl.col

_REASONS = {
    "decision": "a reviewer decided so",
    "number": "the NHS number agrees",
    "model": "the descriptions agree",
    "event": "a section 136 record quotes the police log on which the person alone is flagged",
}
_AGAIN = "kept under another id: the month was run again and has other deliveries than before"
_SPLIT = "what has been received since no longer supports one person"


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
    both = both.filter(C("before").is_in(changed.implode()))
    moved = both.group_by("before", "after").agg(n=pl.len(), ids=C("identity_id"), how=C("how").mode().sort().first())
    main = moved.sort("n", "after", descending=[True, False]).unique("before", keep="first", maintain_order=True)
    moved = moved.join(main.select("before", main="after"), on="before").filter(C("before") != C("after"))
    existing = now["person_id"].unique()
    kind = pl.when((C("after") == C("main")) & ~C("before").is_in(existing.to_list())).then(pl.lit("merge"))
    moved = moved.with_columns(kind=kind.otherwise(pl.lit("split")))
    apart = _decided_apart(decided)
    reason = [_reason(row, apart, again) for row in moved.select("kind", "how", "ids").iter_rows()]
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


def _reason(row: tuple[str, str, list[str]], apart: set[str], again: bool) -> str:
    kind, how, ids = row
    size = f"{len(ids)} description" + ("" if len(ids) == 1 else "s")
    if kind == "merge":
        return f"{size} {_AGAIN}" if again else f"{size} joined: {_REASONS.get(how, _REASONS['model'])}"
    return f"{size} moved: {_REASONS['decision'] if apart.intersection(ids) else _SPLIT}"


def _decided_apart(decided: pl.DataFrame | None) -> set[str]:
    if decided is None:
        return set()
    partings = decided.filter(C("undone_at").is_null(), C("decision") == "different")
    return set(partings["identity_a"]) | set(partings["identity_b"])
