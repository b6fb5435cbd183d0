"""A backup says by its signature whose it is; one that the site did not sign is taken by name alone, and no name that
Windows can't hold comes with it."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from hostile_kit import Said, Site
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.govern.verify import problems_of


@pytest.fixture
def made(home: Site, tmp_path: Path) -> Path:
    assert home.hiu("backup", "--to", tmp_path / "copies").code == 0
    return next((tmp_path / "copies").glob("*.zip"))


def list_anew(made: Path, name: str = "", content: bytes = b"", *, signature: bool = True) -> Path:
    """The backup with one file more (or changed), its list put right by somebody without the key."""
    to = made.with_name("changed.zip")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(to, "w") as new:
        about = json.loads(old.read("BACKUP.json"))
        if name:
            about["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
            new.writestr(name, content)
        if not signature:
            del about["signature"]
        for one in old.namelist():
            if one not in (name, "BACKUP.json"):
                new.writestr(one, old.read(one))
        new.writestr("BACKUP.json", json.dumps(about))
    return to


def restore(made: Path, to: Path, *more: str) -> Said:
    found = CliRunner().invoke(app, ["restore", str(made), str(to), *more])
    return Said(found.exit_code, found.stdout, found.stderr)


def test_the_site_s_own_backup_is_known_as_its_own(home: Site, made: Path) -> None:
    said = restore(made, home.place.home, "--replace")
    assert said.code == 0 and "the backup is as this site made it" in said.out, said.err
    assert not [one for one in problems_of(open_place(home.place.home)) if "restor" in one]


def test_without_the_key_that_cannot_be_told_and_is_said(made: Path, tmp_path: Path) -> None:
    assert "nobody can say whether the backup is as the site made it" in restore(made, tmp_path / "new").out


@pytest.mark.parametrize("signature", [True, False])
def test_a_backup_that_the_site_did_not_sign_is_taken_by_name_alone(signature: bool, home: Site, made: Path) -> None:
    """Whoever could write where backups lie changed a mapping in one, and the next restore took it."""
    other = list_anew(made, "expectations/lines.json", b"{}", signature=signature)
    before = home.place.audit.read_bytes()
    said = restore(other, home.place.home, "--replace")
    assert said.code == 1 and "not signed with this site's key" in said.err and home.place.audit.read_bytes() == before
    for option in ((), ("--by", " "), ("--by", "Officer")):
        assert restore(other, home.place.home, "--replace", "--unsigned", " ", *option).code == 2
    seen = restore(other, home.place.home, "--replace", "--unsigned", "as NHS number 9434765919", "--by", "Officer")
    assert seen.code == 2 and home.place.audit.read_bytes() == before, "the log can't forget"
    why = ("--unsigned", "made by version 1, fetched from the safe", "--by", "Officer")
    assert restore(other, home.place.home, "--replace", *why).code in (0, 3)
    [entered] = Site(open_place(home.place.home)).events("restored")
    assert (entered["unsigned"], entered["by"]) == (why[1], "Officer")


@pytest.mark.parametrize("name", ["sources/con.toml", "sources/Aux.x.toml", "sources/POLICE.toml"])
def test_a_name_that_windows_cannot_hold_is_no_part_of_a_site(name: str, made: Path, tmp_path: Path) -> None:
    said = restore(list_anew(made, name, b'title = "x"\n'), tmp_path / "new")
    assert said.code == 1 and name.casefold() in said.err and not (tmp_path / "new").exists()


def test_a_site_with_such_a_name_is_told_so_when_it_is_backed_up(home: Site, tmp_path: Path) -> None:
    (home.place.home / "places" / "nul.csv").write_text("a\n", encoding="utf-8")
    said = home.hiu("backup", "--to", tmp_path / "more")
    assert said.code == 1 and "'places/nul.csv'" in said.err and not list((tmp_path / "more").iterdir())


def test_with_its_key_put_there_first_a_copy_is_whole_at_once(home: Site, made: Path, tmp_path: Path) -> None:
    """As the runbook tries a backup; a look and a backup are newer than it, and nothing else."""
    trial, key = tmp_path / "trial", home.place.settings.key_file
    assert key and home.hiu("find", "a").code in (0, 1)
    (trial / "keys").mkdir(parents=True)
    shutil.copy2(key, trial / "keys" / "site.key")
    said = restore(made, trial, "--rights", str(home.place.home))
    assert said.code == 0 and "the backup is as this site made it" in said.out, said.out + said.err
    assert problems_of(open_place(trial)) == [] and open_place(trial).months() == home.place.months()
    changed = list_anew(made, "site.toml", b"name = 'other'\n")
    (tmp_path / "again" / "keys").mkdir(parents=True)
    shutil.copy2(key, tmp_path / "again" / "keys" / "site.key")
    refused = restore(changed, tmp_path / "again")
    assert refused.code == 1 and "not signed with this site's key" in refused.err
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["keys"]
