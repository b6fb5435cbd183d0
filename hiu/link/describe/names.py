"""What is known about names: variants one person may go by, and how common a name is.

The lists lie in data/, each with its source in its first lines; that of given names is where names are read.
"""

from functools import cache
from importlib import resources

import polars as pl

from hiu.extract.values.people.given import given_groups


def _lines(name: str) -> list[str]:
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def groups(kind: str) -> pl.DataFrame:
    """Name variants: `name`, `group` (row of the list). `kind` is given or family."""
    every = given_groups() if kind == "given" else [line.split() for line in _lines("family_names.txt")]
    rows = [(name, k) for k, group in enumerate(every) for name in dict.fromkeys(group)]
    return pl.DataFrame(rows, schema={"name": pl.String, "group": pl.UInt32}, orient="row")


@cache
def members(kind: str) -> dict[str, frozenset[int]]:
    """The groups each listed name belongs to."""
    found: dict[str, set[int]] = {}
    for name, group in groups(kind).rows():
        found.setdefault(name, set()).add(group)
    return {name: frozenset(where) for name, where in found.items()}


@cache
def shares(kind: str) -> dict[str, float]:
    """Share of people with a listed common name (0 to 1)."""
    out: dict[str, float] = {}
    for line in _lines("common_names.csv"):
        what, per_100k, names = line.split(",")
        if what == kind:
            for name in names.split():
                out.setdefault(name, float(per_100k) / 100_000)
    return out


@cache
def listed_names(kind: str) -> frozenset[str]:
    """Every listed name: one edit between two of these is more likely another name than a slip."""
    return frozenset(members(kind)) | frozenset(shares(kind))
