"""What is wrong with a TOML in words that a person can act on: the line, the key, and what belongs there."""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from hiu.disk import read_small
from hiu.errors import SettingsError
from hiu.fuzzy import did_you_mean

_AT = re.compile(r" ?\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_KEY = re.compile(r"""^\s*(?P<key>"[^"]+"|'[^']+'|[\w-]+(?:\s*\.\s*[\w-]+)*)\s*=\s*(?P<value>.*)$""")
_TABLE = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_DATES = ("start", "end")
_VALUE = 'text in quotes, a number, true or false, a date such as 2027-03-31, or a list such as ["a", "b"]'
_SHOWN = 60
_SECRET = re.compile(r"://|\b(?:pwd|password|passwd|passphrase|secret|token|uid|dsn)\b", re.IGNORECASE)
"""What a connection to a database has in it, or what a key is called that holds one."""


def unreadable(text: str, error: tomllib.TOMLDecodeError) -> str:
    """A TOML that cannot be read: 'line 109: end must be a date such as 2027-03-31; found YYYY-MM-DD'."""
    found = _AT.search(str(error))
    problem = str(error)[: found.start()] if found else str(error)
    lines = text.splitlines()
    number = int(found["line"]) if found and found["line"] else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    pair = _KEY.match(line)
    if pair and "declare" not in problem and "overwrite" not in problem:
        key, value = pair["key"], pair["value"]
        return f"line {number}: {key} must be {_expected(key, value)}; found {shown(value, line)}"
    return f"line {number}: {problem[:1].lower()}{problem[1:]}" + (f"; found {shown(line)}" if line.strip() else "")


def _expected(key: str, value: str) -> str:
    if key.rpartition(".")[2].strip() in _DATES or re.fullmatch(r"['\"]?[0-9Y]{1,4}[-/.].*", value.strip()):
        return "a date such as 2027-03-31"
    return _VALUE


def shown(text: str, beside: str = "", at_most: int = _SHOWN) -> str:
    """The beginning of what was found, unless it, or what stands beside it, may hold a password."""
    text = text.strip()
    if _SECRET.search(text) or _SECRET.search(beside):
        return "something that is not repeated here, since it may hold a password"
    return text if len(text) <= at_most else f"{text[:at_most]}..."


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line of a key by its path, such as ('agreements', 0, 'end'), or the nearest table around it that is there."""
    seen: dict[str, int] = {}
    table: list[str] = []
    found: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.match(line):
            name = [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|[^.]+', head["name"])]
            if head["open"] == "[[":
                at = seen[head["name"]] = seen.get(head["name"], -1) + 1
                table = [*name, str(at)]
            else:
                table = name
            found.setdefault(tuple(table), number)
        elif pair := _KEY.match(line):
            keys = [part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|[^.]+', pair["key"])]
            found.setdefault((*table, *keys), number)
    for size in range(len(place), 0, -1):
        if near := found.get(tuple(map(str, place[:size]))):
            return near
    return None


def where_else(key: str, model: type[BaseModel]) -> str:
    """Where a key of another table belongs: ` half_life belongs under [rank].`; else the nearest key there is."""
    if tables := [table for table, name in _keys(model) if name == key]:
        places = " or ".join(f"[{table}]" if table else "no table, above the first one" for table in tables[:3])
        return f" {key} belongs under {places}."
    return did_you_mean(key, sorted({name for _, name in _keys(model)} - {key}))


def _keys(model: type[BaseModel], table: str = "") -> list[tuple[str, str]]:
    """Table and key of every setting, those of the model itself first."""
    found = [(table, name) for name in model.model_fields]
    for name, field in model.model_fields.items():
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found += _keys(part, f"{table}.{name}" if table else name)
    return found


class Frozen(BaseModel):
    """A table of a TOML: no other keys than its own, values that can be counted with, texts that can be shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _plain_value(cls, value: object, info: ValidationInfo) -> object:
        kind = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, bool) != (kind is bool) and kind in (bool, int, float, int | None):
            raise ValueError("must be true or false" if kind is bool else "must be a number, not true or false")
        _within(value)
        return value


def _within(value: object) -> None:
    """Raises ValueError for what no setting needs, and what a computer can't count with, name a file by or show."""
    if isinstance(value, dict | list | tuple):
        for one in [*value, *(value.values() if isinstance(value, dict) else ())]:
            _within(one)
    elif isinstance(value, str) and (len(value) > _LONGEST or "\0" in value):
        raise ValueError(f"must be a text of at most {_LONGEST:,} characters, none of which is the character 0")
    elif isinstance(value, int | float) and abs(value) > _LARGEST:
        raise ValueError(f"must not be larger than {_LARGEST:,}")
    elif isinstance(value, date) and not 1900 <= value.year <= 2200:
        raise ValueError("must be a date of the years 1900 to 2200")


def toml_text(path: Path) -> str:
    """The text of a TOML. Raises SettingsError."""
    try:
        return read_small(path).decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        raise SettingsError(f"{path}: not found. 'hiu init DIR' makes a site.") from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from None


def parse(path: Path, text: str) -> dict[str, Any]:
    """What a TOML says. Raises SettingsError naming the line, the key and what was expected."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not readable as TOML: {unreadable(text, error)}") from None
    except RecursionError:
        raise SettingsError(f"{path}: not readable as TOML: lists or tables that are nested too deep") from None


def explain(path: Path, error: ValidationError, model: type[BaseModel], text: str = "") -> str:
    """A validation error as sentences: file, line, key, found, expected, and where an unknown key belongs."""
    lines = []
    for issue in error.errors()[:_MOST]:
        *_, last = issue["loc"] or ("",)
        key = ".".join(str(part) for part in issue["loc"])
        hint = where_else(str(last), model) if issue["type"] == "extra_forbidden" else ""
        fault = _EXPECTED.get(issue["type"], issue["msg"].removeprefix("Value error, "))
        fault = fault[:1].lower() + fault[1:]
        where = f"{path}, line {line}" if (line := line_of(text, issue["loc"])) else f"{path}"
        if issue["type"] == "missing":
            lines.append(f"{where}: '{key}' is missing")
            continue
        # of the file as a whole what was found is all of it, and is no help
        found = shown(repr(issue["input"]), key, 120)
        lines.append(f"{where}: '{key}': {fault}; found {found}.{hint}" if key else f"{path}: {fault}")
    more = error.error_count() - len(lines)
    return "\n".join([*lines, *([f"{path}: {more:,} faults more, not listed"] if more else [])])


_DATE = "must be a date such as 2027-03-31, without quotes"
_MOST = 20
"""Faults of a file that are listed."""
_LONGEST, _LARGEST = 4000, 10**15
_EXPECTED = {
    "string_pattern_mismatch": "must be a number and a unit such as 3GB or 800MB",
    "date_type": _DATE,
    **dict.fromkeys(("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE),
    "extra_forbidden": "not a key that is used here",
    **dict.fromkeys(("bool_parsing", "bool_type"), "must be true or false"),
    "string_type": "must be text in quotes",
    "tuple_type": 'must be a list such as ["a", "b"]',
    **dict.fromkeys(("int_parsing", "int_type"), "must be a whole number"),
    **dict.fromkeys(("float_parsing", "float_type"), "must be a number"),
}
