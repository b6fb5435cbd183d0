"""What an erasure leaves: no folder that is called after the person, and no file that nobody is told of."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site, scope_of

from hiu.publish.release.folder import BUILDING

Settings = Callable[[Callable[[str], str]], Site]


@pytest.fixture
def own(own_settings: Settings) -> Site:
    site = own_settings(lambda text: text)
    assert site.hiu("audit", "accept", "--reason", "moved", "--by", "J. Patel").code == 0
    return site


@pytest.fixture
def person(own: Site) -> str:
    ranked = pl.read_parquet(own.place.which(None)[1] / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank")["person_id"][0])


def test_folders_and_files_that_tell_the_person_are_removed_or_named(own: Site, person: str) -> None:
    name = sorted(scope_of(own.place, person).traces.names)[0]
    said = own.hiu("subject", person, "--for", "the person", "--by", "DPO", "--draft")
    assert said.code == 0, said.err
    home: Path = own.place.home
    (home / "sheets").mkdir()
    written = [home / "sheets" / f"sheet-{person}.txt", home / "review.csv", home / "notes.txt"]
    for path, text in zip(written, ("a sheet", f"1,{person}\n", name), strict=True):
        path.write_text(text, encoding="utf-8")
    (home / "plan.txt").write_text("of nobody", encoding="utf-8")
    folder = own.place.which(None)[1]
    half = folder.with_name(f"{BUILDING}{folder.name}")  # of a meeting that was killed: no run has cleared it since
    cut_off = own.place.curated / "working" / "2026-03-cut-off"
    for aside in (half, cut_off):
        shutil.copytree(folder, aside)
    done = own.hiu("erase", person, "--reason", "upheld", "--by", "DPO", "--yes")
    assert done.code == 3, done.err
    assert not [path for path in own.place.curated.rglob("*") if person in path.name]
    assert all(f"left: {path}: tells the person" in done.out for path in written)
    assert "plan.txt" not in done.out and "site.toml" not in done.out
    assert not half.exists() and not cut_off.exists() and not own.place.erasing.exists()
