"""A returned workbook, read and proved: whose it is, what was sent out, and what each row says now.

Nothing is judged here (`judge` does). A file that is not a workbook of this site is refused whole; a row that
was changed, mixed up or added is kept with what is wrong with it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from hiu.errors import InputRefused
from hiu.extract.files.xlsx.sheet import Sheet, guard, load_sheet, open_book
from hiu.month import Month
from hiu.publish.people import Action
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.workbook.book import ACTIONS, ENTRY, FORMAT, META
from hiu.publish.workbook.listing import KEYS, NUMBERS, SHOWN, columns, heading, pick_of
from hiu.publish.workbook.proof import genuine, owners_of, shades_of

MOST_BYTES, MOST_RATIO = 200_000_000, 400.0
_WHOLE = re.compile(r"-?\d+\.0+")


@dataclass(frozen=True)
class Cell:
    """A cell's place, as `Entry!R7`, and its text; empty if blank."""

    ref: str
    text: str


@dataclass(frozen=True)
class Row:
    """A row as returned: read-only and entry cells by key, and the check in its last column.

    `keys` = the same check where it stands between the entry cells; `shades` = the fill of each entry cell.
    """

    number: int
    cells: Mapping[str, Cell]
    check: str
    keys: Sequence[str] = ()
    shades: Mapping[str, str] = field(default_factory=dict)

    @property
    def person_id(self) -> str:
        """Whose row it says it is; of an action, what the drop-down says."""
        return (self.cells.get("person_id") or self.cells["pick"]).text

    @property
    def texts(self) -> list[str]:
        """What its cells say, in order."""
        return [cell.text for cell in self.cells.values()]


@dataclass(frozen=True, kw_only=True)
class SentRow:
    """A person's row as it went out: read-only cells, entry cells, and how often it had been written to."""

    person_id: str
    shown: Mapping[str, str]
    entered: Mapping[str, str]
    version: int
    check: str


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A returned workbook: which pack it is, what was sent, and what came back."""

    pack_id: str
    run_id: str
    month: Month
    built: date
    sent: dict[str, SentRow]
    sent_actions: list[Action]
    rows: list[Row]
    actions: list[Row]
    picks: dict[str, str] = field(default_factory=dict)

    @cached_property
    def owners(self) -> dict[str, frozenset[str]]:
        """Whose row goes out in which shade."""
        return owners_of(list(self.sent))

    def strangers(self, row: Row) -> dict[str, str]:
        """Entry cells that bear the shade of another row, each with whose that is."""
        found = {name: self.owners.get(colour, frozenset()) for name, colour in row.shades.items()}
        return {name: min(own) for name, own in found.items() if own and row.person_id not in own}

    def owner(self, check: str) -> str | None:
        """The person a check belongs to."""
        return next((one.person_id for one in self.sent.values() if check and one.check == check), None)


def read_back(data: bytes, name: str, key: bytes) -> Copy:
    """Read a returned workbook.

    Raises InputRefused: 'not_xlsx', 'encrypted', 'corrupt' and so on for what can't be opened; 'sheet' or 'header'
    where a sheet or a column is gone; 'not_ours' where the hidden sheet was not made with this site's key, or was
    changed; 'older_columns' where a version of ours with other columns made it.
    """
    guard(data, name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
    book = open_book(data, name)
    for title in (ENTRY, ACTIONS, META):
        if title not in book.sheet_names:
            raise InputRefused("sheet", f"found no sheet '{title}'; expected the workbook as it was sent", file=name)
    head, rows, picks = _proved(load_sheet(book, META, name), name, key)
    sent = {
        person: SentRow(
            person_id=person,
            shown=dict(zip(SHOWN, value["shown"], strict=True)),
            entered=value["sent"],
            version=value["version"],
            check=check,
        )
        for kind, person, value, check in rows
        if kind == "person"
    }
    of_list = {heading(column): column for column in columns() if not column.startswith("grade_")}
    of_actions = {"Person": "pick"} | {title: key for key, title in ACTION_TITLES.items()}
    return Copy(
        pack_id=head["pack_id"],
        run_id=head["run_id"],
        month=Month.parse(head["month"]),
        built=date.fromisoformat(head["built"]),
        sent=sent,
        picks=picks,
        sent_actions=[Action(**value) for kind, _, value, _ in rows if kind == "action"],
        rows=_rows(load_sheet(book, ENTRY, name), of_list, name, shades_of(data, ENTRY)),
        actions=_rows(load_sheet(book, ACTIONS, name), of_actions, name),
    )


Json = dict[str, Any]
"""What a signed cell of the hidden tab holds."""


def _proved(sheet: Sheet, name: str, key: bytes) -> tuple[Json, list[tuple[str, str, Json, str]], dict[str, str]]:
    """The head and rows of the hidden sheet, every check of them tried; and the drop-down's choices."""
    ours = "a copy of a workbook of ours: take the one in the month's folder, or ask for the copy as it was sent"
    why = f"its hidden sheet was not made by this site, or was changed; expected {ours}"
    refused = InputRefused("not_ours", why, file=name)
    try:
        _, _, text, check, *_ = (value or "" for value in sheet.cells.row(0))
        head = json.loads(text)
        if not genuine(check, key, head["pack_id"], "head", head):
            raise refused
        body = [tuple(value or "" for value in row[:6]) for row in sheet.cells.slice(1, head["rows"]).rows()]
        digest = hashlib.sha256("\n".join(row[2] for row in body).encode("utf-8")).hexdigest()
        rows = [(row[0], row[1], json.loads(row[2]), row[3]) for row in body]
        sound = all(genuine(check, key, head["pack_id"], kind, [person, value]) for kind, person, value, check in rows)
    except (ValueError, KeyError, TypeError, IndexError):
        raise refused from None
    if digest != head["sha256"] or len(rows) != head["rows"] or not sound:
        raise refused
    people = [(person, value) for kind, person, value, _ in rows if kind == "person"]
    complete = all(len(v["shown"]) == len(SHOWN) and ENTERED.keys() <= v["sent"].keys() for _, v in people)
    if head["format"] != FORMAT or not complete:
        again = f"'hiu run {head['month']}' makes it again; enter in the new one what was decided"
        raise InputRefused("older_columns", f"it was made before this version's columns. {again}", file=name)
    # the choices aren't signed: the id in their brackets is held against the signed rows
    return head, rows, {pick_of(person, value["shown"]): person for person, value in people}


def _rows(sheet: Sheet, headings: Mapping[str, str], name: str, shades: Mapping[str, str] | None = None) -> list[Row]:
    """Rows below the header, found by its words: a sheet may have been sorted, and given columns of one's own."""
    lines = sheet.cells.rows()
    top = next((at for at, line in enumerate(lines) if set(headings) <= {value for value in line if value}), None)
    if top is None:
        best = max(lines, key=lambda line: len(set(headings) & {value for value in line if value}), default=())
        lacking = [title for title in headings if title not in best]
        raise InputRefused(
            "header",
            f"sheet '{sheet.name}' lacks the column {', '.join(lacking[:3])}; expected it as it was sent",
            file=name,
        )
    place = {headings[title]: at for at, title in reversed(list(enumerate(lines[top]))) if title in headings}
    rows = []
    for number, line in enumerate(lines[top + 1 :], top + 2):
        cells = {
            key: Cell(f"{sheet.name}!{xl_rowcol_to_cell(number - 1, at)}", _text(key, line[at]))
            for key, at in place.items()
        }
        if any(cell.text for cell in cells.values()):
            check = cells.pop("check", None)
            keys = [cells.pop(key).text for key in KEYS if key in cells]
            rows.append(Row(number, cells, check.text if check else "", keys, _blues(cells, shades or {})))
    return rows


def _blues(cells: Mapping[str, Cell], shades: Mapping[str, str]) -> dict[str, str]:
    places = {name: cells[name].ref.rsplit("!", 1)[-1] for name in ENTERED if name in cells}
    return {name: shades[place] for name, place in places.items() if place in shades}


def _text(key: str, value: object) -> str:
    """A cell's text, a whole number without the decimals a program may have given it."""
    text = str(value or "").strip()
    number = key in NUMBERS or key in ENTERED
    return text.split(".")[0] if number and _WHOLE.fullmatch(text) else text


def changed_cells(row: Row, sent: SentRow) -> Sequence[str]:
    """Read-only cells that no longer say what was sent."""
    return [name for name, text in sent.shown.items() if row.cells[name].text != text.strip()]
