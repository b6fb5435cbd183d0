"""An erasure on a whole site: what is left never ends as success, and no copy of the site brings the person back."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW

from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.audit import verify
from hiu.model.govern import TOMBSTONES
from pipelines.back.backup import backup
from pipelines.back.restore import enter, restore
from pipelines.commands.govern.messages import print_erasure
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.erase import erase as job
from pipelines.erase.erase import Erasure, erase, residue, resume, token_of
from pipelines.erase.find import ErasureScope, find

LATER = NOW + timedelta(days=1)
QUIET = Reporter(quiet=True)


@pytest.fixture
def site(place_after: Place, tmp_path: Path) -> Place:
    """The area as a site of the test's own, with its curated folder."""
    home = tmp_path / "home"
    shutil.copytree(place_after.home, home, ignore=shutil.ignore_patterns("raw", "curated"))
    shutil.copytree(place_after.curated, home / "data" / "curated")
    return open_place(home, raw=place_after.raw)


@pytest.fixture
def person(site: Place) -> str:
    folder = site.published_folder(LAST)
    assert folder
    people = pl.read_parquet(folder / "people.parquet").join(pl.read_parquet(folder / "ranked.parquet"), on="person_id")
    alone = people.filter(pl.col("nhs_number").is_not_null(), pl.col("name_text").is_unique())
    return str(alone.filter(pl.col("list") == "adult").sort("rows", "name_text", descending=True)["person_id"][0])


def scope_of(place: Place, person: str) -> ErasureScope:
    with Warehouse(place.warehouse, memory_limit="1GB", spill=place.spill) as warehouse:
        return find(warehouse, person, place.key_for("tombstone"))


def gone(place: Place, person: str, reason: str = "request of 3 April, upheld") -> Erasure:
    return erase(place, person, reason=reason, by="A Officer", now=NOW, report=QUIET, say=lambda _: None)


def again(place: Place) -> list[Erasure]:
    return resume(place, now=LATER, report=QUIET, say=lambda _: None)


def test_a_residue_never_ends_as_success(site: Place, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = scope_of(site, person)
    name = sorted(scope.traces.names)[0]
    for reason in (f"asked by {name}", f"number {sorted(scope.traces.numbers)[0]}"):
        with pytest.raises(UsageError, match="the log keeps it for ever"):
            gone(site, person, reason)
    assert records.read(site.records, TOMBSTONES).is_empty() and not site.erasing.exists(), "nothing was begun"
    monkeypatch.setattr(job, "drop_others", lambda *_: [])
    (site.curated / "export.csv").write_text(f"1,{name}\n", encoding="utf-8")
    with pytest.raises(HiuError, match=r"export\.csv"):
        gone(site, person)
    for _ in range(2):  # the warehouse no longer knows the person, and the search goes on all the same
        with pytest.raises(HiuError, match=r"export\.csv"):
            again(site)
    assert '"erased"' not in site.audit.read_text(encoding="utf-8")
    monkeypatch.undo()
    [done] = again(site)
    assert residue(site, scope) == [] and not site.erasing.exists() and done.rows == scope.rows.height
    log = site.audit.read_text(encoding="utf-8")
    assert token_of(site, person) in log and name.lower() not in log.lower()


@pytest.mark.slow
def test_no_copy_of_the_site_brings_the_person_back(
    site: Place, person: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scope, to = scope_of(site, person), tmp_path / "copies"
    kept = backup(site, to, now=NOW).path
    shutil.copy2(kept, to / "an older copy.zip")
    (to / "hiu-backup-20200101T000000Z.zip").write_bytes(b"PK\x03\x04 damaged")
    (to / "hiu-backup-20200101T000000Z.zip.partial").write_bytes(b"PK\x03\x04 half")
    shutil.copy2(kept, to / "hiu-backup-20200102T000000Z.zip.partial")
    (to / "thesis.zip").write_bytes(b"nobody's")
    away = Path(shutil.move(kept, tmp_path / "away.zip"))
    done = gone(site, person)
    damaged = ["hiu-backup-20200101T000000Z.zip", "hiu-backup-20200101T000000Z.zip.partial"]
    assert sorted(path.name for path in to.iterdir()) == [*damaged, "thesis.zip"], "of what is whole, ours alone goes"
    assert done.unreachable == [str(kept)]
    assert [one for one in done.left if "too damaged" in one] == [one for one in done.left if "copies" in one]
    assert all(any(f"{name}:" in one for one in done.left) for name in damaged)
    assert print_erasure(done) == 3 and "away" not in (told := capsys.readouterr().out) and str(kept) in told
    token, stones = done.token, records.read(site.records, TOMBSTONES)

    # the backup that was away is restored: they are in it, are told of, and erased again before any run
    said: list[str] = []
    restore(away, site.home, replace=True, now=LATER, say=said.append)
    assert [line for line in said if line.startswith("erased since the backup: 1")]
    place = open_place(site.home, raw=site.raw)
    assert residue(place, scope), "the backup brought them back"
    enter(place, away.name, LATER)
    [ended] = again(place)
    assert residue(place, scope) == [] and ended.token == token and not place.erasing.exists()
    assert not away.exists() and set(stones["token"]) <= set(records.read(place.records, TOMBSTONES)["token"])
    assert verify(place.audit, place.key_for("audit")) == []

    # and a site that a restore set aside with them in it is erased from as well
    [aside] = (site.home / "data").glob("curated.before-restore-*")
    assert residue(Place(place.home, place.settings.model_copy(update={"curated": aside}), {}), scope) == []


@pytest.mark.slow
def test_a_site_that_was_set_aside_is_erased_from(site: Place, person: str, tmp_path: Path) -> None:
    made, scope = backup(site, tmp_path / "copies", now=NOW), scope_of(site, person)
    restore(made.path, site.home, replace=True, now=LATER)
    [aside] = (site.home / "data").glob("curated.before-restore-*")
    other = Place(site.home, site.settings.model_copy(update={"curated": aside}), site.sources)
    (other.curated / "x.csv").write_text(sorted(scope.traces.names)[0], encoding="utf-8")
    (site.home / "sources.before-restore-1").mkdir()
    (site.home / "sources.before-restore-1" / "a.toml").write_text(person, encoding="utf-8")
    assert len(residue(other, scope)) > 5
    done = gone(open_place(site.home, raw=site.raw), person)
    assert residue(other, scope) == [] and done.copies == [aside.name]
    assert ["a.toml" in one or "truth/persons" in one for one in done.left] == [True] * 2 and print_erasure(done) == 3
    events = [json.loads(line)["event"] for line in site.audit.read_text(encoding="utf-8").splitlines()]
    assert events[-1]["type"] == "erased" and events[-1]["copies_left"] == 2
