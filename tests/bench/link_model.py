"""Remake hiu/link/model/model.json from two synthetic areas. Deliberate: look at the result before committing it.

    python tests/bench/link_model.py [--write] [--folder DIR] [--people 20000]

Prints the score on an area it was not trained on (seed 13), before and after; writes only with --write.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from link_areas import Area, score, synthetic

from hiu.link import link
from hiu.link.model import train
from hiu.link.model.scorer import WeightTable
from hiu.settings import Linking

RIDGE = 200.0
TRAINED_ON, TRIED_ON = (11, 12), 13
HERE = Path(__file__).parent
BASE = HERE / "link_reasoned.json"
TARGET = resources.files("hiu.link.model") / "model.json"


def trained(base: dict[str, Any], areas: list[Area]) -> dict[str, Any]:
    """The base model moved by the areas' truth."""
    parts = [train.labelled_pairs(area.identity, area.owners, Linking(), area.events) for area in areas]
    levels, same, weight = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return train.fit(levels, same, weight, base, RIDGE)


def main() -> None:
    """Train, score, and with --write replace the model."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--write", action="store_true")
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--people", type=int, default=20_000)
    asked = ask.parse_args()
    areas = {seed: synthetic(asked.folder / str(seed), asked.people, seed) for seed in (*TRAINED_ON, TRIED_ON)}
    base = json.loads(BASE.read_text(encoding="utf-8"))
    made = trained(base, [areas[seed] for seed in TRAINED_ON])
    old = json.loads(TARGET.read_text(encoding="utf-8"))
    made |= {"version": old["version"], "made": old["made"]}
    for name, model in (("reasoned", base), ("committed", old), ("trained now", made)):
        linked = link(
            areas[TRIED_ON].identity, settings=Linking(), events=areas[TRIED_ON].events, model=WeightTable(model)
        )
        print(name, {key: round(value, 4) for key, value in score(areas[TRIED_ON], linked.clusters).items()})
    if asked.write:
        Path(str(TARGET)).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
