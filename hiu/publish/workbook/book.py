"""What the workbook's tabs share: their names, cell formats, the rows above a table, entry cells, and what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from hiu.publish.charts.data import PersonSeries
from hiu.publish.people import Action
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import day, wrap
from hiu.publish.workbook.listing import ListedPerson

TABS = ("Read me", "Ranked list", "Entry", "Person", "Monthly", "Actions", "_meta")
README, RANKED, ENTRY, PERSON, MONTHLY, ACTIONS, META = TABS

FORMAT = 4
TOP = 4
"""Row (from 0) of every table's header; the rows above say what the tab is."""
NOT_SUPPLIED = "not supplied"
FACE = "Arial"
LINE = 13.5
"""Points a line of text takes."""

Styles = dict[str, Format]
"""Cell formats by name, one of each."""
_BASE: dict[str, object] = {"font_name": FACE, "font_size": 10, "valign": "top"}


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a month's workbook is made from. `sets` = data sets in order; `withheld` = how many the gate holds back."""

    stamp: Stamp
    people: Sequence[ListedPerson]
    actions: Sequence[Action]
    series: Mapping[str, PersonSeries]
    sets: tuple[str, ...]
    withheld: str
    key: bytes

    def choices(self, column: int = 4) -> str:
        """Where the hidden tab holds something of everybody; the choices of the drop-down stand in its fifth column."""
        return f"{META}!{down(column, 1, max(1, len(self.people)))}"


def styles_of(book: Workbook) -> Styles:
    """The formats, added to a workbook."""
    base = _BASE
    text = base | {"quote_prefix": True, "num_format": "@"}
    head = base | {"bold": True, "text_wrap": True, "bottom": 2, "bg_color": "#E3E6E8", "valign": "vcenter"}
    kinds = {
        "text": text,
        "wrap": text | {"text_wrap": True},
        "number": base | {"align": "center"},
        "plain": base | {"text_wrap": True},
        "plain_line": base,
        "month": base | {"num_format": "mmm yyyy", "align": "left"},
        "head": head,
        "head_entry": head | {"bg_color": "#C9DAEA"},
        "grade": base | {"italic": True},
        "title": base | {"bold": True, "font_size": 14},
        "marking": base | {"bold": True, "font_color": "#7A0019"},
        "missing": base | {"font_color": "#505A5F"},
        "label": base | {"bold": True},
        "hidden": base | {"font_color": "#8A9299", "num_format": "@"},
    }
    return {name: book.add_format(kind) for name, kind in kinds.items()} | entry_styles(book, "#EAF1F8")


def entry_styles(book: Workbook, blue: str) -> Styles:
    """The formats of cells to be filled in, on a blue: of one row, on that row's shade."""
    entry = _BASE | {"bg_color": blue, "border": 1, "border_color": "#9FB4C7"}
    kinds = {
        "entry": entry | {"align": "center"},
        "entry_text": entry | {"text_wrap": True, "num_format": "@"},
        "entry_date": entry | {"num_format": "d mmm yyyy", "align": "left"},
    }
    return {name: book.add_format(kind) for name, kind in kinds.items()}


def down(column: int, first: int, last: int) -> str:
    """Cells of a column from one row to another (from 0), as `$E$2:$E$9`; with its colon even of one cell."""
    return ":".join(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True) for row in (first, last))


@lru_cache(maxsize=4096)
def tall(text: str, column: float) -> float:
    """Height of a row whose cell of so many characters' width holds a text: not every program works it out itself."""
    return LINE * len(wrap(text, column * 7.4, 12.9, lines=40))


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A worksheet that is being written, with the formats and what the workbook is made from."""

    sheet: Worksheet
    styles: Styles
    contents: Contents

    def text(self, row: int, column: int, text: str, style: str) -> None:
        """One text."""
        self.sheet.write_string(row, column, text, self.styles[style])

    def texts(self, row: int, texts: Sequence[str], style: str) -> None:
        """Texts side by side from the first column on."""
        for column, text in enumerate(texts):
            self.text(row, column, text, style)

    def number(self, row: int, column: int, n: int, style: str = "number") -> None:
        """One number."""
        self.sheet.write_number(row, column, n, self.styles[style])

    def formula(self, row: int, column: int, text: str, style: str, value: object) -> None:
        """A formula, and what it gives as the workbook goes out."""
        self.sheet.write_formula(row, column, text, self.styles[style], value)

    def entry(self, row: int, column: int, text: str, *, dated: bool = False, number: bool = False) -> None:
        """A cell to be filled in, with what it holds already."""
        style = "entry_date" if dated else "entry" if number else "entry_text"
        if not text:
            self.sheet.write_blank(row, column, None, self.styles[style])
        elif dated:
            self.sheet.write_datetime(row, column, date.fromisoformat(text), self.styles[style])
        elif number:
            self.number(row, column, int(text), style)
        else:
            self.text(row, column, text, style)

    def head(self, title: str) -> None:
        """The rows above a table, and what is printed on every page of it."""
        stamp, sheet = self.contents.stamp, self.sheet
        about = (
            f"{stamp.site}, {stamp.month.title}; data to {stamp.data_text}; built {stamp.built_text}; pack "
            f"{stamp.pack_id}; withheld: {self.contents.withheld}"
        )
        invented = " Invented people." if stamp.synthetic else ""
        self.text(0, 0, title, "title")
        self.text(1, 0, f"{MARKING}. For members of the group only.{invented}", "marking")
        self.text(2, 0, about, "text")
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(TOP)
        sheet.set_header(f"&C{MARKING.replace('&', '&&')}")
        sheet.set_footer(f"&L{stamp.month.title}, pack {stamp.pack_id}&RPage &P of &N")


def one_of(source: Sequence[str] | str, **more: str) -> dict[str, object]:
    """The rule of a cell that takes a word of a list: the words, or where they stand."""
    return {"validate": "list", "source": source if isinstance(source, str) else list(source), **more}


def year_on(day_: date) -> date:
    """The same day a year later; of 29 February the 28th."""
    return day_.replace(year=day_.year + 1, day=28 if (day_.month, day_.day) == (2, 29) else day_.day)


def until_today(earliest: date) -> dict[str, object]:
    """The rule of a date cell for what has happened: up to the day on which it is filled in."""
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": earliest,
        "maximum": "=TODAY()",
        "error_title": "Not a day that has been",
        "error_message": "Enter the day on which it happened, today at the latest.",
    }


def within_a_year(built: date) -> dict[str, object]:
    """The rule of a date cell: from the day the workbook was built, for twelve months."""
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": built,
        "maximum": year_on(built),
        "error_title": "Not a date within 12 months",
        "error_message": f"Enter a date from {day(built)} to {day(year_on(built))}.",
    }
