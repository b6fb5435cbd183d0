"""SQL as data: queries loaded from hiu/sql, checked, and bound through the parsed tree.

One query at a time, made of tables and functions on an allow-list: no file, catalogue or setting can be
reached, and every function is one that other engines have too. Values enter as nodes of the tree, never as text.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import sqlglot
from sqlglot import exp

from hiu.engine import Scalar
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import TABLES

# the parser's warnings repeat the text of the query, which may hold a value
logging.getLogger("sqlglot").setLevel(logging.ERROR)

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_AGGREGATES = "Count Sum Min Max Avg Median AnyValue ArrayAgg ArgMax ArgMin LogicalAnd LogicalOr"
_WINDOWS = "RowNumber Rank DenseRank Lag Lead FirstValue LastValue"
_VALUES = "Case If Coalesce Nullif Cast TryCast Greatest Least Abs Round Floor Ceil Sqrt And Or Xor"
_TEXTS = (
    "Concat ConcatWs Length Lower Upper Trim Substring Pad Replace MD5 Chr StartsWith Split SplitPart RegexpReplace"
)
_LISTS = "Array ArrayContains ArraySort ArrayToString ArraySize Explode Unnest"
_DAYS = "DateDiff DateTrunc TimestampTrunc Extract Year Month Day"

FUNCTIONS: frozenset[str] = frozenset(" ".join((_AGGREGATES, _WINDOWS, _VALUES, _TEXTS, _LISTS, _DAYS)).split())
"""Functions a query may use, as sqlglot names them."""

_FORBIDDEN = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock)
"""Nodes a query may not hold anywhere: whatever changes, creates or copies."""


def load(name: str, folder: str = ".") -> str:
    """The text of <name>.sql in hiu/sql, or in a folder of it. Raises UsageError for a name that is none."""
    if not NAME.fullmatch(name) or name not in names(folder):
        raise UsageError(f"'{name}' is no SQL of this package.{did_you_mean(name, names(folder))}")
    return (resources.files("hiu") / "sql" / folder / f"{name}.sql").read_text(encoding="utf-8")


@cache
def names(folder: str = ".") -> tuple[str, ...]:
    """The queries of hiu/sql (each makes the table it is named after), or of a folder of it; sorted."""
    items = (resources.files("hiu") / "sql" / folder).iterdir()
    return tuple(sorted(item.name[:-4] for item in items if item.name.endswith(".sql")))


def select(
    table: str, columns: Sequence[str], where: Mapping[str, Scalar], order: Sequence[str], *, distinct: bool
) -> tuple[str, dict[str, Scalar]]:
    """A query of one table, as text and parameters: all columns if none is named.

    `where`: column -> value it equals (None: is empty), or `column <=` and the like -> value. `order`: `column` or
    `column desc`. Raises UsageError for what is no name, no comparison, or no column of a declared table.
    """
    values: dict[str, Scalar] = {f"value_{n}": value for n, value in enumerate(where.values()) if value is not None}
    conditions = []
    for n, (condition, value) in enumerate(where.items()):
        column, _, comparison = condition.partition(" ")
        if comparison not in ("", "<>", "<", "<=", ">", ">="):
            raise UsageError(f"'{comparison}' is no comparison")
        test = f"{comparison or '='} $value_{n}" if value is not None else f"IS {'NOT ' * bool(comparison)}NULL"
        conditions.append(f"{_quoted(column, table)} {test}")
    places = [_quoted(one.removesuffix(" desc"), table) + " DESC" * one.endswith(" desc") for one in order]
    names = ", ".join(_quoted(column, table) for column in columns) or "*"
    text = f"SELECT {'DISTINCT ' * distinct}{names} FROM {_quoted(table)}"
    text += f" WHERE {' AND '.join(conditions)}" * bool(conditions) + f" ORDER BY {', '.join(places)}" * bool(places)
    return text, values


def _quoted(name: str, table: str | None = None) -> str:
    declared = TABLES[table].names if table in TABLES else [name]
    if name not in declared:
        raise UsageError(f"table '{table}' has no column '{name}'.{did_you_mean(name, declared)}")
    return f'"{check_name(name)}"'


def check_name(name: str) -> str:
    """`name` if it is a plain table or column name. Raises UsageError otherwise."""
    if not NAME.fullmatch(name):
        raise UsageError(f"'{name[:40]}' is not a table or column name: expected a-z, 0-9 and _ only")
    return name


@cache
def parse(text: str) -> exp.Select | exp.SetOperation:
    """The tree of one allowed query. Raises UsageError naming what is not allowed. Copy before changing it."""
    tree = one_query(text, "duckdb")
    _check_functions(tree)
    _check_tables(tree)
    return tree


def one_query(text: str, dialect: str) -> exp.Select | exp.SetOperation:
    """The tree of a text that is one SELECT and changes nothing. Raises UsageError for everything else."""
    try:
        found = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    except sqlglot.ParseError as error:
        where = error.errors[0] if error.errors else {}
        raise UsageError(f"not readable as SQL at line {where.get('line')}, column {where.get('col')}") from None
    except sqlglot.TokenError:
        raise UsageError("not readable as SQL: a quote or comment is left open") from None
    if len(found) != 1:
        raise UsageError(f"one query at a time: found {len(found)} statements")
    tree = found[0]
    if not isinstance(tree, (exp.Select, exp.SetOperation)) or tree.find(*_FORBIDDEN):
        raise UsageError("only a query (SELECT) is allowed here")
    return tree


def columns(text: str) -> list[str]:
    """The names of a query's columns; `*` stands for those of what it reads."""
    return list(parse(text).named_selects)


def _check_functions(tree: exp.Expr) -> None:
    for node in tree.find_all(exp.Func):
        name = node.name if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)) else type(node).__name__
        if name not in FUNCTIONS:
            raise UsageError(f"the function '{name}' is not on the list of allowed functions")


def _check_tables(tree: exp.Expr) -> None:
    for node in tree.find_all(exp.Table):
        if node.args.get("db") or node.args.get("catalog") or not isinstance(node.this, exp.Identifier):
            raise UsageError("only tables of the warehouse can be read, by their bare name")
        check_name(node.name)


def bind(text: str, params: Mapping[str, Scalar], dialect: str = "duckdb") -> str:
    """The query as an engine of this dialect runs it, `$name` replaced by values, every name quoted.

    Raises UsageError when a parameter is missing or not used.
    """
    query, found = _template(text, dialect)
    missing, unused = sorted(found - params.keys()), sorted(params.keys() - found)
    if missing or unused:
        raise UsageError(f"parameters: missing {missing}, not used {unused}")
    values = {name: exp.convert(params[name]).sql(dialect, identify=True) for name in found}
    return _PLACE.sub(lambda place: values[place[1]], query)


_PLACE = re.compile("\ue000([a-z0-9_]+)\ue001")
"""Where a value goes: between two letters of private use, which no query holds."""


@cache
def _template(text: str, dialect: str) -> tuple[str, frozenset[str]]:
    """The query written out once, with a mark where each value goes; the names of its parameters."""
    if "\ue000" in text or "\ue001" in text:
        raise UsageError("the query holds a letter of private use (U+E000 or U+E001)")
    tree = parse(text).copy()
    places = list(tree.find_all(exp.Placeholder, exp.Parameter))
    for node in places:
        node.replace(exp.Var(this=f"\ue000{node.name}\ue001"))
    if dialect == "spark":
        _as_duckdb_means(tree)
    return tree.sql(dialect, identify=True, copy=False), frozenset(node.name for node in places)


def _as_duckdb_means(tree: exp.Expr) -> None:
    """What Spark would read otherwise: DuckDB's difference of times counts the midnights, hours or minutes between
    them, Spark's what has gone by in full; Spark splits at a pattern; and a group of one is put in by $1."""
    for between in list(tree.find_all(exp.DateDiff)):
        for side in ("this", "expression"):
            between.set(side, exp.TimestampTrunc(this=between.args[side].copy(), unit=between.args["unit"].copy()))
    for split in list(tree.find_all(exp.Split)):
        pattern = exp.Literal.string(re.escape(split.expression.name))
        split.replace(exp.RegexpSplit(this=split.this.copy(), expression=pattern))
    for replaced in list(tree.find_all(exp.RegexpReplace)):
        by = replaced.args["replacement"]
        by.replace(exp.Literal.string(re.sub(r"\\(\d)", r"$\1", by.name)))
