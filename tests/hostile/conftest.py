"""What the hostile tests share: a site of a test's own just after a run, and commands given in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run
from hostile_kit import LATER, Objected, Site, forbid
from once import once

from pipelines.common.place import Place, open_place
from pipelines.run import Outcome


@pytest.fixture
def site(place_after: Place) -> Site:
    """The site of a test."""
    return Site(place_after)


@pytest.fixture
def own_settings(site: Site, tmp_path: Path) -> Callable[[Callable[[str], str]], Site]:
    """The same site with its site.toml edited by its owner, in a folder of its own."""

    def edited(edit: Callable[[str], str]) -> Site:
        home = tmp_path / "home"
        shutil.copytree(site.place.home, home, ignore=shutil.ignore_patterns("data"))
        text = (home / "site.toml").read_text(encoding="utf-8")
        (home / "site.toml").write_text(edit(text), encoding="utf-8", newline="\n")
        shutil.copytree(site.place.curated, home / "data" / "curated")
        return Site(open_place(home))

    return edited


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    """The site in a folder of its own, with its curated folder where the settings have it."""
    home = tmp_path / "home"
    shutil.copytree(site.place.home, home, ignore=shutil.ignore_patterns("data"))
    shutil.copytree(site.place.curated, home / "data" / "curated")
    return Site(open_place(home))


@pytest.fixture(scope="session")
def objected(
    area: Path, published: Outcome, just_published: Path, tmp_path_factory: pytest.TempPathFactory
) -> Objected:
    assert published.published
    before = published.published

    def make(folder: Path) -> tuple[str, str]:
        shutil.copytree(just_published, folder / "curated")
        place = open_place(area, curated=folder / "curated")
        ranked = pl.read_parquet(before / "ranked.parquet").filter(pl.col("list") == "adult")
        person = str(ranked.sort("rank", "person_id")["person_id"][0])
        forbid(place, person)
        outcome = run(place, LAST, at=LATER)
        assert outcome.published
        return person, str(outcome.published)

    person, after = once(tmp_path_factory, "objected", make)
    return open_place(area, curated=Path(after).parents[1]), person, before, Path(after)
