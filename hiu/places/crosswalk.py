"""A crosswalk: rows that say which areas a key lies in from one day to another, read from CSV and checked whole.

Nothing is half read: a row that can't be meant so refuses its file, with the row, the column, what was found and what
was expected. Two rows of one key that hold on the same day are refused too.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from io import StringIO
from itertools import pairwise
from pathlib import Path

import polars as pl

from hiu.errors import SettingsError
from hiu.extract.values.postcode import read_postcode
from hiu.fuzzy import did_you_mean, not_among
from hiu.model import TABLES
from hiu.model.frames import schema

AREAS = ("borough", "command_unit", "trust", "partnership", "icb", "police_force", "ambulance_trust")
"""The areas that a row may name."""
PLACE = TABLES["place"]
HEADERS = tuple(name for name in PLACE.names if name != "borough_key")
"""The columns of a file; kind, key and a name of an area are needed."""
_SHOWN = 20
"""Faults of a file that a message names."""
_FORMS = {
    "postcode": "a whole postcode such as BS1 4ND",
    "sector": "a postcode sector such as BS1 4, with its space",
    "district": "a postcode district such as BS1",
    "ward": "a ward code such as E05000138",
    "lsoa": "an LSOA code such as E01000001",
    "site": "the code or name of a site",
    "area": "the name of an area as agencies write it",
}
KINDS = tuple(_FORMS)
"""What a key may be."""
_CODES = {"ward": re.compile(r"[EWS]05\d{6}|N08\d{6}"), "lsoa": re.compile(r"[EWS]01\d{6}|N20\d{6}")}
_SECTOR = re.compile(r"([A-Z0-9]{2,4}) ([0-9])")


@dataclass(frozen=True)
class Crosswalk:
    """The rows that hold at a site (model.PLACE), and the files they are from. Without rows a site has no places."""

    rows: pl.DataFrame
    files: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.rows.is_empty()


def shipped_crosswalks() -> dict[str, str]:
    """The examples that are shipped: name -> text of the file."""
    found = sorted((item for item in resources.files(__package__).iterdir()), key=lambda item: item.name)
    return {item.name[:-4]: item.read_text(encoding="utf-8") for item in found if item.name.endswith(".csv")}


def crosswalk(used: Sequence[str], folder: Path | None = None) -> Crosswalk:
    """The rows of a site: those of the shipped examples it names, and of every CSV in its folder of places.

    Of a key that the site's own files give, no shipped row is taken. Raises SettingsError naming file, row, column,
    what was found and what was expected.
    """
    stock = shipped_crosswalks() if used else {}
    for name in used:
        if name not in stock:
            problem = not_among(f"no crosswalk '{name}' is shipped", name, stock)
            raise SettingsError(f"site.toml: 'places': {problem}")
    own = sorted(folder.glob("*.csv")) if folder and folder.is_dir() else []
    theirs = [row for path in own for row in read_crosswalk(str(path), _text(path))]
    mine = {(row["kind"], row["key"]) for row in theirs}
    given = [row for name in dict.fromkeys(used) for row in read_crosswalk(f"{name}.csv (shipped)", stock[name])]
    rows = [*theirs, *(row for row in given if (row["kind"], row["key"]) not in mine)]
    _require_apart(rows)
    _require_one_spelling(rows)
    _require_boroughs(rows)
    keyed = [{**row, "borough_key": name_key(str(row["borough"])) if row["borough"] else None} for row in rows]
    types = schema(PLACE)
    frame = pl.DataFrame([{name: row[name] for name in types} for row in keyed], schema=types)
    return Crosswalk(frame, (*dict.fromkeys(used), *(path.name for path in own)))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SettingsError(f"{path}: found bytes that are neither UTF-8 nor Windows-1252; save it as CSV UTF-8")


Row = dict[str, str | int | date | None]


def read_crosswalk(file: str, text: str) -> list[Row]:
    """The rows of one file, each with its keys put in form and `where` it stands. Raises SettingsError."""
    try:
        lines = list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise SettingsError(f"{file}: not readable as CSV: {error}") from None
    if not lines:
        raise SettingsError(f"{file}: found nothing; expected a row of headers: {', '.join(HEADERS)}")
    headers = [cell.strip().lower().replace(" ", "_") for cell in lines[0]]
    _require_headers(file, headers)
    rows: list[Row] = []
    faults: list[str] = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        row, wrong = _row(f"{file}, row {number}", headers, cells)
        rows.append(row)
        faults += wrong
    if faults:
        more = [f"and {len(faults) - _SHOWN} more like these"] if len(faults) > _SHOWN else []
        raise SettingsError("\n".join([*faults[:_SHOWN], *more]))
    return rows


def _require_headers(file: str, headers: Collection[str]) -> None:
    for name in headers:
        if name not in HEADERS:
            hint = did_you_mean(name, HEADERS)
            raise SettingsError(f"{file}, row 1: found the header '{name[:40]}'; expected {', '.join(HEADERS)}.{hint}")
    if twice := sorted({name for name in headers if list(headers).count(name) > 1}):
        raise SettingsError(f"{file}, row 1: found the header '{twice[0]}' twice; expected each once")
    if lacking := [name for name in ("kind", "key") if name not in headers]:
        raise SettingsError(f"{file}, row 1: found no header '{lacking[0]}'; expected {', '.join(HEADERS)}")


def _row(where: str, headers: Sequence[str], cells: Sequence[str]) -> tuple[Row, list[str]]:
    """A row, and what is wrong with it, a sentence each."""
    if len(cells) != len(headers):
        return {}, [f"{where}: found {len(cells)} cells; expected {len(headers)}, as there are headers"]
    sent = {name: " ".join(cell.split()) for name, cell in zip(headers, cells, strict=True)}
    row: Row = {**dict.fromkeys(HEADERS), **{name: text or None for name, text in sent.items()}, "where": where}
    faults: list[str] = []

    def wrong(column: str, expected: str) -> None:
        found = f"'{str(sent.get(column, ''))[:40]}'" if sent.get(column) else "nothing"
        faults.append(f"{where}, column '{column}': found {found}; expected {expected}")

    kind = str(sent["kind"]).lower()
    if kind not in _FORMS:
        wrong("kind", f"one of {', '.join(KINDS)}")
    elif (key := key_of(kind, str(sent["key"]))) is None:
        wrong("key", _FORMS[kind])
    else:
        row |= {"kind": kind, "key": key}
    for name in (name for name in AREAS if "|" in str(row[name])):
        wrong(name, "a name without |")
    if not any(row[name] for name in AREAS):
        wrong("borough", f"a name, here or in one of {', '.join(AREAS[1:])}: the row says nothing otherwise")
    for name in ("valid_from", "valid_to"):
        try:
            row[name] = date.fromisoformat(str(row[name])) if row[name] else None
        except ValueError:
            wrong(name, "a day such as 2026-04-01, or nothing")
    if isinstance(first := row["valid_from"], date) and isinstance(last := row["valid_to"], date) and last < first:
        wrong("valid_to", f"the last day on which the row holds, not before valid_from ({first})")
    if people := sent.get("population"):
        row["population"] = int(people) if people.isascii() and people.isdigit() and int(people) > 0 else None
        if row["population"] is None:
            wrong("population", "a whole number of people above 0, without commas")
        elif kind != "area" or name_key(str(row["key"])) != name_key(str(row["borough"] or "")):
            wrong("population", "nothing: a population stands in the row of kind area whose key is the borough's name")
    return row, faults


def key_of(kind: str, text: str) -> str | None:
    """A key in the form in which it is looked up; null if it is not of that kind."""
    upper = " ".join(text.upper().split())
    if kind in _CODES:
        return upper if _CODES[kind].fullmatch(upper) else None
    if kind == "sector":
        parts = _SECTOR.fullmatch(upper)
        return upper if parts and read_postcode(f"{upper}AA") == f"{upper}AA" else None
    if kind in ("postcode", "district"):
        found = read_postcode(text)
        same = found is not None and found.replace(" ", "") == upper.replace(" ", "")
        return found if same and (" " in str(found)) == (kind == "postcode") else None
    return name_key(text) or None


def name_key(text: str) -> str:
    """A name or code of a site or area for comparing: no case, spaces or marks, & as and."""
    return re.sub(r"[\W_]+", "", text.casefold().replace("&", " and "))


def _require_apart(rows: Sequence[Row]) -> None:
    """Raises SettingsError where two rows of one key hold on the same day."""
    for one, other in _overlaps(rows):
        raise SettingsError(
            f"{other['where']}, column 'valid_from': found {_span(other)} for {one['kind']} '{one['key']}', which "
            f"{one['where']} has for {_span(one)}; expected days that no other row of that key holds on"
        )


def _overlaps(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    alike: Mapping[tuple[object, object], list[Row]] = defaultdict(list)
    for row in rows:
        alike[row["kind"], row["key"]].append(row)
    for group in alike.values():
        ordered = sorted(group, key=lambda row: row["valid_from"] or date.min)
        for one, other in pairwise(ordered):
            if (one["valid_to"] or date.max) >= (other["valid_from"] or date.min):  # type: ignore[operator]
                yield one, other


def _require_one_spelling(rows: Sequence[Row]) -> None:
    """Raises SettingsError where an area is written in two ways: it would be two areas, each with a part of it."""
    for name in AREAS:
        spelt: dict[str, Row] = {}
        for row in rows:
            if text := row[name]:
                first = spelt.setdefault(name_key(str(text)), row)
                if first[name] != text:
                    raise SettingsError(
                        f"{row['where']}, column '{name}': found '{text}'; expected '{first[name]}', as "
                        f"{first['where']} has it"
                    )


def _require_boroughs(rows: Sequence[Row]) -> None:
    """Raises SettingsError for a row that names its borough alone, of which there is no row to fill the others from."""
    own = {str(row["key"]) for row in rows if row["kind"] == "area" and row["borough"]}
    whole = {str(row["borough"]) for row in rows if row["borough"] and name_key(str(row["borough"])) in own}
    for row in rows if whole else ():
        if row["borough"] and row["borough"] not in whole and not any(row[name] for name in AREAS[1:]):
            hint = did_you_mean(str(row["borough"]), whole)
            raise SettingsError(
                f"{row['where']}, column 'borough': found '{row['borough']}'; expected a borough that has a row of "
                f"kind area with its name as key, or its command unit and other areas in this row.{hint}"
            )


def _span(row: Row) -> str:
    first, last = row["valid_from"], row["valid_to"]
    return f"{f'from {first}' if first else 'from ever'} {f'to {last}' if last else 'on'}"
