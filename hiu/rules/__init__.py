"""Rules of the crisis pathway as data, one TOML a subject.

A TOML holds the times that are compared, words that SQL reads, and each exception's code and sentence.

What may enter: a code, a sentence, a word or a number of a procedure; never how rows are related, which is SQL in
`hiu/sql/pathway`.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from hiu.errors import HiuError
from hiu.model import PATHWAY

KEYS = {"source", "legs", "words", "numbers", "exceptions"}


@dataclass(frozen=True, kw_only=True)
class Exceptional:
    """A rule that a row may fail to keep: its code, a short title, and what the procedure asks, in our words."""

    code: str
    title: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules of one subject. `legs`: table -> name of a leg -> the two columns of times it lies between.

    `words`: list -> its words; `numbers`: name -> value. Both reach SQL as the table `rule_value`.
    """

    source: str
    legs: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    exceptions: tuple[Exceptional, ...] = ()


@cache
def rules() -> dict[str, Rules]:
    """Every subject's rules, by the name of its TOML. Raises HiuError for a key or a column that there is not."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda item: item.name)
    return {
        item.name[:-5]: rules_of(item.name, tomllib.loads(item.read_text(encoding="utf-8")))
        for item in files
        if item.name.endswith(".toml")
    }


def rules_of(file: str, read: dict[str, Any]) -> Rules:
    """The rules of one TOML, as read. Raises HiuError naming what is not known."""
    if unknown := sorted(set(read) - KEYS):
        raise HiuError(f"hiu/rules/{file}: {unknown} not known; expected one of {sorted(KEYS)}")
    legs = {
        table: {leg: _times(file, table, leg, pair) for leg, pair in own.items()}
        for table, own in read.get("legs", {}).items()
    }
    exceptions = tuple(Exceptional(**one) for one in read.get("exceptions", ()))
    words = {name: tuple(values) for name, values in read.get("words", {}).items()}
    return Rules(source=read["source"], legs=legs, words=words, numbers=read.get("numbers", {}), exceptions=exceptions)


def _times(file: str, table: str, leg: str, pair: list[str]) -> tuple[str, str]:
    times = {column.name for column in PATHWAY[table].columns if column.type == "timestamp"} if table in PATHWAY else {}
    if len(pair) != 2 or not set(pair) <= set(times):
        raise HiuError(f"hiu/rules/{file}, legs.{table}.{leg}: found {pair}; expected two of {sorted(times)}")
    return pair[0], pair[1]
