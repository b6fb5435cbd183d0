"""What is still wrong in an area whose truth is known, and why: rows on another's record, rows away from their person.

    .venv/bin/python tests/bench/link_misses.py --sample DIR | --folder DIR --seed 31 [--people 20000]

Each wrong or missed row is put in the first class that fits it, by comparing its description with the descriptions of
the person it was put on (wrong), or of its own person's main record (missed). Prints Markdown; counts only.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl
from link_areas import Area, read, synthetic

from hiu.link import link
from hiu.settings import Linking
from hiu.sources import load_sources

C = pl.col
SITE = Path(__file__).parents[1] / "sites" / "sample"
FIELDS = ("nhs_number", "dob", "given", "family", "postcode", "local_ids")


def misses(area: Area) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Wrong rows and missed rows: identity_id, and the identities of the record they should be compared with."""
    clusters = link(area.identity, settings=Linking(), events=area.events).clusters
    rows = area.rows.filter("linkable").join(clusters.select("identity_id", "cluster"), on="identity_id")
    cells = rows.group_by("person_id", "cluster").len().sort("len", "person_id", descending=[True, False])
    owner = cells.unique("cluster", keep="first", maintain_order=True).select("cluster", owner="person_id")
    main = cells.unique("person_id", keep="first", maintain_order=True).select("person_id", main="cluster")
    both = rows.join(owner, on="cluster").join(main, on="person_id")
    wrong = both.filter(C("person_id") != C("owner")).select("identity_id", person=C("owner"), home="cluster")
    missed = both.filter(C("cluster") != C("main")).select("identity_id", person="person_id", home="main")
    return _beside(wrong, both, area), _beside(missed, both, area)


def _beside(rows: pl.DataFrame, every: pl.DataFrame, area: Area) -> pl.DataFrame:
    """Each row's description, and the sets of values on the record it is compared with."""
    held = (
        every.select("person_id", "cluster", "identity_id")
        .unique()
        .join(area.identity.select("identity_id", *FIELDS), on="identity_id")
    )
    sets = held.group_by("person_id", "cluster").agg(C(f).drop_nulls().unique().alias(f"{f}_there") for f in FIELDS)
    own = rows.join(area.identity.select("identity_id", *FIELDS), on="identity_id")
    return own.join(sets, left_on=["person", "home"], right_on=["person_id", "cluster"])


def classed(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows by class, most first."""
    same = {f: C(f).is_in(C(f"{f}_there")).fill_null(False) for f in FIELDS}
    name, none = same["given"] & same["family"], {f: C(f).is_null() for f in FIELDS}
    other = {f: ~none[f] & ~same[f] & (C(f"{f}_there").list.len() > 0) for f in FIELDS}
    kind = (
        pl.when(same["nhs_number"])
        .then(pl.lit("the same NHS number"))
        .when(other["nhs_number"] & name & same["dob"])
        .then(pl.lit("same name and birth, another NHS number"))
        .when(name & none["dob"])
        .then(pl.lit("same name, no date of birth"))
        .when(name & other["dob"])
        .then(pl.lit("same name, another date of birth"))
        .when(name)
        .then(pl.lit("same name and birth, no number"))
        .when(same["dob"] & same["family"])
        .then(pl.lit("same birth and family name, another given name"))
        .when(same["dob"])
        .then(pl.lit("same birth, another family name"))
        .when(none["dob"])
        .then(pl.lit("another name, no date of birth"))
        .otherwise(pl.lit("another name and date of birth"))
    )
    return frame.group_by(kind.alias("class")).len("rows").sort("rows", "class", descending=[True, False])


def main() -> None:
    """Link, class, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sample", type=Path)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--people", type=int, default=20_000)
    ask.add_argument("--seed", type=int, default=31)
    asked = ask.parse_args()
    if asked.sample:
        truth = asked.sample / "truth" / "rows.parquet"
        area = read(asked.sample / "raw", load_sources(SITE / "sources"), truth)
    else:
        area = synthetic(asked.folder / str(asked.seed), asked.people, asked.seed)
    total = area.rows.filter("linkable").height
    for title, frame in zip(("on another's record", "away from their person"), misses(area), strict=True):
        print(f"\n| rows {title}: {frame.height} of {total:,} | rows |\n|---|---|")
        for kind, rows in classed(frame).iter_rows():
            print(f"| {kind} | {rows} |")


if __name__ == "__main__":
    main()
