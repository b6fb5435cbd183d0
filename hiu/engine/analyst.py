"""SQL over a month's published tables: read only, masked, and nothing else within reach."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import sqlglot
from duckdb.sqltypes import DuckDBPyType
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from hiu.engine.bounded import Bounds, rows_of
from hiu.engine.connection import connect, frame_of, lock
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean, not_among
from hiu.model import RELEASED, Table

_READER = re.compile(r"read_|parquet_|glob$|sniff_|query$|query_table$|duckdb_|pragma_|.*scan", re.IGNORECASE)
"""Functions of the engine that read files, or its own settings."""

Source = pl.DataFrame | tuple[Path, Mapping[str, str]]
"""A table as a query may read it: a frame, or a Parquet file and the SQL of each column that may be seen."""


def query(
    text: str, tables: Mapping[str, Table], load: Callable[[str], Source], bounds: Bounds
) -> tuple[pl.DataFrame, list[str]]:
    """The rows of one SELECT over published tables, and a sentence on each word it asks for that no row has; `load`
    gives each table that it names, masked.

    A file is read where it lies, as far as the query needs it. The engine can open these files alone, and only by the
    tables' names. Raises UsageError naming the nearest table or column, or what else is wrong: the engine's own words
    are shown of a query that is wrong without any rows; what it says once it reads rows can quote them, and is not.
    """
    sources = {name: load(name) for name in tables_of(text, tables)}
    with _opened(sources, bounds.memory) as engine:
        empty: dict[str, Source] = {name: frame_of(engine.sql(f'SELECT * FROM "{name}" LIMIT 0')) for name in sources}
        _require_sound(text, empty, {column for name in sources for column in tables[name].names})
        try:
            return rows_of(engine, text, bounds), _strange_words(engine, text, {name: tables[name] for name in sources})
        except pl.exceptions.PolarsError:  # a whole number of more than 64 bits
            raise UsageError(_RUNNING[duckdb.OutOfRangeException]) from None
        except duckdb.Error as error:
            unfit = _unfit_value(text, str(error)) if isinstance(error, duckdb.ConversionException) else None
            raise UsageError(unfit or _RUNNING.get(type(error), _FAILED)) from None


def _unfit_value(text: str, message: str) -> str:
    """What can't be turned into the type that is asked for: a value that stands in the query itself, else the column,
    since the engine's words of it quote a value of the tables."""
    first, column = message.splitlines()[0], re.search(r"casting from source column (\w+)", message)
    value, kind = re.search(r"""["'](.*?)["']""", first), first.rpartition(" to ")[2]
    own = {one.text for one in sqlglot.tokenize(text, read="duckdb") if one.token_type is sqlglot.TokenType.STRING}
    if column or value is None or value[1] not in own:
        what = f"a value of '{column[1]}'" if column else "a value"
        return f"{what} can't be turned into the type that the query asks for: TRY_CAST gives null"
    if " field" in first:
        return f"'{value[1]}' is no date: expected the form 2026-03-10, and of a month its first day"
    number = re.match("U?(TINY|SMALL|BIG|HUGE)?INT|DOUBLE|FLOAT|DEC", kind)
    return f"'{value[1]}' is no number" if number else f"'{value[1]}' can't be turned into {kind}"


WORDS = frozenset({"dataset", "source", "agency"})
"""Columns that hold few words, though no list of them is published; others have their codes."""


def _strange_words(engine: duckdb.DuckDBPyConnection, text: str, tables: Mapping[str, Table]) -> list[str]:
    """A sentence on each word that the query compares a column of few words with, and that no row has."""
    try:
        whole = _qualified(text, tables)
    except sqlglot.errors.SqlglotError:
        return []
    named: dict[str, set[str]] = {}
    for one in whole.find_all(exp.Table, exp.Subquery, exp.CTE):
        named.setdefault(one.alias_or_name, set()).add(one.name if isinstance(one, exp.Table) else "")
    found: dict[str, None] = {}
    for same in whole.find_all(exp.EQ, exp.In):
        column, asked = same.this, [same.expression] if isinstance(same, exp.EQ) else same.expressions
        table, *others = named.get(column.table, {""}) if isinstance(column, exp.Column) else [""]
        codes = [one.codes for one in tables[table].columns if one.name == column.name] if table in tables else []
        if others or not codes or not (codes[0] or column.name in WORDS):
            continue
        words = {one[0] for one in engine.sql(f'SELECT DISTINCT "{column.name}" FROM "{table}"').fetchall()}
        there = sorted({*codes[0], *filter(None, words)})
        for word in [one.name for one in asked if isinstance(one, exp.Literal) and one.is_string]:
            if word not in there:
                found[not_among(f"No row of {table} has {column.name} = '{word}'", word, there)] = None
    return list(found)


_FAILED = (
    "the query met a value that it can't work with. The engine's words are not shown, since they can quote what is in "
    "the tables: TRY(...) gives null where an expression fails"
)
_RUNNING: dict[type[duckdb.Error], str] = {
    duckdb.OutOfRangeException: "a number is too large or too small for its type: TRY_CAST or TRY(...) gives null"
}
"""What is said of an error once rows were read."""


def _require_sound(text: str, empty: Mapping[str, Source], whole: set[str]) -> None:
    """Raises UsageError, in the engine's words where they help, for a query that can't be read even over no rows."""
    with _opened(empty, "500MB") as engine:
        try:
            found = engine.sql(text)
            names, kinds = found.columns, [list(_kinds(kind)) for kind in found.types]
        except duckdb.Error as error:
            shown: dict[str, list[str]] = {}
            for name in empty:
                for one in engine.table(name).columns:
                    shown.setdefault(one, []).append(name)
            word = _keyword(engine, text, shown) if isinstance(error, duckdb.ParserException) else None
            raise UsageError(word or _explanation(str(error), shown, whole)) from None
    for name, inside in zip(names, kinds, strict=True):
        if unfit := next((one for one in inside if one in _UNFIT), None):
            raise UsageError(f"the column '{name}' is of the type {unfit}, which no table holds: {_UNFIT[unfit]}")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two columns are called '{twice}': give one a name of its own, as in {twice} AS {twice}_2")


_UNFIT = {
    "interval": "date_diff('hour', a, b) gives the time from a to b as a number",
    **dict.fromkeys(("union", "bit", "bignum", "variant"), "CAST(... AS VARCHAR) makes it text"),
}
"""Types that a frame can't take, or would take for mere bytes, and what to ask for instead."""


def _kinds(kind: DuckDBPyType) -> Iterator[str]:
    """The type of a column, and those inside it."""
    yield kind.id
    if kind.id in ("list", "array", "struct", "map"):
        for _, inner in kind.children:
            yield from _kinds(inner) if isinstance(inner, DuckDBPyType) else ()


def origins(text: str, tables: Mapping[str, Table]) -> dict[str, str]:
    """What the columns of a query mean that are a table's own, also under another name; nothing of what is computed."""
    try:
        whole = _qualified(text, tables)
        scope = build_scope(whole)
    except sqlglot.errors.SqlglotError:
        return {}
    names = whole.named_selects if isinstance(whole, exp.Query) else []
    return {name: found for name in names if (found := _meaning(scope, name, tables))}


def _qualified(text: str, tables: Mapping[str, Table]) -> exp.Expr:
    """A query in which every column has its table. Raises SqlglotError."""
    columns: dict[str, object] = {name: dict.fromkeys(table.names, "text") for name, table in tables.items()}
    return qualify(sqlglot.parse_one(text, read="duckdb"), schema=columns, dialect="duckdb", quote_identifiers=False)


def reads(text: str, tables: Mapping[str, Table], columns: Collection[str]) -> bool:
    """Whether a query reads one of the columns of its tables, or may read one."""
    try:
        whole = _qualified(text, tables)
    except sqlglot.errors.SqlglotError:
        return True
    if whole.find(exp.TableColumn, exp.Columns, exp.Pivot) or any(one.method for one in whole.find_all(exp.Join)):
        return True  # whole rows, a pattern of names, columns turned to rows, a natural join
    every = any(one.name == "*" for one in whole.find_all(exp.Column))
    return every or any(one.name.lower() in columns for one in whole.find_all(exp.Identifier))


def _meaning(scope: Scope | None, name: str, tables: Mapping[str, Table]) -> str:
    """What a column of a query means: followed through subqueries to the table whose own it is."""
    if scope is None or not isinstance(scope.expression, exp.Select):
        return ""
    column = next((one.unalias() for one in scope.expression.selects if one.alias_or_name == name), None)
    if not isinstance(column, exp.Column):
        return ""
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table) and source.name in tables:
        return next((one.meaning for one in tables[source.name].columns if one.name == column.name), "")
    return _meaning(source, column.name, tables) if isinstance(source, Scope) else ""


@contextmanager
def _opened(sources: Mapping[str, Source], memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that has these tables and reaches nothing else."""
    files = [path for path, _ in (one for one in sources.values() if isinstance(one, tuple))]
    with connect(temp_directory="", memory_limit=memory) as engine:
        for name, source in sources.items():
            if isinstance(source, tuple):
                engine.execute(_view(name, *source))
            else:
                engine.register(name, source.to_arrow())
        engine.execute(f"SET allowed_paths = [{', '.join(map(_quoted, files))}]")
        lock(engine)
        yield engine


def _view(name: str, path: Path, columns: Mapping[str, str]) -> str:
    """A view of a file: its columns as they may be seen."""
    shown = ", ".join(f'{sql} AS "{column}"' for column, sql in columns.items())
    return f'CREATE VIEW "{name}" AS SELECT {shown} FROM read_parquet({_quoted(path)})'


def _quoted(path: Path) -> str:
    return "'" + path.resolve().as_posix().replace("'", "''") + "'"


def tables_of(text: str, tables: Mapping[str, Table]) -> list[str]:
    """The published tables a query names. Raises UsageError for anything but one SELECT over them."""
    try:
        found = [one for one in sqlglot.parse(text, read="duckdb") if one]
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"not SQL that can be read: {str(error).splitlines()[0]}") from None
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise UsageError("expected one SELECT: the tables can be read, never changed. run.tables() describes them")
    _no_reader(text, tables)
    own = {cte.alias_or_name.lower() for cte in found[0].find_all(exp.CTE)}
    named = []
    for table in found[0].find_all(exp.Table):
        name = table.name.lower()
        if not isinstance(table.this, exp.Identifier) or table.db or (name not in tables and name not in own):
            raise UsageError(no_table(table.sql(), tables))
        named.append(name)
    return sorted({name for name in named if name not in own})


def no_table(name: str, tables: Collection[str]) -> str:
    """Why there is no such table among those that a month has."""
    if name.lower() in RELEASED:
        return (
            f"this site has no table '{name}', as it has no source or crosswalk for it: run.tables() lists those it has"
        )
    return not_among(f"no published table '{name}'", name, tables)


def _no_reader(text: str, tables: Mapping[str, Table]) -> None:
    """Raises UsageError for a call of anything that reads files, however the query is put together."""
    tokens = sqlglot.tokenize(text, read="duckdb")
    for word, after in pairwise(tokens):
        if after.text == "(" and _READER.match(word.text):
            raise UsageError(f"no published table '{word.text}(...)'. There are: {', '.join(tables)}.")


def _keyword(engine: duckdb.DuckDBPyConnection, text: str, shown: Mapping[str, list[str]]) -> str | None:
    """What to write for a column of which the bare name is a word of SQL, if a query that can't be read has one."""
    for word in sorted(shown.keys() & set(re.findall(r"(?<!['\"\w])[a-z_]+(?!['\"\w])", text.lower()))):
        try:
            engine.sql(f'SELECT max({word}) FROM (SELECT 1 AS "{word}")')
        except duckdb.ParserException:
            return f"'{word}' is a word of SQL too: as the name of a column it is written in double quotes, \"{word}\""
    return None


def _explanation(message: str, shown: Mapping[str, list[str]], whole: set[str]) -> str:
    """The engine's message; for a column that isn't there (`shown`: the tables that have each) the nearest, the table
    that has it, or that it is masked."""
    first = message.splitlines()[0]
    quoted = first.split('"')[1::2]
    word = quoted[-1 if " does not have a column " in first else 0] if quoted else ""
    if not shown:
        why = "is FROM written out?" if "FROM clause is missing" in first else "run.tables() lists them."
        return f"{first.rstrip('!.')}. No published table is in the query: {why}"
    if word and "syntax error at or near" in first:
        return (
            f"the query can't be read at '{word}': a name of your own stands after AS, in double quotes where it is a "
            "word of SQL, and a comma lies between two columns"
        )
    if "column" not in first.lower() or "Ambiguous" in first or not word:
        return first
    if "GROUP BY clause" in first:
        return f"'{word}' must stand in GROUP BY, or in a figure such as max({word}); GROUP BY ALL needs no names"
    if word in shown:
        other = f"'{quoted[0]}' has no column '{word}'" if len(quoted) > 1 else f"'{word}' cannot be reached here"
        return f"{other}: {' and '.join(shown[word])} {'has' if len(shown[word]) == 1 else 'have'} it"
    if word in whole:
        died = "run.compare() has in why_left who left the list by a death"
        near = died if word == "died" else "there are initials (name_text) and birth_year"
        return f"'{word}' is masked: {near}; show_names=True is logged"
    return f"no column '{word}'.{did_you_mean(word, sorted(shown))} There are: {', '.join(sorted(shown))}."
