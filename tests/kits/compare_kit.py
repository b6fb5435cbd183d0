"""Areas that exchange figures: published tables of invented cohorts, agreements for planning, and keys compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import board_kit
import polars as pl
import publish_frames as frames
import pytest
from areakit import NOW
from hostile_kit import Site

from hiu.month import Month
from hiu.publish.release.pointer import set_current
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place

NORTH, SOUTH, WEST = SITES = ("North area", "South area", "West area")
LAST = frames.LAST


def make_site(
    home: Path,
    name: str,
    others: Sequence[str],
    tables: dict[str, pl.DataFrame],
    months: Sequence[Month],
    more: str = "",
) -> Place:
    """A site that has published `tables` as those of some months, may send figures, and has 100,000 adults."""
    home.mkdir(parents=True)
    text = f'name = "{name}"\nsynthetic = true\nkey_file = "site.key"\n{more}'
    text += '[population]\nadults = 100000\nyear = 2024\nsource = "Invented estimate"\n'
    for other in others:
        text += f'[[agreements]]\nsource = "cross:{other}:planning"\nstart = 2026-01-01\nend = 2099-12-31\n'
        text += f'reference = "ISA-{name}-{other}"\nsigned_by = "Both officers"\n'
    for recipient in ("partner", "commissioner"):
        text += f'[[basis]]\npurpose = "planning"\nrecipient = "{recipient}"\ncode = "invented people"\n'
        text += 'decided_by = "Officer"\nevidence = "DPIA 7"\nstart = 2026-01-01\nend = 2099-12-31\n'
    (home / "site.toml").write_text(text, encoding="utf-8", newline="\n")
    place = open_place(home)
    for month in months:
        publish(place, month, tables)
    return place


def publish(place: Place, month: Month, tables: dict[str, pl.DataFrame]) -> None:
    """Publish tables as a month's."""
    folder = place.published / f"{month}-made"
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    set_current(place.current, month, folder.name)
    record(place, NOW, "made", folder=folder.name)


def meet(home: Path, sites: Sequence[Site]) -> None:
    """Every site takes in the card of every other."""
    for one, other in permutations(sites, 2):
        card = home / f"{one.place.home.name}.json"
        card.unlink(missing_ok=True)
        shown = one.hiu("cross", "--card", card).out
        said = other.hiu(
            "cross", "--trust", card, "--fingerprint", shown.split("telephone: ")[1].strip(), "--by", "Officer"
        )
        assert said.code == 0, said.err


def three(home: Path) -> list[Site]:
    """Three areas of 140, 150 and 160 people that know each other's key."""
    for name in ("nacl", "rbcl", "pprl_core"):
        pytest.importorskip(name)
    made = [
        make_site(
            home / f"s{at}",
            name,
            [one for one in SITES if one != name],
            board_kit.tables(140 + 10 * at, seed=3 + at),
            [LAST],
        )
        for at, name in enumerate(SITES)
    ]
    sites = [Site(place) for place in made]
    meet(home, sites)
    return sites


def export(site: Site, month: Month, to: Sequence[str]) -> Path:
    """Export a month's figures for other sites; the folder."""
    named = [part for one in to for part in ("--to", one)]
    said = site.hiu("compare", "export", month, *named, "--checker", "Cee Checker", "--by", "Ann Maker")
    assert said.code == 0, said.err
    return sorted((site.place.curated / "releases").glob("compare-*"))[-1]
