"""Erased people sent again with slips: how many rows are held back, and how many rows of other people are.

Run: python tests/bench/erased_again.py FOLDER [SEED]

FOLDER is made once: an invented area of 3,000 people and 24 months. A hundred people with at least two rows are erased;
each is sent again once with every kind of slip (tests/kits/erased_slips.py), without any number. All rows of other
people are sent again as they were, 10,000 at most.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "kits"))
from erased_slips import SLIPS, sent_again

from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.govern.erase.near import near_rows, traits_of
from hiu.govern.erase.tombstone import erased_rows, tokens
from hiu.model import RECORD
from hiu.model.frames import schema
from hiu.month import Month
from hiu.sources import load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources

KEY, ERASED, OTHERS = b"k" * 32, 100, 10_000
ROW = ["delivery_id", "source_row"]


def area(folder: Path, seed: int) -> pl.DataFrame:
    """Every row of an invented area that could be read, with `truth`: whose it is."""
    if not (folder / "raw").exists():
        synthesise(folder, people=3000, months=24, seed=seed, last_month=Month(2026, 3))
        write_sources(folder)
    sources = load_sources(folder / "sources")
    parts = []
    for number, found in enumerate(find_deliveries(folder / "raw", sources).deliveries):
        table = read_table(found.path, sources[found.source], name=found.name, max_bytes=10**9, max_ratio=200)
        ids = {"delivery_id": f"d{number:05}", "source_file": found.name}
        parts.append(standardise(table, sources[found.source], period=found.period, synthetic=True, **ids).records)
    truth = pl.read_parquet(folder / "truth" / "rows.parquet").filter("linkable")
    key = ["source", "source_file", "source_row"]
    whose = truth.select(*key, truth="person_id").with_columns(pl.col("source_row").cast(pl.Int64))
    return pl.concat(parts).join(whose, on=key)


def main() -> None:
    """Print what is held back of each kind of slip, and what of others."""
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    dice, rows = random.Random(seed), area(Path(sys.argv[1]), seed)
    named = rows.filter(pl.col("given").str.len_chars() > 1, pl.col("family").is_not_null())
    told = named.filter(pl.col("dob").is_not_null() | (pl.col("postcode").str.len_chars() > 4))
    counts = told.group_by("truth").len().filter(pl.col("len") > 1).sort("truth")["truth"].to_list()
    gone = dice.sample(counts, ERASED)
    stones: set[str] = set()
    traits = {}
    for person in gone:
        own = rows.filter(pl.col("truth") == person)
        stones |= set(tokens(own, KEY)["token"])
        traits[person] = traits_of(own, KEY)
    print(f"digests kept of a person: {sum(map(len, traits.values())) / ERASED:.0f} on average")
    held: Counter[str] = Counter()
    again = []
    for person in gone:
        own = told.filter(pl.col("truth") == person).to_dicts()
        again += [{**sent_again(dice.choice(own), slip, dice), "slip": slip, "truth": person} for slip in SLIPS]
    frame = pl.DataFrame(again, schema={**schema(RECORD), "slip": pl.String, "truth": pl.String})
    frame = frame.with_columns(delivery_id=pl.lit("again"), source_row=pl.int_range(1, frame.height + 1))
    met = caught(frame, stones, traits)
    held.update(met["slip"].to_list())
    for slip in SLIPS:
        print(f"{slip:30} {held[slip]} of {ERASED}")
    print(f"held back: {met.height} of {frame.height} ({met.height / frame.height:.1%})")
    missed = frame.join(met.select(ROW), on=ROW, how="anti")
    print(missed.group_by("slip", born=pl.col("dob").is_not_null(), place=pl.col("postcode").is_not_null()).len())
    others = rows.filter(~pl.col("truth").is_in(gone)).sort(ROW)
    others = others.sample(min(OTHERS, others.height), seed=seed)
    before = time.process_time()
    wrong = near_rows(others, traits, [KEY])
    print(f"CPU: {time.process_time() - before:.2f} s for {others.height:,} rows")
    exact = erased_rows(others, stones, [KEY])
    print(f"rows of others held: {wrong.height} near, {exact.height} exact, of {others.height:,}")
    if "--show" in sys.argv:
        show = ["given", "family", "dob", "postcode", "house", "truth"]
        print(missed.select("slip", *show))
        print(others.join(wrong, on=ROW).select(*show, "erasure"))
        print(rows.filter(pl.col("truth").is_in(wrong["erasure"].implode())).select(show).unique().sort("truth"))


def caught(frame: pl.DataFrame, stones: set[str], traits: dict[str, frozenset[str]]) -> pl.DataFrame:
    """Rows that are set aside as of the right person: exactly, or near."""
    near = near_rows(frame, traits, [KEY]).join(frame.select(*ROW, "truth"), on=ROW)
    hit = pl.concat([near.filter(pl.col("erasure") == pl.col("truth")).select(ROW), erased_rows(frame, stones, [KEY])])
    return frame.join(hit.unique(), on=ROW, how="semi")


if __name__ == "__main__":
    main()
