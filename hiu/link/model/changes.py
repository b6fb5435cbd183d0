"""Changes: who is joined or parted where one model takes another's place."""

import polars as pl

C = pl.col


def _old_and_new(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    own = before.select("identity_id", old="person_id")
    return own.join(after.select("identity_id", new="person_id"), on="identity_id")


def change_counts(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """What differs between two clusterings (identity_id, person_id): people joined, split, and who they involve."""
    both = _old_and_new(before, after)
    cells = both.group_by("old", "new").len()
    joined = cells.group_by("new").len().filter(C("len") > 1)
    split = cells.group_by("old").len().filter(C("len") > 1)
    return {
        "people_before": both["old"].n_unique(),
        "people_after": both["new"].n_unique(),
        "joins": int((joined["len"] - 1).sum()),
        "splits": int((split["len"] - 1).sum()),
    }


def people_changes(before: pl.DataFrame, after: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Who would be joined or split, most rows first: kind, people (ids of before), parts, rows (that change person).

    before, after: identity_id, person_id · rows: identity_id, rows.
    """
    both = _old_and_new(before, after).join(rows, on="identity_id")
    cells = both.group_by("old", "new").agg(C("rows").sum())
    found = []
    for kind, one in (("joined", "new"), ("split", "old")):
        groups = cells.sort("rows", "old", "new", descending=[True, False, False]).group_by(one, maintain_order=True)
        less = C("rows").sum() - C("rows").max()
        changes = groups.agg(people=C("old").unique(maintain_order=True), parts=pl.len(), rows=less)
        found.append(changes.filter(C("parts") > 1).select(pl.lit(kind).alias("kind"), "people", "parts", "rows"))
    return pl.concat(found).sort("rows", C("people").list.first(), descending=[True, False])
