"""A site of a test's own, and commands given to it in this process."""

from __future__ import annotations

from dataclasses import dataclass

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
