"""The engine: where tables live and SQL runs. Jobs are handed an `Engine`; the usual one is
`duckdb.Warehouse`, and `spark` is the one for clusters.

An engine holds the tables of hiu.model, builds one from a file of hiu/sql, and hands frames over by Arrow. Everything
engine-sensitive is settled before a row enters it. docs/architecture.md ("Another SQL engine") lists the places that
tell engines apart, from `open_warehouse` to the erasure.

What may enter: what differs between engines, what guards an analyst's SQL, and what prepares frames for a step's SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import polars as pl

Scalar = str | int | float | bool | date | None
"""What a parameter of a query may be."""


Task = Callable[[pl.DataFrame], pl.DataFrame]
"""What is done to rows where they lie: it reads nothing else, and gives the columns of a declared table."""


class Engine(Protocol):
    """What every engine does, closed when its `with` ends; errors a person can fix are HiuError."""

    spread: bool
    """Whether rows may lie on several machines, so that what is done to all of them is sent there."""

    def __enter__(self) -> Self:
        """The engine itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Closed."""

    def build(self, table: str, *, folder: str = ".", temporary: bool = False, **params: Scalar) -> None:
        """Make `table` anew from hiu/sql/<table>.sql, or of a folder. A `temporary` one goes on closing."""

    def read(self, sql: str, **params: Scalar) -> pl.DataFrame:
        """The rows of a table named, or of a query; SQL text stands in hiu/sql, so a job asks or names a table."""

    def rows(
        self,
        table: str,
        *columns: str,
        where: Mapping[str, Scalar] | None = None,
        order: Sequence[str] = (),
        distinct: bool = False,
    ) -> pl.DataFrame:
        """Rows of one table: some columns, by conditions such as `{"month <=": day, "source": name}`, in an order."""

    def ask(self, question: str, **params: Scalar) -> pl.DataFrame:
        """The rows that hiu/sql/questions/<question>.sql gives."""

    def apply(self, table: str, source: str, task: Task) -> None:
        """Make the declared `table`, a temporary one, of what `task` gives for the rows of a table or a question, some
        at a time where they lie."""

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; rows put."""

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent; rows added."""

    def delete(self, table: str, column: str, value: Scalar) -> None:
        """Remove the rows of `table` whose `column` equals `value`."""

    def change(self, table: str, column: str, value: Scalar, *, where: str, equals: Scalar) -> None:
        """Set `column` to `value` in the rows whose `where` equals `equals`."""

    def ensure(self, table: str) -> None:
        """Make a declared table, empty, if it is not there."""

    def add_column(self, table: str, column: str) -> None:
        """Give a declared table a declared column that it lacks, empty in every row."""

    def drop(self, table: str) -> None:
        """Remove `table`, if it is there."""

    def exists(self, table: str) -> bool:
        """Whether `table` is there."""

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""

    def columns(self, table: str) -> list[str]:
        """The columns of a table, in order."""

    def count(self, table: str) -> int:
        """Rows of a table."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing for what is done inside."""

    def export(self, table: str, path: Path) -> int:
        """Write `table` as Parquet, ordered by its key; rows written."""

    def close(self) -> None:
        """Let go of the store."""
