"""Look at a file before anything is loaded: what would load, what would not, why; and draft a mapping."""

import json
from collections import Counter
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.extract.files.columns import match_columns, unused_headers
from hiu.extract.files.find import period_of, takes
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.fuzzy import did_you_mean
from hiu.sources import Source
from pipelines.common.place import Place
from pipelines.common.progress import out
from pipelines.steps.deliver import check_rows


def check_file(place: Place, file: Path, source: str | None, *, as_json: bool) -> int:
    """Print what would become of a file, for each source that takes it. 0 all would load, 3 some would not."""
    found = [_check(place, file, each) for each in _sources(place, file, source)]
    code = 3 if any(one["quarantined"] for one in found) else 0
    if as_json:
        out(json.dumps({"exit": code, "checked": found}))
        return code
    for one in found:
        _print(file, one)
    return code


def _sources(place: Place, file: Path, named: str | None) -> list[Source]:
    if named:
        if named not in place.sources:
            raise UsageError(f"'{named}' is no source.{did_you_mean(named, place.sources)}")
        return [place.sources[named]]
    found = [source for source in place.sources.values() if takes(source, _name(place, file))]
    if not found:
        patterns = ", ".join(f"{source.name} {source.file.pattern}" for source in place.sources.values())
        raise UsageError(
            f"{file.name}: no source takes a file of this name; name one by --source. There are: {patterns}"
        )
    return found


def _name(place: Place, file: Path) -> str:
    """As in links: relative to the raw folder when it lies there."""
    whole, raw = file.resolve(), place.raw.resolve()
    return whole.relative_to(raw).as_posix() if whole.is_relative_to(raw) else f"{whole.parent.name}/{whole.name}"


def _check(place: Place, file: Path, source: Source) -> dict[str, object]:
    name = _name(place, file)
    raw = read_table(
        file, source, name=name, max_bytes=place.settings.max_file_bytes, max_ratio=place.settings.max_unzip_ratio
    )
    period = None if source.kind == "register" else period_of(name, source)
    done = standardise(
        raw, source, delivery_id="check", source_file=name, period=period, synthetic=place.settings.synthetic
    )
    done, warnings = check_rows(done, source, None, place.settings.usual_shorter)
    return {
        "source": source.name,
        "period": str(period) if period else None,
        "received": raw.received,
        "staged": raw.received - done.quarantine.height,
        "quarantined": done.quarantine.height,
        "reasons": _reasons(done.quarantine),
        "notes": raw.notes,
        "warnings": warnings,
        "columns": match_columns(raw.headers, source, name=name),
        "unused": unused_headers(raw.headers, source),
        "measures": _measures(done.records),
    }


def _reasons(quarantine: pl.DataFrame) -> list[dict[str, object]]:
    """Each reason with its count and first rows."""
    grouped = quarantine.sort("source_row").group_by("code", "column", "reason", maintain_order=True)
    return (
        grouped.agg(rows=pl.len(), first=pl.col("source_row").head(5))
        .sort("rows", "code", descending=[True, False])
        .to_dicts()
    )


def _measures(records: pl.DataFrame) -> dict[str, int]:
    counted = Counter(records.filter(~pl.col("quarantined"))["measures"].explode().drop_nulls().to_list())
    return dict(sorted(counted.items()))


def _print(file: Path, one: dict[str, object]) -> None:
    out(f"{file} as {one['source']}, for {one['period'] or 'no month (register)'}")
    out(f"  received {one['received']} = would load {one['staged']} + would be set aside {one['quarantined']}")
    reasons = one["reasons"]
    for reason in reasons if isinstance(reasons, list) else []:
        rows = ", ".join(map(str, reason["first"])) + (" ..." if reason["rows"] > 5 else "")
        out(f"  set aside {reason['rows']}: {reason['code']}: {reason['reason']} (rows {rows})")
    columns = one["columns"]
    for field, header in (columns if isinstance(columns, dict) else {}).items():
        out(f"  {field:<20} <- {header}")
    for title, key in (("not used", "unused"), ("note", "notes"), ("warning", "warnings")):
        lines = one[key]
        for line in lines if isinstance(lines, list) else []:
            out(f"  {title}: {line}")
    measures = one["measures"]
    for measure, n in (measures if isinstance(measures, dict) else {}).items():
        out(f"  {n} rows may count as {measure}")
