"""A source as data: one TOML says how an agency's file is found, read, understood and counted.

Shipped TOMLs lie beside this file; a site adds its own or `extends` a shipped one in its sources/ folder. Those of the
crisis pathway, in `pathway`, are in use only where a site extends them.
Adding a source is adding a TOML: no code changes. `spec.py` says what a TOML may hold.

What may enter: the TOML of a source that every site may use, and a word that a TOML may use.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hiu.errors import SettingsError
from hiu.fuzzy import did_you_mean
from hiu.sources.file import FileSpec
from hiu.sources.spec import Count, FieldSpec, Fills, KeySpec, Measure, Packed, Source
from hiu.toml_words import explain, parse, shown, toml_text

__all__ = [
    "Count",
    "FieldSpec",
    "FileSpec",
    "Fills",
    "KeySpec",
    "Measure",
    "Packed",
    "Source",
    "load_sources",
    "merge",
    "on_offer",
    "source_of",
]


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """The shipped definitions, unvalidated, by name. Only to be read."""
    return _read(resources.files(__name__))


@cache
def on_offer() -> dict[str, dict[str, Any]]:
    """The shipped definitions of the crisis pathway, unvalidated, by name: a site takes one up by extending it."""
    return _read(resources.files(__name__) / "pathway")


def _read(folder: Traversable) -> dict[str, dict[str, Any]]:
    items = sorted(folder.iterdir(), key=lambda item: item.name)
    tomls = [item for item in items if item.name.endswith(".toml")]
    return {item.name[:-5]: tomllib.loads(item.read_text(encoding="utf-8")) for item in tomls}


@cache
def _shipped_source(name: str) -> Source:
    return _validate(Path(f"{name}.toml"), name, shipped()[name], "")


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """Every source of a site by name: those shipped, overlaid by the site's sources/*.toml.

    A site file with `extends = "police"` changes only what it says: tables merge key by key, other
    values replace. `enabled = false` leaves a shipped source out. Raises SettingsError.
    """
    paths = sorted(folder.glob("*.toml")) if folder and folder.is_dir() else ()
    own = dict(_own_source(path, toml_text(path)) for path in paths)
    found = {name: _shipped_source(name) for name in shipped() if name not in own} | own
    return {name: source for name, source in sorted(found.items()) if source}


@lru_cache(maxsize=200)
def _own_source(path: Path, text: str) -> tuple[str, Source | None]:
    """A site's source under its name, None where it is switched off. The same text is read once in a process."""
    values = parse(path, text)
    name = _word(path, "name", values.get("name", path.stem))
    if base := values.pop("extends", None):
        ready = shipped() if _word(path, "extends", base) in shipped() else {**shipped(), **on_offer()}
        if base not in ready:
            raise SettingsError(f"{path}: extends '{base}', which is no shipped source.{did_you_mean(base, ready)}")
        values = _extended(ready[base], values)
    return name, _validate(path, name, values, text) if values.pop("enabled", True) else None


def source_of(text: str, name: str) -> Source:
    """The source that the text of one TOML describes, over the shipped one that it extends. Raises SettingsError."""
    path = Path(f"{name}.toml")
    values = parse(path, text)
    base = values.pop("extends", None)
    return _validate(path, name, _extended({**shipped(), **on_offer()}.get(base, {}), values), text)


def _word(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{path}: '{key}': found {shown(repr(value))}; expected a name in quotes")
    return value


def _extended(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A shipped source with a site's laid on it, which keeps the headers that the site's replace for other files."""
    out = merge(base, over)
    for name, field in (over["fields"] if isinstance(over.get("fields"), dict) else {}).items():
        before = base.get("fields", {}).get(name, {})
        for key, kept in (("columns", "otherwise"), ("time_columns", "time_otherwise")):
            if isinstance(field, dict) and field.get(key) and before.get(key):
                out["fields"][name] = {kept: before[key], **out["fields"][name]}
    return out


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on it: tables merge key by key, everything else is replaced."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        out[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return out


def _validate(path: Path, name: str, values: dict[str, Any], text: str) -> Source:
    try:
        return Source.model_validate({"name": name, **values})
    except ValidationError as error:
        raise SettingsError(explain(path, error, Source, text)) from None
