"""The ways back: a delivery taken back, a month rolled back, backup and restore, older warehouses, runs kept."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from areakit import LAST, NOW, PlaceOf, copy_months, link_rows, run, same, table
from typer.testing import CliRunner

from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.audit import verify
from hiu.model import DECISIONS
from hiu.model.govern import HOLDS
from hiu.publish.release.folder import verify_release
from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.back.rollback import rollback
from pipelines.back.runs import runs
from pipelines.back.undo import undo
from pipelines.cli import app
from pipelines.common import schema
from pipelines.common.backups import listed_backups
from pipelines.common.place import Place, open_place

MONTHS = [str(LAST - 1), str(LAST)]
COUNTED = ("monthly_demand", "monthly_extra", "coverage", "ranked", "risk_grading", "support", "team_contact")
WHY = {"reason": "sent in error", "by": "operator"}


def shorter(path: Path) -> None:
    """A corrected file: one row less."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def settled(place: Place, **changes: object) -> Place:
    return Place(place.home, place.settings.model_copy(update=changes), place.sources)


def later(hours: int) -> dict[str, object]:
    return {"at": NOW + timedelta(hours=hours)}


@pytest.fixture
def two(area: Path, place_of: PlaceOf, tmp_path: Path) -> Place:
    """A site with two months of drops of its own."""
    copy_months(area / "data" / "raw", tmp_path / "raw", MONTHS)
    return place_of(raw=tmp_path / "raw")


@pytest.mark.slow
def test_an_undone_delivery_is_as_if_it_had_not_come(two: Place, place_of: PlaceOf) -> None:
    name = f"{LAST}/police_incidents.csv"
    before = run(two)
    found = undo(two, name, **WHY, now=NOW)
    outcome = run(two, at=NOW + timedelta(hours=1))
    assert outcome.changed and f"police: nothing supplied for {LAST.title}; shown as missing" in outcome.warnings
    assert outcome.intake.loaded == []
    (two.raw / name).rename(two.raw / "kept elsewhere.txt")
    without = run(place_of(raw=two.raw, name="without"))
    same(outcome, without, *COUNTED)
    with pytest.raises(UsageError, match="nothing was changed"):
        undo(two, name, **WHY, now=NOW)
    (two.raw / "kept elsewhere.txt").rename(two.raw / name)
    undo(two, found["delivery_id"], **WHY, now=NOW, redo=True)
    again = run(two, at=NOW + timedelta(hours=2))
    assert again.intake.loaded == []
    same(again, before)
    kinds = [json.loads(line)["event"]["type"] for line in two.audit.read_text(encoding="utf-8").splitlines()]
    assert kinds.count("delivery_withdrawn") == kinds.count("delivery_back_in_force") == 1
    assert verify(two.audit, two.key_for("audit")) == []


@pytest.mark.slow
def test_undoing_a_corrected_file_brings_back_what_it_replaced(two: Place) -> None:
    first = run(two)
    path = two.raw / str(LAST) / "ed_attendances.csv"
    shorter(path)
    second = run(two)
    [new] = second.intake.loaded
    undo(two, new, **WHY, now=NOW)
    back = run(two)
    same(back, first)
    assert link_rows(back).filter(pl.col("status") != "superseded").equals(link_rows(first))
    undo(two, new, **WHY, now=NOW, redo=True)
    same(run(two), second)


@pytest.mark.slow
def test_what_was_undone_stays_so_in_a_rebuilt_warehouse_and_until_the_file_changes(two: Place) -> None:
    run(two)
    name = f"{LAST}/ed_attendances.csv"
    undo(two, name, **WHY, now=NOW)
    gone = run(two)
    two.warehouse.unlink()
    same(run(two), gone)
    shorter(two.raw / name)
    corrected = run(two)
    assert corrected.intake.loaded == [name]
    supplied = table(corrected, "coverage").filter(
        (pl.col("month") == LAST.start) & (pl.col("dataset") == "ed_attendance")
    )
    assert supplied["supplied"].to_list() == [True]
    held = table(corrected, "deliveries").filter(pl.col("replaced_by").is_null() & (pl.col("source_file") == name))
    assert held.height == 1


def test_an_unknown_delivery_is_named_with_the_nearest(place_after: Place) -> None:
    with pytest.raises(UsageError, match="Did you mean"):
        undo(place_after, f"{LAST}/police_incident.csv", **WHY, now=NOW)


@pytest.fixture
def twice(two: Place) -> Place:
    """A month published twice, an hour apart, the second time with a row less."""
    run(two)
    shorter(two.raw / str(LAST) / "ed_attendances.csv")
    run(two, at=NOW + timedelta(hours=1))
    return two


@pytest.mark.slow
def test_a_month_rolled_back_stays_so_until_its_inputs_change(twice: Place) -> None:
    first, second = runs(twice, LAST)
    assert twice.published_folder(LAST) == second
    assert rollback(twice, LAST, **WHY, now=NOW) == first == twice.published_folder(LAST)
    again = run(twice, at=NOW + timedelta(hours=2))
    assert (again.changed, again.published, again.exit_code) == (False, first, 3)
    assert any("was rolled back on 2026-04-08 by operator: sent in error" in line for line in again.warnings)
    with pytest.raises(UsageError, match="no earlier run"):
        rollback(twice, LAST, **WHY, now=NOW)
    shorter(twice.raw / str(LAST) / "ed_attendances.csv")
    third = run(twice, at=NOW + timedelta(hours=3))
    assert third.changed and third.published not in (first, second)
    assert rollback(twice, LAST, **WHY, now=NOW) == first, "the run taken back before is passed over"


@pytest.mark.slow
def test_a_rollback_undone(twice: Place) -> None:
    first, second = runs(twice, LAST)
    rollback(twice, LAST, **WHY, now=NOW, to=first.name)
    rollback(twice, LAST, **WHY, now=NOW, to=first.name)
    assert rollback(twice, LAST, **WHY, now=NOW, redo=True) == second
    assert not run(twice).changed
    with pytest.raises(UsageError, match="no run of"):
        rollback(twice, LAST, **WHY, now=NOW, redo=True)
    with pytest.raises(UsageError, match=first.name):
        rollback(twice, LAST, **WHY, now=NOW, to="another")


@pytest.mark.slow
def test_a_damaged_run_is_not_rolled_back_to(twice: Place) -> None:
    first, second = runs(twice, LAST)
    (first / "quality.html").write_text("changed", encoding="utf-8")
    with pytest.raises(HiuError, match=r"quality\.html"):
        rollback(twice, LAST, **WHY, now=NOW)
    assert twice.published_folder(LAST) == second


@pytest.mark.slow
def test_the_same_inputs_again_are_published_anew_so_that_nothing_taken_in_is_hidden(twice: Place, area: Path) -> None:
    first, second = runs(twice, LAST)
    name = f"{LAST}/ed_attendances.csv"
    shutil.copy2(area / "data" / "raw" / name, twice.raw / name)
    outcome = run(twice, at=NOW + timedelta(hours=2))
    assert outcome.changed and outcome.published not in (first, second)
    assert table(outcome, "deliveries").height > pl.read_parquet(first / "deliveries.parquet").height


@pytest.mark.slow
def test_runs_beyond_the_cap_are_removed_but_never_the_one_shown_nor_under_a_hold(twice: Place) -> None:
    place = settled(twice, keep_runs=2)
    first, second = runs(place, LAST)
    rollback(place, LAST, **WHY, now=NOW, to=first.name)
    shorter(place.raw / str(LAST) / "ed_attendances.csv")
    held = {
        "person_id": "HIU-AAAAAAAA",
        "held": True,
        "reason": "inquest",
        "by": "dpo",
        "recorded_at": NOW.replace(tzinfo=None),
    }
    records.add(place, HOLDS, [held])
    run(place, at=NOW + timedelta(hours=2))
    assert len(runs(place, LAST)) == 3
    records.add(place, HOLDS, [{**held, "held": False}])
    shorter(place.raw / str(LAST) / "ed_attendances.csv")
    last = run(place, at=NOW + timedelta(hours=3))
    there = runs(place, LAST)
    assert len(there) == 2 and last.published in there and first not in there and second not in there
    event = json.loads(place.audit.read_text(encoding="utf-8").splitlines()[-2])["event"]
    assert event == {"type": "old_runs_removed", "month": str(LAST), "folders": [first.name, second.name]}


def test_a_backup_restored_is_the_site_it_was_made_of(place_after: Place, published: object, tmp_path: Path) -> None:
    made = backup(place_after, tmp_path / "copies", now=NOW)
    assert listed_backups(place_after) == [made.path]
    if os.name == "posix":
        assert made.path.stat().st_mode & 0o77 == 0
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        whole = b"".join(archive.read(name) for name in names)
    key = place_after.settings.key_file
    assert (
        key
        and key.read_bytes().strip() not in whole
        and not [name for name in names if "key" in name or "raw/" in name]
    )
    home = tmp_path / "new site"
    told = restore(made.path, home, replace=False, now=NOW)
    assert len(told) == 2 and "--rights FOLDER" in told[0] and "key" in told[1]
    shutil.copy2(key, home / "keys" / "site.key")
    place = open_place(home)
    assert place.months() == place_after.months()
    assert all(verify_release(place.published / folder) == [] for folder in place.months().values())
    assert verify(place.audit, place.key_for("audit")) == []
    shutil.copytree(place_after.raw, home / "data" / "raw", dirs_exist_ok=True)
    again = run(place)
    assert not again.changed and again.intake.received == 0


def test_neither_the_warehouse_nor_a_backup_is_encrypted(place_after: Place, tmp_path: Path) -> None:
    """Whoever can read the files can read the people in them, without any key: the papers say so."""
    with duckdb.connect(str(place_after.warehouse), read_only=True) as database:
        assert database.execute("select count(*) from people").fetchone()
    with zipfile.ZipFile(backup(place_after, tmp_path / "copies", now=NOW).path) as archive:
        (ranked,) = (name for name in archive.namelist() if name.endswith("/ranked.parquet") and "working" not in name)
        assert pl.read_parquet(archive.read(ranked)).height


def test_a_restore_names_what_it_will_not_do(place_after: Place, tmp_path: Path) -> None:
    made = backup(place_after, tmp_path / "copies", now=NOW)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine", encoding="utf-8")
    for replace, words in ((False, "not empty"), (True, "holds no site")):
        with pytest.raises(UsageError, match=words):
            restore(made.path, tmp_path / "other", replace=replace, now=NOW)
    damaged = bytearray(made.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    bad = tmp_path / "bad.zip"
    bad.write_bytes(damaged)
    with pytest.raises(HiuError, match="damaged"):
        restore(bad, tmp_path / "new", replace=False, now=NOW)
    assert not (tmp_path / "new").exists()
    with pytest.raises(UsageError, match="not found"):
        restore(tmp_path / "none.zip", tmp_path / "new", replace=False, now=NOW)
    with pytest.raises(UsageError, match="which it is to save"):
        backup(place_after, place_after.curated / "copies", now=NOW)
    with pytest.raises(UsageError, match="never overwritten"):
        backup(place_after, tmp_path / "copies", now=NOW)


@pytest.mark.parametrize("name", ["../escape", "a/../../escape", "/etc/passwd", "C:/x", "a\\b", "con:"])
def test_a_backup_whose_names_lead_out_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    about = {"bytes": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BACKUP.json", json.dumps({"form": 1, "files": {name: about}}))
        archive.writestr(name, "x")
    with pytest.raises(HiuError, match="its entries are not those it lists"):
        restore(path, tmp_path / "new", replace=False, now=NOW)
    assert not (tmp_path / "new").exists() and not list(tmp_path.parent.glob("escape"))


def test_a_site_restored_over_is_set_aside_and_nothing_is_lost(place_after: Place, tmp_path: Path) -> None:
    home = tmp_path / "site"
    shutil.copytree(place_after.home, home)
    place = open_place(home)
    made = backup(place, None, now=NOW)
    old = dict(place.months())
    shutil.rmtree(place.published)
    told = restore(made.path, home, replace=True, now=NOW)
    assert [line for line in told if "curated is now curated.before-restore-" in line]
    assert open_place(home).months() == old and (home / "data" / "raw").is_dir()
    assert len(list((home / "data").glob("curated.before-restore-*"))) == 1


@pytest.mark.slow
def test_a_warehouse_from_before_versions_keeps_its_decisions(place_after: Place) -> None:
    row = {
        "identity_a": "a",
        "identity_b": "b",
        "decision": "same",
        "reviewer": "R",
        "decided_at": NOW.replace(tzinfo=None),
    }
    types = {"undone_at": pl.Datetime("us"), "note": pl.String, "undone_by": pl.String}
    with Warehouse(place_after.warehouse, memory_limit="500MB") as warehouse:
        warehouse.drop("schema_version")
        warehouse.drop("brought_back")
        whole = {name: row.get(name) for name in DECISIONS.names}
        warehouse.put("decisions", pl.DataFrame([whole], schema_overrides=types))
        warehouse._run('ALTER TABLE "deliveries" DROP COLUMN "warning"')
    run(place_after)
    assert records.read(place_after.records, DECISIONS)["decision"].to_list() == ["same"]
    run(place_after)
    assert records.history(place_after.records, DECISIONS).height == 1
    with Warehouse(place_after.warehouse, memory_limit="500MB") as warehouse:
        assert schema.version(warehouse) == schema.VERSION
        assert "warning" in warehouse.columns("deliveries")


def test_a_warehouse_of_a_newer_version_is_refused_and_left_alone(place_after: Place) -> None:
    with Warehouse(place_after.warehouse, memory_limit="500MB") as warehouse:
        warehouse.put("schema_version", pl.DataFrame({"version": [schema.VERSION + 1]}))
    with pytest.raises(HiuError, match=f"made by a newer hiu .tables of version {schema.VERSION + 1}"):
        run(place_after)


@pytest.mark.slow
def test_deliveries_a_new_mapping_cannot_read_hold_as_they_were_read(two: Place) -> None:
    first = run(two)
    ed = two.sources["ed"]
    fields = {
        name: field.model_copy(update={"columns": ("Renamed",)}) if name == ed.key.event[0] else field
        for name, field in ed.fields.items()
    }
    changed = Place(two.home, two.settings, {**two.sources, "ed": ed.model_copy(update={"fields": fields})})
    for _ in range(2):
        outcome = run(changed)
        assert outcome.exit_code == 3 and outcome.intake.refused == [] and len(outcome.intake.not_reread) == 2
        assert any("2 deliveries hold as read before" in line for line in outcome.warnings)
        same(outcome, first, *COUNTED)
    path = two.raw / str(LAST) / "ed_attendances.csv"
    shorter(path)
    refused = run(changed)
    assert [refusal.file for refusal in refused.intake.refused] == [f"{LAST}/ed_attendances.csv"]
    assert refused.exit_code == 4 and len(refused.intake.not_reread) == 1


def test_the_ways_back_from_the_command_line(area: Path, published: object, tmp_path: Path) -> None:
    home = tmp_path / "site"
    shutil.copytree(area, home)
    cli, site = CliRunner(), ["--site", str(home)]

    def hiu(*arguments: str, code: int = 0) -> str:
        found = cli.invoke(app, list(arguments))
        assert found.exit_code == code, found.output
        return found.output

    who = ["--reason", "sent in error", "--by", "operator"]
    assert "taken back; recorded" in hiu("undo", f"{LAST}/police_incidents.csv", *who, *site)
    assert "in force again" in hiu("undo", f"{LAST}/police_incidents.csv", "--redo", *who, *site)
    assert json.loads(hiu("undo", f"{LAST}/police_incidents.csv", "--json", *who, *site))["month"] == str(LAST)
    assert "no earlier run" in hiu("rollback", str(LAST), *who, *site, code=2)
    assert "can't be empty" in hiu("rollback", str(LAST), "--reason", " ", "--by", "x", *site, code=2)
    made = json.loads(hiu("backup", "--json", "--to", str(tmp_path / "copies"), *site))
    assert "is restored from" in hiu("restore", made["backup"], str(tmp_path / "new"))
    hiu("withdraw", str(LAST), *who, *site)
    hiu("run", str(LAST), "--again", "--quiet", *site, code=3)
    before = open_place(home).months()
    told = hiu("restore", made["backup"], str(home), "--replace")
    assert "before-restore" in told and f"as the backup had them: {LAST}" in told
    assert open_place(home).months() != before, "an earlier run is shown"
    assert "are whole" in hiu("verify", *site), "the log knows that a restore went back"
    assert "not encrypted" in hiu("backup", *site)
    status = hiu("status", *site)
    assert "backups: 2 backups in" in status and str(tmp_path / "copies") in status
    [aside] = (home / "data").glob("curated.before-restore-*")
    assert f"set aside by a restore, and reached by no objection since: {aside}" in status
    shutil.rmtree(aside)
    assert str(aside) not in hiu("status", *site)


def test_a_full_disk_of_the_backups_is_named_and_not_the_sites(
    place_after: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipelines.back.archive.write", full)
    with pytest.raises(HiuError, match=re.escape(f"{tmp_path / 'copies'}: no room left on the disk")):
        backup(place_after, tmp_path / "copies", now=NOW)
    assert not list((tmp_path / "copies").iterdir())


def test_a_file_of_another_login_is_named_with_what_to_do(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command by sudo left a file that the owner could not read, and 'a fault in hiu' named none."""

    def closed(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "mysite/data/curated/audit.head")

    monkeypatch.setattr("pipelines.govern.verify.verify_site", closed)
    found = CliRunner().invoke(app, ["verify", "--site", str(area)])
    assert found.exit_code == 1 and "fault" not in found.stderr
    assert "mysite/data/curated/audit.head: may not be read or written" in found.stderr and "chown" in found.stderr
