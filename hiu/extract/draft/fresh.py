"""The draft of a source that nobody has described: its key, fields, facts, measures and counts as TOML."""

from collections.abc import Iterator, Mapping

import polars as pl

from hiu.extract.draft.columns.concepts import concept_source
from hiu.extract.draft.columns.idle import says_markers
from hiu.extract.draft.columns.keys import may_number
from hiu.extract.draft.columns.times import Clock, time_column
from hiu.extract.draft.columns.words import OTHERS, PERSON, UNITS, is_number_name, words
from hiu.extract.draft.facts import fact_lines
from hiu.extract.draft.fields import (
    coded_lines,
    format_lines,
    name_lines,
    remarks,
    scheme_lines,
    where_lines,
    zone_lines,
)
from hiu.extract.draft.lines import array, comment, quoted, some
from hiu.extract.draft.plan import COUNTED, Plan, field_name
from hiu.extract.draft.repeats import (
    Deleted,
    Repeats,
    current_line,
    deleted_lines,
    field_lines,
    find_deleted,
    find_repeats,
    key_lines,
    unnumbered_lines,
)
from hiu.extract.draft.shipped import Part
from hiu.extract.draft.table.sample import Sample


def fresh_part(sample: Sample, plan: Plan) -> Part:
    """The key, fields, facts, measures and counts of a new source."""
    looks, name = sample.looks, sample.name
    used = {*plan.columns.values(), *plan.numbers, *plan.coded.values(), plan.key, plan.month, plan.n} - {None}
    used |= set(plan.wide.headers) if plan.wide else set()
    used |= {header for each in plan.facts for header in (each.header, each.at) if header}
    others, frame = {str(header) for header in used}, sample.raw.frame
    times: dict[str, Clock] = {
        field: clock
        for field in ("start", "end")
        if field in plan.columns and (clock := time_column(plan.columns[field], looks, frame, others, field))
    }
    used |= {clock.header for clock in times.values()}
    repeats = find_repeats(sample, plan, {str(header) for header in used} - set(plan.coded.values()))
    used |= repeats.used
    codes = set(plan.coded.values())
    deleted = (
        find_deleted(sample, {str(header) for header in used} - codes) if plan.kind in ("events", "stays") else None
    )
    if deleted:
        used |= {deleted.header}
    lines = [*_key_lines(sample, plan, times, repeats, deleted), *field_lines(repeats), *_monthly_lines(sample, plan)]
    lines += deleted_lines(deleted) if deleted else []
    for field, header in plan.columns.items():
        if header != plan.key or field in ("nhs_number",):
            lines += _field_lines(sample, plan, field, times)
    lines += _number_lines(sample, plan)
    coded = {field: looks[header] for field, header in plan.coded.items()}
    lines += coded_lines(coded)
    if plan.kind in ("events", "stays") and "start" not in plan.columns:
        lines.append(f'\n[fields.start]\ncolumns = ["Date"]  # CHECK: REQUIRED, not found: {_no_date(sample)}')
        lines.append('type = "timestamp"\nrequired = true')
    if not {"name", "family", "nhs_number"} & set(plan.columns) and not plan.numbers:
        lines.append("\n# CHECK: no column names anybody, by a name, an NHS number or a number of the agency's own")
    lines += fact_lines(plan.facts, looks, whole=True)
    lines += [*_idle_number(sample, plan), *_counting(sample, plan, name, repeats)]
    return Part(lines, {str(header) for header in used})


def _no_date(sample: Sample) -> str:
    """What to ask for where no column holds dates."""
    clocks = [seen.header for seen in sample.looks.values() if seen.kind == "time"]
    if clocks:
        return f"{comment(clocks[0])} is a time of day alone: ask the sender for the date of each row"
    return "no column of dates: ask the sender for the date of each row"


def _idle_number(sample: Sample, plan: Plan) -> Iterator[str]:
    """A list of people with a time of day or a number of what they did, and nothing that says on which day."""
    if plan.kind == "register" and any(seen.kind == "time" for seen in sample.looks.values()):
        yield f"\n# CHECK: {_no_date(sample)}; then draft the file again, as it is no list of people"
    elif plan.kind == "register":
        yield (
            "\n# CHECK: no column was recognised as the day of an event, so this is drafted as a list of people, which "
            'adds no contact to anybody. If each row is an event, set kind = "events" and name its date under '
            "[fields.start]"
        )
    idle = [seen.header for seen in sample.looks.values() if seen.whole and words(seen.header) & COUNTED]
    if plan.kind == "register" and idle:
        yield (
            f"\n# CHECK: {comment(idle[0])} seems to count something, but no column says when: ask for the month of "
            'each row as a column, then set kind = "counts"; as a register the numbers are not used'
        )


def _always_numbered(sample: Sample, plan: Plan) -> bool:
    """Whether every row has a number of its person: a key that is not filled would set its row aside."""
    seen = sample.looks[plan.numbers[0]] if plan.numbers else None
    return seen is not None and seen.filled == seen.rows and all(any(map(str.isdigit, v)) for v in seen.counted)


def _key_lines(
    sample: Sample, plan: Plan, times: Mapping[str, Clock], repeats: Repeats, deleted: Deleted | None
) -> Iterator[str]:
    if plan.kind == "counts":
        yield '\n[key]\nevent = ["month"]  # one number a month for each person that a row describes'
        yield from _several_rows(sample, plan)
        return
    field = "ref" if plan.kind == "register" else "event"
    if plan.key is None and field == "event":
        taken = {*plan.columns.values(), *plan.numbers, *plan.coded.values(), *(c.header for c in times.values())}
        free = [h for h, seen in sample.looks.items() if is_number_name(h) and may_number(seen) and h not in taken]
        free = [h for h in free if not words(h) & (OTHERS | PERSON | UNITS)]
        yield from unnumbered_lines(
            times["start"].header if "start" in times else None, ["person_id"] * _always_numbered(sample, plan), free
        )
        return
    if plan.key is None:
        yield '\n[key]\nevent = ["ref"]'
        yield '\n[fields.ref]\ncolumns = ["Ref"]  # CHECK: REQUIRED, not found: a number for each person'
        yield "required = true"
        return
    seen = sample.looks[plan.key]
    what = "who is listed once" if field == "ref" else "what is counted once"
    yield f'\n[key]\nevent = ["{field}"]'
    yield from key_lines(repeats, deleted)
    count = f"{seen.distinct} different in {seen.filled} rows"
    yield f"\n[fields.{field}]\ncolumns = {array([plan.key])}  # CHECK: {what}: {count}"
    yield 'type = "text"\nrequired = true\nfilled = true'


def _several_rows(sample: Sample, plan: Plan) -> Iterator[str]:
    """People of a table of counts who stand in several rows of a month, and the column that tells these apart."""
    who = [plan.columns[field] for field in ("nhs_number", "name", "family", "given", "dob") if field in plan.columns]
    own = [*(who[:1] if "nhs_number" in plan.columns else who), *plan.numbers[:1], *filter(None, [plan.month])]
    frame = sample.raw.frame
    named = frame.filter(pl.all_horizontal(pl.col(own).is_not_null())) if own else frame.clear()
    if not own or not named.select(own).is_duplicated().any():
        return
    rows = int(named.select(own).is_duplicated().sum())
    free = [header for header in sample.looks if words(header) & UNITS and header not in (*own, *who)]
    again = {header: int(named.select(*own, header).is_duplicated().sum()) for header in free}
    apart = min(again, key=lambda header: again[header], default=None)
    yield f"# CHECK: {rows} rows are of people who stand in several; numbers that differ contradict and are set aside"
    if apart and 2 * again[apart] < rows:
        field = field_name(apart)
        yield f"# CHECK: {comment(apart)} tells {rows - again[apart]} of these rows apart. To add their numbers up:"
        yield f'# event = ["month", {quoted(field)}]'
        yield f"# and: [fields.{field}] columns = {array([apart])}"


def _monthly_lines(sample: Sample, plan: Plan) -> Iterator[str]:
    if plan.kind != "counts":
        return
    month, n = ("month", "n") if plan.wide else (plan.month, plan.n or "n")
    made = "  # made by unpivot" if plan.wide else "  # CHECK: the month of the number"
    if month:
        yield f'\n[fields.month]\ncolumns = {array([month])}{made}\ntype = "text"\nrequired = true'
    if plan.month and sample.looks[plan.month].formats:
        yield f"formats = {array(sample.looks[plan.month].formats)}"
    also = f"; {some(plan.other_numbers)} are numbers too" if plan.other_numbers else ""
    made = "  # made by unpivot" if plan.wide else f"  # CHECK: how many there were{also}"
    yield f'\n[fields.n]\ncolumns = {array([n])}{made}\ntype = "integer"\nrequired = true'


def _field_lines(sample: Sample, plan: Plan, field: str, times: Mapping[str, Clock]) -> Iterator[str]:
    match, seen = plan.matched[field], sample.looks[plan.columns[field]]
    spec = concept_source(sample.name).fields[field]
    kind = (
        ("timestamp" if seen.kind == "timestamp" or field in times else "date")
        if spec.type == "timestamp"
        else spec.type
    )
    yield f"\n[fields.{field}]"
    yield f"columns = {array([match.header])}" + ("" if match.sure else f"  # CHECK: by {comment(match.how)}")
    yield f'type = "{kind}"'
    if field == "start":
        yield "required = true\nfilled = true"
    if field in times:
        yield times[field].line()
    typed = spec.model_copy(update={"type": kind})
    yield from format_lines(typed, seen, always=True)
    beside = [clock.header for clock in times.values()]
    beside += [plan.columns[name] for name in ("start", "end") if name in plan.columns]
    yield from zone_lines(typed, seen, beside)
    yield from name_lines(typed, seen)
    yield from remarks(typed, seen)


def _number_lines(sample: Sample, plan: Plan) -> Iterator[str]:
    spec = concept_source(sample.name).fields["event"].model_copy(update={"type": "local_id", "scheme": ""})
    for place, header in enumerate(plan.numbers, 1):
        field = "person_id" if place == 1 else f"person_id_{place}"
        yield f"\n[fields.{field}]\ncolumns = {array([header])}  # CHECK: the number a person goes by"
        yield 'type = "local_id"'
        name = sample.name if place == 1 else f"{sample.name}_{field_name(header)}"
        yield from scheme_lines(name, spec, sample.looks[header], set(), sample.others, sure=False)


def _counting(sample: Sample, plan: Plan, name: str, repeats: Repeats) -> Iterator[str]:
    if plan.kind == "register":
        return
    flags = [field for field, header in plan.coded.items() if repeats.current and header == repeats.current.header]
    suggested = where_lines({field: sample.looks[header] for field, header in plan.coded.items() if field not in flags})
    yield from suggested
    what, unit = ("stay", "net_night") if plan.kind == "stays" else ("event", "event")
    rules = [
        f'\n[[measures]]\nname = "{name}_{what}"',
        f'\n[counts.{name}]\nmeasures = ["{name}_{what}"]\nunit = "{unit}"',
    ]
    if marks := says_markers(sample.looks, sample.path.stem):
        yield (
            f"\n# CHECK: {some(marks)}: this looks like a list of markers, flags or warnings, which are no contacts, "
            "so nothing is counted. If each row is a contact, take the # away from these lines:"
        )
        yield from (f"# {line}" for rule in rules for line in rule.strip().splitlines())
        return
    yield rules[0]
    for field in flags:
        yield from current_line(repeats, field)
    if not suggested and not flags and plan.coded:
        yield f"# every row counts; for some only: where = {{ {next(iter(plan.coded))} = {{ in = [...] }} }}"
    yield rules[1]


def opening(plan: Plan, name: str) -> Iterator[str]:
    """What stands before the tables: name, title, kind, agency, what is kept."""
    agency = "team" if plan.kind == "register" else name
    yield f"name = {quoted(name)}"
    yield f"title = {quoted(name.replace('_', ' ').capitalize())}"
    yield f'kind = "{plan.kind}"  # CHECK: events, stays, register or counts'
    yield f"agency = {quoted(agency)}  # whose demand this is"
    yield f"keep = {array(plan.coded)}  # fields shown with the row"
