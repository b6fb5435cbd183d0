"""Which column of an unknown file numbers its events: the number that stays the same when a row is sent again."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

import polars as pl

from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.match import Match
from hiu.extract.draft.columns.words import EVENTS, OTHERS, PHONES, is_number_name, is_personal_name, words
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.text import bag

VERSION = bag(
    "load loaded loadt updated update modified amended version ver revision rev extracted extract refreshed refresh "
    "snapshot changed saved etl batch"
)
"""Words of a column that says which of several rows of one event was written last."""
TAKEN_BACK = bag("deleted delete deletion void voided withdrawn removed erased")
"""Words of a column that says which rows were taken back."""
MEASURED = bag(
    "units unit score total minutes mins hours seconds secs duration length amount cost price weight height dose level "
    "rate percent pct age latitude longitude lat lon easting northing temperature count per days nights"
)
"""Words of a column that measures something, so that it numbers nothing."""
_STATES = bag("discharged admitted ended closed left departed status outcome finished arrived seen")
"""Words of a column that says what became of somebody, which numbers nothing, however few the rows."""
_OF_OTHERS = OTHERS - {"contact"}
_OF_EVENTS = bag("case incident event log call job occurrence crime contact")
_FEWEST_ROWS, _FEWEST_LATER = 4, 3
_MOST = 0.9
PARTS = bag("leg part attempt resource vehicle veh segment callsign unit")
"""Words of a column that says which part of an event a row is."""
_DECIMAL = re.compile(r"-?\d+(?:\.\d{1,3}|,\d{1,2})")
"""Figures with a decimal part; a comma before three figures parts thousands."""
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9/_-]{3,40}")


def find_key(
    frame: pl.DataFrame, looks: Mapping[str, Look], matched: Mapping[str, Match], people: AbstractSet[str]
) -> str | None:
    """The column that numbers the events: named so, or as different from row to row as one would be; else None."""
    looks = {header: seen for header, seen in looks.items() if not _is_row_number(seen)}
    event = matched.get("event")
    event = event if event and event.header in looks and event.header not in people else None
    if event and _numbers_rows(looks[event.header], named=True):
        return _across_versions(frame, looks, event.header, matched, people)
    taken = {match.header for match in matched.values()} - {event.header if event else ""} | people
    free = [seen for header, seen in looks.items() if header not in taken and not seen.dated and seen.kind != "time"]
    able = [seen for seen in free if _numbers_rows(seen, named=is_number_name(seen.header))]
    able = able or [seen for seen in free if _like_numbers(seen)]
    start = looks[matched["start"].header] if "start" in matched else None
    able = able or [seen for seen in free if _numbers_parts(frame, seen, start, looks, taken)]
    best = max(able, key=lambda seen: (is_number_name(seen.header), seen.kind == "key", seen.distinct), default=None)
    return _across_versions(frame, looks, best.header, matched, people) if best else None


def come_again(
    frame: pl.DataFrame, looks: Mapping[str, Look], start: Look | None, who: Sequence[str]
) -> tuple[set[str], list[str]]:
    """Numbers that come again on other days, and so number no event; of these the numbers of people: each belongs to
    one person of the columns `who`, and nearly every person has one."""
    again, people = set[str](), list[str]()
    if start is None or not start.dated:
        return again, people
    days = read_stamps(frame[start.header], start.formats)["stamp"].dt.date().alias("day")
    cells = [pl.col(header).str.to_lowercase().str.strip_chars().fill_null("") for header in who]
    cells = cells or [pl.repeat("", pl.len())]
    person = frame.select(pl.concat_str(*cells, separator="|").alias("person"))["person"]
    for header, seen in looks.items():
        named = is_number_name(header) or (words(header) & EVENTS and seen.distinct > _FEWEST_ROWS)
        if header in who or seen.dated or not named or seen.kind == "time":
            continue
        rows = pl.DataFrame({"number": frame[header], "day": days, "person": person}).drop_nulls()
        of = rows.group_by("number").agg(pl.col("day").n_unique(), pl.col("person").n_unique())
        later = of.filter(pl.col("day") > 1)
        if later.height < _FEWEST_LATER or later.height * 5 < of.height:
            continue
        again.add(header)
        own = rows.group_by("person").agg(pl.col("number").n_unique())
        whose = words(header) & (_OF_OTHERS | EVENTS | _OF_EVENTS | PHONES)
        if who and not whose and _mostly(later["person"] == 1) and _mostly(own["number"] == 1):
            people.append(header)
    return again, people


def _across_versions(
    frame: pl.DataFrame, looks: Mapping[str, Look], key: str, matched: Mapping[str, Match], people: AbstractSet[str]
) -> str:
    """The key, or the number that stays the same over the versions of a row where the key numbers each version anew.

    So it is where another number and a column of versions tell every row apart, and the number alone does not.
    """
    if looks[key].distinct < looks[key].filled:
        return key
    taken = {match.header for match in matched.values()} - {key} | people
    versions = [
        header for header, seen in looks.items() if words(header) & VERSION and seen.distinct > 1 and header != key
    ]
    for header, seen in looks.items():
        if header in (key, *versions, *taken) or not is_number_name(header) or not _numbers_rows(seen, named=True):
            continue
        if seen.distinct < seen.filled and any(not frame.select(header, v).is_duplicated().any() for v in versions):
            return header
    return key


def _is_row_number(seen: Look) -> bool:
    """Whether a column counts the rows of the file from 1, or from 0, a few of them wrongly: the next file's begins
    again with other events."""
    if seen.filled < _FEWEST_ROWS or not all(value.isdecimal() for value in seen.counted):
        return False
    numbers = {int(value) for value in seen.counted}
    slips = seen.filled // 20
    return min(numbers) <= 1 and max(numbers) <= seen.filled + slips and len(numbers) >= seen.filled - slips


def may_number(seen: Look) -> bool:
    """Whether a column with the name of a number may number events for all that its values show."""
    return 5 * seen.distinct > seen.filled and seen.kind != "time" and not _is_row_number(seen)


def _like_numbers(seen: Look) -> bool:
    """Whether values are references by their form, whatever the header says: letters and figures of nearly one length,
    most of them different."""
    if seen.filled < seen.rows or seen.filled < 8 or seen.distinct < 0.6 * seen.filled or seen.whole:
        return False
    if seen.kind not in ("text", "key", "guid") or is_personal_name(seen.header) or OTHERS & words(seen.header):
        return False
    lengths = [len(value) for value in seen.counted]
    telephone = sum(value.startswith(("0", "+44")) and value.lstrip("+").isdigit() for value in seen.counted)
    plain = all(_REFERENCE.fullmatch(value) for value in seen.counted)
    return plain and max(lengths) - min(lengths) <= 2 and telephone * 2 < seen.distinct


def _numbers_rows(seen: Look, *, named: bool) -> bool:
    """Whether values differ as keys do: all filled; if they are not named as numbers, nearly one a row and no words."""
    if not is_number_name(seen.header) and words(seen.header) & _STATES:
        return False
    others = _OF_OTHERS - ({"ward"} if words(seen.header) & {"stay", "episode"} else set())
    if seen.filled < seen.rows or seen.filled == 0 or others & words(seen.header) or _is_measure(seen):
        return False
    spread = seen.distinct / seen.filled
    if named or words(seen.header) & {"log", "call", "incident", "event", "case", "referral"}:
        return spread >= 0.3 or seen.filled < 4
    return spread >= 0.98 and not seen.lettered and seen.kind in ("key", "guid", "text") and not seen.whole


def is_running(frame: pl.DataFrame, key: str, seen: Look) -> bool:
    """Whether a column counts the rows of each value of the key from 1, or from 0, and so tells each row apart."""
    if not seen.whole or seen.dated or frame.select(key, seen.header).is_duplicated().any():
        return False
    runs = frame.group_by(key).agg(pl.len().alias("rows"), pl.col(seen.header).cast(pl.Float64, strict=False).max())
    return _mostly((runs[seen.header] - runs["rows"]).is_in([0.0, -1.0]))


def _numbers_parts(
    frame: pl.DataFrame, seen: Look, start: Look | None, looks: Mapping[str, Look], taken: AbstractSet[str]
) -> bool:
    """Whether a column numbers events of many rows each: another numbers the rows of one, which lie within a day."""
    few = seen.distinct < _FEWEST_ROWS or seen.filled < seen.rows or 2 * seen.distinct > seen.filled
    if few or seen.lettered or _is_measure(seen) or words(seen.header) & (_OF_OTHERS | VERSION):
        return False
    parts = [look for header, look in looks.items() if header not in taken and header != seen.header]
    if not any(is_part(frame, seen.header, look) for look in parts):
        return False
    return start is None or not start.dated or _within_a_day(frame, seen.header, start)


def is_part(frame: pl.DataFrame, key: str, seen: Look) -> bool:
    """Whether a column tells the rows of one value of the key apart: it counts them, or names the vehicle or leg."""
    named = bool(words(seen.header) & PARTS) and not frame.select(key, seen.header).is_duplicated().any()
    return named or is_running(frame, key, seen)


def _within_a_day(frame: pl.DataFrame, key: str, start: Look) -> bool:
    stamps = read_stamps(frame[start.header], start.formats)["stamp"]
    spans = frame.select(key, stamps.alias("at")).group_by(key).agg(pl.col("at").max() - pl.col("at").min())
    return _mostly(spans["at"] <= timedelta(days=1))


def _mostly(found: pl.Series) -> bool:
    return int(found.sum()) >= _MOST * len(found)


def _is_measure(seen: Look) -> bool:
    """Whether a column holds amounts: a word such as units or score, or figures with a decimal part."""
    if is_number_name(seen.header) and not words(seen.header) & {"number", "no"}:
        return False
    decimals = sum(bool(_DECIMAL.fullmatch(value)) for value in seen.counted)
    return bool(words(seen.header) & MEASURED) or decimals * 5 > seen.distinct
