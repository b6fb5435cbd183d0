"""Home addresses as sent, taken apart: house (number, flat or name) and street, folded."""

import re
from typing import NamedTuple

from hiu.extract.values.text import bag, by_word, fold, repaired


class Address(NamedTuple):
    """'Flat 19, 14 Quantock Walk' is house '14 FLAT 19', street 'QUANTOCK WALK'."""

    house: str | None = None
    street: str | None = None


NOWHERE = (
    r"\b(NFA|N ?F ?A|NO FIXED (ABODE|ADDRESS)|OF NO FIXED|HOMELESS|ROUGH SLEEP\w*|UNKNOWN|NOT KNOWN|NOT GIVEN|"
    r"NOT STATED|REFUSED|ADDRESS WITHHELD|NO ADDRESS|N K)\b|^(NK|TBC|N A)$"
)
_UNIT = re.compile(
    r"^(?:FLAT|FLT|APARTMENT|APT|UNIT|ROOM|RM|BEDSIT|STUDIO)\.?\s*(?:NO\.?\s*)?#?"
    r"([A-Z]?[0-9]+[A-Z]?|[A-Z])\b[\s,]*"
)
_NUMBER = re.compile(r"^(?:NO\.?\s*)?([0-9]+[A-Z]?(?:\s?[-/]\s?[0-9]+[A-Z]?)?)[\s,]+([A-Z].*)$")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\s*$")
STREETS = by_word(
    ROAD="RD", STREET="ST,STR", AVENUE="AVE,AV", CRESCENT="CRES,CRS", CLOSE="CL", DRIVE="DR,DRV",
    GARDENS="GDNS,GRDNS", GARDEN="GDN", LANE="LN", PLACE="PL", SQUARE="SQ", TERRACE="TCE,TERR,TER", WALK="WLK,WK",
    COURT="CT,CRT", GROVE="GRV,GR", PARK="PK", HOUSE="HSE", WAY="WY", PARADE="PDE", HEIGHTS="HTS", MEWS="MS",
    BOULEVARD="BLVD", ESTATE="EST", BUILDINGS="BLDGS", VIEW="VW",
)  # fmt: skip
"""How the last word of a street is shortened."""

_KINDS = (frozenset(STREETS.values()) - {"HOUSE"}) | bag(
    "HILL RISE GREEN LEAZE MEAD ROW YARD WHARF QUAY PARADE CAUSEWAY BRIDGE ORCHARD COMMON VALE BANK CROSS "
    "DROVE END FIELD FIELDS MEADOW MEADOWS PATH RIDGE CIRCUS ALLEY ARCADE PASSAGE STEPS TOP VILLAS "
    "COTTAGES BATCH BARTON COOMBE"
)


def read_address(text: str) -> Address:
    """House and street of an address in one cell. No fixed abode and unknown addresses are null.

    Without a number, the first part is the house when a street follows it, or when it is no street itself.
    """
    plain = re.sub(r"\s*[\n;|]\s*", ", ", repaired(text).upper())
    if re.search(NOWHERE, fold(plain)):
        return Address()
    plain = _POSTCODE.sub("", plain).strip(" ,.")
    unit, plain = _unit(plain)
    parts = [part.strip(" .") for part in plain.split(",") if part.strip(" .")]
    for part in parts:
        if found := _NUMBER.match(part):
            return Address(_house(found[1], unit), street_name(found[2]))
    if len(parts) > 1 and re.fullmatch(r"[0-9]+[A-Z]?", parts[0]):
        return Address(_house(parts[0], unit), street_name(parts[1]))
    return _unnumbered([name for part in parts if (name := street_name(part))], unit)


def street_name(text: str) -> str | None:
    """A street folded, its last word written out ('High St' is HIGH STREET; 'St James Rd' ST JAMES ROAD)."""
    words = [re.sub(r"[^A-Z0-9]", "", word) for word in _plain(text).split()]
    words = [word for word in words if word]
    if len(words) > 1:
        words[-1] = STREETS.get(words[-1], words[-1])
    return " ".join(words) or None


def _plain(text: str) -> str:
    return text if text.isascii() else " ".join(fold(word) or word for word in text.split())


def _unit(text: str) -> tuple[str | None, str]:
    found = _UNIT.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def _house(number: str | None, unit: str | None) -> str | None:
    number = re.sub(r"\s", "", number) if number else None
    return f"{number or ''} FLAT {unit}".strip() if unit else number


def _unnumbered(names: list[str], unit: str | None) -> Address:
    if not names:
        return Address(_house(None, unit), None)
    first, *rest = names
    if rest and (not _is_street(first) or _is_street(rest[0])):
        return Address(f"{first} FLAT {unit}" if unit else first, rest[0])
    if _is_street(first):
        return Address(_house(None, unit), first)
    return Address(f"{first} FLAT {unit}" if unit else first, None)


def _is_street(name: str) -> bool:
    return name.split()[-1] in _KINDS
