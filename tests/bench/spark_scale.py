"""A month on Spark beside DuckDB: every table compared row for row, and what each step costs in CPU seconds.

    python tests/bench/spark_scale.py --people 20000 --months 12
    python tests/bench/spark_scale.py --site MYSITE --curated MYSITE/curated
    python tests/bench/spark_scale.py --people 2000 --months 6 --remote sc://127.0.0.1:15002 --lake /tmp/lake

Without --remote the server is Sail, in this process, or with --apache Spark itself on this computer (Java 17), so that
the CPU seconds are those of both sides.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl

from hiu.engine import Engine
from hiu.engine.spark import SparkEngine, connect
from hiu.engine.steps import AFTER_LINK, BEFORE_LINK, TEMPORARY, build_all
from hiu.link import Linkage, link
from hiu.link.people.ids import assign_people
from hiu.link.spread import pairs_there
from hiu.month import Month
from hiu.rank import rank
from hiu.settings import Settings
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.run import run_month
from pipelines.setup.area import make_area

NOW, LAST = datetime(2026, 4, 8, 9, 12, tzinfo=UTC), Month(2026, 3)
SERVERS: list[int] = []
SENT = ("record", "fact", "quarantine", "deliveries", "decisions", "counting", "calendar", "stay_rule", "meeting_fact")


def timed(name: str, what: Callable[[], object]) -> object:
    """Do something, and print what it cost."""
    wall, cpu = time.monotonic(), used()
    made = what()
    print(f"  {name}: {time.monotonic() - wall:.1f} s, {used() - cpu:.1f} CPU s", flush=True)
    return made


def used() -> float:
    """CPU seconds of this process and of the server that it began, its workers included once they have ended."""
    ticks = 0
    for server in SERVERS:
        ticks += sum(
            map(int, Path(f"/proc/{server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:15])
        )
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def steps(engine: Engine, place: Place) -> Linkage:
    """Identify, link, count and rank, each timed."""
    settings = place.settings
    timed("identify", lambda: build_all(engine, BEFORE_LINK, LAST, settings.counting))
    identity, events = engine.read("identity"), engine.read("identity_event")
    elsewhere = partial(pairs_there, engine) if engine.spread else None
    linked = timed("link", lambda: link(identity, settings=settings.linking, events=events, elsewhere=elsewhere))
    assert isinstance(linked, Linkage)
    engine.put("cluster", assign_people(linked.clusters, identity, place.key_for("person")))
    timed("count", lambda: build_all(engine, AFTER_LINK, LAST, settings.counting))
    timed("rank", lambda: engine.put("ranked", ranked(engine, settings)))
    return linked


def ranked(engine: Engine, settings: Settings) -> pl.DataFrame:
    """The list, of the engine's tables."""
    names = {"demand": "monthly_demand", "extra": "monthly_extra", "missing": "missing_count"}
    names |= {"gradings": "risk_grading"} | {name: name for name in ("coverage", "people", "support")}
    return rank(month=LAST, settings=settings, **{to: engine.read(name) for to, name in names.items()}).ranked


def compare(here: Engine, there: Engine) -> None:
    """Every table that was built, row for row. Raises AssertionError naming the one that differs."""
    names = [name for name in (*BEFORE_LINK, *AFTER_LINK, "cluster", "ranked") if name not in TEMPORARY]
    for name in names:
        columns = here.columns(name)
        one, other = (engine.rows(name, order=columns).sort(columns) for engine in (here, there))
        assert one.equals(other), f"{name} differs: {one.height} and {other.height} rows"
    print(f"  {len(names)} tables are the same, row for row")


def main() -> None:
    """Make an area if none is named, run it on DuckDB, then the same steps on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--curated", type=Path, help="of a site that has been run already; it is copied")
    parser.add_argument("--remote")
    parser.add_argument("--apache", action="store_true")
    parser.add_argument("--lake")
    asked = parser.parse_args()
    home = asked.site or Path(tempfile.mkdtemp())
    if not asked.site:
        make_area(home, people=asked.people, months=asked.months, seed=1, last=str(LAST), now=NOW)
    place = open_place(home, curated=asked.curated or Path(tempfile.mkdtemp()) / "curated")
    if not place.warehouse.exists():
        run_month(place, LAST, now=NOW, report=Reporter(quiet=True))
    remote = asked.remote
    if asked.apache:
        sys.path.append(str(Path(__file__).parents[1] / "kits"))
        import spark_kit

        port = spark_kit.free_port()
        server = spark_kit.start(Path(tempfile.mkdtemp()), port, memory="3g")
        atexit.register(spark_kit.stop, server)
        SERVERS.append(server.pid)
        remote = f"sc://127.0.0.1:{port}"
    elif remote is None:
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        remote = f"sc://127.0.0.1:{server.listening_address[1]}"
    copy = Path(tempfile.mkdtemp()) / "copy.duckdb"
    shutil.copyfile(place.warehouse, copy)
    with open_warehouse(place, copy) as here, SparkEngine(connect(remote), asked.lake or tempfile.mkdtemp()) as there:
        print(f"{here.count('record'):,} rows sent to the lake")
        timed("sent", lambda: [there.put(name, here.read(name)) for name in SENT])
        print("DuckDB")
        one = steps(here, place)
        print("Spark")
        other = steps(there, place)
        assert one.clusters.equals(other.clusters) and one.pairs.equals(other.pairs), "matching differs"
        print(f"  people and pairs are the same: {one.notes}")
        compare(here, there)


if __name__ == "__main__":
    main()
