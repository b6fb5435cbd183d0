"""Packs for tests in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pack_area
import polars as pl

from hiu.publish.charts.data import PersonSeries
from hiu.publish.pack.page import pack_page, pack_view

NAMES = pack_area.plain_names(48)


def made(folder: Path, names: Sequence[str]) -> Path:
    """A pack of people with these names."""
    tables = pack_area.tables(names)
    return write(folder, tables, pack_area.series(tables))


def write(folder: Path, tables: dict[str, pl.DataFrame], people: Sequence[PersonSeries]) -> Path:
    """A pack of these tables, with the charts of these people."""
    view = pack_view(tables, stamp=pack_area.stamp(), settings=pack_area.settings(tables["ranked"].height))
    path = folder / "pack.html"
    path.write_text(pack_page(view, people), encoding="utf-8", newline="\n")
    return path
