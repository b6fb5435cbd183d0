"""Which column of an unknown file each field of a known source most likely is, and how sure that is."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from hiu.extract.draft.columns.concepts import USUAL
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.names import name_columns, name_nobody
from hiu.extract.draft.columns.person_number import OF_BANDS, are_ages, is_measure, is_person_number
from hiu.extract.draft.columns.row_number import may_be_key, row_number
from hiu.extract.draft.columns.times import LATER, belongs, first_day
from hiu.extract.draft.columns.words import CALLERS, EVENTS, OTHERS, PERSON, PLACES, UNITS, hold_names, nearness, words
from hiu.extract.files.header import squash
from hiu.extract.values.text import bag
from hiu.sources import FieldSpec, Source

NAMES = ("name", "given", "family", "aliases")
_NEAR = 80
_TIMED = 90
"""A text field takes a column of dates or times only if the header is nearly its own."""
_BY_LOOKS = ("nhs_number", "postcode", "sex")
_LOOKS = {
    "nhs_number": {"nhs_number", "key", "text", "code"},
    "postcode": {"postcode"},
    "date": {"date", "timestamp"},
    "dob": {"date", "timestamp"},
    "timestamp": {"date", "timestamp"},
}
"""Looks a field of a type may have; types not listed may look like anything."""
_NO_NAMES = {"nhs_number", "postcode", "date", "timestamp", "time", "month", "day", "guid", "sex"}
_TURNS = {"start": LATER, "end": bag("seen arrival arrived start started admitted admission referral referred begun")}
_YEARLESS = "its values, days without a year, which can't be loaded: add the year, or ask the sender for whole dates"
_ABOUT = bag("patient pt client person individual resident subject su nominal")
"""Words of a header that say whom the row is about."""
_MOST_SEXES = 12
"""As many words as a column of sexes may hold: one of names below a header near 'Patient sex' holds more."""
_BORN = timedelta(days=3650)


@dataclass(frozen=True)
class Match:
    """A field's column and how it was found: 'known name', 'near ...', 'its usual name' or 'its values'.

    `rivals` are other headers that the source would accept for the field too.
    """

    header: str
    how: str
    rivals: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """The header is one the source already accepts, and the only one."""
        return self.how == "known name" and not self.rivals


def match_fields(looks: Mapping[str, Look], source: Source, *, strict: bool = False) -> dict[str, Match]:
    """Field -> its best column: by an accepted header, the nearest header, a usual one, then by what values look like.

    A field of names is never a column of numbers, dates or GUIDs, whatever its header says; if `strict`, no field is
    one whose values cannot be its own.
    """
    matched = _by_name(looks, source, strict=strict)
    _nearest(looks, source, matched, {field: spec.columns for field, spec in source.fields.items()}, "near")
    _nearest(looks, source, matched, USUAL, "usual name")
    _by_number(looks, source, matched)
    if not strict:
        _by_key(looks, source, matched)
    _by_values(looks, source, matched)
    _by_birth(looks, source, matched)
    return matched


def wrongly_named(looks: Mapping[str, Look], source: Source) -> dict[str, str]:
    """Fields of names -> the header that the source would take for one though its values are no names."""
    sent = _sent(looks)
    return {
        field: header
        for field, spec in source.fields.items()
        for header in (sent[squash(word)] for word in spec.columns if squash(word) in sent)
        if spec.type in NAMES and not fits(spec, looks[header])
    }


def _sent(looks: Mapping[str, Look]) -> dict[str, str]:
    sent: dict[str, str] = {}
    for header in looks:
        sent.setdefault(squash(header), header)
    return sent


def _by_name(looks: Mapping[str, Look], source: Source, *, strict: bool) -> dict[str, Match]:
    sent, out = _sent(looks), dict[str, Match]()
    for field, spec in source.fields.items():
        accepted = dict.fromkeys(sent[squash(word)] for word in spec.columns if squash(word) in sent)
        if field == "start" and any(seen.dated for seen in looks.values()):  # a time of day beside days is no start
            accepted = {header: None for header in accepted if looks[header].kind != "time"}
        found = [header for header in accepted if not (strict or spec.type in NAMES) or fits(spec, looks[header])]
        if found:
            out[field] = Match(found[0], "known name", tuple(found[1:]))
    return out


def _nearest(
    looks: Mapping[str, Look],
    source: Source,
    matched: dict[str, Match],
    accepted: Mapping[str, tuple[str, ...] | list[str] | object],
    how: str,
) -> None:
    taken = {match.header for match in matched.values()}
    free = [seen for header, seen in looks.items() if header not in taken]
    for score, field, header, word in sorted(_scores(free, source, matched, accepted)):
        if -score >= _NEAR and field not in matched and header not in taken:
            matched[field] = Match(header, f"{how} '{word}'")
            taken.add(header)


def _scores(
    free: list[Look], source: Source, matched: Mapping[str, Match], accepted: Mapping[str, object]
) -> Iterator[tuple[float, str, str, str]]:
    for field, spec in source.fields.items():
        usual = accepted.get(field, ())
        if field in matched or not isinstance(usual, tuple | list):
            continue
        for seen in free:
            if of_another(field, spec, seen.header) or _of_person(field, source, seen):
                continue
            if fits(spec, seen) and may_be_key(field, source, seen):
                timed = spec.type in ("text", "code") and seen.kind in ("time", "date", "timestamp")
                least = _TIMED if timed and not any(re.search(form, "10:15") for form in spec.accepts) else 0
                near = ((nearness(seen.header, word), word) for word in usual)
                yield from ((-score, field, seen.header, word) for score, word in near if score >= least)


def _of_person(field: str, source: Source, seen: Look) -> bool:
    """Whether a column numbers people, and so neither events nor the people of one event: 'Nominal URN' is no log."""
    spec, key = source.fields[field], source.key
    if field not in (*key.event, *key.record) or source.kind != "events" or spec.type not in ("text", "code"):
        return False
    own = frozenset[str]().union(*map(words, spec.columns)) if field in key.event else frozenset[str]()
    return is_person_number(seen) and not words(seen.header) & PERSON <= own


def _by_key(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    """The number that differs most from row to row, for a key of one part that no header is near to."""
    field, taken = source.key.event[0], {match.header for match in matched.values()}
    if source.kind == "events" and len(source.key.event) == 1 and field in source.fields and field not in matched:
        header = row_number([seen for name, seen in looks.items() if name not in taken], field, source)
        matched |= {field: Match(header, "a number of each row")} if header else {}


def fits(spec: FieldSpec, seen: Look) -> bool:
    """Whether a column's values can be those of a field."""
    if not seen.filled:
        return True
    if spec.type in NAMES:
        whole = spec.type in ("given", "family") and (seen.kind == "name" or bool(seen.separator))
        return (
            (seen.lettered or "initials" in words(seen.header))
            and seen.kind not in _NO_NAMES
            and not (whole or is_person_number(seen) or are_ages(seen) or name_nobody(seen))
        )
    if spec.type == "local_id":
        numbered = sum(any(map(str.isdigit, text)) for text in seen.counted) * 2 >= seen.distinct
        return (
            numbered
            and not is_measure(seen)
            and seen.kind not in ("date", "timestamp", "time", "month", "name", "postcode", "sex", "nhs_number")
        )
    if spec.type == "nhs_number" and (seen.lettered or not (seen.kind == "nhs_number" or "nhs" in squash(seen.header))):
        return False
    if spec.type == "sex":
        named = seen.kind == "name" or hold_names(seen.header, seen.counted)
        return seen.kind == "sex" or not (seen.dated or named or seen.distinct > _MOST_SEXES)
    if spec.type == "address":
        return seen.kind != "postcode"
    if spec.type == "age":
        return (seen.whole or are_ages(seen)) and not OF_BANDS & words(seen.header)
    if spec.type == "dob" and {"dob", "age"} <= words(seen.header):
        return not seen.lettered  # births and ages
    return spec.type not in _LOOKS or seen.kind in _LOOKS[spec.type]


def of_another(field: str, spec: FieldSpec, header: str) -> bool:
    """Whether a header says that it is about an officer, a practice or a scene, not the person of the row."""
    sent, own = words(header), frozenset[str]().union(*map(words, spec.columns))
    if spec.type in ("postcode", "address"):
        return not (sent & (PLACES | OTHERS)) <= own
    if spec.type in NAMES and not (sent & UNITS) <= own:
        return True
    if spec.type in (*NAMES, "dob", "age", "sex", "nhs_number", "local_id"):
        # a visit's number is near 'Patient ID', and numbers nobody
        return not (sent & (OTHERS | EVENTS if spec.type == "local_id" else OTHERS)) <= own
    return field in _TURNS and not (sent & _TURNS[field]) <= own


def _by_number(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    """The number that a person goes by, for the first local number that has no column yet."""
    taken = {match.header for match in matched.values()}
    field = next((name for name, spec in source.fields.items() if spec.type == "local_id" and name not in matched), "")
    found = [seen.header for header, seen in looks.items() if header not in taken and is_person_number(seen)]
    if field and found:
        matched[field] = Match(found[0], "the number of a person")


def _by_values(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    taken = {match.header for match in matched.values()}
    for field, spec in source.fields.items():
        if field not in matched and spec.type in _BY_LOOKS:
            free = [
                header
                for header, seen in looks.items()
                if header not in taken and seen.kind == spec.type and not of_another(field, spec, header)
            ]
            if len(free) == 1:
                matched[field] = Match(free[0], "its values")
                taken.add(free[0])


def is_birth(seen: Look, looks: Mapping[str, Look]) -> bool:
    """Whether dates spread as births do: over 20 years, and long before what else is dated in the file."""
    others = [other.middle for other in looks.values() if other.middle and other.header != seen.header]
    if seen.middle is None or seen.span <= 20 or seen.middle.year > 2012:
        return False
    return not others or seen.middle + _BORN < max(others)


def _by_birth(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    taken = {match.header for match in matched.values()}
    free = [seen.header for header, seen in looks.items() if header not in taken and seen.dated]
    born = [header for header in free if is_birth(looks[header], looks)]
    if "dob" in source.fields and "dob" not in matched and len(born) == 1:
        matched["dob"] = Match(born[0], "dates spread as births are")


def match_concepts(looks: Mapping[str, Look], concepts: Source, frame: pl.DataFrame) -> dict[str, Match]:
    """As match_fields, for a file nothing is known about: surnames rule out a whole name, any dates can be `start`."""
    if any(
        words(header) & _ABOUT and not words(header) & OTHERS for header in looks
    ):  # who called is the person where nobody else is meant
        looks = {header: seen for header, seen in looks.items() if not words(header) & CALLERS}
    matched = match_fields(looks, concepts, strict=True)
    initials = "name" in matched and "initials" in words(matched["name"].header)
    if "name" in matched and ("family" in matched or (initials and "dob" not in matched)):
        other = matched.pop("name")  # initials alone say too little
        matched |= {"given": other} if initials and "family" in matched and "given" not in matched else {}
    if "name" not in matched and "family" not in matched:
        used = {match.header for match in matched.values()}
        named = [
            h for h, seen in looks.items() if h not in used and seen.kind == "name" and OTHERS.isdisjoint(words(h))
        ]
        if len(named) == 1:
            matched["name"] = Match(named[0], "its values")
    if not {"name", "family", "given"} & set(matched):
        family, given = name_columns(looks, {match.header for match in matched.values()})
        if family and given:
            matched |= {"family": Match(family, "its values"), "given": Match(given, "its values")}
    used = {match.header for match in matched.values()}
    free = [seen for header, seen in looks.items() if header not in used and seen.dated and not is_birth(seen, looks)]
    began = [seen for seen in free if LATER.isdisjoint(words(seen.header))] or [
        seen for seen in free if words(seen.header) & {"created", "recorded", "entered"}
    ]
    if not began and "end" in matched and "start" not in matched:
        matched["start"] = Match(matched.pop("end").header, "the only date")
    if began and "start" not in matched:
        matched["start"] = Match(max(began, key=lambda seen: seen.kind == "timestamp").header, "its values")
    if "start" in matched:
        matched["start"] = _began(matched["start"], looks, frame, used)
    days = [header for header, seen in looks.items() if seen.kind == "day" and header not in used]
    if days and "start" not in matched:
        matched["start"] = Match(days[0], _YEARLESS)
    return matched


def _began(start: Match, looks: Mapping[str, Look], frame: pl.DataFrame, used: AbstractSet[str]) -> Match:
    """The column of the start, where no header says it: the first of those of one day; else the day whose time of day
    has a column of its own, named as the day is (Visit Date with Visit Time)."""
    if start.sure or not looks[start.header].dated:
        return start
    free = [name for name, seen in looks.items() if seen.dated and name not in used - {start.header}]
    free = [name for name in free if not is_birth(looks[name], looks)]
    if (header := first_day(start.header, free, looks, frame)) != start.header:
        return Match(header, f"its values, which come before those of {start.header}")
    clocks = [name for name, seen in looks.items() if seen.kind == "time"]
    days = [name for name in free if looks[name].kind == "date" and not words(name) & LATER]
    owners = [name for name in days if any(belongs(clock, name) for clock in clocks)]
    plain = looks[start.header].kind != "date" or start.header in owners or len(owners) != 1
    if plain or first_day(owners[0], [start.header], looks, frame) == start.header:
        return start
    return Match(owners[0], "its time of day")
