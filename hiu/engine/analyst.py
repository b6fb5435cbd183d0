"""SQL over a month's published tables: read only, masked, and nothing else within reach."""

from collections.abc import Callable, Mapping

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp

from hiu.engine.connection import connect, frame_of, lock
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import Table


def query(text: str, tables: Mapping[str, Table], load: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """The rows of one SELECT over published tables; those it names are loaded, masked, by `load`.

    The engine holds nothing but these frames, and cannot open a file. Raises UsageError naming the nearest table
    or column, or what else is wrong.
    """
    wanted = _tables(text, tables)
    with connect(temp_directory="") as engine:
        for name in wanted:
            engine.register(name, load(name).to_arrow())
        lock(engine)
        try:
            return frame_of(engine.sql(text))
        except duckdb.Error as error:
            shown = {one for name in wanted for one in engine.table(name).columns}
            raise UsageError(
                _explanation(str(error), shown, {c for name in wanted for c in tables[name].names})
            ) from None


def _tables(text: str, tables: Mapping[str, Table]) -> list[str]:
    """The published tables a query names. Raises UsageError for anything but one SELECT over them."""
    try:
        found = [one for one in sqlglot.parse(text, read="duckdb") if one]
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"not SQL that can be read: {str(error).splitlines()[0]}") from None
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise UsageError("expected one SELECT: the tables can be read, never changed")
    own = {cte.alias_or_name.lower() for cte in found[0].find_all(exp.CTE)}
    named = []
    for table in found[0].find_all(exp.Table):
        name = table.name.lower()
        if not isinstance(table.this, exp.Identifier) or table.db or (name not in tables and name not in own):
            raise UsageError(
                f"no published table '{table.sql()}'.{did_you_mean(name, tables)} There are: {', '.join(tables)}."
            )
        named.append(name)
    return sorted({name for name in named if name not in own})


def _explanation(message: str, shown: set[str], whole: set[str]) -> str:
    """The engine's message; for a column that isn't there the nearest, or that it is masked."""
    first = message.splitlines()[0]
    word = first.split('"')[1] if first.count('"') >= 2 else ""
    if "column" not in first.lower() or not word:
        return first
    if word in whole - shown:
        return f"'{word}' is masked: there are initials (name_text) and birth_year; show_names=True is logged"
    return f"no column '{word}'.{did_you_mean(word, sorted(shown))} There are: {', '.join(sorted(shown))}."
