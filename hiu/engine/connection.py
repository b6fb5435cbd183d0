"""DuckDB, closed: what every connection is shut to, how one is opened, and its errors as ours."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from hiu.disk import NO_ROOM, move
from hiu.errors import Busy, HiuError, UsageError

if TYPE_CHECKING:
    from pyarrow import Table

Setting = str | int | bool
_CLOSED: dict[str, Setting] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "python_enable_replacements": False,
}
_STORE: dict[str, Setting] = {
    "preserve_insertion_order": False,
    "checkpoint_threshold": "256MB",  # each checkpoint packs the last rows of every table anew
}


def connect(path: Path | None = None, /, **settings: Setting) -> duckdb.DuckDBPyConnection:
    """A connection to a file, or to memory, that loads no extension and sees no variable of ours. Then `lock` it."""
    return duckdb.connect(str(path) if path else ":memory:", config={**_CLOSED, **settings})


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Shut a connection to files, the network and further settings, for good."""
    for statement in ("SET enable_external_access = false", "SET lock_configuration = true"):
        connection.execute(statement).fetchall()


def open_file(path: Path | None, **settings: Setting) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse, made if absent. Raises Busy, or HiuError saying what to do."""
    settings = {**_STORE, **settings}
    try:
        if path and not path.exists():
            # made aside, then named: one cut off before it has its first pages could not be opened
            aside = path.with_name(f".{path.name}.new")
            aside.unlink(missing_ok=True)
            connect(aside, **settings).close()
            move(aside, path)
        return connect(path, **settings)
    except duckdb.Error as error:
        raise _opening(path, error) from None


def require_tables_alone(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raises HiuError for a file that holds more than tables: a macro or a default would run in our queries."""
    found = connection.execute(_MORE_THAN_TABLES).fetchall()
    if found:
        connection.close()
        kind, name = found[0]
        raise HiuError(
            f"{path}: holds a {kind}, '{name}', which hiu did not make, so nothing is read from it. Move it away and "
            "run the months again: it is made anew of the raw folder and the records"
        )


_MORE_THAN_TABLES = """
    SELECT 'function', function_name FROM duckdb_functions() WHERE NOT internal
    UNION ALL SELECT 'view', view_name FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT 'sequence', sequence_name FROM duckdb_sequences()
    UNION ALL SELECT 'type', type_name FROM duckdb_types() WHERE NOT internal
    UNION ALL SELECT 'index', index_name FROM duckdb_indexes()
    UNION ALL SELECT 'schema', schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'
    UNION ALL SELECT 'default', table_name || '.' || column_name FROM duckdb_columns()
        WHERE NOT internal AND column_default IS NOT NULL
    UNION ALL SELECT 'constraint', table_name FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL'
    LIMIT 1
"""


def rewrite(source: Path, target: Path) -> None:
    """Copy a warehouse, as it stands, into a new file: what was deleted is in the old file still, not in this one.

    Raises Busy when another process has `source` open, HiuError when `target` exists or the copy fails.
    """
    if target.exists():
        raise HiuError(f"{target} exists already: the copy needs a new file")
    with connect(**_STORE) as connection:
        try:
            # ATTACH takes no parameters, so the quotes in a path are doubled
            old, new = (str(path).replace("'", "''") for path in (source, target))
            connection.execute(f"ATTACH '{old}' AS kept (READ_ONLY)").fetchall()
            connection.execute(f"ATTACH '{new}' AS fresh").fetchall()
            connection.execute("COPY FROM DATABASE kept TO fresh").fetchall()
        except duckdb.Error as error:
            raise _opening(source, error) from None


def pack(tables: Iterable[Path], target: Path) -> None:
    """Make a database of Parquet files, a table each, called as its file is. Raises HiuError if it can't be written."""
    with no_values(target), connect(target) as connection:
        for path in tables:
            file = str(path).replace("'", "''")
            connection.execute(f"CREATE TABLE \"{path.stem}\" AS SELECT * FROM read_parquet('{file}')").fetchall()


def frame_of(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    """The rows of a relation; sums of integers come as 128-bit decimals, and are integers."""
    return whole_sums(relation.to_arrow_table())


def whole_sums(table: "Table") -> pl.DataFrame:
    """An Arrow table as a frame, 128-bit decimals without a fraction as integers."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    sums = pl.Decimal(38, 0)
    return frame.with_columns(pl.col(sums).cast(pl.Int64)) if sums in frame.dtypes else frame


@contextmanager
def no_values(where: Path | None = None) -> Iterator[None]:
    """DuckDB's errors as ours: its messages can hold values of the data, so only their kind is passed on, and of a full
    disk `where` was being written."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException) as error:
        # these speak of names and of the query's own text only
        raise UsageError(str(error).split("\n\nLINE")[0]) from None
    except duckdb.Error as error:
        if _full(str(error)):
            raise HiuError(f"{where or 'the database'}: {NO_ROOM}") from None
        raise HiuError(f"the warehouse could not do this: {type(error).__name__}{_cause(str(error))}") from None


def _opening(path: Path | None, error: duckdb.Error) -> HiuError:
    if isinstance(error, duckdb.IOException) and "lock" in str(error):
        return Busy(f"{path} is open in another process")
    if _full(str(error)):
        return HiuError(f"{path}: {NO_ROOM}")
    if cause := _cause(str(error)):
        return HiuError(f"{path} cannot be opened{cause}")
    return HiuError(
        f"{path} cannot be opened as a warehouse: it is damaged, or no DuckDB file. Restore a backup, "
        "or move it away and run the month again: it is made anew of the raw folder and the records"
    )


def _full(text: str) -> bool:
    return any(words in text for words in ("No space left", "File too large", "quota", "max_temp_directory_size"))


def _cause(text: str) -> str:
    """What a person can put right, by the words of the system in DuckDB's message (never the message itself)."""
    if "Out of Memory" in text or ("memory" in text and "limit" in text):
        return ". It needs more than memory_limit in site.toml: raise it, or close other programs"
    return ""
