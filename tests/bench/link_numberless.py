"""The shipped model where no agency sends NHS numbers: areas whose truth is known, their numbers taken away.

    python tests/bench/link_numberless.py [--first 31 ...] [--second 101 ...] [--folder DIR] [--sample DIR]

Local numbers stay. For each area: B-cubed F1 over linkable rows, the share of rows on another's record, how much of it
the matcher expects by its own doubts, and the range that is printed for it. Areas as in `link_own.py`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from link_areas import Area, read, score, synthetic
from link_own import SAMPLE_SOURCES, second

from hiu.link import link
from hiu.link.review.doubts import weak_links, with_ends
from hiu.link.review.quality import SPREAD, doubted_rows
from hiu.model import DECISIONS
from hiu.model.frames import schema
from hiu.settings import Linking
from hiu.sources import load_sources


def row(name: str, area: Area) -> str:
    """The area's line of the table."""
    bare = area.identity.with_columns(nhs_number=pl.lit(None, pl.String))
    linked = link(bare, settings=Linking(), events=area.events)
    found = score(area, linked.clusters)
    ends = with_ends(linked.pairs, bare.join(linked.clusters.select("identity_id", "cluster"), on="identity_id"))
    named = bare.join(linked.clusters.filter(pl.col("how") != "nobody"), on="identity_id")
    expected = doubted_rows(weak_links(ends, pl.DataFrame(schema=schema(DECISIONS)))) / int(named["rows"].sum())
    most, least = SPREAD["precision"]
    printed = f"{expected * least:.3%} to {expected * most:.3%}"
    return f"| {name} | {found['f1']:.4f} | {found['wrong']:.3%} | {expected:.3%} | {printed} |"


def areas(asked: argparse.Namespace) -> Iterator[tuple[str, Area]]:
    """Each area by its name."""
    if asked.sample:
        truth = asked.sample / "truth" / "rows.parquet"
        yield "sample", read(asked.sample / "raw", load_sources(SAMPLE_SOURCES), truth)
    for seed in asked.first:
        yield str(seed), synthetic(asked.folder / f"s{seed}-20000", 20_000, seed)
    for seed in asked.second:
        yield str(seed), second(asked.folder / f"o{seed}-8000", seed)


def main() -> None:
    """Print a line for each area."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--first", type=int, nargs="*", default=[31])
    ask.add_argument("--second", type=int, nargs="*", default=[101])
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--sample", type=Path)
    print("| area | F1 | rows wrong | expected | range that is printed |\n|---|---|---|---|---|")
    for name, area in areas(ask.parse_args()):
        print(row(name, area), flush=True)


if __name__ == "__main__":
    main()
