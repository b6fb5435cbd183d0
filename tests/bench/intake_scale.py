"""What intake costs (find, read, check, write; nothing after it), here and in another checkout, in turn.

    python tests/bench/intake_scale.py [--people 262000] [--months 5] [--rate 5.3] [--against CHECKOUT] [--rounds 3]

The area's files of police, ambulance, emergency department and stays are taken in twice: as they are (`large`, most
of 50,000 rows and more at the default size) and cut into files of 2,000 rows (`small`). Each intake is a process of its
own, run with the packages of one checkout; the checkouts take turns, so that other work on the machine is shared alike.
CPU seconds are of the process and of those it started. Prints a Markdown table for docs/benchmarks.md, and whether the
records, facts and rows set aside are the same in both.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

HERE = Path(__file__).resolve().parents[2]
LAST = "2026-03"
TODAY = date(2026, 4, 8)
SMALL = 2_000
SOURCES = {
    "police_incidents": (",", "cp1252"),
    "amb_incidents": ("|", "utf-8"),
    "ed": (",", "utf-8"),
    "mh": (",", "utf-8"),
}
"""How a file's name begins -> delimiter and encoding."""
TABLES = ("record", "fact", "quarantine")


def make(folder: Path, people: int, months: int, rate: float, seed: int) -> None:
    """Two sites with the same rows, made once: in the files of the area, and in small ones."""
    from hiu.govern.init import init_site
    from hiu.month import Month
    from hiu.sources import load_sources
    from hiu.synth import synthesise
    from hiu.synth.site import write_sources

    if (folder / "small").exists():
        return
    synthesise(
        folder / "area", people=people, months=months, rate=rate, seed=seed, last_month=Month.parse(LAST), wide=True
    )
    for name in ("large", "small"):
        init_site(folder / name, name=name, synthetic=True, today=TODAY, sources=sorted(load_sources()))
        write_sources(folder / name)
        for other in ("mha", "s136", "caseload"):  # no file of theirs is taken in, and older checkouts can't read them
            (folder / name / "sources" / f"{other}.toml").unlink()
    raw = folder / "area" / "raw"
    for path in sorted(raw.rglob("*.csv")):
        form = next((form for start, form in SOURCES.items() if path.name.startswith(start)), None)
        if form and path.parent != raw:
            to = folder / "large" / "data" / "raw" / path.relative_to(raw)
            to.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, to)
            cut(path, folder / "small" / "data" / "raw" / path.parent.name, *form)


def cut(path: Path, folder: Path, delimiter: str, encoding: str) -> None:
    """The rows of a file in files of 2,000 each."""
    with path.open(encoding=encoding, newline="") as file:
        header, *rows = csv.reader(file, delimiter=delimiter)
    folder.mkdir(exist_ok=True)
    for part, begin in enumerate(range(0, len(rows), SMALL)):
        to = folder / f"{path.stem}_{part:03}{path.suffix}"
        with to.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([header, *rows[begin : begin + SMALL]])


def take(site: Path, curated: Path) -> dict[str, Any]:
    """Take a site in, with the packages that are on the path; rows, CPU seconds, and digests of what was loaded."""
    from hiu.month import Month
    from pipelines.common.place import open_place, open_warehouse
    from pipelines.common.progress import Reporter

    steps: Any = None
    for name in ("pipelines.steps.ingest", "pipelines.steps.intake.ingest"):  # where it lay, and where it lies
        with suppress(ModuleNotFoundError):
            steps = importlib.import_module(name)
    shutil.rmtree(curated, ignore_errors=True)
    curated.mkdir(parents=True)
    with open_warehouse(open_place(site, curated=curated)) as warehouse:
        place, before = open_place(site, curated=curated), cpu()
        steps.prepare(place, warehouse)
        steps.ingest(place, warehouse, Month.parse(LAST), "bench", TODAY, Reporter(quiet=True))
        for worker in multiprocessing.active_children():
            worker.join()
        used, received = cpu() - before, int(warehouse.read("deliveries")["received"].sum())
        tables = {table: hashed(warehouse.read(table)) for table in TABLES}
    return {"cpu": used, "rows": received, "tables": tables}


def hashed(frame: pl.DataFrame) -> dict[str, str]:
    """A digest of each column, rows in order of delivery and row."""
    order = [name for name in ("delivery_id", "source_row", "fact", "column", "code") if name in frame.columns]
    rows = frame.sort(order, maintain_order=True)
    return {one.name: hashlib.sha256(repr(one.to_list()).encode()).hexdigest() for one in rows.iter_columns()}


def cpu() -> float:
    """Seconds of this process and of those it started that have ended."""
    return sum(os.times()[:4])


def taken(checkout: Path, site: Path, curated: Path) -> dict[str, Any]:
    """`take` in a process with the packages of a checkout."""
    command = [sys.executable, __file__, "--take", str(site), str(curated)]
    env = os.environ | {"PYTHONPATH": str(checkout)}
    answer = subprocess.run(command, cwd=checkout, env=env, check=True, capture_output=True, encoding="utf-8").stdout
    found: dict[str, Any] = json.loads(answer.strip().splitlines()[-1])
    return found


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Columns that both have and that differ."""
    tables = ((name, one["tables"][name], other["tables"][name]) for name in TABLES)
    return [f"{name}.{key}" for name, a, b in tables for key in sorted(set(a) & set(b)) if a[key] != b[key]]


def main() -> None:
    """Make the sites, take them in by turns, print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=262_000)
    ask.add_argument("--months", type=int, default=5)
    ask.add_argument("--rate", type=float, default=5.3)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--folder", type=Path)
    ask.add_argument("--against", type=Path, help="another checkout, taking turns with this one")
    ask.add_argument("--take", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.take:
        print(json.dumps(take(*given.take)))
        return
    folder = given.folder or Path(tempfile.mkdtemp())
    make(folder, given.people, given.months, given.rate, given.seed)
    checkouts = [*([given.against.resolve()] if given.against else []), HERE]
    size = f"{given.people:,} people, {given.months} months, rate {given.rate}, seed {given.seed}"
    print(f"{size}, {datetime.now(UTC):%Y-%m-%d}")
    print("| files | rows | round | " + " | ".join(f"{one.name}, CPU s" for one in checkouts) + " | ratio |")
    print("|---|---|---|" + "---|" * (len(checkouts) + 1), flush=True)
    for name in ("large", "small"):
        ratios = []
        for turn in range(given.rounds):
            found = [taken(one, folder / name, folder / f"curated_{one.name}") for one in checkouts]
            ratios.append(found[-1]["cpu"] / found[0]["cpu"])
            seconds = " | ".join(f"{one['cpu']:.1f}" for one in found)
            print(f"| {name} | {found[-1]['rows']:,} | {turn + 1} | {seconds} | {ratios[-1]:.3f} |", flush=True)
        apart = ", ".join(differing(found[0], found[-1])) or "none"
        print(f"{name}: median ratio {median(ratios):.3f}; columns that differ: {apart}", flush=True)


if __name__ == "__main__":
    main()
