"""Where a row stands in its file, as whoever opens the file sees it: a line of text, a row of a sheet or a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

MOST = 5
"""Lines, or files, that a sentence names; the others are counted."""
ANOTHER = 10_000_000
"""Added to a row's number for its second person, twice for the third: row 5 gives 5 and 10000005."""
SHEET = 10_000_000
"""Added to the lines of the second sheet that is read below the first, twice for the third."""


@dataclass(frozen=True)
class Numbering:
    """The line on which each data record starts, in the order of the records; none known if empty.

    Lines are counted as a text editor or Excel counts them, from 1 with the header; the rows of a Parquet file from 1
    without it. `per` is how many rows were made of each record (of a column a month, as many as there are months).
    `sheets` are the titles of sheets that were read one below another; the lines of the second are SHEET more.
    """

    lines: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.Int64))
    per: int = 1
    sheets: tuple[str, ...] = ()

    def of(self, rows: pl.Series) -> pl.Series:
        """`line` of each `source_row`, in its own sheet; null where it is not known."""
        return self._lines(rows) % SHEET

    def located(self, aside: pl.DataFrame) -> pl.DataFrame:
        """Rows set aside with their `line`; if they are of several sheets, the reason says in which."""
        sheet = self.titles(aside["source_row"])
        reason = pl.when(pl.lit(sheet).is_not_null()).then(pl.format("{} (sheet '{}')", "reason", pl.lit(sheet)))
        return aside.with_columns(self.of(aside["source_row"]), reason.otherwise("reason").alias("reason"))

    def titles(self, rows: pl.Series) -> pl.Series:
        """The sheet of each `source_row`; null where one sheet was read."""
        names = {float(at): title for at, title in enumerate(self.sheets)}
        return (self._lines(rows) // SHEET).cast(pl.Float64).replace_strict(names, default=None, return_dtype=pl.String)

    def _lines(self, rows: pl.Series) -> pl.Series:
        places = pl.Series((((rows % ANOTHER) - 1) // self.per), dtype=pl.Int64)
        lines = pl.DataFrame({"place": pl.int_range(self.lines.len(), eager=True), "line": self.lines.cast(pl.Int64)})
        found = places.alias("place").to_frame().join(lines, on="place", how="left", maintain_order="left")
        return found["line"]

    def named(self, rows: pl.Series) -> str:
        """`line 12`, `lines 12, 13 and 40`, `lines 12, 13, 14, 15, 16 and 3 more`."""
        lines, titles = self.of(rows), self.titles(rows)
        if self.sheets:
            parts = [(title, named_lines(lines.filter(titles == title))) for title in self.sheets]
            return "; ".join(f"{named} of sheet '{title}'" for title, named in parts if named)
        return named_lines(lines if lines.null_count() < lines.len() else rows)


def named_lines(lines: Iterable[int | None], rows: int = 0) -> str:
    """Lines in words, the first of them by their number; '' if none is known. `rows`: how many there are, if more."""
    numbers = [str(line) for line in dict.fromkeys(lines) if line is not None]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    shown = numbers[:MOST]
    more = max(rows, len(numbers)) - MOST
    last = f"{more:,} more" if more > 0 else shown.pop()
    return f"lines {', '.join(shown)} and {last}"


def named_in(file: str, lines: Iterable[int | None]) -> str:
    """A file and some of its lines: `2026-03/police.csv (lines 12 and 40)`."""
    named = named_lines(lines)
    return f"{file} ({named})" if named else file


def some_files(files: Sequence[str]) -> str:
    """The first files, each with its lines as `named_in` names them; the others are counted."""
    more = f"; and in {len(files) - MOST:,} more files" if len(files) > MOST else ""
    return "; ".join(files[:MOST]) + more
