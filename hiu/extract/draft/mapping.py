"""A first mapping for a file nobody has described yet: readable TOML, every guess marked CHECK."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hiu.extract.draft.layout import MOST_BYTES, MOST_RATIO, Layout, find_layout
from hiu.extract.draft.look import Look, look
from hiu.extract.draft.match import Match, bare_source, concept_source, is_number_name, match_concepts, match_fields
from hiu.extract.files.csv_text import DELIMITERS
from hiu.extract.files.header import squash
from hiu.extract.files.read import RawTable, read_table
from hiu.sources import Source

_SAMPLE = 5_000
_DATED = re.compile(r"[-_ ]?(?:19|20)\d\d(?:[-_ .]?\d\d){0,2}(?!\d)")


def draft(source_name: str, path: Path, base: Source | None) -> str:
    """TOML for `sources/<source_name>.toml` that reads the file: over a known source, or of a new one.

    With `base` it extends it, and says only what differs. Fields are matched by accepted header, by the nearest one,
    then by what the first 5,000 rows look like; date order is told with its proof and short code lists are shown, as
    comments. Raises InputRefused as read_table does.
    """
    knowing = base or concept_source(source_name)
    layout = find_layout(path, knowing)
    raw = read_table(path, _as_sent(layout), name=path.name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
    looks = {header: look(header, raw.frame[header].head(_SAMPLE).to_list()) for header in raw.headers}
    if base:
        matched = match_fields(looks, base)
        lines = _override(source_name, path, base, layout, raw, looks, matched)
    else:
        matched = match_concepts(looks, knowing)
        lines = _new(source_name, path, knowing, layout, raw, looks, matched)
    return "\n".join(lines) + "\n"


def _as_sent(layout: Layout) -> Source:
    """A source whose fields are the file's own headers: reads it whatever it is."""
    distinct = {squash(header): header for header in layout.headers}
    fields = {f"f{place}": {"columns": [header]} for place, header in enumerate(distinct.values())}
    file = {"pattern": "*", "delimiter": layout.delimiter, "sheet": layout.sheet, "header_row": layout.row}
    return bare_source("draft", "f0", fields, file)


def _override(
    name: str,
    path: Path,
    base: Source,
    layout: Layout,
    raw: RawTable,
    looks: Mapping[str, Look],
    matched: Mapping[str, Match],
) -> Iterator[str]:
    yield from _top(name, path, raw)
    yield f'extends = "{base.name}"'
    yield from _file(path, layout, base)
    for field, spec in base.fields.items():
        match = matched.get(field)
        if match is None:
            missing = "CHECK: REQUIRED, not found" if spec.required else "not found"
            yield f"\n# {missing}: {field} ({spec.type}); accepted: {_comment(', '.join(spec.columns))}"
        elif match.sure:
            yield f"\n# {field} <- {_comment(match.header)}"
            yield from _remarks(looks[match.header])
        else:
            yield f"\n[fields.{field}]"
            yield f"columns = [{_text(match.header)}]  # CHECK: by {_comment(match.how)}"
            yield from _formats(looks[match.header])
            yield from _remarks(looks[match.header])
    yield from _unused(looks, matched)


def _new(
    name: str,
    path: Path,
    concepts: Source,
    layout: Layout,
    raw: RawTable,
    looks: Mapping[str, Look],
    matched: Mapping[str, Match],
) -> Iterator[str]:
    key = _key(looks, matched)
    fields = {field: match.header for field, match in matched.items() if field != "event" and match.header != key}
    yield from _top(name, path, raw)
    yield f"name = {_text(name)}"
    yield f"title = {_text(name.replace('_', ' ').capitalize())}  # CHECK: as people should read it"
    yield 'kind = "events"  # CHECK: events, stays or register'
    yield f"agency = {_text(name)}  # CHECK: whose demand this is"
    yield "keep = []  # fields to show in the record view"
    yield from _file(path, layout, None)
    yield '\n[key]\nevent = ["event"]  # CHECK: what is counted once'
    count = f"{looks[key].distinct} different in {looks[key].filled} rows"
    yield f"\n[fields.event]\ncolumns = [{_text(key)}]  # CHECK: {count}"
    yield 'type = "text"\nrequired = true\nfilled = true'
    for field, header in fields.items():
        yield f"\n[fields.{field}]"
        yield f"columns = [{_text(header)}]" + (
            "" if matched[field].sure else f"  # CHECK: by {_comment(matched[field].how)}"
        )
        yield f'type = "{_type(concepts.fields[field].type, looks[header])}"'
        if field == "start":
            yield "required = true\nfilled = true"
        yield from _times(field, looks, fields)
        yield from _formats(looks[header])
        yield from _remarks(looks[header])
    if "start" not in fields:
        yield '\n# CHECK: no date column was recognised: add [fields.start] columns = ["..."], type = "timestamp"'
    yield f'\n[[measures]]\nname = "{name}_event"  # CHECK: add a where for rows that should not count'
    yield f'\n[counts.{name}]\nmeasures = ["{name}_event"]\nunit = "event"'
    yield from _unused(looks, matched, key)


def _top(name: str, path: Path, raw: RawTable) -> Iterator[str]:
    yield f"# Drafted from {_comment(path.name)}: {raw.received:,} rows, {len(raw.headers)} columns."
    for note in raw.notes:
        yield f"# note: {_comment(note)}"
    if raw.refused.height:
        yield f"# note: {raw.refused.height:,} rows would be set aside"
    yield f"# Save as sources/{name}.toml in the site's folder, settle every line marked CHECK, then: hiu check FILE\n"


def _file(path: Path, layout: Layout, base: Source | None) -> Iterator[str]:
    stem = _DATED.sub("*", path.stem)
    yield f"\n[file]\npattern = {_text(f'{stem}*{path.suffix.lower()}'.replace('**', '*'))}  # CHECK: any case, * and ?"
    if layout.sheet:
        yield f"sheet = {_text(layout.sheet)}"
    if path.suffix.lower() != ".xlsx" and base and base.file.delimiter not in ("auto", layout.delimiter):
        yield f"delimiter = {_text(layout.delimiter)}  # {DELIMITERS[layout.delimiter]}"


def _key(looks: Mapping[str, Look], matched: Mapping[str, Match]) -> str:
    """The column most likely to number the events: named so, else the one most different from row to row."""
    if "event" in matched and matched["event"].sure:
        return matched["event"].header
    people = {match.header for field, match in matched.items() if field != "event"}
    free = [header for header in looks if header not in people] or list(looks)
    return max(free, key=lambda header: (looks[header].kind == "key", is_number_name(header), looks[header].distinct))


def _type(usual: str, seen: Look) -> str:
    if usual == "timestamp":
        return "timestamp" if seen.kind == "timestamp" else "date"
    return usual


def _times(field: str, looks: Mapping[str, Look], fields: Mapping[str, str]) -> Iterator[str]:
    clocks = [seen.header for seen in looks.values() if seen.kind == "time" and seen.header not in fields.values()]
    if field == "start" and looks[fields["start"]].kind == "date" and clocks:
        yield f"time_columns = [{_text(clocks[0])}]  # CHECK: by its values"


def _formats(seen: Look) -> Iterator[str]:
    if seen.formats and seen.proof.startswith("month first"):
        yield f"formats = [{', '.join(map(_text, seen.formats))}]  # CHECK: {seen.proof}"


def _remarks(seen: Look) -> Iterator[str]:
    if seen.formats:
        yield f"# dates as {', '.join(seen.formats[:4])}" + (f"; {seen.proof}" if seen.proof else "")
    if seen.codes:
        yield f"# values: {_comment(', '.join(seen.codes))}"


def _unused(looks: Mapping[str, Look], matched: Mapping[str, Match], *others: str) -> Iterator[str]:
    used = {match.header for match in matched.values()} | set(others)
    free = [seen for header, seen in looks.items() if header not in used]
    if free:
        yield "\n# Columns not used:"
    for seen in free:
        codes = f": {', '.join(seen.codes)}" if seen.codes else ""
        yield _comment(f"#   {seen.header} ({seen.kind}, {seen.filled} filled, {seen.distinct} different{codes})")


def _text(value: str) -> str:
    """A TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Text that is safe in a comment: one line, no control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
