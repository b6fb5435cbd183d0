"""Compare: the level of agreement of each field, for many pairs at once.

Strings are compared once per distinct pair of values (rapidfuzz), everything else by whole columns.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link import kin
from hiu.link.block import Pairs, split
from hiu.link.levels import NAMES, Ints, Levels
from hiu.link.on_birth import birth
from hiu.link.on_names import both_names, middle
from hiu.link.on_numbers import event, local_id, nhs_number, sex
from hiu.link.on_place import place


def compare(nodes: pl.DataFrame, pairs: Pairs, events: pl.DataFrame | None = None) -> Levels:
    """Levels [pairs, fields] in the order of levels.NAMES. `nodes` as built by nodes.build."""
    a, b = split(pairs)
    given, family = both_names(nodes, a, b)
    levels = {
        "given": given,
        "family": family,
        "middle": middle(nodes, a, b),
        "dob": birth(nodes, a, b),
        "place": place(nodes, a, b),
        "nhs_number": nhs_number(nodes, a, b),
        "sex": sex(nodes, a, b),
        "local_id": local_id(nodes, a, b),
        "event": event(pairs, events),
    }
    levels["kin"] = kin.level(levels, _column(nodes, "year", a), _column(nodes, "year", b))
    return np.stack([levels[name] for name in NAMES], axis=1)


def _column(nodes: pl.DataFrame, name: str, at: Ints) -> NDArray[np.float64]:
    """A numeric column at some nodes; null is NaN."""
    return nodes[name].cast(pl.Float64).to_numpy()[at]
