"""Names and addresses of the usual plain form, read a whole column at once; all others are taken apart one by one.

What is read here is what read_name, read_parts and read_address would make of it (a test holds them together).
"""

import polars as pl

from hiu.extract.values.address import NOWHERE, STREETS
from hiu.extract.values.people.names import SPECIAL
from hiu.extract.values.people.nobody import DOUBTFUL

_WORD = "(?:[A-Z]{2,}|[A-Z][a-z]+)"
_CAPITALS, _SMALL = "[A-Z]{2,}", "[A-Z][a-z]+"
_TITLE = "(?:(?:M[Rr]|M[Rr][Ss]|M[Ss]|MISS|Miss) )?"
_FORMS = (
    rf"{_TITLE}(?P<family1>{_WORD}), ?(?P<given1>{_WORD}|[A-Z])(?P<middle1>(?: {_WORD})*)",
    rf"(?P<given2>{_SMALL})(?P<middle2>(?: {_SMALL})*) (?P<family2>{_CAPITALS})",
    rf"(?P<family3>{_CAPITALS}) (?P<given3>{_SMALL})(?P<middle3>(?: {_SMALL})*)",
)
_WHOLE = f"^(?:{'|'.join(_FORMS)})$"
"""SURNAME, Forename with a title or an initial; Forename SURNAME; SURNAME Forename."""
_GIVEN = rf"^(?P<given>{_WORD}|[A-Z])(?P<middle>(?: {_WORD})*)$"
_SPECIAL = rf"\b(?:{'|'.join(sorted(SPECIAL))}|MC[A-Z]*|X+|{DOUBTFUL})\b"
_HOME = r"^(?:(?:FLAT|Flat) (?P<unit>[0-9]+), )?(?P<number>[0-9]+) (?P<street>[A-Za-z]+(?: [A-Za-z]+)*)$"
_NOT_HOME = rf"{NOWHERE}|\b(?:{'|'.join(sorted(STREETS))})$|^(?:ST|NO) "


def plain_names(names: pl.DataFrame) -> pl.DataFrame:
    """text, given, middle, family and plain for distinct names as sent (sent_name, or sent_given and sent_family)."""
    if "sent_name" in names.columns:
        groups = pl.col("sent_name").str.extract_groups(_WHOLE).struct
        parts = {
            name: pl.coalesce(groups.field(f"{name}{form}") for form in (1, 2, 3))
            for name in ("given", "middle", "family")
        }
    else:
        given = _text(names, "sent_given").str.extract_groups(_GIVEN).struct
        parts = {name: given.field(name) for name in ("given", "middle")}
        parts["family"] = _text(names, "sent_family").str.extract(f"^({_WORD})$")
    found = names.with_columns(**parts)
    whole = pl.concat_str(["given", "middle", pl.lit(" "), "family"])
    usual = whole.is_not_null() & ~whole.str.to_uppercase().str.contains(_SPECIAL)
    read = ("sent_name",) if "sent_name" in names.columns else ("sent_given", "sent_family")
    for other in {"sent_given", "sent_family", "sent_middle", "sent_aliases"}.difference(read) & set(names.columns):
        usual &= pl.col(other).is_null()
    middle = pl.col("middle").str.strip_chars().str.to_uppercase()
    return found.select(
        whole.str.to_titlecase().alias("text"),
        pl.col("given").str.to_uppercase(),
        pl.when(middle != "").then(middle).alias("middle"),
        pl.col("family").str.to_uppercase(),
        usual.alias("plain"),
    )


def plain_homes(addresses: pl.Series) -> pl.DataFrame:
    """house, street and plain for distinct addresses as sent."""
    groups = pl.col("text").str.extract_groups(_HOME).struct
    number, unit = groups.field("number"), groups.field("unit")
    street = groups.field("street").str.to_uppercase()
    house = pl.when(unit.is_null()).then(number).otherwise(number + pl.lit(" FLAT ") + unit)
    usual = street.is_not_null() & ~street.str.contains(_NOT_HOME)
    return addresses.to_frame("text").select(house.alias("house"), street.alias("street"), usual.alias("plain"))


def _text(names: pl.DataFrame, field: str) -> pl.Expr:
    return pl.col(field) if field in names.columns else pl.lit(None, pl.String)
