"""What each part of the matcher gives: the unseen area linked again with one part taken out at a time.

    .venv/bin/python tests/bench/link_ablation.py [--folder DIR] [--people 20000] [--seed 31]

Prints Markdown: B-cubed precision, recall, F1, rows in the wrong cluster, and the F1 the part gives.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from link_areas import Area, score, synthetic

from hiu.link import link
from hiu.link.candidates import block
from hiu.link.candidates.blocking_keys import Rule
from hiu.link.model.scorer import WeightTable
from hiu.link.people import cluster, resolve
from hiu.settings import Linking

C = pl.col
FEW = tuple(Rule("node", parts) for parts in ("number", "dob family_sound", "name", "family home", "dob home"))
Part = tuple[Callable[[Area], Area], Callable[[dict[str, Any]], None], tuple[tuple[Any, str, Any], ...]]


def without(*columns: str) -> Callable[[Area], Area]:
    """The area with columns of the descriptions emptied."""

    def change(area: Area) -> Area:
        kinds = area.identity.schema
        return replace(area, identity=area.identity.with_columns(pl.lit(None, kinds[c]).alias(c) for c in columns))

    return change


def as_is(area: Area) -> Area:
    """The area as it is."""
    return area


def no_events(area: Area) -> Area:
    """The area without references shared across sources."""
    return replace(area, events=area.events.clear())


def keep(model: dict[str, Any]) -> None:
    """The model as it is."""


def level_as(*changes: tuple[str, str, str]) -> Callable[[dict[str, Any]], None]:
    """Levels that weigh what another does: (field, level, other)."""

    def change(model: dict[str, Any]) -> None:
        for field, level, other in changes:
            model["weights"][field][level] = model["weights"][field][other]

    return change


def no_kin(model: dict[str, Any]) -> None:
    """Relatives and namesakes weigh nothing as patterns."""
    model["weights"]["kin"] = dict.fromkeys(model["weights"]["kin"], 0.0)


SLIPS = {"given": ("typo", "sound"), "family": ("typo", "sound"), "dob": ("typo", "day_month_swapped", "two_parts")}
TYPOS = tuple((field, level, "different") for field, levels in SLIPS.items() for level in levels)
RARITY = tuple(
    (field, level, "exact")
    for field in ("given", "family")
    for level in ("exact_frequent", "exact_common", "exact_rare")
)
SWAPS = (("given", "swapped", "different"), ("family", "swapped", "different"))


def _none(*_: Any) -> Any:
    return np.empty(0, dtype=np.int64)


ABSOLUTE = ((resolve, "NUMBER_CONFLICT", 1000.0), (resolve, "NUMBER_MOST", 1000.0))
PARTS: dict[str, Part] = {
    "many keys (five instead)": (as_is, keep, ((block, "RULES", FEW),)),
    "resolving (chaining instead)": (as_is, keep, ((cluster, "_suspicious", _none),)),
    "numbers strong, not absolute (absolute instead)": (as_is, keep, ABSOLUTE),
    "numbers judged by cluster": (as_is, keep, ((resolve, "NUMBER_CONFLICT", 0.0), (resolve, "NUMBER_REPEATED", 0.0))),
    "a row between two rivals left alone": (as_is, keep, ((resolve, "RIVAL_MARGIN", -1000.0),)),
    "relatives and namesakes as patterns": (as_is, no_kin, ()),
    "slips of typing and sounds": (as_is, level_as(*TYPOS), ()),
    "how rare a name is": (as_is, level_as(*RARITY), ()),
    "nicknames and transliterations": (as_is, level_as(("given", "nickname", "different")), ()),
    "swapped names": (as_is, level_as(*SWAPS), ()),
    "aliases": (without("aliases"), keep, ()),
    "middle names": (without("middle"), keep, ()),
    "age where there is no date of birth": (without("birth_year"), keep, ()),
    "NHS numbers": (without("nhs_number"), keep, ()),
    "local numbers": (without("local_ids"), keep, ()),
    "references to one event": (no_events, keep, ()),
    "street and house": (without("house", "street"), keep, ()),
    "postcode": (without("postcode"), keep, ()),
    "sex": (without("sex"), keep, ()),
}


@contextmanager
def patched(changes: tuple[tuple[Any, str, Any], ...]) -> Iterator[None]:
    """Parts of the matcher replaced; a name that is gone is an error."""
    with ExitStack() as stack:
        for target, name, value in changes:
            stack.enter_context(patch.object(target, name, value))
        yield


def run(area: Area, part: Part) -> dict[str, float]:
    """Score an area with a part taken out."""
    change_area, change_model, changes = part
    model = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
    change_model(model)
    changed = change_area(area)
    with patched(changes):
        linked = link(changed.identity, settings=Linking(), events=changed.events, model=WeightTable(model))
    return score(area, linked.clusters)


def main() -> None:
    """Run every part and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    ask.add_argument("--people", type=int, default=20_000)
    ask.add_argument("--seed", type=int, default=31)
    asked = ask.parse_args()
    area = synthetic(asked.folder / str(asked.seed), asked.people, asked.seed)
    full = run(area, (as_is, keep, ()))
    print("| taken out | precision | recall | F1 | wrong rows | it gives |\n|---|---|---|---|---|---|")
    print(_line("nothing", full, full))
    found = {name: run(area, part) for name, part in PARTS.items()}
    for name, s in sorted(found.items(), key=lambda item: item[1]["f1"]):
        print(_line(name, s, full))


def _line(name: str, s: dict[str, float], full: dict[str, float]) -> str:
    gives = "" if s is full else f"{full['f1'] - s['f1']:+.4f}"
    return f"| {name} | {s['precision']:.4f} | {s['recall']:.4f} | {s['f1']:.4f} | {s['wrong']:.2%} | {gives} |"


if __name__ == "__main__":
    main()
