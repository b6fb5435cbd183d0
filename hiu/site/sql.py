"""SQL over a month's published tables: read only, masked, and nothing else within reach."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import Table

_CLOSED: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")


def query(text: str, tables: Mapping[str, Table], load: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """The rows of one SELECT over published tables; those it names are loaded, masked, by `load`.

    The engine holds nothing but these frames, and cannot open a file. Raises UsageError naming the nearest table
    or column, or what else is wrong.
    """
    import duckdb

    wanted = _tables(text, tables)
    with duckdb.connect(":memory:", config=_CLOSED) as engine:
        for name in wanted:
            engine.register(name, load(name).to_arrow())
        for statement in _LOCK:
            engine.execute(statement)
        try:
            frame = pl.from_arrow(engine.sql(text).to_arrow_table())
        except duckdb.Error as error:
            known = {one for name in wanted for one in engine.table(name).columns}
            raise UsageError(_meant(str(error), known, {c for name in wanted for c in tables[name].names})) from None
    assert isinstance(frame, pl.DataFrame)
    # sums of integers come as 128-bit decimals; counts are integers
    return frame.with_columns(pl.col(pl.Decimal(38, 0)).cast(pl.Int64))


def _tables(text: str, tables: Mapping[str, Table]) -> list[str]:
    """The published tables a query names. Raises UsageError for anything but one SELECT over them."""
    import sqlglot
    from sqlglot import exp

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


def _meant(message: str, known: set[str], whole: set[str]) -> str:
    """The engine's message; for a column that isn't there the nearest, or that it is masked."""
    first = message.splitlines()[0]
    word = first.split('"')[1] if first.count('"') >= 2 else ""
    if "column" not in first.lower() or not word:
        return first
    if word in whole - known:
        return f"'{word}' is masked: there are initials (name_text) and birth_year; show_names=True is logged"
    return f"no column '{word}'.{did_you_mean(word, sorted(known))} There are: {', '.join(sorted(known))}."
