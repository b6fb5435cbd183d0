"""Suites: everything expected of one source's rows, generated from the model and the source's TOML.

The suite a delivery is checked against is made from the same model and TOML that load the file, so a site's own
mapping is checked without anyone writing JSON, and the two can never drift apart. The JSON in expectations/
is the proof that people read and compare: `check_suites` says when it is not what a delivery is checked against.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from hiu.model import FACT, RECORD, Column, Table
from hiu.quality import rules
from hiu.quality.batch import Spec
from hiu.sources import Source

_ALWAYS = (
    "source_row",
    "delivery_id",
    "source",
    "source_file",
    "quarantined",
    "deleted",
    "nobody",
    "event_id",
    "record_id",
    "measures",
)
_BY_TYPE: dict[str, tuple[str, ...]] = {
    "name": ("given", "family"),
    "given": ("given",),
    "family": ("family",),
    "dob": ("dob",),
    "age": ("age", "birth_year"),
    "sex": ("sex",),
    "nhs_number": ("nhs_number",),
    "postcode": ("postcode",),
    "address": ("postcode",),
    "local_id": ("local_ids",),
    "related": ("related",),
}
"""Field type -> columns of the record it fills, as far as anything is expected of them."""

_BY_NAME = ("start", "end", "spell_end", "leave_start", "leave_end", "version")


def columns_fed(source: Source, table: Table) -> list[Column]:
    """Columns of a table that this source can fill and something is expected of, in the model's order."""
    if table.name == "fact":
        return list(table.columns)
    named = {name for field in source.fields.values() for name in _BY_TYPE.get(field.type, ())}
    named |= {name for name in _BY_NAME if name in source.fields}
    named |= {"version"} if source.key.version else set()
    return [column for column in table.columns if column.name in _ALWAYS or column.name in named]


def suite(source: Source, table: Table = RECORD) -> Spec:
    """The suite of a source's records, or (FACT) of a register's dated facts, as Great Expectations reads it."""
    columns = columns_fed(source, table)
    names = {column.name for column in columns}
    names |= {f"{name}_day" for name in ("start", "end") if name in names}
    expectations = [*rules.types(columns)]
    if table.name == "record":
        expectations += [*rules.filled(source), *_source_codes(source), rules.measures(source)]
    expectations += [*rules.codes(columns), *rules.formats(names), *rules.ranges(names, source), *rules.pairs(names)]
    if table.name == "record":
        expectations += [rules.unique(source), *rules.sparse(_required(source)), rules.volume()]
    return {"name": _stem(source, table), "expectations": expectations, "meta": {"table": table.name}}


def _stem(source: Source, table: Table) -> str:
    return source.name if table.name == "record" else f"{source.name}.{table.name}"


def _source_codes(source: Source) -> list[Spec]:
    """Code lists a source's TOML closes (what is not listed is quarantined, or null), of fields the record keeps."""
    closed = {
        name: tuple(sorted(set(field.codes.values()) - {""}))
        for name, field in source.fields.items()
        if field.codes and field.unlisted != "keep"
    }
    return [
        rules.code_list(name if name in RECORD.names else f"details.{name}", values)
        for name, values in sorted(closed.items())
        if values and (name in source.keep or name in RECORD.names) and name != "sex"
    ]


def _required(source: Source) -> list[str]:
    """Identifying columns filled by fields whose header must be there (an optional one may be absent altogether)."""
    fed = [_BY_TYPE.get(field.type, ("",))[-1] for field in source.fields.values() if field.required]
    return [column for column in ("family", "dob", "nhs_number", "postcode") if column in fed]


def suite_text(suite: Spec) -> str:
    """A suite as the text of its file: the same bytes on every machine."""
    return json.dumps(suite, indent=2, ensure_ascii=False) + "\n"


def suite_files(sources: Mapping[str, Source]) -> dict[str, str]:
    """File name -> text, for every source: <source>.json, and <source>.fact.json for a register's facts."""
    made = [
        suite(source, table)
        for _, source in sorted(sources.items())
        for table in ((RECORD, FACT) if source.facts else (RECORD,))
    ]
    return {f"{one['name']}.json": suite_text(one) for one in made}


def write_suites(sources: Mapping[str, Source], folder: Path) -> list[Path]:
    """Write every suite to a folder; files already current are left alone. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    stale = {name: text for name, text in suite_files(sources).items() if _read(folder / name) != text}
    for name, text in stale.items():
        (folder / name).write_bytes(text.encode())
    return [folder / name for name in stale]


def check_suites(sources: Mapping[str, Source], folder: Path) -> list[str]:
    """A sentence for every suite that is missing, out of date or of no known source; empty = current."""
    wanted = suite_files(sources)
    found = {path.name for path in folder.glob("*.json")}
    problems = [f"{folder / name}: missing" for name in sorted(wanted.keys() - found)]
    problems += [f"{folder / name}: of no known source" for name in sorted(found - wanted.keys())]
    problems += [
        f"{folder / name}: not what the model and the source's TOML say now; 'hiu suites' writes it"
        for name in sorted(wanted.keys() & found)
        if _read(folder / name) != wanted[name]
    ]
    return problems


def site_sources(sources: Mapping[str, Source], shipped: Mapping[str, Source]) -> dict[str, Source]:
    """Sources a site added or changed: their suites lie in the site's own expectations folder."""
    return {name: source for name, source in sources.items() if shipped.get(name) != source}


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n") if path.is_file() else None
