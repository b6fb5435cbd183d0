"""Which form of model? Weights, pairs of fields, boosted trees and Splink at equal shares of wrong rows.

    .venv-bench/bin/python tests/bench/link_trees.py [--folder DIR] [--sample DIR] [--first 31] [--second 101]

For each area, nothing of its truth seen by any: the shipped model; three that are fitted to the labels `hiu train`
makes of the area's own trusted numbers (fields alone, fields and pairs, trees of depth 2 by LightGBM, in which more
agreement can only help), all put through the same blocking, clustering and resolving; and Splink as in its tutorial and
with all fields that it has comparisons for, trained by EM on the same descriptions. Each is run at many lines; F1 is
read off between the two lines beside each share of wrong rows. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from link_areas import Area, read, score, synthetic
from link_own import SAMPLE_SOURCES, second

from hiu.link.levels import NAMES, Levels
from hiu.link.match import Cuts
from hiu.link.model import candidate
from hiu.link.model.fit import Ridge, fit
from hiu.link.model.labels import Labels, labelled_pairs
from hiu.link.model.scorer import ModelFile, Reals, WeightTable, values_at
from hiu.settings import Linking
from hiu.sources import load_sources

WANTED = (0.0014, 0.0017, 0.002, 0.0028)
LINES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
SPLINK_LINES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.999999, 0.99999999)
NUMBER = NAMES.index("nhs_number")
ROUNDS, PARAMETERS = (
    800,
    {
        "objective": "binary",
        "num_leaves": 4,
        "max_depth": 2,
        "learning_rate": 0.1,
        "min_data_in_leaf": 40,
        "lambda_l2": 5.0,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 1,
        "verbose": -1,
        "num_threads": 1,
        "monotone_constraints": [1] * len(NAMES),
        "monotone_constraints_method": "advanced",
    },
)
C = pl.col
Curve = list[tuple[float, float]]


class Trees(WeightTable):
    """LightGBM over the fields, each level replaced by its weight so that more is better; the NHS number as shipped."""

    def __init__(self, booster: Any, base: ModelFile) -> None:
        super().__init__({**base, "version": "trees"})
        self.booster = booster

    def contributions(self, levels: Levels) -> Reals:
        """log2 contribution of each field (exact tree contributions), none of pairs, and the base last."""
        out = np.zeros_like(super().contributions(levels))
        parts = self.booster.predict(features(levels, self.table), pred_contrib=True) / math.log(2)
        out[:, : len(NAMES)], out[:, -1] = parts[:, :-1], parts[:, -1]
        out[:, NUMBER] = self.table[NUMBER, levels[:, NUMBER]]
        return out


def features(levels: Levels, table: Reals) -> Reals:
    """The levels as numbers in order of evidence, the NHS number hidden."""
    values: Reals = table[np.arange(len(NAMES)), levels]
    values[:, NUMBER] = 0.0
    return values


def labelled(area: Area, base: ModelFile) -> tuple[Labels, ModelFile]:
    """The labels that `hiu train` would learn from, and the base model for an area of this size."""
    owned, settings = candidate.trusted(area.identity), Linking()
    found = labelled_pairs(area.identity, owned, settings, area.events, hide_number=True)
    base = values_at(base, found.descriptions)
    said_with_less = candidate._said_with_less(area.identity, area.events, base, settings)
    return candidate._plausible(found, base).plus(said_with_less), base


def models(area: Area) -> Iterator[tuple[str, WeightTable]]:
    """Each model by its name."""
    import lightgbm

    base: ModelFile = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
    yield "shipped, pairs of fields", WeightTable(base)
    labels, base = labelled(area, base)
    for name, ridge in (("own numbers, fields alone", Ridge(together=None)), ("own numbers, pairs of fields", Ridge())):
        yield name, WeightTable(fit(labels.levels, labels.same, labels.weight, base, ridge))
    seen = features(labels.levels, WeightTable(base).table)
    data = lightgbm.Dataset(seen, labels.same.astype(int), weight=labels.weight, feature_name=list(NAMES))
    yield "own numbers, trees of depth 2", Trees(lightgbm.train(PARAMETERS, data, ROUNDS), base)


def ours(area: Area, model: WeightTable) -> Curve:
    """Wrong rows and F1 at each line."""
    cuts = Cuts(area.identity, settings=Linking(), lowest=LINES[0], events=area.events, model=model)
    return [_judged(area, cuts.at(line).clusters) for line in LINES]


def _judged(area: Area, clusters: pl.DataFrame) -> tuple[float, float]:
    found = score(area, clusters)
    return found["wrong"], found["f1"]


def splink(area: Area, *, every: bool) -> Curve:
    """Wrong rows and F1 at each line; every: all its fields, with rarity of names, and not those of its tutorial."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    names = ("identity_id", "given", "family", "middle", "dob", "postcode", "street", "house", "sex", "nhs_number")
    rows = area.identity.filter(~C("nobody")).select(*names, full_name=pl.concat_str("given", "family", separator=" "))
    rules = [
        block_on("nhs_number"),
        block_on("given", "family"),
        block_on("family", "dob"),
        block_on("given", "dob"),
        block_on("postcode", "given"),
    ]
    comparisons: list[Any] = [
        cl.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="full_name"),
        cl.DateOfBirthComparison("dob", input_is_string=False),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("nhs_number"),
        cl.ExactMatch("sex"),
    ]
    if every:
        rules += [block_on("postcode", "family"), block_on("dob", "substr(given,1,1)"), block_on("street", "house")]
        rules += [block_on("dob", "substr(family,1,1)")]
        comparisons[0] = cl.NameComparison("given").configure(term_frequency_adjustments=True)
        comparisons[3] = cl.DamerauLevenshteinAtThresholds("nhs_number", [1])
        comparisons += [
            cl.NameComparison("family").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("middle", [0.9]),
            cl.JaroWinklerAtThresholds("street", [0.9]),
            cl.ExactMatch("house"),
        ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="identity_id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=comparisons,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(rows.to_arrow()), settings)
    sure = [block_on("nhs_number"), block_on("given", "family", "dob")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("given", "family"), block_on("dob")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs, curve = linker.inference.predict(threshold_match_probability=SPLINK_LINES[0]), []
    for line in SPLINK_LINES:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, line)
        people = pl.from_arrow(found.as_duckdbpyrelation().to_arrow_table())
        assert isinstance(people, pl.DataFrame)
        alone = area.identity.join(people, on="identity_id", how="left")
        named = pl.coalesce(C("cluster_id").cast(pl.String), "identity_id")
        curve.append(_judged(area, alone.select("identity_id", cluster=named)))
    return curve


def cells(curve: Curve) -> Iterator[str]:
    """F1 at each share of wrong rows; where no line comes so low, or so high, the line that comes nearest."""
    wrong, f1 = (np.array(side) for side in zip(*sorted(curve), strict=True))
    for wanted in WANTED:
        if wrong[0] <= wanted <= wrong[-1]:
            yield f"{np.interp(wanted, wrong, f1):.4f}"
        else:
            at = int(np.argmin(np.abs(wrong - wanted)))
            yield f"{f1[at]:.4f} at {wrong[at]:.2%}"


def main() -> None:
    """Run everything, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--sample", type=Path)
    ask.add_argument("--first", type=int, nargs="*", default=[31])
    ask.add_argument("--second", type=int, nargs="*", default=[101])
    asked = ask.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    areas: dict[str, Callable[[], Area]] = {}
    if truth := asked.sample and asked.sample / "truth" / "rows.parquet":
        areas["sample"] = lambda: read(asked.sample / "raw", load_sources(SAMPLE_SOURCES), truth)
    for seed in asked.second:
        areas[f"{seed}"] = lambda seed=seed: second(asked.folder / f"o{seed}-8000", seed)
    for seed in asked.first:
        areas[f"{seed}"] = lambda seed=seed: synthetic(asked.folder / f"s{seed}-20000", 20_000, seed)
    print("| area | model |" + "".join(f" {wanted:.2%} |" for wanted in WANTED) + " CPU s |\n" + "|---" * 7 + "|")
    for name, made in areas.items():
        area = made()
        for model, scorer in models(area):
            began = time.process_time()
            _tell(name, model, ours(area, scorer), began)
        for model, every in (("Splink 5, its tutorial", False), ("Splink 5 by EM, all its fields", True)):
            began = time.process_time()
            _tell(name, model, splink(area, every=every), began)


def _tell(name: str, model: str, curve: Curve, began: float) -> None:
    took = time.process_time() - began
    print(f"| {name} | {model} | {' | '.join(cells(curve))} | {took:.1f} |", flush=True)
    print(name, model, [f"{wrong:.3%} {f1:.4f}" for wrong, f1 in curve], file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
