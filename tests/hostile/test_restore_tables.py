"""The working database in a backup is taken only as the site backed it up, and holds tables alone."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import answers
import duckdb
import pytest
from areakit import LAST, NOW
from hostile_kit import LATER, Site

from hiu.engine import connection
from hiu.errors import HiuError
from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.common.place import open_place, open_warehouse

DATABASE = "curated/hiu.duckdb"


@pytest.fixture(autouse=True)
def macros_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MORE_THAN_TABLES", answers.MORE_THAN_TABLES)


@pytest.fixture
def made(site: Site, tmp_path: Path) -> Path:
    return backup(site.place, tmp_path / "copies", now=NOW).path


def prepared(made: Path, to: Path, statement: str) -> Path:
    """The backup with its database changed by somebody who has no key, and its list of digests made right."""
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (database := to.with_suffix(".duckdb")).write_bytes(parts[DATABASE])
    with duckdb.connect(str(database)) as changed:
        changed.execute(statement)
    parts[DATABASE] = database.read_bytes()
    about = json.loads(parts["BACKUP.json"])
    about["files"][DATABASE] = {"bytes": len(parts[DATABASE]), "sha256": sha256(parts[DATABASE]).hexdigest()}
    parts["BACKUP.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return to


def restored(site: Site, file: Path, to: Path) -> Site:
    """A copy of the site, with its key and the partners' files."""
    restore(file, to, replace=False, now=LATER)
    copy = open_place(to)
    key, own = site.place.settings.key_file, copy.settings.key_file
    assert key and own
    shutil.copy2(key, own)
    own.chmod(0o400)
    shutil.copytree(site.place.raw, copy.raw, dirs_exist_ok=True)
    return Site(copy)


@pytest.mark.parametrize(
    "statement",
    [
        "update record set start = start - interval 3 day where source = 'police'",
        pytest.param("create macro lower(x) as 'zz'", marks=pytest.mark.slow),
        pytest.param("update fact set likelihood = 5 where likelihood is not null", marks=pytest.mark.slow),
        pytest.param("delete from record where source = 'police'", marks=pytest.mark.slow),
        pytest.param("update event set counted = false", marks=pytest.mark.slow),
    ],
)
def test_a_database_that_was_changed_is_not_used(statement: str, site: Site, made: Path, tmp_path: Path) -> None:
    copy = restored(site, prepared(made, tmp_path / "prepared.zip", statement), tmp_path / "trial")
    person = str(next(iter(copy.place.months())))
    for line in (("run", LAST, "--again"), ("find", "Smith"), ("hold", person, "--reason", "a claim", "--by", "DPO")):
        said = copy.hiu(*line)
        assert said.code == 1 and "hiu.duckdb" in said.err, (line, said.err)
    said = copy.hiu("verify")
    assert said.code == 1 and "hiu.duckdb" in said.out + said.err
    copy.place.warehouse.unlink()
    done = copy.hiu("run", LAST, "--again")
    assert done.code in (0, 3), done.err
    assert open_warehouse(copy.place).tables() == open_warehouse(site.place).tables()


def test_the_database_that_was_backed_up_is_used_and_not_asked_about_again(
    site: Site, made: Path, tmp_path: Path
) -> None:
    copy = restored(site, made, tmp_path / "trial")
    assert copy.place.restored.exists()
    assert copy.hiu("verify").code == 0 and not copy.place.restored.exists()
    assert copy.hiu("run", LAST, "--again").code in (0, 3) and copy.hiu("verify").code == 0


def test_a_database_of_an_earlier_version_is_taken_by_name_once(site: Site, made: Path, tmp_path: Path) -> None:
    statement = "update fact set likelihood = 5 where likelihood is not null"
    copy = restored(site, prepared(made, tmp_path / "prepared.zip", statement), tmp_path / "trial")
    said = copy.hiu("audit", "accept", "--reason", "made by the version before", "--by", "J. Patel")
    assert said.code == 0 and "hiu.duckdb" in said.out
    assert copy.hiu("verify").code == 0 and "hiu.duckdb" in str(copy.events("accepted")[-1]["differed"])


@pytest.mark.parametrize(
    "statement",
    [
        "create macro lower(x) as 'zz'",
        "create macro more() as table select 1",
        "create view people_too as select 1",
        "create sequence s",
        "create type kind as enum ('a')",
        "create schema other",
        "create table t (a int default 5)",
        "create table t (a int, check (a > 1))",
        "create table t (a int, b int generated always as (a + 1))",
    ],
)
def test_a_working_database_holds_tables_and_nothing_else(statement: str, site: Site) -> None:
    with duckdb.connect(str(site.place.warehouse)) as changed:
        changed.execute(statement)
    with pytest.raises(HiuError, match="which hiu did not make"):
        open_warehouse(site.place)
