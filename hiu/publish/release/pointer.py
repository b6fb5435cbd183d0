"""CURRENT.json: which release is each month's, and which month is the latest."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.month import Month

CURRENT = "CURRENT.json"

ERASING = "erasing.json"
"""Beside it while an erasure goes on, was cut off, or has to be done again after a restore: nobody is shown then."""


@dataclass(frozen=True)
class Current:
    """Month -> release folder name, and the latest month."""

    months: dict[str, str] = field(default_factory=dict)
    latest: str | None = None


def read_current(pointer: Path) -> Current:
    """The pointer, read whole and closed at once; empty if nothing is published. Raises HiuError if damaged."""
    try:
        found = json.loads(pointer.read_bytes().decode("utf-8"))
        months = {str(Month.parse(month)): _folder_name(name) for month, name in found["months"].items()}
        latest = found["latest"]
    except FileNotFoundError:
        return Current()
    except (ValueError, KeyError, TypeError, AttributeError, HiuError):
        raise HiuError(f"{pointer}: damaged; expected months and latest. 'hiu status' lists the releases") from None
    if latest is not None and latest not in months:
        raise HiuError(f"{pointer}: its latest month is not one of its months")
    return Current(months, latest)


def set_current(pointer: Path, month: Month, folder: str) -> Current:
    """Make a folder the release of a month; the latest is the last month of all."""
    return _write(pointer, {**read_current(pointer).months, str(month): _folder_name(folder)})


def drop_current(pointer: Path, month: Month) -> Current:
    """Let a month point to nothing; the latest is the last of those left."""
    return _write(pointer, {name: to for name, to in read_current(pointer).months.items() if name != str(month)})


def _write(pointer: Path, months: dict[str, str]) -> Current:
    current = Current(dict(sorted(months.items())), max(months, default=None))
    text = json.dumps({"latest": current.latest, "months": current.months}, indent=1, ensure_ascii=False) + "\n"
    replace(pointer, text.encode("utf-8"))
    return current


def _folder_name(name: object) -> str:
    """A name without a path: the pointer must never lead out of the published folder."""
    if not isinstance(name, str) or not name or name in (".", "..") or set(name) & set("/\\:"):
        raise HiuError("not the name of a release folder")
    return name
