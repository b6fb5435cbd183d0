"""A site of a test's own, and commands given to it in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl
from areakit import NOW
from typer.testing import CliRunner

from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.basis import gate
from hiu.govern.erase.residue import trace_places
from hiu.govern.reads import folder_of
from hiu.model.govern import BASIS
from pipelines.cli import app
from pipelines.common.place import Place, open_warehouse
from pipelines.erase.find import ErasureScope, find
from pipelines.erase.tables import rows_left

LATER = NOW + timedelta(hours=1)
Objected = tuple[Place, str, Path, Path]
"""The area after its first person objected and the month was run again: place, person, folder before and after."""


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
        """Every line of the read logs, without its seal."""
        files = sorted(folder_of(self.place.settings, self.place.curated).glob("*.jsonl"))
        events = (entry["event"] for path in files for entry in read(path))
        return [{name: value for name, value in event.items() if name != "seal"} for event in events]

    def events(self, kind: str) -> list[dict[str, object]]:
        """The audit log's events of a kind."""
        return [entry["event"] for entry in read(self.place.audit) if entry["event"]["type"] == kind]


def forbid(place: Place, person: str, code: str = "objection") -> None:
    about = {"purpose": "*", "recipient": "*", "code": code, "allow": False, "decided_by": "DPO", "evidence": "letter"}
    row = gate.row(person, **about, start=NOW.date(), end=None, recorded_at=NOW.replace(tzinfo=None))  # type: ignore[arg-type]
    records.add(place, BASIS, [row])


def scope_of(place: Place, person: str) -> ErasureScope:
    with open_warehouse(place) as warehouse:
        return find(warehouse, person, place.key_for("tombstone"))


def told(folder: Path, scope: ErasureScope) -> Iterator[str]:
    """Files of a folder in which the person is, packed ones unpacked."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        in_table = path.suffix == ".parquet" and rows_left(pl.read_parquet(path), scope)
        if in_table or trace_places(name, path.read_bytes(), scope.traces):
            yield name
