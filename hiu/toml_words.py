"""What is wrong with a TOML in words that a person can act on: the line, the key, and what belongs there."""

import re
import tomllib
from collections.abc import Sequence

from pydantic import BaseModel

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
