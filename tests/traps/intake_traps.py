"""A trap for intake: files as an agency sends them, and what `hiu check` and `hiu run` must both make of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from hiu.engine.duckdb import Warehouse
from hiu.errors import InputRefused
from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.common.schema import KEPT, version
from pipelines.common.work import Work
from pipelines.run import inputs
from pipelines.steps.count import count_demand, identify
from pipelines.steps.intake.check import check_file
from pipelines.steps.intake.ingest import ingest, prepare
from pipelines.steps.intake.intake import Intake
from pipelines.steps.link import link_people

SHIPPED = sorted(load_sources())
"""The shipped sources, read once for all traps."""


@dataclass(frozen=True, kw_only=True)
class Trap:
    """Files below raw, definitions below sources, lines added to site.toml; and the one right outcome.

    `exit` is that of the run's intake, and the worst of the checks of its files: 0, 3 or 4. `rows` has (staged, set
    aside) of each file that loads; one that is not in it must be refused. `says` are words that both check and run
    print, `silent` words that neither prints. `records` holds columns of the records in force that are not set aside,
    by their values in the order of file and row.
    """

    files: Mapping[str, bytes | str]
    exit: int
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    month: str = "2026-03"
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    records: Mapping[str, list[object]] = field(default_factory=dict)


def spring(trap: Trap, folder: Path) -> None:
    """Make the site, check each file, take them in, and compare both with what is right."""
    place = make_site(trap, folder / "site")
    checked = [_check(place, place.raw / name) for name in sorted(trap.files)]
    intake, deliveries, records = take_in(place, Month.parse(trap.month))
    run_text = "\n".join([*intake.warning_lines(), *intake.warnings, *intake.earlier, *map(str, intake.refused)])
    check_text = "\n".join(text for _, text in checked)
    loaded = {name: (staged, aside) for name, staged, aside in deliveries.iter_rows()}
    assert loaded == dict(trap.rows), run_text
    assert intake_exit(intake) == trap.exit, run_text
    assert max(code for code, _ in checked) == trap.exit, check_text
    for words in trap.says:
        assert words in run_text, f"run does not say {words!r}:\n{run_text}"
        assert words in check_text, f"check does not say {words!r}:\n{check_text}"
    for words in trap.silent:
        assert words not in run_text + check_text
    for column, values in trap.records.items():
        assert records[column].to_list() == values, f"{column}: {records[column].to_list()}"


def make_site(trap: Trap, home: Path) -> Place:
    """An empty synthetic site with the trap's files, definitions and settings."""
    init_site(home, name="Trap", synthetic=True, today=date(2026, 4, 8), sources=SHIPPED)
    for below, files in (("data/raw", trap.files), ("sources", trap.sources)):
        for name, content in files.items():
            path = home / below / (name if below == "data/raw" else f"{name}.toml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    settings = home / "site.toml"
    parts = (settings.read_text(encoding="utf-8"), trap.settings)
    settings.write_text(
        "\n".join(parts if trap.settings.lstrip().startswith("[") else reversed(parts)), encoding="utf-8"
    )
    return open_place(home)


def take_in(place: Place, month: Month) -> tuple[Intake, pl.DataFrame, pl.DataFrame]:
    """What the intake says; source_file, staged and quarantined of the deliveries in force; their sound records."""
    place.curated.mkdir(parents=True, exist_ok=True)
    if not place.warehouse.exists():
        place.warehouse.write_bytes(_empty(place.settings.memory_limit))
    with open_warehouse(place) as warehouse:
        prepare(place, warehouse)
        intake = ingest(place, warehouse, month, "run", date(2026, 4, 8), Reporter(quiet=True))
        deliveries = warehouse.read("deliveries").filter(pl.col("replaced_by").is_null()).sort("source_file")
        records = warehouse.read("record").join(deliveries.select("delivery_id"), on="delivery_id", how="semi")
    sound = records.filter(~pl.col("quarantined")).sort("source_file", "source_row")
    return intake, deliveries.select("source_file", "staged", "quarantined"), sound


@cache
def _empty(memory_limit: str) -> bytes:
    """A warehouse in which nothing was loaded, made once for all traps: to make it costs as much as to load a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hiu.duckdb"
        with Warehouse(path, memory_limit=memory_limit) as warehouse:
            version(warehouse)
            for name in KEPT:
                warehouse.ensure(name)
        return path.read_bytes()


@contextlib.contextmanager
def counted(place: Place, month: Month) -> Iterator[Warehouse]:
    """The warehouse of a site whose files were taken in, with its people and their months."""
    with open_warehouse(place) as warehouse:
        now = datetime(2026, 5, 8, tzinfo=UTC)
        work = Work(place, month, "run", now, warehouse, Reporter(quiet=True), inputs(warehouse, month, "key"))
        for job in (identify, link_people, count_demand):
            job(work)
        yield warehouse


def intake_exit(intake: Intake) -> int:
    """The exit code of a run that has nothing else to say."""
    if intake.refused:
        return 4
    return 3 if intake.warning_lines() else 0


def _check(place: Place, path: Path) -> tuple[int, str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            code, more = check_file(place, path, None, as_json=False), ""
        except InputRefused as refusal:
            code, more = 4, str(refusal)
    return code, printed.getvalue() + more
