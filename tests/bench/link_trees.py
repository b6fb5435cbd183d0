"""Boosted trees against the shipped weights, over the same levels and the same labels: which should ship?

    .venv-bench/bin/python tests/bench/link_trees.py [--folder DIR] [--people 20000] [--sample DIR]

LightGBM with every field monotone (evidence can only help), trained as the weights are on areas 11 and 12, then both
put behind link.model.scorer.Scorer and through the same blocking, clustering and resolving on areas neither has seen:
13, 31, and the sample if given. Each is run at several offsets of the prior, so that rows in the wrong cluster can be
read at equal recall. Prints Markdown.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from link_areas import Area, read, score, synthetic
from numpy.typing import NDArray

from hiu.link import link
from hiu.link.levels import NAMES, Levels
from hiu.link.model.labels import labelled_pairs
from hiu.link.model.scorer import Reals, WeightTable
from hiu.settings import Linking
from hiu.sources import load_sources

TRAINED_ON, TRIED_ON = (11, 12), (13, 31)
OFFSETS = (-3.0, -1.5, 0.0, 1.5, 3.0)
SITE = Path(__file__).parents[1] / "sites" / "sample"
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
    "num_threads": 2,
    "monotone_constraints": [1] * len(NAMES),
    "monotone_constraints_method": "advanced",
}
ROUNDS = 300


class Shifted:
    """A scorer whose prior is moved by an offset."""

    def __init__(self, scorer: Any, offset: float) -> None:
        self.scorer, self.offset, self.version = scorer, offset, f"{scorer.version}{offset:+g}"
        self.frozen = self.version

    def contributions(self, levels: Levels) -> Reals:
        """Those of the scorer, the prior moved."""
        parts = self.scorer.contributions(levels).copy()
        parts[:, -1] += self.offset
        return parts

    def sized(self, descriptions: int) -> Shifted:
        """As the scorer, for an area of another size."""
        return Shifted(self.scorer.sized(descriptions), self.offset)


class Trees:
    """LightGBM over the fields, each level replaced by its shipped weight so that more is better."""

    version = frozen = "trees"

    def __init__(self, booster: Any, rank: NDArray[np.float64], prior: float = 0.0) -> None:
        self.booster, self.rank, self.prior = booster, rank, prior

    def contributions(self, levels: Levels) -> Reals:
        """log2 contribution of each field (exact tree contributions), and the base last."""
        parts = self.booster.predict(features(levels, self.rank), pred_contrib=True) / math.log(2)
        parts[:, -1] += self.prior
        return np.asarray(parts, dtype=np.float64)

    def sized(self, descriptions: int) -> Trees:
        """One bit less for each doubling beyond the areas trained on, as the weights have it."""
        return Trees(self.booster, self.rank, -max(math.floor(math.log2(max(descriptions, 1) / 44_000)), 0))


def features(levels: Levels, rank: NDArray[np.float64]) -> NDArray[np.float64]:
    """The levels as numbers in order of evidence."""
    values: NDArray[np.float64] = rank[np.arange(len(NAMES)), levels]
    return values


def trained(areas: list[Area], rank: NDArray[np.float64]) -> tuple[Trees, float]:
    """The trees, and CPU seconds of training."""
    import lightgbm

    parts = [labelled_pairs(area.identity, area.owners, Linking(), area.events) for area in areas]
    levels, same, weight = (np.concatenate([getattr(p, name) for p in parts]) for name in ("levels", "same", "weight"))
    began = time.process_time()
    data = lightgbm.Dataset(features(levels, rank), same.astype(int), weight=weight, feature_name=list(NAMES))
    booster = lightgbm.train(PARAMETERS, data, ROUNDS)
    return Trees(booster, rank), time.process_time() - began


def main() -> None:
    """Train, run everything, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--people", type=int, default=20_000)
    ask.add_argument("--sample", type=Path)
    asked = ask.parse_args()
    shipped = WeightTable(json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8")))
    trees, seconds = trained([synthetic(asked.folder / str(s), asked.people, s) for s in TRAINED_ON], shipped.table)
    size = len(trees.booster.model_to_string())
    print(
        f"trees: {seconds:.1f} CPU s to train, {size:,} bytes as text; weights: {len(str(shipped.table.tolist())):,}\n"
    )
    areas = {f"area {s}": synthetic(asked.folder / str(s), asked.people, s) for s in TRIED_ON}
    if asked.sample:
        sources = load_sources(SITE / "sources")
        areas["sample"] = read(asked.sample / "raw", sources, asked.sample / "truth" / "rows.parquet")
    print("| area | model | offset | precision | recall | F1 | wrong rows | CPU s |\n|---|---|---|---|---|---|---|---|")
    for name, area in areas.items():
        curves = {}
        for model, scorer in (("weights", shipped), ("trees", trees)):
            curves[model] = [_tell(name, model, area, Shifted(copy.copy(scorer), offset), offset) for offset in OFFSETS]
        _equal(name, curves)


def _tell(name: str, model: str, area: Area, scorer: Any, offset: float) -> dict[str, float]:
    began = time.process_time()
    linked = link(area.identity, settings=Linking(), events=area.events, model=scorer)
    took, s = time.process_time() - began, score(area, linked.clusters)
    print(
        f"| {name} | {model} | {offset:+g} | {s['precision']:.4f} | {s['recall']:.4f} | {s['f1']:.4f} | "
        f"{s['wrong']:.2%} | {took:.1f} |"
    )
    return s


def _equal(name: str, curves: dict[str, list[dict[str, float]]]) -> None:
    """Wrong rows of the trees where their recall is the weights' own (between two runs, a straight line)."""
    base = curves["weights"][OFFSETS.index(0.0)]
    points = sorted((s["recall"], s["wrong"]) for s in curves["trees"])
    inside = points[0][0] <= base["recall"] <= points[-1][0]
    wrong = float(np.interp(base["recall"], *zip(*points, strict=True)))
    told = f"{wrong:.2%}" if inside else "not reached at any offset tried"
    print(
        f"| {name} | **at equal recall** | | | {base['recall']:.4f} | | weights {base['wrong']:.2%}, trees {told} | |"
    )


if __name__ == "__main__":
    main()
