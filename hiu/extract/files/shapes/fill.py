"""Values that stand once for several rows: filled down where the source says so, or a sheet's cells are merged."""

from collections.abc import Sequence

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted, squash
from hiu.extract.values.text import DITTO

LED = "fill_down"


def fill_places(headers: Sequence[str], fill_down: Sequence[str], name: str) -> list[str]:
    """The cell columns (c0, c1, ...) of the headers to fill, in the order given. Raises InputRefused('fill_down')."""
    places = {squash(header): f"c{place}" for place, header in enumerate(headers)}
    if missing := [header for header in fill_down if squash(header) not in places]:
        problem = f"fill_down names {quoted(missing)}; found: {quoted(headers, 40)}"
        raise InputRefused("fill_down", f"{problem}. Name the columns as the file does", file=name)
    return [places[squash(header)] for header in fill_down]


def filled_down(records: pl.DataFrame, places: Sequence[str], faulty: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records with empty cells and ditto marks of `places` filled from above; and source_row of those whose value
    can't be had.

    A cell is filled from the row that last began its block. A value in an earlier column of the list begins a block
    for the later ones too, so that a person without a date of birth never gets the one of the person above. A row whose
    value would come from a row that is set aside (`faulty` source rows) can't be filled.
    """
    own = {place: _is_own(pl.col(place).str.strip_chars()) for place in places}
    leads = [pl.any_horizontal([own[earlier] for earlier in places[: at + 1]]) for at in range(len(places))]
    blocks = [lead.cum_sum().alias(f"_block{at}") for at, lead in enumerate(leads)]
    marked = records.with_columns(*blocks, pl.col("source_row").is_in(faulty.implode()).alias("_bad"))
    first = [pl.col(place).first().over(f"_block{at}") for at, place in enumerate(places)]
    values = [
        pl.when(~own[place] & (pl.col(f"_block{at}") > 0)).then(value).otherwise(place).alias(place)
        for at, (place, value) in enumerate(zip(places, first, strict=True))
    ]
    lost = pl.any_horizontal(
        pl.col("_bad").first().over(f"_block{at}") & ~lead & (pl.col(f"_block{at}") > 0)
        for at, lead in enumerate(leads)
    )
    done = marked.with_columns(*values, (lost & ~pl.col("_bad")).alias("_lost"))
    return done.select(records.columns), done.filter("_lost").select("source_row")


def _is_own(text: pl.Expr) -> pl.Expr:
    """Whether a cell has a value of its own: a ditto mark stands for the one above, as an empty cell does."""
    return (text.ne("") & ~text.str.contains(DITTO)).fill_null(False)


def fill_merged(cells: pl.DataFrame, merged: Sequence[tuple[int, int, int, int]], top: int) -> tuple[pl.DataFrame, int]:
    """The sheet with the value of cells merged over several rows in each row they span, and how many rows took one.

    `merged` has first row, first column, last row, last column, from 0; those that begin at or above row `top` (the
    header's last) are left as they are, and so are rows that hold nothing else.
    """
    tall = [span for span in merged if span[2] > span[0] > top and span[1] < cells.width]
    if not tall:
        return cells, 0
    filled = cells.select(pl.any_horizontal(pl.all().str.strip_chars().ne("").fill_null(False))).to_series().to_list()
    columns: dict[int, list[str | None]] = {}
    rows: set[int] = set()
    for first, column, last, _ in tall:
        values = columns.setdefault(column, cells[f"c{column}"].to_list())
        spanned = [row for row in range(first + 1, min(last + 1, len(values))) if filled[row]]
        for row in spanned if values[first] is not None else ():
            values[row] = values[first]
            rows.add(row)
    made = [pl.Series(f"c{column}", values, dtype=pl.String) for column, values in columns.items()]
    return cells.with_columns(made), len(rows)
