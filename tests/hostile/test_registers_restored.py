"""What papers first showed is a record: it is in the backup, outlives a restore, and is missed where it is gone."""

from __future__ import annotations

import zipfile
from dataclasses import replace as other
from datetime import timedelta
from pathlib import Path

import pytest
from areakit import LAST, NOW
from hostile_kit import Site
from typer.testing import CliRunner

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern.release.ground import Ground
from pipelines.access.releases import Export, enter_release, keep_export, kept_export, lost_registers, past
from pipelines.cli import app
from pipelines.common.journal import record
from pipelines.common.place import open_place

SHOWN = Export(
    recipient="pathway-desk",
    month=str(LAST),
    head="none",
    files={},
    refused=[],
    cells=[],
    ground=Ground(str(LAST), {}, {}),
    answers={"figures": {"logs": 260}},
)


def backup_of(own: Site, to: Path) -> Path:
    assert own.hiu("backup", "--to", to).code == 0
    return next(to.glob("*.zip"))


def release(own: Site, name: str, export: Export) -> None:
    register = enter_release(own.place, export, name)
    record(own.place, NOW, "released", folder=name, register=register)


def restored(made: Path, to: Path, *more: object) -> Site:
    said = CliRunner().invoke(app, ["restore", str(made), str(to), *map(str, more)])
    assert said.exit_code in (0, 3), said.output
    return Site(open_place(to))


def test_what_was_shown_before_and_since_a_backup_outlives_a_restore(home: Site, tmp_path: Path) -> None:
    """After a restore the next paper was counted anew: what it showed less was of those who had objected."""
    keep_export(home.place, SHOWN, NOW)
    release(home, "board-a", other(SHOWN, recipient="commissioner"))
    made = backup_of(home, tmp_path / "copies")
    later = other(SHOWN, month=str(LAST - 1))
    keep_export(home.place, later, NOW)
    keep_export(home.place, other(SHOWN, answers={"figures": {"logs": 260, "people": 80}}), NOW)
    back = restored(made, home.place.home, "--replace")
    kept = kept_export(back.place, SHOWN.recipient, SHOWN.month)
    assert kept and kept.answers == {"figures": {"logs": 260, "people": 80}}
    assert kept_export(back.place, SHOWN.recipient, later.month) == later
    assert past(back.place, "commissioner").answers == SHOWN.answers and list(lost_registers(back.place)) == []


def test_the_backup_alone_has_them_too(home: Site, tmp_path: Path) -> None:
    keep_export(home.place, SHOWN, NOW)
    release(home, "board-a", other(SHOWN, recipient="commissioner"))
    back = restored(backup_of(home, tmp_path / "copies"), tmp_path / "new")
    back = Site(other(back.place, settings=back.place.settings.model_copy(update=_key(home))))
    assert kept_export(back.place, SHOWN.recipient, SHOWN.month) == SHOWN
    assert past(back.place, "commissioner").answers == SHOWN.answers


def _key(own: Site) -> dict[str, object]:
    return {"key_file": own.place.settings.key_file}


def test_an_entry_that_is_missing_or_older_is_refused_and_named(site: Site) -> None:
    path = keep_export(site.place, SHOWN, NOW)
    first = path.read_bytes()
    keep_export(site.place, other(SHOWN, answers={}), NOW + timedelta(minutes=1))
    last = path.read_bytes()
    replace(path, first)
    with pytest.raises(HiuError, match="older than what the audit log has"):
        kept_export(site.place, SHOWN.recipient, SHOWN.month)
    path.unlink()
    with pytest.raises(HiuError, match="missing, though the audit log has it"):
        kept_export(site.place, SHOWN.recipient, SHOWN.month)
    said = site.hiu("verify")
    assert said.code == 1 and "2026-03.json: missing, though the audit log has it" in said.out
    replace(path, last)
    assert kept_export(site.place, SHOWN.recipient, SHOWN.month) and list(lost_registers(site.place)) == []


def test_under_a_new_key_what_the_log_has_stands(home: Site) -> None:
    path = keep_export(home.place, SHOWN, NOW)
    new = ("--new", "--reason", "the key was seen", "--by", "Officer")
    assert home.hiu("key", *new).code == 0
    assert kept_export(home.place, SHOWN.recipient, SHOWN.month) == SHOWN
    replace(path, path.read_bytes().replace(b"260", b"250"))
    with pytest.raises(HiuError, match="changed since it was written"):
        kept_export(home.place, SHOWN.recipient, SHOWN.month)


def test_an_entry_written_just_before_a_cut_stands(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_export(site.place, SHOWN, NOW)
    monkeypatch.setattr("pipelines.access.releases.record", lambda *_, **__: None)
    keep_export(site.place, other(SHOWN, answers={}), NOW)
    kept = kept_export(site.place, SHOWN.recipient, SHOWN.month)
    assert kept and kept.answers == {}


def test_registers_that_no_copy_has_are_accepted_by_name(site: Site) -> None:
    """An earlier backup had none, and everything was refused for good."""
    keep_export(site.place, SHOWN, NOW).unlink()
    release(site, "compare-a", other(SHOWN, recipient="commissioner"))
    for path in (site.place.curated / "releases" / "register" / "commissioner").iterdir():
        path.unlink()
    assert len(list(lost_registers(site.place))) == 2
    said = site.hiu("audit", "accept", "--reason", "the disk was lost", "--by", "Officer")
    assert said.code == 0 and "missing, though the audit log has it" in said.out, said.err
    assert kept_export(site.place, SHOWN.recipient, SHOWN.month) is None
    assert past(site.place, "commissioner").cells == () and list(lost_registers(site.place)) == []


def test_no_other_file_comes_with_the_registers(home: Site, tmp_path: Path) -> None:
    keep_export(home.place, SHOWN, NOW)
    made = backup_of(home, tmp_path / "copies")
    with zipfile.ZipFile(made) as zipped:
        names = [name for name in zipped.namelist() if "/exports/" in name or "/releases/" in name]
    assert names == [f"curated/exports/register/pathway-desk/{LAST}.json"]


@pytest.mark.parametrize("lost", [False, True])
def test_under_a_new_key_earlier_releases_stay_what_later_ones_are_checked_against(lost: bool, home: Site) -> None:
    """Every release was refused after 'hiu key --new', for good, since the register is signed with the key before."""
    keep_export(home.place, SHOWN, NOW)
    board = other(SHOWN, recipient="commissioner")
    release(home, "board-a", board)
    release(home, "board-b", other(board, head=past(home.place, "commissioner").head, answers={"equality": "2026-01"}))
    before = past(home.place, "commissioner")
    key = home.place.settings.key_file
    assert key
    if lost:
        key.unlink()
    said = home.hiu("key", "--new", *(["--lost"] if lost else []), "--reason", "it was seen", "--by", "Officer")
    assert said.code == 0 and "stays what later releases are checked against" in said.out, said.err
    place = open_place(home.place.home)
    assert past(place, "commissioner") == before and list(lost_registers(place)) == []
    assert kept_export(place, SHOWN.recipient, SHOWN.month)
    release(Site(place), "board-c", other(board, head=before.head))
    assert past(place, "commissioner").head != before.head and list(lost_registers(place)) == []
    sealed = place.curated / "releases" / "register" / "commissioner" / "board-a.sealed.json"
    sealed.write_bytes(sealed.read_bytes().replace(b'"board-a"', b'"board-x"'))
    with pytest.raises(HiuError, match=r"board-a\.sealed\.json"):
        past(place, "commissioner")
