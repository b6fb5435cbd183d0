"""The DuckDB warehouse: one file (or memory), closed to files, network, extensions and settings once open."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl
import pyarrow.parquet as pq

from hiu.engine import Scalar, Task
from hiu.engine import sql as queries
from hiu.engine.connection import frame_of, lock, no_values, open_file, require_tables_alone
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import TABLES, Table
from hiu.model.frames import TYPES, schema

_INCOMING = "incoming_frame"
_ROWS_AT_ONCE = 100_000
_FEW_CELLS = 64
"""So few are inserted as values, which costs half of handing over a frame."""


class Warehouse:
    """The working store, a context manager. `path` None keeps it in memory.

    `memory_limit` as DuckDB writes it (`3GB`); `threads` None = all; `spill` = folder for what does not fit.
    Raises Busy when another process has the file open.
    """

    spread = False

    def __init__(
        self, path: Path | None, *, memory_limit: str, threads: int | None = None, spill: Path | None = None
    ) -> None:
        more = {} if threads is None else {"threads": threads}
        self._written = path or spill
        self._con = open_file(path, memory_limit=memory_limit, temp_directory=str(spill or ""), **more)
        self._con.execute("SET TimeZone = 'UTC'").fetchall()
        lock(self._con)
        if path is not None:
            require_tables_alone(self._con, path)
        self._columns_of: dict[str, list[str]] = {}  # columns of tables seen, forgotten when a table is made or dropped
        self._there: set[str] | None = None  # every table, asked for again after a drop or a rollback

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self._con.close()

    def build(self, table: str, *, folder: str = ".", temporary: bool = False, **params: Scalar) -> None:
        """Make `table` anew from hiu/sql/<table>.sql, or that of a folder, cast to its declared types.

        A `temporary` one is never in the file: it is gone when dropped, or when the warehouse is closed.
        """
        text = queries.load(table, folder)
        query = queries.bind(text, params)
        if temporary:
            self.drop(table)
        self._make(table, f"({query}) AS made", queries.columns(text), "TEMP TABLE" if temporary else "TABLE")

    def rows(
        self,
        table: str,
        *columns: str,
        where: Mapping[str, Scalar] | None = None,
        order: Sequence[str] = (),
        distinct: bool = False,
    ) -> pl.DataFrame:
        """Rows of one table, as `hiu.engine.sql.select` says. Raises UsageError for a table or column not there."""
        text, values = queries.select(table, columns, where or {}, order, distinct=distinct)
        return self._frame(queries.bind(text, values))

    def ask(self, question: str, **params: Scalar) -> pl.DataFrame:
        """The rows that hiu/sql/questions/<question>.sql gives."""
        return self._frame(queries.bind(queries.load(question, "questions"), params))

    def read(self, sql: str, **params: Scalar) -> pl.DataFrame:
        """The rows of a query (tables and allowed functions only), or of a table by its bare name.

        Row order is the query's ORDER BY, else none. Raises UsageError for anything but one query.
        """
        text = f'SELECT * FROM "{sql}"' if queries.NAME.fullmatch(sql) else sql
        return self._frame(queries.bind(text, params))

    def apply(self, table: str, source: str, task: Task) -> None:
        """Make the declared `table`, a temporary one, of what `task` gives for the rows of a table or a question."""
        rows = self.read(source) if self.exists(source) else self.ask(source)
        made = task(rows) if rows.height else pl.DataFrame(schema=schema(TABLES[table]))
        with self._incoming(made):
            self._make(table, _INCOMING, made.columns, "TEMP TABLE")

    def put(self, table: str, frame: pl.DataFrame) -> int:
        """Make `table` anew from a frame; a declared table must have its columns, in any order. Rows put."""
        declared = TABLES.get(table)
        if declared and frame.is_empty():
            _same_columns(table, declared.names, frame.columns)
            self._empty(declared, "CREATE OR REPLACE TABLE")
            return 0
        with self._incoming(frame):
            return self._make(table, _INCOMING, frame.columns)

    def append(self, table: str, frame: pl.DataFrame) -> int:
        """Add a frame's rows to `table`, made if absent. Rows added. Raises UsageError on other columns."""
        if not self.exists(table):
            return self.put(table, frame)
        _same_columns(table, self.columns(table), frame.columns)
        if frame.is_empty():
            return 0
        columns = self.columns(table)
        if frame.height * frame.width <= _FEW_CELLS:
            values = [value for cells in frame.select(columns).iter_rows() for value in cells]
            row = f"({', '.join('?' * frame.width)})"
            return self._count(f'INSERT INTO "{table}" VALUES {", ".join([row] * frame.height)}', values)
        with no_values(
            self._written
        ):  # inserted as a relation: a table's types are those it casts to, and no query is planned
            self._con.from_arrow(frame.select(columns).to_arrow()).insert_into(table)
        return frame.height

    def delete(self, table: str, column: str, value: Scalar) -> None:
        """Remove the rows whose `column` equals `value`. It stays in the file until `rewrite` (erasure)."""
        name, field = queries.check_name(table), queries.check_name(column)
        self._run(f'DELETE FROM "{name}" WHERE "{field}" = ?', [value])

    def change(self, table: str, column: str, value: Scalar, *, where: str, equals: Scalar) -> None:
        """Set `column` to `value` in the rows whose `where` equals `equals`."""
        name, field, key = queries.check_name(table), queries.check_name(column), queries.check_name(where)
        self._run(f'UPDATE "{name}" SET "{field}" = ? WHERE "{key}" = ?', [value, equals])

    def ensure(self, table: str) -> None:
        """Make a declared table, empty, if it is not there."""
        if not self.exists(table):
            self._empty(TABLES[table], "CREATE TABLE")

    def add_column(self, table: str, column: str) -> None:
        """Give a declared table a declared column that it lacks, empty in every row."""
        kind = next(TYPES[c.type].sql for c in TABLES[table].columns if c.name == column)
        self._columns_of.pop(table, None)
        self._run(f'ALTER TABLE "{queries.check_name(table)}" ADD COLUMN "{queries.check_name(column)}" {kind}')

    def drop(self, table: str) -> None:
        """Remove a table, if it is there."""
        self._columns_of.pop(table, None)
        self._run(f'DROP TABLE IF EXISTS "{queries.check_name(table)}"')
        self._there = None  # a table may stand behind a temporary one of its name

    def exists(self, table: str) -> bool:
        """Whether `table` is there."""
        if self._there is None:
            self._there = set(self.tables())
        return queries.check_name(table) in self._columns_of or table in self._there

    def tables(self) -> list[str]:
        """The names of all tables, sorted."""
        return sorted(row[0] for row in self._run("SELECT table_name FROM duckdb_tables() WHERE NOT temporary"))

    def columns(self, table: str) -> list[str]:
        """The columns of a table, in order. Raises UsageError if there is no such table."""
        if not self.exists(table):
            raise UsageError(f"no table '{table}'.{did_you_mean(table, self.tables())}")
        if table not in self._columns_of:
            self._columns_of[table] = [str(row[1]) for row in self._run(f"PRAGMA table_info('{table}')")]
        return self._columns_of[table]

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self._run(f'SELECT count(*) FROM "{queries.check_name(table)}"')[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is done inside is undone if it raises."""
        self._run("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            self._columns_of.clear()
            self._there = None
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def export(self, table: str, path: Path) -> int:
        """Write `table` as Parquet (zstd), ordered by its key, a batch at a time. Rows written."""
        columns = self.columns(table)
        key = TABLES[table].key if table in TABLES else columns
        order = ", ".join(f'"{name}" NULLS FIRST' for name in key)
        batches = self._relation(f'SELECT * FROM "{table}" ORDER BY {order}').to_arrow_reader(_ROWS_AT_ONCE)
        rows = 0
        with path.open("wb") as file, pq.ParquetWriter(file, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        return rows

    @contextmanager
    def _incoming(self, frame: pl.DataFrame) -> Iterator[None]:
        self._con.register(_INCOMING, frame.to_arrow())
        try:
            yield
        finally:
            self._con.unregister(_INCOMING)

    def _empty(self, table: Table, statement: str) -> None:
        columns = ", ".join(f'"{c.name}" {TYPES[c.type].sql}' for c in table.columns)
        self._run(f'{statement} "{table.name}" ({columns})')
        self._note_made(table.name, table)

    def _make(self, table: str, source: str, columns: Sequence[str], kind: str = "TABLE") -> int:
        declared = TABLES.get(queries.check_name(table))
        self._columns_of.pop(table, None)
        if declared:
            _same_columns(table, declared.names, columns)
        rows = self._count(f'CREATE OR REPLACE {kind} "{table}" AS SELECT {_casts(declared)} FROM {source}')
        self._note_made(table, declared, temporary=kind != "TABLE")
        return rows

    def _note_made(self, table: str, declared: Table | None, *, temporary: bool = False) -> None:
        if declared:
            self._columns_of[table] = list(declared.names)
        if self._there is not None and not temporary:
            self._there.add(table)

    def _count(self, statement: str, values: list[Scalar] | None = None) -> int:
        return int(self._run(statement, values)[0][0])

    def _frame(self, query: str) -> pl.DataFrame:
        with no_values(self._written):
            return frame_of(self._relation(query))

    def _relation(self, query: str) -> duckdb.DuckDBPyRelation:
        with no_values(self._written):
            return self._con.sql(query)

    def _run(self, statement: str, values: list[Scalar] | None = None) -> list[Any]:
        with no_values(self._written):
            # every result is fetched before other work: DuckDB finishes a statement only then
            return self._con.execute(statement, values or []).fetchall()


def _casts(table: Table | None) -> str:
    if table is None:
        return "*"
    return ", ".join(f'CAST("{c.name}" AS {TYPES[c.type].sql}) AS "{c.name}"' for c in table.columns)


def _same_columns(table: str, expected: Sequence[str], found: Sequence[str]) -> None:
    missing, unknown = [c for c in expected if c not in found], [c for c in found if c not in expected]
    if missing or unknown:
        raise UsageError(f"table '{table}': columns missing {missing}, not known {unknown}")
