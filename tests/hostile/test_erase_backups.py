"""An erasure removes backups of this site, proved by the log: never a file because something lists its path."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW
from hostile_kit import LATER, Site

from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.common.place import open_place


@pytest.fixture
def person(site: Site) -> str:
    ranked = pl.read_parquet(site.place.which(None)[1] / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank")["person_id"][0])


def victims(folder: Path, kept: Path) -> list[Path]:
    """Files of somebody else: a text, a plain archive, one with a backup's name, and another site's backup."""
    folder.mkdir()
    (folder / "thesis.docx").write_bytes(b"years of work")
    with zipfile.ZipFile(folder / "photos.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    (folder / "hiu-backup-20250101T000000Z.zip").write_bytes(b"not one")
    (folder / "hiu-backup-20250101T000000Z.zip.partial").write_bytes(b"PK\x03\x04 somebody's")
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(folder / "another.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + b" " * (name == "BACKUP.json"))
    return sorted(folder.iterdir())


def erase(site: Site, person: str) -> tuple[str, str]:
    trial = site.hiu("erase", person)
    done = site.hiu("erase", person, "--reason", "upheld", "--by", "DPO", "--yes")
    assert trial.code == 0 and done.code == 3, done.err
    return trial.out, done.out


def test_a_listed_path_that_is_no_backup_of_this_site_is_named_and_stays(
    site: Site, person: str, tmp_path: Path
) -> None:
    made = backup(site.place, tmp_path / "copies", now=NOW).path
    files = victims(tmp_path / "victim", made)
    path = site.place.records / "backups.jsonl"
    with path.open("ab") as file:
        for one in files:
            row = {"path": str(one), "there": True, "at": "2026-04-08T09:00:00"}
            file.write(json.dumps(row).encode() + b"\n")
    trial, done = erase(site, person)
    assert sorted((tmp_path / "victim").iterdir()) == files and not made.exists()
    assert f"would be destroyed: {made}" in trial and f"destroyed the backup {made}" in done
    for one in files:
        assert f"would be left: {one}:" in trial and f"left: {one}:" in done


@pytest.mark.slow
def test_a_prepared_backup_removes_no_file(site: Site, person: str, tmp_path: Path) -> None:
    made = backup(site.place, tmp_path / "copies", now=NOW).path
    victim = tmp_path / "thesis.docx"
    victim.write_bytes(b"years of work")
    name = "curated/records/backups.jsonl"
    with zipfile.ZipFile(made) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] += json.dumps({"path": str(victim), "there": True, "at": "2026-04-08T09:00:00"}).encode() + b"\n"
    about = json.loads(parts["BACKUP.json"])
    about["files"][name] = {"bytes": len(parts[name]), "sha256": sha256(parts[name]).hexdigest()}
    parts["BACKUP.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(prepared := tmp_path / "prepared.zip", "w") as archive:
        for one, content in parts.items():
            archive.writestr(one, content)
    copy = restored(site, prepared, tmp_path / "trial")
    erase(copy, person)
    assert victim.exists()


def restored(site: Site, file: Path, to: Path) -> Site:
    """A copy of the site, with its key."""
    restore(file, to, replace=False, now=LATER)
    copy = open_place(to)
    key, own = site.place.settings.key_file, copy.settings.key_file
    assert key and own
    own.parent.mkdir(exist_ok=True)
    shutil.copy2(key, own)
    own.chmod(0o400)
    return Site(copy)


def test_an_erasure_tried_in_a_copy_leaves_the_real_site_s_backups(site: Site, person: str, tmp_path: Path) -> None:
    real = [backup(site.place, tmp_path / "copies", now=at).path for at in (NOW, LATER)]
    copy = restored(site, real[1], tmp_path / "trial")
    own = backup(copy.place, tmp_path / "copies of the trial", now=LATER).path
    trial, done = erase(copy, person)
    assert all(one.exists() for one in real) and not own.exists()
    assert all(f"would be left: {one}:" in trial and f"left: {one}:" in done for one in real)
    assert f"destroyed the backup {own}" in done
