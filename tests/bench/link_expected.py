"""How the levels of sure pairs fall in invented areas: `expected` in the shipped model's file, for the fit check.

python tests/bench/link_expected.py FOLDER      areas of 20,000 people, seeds 11, 12, 13 and 31, made there if need be
"""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path

import numpy as np
from link_areas import Area, synthetic

from hiu.link.model.agreement import shares_seen
from hiu.link.model.scorer import WeightTable
from hiu.link.model.unlabelled import area_patterns
from hiu.settings import Linking


def expected(areas: list[Area]) -> dict[str, dict[str, float]]:
    """Field -> level -> share of the sure pairs of all areas, under the model as sized for the first of them."""
    model = WeightTable(json.loads(resources.files("hiu.link.model").joinpath("model.json").read_text("utf-8")))
    found = [area_patterns(area.identity, area.events, Linking()) for area in areas]
    levels, pairs = np.vstack([one.levels for one in found]), np.concatenate([one.pairs for one in found])
    return shares_seen(levels, pairs, model.sized(found[0].descriptions))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    path = Path(str(resources.files("hiu.link.model").joinpath("model.json")))
    values = json.loads(path.read_text("utf-8"))
    values["expected"] = expected([synthetic(folder / f"s{seed}-20000", 20_000, seed) for seed in (11, 12, 13, 31)])
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
