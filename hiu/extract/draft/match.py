"""Which column of an unknown file each field of a known source most likely is, and how sure that is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from hiu.extract.draft.look import Look
from hiu.extract.files.header import squash
from hiu.sources import FieldSpec, Source

_NEAR = 80
_BY_LOOKS = ("nhs_number", "postcode", "sex")
_LOOKS = {
    "nhs_number": {"nhs_number"},
    "postcode": {"postcode"},
    "date": {"date", "timestamp"},
    "dob": {"date", "timestamp"},
    "timestamp": {"date", "timestamp"},
}
"""Looks a field of a type may have; types not listed may look like anything."""


@dataclass(frozen=True)
class Match:
    """A field's column and how it was found: 'known name', 'near ...' or 'its values'."""

    header: str
    how: str

    @property
    def sure(self) -> bool:
        """The header is one the source already accepts."""
        return self.how == "known name"


def match_fields(looks: Mapping[str, Look], source: Source) -> dict[str, Match]:
    """Field -> its best column: by an accepted header, then by the nearest header, then by what values look like."""
    matched = _by_name(looks, source)
    _by_nearness(looks, source, matched)
    _by_values(looks, source, matched)
    return matched


def _by_name(looks: Mapping[str, Look], source: Source) -> dict[str, Match]:
    sent: dict[str, str] = {}
    for header in looks:
        sent.setdefault(squash(header), header)
    out: dict[str, Match] = {}
    for field, spec in source.fields.items():
        found = [sent[squash(word)] for word in spec.columns if squash(word) in sent]
        if found:
            out[field] = Match(found[0], "known name")
    return out


def _by_nearness(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    taken = {match.header for match in matched.values()}
    open_fields = {field: spec for field, spec in source.fields.items() if field not in matched}
    scores = sorted(
        (-_nearness(header, word), field, header, word)
        for field, spec in open_fields.items()
        for header, seen in looks.items()
        if header not in taken and _fits(spec, seen)
        for word in spec.columns
    )
    for score, field, header, word in scores:
        if -score >= _NEAR and field not in matched and header not in taken:
            matched[field] = Match(header, f"near '{word}'")
            taken.add(header)


def _nearness(header: str, word: str) -> float:
    """0-100: letters that differ cost most; words in another order and further words in the header cost little."""
    close = max(fuzz.ratio(squash(header), squash(word)), fuzz.token_sort_ratio(_spaced(header), _spaced(word)))
    sent, accepted = _spaced(header).split(), _spaced(word).split()
    within = 96 - 4 * (len(sent) - len(accepted)) if accepted and set(accepted) <= set(sent) else 0
    return max(close, within)


def _spaced(text: str) -> str:
    """Words in lower case: 'StartDateWardStay' and 'START_DATE' come apart."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold()


def _fits(spec: FieldSpec, seen: Look) -> bool:
    return not seen.filled or spec.type not in _LOOKS or seen.kind in _LOOKS[spec.type]


def _by_values(looks: Mapping[str, Look], source: Source, matched: dict[str, Match]) -> None:
    taken = {match.header for match in matched.values()}
    for field, spec in source.fields.items():
        if field not in matched and spec.type in _BY_LOOKS:
            free = [header for header, seen in looks.items() if header not in taken and seen.kind == spec.type]
            if len(free) == 1:
                matched[field] = Match(free[0], "its values")
                taken.add(free[0])


def match_concepts(looks: Mapping[str, Look], concepts: Source) -> dict[str, Match]:
    """As match_fields, for a file nothing is known about: surnames rule out a whole name, any dates can be `start`."""
    matched = match_fields(looks, concepts)
    if "family" in matched and "name" in matched and not matched["name"].sure:
        del matched["name"]
    used = {match.header for match in matched.values()}
    free = [seen for header, seen in looks.items() if header not in used and seen.kind in ("timestamp", "date")]
    if free and "start" not in matched:
        matched["start"] = Match(max(free, key=lambda seen: seen.kind == "timestamp").header, "its values")
    return matched


def is_number_name(header: str) -> bool:
    """Whether a header is named as a reference is: Log Ref, Incident No, WardStayID."""
    return not {"id", "ref", "no", "number", "reference", "urn", "log"}.isdisjoint(_spaced(header).split())


_CONCEPTS: tuple[tuple[str, str, Sequence[str]], ...] = (
    ("nhs_number", "nhs_number", ("nhs number", "nhs no")),
    ("dob", "dob", ("date of birth", "dob", "birth date", "person birth date", "birthdate")),
    ("postcode", "postcode", ("postcode", "post code", "home postcode")),
    ("family", "family", ("surname", "family name", "last name", "person family name")),
    ("given", "given", ("forename", "first name", "given name", "person given name")),
    ("name", "name", ("name", "full name", "patient name", "person", "patient", "occupant", "service user", "nominal")),
    ("sex", "sex", ("sex", "gender")),
    ("age", "age", ("age", "age years")),
    ("address", "address", ("address", "home address", "address line 1")),
    ("end", "timestamp", ("end", "end date", "discharge date", "closed", "stop", "finish")),
    ("start", "timestamp", ("start", "start date", "created", "date time", "incident date", "call time", "date",
                            "arrival")),
    ("event", "text", ("id", "ref", "reference", "incident number", "incident no", "incident id", "log ref", "urn")),
)  # fmt: skip
"""Field, type and usual headers for a source nothing is known about."""


def concept_source(name: str) -> Source:
    """A source that knows only the usual columns: what a draft without a base is matched against."""
    fields = {field: {"columns": words, "type": kind} for field, kind, words in _CONCEPTS}
    return bare_source(name, "event", fields, {"pattern": "*"})


def bare_source(name: str, event: str, fields: Mapping[str, object], file: Mapping[str, object]) -> Source:
    """A source of these fields and this form of file, and of nothing else."""
    whole = {"name": name, "title": name, "kind": "events", "agency": name, "key": {"event": [event]}}
    return Source.model_validate({**whole, "fields": fields, "file": file})
