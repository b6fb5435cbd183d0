"""A lake: tables as folders of Parquet that are written once, and a log that says which of them make up which table.

Spark has no transaction over several tables, so none is asked of it. Whatever is written goes to a folder of its own
name; one row added to the log makes everything of a transaction count at once. A run that is cut off leaves the tables
as they were, and folders that no row of the log names: the next one to open the lake empties them.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hiu.errors import HiuError

if TYPE_CHECKING:
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession

_LOG = "number bigint, tables string"
MOST_PARTS = 24
"""A table of more parts is written anew as one when rows are added: each part is a listing of a folder."""


@dataclass(frozen=True)
class Parts:
    """A table: its columns as Spark declares them, and the folders of its rows; a temporary one is not logged."""

    schema: str
    folders: tuple[str, ...]
    temporary: bool = False


class Lake:
    """The tables in one folder, which one engine at a time writes (hiu run holds the site's lock)."""

    def __init__(self, session: "SparkSession", home: str) -> None:
        self.session, self.home = session, home.rstrip("/")
        log = session.createDataFrame([], schema=_LOG)
        log.write.mode("ignore").parquet(f"{self.home}/_log")
        self.number, self.tables = self._last()
        self.logged = dict(self.tables)
        self.written = self._there() - _folders(self.tables)
        self.empty(sorted(self.written))

    def frame(self, name: str) -> "DataFrame":
        """The rows of a table, by the columns it is declared with: what a folder lacks is empty."""
        parts = self.tables[name]
        read = self.session.read.schema(parts.schema)
        return read.parquet(*(f"{self.home}/{folder}" for folder in parts.folders))

    def write(self, name: str, rows: "DataFrame", schema: str, *, more: bool = False, temporary: bool = False) -> None:
        """Write rows to a folder of their own: in place of the table, or as more of it."""
        folder = f"{name}/{secrets.token_hex(8)}"
        self.written.add(folder)
        rows.write.parquet(f"{self.home}/{folder}")
        before = self.tables[name].folders if more else ()
        self.tables[name] = Parts(schema, (*before, folder), temporary)
        if len(before) >= MOST_PARTS:
            self.write(name, self.frame(name), schema, temporary=temporary)

    def declare(self, name: str, schema: str) -> None:
        """Give a table other columns, such as one more, with what it holds."""
        self.tables[name] = replace(self.tables[name], schema=schema)

    def commit(self) -> None:
        """One row of the log: from here on all that was written counts. What no table is made of is emptied after."""
        kept = {name: parts for name, parts in self.tables.items() if not parts.temporary}
        gone = (_folders(self.logged) | self.written) - _folders(self.tables)
        if kept != self.logged:
            text = json.dumps({name: [parts.schema, parts.folders] for name, parts in sorted(kept.items())})
            row = self.session.createDataFrame([(self.number + 1, text)], schema=_LOG)
            row.write.mode("append").parquet(f"{self.home}/_log")
            self.number, self.logged = self.number + 1, kept
            self._last()  # refuses two rows of one number
        self.empty(sorted(gone))

    def undo(self) -> None:
        """The tables as the log has them."""
        self.tables = dict(self.logged)
        self.empty(sorted(self.written - _folders(self.tables)))

    def empty(self, folders: Sequence[str]) -> None:
        """Overwrite folders by nothing, so that what was in them is in no file of the lake. A store that keeps old
        versions of files keeps it still: it must be told to let go."""
        nothing = self.session.createDataFrame([], schema="gone boolean")
        for folder in folders:
            nothing.write.mode("overwrite").parquet(f"{self.home}/{folder}")
        self.written -= set(folders)

    def _there(self) -> set[str]:
        """Every folder with rows in it, a run's that was cut off included."""
        files = self.session.read.format("binaryFile").options(recursiveFileLookup=True, pathGlobFilter="*.parquet")
        paths = files.load(self.home).filter("length > 0").select("path").toArrow().to_pylist()
        return {"/".join(row["path"].split("/")[-3:-1]) for row in paths} - {f"{self.home.split('/')[-1]}/_log"}

    def _last(self) -> tuple[int, dict[str, Parts]]:
        log = self.session.read.schema(_LOG).parquet(f"{self.home}/_log").toArrow().to_pylist()
        if not log:
            return 0, {}
        number = max(row["number"] for row in log)
        found = [json.loads(row["tables"]) for row in log if row["number"] == number]
        if len(found) > 1:
            raise HiuError(
                f"two runs wrote to the lake at {self.home} at once: keep one, in a new folder, and run again"
            )
        return number, {name: Parts(schema, tuple(folders)) for name, (schema, folders) in found[0].items()}


def _folders(tables: dict[str, Parts]) -> set[str]:
    return {folder for parts in tables.values() for folder in parts.folders}
