"""Look at a file before anything is loaded: what the run would make of it, and what a person would want to see."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from hiu.errors import Busy, InputRefused, UsageError
from hiu.extract.files.columns import match_columns, unused_headers
from hiu.extract.files.find import (
    FoundFile,
    find_deliveries,
    left_by_program,
    may_take,
    not_taken,
    period_of,
    refuse_named,
)
from hiu.extract.files.numbering import named_lines
from hiu.extract.files.parquet import readable
from hiu.extract.files.read import RawTable
from hiu.extract.standardise import Standardised
from hiu.fuzzy import did_you_mean
from hiu.month import Month
from hiu.publish.words.text import count_of, join_words
from hiu.sources import Source
from pipelines.common.fingerprint import file_digest
from pipelines.common.place import Place, open_warehouse
from pipelines.common.progress import out
from pipelines.common.work import Row
from pipelines.steps.intake.beside import (
    deliveries_beside,
    gone_columns,
    not_begun,
    overlaps,
    restated_by,
    said_of_keys_beside,
    usual_rows,
)
from pipelines.steps.intake.deliver import LoadJob, check_rows, make_delivery, read_raw
from pipelines.steps.intake.glance import first_rows, worth_a_look
from pipelines.steps.intake.quotes import quotes_of_file
from pipelines.steps.intake.supply import by_month, remarks_on_file


@dataclass(frozen=True, kw_only=True)
class FileCheck:
    """What would become of a file as one source: rows, reasons with their first lines, headers, what may be counted.

    `sample` are five rows as read, with what is personal masked; `unused` the headers nothing reads, `look` those of
    them that seem to be a name, a birth, a number or a time; `fields` the rows of field_quality.
    """

    source: str
    period: str | None
    received: int
    staged: int
    quarantined: int
    reasons: list[Row]
    notes: list[str]
    warnings: list[str]
    columns: dict[str, str]
    unused: list[str]
    look: list[str]
    fields: list[Row]
    sample: list[Row]
    measures: dict[str, int]


def check_file(place: Place, file: Path, source: str | None, *, as_json: bool, today: date | None = None) -> int:
    """Print what a run would make of a file, for each source that takes it; its exit code: 0 all would load, 3 some
    would not, there is a warning, or no source takes it. Raises InputRefused (4) as the run would refuse it.
    """
    today = today or datetime.now(UTC).astimezone().date()
    if source is None and left_by_program(_name(place, file)):
        out(f"{_name(place, file)}: a file that a program or a system leaves, by its name; a run passes over it")
        return 0
    found = _sources(place, file, source)
    refuse_named(_name(place, file), found)
    checks, refused = _each(place, file, found, today)
    code = 3 if not found or any(check.quarantined or check.warnings for check in checks) else 0
    code = 4 if refused else code
    if as_json:
        more: dict[str, object] = {} if found else {"warnings": not_taken(_name(place, file))}
        more |= {"refused": refused} if refused else {}
        out(json.dumps({"exit": code, "checked": [asdict(check) for check in checks], **more}, default=str))
        return code
    if len(found) > 1:
        out(
            f"{_name(place, file)}: taken by {join_words([one.name for one in found])}, and read once for each of them."
        )
        out("  If one of them is not meant, narrow its [file] pattern, or set enabled = false in its TOML")
    if not found:
        out(f"warning: {not_taken(_name(place, file))[0]}")
        patterns = "; ".join(f"{one.name} {', '.join(one.file.patterns)}" for one in place.sources.values())
        out(f"  the patterns are: {patterns}. --source NAME checks it as one of them")
    for line in refused:
        out(line)
    for check in checks:
        _print(file, check)
    return code


def _each(place: Place, file: Path, found: list[Source], today: date) -> tuple[list[FileCheck], list[str]]:
    """The file as each source that takes it, and why others refuse it. Raises InputRefused if the only one does."""
    checks, refused = list[FileCheck](), list[str]()
    for source in found:
        try:
            checks.append(_check(place, file, source, today))
        except InputRefused as refusal:
            if len(found) == 1:
                raise
            refused.append(f"refused as {source.name}: {refusal}")
    return checks, refused


def _sources(place: Place, file: Path, named: str | None) -> list[Source]:
    if named:
        if named not in place.sources:
            raise UsageError(f"'{named}' is no source.{did_you_mean(named, place.sources)}")
        return [place.sources[named]]
    return [source for source in place.sources.values() if may_take(source, _name(place, file))]


def _name(place: Place, file: Path) -> str:
    """As in links: relative to the raw folder when it lies there."""
    whole, raw = file.resolve(), place.raw.resolve()
    return whole.relative_to(raw).as_posix() if whole.is_relative_to(raw) else f"{whole.parent.name}/{whole.name}"


def _check(place: Place, file: Path, source: Source, today: date) -> FileCheck:
    name = _name(place, file)
    found = FoundFile(source.name, file, name, period_of(name, source))
    job = LoadJob(found, "", "", None)
    with readable(name):
        raw = read_raw(place, job, today)
        delivery = make_delivery(place, job, raw, today)
    usual, gone = _beside(place, source, delivery.period, delivery.standardised.quality, name)
    done, warnings = check_rows(delivery.standardised, source, usual, place.settings.usual_shorter)
    warnings += gone
    warnings += said_of_keys_beside(place, source, name, delivery.period, done, today)
    warnings = [*warnings, *remarks_on_file(place, source, name, delivery.period, done.records)]
    warnings += overlaps(place, source, replace(found, period=delivery.period), done.records, today)
    restated = restated_by(place, source, name, delivery.period, done.records, today)
    warnings += [remark.sentence for remark in restated if remark.warn]
    warnings += filter(None, [not_begun(found, today)])
    warnings += _copies(place, source, file, name)
    warnings += quotes_of_file(place, source, delivery.period, done.records, today)
    notes = [
        *raw.notes,
        *delivery.notes,
        *_deletions(done.records),
        *(remark.sentence for remark in restated if not remark.warn),
    ]
    return _found(source, raw, delivery.period, done, warnings, name, list(dict.fromkeys(notes)))


def _copies(place: Place, source: Source, file: Path, name: str) -> list[str]:
    """Other files of the source with the same bytes: a run takes in one of them and says so of the others."""
    if not file.resolve().is_relative_to(place.raw.resolve()):
        return []
    size, others = file.stat().st_size, find_deliveries(place.raw, {source.name: source}).deliveries
    if by_month(source):  # in each month's folder it is another sheet that is read
        others = tuple(one for one in others if one.period == period_of(name, source))
    same = [other for other in others if other.name != name and other.path.stat().st_size == size]
    own = file_digest(file) if same else ""
    found = next((other.name for other in same if file_digest(other.path) == own), None)
    return [f"the same bytes as {found}; a run loads one of the two, and not the other again"] * bool(found)


def _beside(
    place: Place, source: Source, period: Month | None, quality: pl.DataFrame, name: str
) -> tuple[int | None, list[str]]:
    """The source's usual number of rows, and what its last delivery had and this file lacks, if a run has ever written
    them down and none is going on."""
    if not place.has_tables:
        return None, []
    try:
        with open_warehouse(place) as warehouse:
            if not warehouse.exists("deliveries"):
                return None, []
            gone = gone_columns(warehouse, source, quality, name)
            return usual_rows(deliveries_beside(warehouse, source.name), source, period), gone
    except Busy:
        return None, []


def _found(
    source: Source,
    raw: RawTable,
    period: Month | None,
    done: Standardised,
    warnings: list[str],
    name: str,
    notes: list[str],
) -> FileCheck:
    columns, unused = match_columns(raw.headers, source, name=name), unused_headers(raw.headers, source)
    return FileCheck(
        source=source.name,
        period=str(period) if period else None,
        received=raw.received,
        staged=raw.received - done.quarantine.height,
        quarantined=done.quarantine.height,
        reasons=_reasons(done.quarantine),
        notes=notes,
        warnings=warnings,
        columns=columns,
        unused=unused,
        look=worth_a_look(raw.frame, unused),
        fields=done.quality.drop("delivery_id", "source", "source_file").to_dicts(),
        sample=first_rows(done.records, done.numbering),
        measures=_measures(done.records),
    )


def _reasons(quarantine: pl.DataFrame) -> list[Row]:
    """Each reason with its count and first rows."""
    by_reason = quarantine.sort("source_row").group_by("code", "column", "reason", maintain_order=True)
    lines = pl.col("line").drop_nulls().unique(maintain_order=True)
    counts = by_reason.agg(rows=pl.len(), lines=lines.head(5), in_lines=lines.len())
    return counts.sort("rows", "code", descending=[True, False]).to_dicts()


def _measures(records: pl.DataFrame) -> dict[str, int]:
    standing = records.filter(~pl.col("quarantined"), ~_taken_back(records))
    counted = Counter(standing["measures"].explode().drop_nulls().to_list())
    return dict(sorted(counted.items()))


def _taken_back(records: pl.DataFrame) -> pl.Series:
    """Rows that take others of their key back, and those that stand before such a row."""
    last = pl.when(pl.col("deleted") & ~pl.col("quarantined")).then("source_row").max().over("record_id")
    return records.select(
        (pl.col("source_row") <= last).fill_null(False) & pl.col("record_id").is_not_null()
    ).to_series()


def _deletions(records: pl.DataFrame) -> list[str]:
    """A note if rows of the file take others back."""
    n = records.filter("deleted", ~pl.col("quarantined")).height
    gone = int((_taken_back(records) & ~records["deleted"] & ~records["quarantined"]).sum())
    return [
        f"{count_of(n, 'row')} of the file mean deleted: {count_of(gone, 'row')} before them in it count no more"
    ] * bool(n)


def _print(file: Path, check: FileCheck) -> None:
    out(f"{file} as {check.source}, for {check.period or 'no month (register)'}")
    out(f"  received {check.received} = would load {check.staged} + would be set aside {check.quarantined}")
    for reason in check.reasons:
        where = f" ({named_lines(reason['lines'], reason['in_lines'])})" if reason["lines"] else ""
        out(f"  set aside {reason['rows']}: {reason['code']}: {reason['reason']}{where}")
    rates = {row["header"]: _rate(row) for row in check.fields}
    for field, header in check.columns.items():
        out(f"  {field:<20} <- {header:<24} {rates.get(header, '')}".rstrip())
    titles = {
        "not used": check.unused,
        "not used, look at it": check.look,
        "note": check.notes,
        "warning": check.warnings,
    }
    for title, lines in titles.items():
        for line in lines:
            out(f"  {title}: {line}")
    for measure, n in check.measures.items():
        out(f"  {count_of(n, 'row')} may count as {measure}")
    for row in check.sample:
        line = f", line {row['line']}" if row["line"] else ""
        out(f"  as read{line}: " + ", ".join(f"{name} {value}" for name, value in row.items() if name != "line"))


def _rate(row: Row) -> str:
    """'18 filled, 6 read, 12 unreadable'; what there is none of is left out."""
    if not row["filled"]:
        return "empty"
    parts = [f"{row[name]:,} {word}" for name, word in _PARTS if row[name]]
    return ", ".join([f"{row['filled']:,} filled", f"{row['read']:,} read", *parts])


_PARTS = (("missing", "say 'not known'"), ("unreadable", "unreadable"), ("unknown", "not in the list"))
