"""The file with everything held about one person: a page, the same as a PDF, and all of it as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hiu.model import TABLES
from hiu.publish.pages import render
from hiu.publish.pdf import paper
from hiu.publish.stamp import MARKING
from hiu.publish.words.text import count_of, moment

FORMAT = 1
"""Raised when a reader of the JSON has to change."""
WIDEST = 8
"""Columns up to which rows are a table; wider ones are written row by row."""
Cell = str | int | float | bool | None
Rows = Sequence[Mapping[str, Cell]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows of one table as one place has it; `shown` = on the page too, not in the JSON alone."""

    chapter: str
    title: str
    table: str
    place: str
    rows: Rows
    shown: bool = True


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """What is left out: where, how often, and on which ground."""

    what: str
    times: int
    ground: str


@dataclass(frozen=True, kw_only=True)
class PersonFile:
    """Everything of a person's file. `about` = what article 15 asks to tell beside the data: heading and sentences;
    `harm` = whose opinion on serious harm it rests on, or that it is a draft for whoever is asked."""

    person_id: str
    site: str
    asked_by: str
    made_by: str
    harm: str
    at: datetime
    synthetic: bool
    about: Mapping[str, Sequence[str]]
    parts: Sequence[Part]
    withheld: Sequence[Withheld] = field(default_factory=tuple)

    @property
    def at_text(self) -> str:
        """`8 Apr 2026 10:12`, in UK time."""
        return moment(self.at)


def as_json(file: PersonFile) -> bytes:
    """All of it, for a program to read; times in ISO 8601."""
    head = {"format": FORMAT, "person_id": file.person_id, "site": file.site, "asked_by": file.asked_by}
    head |= {"made_by": file.made_by, "opinion": file.harm, "made_at": file.at.isoformat(), "invented": file.synthetic}
    parts = [vars(part) | {"rows": [dict(row) for row in part.rows]} for part in file.parts]
    whole = {**head, "about": file.about, "withheld": [vars(one) for one in file.withheld], "parts": parts}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def as_page(file: PersonFile) -> bytes:
    """The page: what the person has to be told, then each chapter, then what is left out and why."""
    return render("person_file.html.j2", file=file, chapters=_chapters(file)).encode("utf-8")


def as_pdf(file: PersonFile) -> bytes:
    """The same as the page, as a paper to hand over: tagged, so that it can be read aloud."""
    data = {
        "title": "What is held about you",
        "site": file.site,
        "stamp": [file.site, file.person_id, file.at_text],
        "marking": MARKING,
        "foot": f"{file.person_id}, made on {file.at_text}",
        "synthetic": file.synthetic,
        "about": f"Asked for by {file.asked_by}; made on {file.at_text} by {file.made_by}. {file.harm}",
        "told": [{"heading": heading, "sentences": list(lines)} for heading, lines in file.about.items()],
        "withheld": [[one.what, str(one.times), one.ground] for one in file.withheld],
        "chapters": [{"title": title, "parts": parts} for title, parts in _chapters(file).items()],
    }
    return paper("person_file.typ", data, {}, created=file.at)


def _chapters(file: PersonFile) -> dict[str, list[dict[str, object]]]:
    chapters: dict[str, list[dict[str, object]]] = {}
    for part in file.parts:
        if part.shown:
            chapters.setdefault(part.chapter, []).append(_laid_out(part))
    return chapters


def _laid_out(part: Part) -> dict[str, object]:
    """A part as the template has it: filled columns alone, and what they mean."""
    columns = [name for name in (part.rows[0] if part.rows else {}) if any(_filled(row.get(name)) for row in part.rows)]
    columns += sorted({name for row in part.rows for name in row if _filled(row[name])} - set(columns))
    rows = [[_text(row.get(name)) for name in columns] for row in part.rows]
    return {
        "title": part.title,
        "place": part.place,
        "count": count_of(len(rows), "row"),
        "columns": [name.replace("_", " ") for name in columns],
        "rows": rows,
        "wide": len(columns) > WIDEST,
        "meanings": list(_meanings(part.table, columns)),
    }


def _meanings(table: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    declared = {column.name: column for column in TABLES[table].columns} if table in TABLES else {}
    for name in columns:
        if name in declared:
            column = declared[name]
            yield name.replace("_", " "), column.meaning + (f" ({column.unit})" if column.unit else "")


def _filled(value: Cell) -> bool:
    return value is not None and value != ""


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
