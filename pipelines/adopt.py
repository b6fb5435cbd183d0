"""Adopt another half-life: written to site.toml, all else in it kept, and recorded in the audit log."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from hiu.errors import SettingsError, UsageError
from hiu.rank.backtest import HALF_LIVES
from pipelines.journal import record
from pipelines.progress import out as say
from pipelines.reports import Tried

_HEADER = re.compile(r"^\s*\[\s*rank\s*\]\s*(#.*)?$")
_TABLE = re.compile(r"^\s*\[")
_KEY = re.compile(r"^\s*half_life\s*=")


def adopt_half_life(tried: Tried, months: float, by: str | None, *, now: datetime, quiet: bool = False) -> None:
    """Set rank.half_life of the site. Raises UsageError without a name or for a half-life that was not tried."""
    place, found = tried.held.place, tried.found
    name = " ".join((by or "").split())
    if not name:
        raise UsageError("--adopt needs --by NAME: a change of the rank is somebody's decision")
    if months not in {*HALF_LIVES, found.half_life}:
        known = ", ".join(f"{life:g}" for life in HALF_LIVES)
        raise UsageError(f"half-life {months:g} was not tried; the backtest compares {known}")
    path = place.home / "site.toml"
    before = path.read_bytes().decode("utf-8")
    after = with_half_life(before, months, f"adopted {now:%Y-%m-%d} by {name}")
    record(place, {"type": "half_life_adopted", "from": place.settings.rank.half_life, "to": months, "by": name,
                   "month": str(tried.held.month), "settings": place.settings.version,
                   "capture": _captures(tried)}, now)  # fmt: skip
    _replace(path, after)
    if not quiet:
        say(f"{path}: half-life {months:g}, adopted by {name}; recorded. 'hiu run {tried.held.month}' ranks with it.")


def with_half_life(text: str, months: float, note: str) -> str:
    """The text of a site.toml with rank.half_life set and nothing else changed. Raises SettingsError if it can't be."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    line = f"half_life = {float(months)}  # {note}"
    header = next((i for i, one in enumerate(lines) if _HEADER.match(one)), None)
    if header is None:
        lines += ["", "[rank]", line]
    else:
        last = next((i for i in range(header + 1, len(lines)) if _TABLE.match(lines[i])), len(lines))
        key = next((i for i in range(header + 1, last) if _KEY.match(lines[i])), None)
        lines[header + 1 if key is None else key : header + 1 if key is None else key + 1] = [line]
    changed = end.join(lines) + end
    wanted: dict[str, Any] = tomllib.loads(text)
    wanted = {**wanted, "rank": {**wanted.get("rank", {}), "half_life": float(months)}}
    try:
        if tomllib.loads(changed) == wanted:
            return changed
    except tomllib.TOMLDecodeError:
        pass
    raise SettingsError(f"site.toml is laid out in a way that can't be changed safely: set rank.half_life = {months:g} "
                        "by hand, then run this again")  # fmt: skip


def _captures(tried: Tried) -> dict[str, float]:
    top = tried.held.settings.rank.top
    rows = tried.found.rules.select("rule", "top", "capture").iter_rows()
    return {rule: round(capture, 4) for rule, n, capture in rows if n in (top, 20) and rule.startswith("half-life")}


def _replace(path: Path, text: str) -> None:
    """Written aside and moved into place, so that a cut-off leaves the old file."""
    aside = path.with_suffix(".toml.tmp")
    aside.write_bytes(text.encode("utf-8"))
    os.replace(aside, path)  # noqa: PTH105
