"""Where an unknown file's header is: which row, delimiter and sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hiu.extract.files.csv_text import find_delimiter, first_rows
from hiu.extract.files.decode import decode
from hiu.extract.files.header import find_header, known_headers, looks_like_header, score, squash, tidy
from hiu.extract.files.read import content
from hiu.extract.files.xlsx_sheet import ZIP, guard, load_sheet, open_book, visible
from hiu.settings import Settings
from hiu.sources import Source

MOST_BYTES = int(Settings.model_fields["max_file_bytes"].default)
MOST_RATIO = float(Settings.model_fields["max_unzip_ratio"].default)


@dataclass(frozen=True)
class Layout:
    """Where a file's header is: physical row, delimiter (text) or sheet (XLSX with several), and the header's cells."""

    row: int
    headers: tuple[str, ...]
    delimiter: str = ","
    sheet: str | None = None


def find_layout(path: Path, source: Source) -> Layout:
    """The header of a file: the row with most known headers, else the first wide row of distinct names."""
    data, _ = content(path, path.name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
    columns = known_headers(source)
    if data.startswith(ZIP):
        guard(data, path.name, max_bytes=MOST_BYTES, max_ratio=MOST_RATIO)
        book = open_book(data, path.name)
        heads = {title: load_sheet(book, title, path.name, 40).head() for title in visible(book, path.name)}
        title = _best_sheet(heads, source, columns)
        index = guess_header(heads[title], columns)
        cells = tuple(filled for cell in heads[title][index] if (filled := tidy(cell)))
        return Layout(index + 1, cells, sheet=title if len(heads) > 1 else None)
    text = decode(data, source.file.encodings, path.name).text
    delimiter = find_delimiter(text, columns)
    rows = first_rows(text, delimiter)
    index = guess_header(rows, columns)
    return Layout(index + 1, tuple(filled for cell in rows[index] if (filled := tidy(cell))), delimiter)


def _best_sheet(heads: Mapping[str, list[tuple[str | None, ...]]], source: Source, columns: frozenset[str]) -> str:
    wanted = squash(source.file.sheet or "")

    def worth(title: str) -> tuple[bool, int, int]:
        return squash(title) == wanted, max((score(row, columns) for row in heads[title]), default=0), len(heads[title])

    return max(heads, key=worth)


def guess_header(rows: Sequence[Sequence[str | None]], columns: frozenset[str]) -> int:
    """Index of the likeliest header row."""
    if (index := find_header(rows, columns)) is not None:
        return index
    filled = [sum(bool(tidy(cell)) for cell in row) for row in rows]
    wide = [place for place, count in enumerate(filled) if count * 5 >= max(filled) * 3]
    return next((place for place in wide if looks_like_header(rows[place])), wide[0])
