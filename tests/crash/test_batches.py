"""Three batches at once, a read-only folder, a clock that goes back, files damaged on the disk, ten times the rows."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from crashjobs import NOW
from crashkit import SEED, Forks, left, same, tables_of, tidy
from crashsites import ED, MONTHS, posix_only, sites

from hiu.errors import HiuError
from hiu.govern.audit import verify
from hiu.month import Month
from hiu.publish.release.folder import verify_release
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.run import run_month

pytestmark = [posix_only, pytest.mark.slow]
ROUNDS = 20
MARCH = Month.parse(MONTHS[1])


@pytest.fixture(scope="module")
def three() -> list[Forks]:
    return [sites().forks, Forks(), Forks()]


@pytest.mark.parametrize("n", range(ROUNDS))
def test_of_three_batches_at_once_one_runs(n: int, three: list[Forks], tmp_path: Path) -> None:
    scene = sites().scene("next-intake")
    arguments = scene.begin(tmp_path / "site")
    for forks in three:
        forks.send(scene.call, **arguments)
    found = [forks.answer() for forks in three]
    codes = sorted(one["exit"] for one in found)
    ran = [one for one in found if one["exit"] in (0, 3)]
    busy = [one for one in found if one["exit"] == 5]
    assert len(ran) == 1 and len(busy) == 2, found
    assert all("this site is busy" in one["error"] for one in busy)
    sites().count(f"three at once: {codes}")
    same(left(tmp_path / "site"), scene.ends)
    tidy(tmp_path / "site")
    shutil.rmtree(tmp_path)


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a read-only mount needs root")
    home = tmp_path / "site"
    arguments = sites().scene("next-intake").begin(home)
    curated = home / "data" / "curated"
    subprocess.run(["mount", "--bind", str(curated), str(curated)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(curated)], check=True)
    try:
        found = sites().forks.ask("run", **arguments)
    finally:
        subprocess.run(["umount", str(curated)], check=True)
    assert found["exit"] == 1 and "may not be read or written by this login" in found["error"], found
    assert sites().forks.ask("run", **arguments)["exit"] in (0, 3)
    same(left(home), sites().scene("next-intake").ends)


def test_a_clock_that_goes_back_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "site"
    sites().scene("nothing-to-do").begin(home)
    place = open_place(home)
    path = place.raw / ED
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    outcome = run_month(place, MARCH, now=NOW - timedelta(days=400), report=Reporter(quiet=True))
    assert outcome.changed and outcome.intake.loaded == [ED]
    assert place.published_folder(MARCH) == outcome.published
    assert verify(place.audit, place.key_for("audit")) == []
    again = run_month(place, MARCH, now=NOW - timedelta(days=800), report=Reporter(quiet=True))
    assert not again.changed and again.published == outcome.published
    tidy(home)


def test_a_month_out_of_order_and_last_year_sent_again(tmp_path: Path) -> None:
    """The first month asked for after the second; then every file again under other names: nothing counts twice."""
    home = tmp_path / "site"
    sites().scene("first-intake").begin(home)
    place = open_place(home)
    for month in (MONTHS[1], MONTHS[0]):
        run_month(place, Month.parse(month), now=NOW, report=Reporter(quiet=True))
    expected = left(sites().both)["tables"]
    for month in MONTHS:
        for name in ("monthly_demand", "coverage", "ranked", "people"):
            assert left(home)["tables"][month][name].equals(expected[month][name]), (month, name)
    for path in sorted((place.raw / MONTHS[0]).iterdir()):
        shutil.copy2(path, path.with_name(f"resent {path.name}"))
    outcome = run_month(place, MARCH, now=NOW + timedelta(hours=1), report=Reporter(quiet=True))
    assert tables_of(outcome.published or home)["monthly_demand"].equals(expected[MONTHS[1]]["monthly_demand"])


@pytest.mark.parametrize("n", range(24))
def test_files_damaged_on_the_disk_are_told_never_used(n: int, tmp_path: Path) -> None:
    """A bit turned or the end cut off, in a file of ours: told, or in what is not needed."""
    home, random_ = tmp_path / "site", random.Random(f"{SEED} damage {n}")
    arguments = sites().scene("nothing-to-do").begin(home)
    place = open_place(home)
    shown = place.published_folder(MARCH)
    assert shown
    targets = [
        place.warehouse,
        place.current,
        place.audit,
        shown / "ranked.parquet",
        shown / "MANIFEST.json",
        shown / "quality.html",
    ]
    path = targets[n % len(targets)]
    content = bytearray(path.read_bytes())
    if n // len(targets) % 2:
        del content[int(len(content) * random_.uniform(0.1, 0.95)) :]
    else:
        content[random_.randrange(len(content))] ^= 1 << random_.randrange(8)
    path.write_bytes(content)
    line = [sys.executable, "-m", "pipelines.cli", "verify", "--site", str(home)]
    said = subprocess.run(line, capture_output=True, text=True, encoding="utf-8")
    if path != place.warehouse:
        assert said.returncode == 1 and "a fault in hiu" not in said.stderr, (path.name, said.stdout, said.stderr)
    found = sites().forks.ask("run", **arguments)
    assert "fault" not in found, (path.name, found)
    sites().count(f"damaged: {path.name}, {'told' if found['exit'] == 1 else 'not needed, or made good'}")
    if found["exit"] in (0, 3) and path.parent == shown:
        month = place.published_folder(MARCH)
        assert month and month != shown and verify_release(month) == [], "a damaged month is published anew"
    if found["exit"] in (0, 3) and path in (place.warehouse, place.current):
        place = open_place(home)
        assert json.loads(place.current.read_text(encoding="utf-8"))["latest"] == MONTHS[1]


def test_a_damaged_warehouse_is_made_again_of_the_drops(tmp_path: Path) -> None:
    home = tmp_path / "site"
    arguments = sites().scene("nothing-to-do").begin(home)
    place = open_place(home)
    place.warehouse.write_bytes(place.warehouse.read_bytes()[:5000])
    with pytest.raises(HiuError, match="Restore a backup, or move it away"):
        run_month(place, MARCH, now=NOW, report=Reporter(quiet=True))
    place.warehouse.rename(tmp_path / "damaged.duckdb")
    assert sites().forks.ask("run", **arguments)["exit"] in (0, 3)
    tables, expected = left(home)["tables"][MONTHS[1]], left(sites().both)["tables"][MONTHS[1]]
    for name in ("monthly_demand", "ranked", "people", "coverage"):
        assert tables[name].equals(expected[name]), name


def test_ten_times_the_rows(tmp_path: Path) -> None:
    """A file ten times its usual length is taken in whole, and every row of it is accounted for."""
    home = tmp_path / "site"
    sites().scene("next-intake").begin(home)
    place = open_place(home)
    path = place.raw / MONTHS[1] / "police_incidents.csv"
    head, *rows = path.read_bytes().splitlines(keepends=True)
    more = [
        row.replace(row.split(b",")[0], row.split(b",")[0] + f"-{n}".encode(), 1) for n in range(10) for row in rows
    ]
    path.write_bytes(head + b"".join(more))
    outcome = run_month(place, MARCH, now=NOW, report=Reporter(quiet=True))
    taken = tables_of(outcome.published or home)["deliveries"].filter(source_file=f"{MONTHS[1]}/police_incidents.csv")
    assert taken["received"].to_list() == [len(more)]
    assert taken["staged"][0] + taken["quarantined"][0] == len(more)
