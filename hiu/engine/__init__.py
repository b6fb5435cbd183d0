"""The engine: where tables live and SQL runs. `duckdb.Warehouse` is the one that ships.

An engine holds tables (hiu.model and `working`), builds one from a file of hiu/sql, and hands frames
over by Arrow. Everything engine-sensitive is settled before a row enters it.
"""

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl

Scalar = str | int | float | bool | date | None
"""What a parameter of a query may be."""


class Engine(Protocol):
    """What every engine does; errors a person can fix are HiuError."""

    def build(self, table: str, *, sql: str | None = None, passing: bool = False, **params: Scalar) -> int:
        """Make `table` anew from hiu/sql/<sql or table>.sql; rows made. One that is `passing` is gone on closing."""

    def read(self, sql: str, **params: Scalar) -> pl.DataFrame:
        """The rows of a query, or of a table named."""

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; rows put."""

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent; rows added."""

    def delete(self, table: str, column: str, value: Scalar) -> None:
        """Remove the rows of `table` whose `column` equals `value`."""

    def drop(self, table: str) -> None:
        """Remove `table`, if it is there."""

    def exists(self, table: str) -> bool:
        """Whether `table` is there."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing for what is done inside."""

    def export(self, table: str, path: Path) -> int:
        """Write `table` as Parquet, ordered by its key; rows written."""

    def close(self) -> None:
        """Let go of the store."""
