"""Look at a file before anything is loaded: what would load, what would not, why; and draft a mapping."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.extract.files.columns import match_columns, unused_headers
from hiu.extract.files.find import period_of, takes
from hiu.extract.files.read import read_table
from hiu.extract.people_apart import one_person_a_row
from hiu.extract.standardise import standardise
from hiu.fuzzy import did_you_mean
from hiu.sources import Source
from pipelines.common.place import Place
from pipelines.common.progress import out
from pipelines.common.work import Row
from pipelines.steps.deliver import check_rows


@dataclass(frozen=True, kw_only=True)
class FileCheck:
    """What would become of a file as one source: rows, reasons with first rows, headers, what may be counted."""

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
    measures: dict[str, int]


def check_file(place: Place, file: Path, source: str | None, *, as_json: bool) -> int:
    """Print what would become of a file, for each source that takes it. 0 all would load, 3 some would not."""
    checks = [_check(place, file, each) for each in _sources(place, file, source)]
    code = 3 if any(check.quarantined or check.warnings for check in checks) else 0
    if as_json:
        out(json.dumps({"exit": code, "checked": [asdict(check) for check in checks]}))
        return code
    for check in checks:
        _print(file, check)
    return code


def _sources(place: Place, file: Path, named: str | None) -> list[Source]:
    if named:
        if named not in place.sources:
            raise UsageError(f"'{named}' is no source.{did_you_mean(named, place.sources)}")
        return [place.sources[named]]
    found = [source for source in place.sources.values() if takes(source, _name(place, file))]
    if not found:
        patterns = ", ".join(f"{source.name} {source.file.patterns[0]}" for source in place.sources.values())
        raise UsageError(
            f"{file.name}: no source takes a file of this name; name one by --source. There are: {patterns}"
        )
    return found


def _name(place: Place, file: Path) -> str:
    """As in links: relative to the raw folder when it lies there."""
    whole, raw = file.resolve(), place.raw.resolve()
    return whole.relative_to(raw).as_posix() if whole.is_relative_to(raw) else f"{whole.parent.name}/{whole.name}"


def _check(place: Place, file: Path, source: Source) -> FileCheck:
    name, settings = _name(place, file), place.settings
    raw = read_table(file, source, name=name, max_bytes=settings.max_file_bytes, max_ratio=settings.max_unzip_ratio)
    raw = one_person_a_row(raw, source, name=name)
    period = None if source.kind == "register" else period_of(name, source)
    ids = {"delivery_id": "check", "source_file": name}
    done = standardise(raw, source, period=period, synthetic=settings.synthetic, **ids)
    done, warnings = check_rows(done, source, None, settings.usual_shorter)
    return FileCheck(
        source=source.name,
        period=str(period) if period else None,
        received=raw.received,
        staged=raw.received - done.quarantine.height,
        quarantined=done.quarantine.height,
        reasons=_reasons(done.quarantine),
        notes=raw.notes,
        warnings=warnings,
        columns=match_columns(raw.headers, source, name=name),
        unused=unused_headers(raw.headers, source),
        measures=_measures(done.records),
    )


def _reasons(quarantine: pl.DataFrame) -> list[Row]:
    """Each reason with its count and first rows."""
    by_reason = quarantine.sort("source_row").group_by("code", "column", "reason", maintain_order=True)
    counts = by_reason.agg(rows=pl.len(), first=pl.col("source_row").head(5))
    return counts.sort("rows", "code", descending=[True, False]).to_dicts()


def _measures(records: pl.DataFrame) -> dict[str, int]:
    counted = Counter(records.filter(~pl.col("quarantined"))["measures"].explode().drop_nulls().to_list())
    return dict(sorted(counted.items()))


def _print(file: Path, check: FileCheck) -> None:
    out(f"{file} as {check.source}, for {check.period or 'no month (register)'}")
    out(f"  received {check.received} = would load {check.staged} + would be set aside {check.quarantined}")
    for reason in check.reasons:
        rows = ", ".join(map(str, reason["first"])) + (" ..." if reason["rows"] > 5 else "")
        out(f"  set aside {reason['rows']}: {reason['code']}: {reason['reason']} (rows {rows})")
    for field, header in check.columns.items():
        out(f"  {field:<20} <- {header}")
    for title, lines in (("not used", check.unused), ("note", check.notes), ("warning", check.warnings)):
        for line in lines:
            out(f"  {title}: {line}")
    for measure, n in check.measures.items():
        out(f"  {n} rows may count as {measure}")
