"""Rows that give an NHS number and nothing else: how many are put on their person's record, and what that costs.

`python tests/bench/link_numbers_alone.py AREA...` where an area is a folder with raw, sources and truth, as
`link_areas.synthetic` makes them; `--sample DIR` reads a sample with its own form. Of the descriptions with a number a
share lose everything but it; scores are those of all rows, then those rows that are on their person's largest record.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from link_areas import Area, read, score, synthetic

from hiu.link import link
from hiu.settings import Linking
from hiu.sources import load_sources

C = pl.col
SAID = ("name_text", "given", "family", "middle", "aliases", "dob", "birth_year", "sex", "house", "street", "postcode")


def main() -> None:
    """Print a line for each area."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("areas", type=Path, nargs="*")
    ask.add_argument("--sample", type=Path)
    ask.add_argument("--share", type=float, default=0.08)
    ask.add_argument("--seed", type=int, default=5)
    chosen = ask.parse_args()
    areas = {folder.name: synthetic(folder, 6000, 41) for folder in chosen.areas}
    if chosen.sample:
        sources = load_sources(Path(__file__).parents[1] / "sites" / "sample" / "sources")
        areas["sample"] = read(chosen.sample / "raw", sources, chosen.sample / "truth" / "rows.parquet")
    for name, area in areas.items():
        for share in (0.0, chosen.share):
            print(name, share, *measured(area, share, chosen.seed), flush=True)


def measured(area: Area, share: float, seed: int) -> tuple[str, str]:
    """The score of all rows, and what became of those that kept their number alone."""
    identity = area.identity.sort("identity_id")
    drawn = pl.Series(np.random.default_rng(seed).random(identity.height) < share)
    alone = drawn & identity["nhs_number"].is_not_null()
    cut = [name for name in (*SAID, "local_ids") if name in identity.columns]
    identity = identity.with_columns(pl.when(alone).then(None).otherwise(C(name)).alias(name) for name in cut)
    clusters = link(identity, events=area.events, settings=Linking()).clusters.select("identity_id", "cluster")
    found = score(area, clusters)
    rows = area.rows.join(clusters, on="identity_id")
    largest = rows.group_by("person_id", "cluster").len().sort("len").unique("person_id", keep="last")
    main = largest.select("person_id", main="cluster")
    bare = rows.join(identity.filter(alone).select("identity_id"), on="identity_id", how="semi").join(
        main, on="person_id"
    )
    right = bare.filter(C("cluster") == C("main")).height
    return f"F1 {found['f1']:.4f}, wrong rows {found['wrong']:.3%}", f"{right} of {bare.height} on their record"


if __name__ == "__main__":
    main()
