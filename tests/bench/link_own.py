"""How an area's own model does beside the shipped one, on areas of two makers whose truth is known.

    python tests/bench/link_own.py [--first 11 12 13 31] [--second 101 102 103] [--folder DIR] [--sample DIR]

For each area the shipped model joins from .5 on, and the own model from the line that `hiu train` would draw: the
loosest with at most 0.2% of rows expected wrong. Only the figures see the truth: B-cubed F1 over linkable rows, the
share of rows in a wrong cluster, and F1 of people with twelve rows or more. Areas are made once, of 20,000 (first
maker) and 8,000 people (second), 24 months. `--sample`: a folder with raw and truth/rows.parquet.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import polars as pl
from link_areas import Area, read, score, synthetic
from other_areas import make

from hiu.link import link
from hiu.link.joining import where_to_join
from hiu.link.match import Cuts
from hiu.link.model.candidate import LINES, candidate
from hiu.link.model.scorer import WeightTable
from hiu.settings import Linking
from hiu.sources import load_sources

OFTEN, WANTED = 12, 0.002
SAMPLE_SOURCES = Path(__file__).parents[1] / "sites" / "sample" / "sources"
HEAD = "| area | model | line | F1 | wrong rows | expected wrong | F1, 12 rows or more |\n|---|---|---|---|---|---|---|"
C = pl.col


def second(folder: Path, seed: int) -> Area:
    """An area of the second maker, made once."""
    truth = folder / "truth"
    if not truth.exists():
        words = ("init", str(folder), "--synthetic", "--name", f"Area {seed}")
        subprocess.run([sys.executable, "-m", "pipelines.cli", *words], check=True, capture_output=True)
        make(folder, seed=seed, people=8_000, months=24)
    rows = pl.read_csv(truth / "rows.csv").select(
        "source",
        "source_file",
        C("source_row").cast(pl.Int64),
        person_id=C("person").cast(pl.String),
        linkable=C("linkable") == 1,
    )
    rows.write_parquet(truth / "rows.parquet")
    return read(folder / "data" / "raw", load_sources(folder / "sources"), truth / "rows.parquet")


def figures(area: Area, clusters: pl.DataFrame) -> tuple[float, float, float]:
    """F1, share of rows in a wrong cluster, and F1 of people with OFTEN rows or more."""
    found = score(area, clusters)
    rows = area.rows.filter("linkable").join(clusters.select("identity_id", "cluster"), on="identity_id")
    both = rows.group_by("person_id", "cluster").agg(n=pl.len().cast(pl.Float64))
    both = both.with_columns(own=C("n").sum().over("person_id"), all=C("n").sum().over("cluster"))
    many = both.filter(C("own") >= OFTEN)
    precision, recall = ((many["n"] ** 2 / many[side]).sum() / many["n"].sum() for side in ("all", "own"))
    return found["f1"], found["wrong"], 2 * precision * recall / (precision + recall)


def rows(name: str, area: Area) -> Iterator[str]:
    """The area's rows of the table, first the shipped model's."""
    base = json.loads(resources.files("hiu.link.model").joinpath("model.json").read_text("utf-8"))
    settings = Linking()
    f1, wrong, often = figures(area, link(area.identity, settings=settings, events=area.events).clusters)
    yield f"| {name} | shipped | 0.5 | {f1:.4f} | {wrong:.3%} | | {often:.4f} |"
    own = candidate(area.identity, area.events, base, settings=settings, made="bench")
    cuts = Cuts(area.identity, settings=settings, lowest=LINES[0], events=area.events, model=WeightTable(own.values))
    line = where_to_join(cuts, area.identity, None, WANTED)
    f1, wrong, often = figures(area, cuts.at(line.link_at).clusters)
    yield f"| {name} | own | {line.link_at} | {f1:.4f} | {wrong:.3%} | {line.wrong:.3%} | {often:.4f} |"


def main() -> None:
    """Make, link, train, link, score."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--first", type=int, nargs="*", default=[11, 12, 13, 31])
    ask.add_argument("--second", type=int, nargs="*", default=[101, 102, 103])
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--sample", type=Path)
    asked = ask.parse_args()
    print(HEAD)
    if asked.sample:
        truth = asked.sample / "truth" / "rows.parquet"
        for row in rows("sample", read(asked.sample / "raw", load_sources(SAMPLE_SOURCES), truth)):
            print(row, flush=True)
    for seed in asked.first:
        for row in rows(f"{seed}", synthetic(asked.folder / f"s{seed}-20000", 20_000, seed)):
            print(row, flush=True)
    for seed in asked.second:
        for row in rows(f"{seed}", second(asked.folder / f"o{seed}-8000", seed)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
