"""What of a person is beside the tables: their rows in agencies' files, lines of the logs, files made, recipients."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from hiu.engine import Engine, Scalar
from hiu.errors import InputRefused
from hiu.extract.files.columns import match_columns
from hiu.extract.files.read import read_table
from hiu.govern import audit, records
from hiu.govern.erase.residue import Traces, trace_places
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import DISCLOSURES
from hiu.publish.release.folder import WORKING
from pipelines.access.mart.build import marts
from pipelines.access.mart.kept import in_mart
from pipelines.common.fingerprint import file_digest
from pipelines.common.place import Paths, Place
from pipelines.common.work import Row
from pipelines.govern.person.redact import ANOTHER, Redactor
from pipelines.govern.person.scope import ROW, PersonScope

SECOND = 10_000_000
"""Rows of the second and later people of one row of a file are numbered from here (source_row)."""
NOT_USED = "columns of the agency's file that this site does not read; the agency answers for them"
GONE = "cells as sent: the agency's file is no longer in the raw folder as it was taken in; the agency has it"
SHAPED = "cells as sent: the agency's file is laid out for many people at once; the agency has it"
SEVERAL = "cells as sent of a row that names several people (Data Protection Act 2018, Schedule 2, paragraph 16)"
_TOKEN = "P"


def sent_rows(place: Place, warehouse: Engine, redactor: Redactor) -> tuple[list[Row], Counter[str]]:
    """The person's rows as the agencies' files have them, cell by cell; and how many cannot be listed so, by reason.

    A file is read only while it is, to the byte, the one that was taken in: in another the row may be somebody else's.
    """
    rows = warehouse.rows("record", *ROW, "source", "source_file").join(redactor.scope.rows, on=ROW, how="semi")
    digests = dict(warehouse.rows("deliveries", "delivery_id", "sha256").rows())
    found: list[Row] = []
    lacking: Counter[str] = Counter()
    for (delivery, source, name), own in rows.sort(ROW).group_by(
        "delivery_id", "source", "source_file", maintain_order=True
    ):
        numbers = own["source_row"].to_list()
        alone = [number for number in numbers if not _shared(warehouse, str(delivery), number)]
        if several := len(numbers) - len(alone):
            lacking[SEVERAL] += several
        cells, why = _cells(place, str(source), str(name), digests.get(delivery), alone, redactor)
        found += cells
        lacking[why] += len(alone)
    return found, +Counter({why: n for why, n in lacking.items() if why})


def _shared(warehouse: Engine, delivery: str, number: int) -> bool:
    """Whether a row of a file names several people: its cells are those of all of them."""
    if number >= SECOND:
        return True
    second: dict[str, Scalar] = {"delivery_id": delivery, "source_row": number + SECOND}
    return not warehouse.rows("record", "source_row", where=second).is_empty()


def _cells(
    place: Place, source: str, name: str, sha256: object, rows: list[int], redactor: Redactor
) -> tuple[list[Row], str]:
    """The rows, and why they or some of their cells are not told."""
    path, spec, settings = place.raw / name, place.sources.get(source), place.settings
    if spec is None or not path.is_file() or file_digest(path) != sha256:
        return [], GONE
    if spec.file.unpivot:
        return [], SHAPED
    try:
        limit, ratio = settings.max_file_bytes, settings.max_unzip_ratio
        table = read_table(path, spec, name=name, max_bytes=limit, max_ratio=ratio)
        used = sorted(set(match_columns(table.headers, spec, name=name).values()), key=table.headers.index)
    except InputRefused:
        return [], GONE
    frame = table.frame.filter(pl.col("source_row").is_in(rows))
    out = [_sent(source, name, row, used, redactor) for row in frame.iter_rows(named=True)]
    return out, NOT_USED if len(used) < len(table.headers) else ""


def _sent(source: str, name: str, row: Row, used: list[str], redactor: Redactor) -> Row:
    where = f"{source} file"
    cells = {header: redactor.text(str(row[header]), where) for header in used if row[header] is not None}
    return {"source": source, "source_file": name, "source_row": row["source_row"], **cells}


def log_lines(place: Place, scope: PersonScope) -> list[Row]:
    """Lines of the audit log about the person, whom it knows by token; tokens of others are taken out."""
    key = recipient_key(place.key, "audit")
    own = {pseudonym(one, key) for one in scope.all_ids}
    logs = [*sorted(place.curated.glob("audit-until-*.jsonl")), place.audit]
    lines: list[Row] = []
    for path in logs:
        for entry in audit.read(path) if path.exists() else []:
            if any(token in json.dumps(entry["event"]) for token in own):
                lines.append({"n": entry["n"], "at": entry["at"], **_without_others(entry["event"], own)})
    return lines


def _without_others(event: Mapping[str, object], own: set[str]) -> Row:
    return {name: _of(value, own) for name, value in event.items() if name != "records"}


def _of(value: object, own: set[str]) -> object:
    if isinstance(value, list):
        kept = [one for one in value if not isinstance(one, str) or one in own or not _is_token(one)]
        return "|".join(map(str, kept))
    if isinstance(value, dict):
        return json.dumps(value)
    return ANOTHER if isinstance(value, str) and _is_token(value) and value not in own else value


def _is_token(text: str) -> bool:
    return text[:1] == _TOKEN and text[5:6] == "-" and len(text) == 22


def files_made(paths: Paths, scope: PersonScope) -> list[str]:
    """Files made of the data under the curated folder that tell the person, pages, charts, exports and sheets."""
    skipped = {paths.published, paths.records, paths.curated / WORKING, paths.spill}
    own = {paths.warehouse, paths.audit, paths.current, paths.lock, paths.erasing}
    traces = _traces(scope)
    pages = [path for path in paths.published.rglob("*") if path.suffix not in (".parquet", ".json")]
    others = [path for path in paths.curated.rglob("*") if not any(path.is_relative_to(one) for one in skipped)]
    return [
        path.relative_to(paths.curated).as_posix()
        for path in sorted({*pages, *others} - own)
        if path.is_file() and not path.name.startswith(paths.warehouse.name) and _tells(path, traces)
    ]


def _tells(path: Path, traces: Traces) -> bool:
    return bool(trace_places(path.name, path.read_bytes(), traces))


def _traces(scope: PersonScope) -> Traces:
    names = {str(name) for name in scope.own["name_text"] - scope.others["name_text"] if " " in str(name)}
    numbers = {str(number) for number in scope.own["nhs_number"] - scope.others["nhs_number"]}
    return Traces(scope.ids, frozenset(numbers), frozenset(names))


def recipients(place: Place, scope: PersonScope) -> Iterator[Row]:
    """Disclosures that told the person: those of them alone, and those of a list whose file tells them.

    `certain` is false where the file of a list is no longer there to look into, so that they may have been on it.
    """
    traces = _traces(scope)
    for row in records.history(place.records, DISCLOSURES).iter_rows(named=True):
        if row["person_id"] in scope.ids:
            yield {**row, "certain": True}
        elif row["person_id"] is None and row["people"]:
            looked = _in_file(place, row["file"], traces, scope)
            if looked is not False:
                yield {**row, "certain": looked is True}


def _in_file(place: Place, name: str | None, traces: Traces, scope: PersonScope) -> bool | None:
    """Whether the pages of a folder or file that left tell the person; None if they are not there. A mart that has
    not their token may have had it before it was made anew."""
    path = place.curated / name if name else None
    if path is None or not path.exists():
        return None
    if path.is_relative_to(marts(place)):
        return in_mart(place, path, scope.all_ids) or None
    files = [path] if path.is_file() else [one for one in sorted(path.rglob("*")) if one.is_file()]
    pages = [one for one in files if one.suffix not in (".parquet", ".json")]
    return any(_tells(one, traces) for one in pages)
