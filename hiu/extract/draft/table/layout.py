"""Where an unknown file's header is: which rows, encoding, delimiter and sheet."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from hiu.errors import InputRefused
from hiu.extract.files.content.markup import markup_tables
from hiu.extract.files.csv_text import find_delimiter, first_rows
from hiu.extract.files.decode import Decoded, decode
from hiu.extract.files.header import find_header, holds_values, known_headers, looks_like_header, score, squash, tidy
from hiu.extract.files.parquet import PARQUET, read_parquet
from hiu.extract.files.path_months import title_of_month
from hiu.extract.files.quotable import shown_headers
from hiu.extract.files.read import content
from hiu.extract.files.xlsx.sheet import ZIP, guard, load_sheet, open_book, titled, visible
from hiu.settings import Settings
from hiu.sources import Source

MOST_BYTES = int(Settings.model_fields["max_file_bytes"].default)
MOST_RATIO = float(Settings.model_fields["max_unzip_ratio"].default)
_UNMARKED = ("utf-16-le", "utf-16-be")

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where a file's header is: its first physical row and how many, and its words, a column each, '' where blank.

    `delimiter` is None in a workbook; `sheet` is named only where there are several, and `alike` are the others with
    the same headers in any order, `aligned` if all in the same row and order; `unlike` have a table of other columns
    that no source reads; `encoding` is named only where no mark
    and no usual encoding tells it.
    """

    row: int
    cells: tuple[str, ...]
    rows: int = 1
    delimiter: str | None = None
    sheet: str | None = None
    alike: tuple[str, ...] = ()
    aligned: bool = True
    unlike: tuple[str, ...] = ()
    encoding: str | None = None

    @property
    def headers(self) -> list[str]:
        """The words of the header; equal ones told apart by their turn: 'Surname (1)', 'Surname (2)'."""
        filled = [cell for cell in self.cells if cell]
        times, turns, out = Counter(map(squash, filled)), Counter[str](), list[str]()
        for cell in filled:
            turns[squash(cell)] += 1
            out.append(f"{cell} ({turns[squash(cell)]})" if times[squash(cell)] > 1 else cell)
        return out


def find_layout(path: Path, source: Source, read: Collection[str] = ()) -> Layout:
    """The header of a file: the row with most known headers, else the first wide row of distinct names; `read` are
    sheets, squashed, that other sources read."""
    data, _ = content(path, path.name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
    columns = known_headers(source)
    if (heads := _heads(data, source, path.name)) is not None:
        free = {title: head for title, head in heads.items() if squash(title) not in read} or heads
        title = _best_sheet(free, source, columns, f"{path.parent.name}/{path.name}")
        row, rows, cells = _header(heads[title], columns, path.name)
        alike = tuple(other for other in heads if other != title and _has_header(heads[other], cells))
        same = all([squash(tidy(cell)) for cell in heads[other][row - 1]] == [*map(squash, cells)] for other in alike)
        named = title if len(heads) > 1 else None
        unlike = tuple(
            other for other in free if other not in (title, *alike) and any(map(looks_like_header, free[other][:-1]))
        )
        return Layout(row=row, rows=rows, cells=cells, sheet=named, alike=alike, aligned=same, unlike=unlike)
    if data.startswith(PARQUET):
        grid = read_parquet(data, source, path.name, max_bytes=MOST_BYTES)
        return Layout(row=1, cells=tuple(grid.headers))
    decoded, encoding = _decoded(data, source, path.name)
    delimiter = find_delimiter(decoded.text, columns)
    row, rows, cells = _header(first_rows(decoded.text, delimiter), columns, path.name)
    return Layout(row=row, rows=rows, cells=cells, delimiter=delimiter, encoding=encoding)


def _heads(data: bytes, source: Source, name: str) -> dict[str, Rows] | None:
    """The first rows of each sheet of a workbook, or of each table of a page or of XML; None for other content."""
    if data.startswith(ZIP):
        guard(data, name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
        book = open_book(data, name)
        return {title: load_sheet(book, title, name, 40).head() for title in visible(book, name)}
    tables = None if data.startswith(PARQUET) else markup_tables(data, source.file.encodings[0], name)
    return None if tables is None else {sheet.name: sheet.head() for sheet in titled(tables) if sheet.cells.height}


def _decoded(data: bytes, source: Source, name: str) -> tuple[Decoded, str | None]:
    """The text; and its encoding, if it is UTF-16 without its mark."""
    try:
        return decode(data, source.file.encodings, name), None
    except InputRefused as refusal:
        for encoding in _UNMARKED if refusal.code == "nul" else ():
            if encoding in str(refusal):
                return decode(data, [encoding], name), encoding
        raise


def _has_header(rows: Rows, cells: Sequence[str]) -> bool:
    """Whether a sheet has a row of the same headers, in any order."""
    wanted = sorted(squash(cell) for cell in cells if cell)
    return any(sorted(squash(tidy(cell)) for cell in row if tidy(cell)) == wanted for row in rows)


def _best_sheet(heads: Mapping[str, Rows], source: Source, columns: frozenset[str], path: str) -> str:
    wanted, monthly = squash(source.file.sheet or ""), title_of_month(list(heads), path)

    def worth(title: str) -> tuple[bool, int, bool, int]:
        most = max((score(row, columns) for row in heads[title]), default=0)
        return squash(title) == wanted, most, title == monthly, len(heads[title])

    return max(heads, key=worth)


def _header(rows: Rows, columns: frozenset[str], name: str) -> tuple[int, int, tuple[str, ...]]:
    """Physical row of the header, the rows it takes, and its words."""
    index = guess_header(rows, columns, name)
    lower = [tidy(cell) for cell in rows[index]]
    upper = [tidy(cell) for cell in rows[index - 1]] if index else []
    if _is_tall(upper, lower):
        return index, 2, tuple(shown_headers(joined(upper, lower)))
    return index + 1, 1, tuple(shown_headers(lower))


def _is_tall(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the row above is part of the header: it groups columns that have equal names or none below it."""
    groups = [cell for cell in upper if cell]
    filled = [squash(cell) for cell in lower if cell]
    equal = len(set(filled)) < len(filled) or len(filled) < len(lower)
    wordy = all(any(map(str.isalpha, cell)) for cell in groups)
    return equal and wordy and len(groups) >= 2 and len(set(groups)) == len(groups) and len(upper) <= len(lower)


def joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The words of a header of two rows: a word above holds for the columns to its right that have one below."""
    out, wide = list[str](), ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        wide = (above or wide) if below else ""
        out.append(" ".join(dict.fromkeys(word for word in (above or wide, below) if word)))
    return out


def guess_header(rows: Rows, columns: frozenset[str], name: str = "") -> int:
    """Index of the likeliest header row. Raises InputRefused('header') if every wide row may be somebody's record."""
    names = [() if holds_values(row) else row for row in rows]
    if (index := find_header(names, columns)) is not None:
        return index
    filled = [sum(bool(tidy(cell)) for cell in row) for row in rows]
    wide = [place for place, count in enumerate(filled) if count * 5 >= max(filled) * 3]
    able = [place for place in wide if names[place]]
    found = next((place for place in able if looks_like_header(rows[place])), next(iter(able), None))
    if found is None or found > min(wide):
        problem = (
            "found no row of headers: the first rows hold values such as dates and numbers, as records do; expected "
            "the name of each column in a row above them. Ask the sender for a file with headers, or put a row of "
            "names above the first"
        )
        raise InputRefused("header", problem, file=name)
    return found
