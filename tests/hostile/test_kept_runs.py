"""Runs that are kept leave out who forbade it since, and working tables are bound by the run's manifest."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from hostile_kit import LATER, Objected, Site, forbid, scope_of, told
from typer.testing import CliRunner

from hiu.errors import HiuError
from hiu.publish.release.folder import MANIFEST, verify_release, working_folder
from hiu.publish.release.working import keep_whole, whole_table
from pipelines.access import remake
from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.back.rollback import rollback
from pipelines.cli import app
from pipelines.common.lock import hold
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.govern.verify import problems_of

QUIET = Reporter(quiet=True)


def copied(objected: Objected, to: Path) -> Place:
    """The site after an objection and a run, in a folder that may be changed."""
    shutil.copytree(objected[0].curated, to / "curated")
    return open_place(objected[0].home, curated=to / "curated")


def first_of(place: Place) -> tuple[str, Path]:
    """The first person of the published list, and the folder."""
    folder = place.published_folder(LAST)
    assert folder
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank", "person_id")["person_id"][0]), folder


def test_a_run_makes_what_was_published_before_the_objection_anew(objected: Objected, tmp_path: Path) -> None:
    place, person, before, after = objected
    scope, earlier = scope_of(place, person), place.published / before.name
    assert list(told(earlier, scope)) == [] and earlier.name != after.name
    assert {"people.parquet", "monthly_demand.parquet"} <= set(told(working_folder(earlier), scope))
    assert (earlier / "pack.html").is_file() and (earlier / "pack.pdf").is_file()
    for name in ("ranked", "monthly_demand", "people"):
        whole = pl.read_parquet(before / f"{name}.parquet")
        assert pl.read_parquet(whole_table(earlier, name)).equals(whole)
        assert pl.read_parquet(earlier / f"{name}.parquet").equals(whole.filter(pl.col("person_id") != person))
    own = copied(objected, tmp_path)
    rollback(own, LAST, reason="wrong", by="Chair", now=LATER + timedelta(hours=1))
    shown = own.published_folder(LAST)
    assert shown and shown.name == earlier.name and list(told(shown, scope)) == []
    assert problems_of(own, on=LATER.date()) == []


@pytest.mark.parametrize("what", ["changed", "added", "removed"])
def test_working_tables_are_bound_by_the_manifest(what: str, objected: Objected, tmp_path: Path) -> None:
    place = copied(objected, tmp_path)
    folder = working_folder(place.published / objected[3].name)
    path = folder / "people.parquet"
    if what == "changed":
        pl.read_parquet(path).with_columns(name_text=pl.lit("Somebody Else")).write_parquet(path)
    elif what == "added":
        (folder / "deliveries.parquet").write_bytes((place.published / folder.name / "deliveries.parquet").read_bytes())
    else:
        path.unlink()
    assert any(f"working/{folder.name}/" in problem for problem in problems_of(place))
    assert verify_release(place.published / folder.name) != [], "such a run is neither rolled back to nor used again"


def test_the_command_that_records_an_objection_makes_what_is_kept_anew_at_once(site: Site) -> None:
    person, folder = first_of(site.place)
    scope = scope_of(site.place, person)
    deny = ("basis", person, "--deny", "objection", "--by", "Officer", "--evidence", "letter 9")
    said = site.hiu(*deny)
    assert said.code == 0 and f"published/{folder.name} was made anew without 1 person" in said.out
    assert list(told(folder, scope)) == [] and problems_of(site.place, on=datetime.now(UTC).date()) == []
    assert [one["folder"] for one in site.events("rewritten")] == [folder.name]


def test_while_the_site_is_busy_it_is_said_and_verify_tells(site: Site) -> None:
    person, folder = first_of(site.place)
    with hold(site.place.lock, "another", NOW):
        said = site.hiu("basis", person, "--deny", "restriction", "--by", "Officer", "--evidence", "letter 9")
    assert said.code == 0 and "may still show them" in said.out and "next 'hiu run'" in said.out
    now = datetime.now(UTC)
    [problem] = problems_of(site.place, on=now.date())
    assert folder.name in problem and "1 person" in problem and person not in problem
    assert site.hiu("verify").code == 1
    rewritten = remake.withhold(site.place, now, QUIET)
    assert len(rewritten) == 1 and site.hiu("verify").code == 0 and remake.withhold(site.place, now, QUIET) == []


def test_while_the_site_is_busy_a_program_is_told_too(site: Site) -> None:
    person, _ = first_of(site.place)
    deny = ("--deny", "restriction", "--by", "Officer", "--evidence", "letter 9", "--json")
    with hold(site.place.lock, "another", NOW):
        said = site.hiu("basis", person, *deny)
    [line] = json.loads(said.out)["kept_runs"]
    assert "may still show them" in line and person not in line


@pytest.mark.parametrize("cut", ["record", pytest.param("move", marks=pytest.mark.slow), "seal"])
def test_cut_off_anywhere_it_is_done_again(cut: str, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    person, folder = first_of(site.place)
    whole = pl.read_parquet(folder / "people.parquet")
    forbid(site.place, person)
    monkeypatch.setattr(remake, "pages", lambda *_, **__: {"pack.html": b"a page"})
    calls = []

    def stop(*given: object, **_: object) -> None:
        calls.append(given)
        if cut != "move" or len(calls) == 2:
            raise KeyboardInterrupt
        shutil.move(str(given[0]), str(given[1]))

    with monkeypatch.context() as patch:
        patch.setattr(remake, cut, stop)
        with pytest.raises(KeyboardInterrupt):
            remake.withhold(site.place, NOW, QUIET)
    remake.withhold(site.place, NOW, QUIET)
    assert person not in (folder / "people.parquet").read_bytes().decode("latin-1")
    assert pl.read_parquet(whole_table(folder, "people")).equals(whole), "no row of the working tables is lost"
    assert problems_of(site.place, on=NOW.date()) == []


def test_forbidden_to_the_group_alone_the_pack_is_made_anew(site: Site) -> None:
    person, folder = first_of(site.place)
    assert person in (folder / "pack.html").read_text(encoding="utf-8")
    deny = ("--deny", "withdrawn", "--recipient", "group", "--by", "Officer", "--evidence", "letter 9")
    assert "made anew" in site.hiu("basis", person, *deny).out
    assert person not in (folder / "pack.html").read_text(encoding="utf-8")
    assert person in set(pl.read_parquet(folder / "people.parquet")["person_id"]), "others may still be shown them"


def test_who_has_another_id_since_is_known_in_earlier_months(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    person, folder = first_of(site.place)
    joined = pl.DataFrame({"old_id": [person], "person_id": ["HIU-NEW"], "kind": ["merge"]})
    monkeypatch.setattr(remake, "last_aliases", lambda _: joined)
    assert remake.refused_since(site.place, folder, NOW.date()) == frozenset()
    forbid(site.place, "HIU-NEW")
    assert remake.refused_since(site.place, folder, NOW.date()) == {person}
    remake.withhold(site.place, NOW, QUIET)
    assert person not in (folder / "pack.html").read_text(encoding="utf-8")
    assert person not in set(pl.read_parquet(folder / "people.parquet")["person_id"])


def test_a_backup_that_is_brought_back_does_not_show_who_objected_since(site: Site, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(site.place.home, home, ignore=shutil.ignore_patterns("data"))
    shutil.copytree(site.place.curated, home / "data" / "curated")
    own = Site(open_place(home))
    person, folder = first_of(own.place)
    scope = scope_of(own.place, person)
    assert own.hiu("backup", "--to", tmp_path / "copies").code == 0
    [made] = (tmp_path / "copies").glob("*.zip")
    with hold(own.place.lock, "another", NOW):
        own.hiu("basis", person, "--deny", "objection", "--by", "Officer", "--evidence", "letter 9")
    restored = CliRunner().invoke(app, ["restore", str(made), str(home), "--replace"])
    assert restored.exit_code == 0 and "shows nobody who forbade it" in restored.output, restored.output
    assert list(told(home / "data" / "curated" / "published", scope)) == [] and folder.is_dir()


def test_a_backup_with_working_tables_is_one_of_ours(objected: Objected, tmp_path: Path) -> None:
    """Stray files beside a site's sources are not taken, so that none is found that is no part of a site."""
    home = tmp_path / "home"
    shutil.copytree(objected[0].home, home, ignore=shutil.ignore_patterns("data"))
    shutil.copytree(objected[0].curated, home / "data" / "curated")
    (home / "sources").mkdir(exist_ok=True)
    (home / "sources" / "notes.txt").write_text("how we map them", encoding="utf-8")
    own = open_place(home)
    folder = own.published_folder(LAST)
    assert folder and working_folder(folder).is_dir()
    made = backup(own, tmp_path / "copies", now=LATER)
    restore(made.path, tmp_path / "new", replace=False, now=LATER)
    back = open_place(tmp_path / "new").published / folder.name
    assert verify_release(back) == [] and working_folder(back).is_dir()
    assert not (tmp_path / "new" / "sources" / "notes.txt").exists()


def test_working_tables_that_are_no_longer_needed_go(tmp_path: Path) -> None:
    whole, part = pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1]})
    folder = tmp_path / "published" / "2026-03-x"
    assert set(keep_whole(folder, {"x": whole, "y": whole}, {"x": part, "y": part})) == {
        "READ-ME.txt",
        "x.parquet",
        "y.parquet",
    }
    assert set(keep_whole(folder, {"x": whole, "y": whole}, {"x": part, "y": whole})) == {"READ-ME.txt", "x.parquet"}
    assert keep_whole(folder, {"x": whole}, {"x": whole}) == {} and not working_folder(folder).exists()


def test_a_run_that_cannot_be_made_anew_is_not_rolled_back_to(objected: Objected, tmp_path: Path) -> None:
    """An earlier run whose manifest is whole but is not the one that was published still shows who objected."""
    own, (_, _, before, after) = copied(objected, tmp_path), objected
    earlier = own.published / before.name
    shutil.rmtree(earlier)
    shutil.rmtree(working_folder(earlier))
    shutil.copytree(before, earlier)
    path = earlier / MANIFEST
    path.write_bytes(path.read_bytes() + b"\n")
    assert verify_release(earlier) == []
    with pytest.raises(HiuError, match="not as it was published"):
        rollback(own, LAST, reason="wrong", by="Chair", now=LATER + timedelta(hours=1))
    assert own.published_folder(LAST) == own.published / after.name
