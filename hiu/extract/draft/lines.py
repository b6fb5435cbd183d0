"""Lines of TOML: strings, lists and comments that are sound whatever a file holds."""

import json
from collections.abc import Iterable, Mapping


def quoted(value: str) -> str:
    """A TOML basic string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def array(values: Iterable[str]) -> str:
    """A TOML list of strings."""
    return f"[{', '.join(map(quoted, values))}]"


def table(values: Mapping[str, str]) -> str:
    """A TOML inline table of strings."""
    return "{ " + ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in values.items()) + " }"


def comment(text: str) -> str:
    """Text that is safe in a comment: one line, no control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def some(words: Iterable[str], most: int = 8) -> str:
    """`a, b and 3 more`, safe in a comment."""
    items = [comment(word) for word in words]
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
