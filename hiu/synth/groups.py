"""Invented groups and residents of an invented area: CSVs as the equality audit and the library take them."""

from pathlib import Path

import numpy as np
import polars as pl

FIFTHS = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)")
ETHNIC = {"White": 0.6, "Asian": 0.13, "Black": 0.1, "Mixed or other": 0.07, "": 0.1}
"""Ethnic group -> the share of people who are of it; the empty one is of those for whom it was not recorded."""


def write_groups(path: Path, people: pl.Series, seed: int = 1) -> None:
    """Writes person_id, deprivation and ethnic_group, drawn at random: they bear on nothing, so that any difference
    between groups is chance. More people are of the more deprived fifths, as they are among those who ask for help."""
    rng, ids = np.random.default_rng(seed), people.sort()
    fifth = rng.choice(FIFTHS, len(ids), p=[0.3, 0.25, 0.2, 0.15, 0.1])
    group = rng.choice(list(ETHNIC), len(ids), p=list(ETHNIC.values()))
    frame = pl.DataFrame({"person_id": ids, "deprivation": fifth.tolist(), "ethnic_group": group.tolist()})
    path.write_text(frame.write_csv(quote_style="necessary"), encoding="utf-8", newline="\n")


def write_population(path: Path, boroughs: pl.Series, seed: int = 1) -> None:
    """Writes borough, deprivation, population and a note that all of it is invented: thousands drawn at random."""
    pairs = [(borough, fifth) for borough in sorted(set(boroughs.drop_nulls())) for fifth in FIFTHS]
    living = np.random.default_rng(seed).integers(5, 40, len(pairs)) * 1000
    frame = pl.DataFrame(pairs, schema={"borough": pl.String, "deprivation": pl.String}, orient="row")
    frame = frame.with_columns(population=pl.Series(living), note=pl.lit("invented"))
    path.write_text(frame.write_csv(quote_style="necessary"), encoding="utf-8", newline="\n")
