"""What the hostile tests share: a site of a test's own just after a run, and commands given in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_kit import Site

from pipelines.common.place import Place


@pytest.fixture
def site(place_after: Place) -> Site:
    """The site of a test."""
    return Site(place_after)


@pytest.fixture
def own_settings(site: Site, tmp_path: Path) -> Callable[[Callable[[str], str]], Site]:
    """The same site with its site.toml edited, in a folder of its own."""
    import shutil

    from pipelines.common.place import open_place

    def edited(edit: Callable[[str], str]) -> Site:
        home = tmp_path / "home"
        shutil.copytree(site.place.home, home, ignore=shutil.ignore_patterns("data"))
        text = (home / "site.toml").read_text(encoding="utf-8")
        (home / "site.toml").write_text(edit(text), encoding="utf-8", newline="\n")
        return Site(open_place(home, curated=site.place.curated))

    return edited
