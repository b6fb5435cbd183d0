"""How a name sounds: used to find a person whose name was written as it was heard."""

import polars as pl

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
