"""Postcodes as sent: 'BS1 4ND' form, the outward part alone, or null."""

import re

import polars as pl

from hiu.extract.values.kept import once_a_delivery
from hiu.extract.values.text import bag, per_value

AREAS = bag(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH "
    "EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M "
    "ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST "
    "SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
"""Postcode areas of the UK, Isle of Man and Channel Islands (Royal Mail)."""

_OUTWARD = r"(?:[A-Z]{1,2}[0-9]{1,2}|(?:E|EC|N|NW|SE|SW|W|WC)[0-9][A-Z])"
_INWARD = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_FULL = re.compile(rf"({_OUTWARD})({_INWARD})")
_FORM = rf"^({_OUTWARD})({_INWARD})$"
_CUT = re.compile(rf"({_OUTWARD})[0-9][ABD-HJLNP-UW-Z]|((?:E|EC|N|NW|SE|SW|W|WC)[0-9][A-Z])[0-9]")
"""A postcode whose end was cut off: its district is sure where a letter follows, or stands before, the last figure."""
_ALONE = re.compile(_OUTWARD)
_LETTER = {"0": "O", "1": "I", "5": "S", "6": "G", "8": "B", "2": "Z"}
_FIGURE = {letter: figure for figure, letter in _LETTER.items()} | {"L": "1"}


def read_postcode(text: str) -> str | None:
    """A postcode put in form. ZZ99 codes, NFA and the like are null: they are never evidence.

    Stray marks and spaces are taken out; one figure typed for a letter (or the reverse) is put right if only one
    reading is a postcode. One letter too many or too few leaves the outward part, if a space shows where it ends.
    """
    marked = re.sub(r"[^A-Z0-9 ]", "", text.upper()).strip()
    bare = marked.replace(" ", "")
    if bare.startswith("ZZ99") or not any(figure.isdigit() for figure in bare):
        return None
    if found := _full(bare):
        return found
    if (readings := {found for guess in _guesses(marked) if (found := _full(guess))}) and len(readings) == 1:
        return readings.pop()
    if (cut := _CUT.fullmatch(bare)) and _area(cut[1] or cut[2]) in AREAS:
        return cut[1] or cut[2]
    outward = marked.split(" ")[0]
    return outward if _ALONE.fullmatch(outward) and _area(outward) in AREAS else None


@once_a_delivery
def read_postcodes(texts: pl.Series) -> pl.Series:
    """`read_postcode` of each value: those in form are read a column at once, only the rest one by one."""
    distinct = texts.drop_nulls().unique(maintain_order=True).to_frame("text")
    bare = pl.col("text").str.to_uppercase().str.replace_all(" ", "", literal=True)
    parts = bare.str.extract_groups(_FORM).struct
    in_form = parts.field("1").str.extract(r"^([A-Z]+)").is_in(AREAS)
    whole = pl.when(in_form).then(parts.field("1") + pl.lit(" ") + parts.field("2"))
    read = distinct.select("text", whole.alias("read"))
    rest = read.filter(pl.col("read").is_null())["text"]
    hard = pl.DataFrame({"text": rest, "read": per_value(rest, read_postcode)})
    table = pl.concat([read.filter(pl.col("read").is_not_null()), hard])
    return texts.to_frame("text").join(table, on="text", how="left", maintain_order="left")["read"]


def _full(bare: str) -> str | None:
    found = _FULL.fullmatch(bare)
    return f"{found[1]} {found[2]}" if found and _area(found[1]) in AREAS else None


def _area(outward: str) -> str:
    return re.split(r"[0-9]", outward, maxsplit=1)[0]


def _guesses(marked: str) -> set[str]:
    """The same with one figure read as a letter in the area or at the end, or one letter as the inward figure."""
    bare = marked.replace(" ", "")
    if not 5 <= len(bare) <= 7 or marked.find(" ") not in (-1, len(bare) - 3):
        return set()
    swaps = {0: _LETTER, 1: _LETTER, len(bare) - 3: _FIGURE, len(bare) - 2: _LETTER, len(bare) - 1: _LETTER}
    return {bare[:at] + swap[bare[at]] + bare[at + 1 :] for at, swap in swaps.items() if bare[at] in swap}
