"""A first mapping for a file nobody has described yet: readable TOML, every guess marked CHECK."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hiu.extract.draft.asked import asked_lines
from hiu.extract.draft.columns.concepts import concept_source
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.match import NAMES, match_fields
from hiu.extract.draft.columns.words import CALLERS, OTHERS, hold_names, is_number_name, is_personal_name, spaced, words
from hiu.extract.draft.fresh import fresh_part, opening
from hiu.extract.draft.lines import array, comment, quoted, some
from hiu.extract.draft.naming import also_taken_by, names_a_month, pattern_of
from hiu.extract.draft.plan import COUNTING, Plan, make_plan
from hiu.extract.draft.shipped import shipped_part
from hiu.extract.draft.table.sample import Query, Sample, take_sample
from hiu.extract.files.csv_text import DELIMITERS
from hiu.extract.files.read import MONTH_OF_SHEET
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.people.instead import callers
from hiu.sources import Packed, Source, load_sources

_PERSONAL = ("nhs_number", "postcode", "name", "sex")
_COLUMNS = re.compile(r"(?:# )?\w*columns = ")
_TO_DATE = re.compile(r"\bytd\b|year to date|cumulative|to date")
_TIMED = ("date", "timestamp", "time", "month", "day")


def draft(
    source_name: str,
    path: Path,
    base: Source | None,
    *,
    others: Mapping[str, Source] | None = None,
    beside: Sequence[Path] = (),
    query: Query | None = None,
    kind: str | None = None,
) -> str:
    """TOML for `sources/<source_name>.toml` that reads the file: over a shipped source, or of a new one.

    With `base` it extends it, and says only what differs. Fields are matched by accepted header, by the nearest one,
    by a usual one, then by what the first 5,000 rows look like. What is detected (delimiter, encoding, header, shape,
    forms of dates, separators, codes, facts) is written; every guess, every column that looks personal or dated and is
    not used, and everything that decides a count and was not found carries CHECK. `others` are the site's sources,
    whose numberings and file patterns are told; `beside` other files delivered, which the pattern is not to take;
    `kind` is the kind of table where somebody says so.
    Raises InputRefused as read_table does, and for a table of totals, which names nobody.
    """
    knowing = base or concept_source(source_name)
    sample = take_sample(source_name, path, knowing, others or {}, beside, query)
    if base:
        part = shipped_part(sample, base)
        lines = [f'extends = "{base.name}"', *_file(sample, base, None)]
    else:
        plan = make_plan(sample, _facts(sample), kind)
        part = fresh_part(sample, plan)
        lines = [*opening(plan, source_name), *_file(sample, None, plan)]
    lines = [_with_other_names(line, sample) for line in (*lines, *part.lines)]
    text = "\n".join([*_top(sample), *lines, *_unused(sample, part.used)])
    return text.rstrip() + "\n"


def _with_other_names(lines: str, sample: Sample) -> str:
    """Lines of TOML, with the names that headers further down the file have for a column beside its first."""
    for header, others in sample.renamed.items():
        both = array([header, *others])[1:-1]
        named = (line.replace(quoted(header), both) if _COLUMNS.match(line) else line for line in lines.split("\n"))
        lines = "\n".join(named)
    return lines


def checks_left(text: str) -> int:
    """How many lines of a draft are to be settled."""
    return sum("CHECK: " in line for line in text.splitlines())


def _facts(sample: Sample) -> tuple[Packed, ...]:
    return (sample.others.get("caseload") or load_sources()["caseload"]).facts


def _top(sample: Sample) -> Iterator[str]:
    raw = sample.raw
    whence = "the first rows of a query" if sample.query else comment(sample.path.name)
    yield f"# Drafted from {whence}: {raw.received:,} rows, {len(raw.headers)} columns."
    for note in raw.notes:
        yield f"# note: {comment(note)}"
    if sample.renamed:
        pairs = some(f"{some(names)} for {header}" for header, names in sample.renamed.items())
        yield f"# CHECK: the file has other headers further down, which are read as the same columns: {comment(pairs)}"
    where = f"sources/{sample.name}.toml in the site's folder"
    then = "hiu fetch MONTH" if sample.query else "hiu check FILE"
    yield f"# Save as {where}, settle every line marked CHECK, then: {then}\n"


def _file(sample: Sample, base: Source | None, plan: Plan | None) -> Iterator[str]:
    yield from asked_lines(sample, sample.query, base, plan) if sample.query else _as_sent(sample, base)
    if (base and base.kind == "stays") or (plan and plan.kind == "stays"):
        yield '# open_stays = "resent"  # CHECK: take the first # away if each file sends every open stay again'
    yield from _shape(sample, base, plan)
    if not sample.query:
        yield from _period(sample, base, plan)


def _as_sent(sample: Sample, base: Source | None) -> Iterator[str]:
    """The names of the files, and how their bytes become rows."""
    layout = sample.layout
    pattern, doubt = pattern_of(sample.path, sample.beside)
    doubt = comment(doubt) or "any case, * and ?; or a list of several"
    yield f"\n[file]\npattern = {quoted(pattern)}  # CHECK: {doubt}"
    own = [one for one in sample.others.values() if not (layout.sheet and one.file.sheet)]  # each reads its own sheet
    for other in also_taken_by(sample.path, own, sample.name):
        yield (
            f"# CHECK: {other.name} takes this file too, by {comment(' or '.join(other.file.patterns))}: narrow [file] "
            f"pattern in sources/{other.name}.toml, or put the file under another name"
        )
    if layout.alike:
        which = some([layout.sheet or "", *layout.alike])
        yield f'sheets = "all"  # CHECK: the sheets {which} have the same columns, and are read one below another'
    elif layout.sheet:
        yield f"sheet = {quoted(layout.sheet)}"
    if layout.unlike:
        then = "save this draft, and 'hiu new' with another name drafts the next"
        yield f"# CHECK: other columns stand in the sheets {some(layout.unlike)}: {then}"
    if (
        layout.delimiter
        and layout.delimiter != (base.file.delimiter if base else "auto")
        and _is_written(layout.delimiter, base)
    ):
        yield f"delimiter = {quoted(layout.delimiter)}  # {DELIMITERS.get(layout.delimiter, '')}"
    if layout.encoding:
        yield f"encodings = {array([layout.encoding])}"
    if (layout.row > 1 or layout.rows > 1) and layout.aligned:
        yield f"header_row = {layout.row}  # without the line it is found by its names"
    if layout.rows > 1:
        yield f"header_rows = {layout.rows}  # CHECK: the words of both rows are joined"


def _is_written(delimiter: str, base: Source | None) -> bool:
    """A comma is what is tried first where the source names none."""
    return delimiter != "," or (base is not None and base.file.delimiter not in ("auto", ","))


def _shape(sample: Sample, base: Source | None, plan: Plan | None) -> Iterator[str]:
    if plan and plan.wide:
        wide = plan.wide
        columns = f"{{ columns = {quoted(wide.columns)}, month = {quoted(wide.month)} }}"
        yield f"unpivot = {columns}  # CHECK: a column a month"
    empty = _standing_once(sample, _start(sample, base, plan))
    if empty:
        yield (
            f"# fill_down = {comment(array(empty))}  # CHECK: empty in many rows: take the first # away if a "
            "value stands once for the rows below it"
        )
    if plan and plan.kind == "counts" and not plan.wide and not plan.month:
        yield 'covers = "month"  # CHECK: no column holds the month of the numbers: they are of the month in the path'
        return
    months = (
        0 if sample.query else _months(sample, _start(sample, base, plan) or _end(sample, base, plan))
    )  # a query is to be asked for one
    if _TO_DATE.search(spaced(sample.path.stem)) and months:
        yield 'covers = "cumulative"  # CHECK: by its name: a file holds the year to date, and replaces the last'
    elif (plan and plan.wide) or months > 1:
        yield f'covers = "from rows"  # CHECK: rows of {months or "several"} months: it supplies all of them'


def _standing_once(sample: Sample, start: str | None) -> list[str]:
    """The date and columns of a person that are empty in a third of the rows or more and filled in the first; those of
    the person are empty in the same rows."""
    frame = sample.raw.frame
    gaps: dict[tuple[bool, ...], list[str]] = {}
    for header, seen in sample.looks.items():
        empty = frame[header].fill_null("").str.strip_chars() == ""
        if seen.filled and not empty[0] and empty.sum() * 3 >= frame.height:
            gaps.setdefault(tuple(empty.to_list()), []).append(header)
    of_people = [headers for headers in gaps.values() if len(headers) >= 2 and any(map(is_personal_name, headers))]
    dates = [header for headers in gaps.values() for header in headers if header == start]
    people = of_people[0] if of_people and not callers(sample.looks) else []  # an empty one may be the caller
    return list(dict.fromkeys([*dates, *people]))


def _months(sample: Sample, header: str | None) -> int:
    """How many months the rows of a file are of by a column, leaving out the few that stray: of two months a third."""
    seen = sample.looks.get(header or "")
    if seen is None or not seen.dated:
        return seen.distinct if seen and seen.kind == "month" else 0
    stamps = read_stamps(sample.raw.frame[str(header)], seen.formats)["stamp"].drop_nulls()
    counts = stamps.dt.truncate("1mo").value_counts()["count"].sort(descending=True).to_list()
    many = [n for n in counts if n * 10 >= counts[0]]
    return len(many) if len(many) != 2 or many[1] * 2 >= many[0] else 1


def _start(sample: Sample, base: Source | None, plan: Plan | None) -> str | None:
    """The column of when a row's event was, or of its month; None for stays and registers."""
    if plan:
        return (plan.month or plan.columns.get("start")) if plan.kind in ("events", "counts") else None
    matched = match_fields(sample.looks, base).get("start") if base and base.kind == "events" else None
    return matched.header if matched else None


def _end(sample: Sample, base: Source | None, plan: Plan | None) -> str | None:
    """The column of when a stay ended: those that began before a file's months ended in them."""
    if plan:
        return plan.columns.get("end") if plan.kind == "stays" else None
    matched = match_fields(sample.looks, base) if base and base.kind == "stays" else {}
    found = matched.get("end") or matched.get("spell_end")
    return found.header if found else None


def _period(sample: Sample, base: Source | None, plan: Plan | None) -> Iterator[str]:
    kind = base.kind if base else plan.kind if plan else "events"
    if kind == "register" or names_a_month(sample.path, base):
        return
    dated = "start" in base.fields if base else bool(plan and "start" in plan.columns)
    if dated:
        yield '\n[period]\nfield = "start"  # CHECK: neither the name nor the folder of the file says its month'
    elif plan and plan.kind == "counts" and not (plan.month or plan.wide):
        yield "# CHECK: neither the name nor the folder of the file says its month: put it in a folder such as 2026-03"
    elif plan and plan.kind == "counts":
        yield '\n[period]\nfield = "month"  # CHECK: neither the name nor the folder of the file says its month'


def _unused(sample: Sample, used: set[str]) -> Iterator[str]:
    free = [seen for header, seen in sample.looks.items() if header not in used and header != MONTH_OF_SHEET]
    if free:
        yield "\n# Columns not used:"
    for seen in free:
        yield f"#   {_doubt(seen)}{comment(seen.header)} ({_described(seen)})"


def _doubt(seen: Look) -> str:
    if seen.filled and words(seen.header) & CALLERS:
        return "of whoever called: "
    if seen.filled and seen.kind in _TIMED:
        return "CHECK: looks like a time: "
    if seen.filled and seen.whole and words(seen.header) & COUNTING and not is_number_name(seen.header):
        return "CHECK: looks like a number of events or nights, which no row of an event adds up: "
    if seen.filled and (seen.kind in _PERSONAL or is_personal_name(seen.header)):
        return "CHECK: looks personal: "
    return ""


def _described(seen: Look) -> str:
    hidden = is_personal_name(seen.header) or bool(words(seen.header) & OTHERS) or seen.kind in (*NAMES, *_PERSONAL)
    codes = f": {some(seen.codes, 15)}" if seen.codes and not (hidden or hold_names(seen.header, seen.codes)) else ""
    return f"{seen.kind}, {seen.filled} filled, {seen.distinct} different{codes}"
