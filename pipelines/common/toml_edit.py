"""One value of a site.toml set or taken out, and all else in it kept: comments, order, line ends."""

import re

import tomlkit

from hiu.errors import SettingsError


def with_value(text: str, table: str, key: str, value: str | float | None, note: str) -> str:
    """The text with `table.key` set to a value, or without it (None). Raises SettingsError if it can't be done."""
    document = tomlkit.parse(text)
    if value is None:
        document.get(table, {}).pop(key, None)
        return tomlkit.dumps(document)
    if table not in document:
        document.add(table, tomlkit.table())
    item = tomlkit.item(value).comment(note)
    item.trivia.comment_ws = "  "
    document[table][key] = item
    changed = "".join(line + ("\r\n" if "\r\n" in text else "\n") for line in tomlkit.dumps(document).splitlines())
    if not re.search(rf"^\s*\[\s*{table}\s*\]", changed, re.MULTILINE):
        raise SettingsError(f"site.toml is laid out in a way that can't be changed safely: set {table}.{key} by hand")
    return changed
