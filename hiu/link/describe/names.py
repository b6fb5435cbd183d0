"""What is known about names: variants one person may go by, how common a name is, and how it sounds.

The lists lie in data/, each with its source in its first lines; that of given names is where names are read.
"""

from functools import cache
from importlib import resources

import polars as pl

from hiu.extract.values.people.given import given_groups

_SOUND = (
    (r" ", ""),
    (r"^MAC", "MC"),
    (r"SZCZ|SHCH", "S"),
    (r"SKA$", "SKI"),
    (r"(OV|EV|IN)A$", "$1"),
    (r"^KN|^GN", "N"),
    (r"^WR", "R"),
    (r"^PS", "S"),
    (r"DZH|DJ|J", "G"),
    (r"PH", "F"),
    (r"SZ|SCH|SH|CZ|TCH|CH|TZ", "S"),
    (r"GH(T)", "$1"),
    (r"GH|KH|DH|TH|BH", "T"),
    (r"CK|Q|X", "K"),
    (r"C([EIY])", "S$1"),
    (r"C", "K"),
    (r"Z", "S"),
    (r"W|V", "V"),
    (r"D$", "T"),
    (r"MP", "M"),
)
"""Spellings that sound alike to an English ear, in order; own rules, made for typed-up names in crisis records."""


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


def sound(names: pl.Expr) -> pl.Expr:
    """How a folded name sounds: consonants in order after the first letter, spellings made alike; '' stays ''."""
    heard = names
    for pattern, plain in _SOUND:
        heard = heard.str.replace_all(pattern, plain)
    first = heard.str.slice(0, 1).str.replace(r"[AEIOUY]", "A")
    rest = heard.str.slice(1).str.replace_all(r"[AEIOUYH]", "")
    both = first + rest
    for letter in "BDFGKLMNPRSTV":
        both = both.str.replace_all(f"{letter}{letter}+", letter)
    return both
