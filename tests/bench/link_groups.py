"""Wrong and missed rows by group of people, in areas whose truth is known: does the matching err more for some?

    .venv/bin/python tests/bench/link_groups.py [--folder DIR] [--people 20000] [--seeds 31 47 53]
    .venv/bin/python tests/bench/link_groups.py --sample DIR

The group is the true person's, never what was sent: sex, age at the last month, whether they have a fixed address, and
the origin of their names. Prints Markdown; counts only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from link_areas import LAST, Area, read, synthetic
from link_misses import SITE

from hiu.link import link
from hiu.settings import Linking
from hiu.sources import load_sources

C = pl.col
AGES = (18, 35, 50, 65)
KINDS = ("sex", "age", "home", "origin")


def groups(persons: pl.DataFrame) -> pl.DataFrame:
    """person_id, and the group by each of KINDS, in words."""
    age = (pl.lit(LAST.end) - C("dob").cast(pl.Date)).dt.total_days() / 365.25
    band = pl.when(age.is_null()).then(pl.lit("not known"))
    for first, last in zip((0, *AGES), (*AGES, None), strict=True):
        band = band.when(age < (last or 200)).then(pl.lit(f"{first} to {last - 1}" if last else f"{first} and over"))
    home = pl.when("nfa").then(pl.lit("no fixed abode")).when("hostel").then(pl.lit("a hostel"))
    return persons.select(
        "person_id", "sex", "origin", age=band, home=home.otherwise(pl.lit("an address of their own"))
    )


def marked(area: Area, persons: pl.DataFrame) -> pl.DataFrame:
    """Each linkable row: whether it is on another's record, or away from its person's main one, and the groups."""
    clusters = link(area.identity, settings=Linking(), events=area.events).clusters
    rows = area.rows.filter("linkable").join(clusters.select("identity_id", "cluster"), on="identity_id")
    cells = rows.group_by("person_id", "cluster").len().sort("len", "person_id", descending=[True, False])
    owner = cells.unique("cluster", keep="first", maintain_order=True).select("cluster", owner="person_id")
    main = cells.unique("person_id", keep="first", maintain_order=True).select("person_id", main="cluster")
    both = rows.join(owner, on="cluster").join(main, on="person_id").join(groups(persons), on="person_id", how="left")
    return both.select(*KINDS, wrong=C("person_id") != C("owner"), missed=C("cluster") != C("main"))


def table(rows: pl.DataFrame) -> Iterator[str]:
    """A line a group: rows, rows on another's record, rows away from their person."""
    yield "| group | rows | on another's record | away from their person |\n|---|---|---|---|"
    for kind in ("everybody", *KINDS):
        by = C(kind) if kind in KINDS else pl.lit("").alias(kind)
        found = rows.group_by(by).agg(n=pl.len(), wrong=C("wrong").sum(), missed=C("missed").sum()).sort(kind)
        for name, n, wrong, missed in found.iter_rows():
            yield f"| {kind} {name} | {n:,} | {wrong} ({wrong / n:.3%}) | {missed} ({missed / n:.2%}) |"


def main() -> None:
    """Link each area, add the groups up, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sample", type=Path)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--people", type=int, default=20_000)
    ask.add_argument("--seeds", type=int, nargs="+", default=[31, 47, 53])
    asked = ask.parse_args()
    if asked.sample:
        truth = asked.sample / "truth"
        area = read(asked.sample / "raw", load_sources(SITE / "sources"), truth / "rows.parquet")
        every = [marked(area, pl.read_parquet(truth / "persons.parquet"))]
    else:
        folders = [(asked.folder / str(seed), seed) for seed in asked.seeds]
        every = []
        for folder, seed in folders:
            area = synthetic(folder, asked.people, seed)
            every.append(marked(area, pl.read_parquet(folder / "truth" / "persons.parquet")))
    print("\n".join(table(pl.concat(every))))


if __name__ == "__main__":
    main()
