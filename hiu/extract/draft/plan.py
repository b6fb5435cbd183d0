"""What a table that nobody has described seems to be: its kind, its key, and the column of each field."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, get_args

from hiu.errors import InputRefused
from hiu.extract.draft.columns.concepts import concept_source
from hiu.extract.draft.columns.idle import is_idle
from hiu.extract.draft.columns.keys import TAKEN_BACK, come_again, find_key
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.match import Match, match_concepts
from hiu.extract.draft.columns.person_number import is_person_number
from hiu.extract.draft.columns.words import CODED, OTHERS, hold_names, is_number_name, is_personal_name, spaced, words
from hiu.extract.draft.facts import Found, find_facts
from hiu.extract.draft.lines import some
from hiu.extract.draft.table.sample import Sample
from hiu.extract.draft.table.wide import Wide, find_wide
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.text import bag
from hiu.sources import Packed

Kind = Literal["events", "stays", "register", "counts"]
KINDS = get_args(Kind)

COUNTED = bag(
    "n count counts number total attendances contacts incidents calls appointments visits events qty "
    "episodes consultations frequency volume tally times sessions attended presentations admissions detentions "
    "assessments callouts meetings treatments referrals arrivals deployments uses parcels"
)
"""Words of a number that says how often something was."""
COUNTING = COUNTED - bag("n number times uses") | bag("nights days los stay")
"""Words of a number that a draft of events leaves unused, and that somebody may have meant to be counted."""
_WHENEVER = bag("previous prior last past year ytd ever lifetime date since historic annual months years days weeks")
"""Words of a number that is not of one month."""
_BARE = bag("n count counts number total qty frequency volume tally times uses")
"""Of these words those that say nothing of what is counted: of contacts only if little else stands beside them."""
_BESIDE = _BARE | bag("no of the this in per month mth monthly period seen used came called")
_FEW_MONTHS = 2
_MISSED = bag("missed dna cancelled canceled failed refused declined unattended not")
_STAYS = bag("ward bed stay admission admitted admit discharge discharged spell los inpatient residence")
_GATES = frozenset({"offered", "consent", "permission", "notice", "plan", "contact", "grading"})
_MOST_CODED = 6


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a table seems to be: its kind, its key, the column of each field, its facts, and its columns of months."""

    kind: Kind
    key: str | None
    matched: Mapping[str, Match]
    numbers: list[str]
    facts: list[Found]
    coded: Mapping[str, str]
    month: str | None = None
    n: str | None = None
    other_numbers: tuple[str, ...] = ()
    wide: Wide | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Field -> header, without the key, the numbers of people and the codes."""
        return {field: match.header for field, match in self.matched.items() if field != "event"}


def make_plan(sample: Sample, templates: tuple[Packed, ...], kind: str | None = None) -> Plan:
    """What kind of table it is: as said, else by its headers and values. Raises InputRefused for a table of totals."""
    return _require_people(sample, _plan(sample, templates, kind))


def _plan(sample: Sample, templates: tuple[Packed, ...], asked: str | None) -> Plan:
    looks = sample.looks
    matched = match_concepts(looks, concept_source(sample.name), sample.raw.frame)
    numbers = [header for header, seen in looks.items() if is_person_number(seen)]
    matched = {field: match for field, match in matched.items() if match.header not in numbers or field == "event"}
    wide = find_wide(list(looks), looks)
    month, n, more = (None, None, ()) if wide else _monthly(looks, matched)
    if asked in (None, "counts") and (wide or (month and n)):
        matched = {field: match for field, match in matched.items() if field not in ("start", "end", "event")}
        taken = (
            {match.header for match in matched.values()} | set(wide.headers if wide else ()) | {month or "", n or ""}
        )
        numbers = [header for header in numbers if header not in taken]
        return Plan(
            kind="counts",
            key=None,
            matched=matched,
            numbers=numbers,
            facts=[],
            coded={},
            month=month,
            n=n,
            other_numbers=more,
            wide=wide,
        )
    people = {match.header for field, match in matched.items() if field not in ("start", "end", "event")} | set(numbers)
    n = n if asked == "counts" else _count_of_path(sample, matched, numbers, n) if asked is None else None
    if n or asked == "counts":
        kept = {field: match for field, match in matched.items() if field not in ("start", "end", "event")}
        return Plan(kind="counts", key=None, matched=kept, numbers=numbers, facts=[], coded={}, n=n, other_numbers=more)
    facts = find_facts(looks, templates, people)
    gates = {each.packed.fact for each in facts} & _GATES
    by_look = len(gates) >= 2 or ("start" not in matched and bool(people))
    if asked == "register" or (asked is None and by_look):
        return _register(sample, matched, numbers, facts, gates)
    stays = asked == "stays" or (asked is None and _is_stay(looks, matched))
    kind: Kind = "stays" if stays else "events"
    who = [matched[field].header for field in ("nhs_number", "name", "family", "given", "dob") if field in matched]
    start = looks[matched["start"].header] if "start" in matched else None
    again, own = come_again(sample.raw.frame, looks, start, who)
    numbers += [header for header in own if header not in numbers]
    key = find_key(sample.raw.frame, looks, matched, {*numbers, *again})
    if stays and key is None:  # a spell of several ward stays, where nothing numbers these
        key = find_key(sample.raw.frame, looks, matched, {*numbers})
    used = {match.header for match in matched.values()} | set(numbers) | {key}
    return Plan(kind=kind, key=key, matched=matched, numbers=numbers, facts=[], coded=_codes(looks, used))


def _require_people(sample: Sample, plan: Plan) -> Plan:
    """Raises InputRefused for a table of totals: numbers, and nothing that names a person."""
    named = {"name", "family", "given", "nhs_number", "dob"} & set(plan.columns) or plan.numbers
    counted = [header for header, seen in sample.looks.items() if seen.whole and words(header) & COUNTED - {"n"}]
    if named or not (plan.kind == "counts" or (counted and (plan.key is None or "start" not in plan.columns))):
        return plan
    raise InputRefused(
        "names",
        f"found no column that names a person (its columns are {some(sample.raw.headers, 10)}). Demand is counted for "
        "each person, so totals of places or age bands cannot be used. Ask the sender for a row for each person or "
        "each event, with a name and date of birth, an NHS number, or a number of their own for the person",
        file=sample.path.name,
    )


def _register(
    sample: Sample, matched: Mapping[str, Match], numbers: list[str], facts: list[Found], gates: AbstractSet[str]
) -> Plan:
    """A list of people: its facts are the team's only if it holds a gate; a plain list of patients tells deaths."""
    kept = [each for each in facts if gates or each.packed.fact == "death"]
    own = {field: match for field, match in matched.items() if field not in ("start", "end")}
    found = own.get("event")
    if found and not numbers and _is_lone_number(sample.looks[found.header]):
        numbers = [found.header]
    key = find_key(sample.raw.frame, sample.looks, own, set()) or (numbers[0] if numbers else None)
    return Plan(kind="register", key=key, matched=own, numbers=numbers, facts=kept, coded={})


def _is_lone_number(seen: Look) -> bool:
    """A list of people numbers people: its key, if it is one a row, is their number too."""
    return seen.distinct == seen.filled and (seen.kind in ("guid", "key") or is_number_name(seen.header))


def _monthly(looks: Mapping[str, Look], matched: Mapping[str, Match]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """The column of months and the column of numbers of a table of counts, and its other columns of numbers."""
    taken = {match.header for field, match in matched.items() if field not in ("start", "end", "event")}
    months = [header for header, seen in looks.items() if seen.kind == "month" and header not in taken]
    months += [h for h, seen in looks.items() if seen.kind == "date" and h not in taken and "month" in words(h)]
    numbers = [header for header, seen in looks.items() if seen.whole and header not in taken]
    named = sorted((h for h in numbers if words(h) & COUNTED), key=lambda header: bool(words(header) & _MISSED))
    free = [header for header in numbers if not words(header) & {"age", "year", "fy", "week"} and header not in months]
    chosen = named[0] if named else free[0] if len(free) == 1 else None
    others = tuple(header for header in named if header != chosen)
    return (months[0] if months else None), chosen, others


def _count_of_path(sample: Sample, matched: Mapping[str, Match], numbers: list[str], n: str | None) -> str | None:
    """The column of how often something was, where each row is another person and the rows have no month of their own.

    Its header says so, or what is dated in the rows is spread over more than two months, so that it is no event's.
    """
    who = [
        *numbers,
        *(matched[field].header for field in ("nhs_number", "name", "family", "given", "dob") if field in matched),
    ]
    if (
        n is None
        or not (words(n) & (COUNTED - _BARE) or (words(n) & COUNTED and words(n) <= _BESIDE))
        or words(n) & _WHENEVER
        or not who
    ):
        return None
    if sample.raw.frame.select(who).is_duplicated().any():
        return None
    start = sample.looks[matched["start"].header] if "start" in matched else None
    if start is None or words(n) & {"month", "mth", "period", "monthly"}:
        return n
    days = read_stamps(sample.raw.frame[start.header], start.formats)["stamp"].dt.truncate("1mo")
    return n if days.drop_nulls().n_unique() > _FEW_MONTHS else None


def _is_stay(looks: Mapping[str, Look], matched: Mapping[str, Match]) -> bool:
    if "end" not in matched:
        return False
    start, end = looks[matched["start"].header], looks[matched["end"].header]
    of_stays = any(words(header) & _STAYS for header in looks)
    return of_stays and start.dated and end.dated


def _codes(looks: Mapping[str, Look], used: set[str | None]) -> dict[str, str]:
    """Field name -> header of the columns of codes that may bear on what counts."""
    coded: dict[str, str] = {}
    for header, seen in sorted(looks.items(), key=lambda item: not is_idle(item[1])):
        few = 1 < seen.distinct <= 15 and ((seen.kind == "code" and not seen.whole) or bool(words(header) & CODED))
        fit = (
            (few or is_idle(seen))
            and header not in used
            and not words(header) & (OTHERS - {"contact", "caller"} | TAKEN_BACK | bag("notes comments remarks"))
            and not is_personal_name(header)
            and (is_idle(seen) or not (hold_names(header, seen.counted) or is_number_name(header)))
            and len(coded) < _MOST_CODED
        )
        if fit and not seen.dated and seen.kind not in ("time", "month", "guid", "sex", "postcode"):
            coded.setdefault(field_name(header), header)
    return {field: header for header in looks for field, own in coded.items() if own == header}


_RESERVED = bag(
    "event start end spell_id spell_end leave_start leave_end name given middle family aliases dob age sex nhs_number "
    "postcode address person_id month n ref"
)


def field_name(header: str) -> str:
    """A name for the field of a column of codes that is none of the usual fields'."""
    text = re.sub(r"[^a-z0-9]+", "_", spaced(header).encode("ascii", "ignore").decode()).strip("_")
    name = text if re.match(r"[a-z]", text) else f"code_{text}".rstrip("_")
    return f"{name}_code" if name in _RESERVED else name
