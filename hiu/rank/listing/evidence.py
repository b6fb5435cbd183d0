"""How much a list has to go on: what was filled, and when there is too little to be sure of any place."""

import numpy as np

from hiu.model import many
from hiu.month import Month
from hiu.rank.listing.history import History
from hiu.rank.listing.intensity import weighed

LEAST_MONTHS, LEAST_SETS = 3, 2
"""Months supplied of the last 12, and data sets that count: with fewer no place is surer than B."""


def little(past: History, weights: dict[str, float]) -> str:
    """Why no place is surer than B, in words; empty where there is enough to go on."""
    recent = past.supplied[weighed(past, weights), -12:]
    here = np.flatnonzero(recent.any(axis=1))
    months = int(recent.any(axis=0).sum())
    if not months:
        return "nothing that counts towards the points was supplied in the last 12 months"
    reasons = []
    if months < LEAST_MONTHS:
        reasons.append(f"only {months} month{'' if months == 1 else 's'} supplied")
    if len(here) < LEAST_SETS:
        name = past.datasets[weighed(past, weights)[here[0]]]
        reasons.append(f"only {many(name)} count")
    return " and ".join(reasons)


def gaps_in_words(past: History, weights: dict[str, float]) -> str:
    """Which months of which data sets were filled, and which data sets began late."""
    missing, ever = past.missing(), dict(zip(past.datasets, past.joined, strict=True))
    gaps = [
        f"{many(name)} not supplied for {', '.join(Month.parse(m).title for m in months)}"
        for name, months in missing.items()
        if weights.get(name) and ever[name] is not None
    ]
    late = [
        f"{many(name)} since {month.title}, at that rate before"
        for name, month in past.since().items()
        if weights.get(name)
    ]
    return "; ".join([*gaps, *late])
