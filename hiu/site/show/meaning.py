"""What each column of a table means: columns.toml says it by table, and hiu/model what is published."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from hiu.model import RELEASED
from hiu.places.demand import LEVELS


@cache
def _meanings() -> dict[str, dict[str, str]]:
    text = (resources.files("hiu.site.show") / "columns.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


@cache
def _alike() -> dict[str, str]:
    """Columns that mean the same in every published table that has one of the name."""
    words: dict[str, set[str]] = {}
    for one in (column for table in RELEASED.values() for column in table.columns):
        words.setdefault(one.name, set()).add(one.meaning)
    return {name: next(iter(each)) for name, each in words.items() if len(each) == 1}


def meaning(table: str, column: str) -> str:
    """What a column of a table means; of a data set's table under `*`, of an area's under `area`. Empty for one of the
    reader's own making."""
    own = _meanings()
    kind = "area" if table in LEVELS else table if table in own or table in RELEASED or not table else "*"
    columns = RELEASED[kind].columns if kind in RELEASED else ()
    model = {one.name: one.meaning + (f" ({', '.join(one.codes)})" if one.codes else "") for one in columns}
    for words in (own.get(kind, {}), model, own["any"], _alike()):
        if column in words:
            return words[column]
    return own.get(kind, {}).get("*", "")
