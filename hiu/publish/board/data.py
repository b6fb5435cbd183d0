"""The data file: every figure that the paper prints, and every sentence, in rows of one form."""

import csv
import io
from collections.abc import Iterable, Mapping

from hiu.govern.release.cells import Cell
from hiu.plain import inert
from hiu.publish.board.figures import NOT_SUPPLIED
from hiu.publish.board.paper import Board

COLUMNS = ("measure", "dataset", "group", "area", "from", "to", "shown")
AREA = "whole area"
Row = Mapping[str, object]


def data_file(rows: Iterable[Row]) -> bytes:
    """Rows as CSV: measure, dataset, group, area, from, to, shown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([COLUMNS, *([inert(row[name]) for name in COLUMNS] for row in rows)])
    return out.getvalue().encode("utf-8")


def on_paper(board: Board, cell: Cell) -> bool:
    """Whether the paper shows a cell: the older months of a data set without a chart stand nowhere in it."""
    dark = {line.dataset for line in board.lines if not line.drawn}
    return cell.dataset not in dark or len(cell.months) > 1 or cell.months[0] > str(board.month - 12)


def printed(board: Board) -> list[Row]:
    """What the paper prints beside its cells: months not supplied, its tables, and its sentences with their ranges.

    A table's row has its title as measure, the row's name as data set and the column as group; a sentence has the word
    sentence as measure and its heading as data set.
    """
    return [*_missing(board), *_tables(board), *_sentences(board)]


def _missing(board: Board) -> Iterable[Row]:
    for line in board.lines:
        for when, gap in zip(line.months, line.gaps, strict=True):
            if gap == NOT_SUPPLIED:
                month = f"{when:%Y-%m}"
                yield _row(
                    "nights" if line.dataset == "mh_bed_day" else "events", line.dataset, "everybody", gap, month
                )


def _tables(board: Board) -> Iterable[Row]:
    for name, grid in board.grids.items():
        first = 2 if name in ("cost", "equality") else 1
        for row in grid.rows if name != "definitions" else ():
            about = ", ".join(filter(None, row[:first]))
            cells = zip(grid.columns[first:], row[first:], strict=True)
            yield from (_row(grid.title, about, column, cell, str(board.month)) for column, cell in cells)
        if grid.note:
            yield _row("note", grid.title, "", grid.note, str(board.month))


def _sentences(board: Board) -> Iterable[Row]:
    for title, texts in board.sections.items():
        yield from (_row("sentence", title, str(at), text, str(board.month)) for at, text in enumerate(texts, 1))
    yield _row("sentence", "Lawful basis", "1", board.basis, str(board.month))


def _row(measure: str, dataset: str, group: str, shown: str, month: str) -> Row:
    return {
        "measure": measure,
        "dataset": dataset,
        "group": group,
        "area": AREA,
        "from": month,
        "to": month,
        "shown": shown,
    }
