"""A million synthetic rows over 24 months through `hiu run`: seconds by stage, peak memory, and the floor beside it.

    python tests/bench/run_million.py [--people 262000] [--months 24] [--folder DIR]

The floor is DuckDB reading the same CSV files as text and counting. Then the last month is taken away and given
back: what one more month costs. Prints a Markdown table for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psutil

from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources

LAST = Month(2026, 3)


def area(folder: Path, people: int, months: int, seed: int) -> None:
    """A site of its own, made once."""
    if (folder / "site.toml").exists():
        return
    init_site(folder, name="Benchmark", synthetic=True, today=datetime.now(UTC).date(), sources=sorted(load_sources()))
    write_sources(folder)
    synthesise(folder / "data", people=people, months=months, seed=seed, last_month=LAST, wide=True)


def memory(process: psutil.Process) -> float:
    """Bytes a process and those it started hold."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_info().rss
    return total


def watched(command: list[str]) -> tuple[dict[str, Any], float, float, float]:
    """Run a command; its JSON answer, seconds, seconds of CPU, and peak memory in GB, of all its processes."""
    began, before = time.perf_counter(), os.times()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    peak = [0]

    def watch() -> None:
        while process.poll() is None:
            try:
                peak[0] = max(peak[0], memory(psutil.Process(process.pid)))
            except psutil.Error:
                return
            time.sleep(0.1)

    threading.Thread(target=watch, daemon=True).start()
    answer, _ = process.communicate()
    found: dict[str, Any] = json.loads(answer.strip().splitlines()[-1])
    took, after = time.perf_counter() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return found, took, used, peak[0] / 1e9


def run(site: Path, raw: Path, curated: Path, month: Month) -> tuple[dict[str, Any], float, float, float]:
    """`hiu run` as a whole process."""
    command = [sys.executable, "-m", "pipelines.cli", "run", str(month), "--site", str(site), "--raw", str(raw)]
    return watched([*command, "--curated", str(curated), "--json"])


def floor(raw: Path) -> tuple[int, float]:
    """Rows and seconds: DuckDB reads every CSV as text and counts; lines that are not UTF-8 are passed over."""
    began, rows = time.perf_counter(), 0
    for path in sorted(raw.rglob("*.csv")):
        query = "select count(*) from read_csv(?, all_varchar = true, ignore_errors = true)"
        rows += duckdb.execute(query, [str(path)]).fetchall()[0][0]
    return rows, time.perf_counter() - began


def report(name: str, found: dict[str, Any], seconds: float, cpu: float, peak: float) -> None:
    """One line of the table."""
    stages = ", ".join(f"{stage} {took:.1f}" for stage, took in found["seconds"].items())
    print(f"| {name} | {found['received']:,} | {seconds:.1f} | {cpu:.0f} | {peak:.2f} | {stages} |", flush=True)


def main() -> None:
    """Make, run, add a month, run again."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=262_000)
    ask.add_argument("--months", type=int, default=24)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--folder", type=Path)
    given = ask.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    site, curated, less = folder / "site", folder / "curated", folder / "less"
    area(site, given.people, given.months, given.seed)
    raw = site / "data" / "raw"
    for old in (curated, less):
        shutil.rmtree(old, ignore_errors=True)
    print(f"{given.people:,} people, {given.months} months, seed {given.seed}, {datetime.now(UTC):%Y-%m-%d}")
    print("| run | rows | seconds | CPU s | peak GB | seconds by stage |\n|---|---|---|---|---|---|")
    rows, took = floor(raw)
    print(f"| floor: DuckDB counts the CSV files as text | {rows:,} | {took:.1f} | | | |", flush=True)
    report("all at once", *run(site, raw, curated, LAST))
    report("again, nothing changed", *run(site, raw, curated, LAST))
    shutil.copytree(raw, less, ignore=lambda _, names: [name for name in names if name == str(LAST)])
    shutil.rmtree(curated)
    report("all but the last month", *run(site, less, curated, LAST - 1))
    report("one more month", *run(site, raw, curated, LAST))


if __name__ == "__main__":
    main()
