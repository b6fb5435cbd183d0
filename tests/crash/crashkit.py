"""Cutting a job off and looking at what is left: shared by the crash tests."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

import hiu
from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import read, verify
from hiu.model import PUBLISHED
from hiu.model.govern import DISCLOSURES
from hiu.publish.release.folder import verify_release
from pipelines.access.releases import registered
from pipelines.access.remake import OLD
from pipelines.common.place import Place, open_place
from pipelines.govern.person.correct import in_force
from pipelines.govern.verify import problems_of

HERE = Path(__file__).resolve().parent
SEED = 20261122
VARIES = ("run_id",)
"""Columns that tell one run from another."""
Cut = dict[str, Any]


class Forks:
    """The process that forks: see forks.py."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(HERE), str(HERE.parents[1])])
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "forks.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": paths},
        )
        assert self.answer() == {"ready": True}

    def ask(self, call: str, cut: Cut | None = None, *, trace: bool = False, **arguments: str) -> dict[str, Any]:
        """Do a job in a fork; what became of it."""
        self.send(call, cut, trace=trace, **arguments)
        return self.answer()

    def send(self, call: str, cut: Cut | None = None, *, trace: bool = False, **arguments: str) -> None:
        """Begin a job in a fork."""
        assert self.process.stdin
        job = {"call": call, "with": arguments, "cut": cut or {}, "trace": trace}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What became of the job begun, once it has ended."""
        assert self.process.stdout
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process that this one began."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


@dataclass
class Scene:
    """A job, the state it begins in, and what it leads to when nothing cuts it off.

    `base` is a site home whose data/curated is as before the job; `beside` a folder that the job writes to beside it;
    `steps` and `seconds` are of a run without a cut.
    """

    call: str
    base: Path
    arguments: dict[str, str] = field(default_factory=dict)
    beside: str = ""
    steps: int = 0
    seconds: float = 0
    trace: list[str] = field(default_factory=list)
    ends: dict[str, Any] = field(default_factory=dict)

    def begin(self, to: Path) -> dict[str, str]:
        """A fresh copy of the state; the arguments of a job on it."""
        shutil.copytree(self.base, to, symlinks=True)
        more = {"to": str(to.parent / self.beside)} if self.beside else {}
        return {"under": str(to.parent), "home": str(to), **self.arguments, **more}

    def measure(self, forks: Forks, to: Path) -> Scene:
        """Do it once without a cut."""
        found = forks.ask(self.call, trace=True, **self.begin(to))
        assert not found.get("fault") and not found.get("error"), found
        self.steps, self.seconds, self.trace = found["steps"], found["seconds"], found["trace"]
        self.ends = left(to)
        return self


def cuts(scene: Scene, many: int, name: str) -> Iterator[Cut]:
    """Points to kill at: two of three at a step (some torn), spread evenly; one of three by the clock."""
    random_ = random.Random(f"{SEED} {name}")
    for n in range(many):
        if n % 3 == 2:
            yield {"after": round(scene.seconds * random_.random(), 3)}
        else:
            at = 1 + int((n + random_.random()) * scene.steps / many)
            yield {"at": min(at, scene.steps), "torn": n % 2 == 0}


def left(home: Path) -> dict[str, Any]:
    """What a site holds, without what tells one run from another: published tables, records, sizes of the audit."""
    place = open_place(home)
    tables = {month: tables_of(place.published / folder) for month, folder in place.months().items()}
    records = {path.name: path.read_bytes() for path in sorted(place.records.glob("*.jsonl"))}
    return {"tables": tables, "records": records, "outside": outside(home)}


def tables_of(folder: Path) -> dict[str, pl.DataFrame]:
    """Every published table of a release."""
    found = {name: pl.read_parquet(folder / f"{name}.parquet") for name in PUBLISHED}
    return {name: frame.drop([c for c in VARIES if c in frame.columns]) for name, frame in found.items()}


def outside(home: Path) -> list[str]:
    """Names of files that are neither curated nor raw."""
    return sorted(
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and "data" not in path.relative_to(home).parts
    )


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two sites hold the same, row by row."""
    assert one["tables"].keys() == other["tables"].keys()
    for month, tables in one["tables"].items():
        for name, frame in tables.items():
            assert frame.equals(other["tables"][month][name]), f"{month} {name} differs"


def whole(home: Path, before: bytes, months: dict[str, str]) -> None:
    """Just after a cut: it opens, nothing is partial, nothing that was there is lost.

    `before` is the audit log and `months` the pointer as they were when the job began.
    """
    place = open_place(home)
    opens(place)
    now = place.months()
    assert set(months) <= set(now), "a month that was published is no longer"
    there = place.held_back if place.held_back.is_dir() else place.published  # by a restore, until rights are applied
    between = [folder for folder in now.values() if not (there / folder).exists()]
    for folder in now.values():
        name = f"{OLD}{folder}" if folder in between else folder
        assert verify_release(there / name) == [], (name, verify_release(there / name))
    try:
        hiu.open(home).latest.ranked()
    except HiuError as error:
        # a folder that is made anew has no name between two: a reader is refused, and never shown who was taken out
        refused = "nothing is published" if not months else "is being made anew" if between else "?"
        assert refused in str(error) or (place.erasing.exists() and "erase --resume" in str(error)), error
    audit = place.audit.read_bytes() if place.audit.exists() else b""
    assert audit.startswith(before), "lines of the audit log were lost"
    broken = verify(place.audit, place.key_for("audit"))
    assert all("half written" in problem for problem in broken), broken


def opens(place: Place) -> None:
    """The warehouse can be opened, and every delivery in it is whole."""
    if not place.warehouse.exists():
        return
    with Warehouse(place.warehouse, memory_limit="500MB") as warehouse:
        if not {"record", "quarantine", "deliveries"} <= set(warehouse.tables()):
            return
        wrong = warehouse.read(
            "select d.delivery_id from deliveries d where d.staged <> "
            "(select count(*) from record r where r.delivery_id = d.delivery_id and not r.quarantined) "
            "or d.quarantined <> (select count(*) from quarantine q where q.delivery_id = d.delivery_id) "
            "order by d.delivery_id"
        )
        assert wrong.is_empty(), "a delivery is there in part"


def tidy(home: Path) -> None:
    """After the job was done again: nothing half made is left, every folder is known, the audit chain is sound."""
    place = open_place(home)
    strays = [path.name for path in place.curated.rglob("*") if path.name.endswith((".new", ".partial", ".tmp"))]
    assert not strays and not place.spill.exists() and not list(place.published.glob(".*")), strays
    known = released(place) | set(place.months().values())
    assert not list(home.parent.rglob("*.partial")) and not (home / ".restoring").exists()
    there = {path.name for path in place.published.iterdir()} if place.published.is_dir() else set()
    assert there <= known, f"folders nobody knows of: {sorted(there - known)}"
    assert set(place.months().values()) <= there
    assert verify(place.audit, place.key_for("audit")) == []
    entered = {entry["event"].get("folder") for entry in read(place.audit) if entry["event"]["type"] == "published"}
    assert set(place.months().values()) <= entered, "a month that is shown is not in the audit log"
    packs = set(records.history(place.records, DISCLOSURES)["file"])
    assert {f"published/{folder}" for folder in place.months().values()} <= packs, "a pack was not entered as disclosed"


def entered(home: Path, call: str) -> None:
    """After a release or a correction was done again: it is whole, once in force, and in every log that has it."""
    place = open_place(home)
    assert problems_of(place) == []
    if call == "rectify":
        found = {(one["source_file"], one["source_row"], one["field"], one["value"]) for one in in_force(place)}
        assert found and {value for *_, value in found} == {"1977-07-07"}
        return
    folders = [path.name for path in (place.curated / "releases").glob("board-*")]
    logged = [entry["event"]["folder"] for entry in read(place.audit) if entry["event"]["type"] == "released"]
    told = [file for file in records.history(place.records, DISCLOSURES)["file"] if "board-" in str(file)]
    assert len(folders) == 1 and registered(place, "commissioner", folders[0]), folders
    assert set(logged) == set(folders) and set(told) == {f"releases/{name}" for name in folders}


def released(place: Place) -> set[str]:
    """Folders the warehouse knows to have been published."""
    with Warehouse(place.warehouse, memory_limit="500MB") as warehouse:
        return set(warehouse.read("select folder from release order by folder")["folder"])
