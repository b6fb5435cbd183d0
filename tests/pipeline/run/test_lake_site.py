"""Where a site's tables are is settled once, and every command looks there; what can't be done with a lake says so."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from areakit import REPOSITORY
from typer.testing import CliRunner

from hiu.errors import HiuError, SettingsError, UsageError
from pipelines.back.backup import backup
from pipelines.cli import app
from pipelines.common.place import Place, open_place, open_warehouse, use_lake
from pipelines.matching.train import _copy

NOW = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("SPARK_REMOTE", "")  # what a test sets is taken away after
    shutil.copyfile(REPOSITORY / "tests/sites/sample/site.toml", tmp_path / "site.toml")
    return open_place(tmp_path)


def test_the_first_run_names_the_lake_and_later_ones_find_it(place: Place) -> None:
    assert place.lake is None and not place.has_tables
    with pytest.raises(UsageError, match="--lake"):
        use_lake(place, None, None)
    use_lake(place, None, "/shared/lake")
    assert place.lake == "/shared/lake" and place.has_tables
    use_lake(place, None, None)
    assert place.lake == "/shared/lake"


def test_tables_are_in_one_place(place: Place) -> None:
    use_lake(place, None, "/shared/lake")
    with pytest.raises(UsageError, match=r"are in /shared/lake\. A site keeps them in one place"):
        use_lake(place, None, "/shared/other")
    place.lake_note.unlink()
    place.warehouse.write_bytes(b"a database")
    with pytest.raises(UsageError, match="keeps them in one place"):
        use_lake(place, None, "/shared/lake")


def test_the_address_is_asked_of_the_environment_and_is_in_no_file(place: Place) -> None:
    use_lake(place, None, "/shared/lake")
    with pytest.raises(SettingsError, match="SPARK_REMOTE is not set"):
        open_warehouse(place)
    use_lake(place, "sc://host:1/;token=secret", None)
    assert "secret" not in place.lake_note.read_text(encoding="utf-8")


def test_what_copies_the_database_says_that_there_is_none(place: Place, tmp_path: Path) -> None:
    use_lake(place, None, "/shared/lake")
    with pytest.raises(HiuError, match="'hiu backup' makes no copy"):
        backup(place, tmp_path / "copy", now=NOW)
    with pytest.raises(HiuError, match="'hiu train' makes no copy"):
        _copy(place)


def test_the_command_asks_for_the_lake(place: Place) -> None:
    done = CliRunner().invoke(app, ["run", "2026-03", "--site", str(place.home), "--engine", "spark"])
    assert done.exit_code == 2 and "--lake" in done.output
    assert not place.lake_note.exists()
