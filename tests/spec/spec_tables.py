"""Specifications as text: small tables in, a small table out, one Markdown file per .sql of hiu/sql and its questions.

A file is prose with one or more cases. A case is a `##` heading, then `given` lines, each followed by a table, an
optional `with` line of parameters, and a `then` line followed by the table expected:

    ## A night counts once

    given `stay_night`

    | person_id | month | net |
    |---|---|---|
    | P1 | 2025-03-01 | 4 |

    with month_after = 2025-04-01

    then

    | person_id | n |
    |---|---|
    | P1 | 4 |

Columns left out of a given table are empty (text and lists that may not be null: empty; numbers 0; booleans no).
Only the columns of the expected table are compared, rows in any order. `-` is null, `yes` and `no` are booleans,
`a + b` in a list column is two values. Tables not given are empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from hiu.engine import Engine
from hiu.model import TABLES, Column
from hiu.model.frames import TYPES

FOLDERS = ("questions", "pathway", "mart", "matching")
EMPTY: dict[str, Any] = {"text": "", "integer": 0, "real": 0.0, "boolean": False, "texts": []}


@dataclass
class Case:
    """One example: tables given, parameters, the table expected; `folder` is the .sql's, '.' or one of FOLDERS."""

    file: str
    title: str
    folder: str = "."
    given: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    then: list[dict[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    @property
    def table(self) -> str:
        return Path(self.file).stem


def cases(path: Path) -> list[Case]:
    """The cases of one file. Raises ValueError naming the line that is not understood."""
    found: list[Case] = []
    target: list[dict[str, str]] | None = None
    header: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("## "):
            folder = path.parent.name if path.parent.name in FOLDERS else "."
            found.append(Case(path.name, text[3:], folder))
            target, header = None, []
        elif named := re.fullmatch(r"given `(\w+)`:?", text):
            target, header = found[-1].given.setdefault(named[1], []), []
        elif text.startswith("with "):
            found[-1].params |= dict(_param(part) for part in text[5:].split(","))
        elif text in ("then", "then:"):
            target, header = found[-1].then, []
        elif text.startswith("|") and target is not None:
            cells = [cell.strip().replace("\0", "|") for cell in text[1:-1].replace("\\|", "\0").split("|")]
            if not header:
                header = cells
                found[-1].columns = cells if target is found[-1].then else found[-1].columns
            elif len(cells) != len(header):
                raise ValueError(f"{path.name}:{number}: {len(cells)} cells under {len(header)} headers")
            elif not all(re.fullmatch(r":?-{3,}:?", cell) for cell in cells):
                target.append(dict(zip(header, cells, strict=True)))
    return found


def _param(part: str) -> tuple[str, Any]:
    name, value = (piece.strip() for piece in part.split("="))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return name, date.fromisoformat(value)
    return name, int(value) if value.isdigit() else value


def value(column: Column, text: str) -> Any:
    """A cell's value by its column's type."""
    if text in ("-", ""):
        return None if column.type != "texts" else []
    match column.type:
        case "integer":
            return int(text)
        case "real":
            return float(text)
        case "boolean":
            return {"yes": True, "no": False}[text]
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text)
        case "texts":
            return [part.strip() for part in text.split("+")]
    return text


def frame(table: str, rows: list[dict[str, str]]) -> pl.DataFrame:
    """A given table, whole: cells given, and empty ones for what is left out."""
    columns = TABLES[table].columns
    unknown = {name for row in rows for name in row} - {column.name for column in columns}
    if unknown:
        raise ValueError(f"{table} has no columns {sorted(unknown)}")
    data = {
        column.name: [value(column, row[column.name]) if column.name in row else _left_out(column) for row in rows]
        for column in columns
    }
    return pl.DataFrame(data, schema={column.name: TYPES[column.type].polars for column in columns})


def _left_out(column: Column) -> Any:
    return EMPTY.get(column.type) if not column.nullable or column.type in ("boolean", "texts") else None


def run(case: Case, inputs: set[str], store: Engine) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What the case's .sql gives and what is expected, both sorted."""
    for name in sorted(inputs | case.given.keys()):
        store.put(name, frame(name, case.given.get(name, [])))
    if case.folder != "questions":
        store.build(case.table, folder=case.folder, **case.params)
        made = store.read(case.table)
    else:
        made = store.ask(case.table, **case.params)
    made = made.select(case.columns)
    types = {known.polars: name for name, known in TYPES.items()}
    declared = {name: Column(name=name, type=types[dtype], meaning="") for name, dtype in made.schema.items()}
    expected = [tuple(value(declared[name], row[name]) for name in case.columns) for row in case.then]
    return sorted(made.rows(), key=repr), sorted(expected, key=repr)
