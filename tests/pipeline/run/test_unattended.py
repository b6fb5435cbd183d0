"""A month run by a schedule: what it waits for, with which code it ends, and its backups."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from typer.testing import CliRunner, Result

from hiu.govern.login import login
from hiu.publish.release.pointer import set_current
from hiu.settings import Agreement
from pipelines.access.bound import events
from pipelines.back.withdraw import withdraw
from pipelines.cli import app
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.unattended import awaited, outdated

UNTIL = (LAST + 1).start.replace(day=12)


@pytest.fixture
def place(area: Path, published: Outcome, tmp_path: Path) -> Place:
    """The area as published, with files of its own: all of them lie unchanged for a day."""
    shutil.copytree(area / "data" / "raw", tmp_path / "raw")
    shutil.copytree(area / "data" / "curated", tmp_path / "curated")
    for path in (tmp_path / "raw").rglob("*"):
        touch(path, NOW - timedelta(days=1))
    return open_place(area, raw=tmp_path / "raw", curated=tmp_path / "curated")


def touch(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def unattended(place: Place, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr("pipelines.commands.month.now", lambda: NOW)
    given = ["--site", str(place.home), "--raw", str(place.raw), "--curated", str(place.curated)]
    return CliRunner().invoke(app, ["unattended", *given, *words])


def test_it_waits_for_sources_that_usually_send_until_the_day(place: Place) -> None:
    next_month = LAST + 1
    at = NOW + timedelta(days=30)
    until = at.date() + timedelta(days=4)
    usual = awaited(place, next_month, at, until)
    assert "a file of police" in usual and "a file of ed" in usual and not any("register" in one for one in usual)
    (place.raw / str(next_month)).mkdir()
    police = next((place.raw / str(LAST)).glob("police*"))
    shutil.copy2(police, place.raw / str(next_month) / police.name)
    touch(place.raw / str(next_month) / police.name, at - timedelta(hours=1))
    assert set(usual) - set(awaited(place, next_month, at, until)) == {"a file of police"}
    assert awaited(place, next_month, at, at.date()) == []
    assert awaited(place, LAST + 9, at, date(2099, 1, 1)) == [], "a source that sent nothing for months is given up"


def test_it_never_reads_a_file_that_is_being_copied(place: Place) -> None:
    police = next((place.raw / str(LAST)).glob("police*"))
    touch(police, NOW - timedelta(minutes=2))
    waits = [f"the end of the copying of {LAST}/{police.name}"]
    assert awaited(place, LAST, NOW, UNTIL) == waits and awaited(place, LAST, NOW, NOW.date()) == waits
    touch(police, NOW + timedelta(days=400))
    assert awaited(place, LAST, NOW, UNTIL) == [], "a sender's wrong clock does not hold the month for ever"


def test_before_the_first_month_it_waits_for_whoever_has_an_agreement(place: Place, tmp_path: Path) -> None:
    signed = {"start": date(2026, 1, 1), "end": date(2026, 12, 31), "reference": "DSA 4", "signed_by": "A. Director"}
    agreement = Agreement.model_validate({"source": "police", **signed})
    settings = place.settings.model_copy(update={"agreements": (agreement,), "curated": tmp_path / "none"})
    (tmp_path / "empty").mkdir()
    first = Place(place.home, settings.model_copy(update={"raw": tmp_path / "empty"}), place.sources)
    assert awaited(first, LAST, NOW, UNTIL) == ["a file of police"]


def test_waiting_runs_nothing_and_ends_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    next((place.raw / str(LAST)).glob("police*")).unlink()
    before = acts(place)
    result = unattended(place, monkeypatch)
    assert result.exit_code == 0 and "waits for a file of police" in result.stdout
    assert "2026-04-12" in result.stdout and acts(place) == before


def test_while_it_waits_it_names_what_a_run_would_refuse_and_what_no_source_takes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited with code 0 until the month was published without them."""
    month, ours = LAST + 1, lambda: NOW + timedelta(days=30)
    folder, police = place.raw / str(month), next((place.raw / str(LAST)).glob("police*"))
    folder.mkdir()
    site = ["--site", str(place.home), "--raw", str(place.raw), "--curated", str(place.curated)]
    monkeypatch.setattr("pipelines.commands.month.now", ours)

    def said(name: str, content: bytes) -> Result:
        (folder / name).write_bytes(content)
        touch(folder / name, NOW)
        return CliRunner().invoke(app, ["unattended", *site])

    strange = said("NWAS HIU Apr26.csv", b"a,b\n1,2\n")
    assert strange.exit_code == 3 and "NWAS HIU Apr26.csv: no source takes this file" in strange.stdout
    assert "waits for a file of" in strange.stdout and not place.published_folder(month)
    misfiled = said(police.name, police.read_bytes()[:-40] + b"\n")
    assert misfiled.exit_code == 3 and f"filed under {month.title}" in misfiled.stdout
    damaged = said(police.name, b"Nothing,that,fits\n1,2,3\n")
    assert damaged.exit_code == 4 and f"a run would refuse: {month}/{police.name}" in damaged.stdout


def test_a_file_that_would_be_refused_is_waited_for_as_one_that_has_not_come(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It published without the source, days before the last one, and then said that it waited."""
    month, ours = LAST + 1, lambda: NOW + timedelta(days=30)
    folder = place.raw / str(month)
    folder.mkdir()
    for path in sorted((place.raw / str(LAST)).iterdir()):
        shutil.copy2(path, folder / path.name)
        touch(folder / path.name, NOW)
    next(folder.glob("ed*")).write_bytes(b"hello")
    touch(next(folder.glob("ed*")), NOW)
    monkeypatch.setattr("pipelines.commands.month.now", ours)
    result = CliRunner().invoke(
        app, ["unattended", "--site", str(place.home), "--raw", str(place.raw), "--curated", str(place.curated)]
    )
    assert result.exit_code == 4 and not place.published_folder(month), result.stdout
    assert f"{month.title} waits for a file of ed that can be read. Nothing was run; from" in result.stdout
    assert f"a run would refuse: {month}/ed" in result.stdout


def test_of_a_month_that_is_published_already_it_says_so_while_it_waits(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    next((place.raw / str(LAST)).glob("police*")).unlink()
    assert "Mar 2026 is published already, and waits for a file of police" in unattended(place, monkeypatch).stdout


def acts(place: Place) -> list[str]:
    """What the log says was done: looks of others that it had not yet are entered at any time."""
    return [event["type"] for event in events(place) if event["type"] != "reads_bound"]


def test_an_unchanged_month_is_quiet_and_is_backed_up_once(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = tmp_path / "safe"
    absent = unattended(place, monkeypatch, "--backup-to", str(safe))
    assert absent.exit_code == 1 and "Is the disk connected?" in absent.stderr and not safe.exists()
    safe.mkdir()
    with monkeypatch.context() as closed:  # another login's, as after a handover
        closed.setattr("os.access", lambda path, *_, **__: Path(path) != safe)
        others = unattended(place, monkeypatch, "--backup-to", str(safe))
    assert others.exit_code == 1 and f"sudo chown -R {login()} {safe}" in others.stderr and not list(safe.iterdir())
    result = unattended(place, monkeypatch, "--backup-to", str(safe))
    assert result.exit_code == 0 and "warning: " in result.stdout and "the code is 0" in result.stdout
    assert len(list(safe.glob("hiu-backup-*.zip"))) == 1
    assert "backup " not in unattended(place, monkeypatch, "--backup-to", str(safe)).stdout


@pytest.mark.slow
def test_warnings_of_a_changed_month_end_with_three_and_a_refusal_with_four_every_day(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    police = next((place.raw / str(LAST)).glob("police*"))
    lines = police.read_bytes().splitlines(keepends=True)
    police.write_bytes(b"".join(lines[:-1]))
    touch(police, NOW - timedelta(hours=1))
    assert [unattended(place, monkeypatch).exit_code for _ in range(2)] == [3, 0]
    police.write_bytes(b"Nothing,that,fits\n1,2,3\n")
    touch(police, NOW - timedelta(hours=1))
    assert [unattended(place, monkeypatch).exit_code for _ in range(2)] == [4, 4]


def test_a_month_that_was_taken_back_is_said_from_the_first_day_and_alerts_nobody(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = place.working / place.months()[str(LAST)]
    working.mkdir(parents=True, exist_ok=True)
    (working / "people.parquet").write_bytes(b"with names")
    withdraw(place, LAST, reason="by mistake", by="Officer", now=NOW)
    assert not working.exists(), "tables with names stayed until the next run"
    found = unattended(place, monkeypatch, "--wait-until", "28")
    assert found.exit_code == 0 and "Mar 2026 was taken back for good" in found.stdout
    assert f"hiu run {LAST} --again" in found.stdout
    shown = status(place, monkeypatch, NOW)
    assert f"hiu run {LAST} --again" in shown and f"Next: hiu run {LAST}" not in shown
    assert "Files wait to be taken in" not in shown, "the months before were taken in with it"


def test_a_copy_that_goes_on_is_waited_for_until_the_next_start(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    police = next((place.raw / str(LAST)).glob("police*"))
    touch(police, NOW - timedelta(minutes=2))
    found = unattended(place, monkeypatch, "--wait-until", "5")
    assert "the next start of the schedule takes them" in found.stdout and "2026-04-05" not in found.stdout


def status(place: Place, monkeypatch: pytest.MonkeyPatch, at: datetime) -> str:
    monkeypatch.setattr("pipelines.commands.month.now", lambda: at)
    given = ["--site", str(place.home), "--raw", str(place.raw), "--curated", str(place.curated)]
    return CliRunner().invoke(app, ["status", *given]).stdout


def test_status_names_files_of_published_months_that_no_run_has_taken_in(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "wait to be taken in" not in status(place, monkeypatch, NOW)
    police = next((place.raw / str(LAST)).glob("police*"))
    lines = police.read_bytes().splitlines(keepends=True)
    late = police.with_name(f"{police.stem}_late.csv")
    late.write_bytes(b"".join(lines[:-3]))
    waiting = f"wait to be taken in: {LAST}/{late.name}. Next, since they count there: hiu run {LAST}"
    assert waiting in status(place, monkeypatch, NOW)
    late.unlink()
    changed = police.read_bytes()
    police.write_bytes(changed[:-3] + changed[-3:][::-1])  # of the same size, with an old time
    touch(police, NOW - timedelta(days=1))
    assert f"wait to be taken in: {LAST}/{police.name}" in status(place, monkeypatch, NOW)


def test_status_names_a_moved_file_and_one_put_in_place_of_a_refused_one_as_a_run_takes_them(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    police = next((place.raw / str(LAST)).glob("police*"))
    sound = police.read_bytes()
    police.write_bytes(b"Nothing,that,fits\n1,2,3\n")
    at = datetime.now(UTC) + timedelta(seconds=1)
    assert run(place, LAST, at=at).exit_code == 4
    shown = status(place, monkeypatch, at)
    assert f"refused by the last run: {LAST}/{police.name}" in shown and "wait to be taken in" not in shown
    police.write_bytes(sound[:-40] + b"\n")
    touch(police, at + timedelta(seconds=2))
    assert f"wait to be taken in: {LAST}/{police.name}. Next" in status(place, monkeypatch, at)
    police.write_bytes(sound)
    moved = police.rename(police.with_name(f"{police.stem}_moved.csv"))
    assert f"wait to be taken in: {LAST}/{moved.name}. Next" in status(place, monkeypatch, at)
    shutil.copy2(moved, police)
    assert "wait to be taken in" not in status(place, monkeypatch, at), "a copy of what was taken in is not loaded"


def test_a_month_that_is_not_over_is_not_the_next_to_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    police = next((place.raw / str(LAST)).glob("police*"))
    (place.raw / str(LAST + 1)).mkdir()
    (place.raw / str(LAST + 1) / police.name).write_bytes(police.read_bytes()[:-40] + b"\n")
    shown = status(place, monkeypatch, NOW)
    assert f"Files of {LAST + 1} lie there already. The month is not over" in shown
    assert f"hiu run {LAST + 1}" not in shown
    shown = status(place, monkeypatch, NOW + timedelta(days=30))
    assert f"Next: hiu run {LAST + 1}" in shown


def test_a_month_that_was_published_before_a_late_file_came_is_named_until_it_is_run(place: Place) -> None:
    assert outdated(place) == []
    before = place.months()[str(LAST)]
    older = before.replace("T09", "T08").replace(str(LAST), str(LAST - 1), 1)
    shutil.copytree(place.published / before, place.published / older)
    about = place.published / older / "deliveries.parquet"
    deliveries = pl.read_parquet(about)
    deliveries.filter(pl.col("period") < (LAST - 1).start).write_parquet(about)
    set_current(place.current, LAST - 1, older)
    assert outdated(place) == [str(LAST - 1)]
    deliveries.filter(pl.col("period") < LAST.start).write_parquet(about)
    assert outdated(place) == []
