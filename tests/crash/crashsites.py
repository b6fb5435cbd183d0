"""Sites in every state a job may find them in, each made once, when first asked for."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
from functools import cache, cached_property
from pathlib import Path

import polars as pl
import pytest
from crashjobs import NOW
from crashkit import HERE, Forks, Scene

from pipelines.common.place import open_place
from pipelines.setup.area import make_area

MONTHS = ("2026-02", "2026-03")
ED = f"{MONTHS[1]}/ed_attendances.csv"
BASES = {
    "small-intake": "small",
    "first-intake": "empty",
    "next-intake": "first",
    "link-and-count": "taken",
    "publish": "counted",
    "nothing-to-do": "both",
}
"""Scenes that are a run of the second month, and the state each begins in."""
posix_only = pytest.mark.skipif(
    os.name != "posix", reason="fork and SIGKILL are POSIX; tests/pipeline/run/test_crash.py kills on Windows too"
)


class Sites:
    """The process that forks, and the states. `tally` counts what was tried; it is told at the end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hiu-crash-"))
        self.forks = Forks()
        self.tally: dict[str, int] = {}
        self.scenes: dict[str, Scene] = {}

    def close(self) -> None:
        """End the process and remove the sites."""
        self.forks.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def told(self) -> str:
        """What was tried, and how often."""
        return f"tried: {json.dumps(dict(sorted(self.tally.items())), indent=1)} in all {sum(self.tally.values())}"

    def count(self, what: str) -> None:
        """One more of a kind was tried."""
        self.tally[what] = self.tally.get(what, 0) + 1

    @cached_property
    def small(self) -> Path:
        """Thirty people, one month, two files: for the quick suite."""
        folder = _area(self.folder / "small", people=30, months=1, charts=0)
        for path in (folder / "data" / "raw" / MONTHS[1]).iterdir():
            if path.name not in ("police_incidents.csv", "ed_attendances.csv"):
                path.unlink()
        return folder

    @cached_property
    def empty(self) -> Path:
        """Sixty people and two months of drops; nothing taken in. A name with a space and letters beyond ASCII."""
        return _area(self.folder / "Área three", people=60, months=2, charts=1)

    @cached_property
    def first(self) -> Path:
        """The first month is published."""
        return self._after(self.empty, "first", MONTHS[0])

    @cached_property
    def both(self) -> Path:
        """Both months are published."""
        return self._after(self.first, "both", MONTHS[1])

    @cached_property
    def corrected(self) -> Path:
        """The second month was published twice: one file came again, a row shorter."""
        home = self._copy(self.both, "corrected")
        path = home / "data" / "raw" / ED
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
        found = self.forks.ask("run", under=str(home), home=str(home), month=MONTHS[1], later="1")
        assert found["loaded"] == [ED], found
        return home

    @cached_property
    def late(self) -> str:
        """The id of the delivery that came again."""
        known = pl.read_parquet(self._shown(self.corrected) / "deliveries.parquet")
        found: str = known.filter(source_file=ED).filter(pl.col("replaced_by").is_null())["delivery_id"].item()
        return found

    @cached_property
    def taken(self) -> Path:
        """The second month was taken in, and the run cut off there."""
        return self._cut(self.first, "taken", "CREATE OR REPLACE")

    @cached_property
    def counted(self) -> Path:
        """The second month was taken in, matched, counted and ranked; the run was cut off before it was published."""
        return self._cut(self.first, "counted", ".building")

    @cached_property
    def saved(self) -> Path:
        """A backup of the site with both months, where the site's records don't know it (erasing removes those)."""
        to = self.folder / "copies"
        found = self.forks.ask("backup", under=str(to), home=str(self.both), to=str(to))
        assert found["exit"] == 0, found
        made = next(to.glob("*.zip"))
        kept = self.folder / "kept"
        kept.mkdir()
        return Path(shutil.copy2(made, kept / made.name))

    @cached_property
    def exported(self) -> Path:
        """The board paper of the second month was exported, and not released."""
        home = self._copy(self.both, "exported")
        found = self.forks.ask("export_board", under=str(home), home=str(home), month=MONTHS[1])
        assert found["exit"] == 0, found
        return home

    @cached_property
    def returned(self) -> Path:
        """The published workbook with three cells filled in."""
        sys.path.append(str(HERE.parent / "kits"))
        from workbook_kit import Edited, at

        [sent] = self._shown(self.both).glob("*.xlsx")
        copy = Edited(sent.read_bytes()).put(at("consent"), "Given").put(at("notes", 7), "Ring first")
        path = self.folder / "returned.xlsx"
        path.write_bytes(copy.put(at("likelihood_clinical"), 4).put(at("impact_clinical"), 5).file())
        return path

    def scene(self, name: str) -> Scene:
        """A job that is cut off, by name; measured when first asked for."""
        if name not in self.scenes:
            self.scenes[name] = self._build(name).measure(self.forks, self.folder / f"clean {name}" / "site")
        return self.scenes[name]

    def _build(self, name: str) -> Scene:
        run = {"month": MONTHS[1]}
        if name in BASES:
            return Scene("run", getattr(self, BASES[name]), run)
        if name == "undo":
            return Scene("undo", self.corrected, {"delivery": self.late})
        if name == "undo-and-run":
            return Scene("undo_and_run", self.corrected, {"delivery": self.late, **run})
        if name == "rollback":
            [earlier] = (self.both / "data" / "curated" / "published").glob(f"{MONTHS[1]}-*")
            return Scene("rollback", self.corrected, {**run, "to": earlier.name})
        if name == "backup":
            return Scene("backup", self.both, beside="copies")
        if name == "restore":
            return Scene("restore", self.both, {"file": str(self.saved), "replace": "yes"})
        if name in ("erase", "rectify"):
            ranked = pl.read_parquet(self._shown(self.both) / "ranked.parquet")
            return Scene(name, self.both, {"person": str(ranked["person_id"][0])})
        if name == "release":
            return Scene("release", self.exported, run)
        if name == "import":
            return Scene("import_workbook", self.both, {"file": str(self.returned)})
        raise LookupError(name)

    def _shown(self, home: Path) -> Path:
        place = open_place(home)
        return place.published / place.months()[MONTHS[1]]

    def _copy(self, base: Path, name: str) -> Path:
        return Path(shutil.copytree(base, self.folder / name))

    def _after(self, base: Path, name: str, month: str) -> Path:
        home = self._copy(base, name)
        found = self.forks.ask("run", under=str(home), home=str(home), month=month)
        assert found.get("published"), found
        return home

    def _cut(self, base: Path, name: str, before: str) -> Path:
        """A copy of a site whose next run is killed where its steps, after intake, first speak of `before`."""
        trial = self._copy(base, f"{name} trial")
        trace = self.forks.ask("run", trace=True, under=str(trial), home=str(trial), month=MONTHS[1])["trace"]
        intake = max(n for n, what in enumerate(trace) if "delivery_recipe" in what)
        at = next(n for n, what in enumerate(trace, 1) if n > intake + 2 and before in what)
        home = self._copy(base, name)
        assert self.forks.ask("run", {"at": at}, under=str(home), home=str(home), month=MONTHS[1])["killed"]
        return home


@cache
def sites() -> Sites:
    """The one set of sites of this test run."""
    made = Sites()
    atexit.register(made.close)
    return made


def _area(folder: Path, *, people: int, months: int, charts: int) -> Path:
    make_area(folder, people=people, months=months, seed=11, last=MONTHS[1], now=NOW)
    shutil.rmtree(folder / "data" / "truth", ignore_errors=True)
    with (folder / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"\n[rank]\ncharts = {charts}\ntop = 1\ndraws = 100\n")
    return folder
