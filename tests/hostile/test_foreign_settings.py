"""What a site has published opens under its own settings alone, and its log says who tried others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hostile_kit import Site

import hiu
from hiu.errors import HiuError, SettingsError
from hiu.govern import house
from hiu.govern.house import ForeignSettings, house_of, require_house, site_digests
from pipelines.access.bound import accept
from pipelines.common.place import open_place

Edited = Callable[[Callable[[str], str]], Site]
ELSEWHERE = "\n[governance]\nread_log = {folder!r}\n"


@pytest.fixture
def person(site: Site) -> str:
    return str(pl.read_parquet(site.place.which(None)[1] / "ranked.parquet")["person_id"].sort()[0])


@pytest.fixture
def foreign(site: Site, tmp_path: Path) -> Site:
    """The finding: a site.toml of an intruder's own, with the real key, over the real curated folder."""
    home = tmp_path / "evil"
    shutil.copytree(site.place.home, home, ignore=shutil.ignore_patterns("data", "keys"))
    text = (home / "site.toml").read_text(encoding="utf-8")
    key = f"key_file = {str(site.place.settings.key_file)!r}\n" if site.place.settings.key_file else ""
    lines = [line for line in text.splitlines() if not line.startswith("key_file")]
    (home / "site.toml").write_text(key + "\n".join(lines) + ELSEWHERE.format(folder=str(home / "reads")))
    return Site(open_place(home, curated=site.place.curated))


def test_another_site_s_settings_show_nothing_and_are_in_the_log(site: Site, foreign: Site, person: str) -> None:
    for line in (("explain", person), ("find", "Smith", "--show-names"), ("run", "2026-03"), ("mart",), ("status",)):
        said = foreign.hiu(*line)
        assert said.code != 0 and "other settings" in said.err and "HIU-" not in said.out, line
    assert len(site.events("foreign_settings")) == 5 and not (foreign.place.home / "reads").exists()
    assert "settings of another folder were refused 5 times" in site.hiu("verify").out


def test_nor_does_a_notebook(foreign: Site, person: str) -> None:
    site = hiu.open(foreign.place.home, curated=foreign.place.curated)
    with pytest.raises(HiuError):
        site.latest.person(person)


def test_the_owner_s_edit_is_the_owner_s_but_the_read_log_stays(own_settings: Edited, person: str) -> None:
    edited = own_settings(lambda text: text + "\n# a note\n")
    assert edited.hiu("explain", person).code == 0
    moved = ELSEWHERE.format(folder=str(edited.place.home / "reads"))
    path = edited.place.home / "site.toml"
    path.write_text(path.read_text(encoding="utf-8") + moved, encoding="utf-8")
    assert "read_log is not where the last run had it" in edited.hiu("explain", person).err
    with pytest.raises(SettingsError):
        require_house(edited.place.home, edited.place.curated)


def test_a_house_that_was_moved_whole_is_the_same_house(own_settings: Edited, tmp_path: Path) -> None:
    """An edit of its settings is the owner's there too; the curated folder alone is another house's."""
    was = own_settings(lambda text: text).place
    accept(was, reason="a copy of the site", by="Data protection officer", now=datetime.now(UTC))
    home = tmp_path / "moved" / "site"
    shutil.copytree(was.home, home)
    (home / "site.toml").write_text((home / "site.toml").read_text(encoding="utf-8").replace("top = 2", "top = 3"))
    assert site_digests(home) != site_digests(was.home)
    require_house(home, home / "data" / "curated")
    with pytest.raises(ForeignSettings):
        require_house(home, was.curated)


def test_settings_on_another_drive_have_a_place_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows knows no way from one drive to another."""

    def elsewhere(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(house.os.path, "relpath", elsewhere)
    assert house_of(site.place.home, site.place.curated)["at"] == site.place.home.resolve().as_posix()
