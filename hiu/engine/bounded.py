"""An analyst's query within bounds: how much memory it may take, how long it may last, how much it may give.

The engine's own limit covers its tables and sorts. It covers neither the rows handed over nor one value of any
length (a list of a thousand million numbers), so rows are taken a batch at a time, and on Linux the process may not
grow beyond the limit meanwhile.
"""

import mmap
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from hiu.engine.connection import whole_sums
from hiu.errors import HiuError

if TYPE_CHECKING:
    from pyarrow import RecordBatch

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BATCH = 20_000
_STATM = Path("/proc/self/statm")
_ROOM = 2**30
"""Addresses that a query's threads take beside its memory."""


@dataclass(frozen=True)
class Bounds:
    """What one query may take: memory as the engine writes it (`3GB`), and seconds; its answer a quarter of that."""

    memory: str = "3GB"
    seconds: float = 60.0

    @property
    def bytes(self) -> int:
        """The memory in bytes; what can't be read (a share, as `80%`) is 3 GB."""
        found = re.fullmatch(r"\s*([\d.]+)\s*([KMGT]?)i?B?\s*", self.memory, re.IGNORECASE)
        return int(float(found[1]) * _UNITS[found[2].upper()]) if found else 3 * 10**9


def rows_of(connection: duckdb.DuckDBPyConnection, text: str, bounds: Bounds) -> pl.DataFrame:
    """The rows of a query. Raises HiuError saying which bound it met and what to do, duckdb.Error for what is wrong."""
    import pyarrow as pa
    import pyarrow.compute as _  # loaded before memory is bounded  # noqa: F401

    timer = Timer(bounds.seconds, connection.interrupt)
    timer.start()
    try:
        with _memory_bounded(bounds):
            reader = connection.sql(text).to_arrow_reader(_BATCH)
            batches = list(_within(reader, bounds.bytes // 4))
        return whole_sums(pa.Table.from_batches(batches, reader.schema))
    except duckdb.InterruptException:
        raise HiuError(
            f"the query was stopped after {bounds.seconds:g} seconds: narrow it, or raise query_seconds in site.toml"
        ) from None
    except (duckdb.OutOfMemoryException, MemoryError, pa.ArrowMemoryError):
        raise HiuError(
            f"the query needs more memory than {bounds.memory}: narrow it, or raise memory_limit in site.toml"
        ) from None
    finally:
        timer.cancel()


def _within(reader: Iterator["RecordBatch"], most: int) -> Iterator["RecordBatch"]:
    taken = rows = 0
    for batch in reader:
        taken, rows = taken + batch.nbytes, rows + batch.num_rows
        if taken > most:
            raise HiuError(
                f"the answer is larger than {most / 10**6:,.0f} MB (after {rows:,} rows), a quarter of memory_limit: "
                "count or group in the query, add a LIMIT, or raise memory_limit in site.toml"
            )
        yield batch


@contextmanager
def _memory_bounded(bounds: Bounds) -> Iterator[None]:
    """On Linux the process can't grow meanwhile beyond what it has, twice the memory and its threads' room."""
    before = _limit()
    if before and _STATM.exists():
        pages = int(_STATM.read_text(encoding="ascii").split()[0])
        wanted = pages * mmap.PAGESIZE + 2 * bounds.bytes + _ROOM
        _limit(min([wanted, *(one for one in before if one >= 0)]))
    try:
        yield
    finally:
        if before:
            _limit(before[0])


def _limit(soft: int | None = None) -> tuple[int, int] | None:
    """How far the process may grow, as it was before this call set it; negative is without end. None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    if soft is not None:
        resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
    return before
