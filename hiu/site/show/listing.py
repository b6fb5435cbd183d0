"""A table as an analyst holds it: a polars frame that a notebook shows readably."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from hiu.month import Month
from hiu.plain import plain
from hiu.publish.words.text import day
from hiu.site.show.meaning import meaning
from hiu.site.show.sortable import Sortable
from hiu.site.show.suggest import NoSuchName, Suggests, no_column

Row = dict[str, Any]
"""A row by column, as polars gives it: what its values are only the table says."""

ROWS = 20
"""Rows shown; the rest are counted."""

PANDAS = {
    "iloc": "it is .row(0) for one row, .slice(0, 10) for some",
    "loc": 'it is .filter(pl.col("rank") <= 10)',
    "query": 'it is .filter(pl.col("rank") <= 10)',
    "sort_values": 'it is .sort("rank", descending=True)',
    "groupby": "it is .group_by(...).agg(...)",
    "value_counts": 'it is ["label"].value_counts()',
    "reset_index": "there is no index to reset",
    "set_index": "there is no index: filter by the column",
    "index": "there is no index: .with_row_index() numbers the rows",
    "merge": "it is .join(other, on=...)",
    "astype": 'it is .cast({"rank": pl.Int32})',
    "assign": "it is .with_columns(name=...)",
    "isin": 'it is pl.col("label").is_in([...])',
    "fillna": "it is .fill_null(...)",
    "dropna": "it is .drop_nulls()",
    "rename_axis": "it is .rename({old: new})",
    "apply": "it is .with_columns(...) of expressions",
    "to_csv": "it is .write_csv(file)",
    "to_excel": "it is .write_excel(file)",
    "drop_duplicates": "it is .unique()",
    "nunique": "it is .n_unique()",
    "info": "it is .schema",
    "melt": "it is .unpivot(...)",
    "pivot_table": "it is .pivot(...)",
    "nlargest": "it is .top_k(n, by=...)",
    "nsmallest": "it is .bottom_k(n, by=...)",
}
"""What somebody used to pandas may type -> what does it here."""

_MONTHS = ("month", "period")
_CELL = "vertical-align:top;padding:2px 12px 2px 0"
_SHORT, _WIDE, _MANY = 32, 60, 6
"""Characters up to which text is kept on one line, and from which a column is given room; among more columns than
_MANY a last column of sentences goes on a line of its own."""
_LONG = "min-width:240px;"


class Names(list[str]):
    """The names of a table's columns; called, what each of them means."""

    def __init__(self, names: Iterable[str], kind: str, title: str, own: Mapping[str, str] | None = None) -> None:
        super().__init__(names)
        self._kind, self._title, self._own = kind, title, own

    def __call__(self) -> Listing:
        own = self._own
        rows = [(name, meaning(self._kind, name) if own is None else own.get(name, "")) for name in self]
        frame = pl.DataFrame(rows, schema={"column": pl.String, "meaning": pl.String}, orient="row")
        return Listing(frame, f"Columns: {self._title}", kind="columns").all_rows()


class Listing(Suggests, pl.DataFrame):
    """A polars frame with a title and what empty cells mean; everything polars can do, it can.

    `.to_polars()` gives the plain frame, `.to_pandas()` a pandas one, and `.columns()` what each column means.

    >>> run.people().columns().to_polars().row(0)
    ('person_id', 'Person')
    """

    _rows: int
    _meanings: Mapping[str, str]

    def __init__(
        self, frame: pl.DataFrame, title: str = "", *, empty: Mapping[str, str] | None = None, kind: str = ""
    ) -> None:
        super().__init__(frame)
        self._title, self._empty, self._kind, self._whole = title, dict(empty or {}), kind, self.height

    @property
    def title(self) -> str:
        """What the table is; of a part of it, also how many of its rows are here."""
        title, whole = getattr(self, "_title", ""), getattr(self, "_whole", 0)
        return f"{title} ({self.height:,} of its {whole:,} rows)" if title and self.height < whole else title

    @property
    def columns(self) -> Names:
        """The names of the columns; `.columns()` says what each of them means."""
        state = self.__dict__
        return Names(super().columns, state.get("_kind", ""), state.get("_title", ""), state.get("_meanings"))

    @columns.setter
    def columns(self, names: Sequence[str]) -> None:
        pl.DataFrame.columns.fset(self, names)  # type: ignore[attr-defined]

    def to_polars(self) -> pl.DataFrame:
        """The plain polars frame."""
        return pl.DataFrame(self)

    def all_rows(self) -> Self:
        """The same, shown whole: for a table of a few hundred rows."""
        shown = self._as_before(self)
        shown._rows = self.height
        return shown

    def sortable(self) -> Sortable:
        """The whole table for a notebook, its rows ordered by a click on a heading; it asks nothing of the internet."""
        return Sortable(self.all_rows())

    def filter(self, *predicates: Any, **constraints: Any) -> Self:
        """The rows that meet conditions, shown as before."""
        return self._as_before(super().filter(*predicates, **constraints))

    def sort(self, by: Any, *more_by: Any, **how: Any) -> Self:
        """The rows in another order, shown as before."""
        return self._as_before(super().sort(by, *more_by, **how))

    def head(self, n: int = 5) -> Self:
        """The first rows, shown as before."""
        return self._as_before(super().head(n))

    def tail(self, n: int = 5) -> Self:
        """The last rows, shown as before."""
        return self._as_before(super().tail(n))

    def select(self, *exprs: Any, **named: Any) -> Self:
        """Some columns, shown as before; figures of the rows are no part of them."""
        found = self._as_before(super().select(*exprs, **named))
        if found.height != self.height:
            found._whole = found.height
        return found

    def with_columns(self, *exprs: Any, **named: Any) -> Self:
        """The rows with more columns, shown as before."""
        return self._as_before(super().with_columns(*exprs, **named))

    def drop(self, *columns: Any, strict: bool = True) -> Self:
        """The rows without some columns, shown as before."""
        return self._as_before(super().drop(*columns, strict=strict))

    def unique(self, subset: Any = None, **how: Any) -> Self:
        """One row of each kind, shown as before."""
        return self._as_before(super().unique(subset, **how))

    def rename(self, mapping: Any, **how: Any) -> Self:
        """The rows with other names of columns, shown as before."""
        return self._as_before(super().rename(mapping, **how))

    def slice(self, offset: int, length: int | None = None) -> Self:
        """Some rows in their order, shown as before."""
        return self._as_before(super().slice(offset, length))

    def join(self, other: pl.DataFrame, on: Any = None, how: Any = "inner", **more: Any) -> Self:
        """The rows with the columns of another table, shown as before."""
        return self._as_before(super().join(other, on, how, **more))

    def group_by(self, *by: Any, **how: Any) -> Any:
        """Rows by group, to be counted or summed: the figures come as a plain polars frame."""
        pl.DataFrame(self).clear().group_by(*by, **how).len()  # a column that is not there is found only then
        return super().group_by(*by, **how)

    def _as_before(self, frame: pl.DataFrame) -> Self:
        """A part of the table, or another order of it, that keeps the title and what hangs on it."""
        shown = type(self).__new__(type(self))
        shown.__dict__.update(self.__dict__ | {"_df": frame._df})
        return shown

    if not TYPE_CHECKING:  # else no attribute would be checked

        def __getattr__(self, name: str) -> object:
            if name in PANDAS:
                raise NoSuchName(f"'{name}' is a word of pandas; here {PANDAS[name]}, or .to_pandas() and then .{name}")
            return super().__getattr__(name)

        def __getitem__(self, key: object) -> object:
            if isinstance(key, str) and key not in self.columns:
                raise NoSuchName(no_column(key, self.columns))
            return super().__getitem__(key)

    def _repr_html_(self, *args: Any, **kwargs: Any) -> str:
        return self.html()

    def html(self, *, fold: bool = True) -> str:
        """The table for a page; with `fold` a last column of sentences, if each row has one, goes on its own line."""
        rows: int = getattr(self, "_rows", ROWS)
        cells = [self._cells(row) for row in self.head(rows).iter_rows()]
        styles = [_style(kind, [row[k] for row in cells]) for k, kind in enumerate(self.dtypes)]
        folded = fold and len(styles) > _MANY and _LONG in styles[-1] and all(row[-1] for row in cells)
        below = len(styles) - 1 if folded else len(styles)
        heads = "".join(
            f'<th scope="col" style="{style}">{html.escape(name)}</th>'
            for name, style in list(zip(self.columns, styles, strict=True))[:below]
        )
        lines = "".join(_line(row, styles, below) for row in cells)
        more = f"<p>{self.height - rows:,} more rows: <code>.all_rows()</code></p>" if self.height > rows else ""
        none = "<p>None.</p>" if not self.height else ""
        caption = (
            f'<caption style="text-align:left;font-weight:bold;white-space:nowrap">{html.escape(self.title)}</caption>'
        )
        return (
            f'<div style="overflow-x:auto"><table>{caption}<thead><tr>{heads}</tr></thead>'
            f"<tbody>{lines}</tbody></table>{none}{more}</div>"
        )

    def __str__(self) -> str:
        return plain("\n".join(filter(None, [self.title, pl.DataFrame.__str__(self)])))

    __repr__ = __str__

    def _cells(self, row: tuple[object, ...]) -> list[str]:
        empty = getattr(self, "_empty", {})
        return [cell_text(value, name, empty.get(name, "")) for value, name in zip(row, self.columns, strict=True)]


def cell_text(value: object, column: str = "", empty: str = "") -> str:
    """A cell as people read it: `21 Oct 2026`, `Oct 2026`, `1,234`, `0.42`, `yes`."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return empty
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):  # a day sent without a time is kept as its midnight: no hour is read from it
        return f"{day(value.date())} {value:%H:%M}" if value.time() != time.min else day(value.date())
    if isinstance(value, date):
        return Month.of(value).title if column in _MONTHS and value.day == 1 else day(value)
    if isinstance(value, int):
        return str(value) if column.endswith("year") else f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return ", ".join(map(cell_text, value)) if isinstance(value, list) else str(value).replace("|", ", ")


def _line(row: list[str], styles: list[str], below: int) -> str:
    """A row; the cells from `below` on are a line of their own under it."""
    cells = "".join(
        f'<td style="{style}">{html.escape(cell)}</td>' for cell, style in list(zip(row, styles, strict=True))[:below]
    )
    wide = f'<tr><td colspan="{below}" style="text-align:left;padding:0 12px 8px 24px">'
    more = "".join(f"{wide}{html.escape(cell)}</td></tr>" for cell in row[below:])
    return f"<tr>{cells}</tr>{more}"


def _style(kind: pl.DataType, cells: list[str]) -> str:
    """Numbers to the right, short text on one line, room for sentences."""
    longest = max(map(len, cells), default=0)
    room = "white-space:nowrap;" if longest <= _SHORT else _LONG if longest >= _WIDE else ""
    return f"text-align:{'right' if kind.is_numeric() else 'left'};{room}{_CELL}"


class Sentence(str):
    """A sentence, which a notebook shows as one."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self)}</p>"
