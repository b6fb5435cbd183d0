"""What the hostile tests share: a site of a test's own just after a run, and commands given in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hiu.govern.audit import read
from hiu.govern.reads import folder_of
from pipelines.cli import app
from pipelines.common.place import Place


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Site:
    """A site just after its last month was published, in a curated folder of the test's own."""

    place: Place

    def hiu(self, *line: object) -> Said:
        """Give a command about the site."""
        at = ("--site", self.place.home, "--curated", self.place.curated)
        found = CliRunner().invoke(app, [str(part) for part in (*line, *at)])
        return Said(found.exit_code, found.stdout, found.stderr)

    def looks(self) -> list[dict[str, object]]:
        """Every line of the read logs."""
        files = sorted(folder_of(self.place.settings, self.place.curated).glob("*.jsonl"))
        return [entry["event"] for path in files for entry in read(path)]

    def events(self, kind: str) -> list[dict[str, object]]:
        """The audit log's events of a kind."""
        return [entry["event"] for entry in read(self.place.audit) if entry["event"]["type"] == kind]


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
