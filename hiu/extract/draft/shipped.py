"""The draft over a shipped source: what its TOML would misread, and nothing that it reads as it stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from hiu.extract.draft.codes import asked_words, code_lines, guess, unknown_flags
from hiu.extract.draft.columns.idle import is_code_list, is_idle
from hiu.extract.draft.columns.keys import PARTS, VERSION, come_again
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.match import Match, match_fields, wrongly_named
from hiu.extract.draft.columns.times import Clock, time_column
from hiu.extract.draft.columns.words import is_personal_name, words
from hiu.extract.draft.facts import fact_lines, find_facts
from hiu.extract.draft.fields import (
    coded_lines,
    format_lines,
    name_lines,
    remarks,
    scheme_lines,
    where_lines,
    zone_lines,
)
from hiu.extract.draft.lines import array, comment, some
from hiu.extract.draft.plan import field_name
from hiu.extract.draft.repeats import WHO, parts_of, unnumbered_lines
from hiu.extract.draft.table.sample import Sample
from hiu.extract.files.header import squash
from hiu.sources import FieldSpec, Source

_NAMED = ("name", "family", "nhs_number")
_MOST_IN_LIST = 0.6
"""The share of cells whose text a field of codes must know, for a column to be taken for it by its codes alone."""
_LEAD = 0.2
"""How much smaller that share is of every other column."""


@dataclass(frozen=True)
class Part:
    """Lines of a draft, and the headers that they use."""

    lines: list[str]
    used: set[str]


def shipped_part(sample: Sample, base: Source) -> Part:
    """The fields and facts of the file by a source that knows most of them."""
    looks = sample.looks
    matched = _without_people(sample, base, match_fields(looks, base))
    matched |= _by_codes(looks, base, matched)
    if base.kind == "stays" and "end" not in matched and "spell_end" in matched:
        matched["end"] = replace(matched.pop("spell_end"), how="the only end in the file")
    used = {match.header for match in matched.values()}
    times = {
        field: clock
        for field, match in matched.items()
        if base.fields[field].type == "timestamp"
        if (clock := _clock(base.fields[field], match.header, sample, used, field))
    }
    used |= {clock.header for clock in times.values()}
    facts = find_facts(looks, base.facts, used)
    used |= {header for each in facts for header in (each.header, each.at) if header}
    wrong = wrongly_named(looks, base)
    record, lacking = _record(sample, base, matched, used)
    used |= {match.header for match in matched.values()}
    lines = [*_key(base, matched, times["start"].header if "start" in times else None, record, lacking)]
    for field in base.fields:
        lines += _field(sample, base, field, matched, times, wrong)
    if not _names_somebody(base, matched):
        lines.append("\n# CHECK: no column names anybody, by a name, an NHS number or a number of the agency's own")
    idle = _idle(looks, base, matched, used)
    own = {field: seen for field, seen in idle.items() if field not in base.fields}
    lines += [*coded_lines(own), *(where_lines(idle) if base.measures else [])]
    used |= {seen.header for seen in own.values()}
    return Part(
        [*lines, *fact_lines(facts, looks, whole=False), *_lost_facts(base, {each.packed.fact for each in facts})], used
    )


def _without_people(sample: Sample, base: Source, matched: dict[str, Match]) -> dict[str, Match]:
    """The columns of the fields, where none that comes again on other days is taken for the number of the events."""
    start = sample.looks[matched["start"].header] if "start" in matched and base.kind == "events" else None
    who = [matched[field].header for field in WHO if field in matched]
    again, own = come_again(sample.raw.frame, sample.looks, start, who)
    again -= {match.header for field, match in matched.items() if match.sure or field not in base.key.event}
    if any(matched[field].header in again for field in base.key.event if field in matched):
        matched = match_fields({header: seen for header, seen in sample.looks.items() if header not in again}, base)
    free = [field for field, spec in base.fields.items() if spec.type == "local_id" and field not in matched]
    own = [header for header in own if header not in {match.header for match in matched.values()}]
    return matched | ({free[0]: Match(own[0], "the number of a person")} if free and own else {})


def _by_codes(looks: Mapping[str, Look], base: Source, matched: Mapping[str, Match]) -> dict[str, Match]:
    """Fields of codes that decide what counts and have no column yet: the one column most of whose texts they know, or
    clearly more than of any other."""
    taken, out = {match.header for match in matched.values()}, dict[str, Match]()
    for field, spec in base.fields.items():
        if field in matched or not (spec.codes or spec.accepts) or not _decides(base, field):
            continue
        free = [seen for header, seen in looks.items() if header not in taken and is_code_list(seen) and not seen.whole]
        free = [seen for seen in free if not words(seen.header) & PARTS]  # a callsign says nothing of what happened
        shares = {seen.header: _share_in_list(seen, spec) for seen in free}
        least = max(_MOST_IN_LIST, max(shares.values(), default=0.0) - _LEAD)
        able = [seen for seen in free if shares[seen.header] >= least]
        if len(able) == 1:
            out[field] = Match(able[0].header, "its codes")
            taken.add(able[0].header)
    return out


def _share_in_list(seen: Look, spec: FieldSpec) -> float:
    """The share of filled cells whose text the field's codes and patterns know; none if no code is among them."""
    if spec.codes and not any(guess(text, spec.codes) for text in seen.counted):
        return 0.0
    forms = [re.compile(form, re.IGNORECASE) for form in spec.accepts]
    rows = (n for text, n in seen.counted.items() if guess(text, spec.codes) or any(f.search(text) for f in forms))
    return sum(rows) / seen.filled


def _idle(looks: Mapping[str, Look], base: Source, matched: Mapping[str, Match], used: set[str]) -> dict[str, Look]:
    """Columns that decide nothing and whose codes say that nothing happened: free ones, and fields of the source."""
    fields = {match.header: field for field, match in matched.items() if not _decides(base, field)}
    fields = {header: field for header, field in fields.items() if base.fields[field].type in ("code", "text")}
    out: dict[str, Look] = {}
    for header, seen in looks.items():
        if is_idle(seen) and (header in fields or header not in used) and not is_personal_name(header):
            name = fields.get(header) or field_name(header)
            out[name if header in fields or name not in base.fields else f"{name}_sent"] = seen
    return out


def _lost_facts(base: Source, found: set[str]) -> Iterator[str]:
    """Gates whose absence leaves people out in silence."""
    for fact in ("consent", "permission", "start"):
        columns = [word for packed in base.facts if packed.fact == fact for word in packed.columns]
        if columns and fact not in found:
            yield f"\n# CHECK: not found: {fact}, so nobody will have it; accepted: {comment(', '.join(columns))}"


def _clock(spec: FieldSpec, header: str, sample: Sample, used: set[str], field: str) -> Clock | None:
    accepted = {squash(word) for word in spec.time_columns}
    named = next((name for name in sample.looks if squash(name) in accepted and name not in used), None)
    return Clock(named) if named else time_column(header, sample.looks, sample.raw.frame, used, field)


def _record(sample: Sample, base: Source, matched: dict[str, Match], used: set[str]) -> tuple[list[str], str]:
    """The fields of the record's key that the file has, and what is to be said of them.

    Where the field that numbers the parts of an event is not in the file, and rows of one person and event are several,
    it is the column that tells them apart, such as the vehicle, else all that decides what a row counts as.
    """
    record = [field for field in base.key.record if field in matched or field in base.key.event]
    lacking = [field for field in base.key.record if field not in record]
    event = [matched[field].header for field in base.key.event if field in matched]
    parts = [matched[field].header for field in record if field in matched]
    if event and base.key.record and not lacking and _is_shared(sample.raw.frame, parts, event):
        return list(dict.fromkeys([*base.key.event, *record])), f"{some(parts)} comes again in other events"
    if not lacking or not event:
        return record, ", ".join(lacking) and f"no {', '.join(lacking)} here: an event sent again replaces its rows"
    who = [matched[field].header for field in WHO if field in matched]
    free = [seen for header, seen in sample.looks.items() if header not in used]
    part = parts_of(sample.raw.frame, event, who, free)
    record = list(dict.fromkeys([*base.key.event, *record]))
    deciding = [field for field in matched if _decides(base, field).startswith("decides") and field not in record]
    if part is None:
        return record, f"no {', '.join(lacking)} here: an event sent again replaces its rows"
    if part:
        matched[lacking[0]] = Match(part, "what tells the rows of one event apart")
        if sample.raw.frame.unique().select(*event, *who, part).is_duplicated().any():  # the same vehicle came twice
            return [*record, lacking[0], *deciding], "several rows of one event and person: each is a row of its own"
        return [*record, lacking[0]], "several rows of one event and person: each such part is a row of its own"
    newer = [seen.header for seen in free if words(seen.header) & VERSION and seen.dated and seen.distinct > 1]
    newer = [f"; {comment(header)} may say which holds, as a field named in version" for header in newer[:1]]
    alike = f" that agree in {some(deciding)}" if deciding else ""
    doubt = f"one person has several rows in one event and no column numbers these rows. As drafted, of rows{alike}"
    return [*record, *deciding], f"{doubt} the last holds{''.join(newer)}. If a column tells them apart, add it here"


def _is_shared(frame: pl.DataFrame, parts: list[str], event: list[str]) -> bool:
    """Whether what is to number the rows, such as a callsign, stands beside several events."""
    found = frame.drop_nulls(parts).group_by(parts).agg(pl.struct(event).n_unique().alias("events"))
    return int((found["events"] > 1).sum()) * 5 >= max(found.height, 15)


def _key(base: Source, matched: Mapping[str, Match], clock: str | None, record: list[str], doubt: str) -> Iterator[str]:
    """The record's key without parts that are not in the file; of events, when it was if nothing numbers them."""
    if base.kind == "stays" and not {*base.key.event} & {*matched} and "start" in matched:
        parts = [*(["spell_id"] if "spell_id" in matched else []), "start"]
        how = (
            "no column numbers the stays: one begins once in its spell"
            if parts[1:]
            else "a person begins one stay at a time"
        )
        yield f"\n[key]\nevent = {array(parts)}  # CHECK: {how}"
        return
    if _is_unnumbered(base, matched):
        yield from unnumbered_lines(clock)
        return
    if doubt:
        yield f"\n[key]\nrecord = {array(record)}  # CHECK: {doubt}"


def _is_unnumbered(base: Source, matched: Mapping[str, Match]) -> bool:
    return base.kind == "events" and "start" in matched and not base.key.record and not {*base.key.event} & {*matched}


def _field(
    sample: Sample,
    base: Source,
    field: str,
    matched: Mapping[str, Match],
    times: Mapping[str, Clock],
    wrong: Mapping[str, str],
) -> list[str]:
    spec = base.fields[field]
    if field not in matched:
        return _absent(sample, base, field, wrong.get(field))
    match = matched[field]
    seen = sample.looks[match.header]
    sure = match.sure and field not in wrong
    lines = [] if sure else [f"columns = {array([match.header])}  # CHECK: {_how(match)}"]
    beside = [each.header for each in times.values()]
    beside += [matched[name].header for name in matched if base.fields[name].type == "timestamp"]
    if (clock := times.get(field)) and squash(clock.header) not in {squash(word) for word in spec.time_columns}:
        lines.append(clock.line())
    lines += [*format_lines(spec, seen), *zone_lines(spec, seen, beside), *name_lines(spec, seen)]
    first = next((name for name in matched if base.fields[name].type == "local_id"), field)
    numbering = base.name if field == first else f"{base.name}_{field}"
    lines += scheme_lines(numbering, spec, seen, set(matched), sample.others, sure=match.sure)
    codes = (
        code_lines(f"[fields.{field}.codes]", seen, spec.codes, accepts=spec.accepts) if _is_coded(base, field) else []
    )
    asked = asked_words(seen, _asked(base, field)) if not spec.codes and spec.type != "boolean" else ""
    asked = asked or (unknown_flags(seen) if spec.type == "boolean" else "")
    codes = [f"\n{codes[0]}", *codes[1:]] if codes else []
    timed = f", with the time of {comment(clock.header)}" if clock else ""
    head = f"\n[fields.{field}]" if lines else f"\n# {field} <- {comment(match.header)}{timed}"
    return [head, *lines, *remarks(spec, seen), *([f"# {asked}"] if asked else []), *codes]


def _how(match: Match) -> str:
    """How a column was found, and which others the source would take as well."""
    return f"by {comment(match.how)}" + (f"; {some(match.rivals)} would do too" if match.rivals else "")


def _absent(sample: Sample, base: Source, field: str, wrong: str | None) -> list[str]:
    spec = base.fields[field]
    if wrong:
        kind = sample.looks[wrong].kind
        return [f"\n[fields.{field}]\ncolumns = []  # CHECK: {comment(wrong)} holds no names ({kind})"]
    accepted = f"{field} ({spec.type}); accepted: {comment(', '.join(spec.columns))}"
    if spec.required and field in base.key.record and field not in base.key.event:
        return [f"\n[fields.{field}]\nrequired = false  # CHECK: not found: {accepted}"]
    if spec.required and field in base.key.event and not base.key.record:
        return [f"\n[fields.{field}]\nrequired = false  # CHECK: not found, so the key is the time: {accepted}"]
    if spec.required:
        ask = (
            f'if a column says it, write [fields.{field}] columns = ["..."]; else ask for it, or draft the file under '
        )
        ask += "a name of its own if its rows are another kind of event"
        return [f"\n# CHECK: REQUIRED, not found: {accepted}: {ask}"]
    why = _decides(base, field)
    if not why:
        return [f"\n# not found: {accepted}"]
    columns = f"accepted: {comment(', '.join(spec.columns))}"
    return [
        f"\n# CHECK: no column found for {field} ({spec.type}), which {why}. If the file has one, name it; {columns}"
    ]


def _decides(base: Source, field: str) -> str:
    """What hangs on a field, in words; '' if it decides no count."""
    measures = [measure.name for measure in base.measures if field in measure.where]
    if measures:
        return f"decides what counts as {some(measures, 3)}"
    if field in (*base.key.deleted, *base.key.duplicate):
        return "marks deleted or duplicate rows"
    if field in base.key.event:
        return "names the event"
    return "says when" if field in ("start", "end") and base.kind == "stays" else ""


def _is_coded(base: Source, field: str) -> bool:
    return bool(base.fields[field].codes) and bool(_decides(base, field))


def _asked(base: Source, field: str) -> set[str]:
    """Words that conditions ask of a field."""
    asked = [measure.where[field] for measure in base.measures if field in measure.where]
    words = {
        word for each in asked if isinstance(each, dict) for kind in ("in", "not_in") for word in each.get(kind, ())
    }
    return words | {word for table in (base.key.deleted, base.key.duplicate) for word in table.get(field, ())}


def _names_somebody(base: Source, matched: Mapping[str, Match]) -> bool:
    local = [field for field, spec in base.fields.items() if spec.type == "local_id"]
    return any(field in matched for field in (*_NAMED, *local))
