"""One value of a site.toml set or taken out, and all else in it kept: comments, order, line ends."""

import json
import re
import tomllib
from typing import Any

from hiu.errors import SettingsError

_TABLE = re.compile(r"^\s*\[")


def with_value(text: str, table: str, key: str, value: str | float | None, note: str) -> str:
    """The text with `table.key` set to a value, or without it (None). Raises SettingsError if it can't be done."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    new = [] if value is None else [f"{key} = {json.dumps(value, ensure_ascii=False)}  # {note}"]
    header = next((i for i, line in enumerate(lines) if re.match(rf"^\s*\[\s*{table}\s*\]\s*(#.*)?$", line)), None)
    if header is None:
        lines += ["", f"[{table}]", *new] if new else []
    else:
        last = next((i for i in range(header + 1, len(lines)) if _TABLE.match(lines[i])), len(lines))
        at = next((i for i in range(header + 1, last) if re.match(rf"^\s*{key}\s*=", lines[i])), None)
        lines[header + 1 if at is None else at : header + 1 if at is None else at + 1] = new
    changed = end.join(lines) + end
    wanted: dict[str, Any] = tomllib.loads(text)
    held = {name: one for name, one in wanted.get(table, {}).items() if name != key}
    wanted[table] = held if value is None else {**held, key: value}
    try:
        found = tomllib.loads(changed)
        if {**found, table: found.get(table, {})} == wanted:
            return changed
    except tomllib.TOMLDecodeError:
        pass
    raise SettingsError(f"site.toml is laid out in a way that can't be changed safely: set {table}.{key} by hand")
