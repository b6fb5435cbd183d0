"""A restore brings no right back in time: what was recorded since the backup is listed first, and stands after it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.init import init_site
from hiu.model import TABLES
from pipelines.access.disclose import record_files
from pipelines.back import backup as job
from pipelines.back.backup import backup
from pipelines.back.restore import IN_BACKUP, enter, restore
from pipelines.common.backups import listed_backups
from pipelines.common.journal import record
from pipelines.common.lock import require_no_erasure
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.erase.erase import resume
from pipelines.govern.verify import verify_site

NOW, LATER = datetime(2026, 4, 9, 8, 30, tzinfo=UTC), datetime(2026, 4, 9, 9, tzinfo=UTC)
B, AT = "HIU-BBBBBBBB", datetime(2026, 4, 9, 8)
FORBID = {
    "purpose": "*",
    "recipient": "*",
    "code": "objection",
    "allow": False,
    "decided_by": "O",
    "evidence": "letter",
}
RIGHTS: dict[str, dict[str, object]] = {
    "basis": {"person_id": B, **FORBID, "start": date(2026, 4, 9), "recorded_at": AT},
    "holds": {"person_id": B, "held": True, "reason": "inquest", "by": "O", "recorded_at": AT},
    "tombstones": {"token": "f" * 32, "erasure": "PXXXX-A", "at": AT},
    "family_consents": {"person_id": B, "member": "sister", "given": False, "at": date(2026, 4, 9), "by": "O"},
    "decisions": {
        "identity_a": "a" * 16,
        "identity_b": "b" * 16,
        "decision": "different",
        "reviewer": "R",
        "decided_at": AT,
    },
}


@pytest.fixture
def site(tmp_path: Path) -> Place:
    """A site with a log and a hold; its database is a file that nobody opens here."""
    init_site(tmp_path / "site", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    place.warehouse.write_bytes(b"as it was at the backup")
    records.add(place, TABLES["holds"], [{**RIGHTS["holds"], "person_id": "HIU-CCCCCCCC"}])
    record(place, NOW, "run_started", month="2026-03", **record_files(place))
    return place


def added(place: Place, name: str) -> list[dict[str, object]]:
    records.add(place, TABLES[name], [RIGHTS[name]])
    return records.read(place.records, TABLES[name]).to_dicts()


@pytest.mark.parametrize("name", RIGHTS)
@pytest.mark.parametrize("logged", [True, False], ids=["run since", "no run since"])
def test_what_was_recorded_since_stands(name: str, logged: bool, site: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    after = added(site, name)
    if logged:
        record(site, LATER, "run_started", month="2026-03", **record_files(site))
    site.warehouse.write_bytes(b"damaged since")
    told: list[str] = []

    def say(line: str) -> None:
        assert site.warehouse.read_bytes() == b"damaged since", "it is said before anything happens"
        told.append(line)

    restore(made.path, site.home, replace=True, now=LATER, say=say)
    restored = open_place(site.home)
    assert restored.warehouse.read_bytes() == b"as it was at the backup"
    assert records.read(restored.records, TABLES[name]).to_dicts() == after
    assert records.read(restored.records, TABLES["holds"]).height == 1 + (name == "holds")
    assert [line for line in told if line.startswith("newer than the backup, and kept: 1 of ")], told
    assert restored.erasing.exists(), "nobody is shown and no run starts before what is newer was applied"


@pytest.mark.parametrize("name", RIGHTS)
def test_into_an_empty_folder_it_stands_if_the_old_site_is_named(name: str, site: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    after = added(site, name)
    said = restore(made.path, tmp_path / "bare", replace=False, now=LATER)
    assert any("--rights FOLDER" in line for line in said), "what can't be known is said"
    restore(made.path, tmp_path / "new", replace=False, now=LATER, rights=site.home)
    assert records.read(open_place(tmp_path / "new").records, TABLES[name]).to_dicts() == after


def test_the_log_outlives_the_backup_and_verify_holds_the_records_against_it(
    site: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    added(site, "holds")
    record(site, LATER, "run_started", month="2026-03", **record_files(site))
    log = site.audit.read_bytes()
    site.warehouse.unlink()
    restore(made.path, site.home, replace=True, now=LATER)
    again = open_place(site.home)
    again.warehouse.unlink()
    assert again.audit.read_bytes() == log
    enter(again, made.path.name, LATER)
    assert verify_site(again) == 1 and "'hiu erase --resume' ends it" in capsys.readouterr().out
    resume(again, now=LATER, report=Reporter(quiet=True), say=lambda _: None)
    assert verify_site(again) == 0, capsys.readouterr().out
    (again.records / "holds.jsonl").write_bytes((again.records / "holds.jsonl").read_bytes().splitlines(True)[0])
    assert verify_site(again) == 1 and "holds.jsonl" in capsys.readouterr().out


def test_who_looked_is_in_a_backup_and_looks_since_stand(site: Place, tmp_path: Path) -> None:
    logs = site.curated / "reads"
    logs.mkdir(mode=0o700)
    (logs / "ann-1.jsonl").write_bytes(b'{"seq": 1}\n')
    (logs / "planted-2.jsonl").symlink_to(site.home / "keys" / "site.key")
    made = backup(site, tmp_path / "copies", now=NOW)
    restore(made.path, tmp_path / "bare", replace=False, now=LATER)
    assert [path.name for path in (tmp_path / "bare/data/curated/reads").iterdir()] == ["ann-1.jsonl"]
    (logs / "ann-1.jsonl").write_bytes(b'{"seq": 1}\n{"seq": 2}\n')
    (logs / "bea-3.jsonl").write_bytes(b'{"seq": 1}\n')
    for way, folder in (({"rights": site.home, "replace": False}, "new"), ({"replace": True}, "site")):
        restore(made.path, tmp_path / folder, now=LATER, **way)
        kept = {path.name: path.read_bytes() for path in (tmp_path / folder / "data/curated/reads").iterdir()}
        assert kept == {"ann-1.jsonl": b'{"seq": 1}\n{"seq": 2}\n', "bea-3.jsonl": b'{"seq": 1}\n'}


def test_lost_lines_come_back_beside_the_new_ones(site: Place, tmp_path: Path) -> None:
    """The site's records were emptied: the backup's hold comes back, and the later objection stays."""
    made = backup(site, tmp_path / "copies", now=NOW)
    added(site, "basis")
    (site.records / "holds.jsonl").unlink()
    told: list[str] = []
    restore(made.path, site.home, replace=True, now=LATER, say=told.append)
    place = open_place(site.home)
    assert records.read(place.records, TABLES["holds"])["person_id"].to_list() == ["HIU-CCCCCCCC"]
    assert records.read(place.records, TABLES["basis"]).height == 1 and any("not as its log" in line for line in told)


def test_a_cut_restore_that_is_done_again_keeps_them_too(
    site: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    after = added(site, "holds")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.back.restore._place", cut)
        with pytest.raises(KeyboardInterrupt):
            restore(made.path, site.home, replace=True, now=LATER)
    assert not (site.home / "site.toml").exists()
    restore(made.path, site.home, replace=True, now=LATER)
    assert records.read(open_place(site.home).records, TABLES["holds"]).to_dicts() == after


def test_todays_basis_and_agreements_stay(site: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    toml = site.home / "site.toml"
    today = toml.read_text(encoding="utf-8").replace('recipient = "analyst"', 'recipient = "clinician"')
    toml.write_text(today, encoding="utf-8")
    said = restore(made.path, site.home, replace=True, now=LATER)
    assert toml.read_text(encoding="utf-8") == today and any(IN_BACKUP in line for line in said)
    assert "analyst" in (site.home / IN_BACKUP).read_text(encoding="utf-8")


def test_the_backup_of_another_site_is_refused(site: Place, tmp_path: Path) -> None:
    init_site(tmp_path / "other", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    other = open_place(tmp_path / "other")
    other.warehouse.write_bytes(b"theirs")
    record(other, NOW, "run_started", month="2026-03", **record_files(other))
    made = backup(other, tmp_path / "copies", now=NOW)
    before = {path: path.read_bytes() for path in site.home.rglob("*.*") if path.is_file() and path.suffix != ".lock"}
    with pytest.raises(HiuError, match="not signed with this site's key"):
        restore(made.path, site.home, replace=True, now=LATER)
    with pytest.raises(UsageError, match="another site"):
        restore(made.path, site.home, replace=True, now=LATER, unsigned=True)
    assert {
        path: path.read_bytes() for path in site.home.rglob("*.*") if path.is_file() and path.suffix != ".lock"
    } == before


def crafted(made: Path, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup with other contents, and a list that fits them."""
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts.pop("BACKUP.json"))
    change(parts)
    about["files"] = {name: {"bytes": len(b), "sha256": sha256(b).hexdigest()} for name, b in parts.items()}
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr("BACKUP.json", json.dumps(about))
        for name, content in parts.items():
            archive.writestr(name, content)
    return to


@pytest.mark.parametrize("key", ["raw", "curated", "key_file"])
def test_a_crafted_backup_puts_nothing_outside_its_folder(key: str, site: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    outside.chmod(0o755)  # whatever rights this process gives to new folders

    def change(parts: dict[str, bytes]) -> None:
        lines = [line for line in parts["site.toml"].split(b"\n") if not line.startswith(key.encode() + b" ")]
        parts["site.toml"] = f'{key} = "{outside}/x"\n'.encode() + b"\n".join(lines)

    evil = crafted(backup(site, tmp_path / "copies", now=NOW).path, tmp_path / "evil.zip", change)
    with pytest.raises(UsageError, match="outside the folder"):
        restore(evil, tmp_path / "new", replace=False, now=LATER)
    assert not list(outside.iterdir()) and outside.stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "new").exists()


PARTS = ("keys/site.key", "curated/erasing.json", "curated/run.lock", "notebooks/a.py", "curated/records/../../x.jsonl")


@pytest.mark.parametrize("name", [*PARTS, "curated/records/unknown.jsonl", "multiprocessing.py"])
def test_a_backup_with_what_is_no_part_of_a_site_is_refused(name: str, site: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "copies", now=NOW).path
    evil = crafted(made, tmp_path / "evil.zip", lambda parts: parts.update({name: b"x"}))
    with pytest.raises(HiuError, match=r"not a backup of hiu|not those it lists"):
        restore(evil, tmp_path / "new", replace=False, now=LATER)
    assert not (tmp_path / "new").exists()


def test_a_crafted_backup_changes_no_rights(site: Place, tmp_path: Path) -> None:
    """A lifted hold and an allowance in the backup: the records here are as their log says, so they stand."""

    def change(parts: dict[str, bytes]) -> None:
        lifted = parts["curated/records/holds.jsonl"].replace(b'"held":true', b'"held":false')
        parts["curated/records/holds.jsonl"] += lifted
        parts["curated/records/basis.jsonl"] = b'{"person_id":"HIU-CCCCCCCC","allow":true}\n'

    evil = crafted(backup(site, tmp_path / "copies", now=NOW).path, tmp_path / "evil.zip", change)
    restore(evil, site.home, replace=True, now=LATER, unsigned=True)
    place = open_place(site.home)
    assert records.read(place.records, TABLES["holds"])["held"].to_list() == [True]
    assert records.history(place.records, TABLES["basis"]).is_empty()


def test_a_backup_that_fails_leaves_nothing_readable(
    site: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise HiuError("no room left on the disk")

    monkeypatch.setattr(job.archive, "check", full)
    with pytest.raises(HiuError, match="no room"):
        backup(site, tmp_path / "copies", now=NOW)
    assert not list((tmp_path / "copies").iterdir())


def test_no_backup_is_made_while_an_erasure_is_unfinished(site: Place, tmp_path: Path) -> None:
    site.erasing.write_text("{}", encoding="utf-8")
    with pytest.raises(HiuError, match="--resume"):
        backup(site, tmp_path / "copies", now=NOW)
    with pytest.raises(HiuError, match="--resume"):
        require_no_erasure(site.erasing)


def test_the_backup_that_was_restored_is_one_an_erasure_finds(site: Place, tmp_path: Path) -> None:
    made = backup(site, tmp_path / "copies", now=NOW)
    moved = Path(shutil.move(made.path, tmp_path / "elsewhere.zip"))
    restore(moved, tmp_path / "new", replace=False, now=LATER)
    assert moved.resolve() in listed_backups(open_place(tmp_path / "new"))
