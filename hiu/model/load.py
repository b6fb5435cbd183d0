"""The tables as hiu/model/tables/*.toml declare them: read once, and refused if a declaration can't be meant so."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from importlib import resources
from typing import Any, get_args

from hiu.errors import HiuError
from hiu.model.meeting import ACTION_FIELDS, MEETING_FIELDS
from hiu.model.table import Column, Layer, Table, Type
from hiu.model.words import FACTS, LABELS

FILES = [
    "received",
    "people",
    "demand",
    "places",
    "pathway",
    "s136",
    "missing",
    "offers",
    "governing",
    "listed",
    "matching",
    "meeting",
    "governance",
    "analyst",
    "operator",
    "mart",
    "working",
]
"""In this order tables are listed and published."""

CODES = {"labels": LABELS, "facts": FACTS, "meeting_fields": (*MEETING_FIELDS, *ACTION_FIELDS)}
"""Lists of codes that Python uses too, by the name a column gives."""

Declared = dict[str, Any]
Shared = Mapping[str, tuple[Column, ...]]
"""Columns by the name a table lists them under: of one column its own, of a group `*name`."""


def load_model() -> tuple[dict[str, Table], tuple[Column, ...]]:
    """Every table in the order of FILES, and the columns that describe a person. Raises what `tables_of` does."""
    folder = resources.files("hiu.model") / "tables"
    texts = {name: (folder / f"{name}.toml").read_text(encoding="utf-8") for name in ("shared", *FILES)}
    return tables_of(texts)


def tables_of(texts: Mapping[str, str]) -> tuple[dict[str, Table], tuple[Column, ...]]:
    """Tables from the texts of files, `shared` first. Raises HiuError naming the file, the table and what is wrong."""
    parsed = {file: tomllib.loads(text) for file, text in texts.items()}
    common = parsed.pop("shared")
    description = _columns(common["description"], {}, "shared.toml")
    everywhere = {**_shared(common, "shared.toml"), "*description": description}
    tables: dict[str, Table] = {}
    for file, declared in parsed.items():
        shared = {**everywhere, **_shared(declared, f"{file}.toml")}
        layer = declared.pop("layer")
        for name, table in declared.items():
            if name in tables:
                raise HiuError(f"{file}.toml: a table '{name}' is declared twice")
            tables[name] = _table(name, {"layer": layer, **table}, shared, f"{file}.toml, table {name}")
    return tables, description


def _shared(declared: Declared, where: str) -> Shared:
    columns = _columns(declared.pop("shared", []), {}, where)
    return {column.name: (column,) for column in columns}


def _table(name: str, declared: Declared, shared: Shared, where: str) -> Table:
    _only(declared, {"layer", "meaning", "key", "columns", "later"}, where)
    columns = _columns(declared["columns"], shared, where)
    _only(declared["key"], {column.name for column in columns}, f"{where}, key")
    _only([declared["layer"]], get_args(Layer), f"{where}, layer")
    return Table(**{**declared, "name": name, "key": tuple(declared["key"]), "columns": columns})


def _columns(declared: list[str | Declared], shared: Shared, where: str) -> tuple[Column, ...]:
    columns: list[Column] = []
    for one in declared:
        if isinstance(one, str):
            _only([one], shared, f"{where}, shared column")
            columns += shared[one]
        else:
            columns.append(_column(one, where))
    names = [column.name for column in columns]
    if twice := {name for name in names if names.count(name) > 1}:
        raise HiuError(f"{where}: columns declared twice: {sorted(twice)}")
    return tuple(columns)


def _column(declared: Declared, where: str) -> Column:
    where = f"{where}, column {declared.get('name')}"
    _only(declared, {field.name for field in fields(Column)}, where)
    if missing := {"name", "type", "meaning"} - declared.keys():
        raise HiuError(f"{where}: lacks {sorted(missing)}")
    _only([declared["type"]], get_args(Type), f"{where}, type")
    codes = declared.get("codes", ())
    if isinstance(codes, str):
        _only([codes], CODES, f"{where}, codes")
        codes = CODES[codes]
    return Column(**{**declared, "codes": tuple(codes)})


def _only(found: Iterable[str], allowed: Iterable[str], where: str) -> None:
    if unknown := sorted(set(found) - set(allowed)):
        raise HiuError(f"hiu/model/tables/{where}: {unknown} not known; expected one of {sorted(allowed)}")
