"""A run that is not as it was published is never sealed again, by an erasure, an objection, a rollback or a restore."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from hostile_kit import Site, forbid, scope_of, told
from typer.testing import CliRunner

from hiu.disk import replace
from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import vouched
from hiu.model.govern import HOLDS
from hiu.publish.release.folder import MANIFEST, digest, verify_release
from pipelines.access import remake
from pipelines.back.rollback import rollback
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.erase.files import rewrite_runs
from pipelines.govern.verify import problems_of

QUIET = Reporter(quiet=True)
FORGED = "a forged sentence"
UNSIGNED = ("--unsigned", "made anew on purpose", "--by", "Officer")


def forge_table(folder: Path) -> None:
    """One person's sentence, and the digest in the manifest with it: nothing but the audit log tells."""
    path = folder / "ranked.parquet"
    pl.read_parquet(path).with_columns(sentence=pl.lit(FORGED)).write_parquet(path)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["ranked.parquet"] |= {"sha256": digest(path), "bytes": path.stat().st_size}
    replace(folder / MANIFEST, json.dumps(manifest).encode())


def add_page(folder: Path) -> None:
    (folder / "extra.html").write_text(f"<script>{FORGED}</script>", encoding="utf-8")


def change_pack(folder: Path) -> None:
    with (folder / "pack.html").open("a", encoding="utf-8") as file:
        file.write(f"<script>{FORGED}</script>")


def damage_people(folder: Path) -> None:
    (folder / "people.parquet").write_bytes(b"no table")


FORGERIES: list[Callable[[Path], None]] = [forge_table, add_page, change_pack, damage_people]


def first_of(site: Site) -> tuple[str, Path]:
    """The first person of the published list, and the folder."""
    folder = site.place.published_folder(LAST)
    assert folder
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank", "person_id")["person_id"][0]), folder


def shown(site: Site) -> str:
    """Every text that is published, as bytes read as text."""
    files = [path for path in site.place.published.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.mark.parametrize("forge", FORGERIES)
def test_an_objection_takes_away_an_altered_run_that_shows_them(forge: Callable[[Path], None], site: Site) -> None:
    person, folder = first_of(site)
    forge(folder)
    forbid(site.place, person)
    [said] = remake.withhold(site.place, NOW, QUIET)
    assert "was not as it was published" in said and f"'hiu run {LAST}'" in said and person not in said
    assert not folder.exists() and str(LAST) not in site.place.months()
    assert FORGED not in shown(site) and person not in shown(site)
    assert not any("points to nothing" in one for one in problems_of(site.place)), "the log says why"
    [event] = site.events("altered_run_removed")
    assert event["folder"] == folder.name and event["problems"]


def test_under_a_legal_hold_it_is_kept_where_nothing_shows_it(site: Site) -> None:
    person, folder = first_of(site)
    row = {"person_id": "HIU-CCCCCCCC", "held": True, "reason": "inquest", "by": "O", "recorded_at": NOW}
    records.add(site.place, HOLDS, [{**row, "recorded_at": NOW.replace(tzinfo=None)}])
    change_pack(folder)
    forbid(site.place, person)
    [said] = remake.withhold(site.place, NOW, QUIET)
    assert "a legal hold keeps it" in said and not folder.exists()
    assert (site.place.curated / remake.KEPT / folder.name / "pack.html").is_file()


@pytest.mark.parametrize("forge", FORGERIES)
def test_an_erasure_seals_no_forgery(forge: Callable[[Path], None], site: Site) -> None:
    """Whoever could write into the folder waited for any erasure, and 'hiu verify' then called the site whole."""
    person, folder = first_of(site)
    scope = scope_of(site.place, person)
    forge(folder)
    rewrite_runs(site.place, scope, "token", NOW, QUIET)
    assert not folder.exists() and FORGED not in shown(site)
    assert list(told(site.place.published, scope)) == []


def test_a_line_written_without_the_key_vouches_for_nothing(site: Site) -> None:
    person, folder = first_of(site)
    forge_table(folder)
    lines = site.place.audit.read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1])
    event = {"type": "rewritten", "folder": folder.name, "manifest": digest(folder / MANIFEST)}
    forged = {**last, "n": last["n"] + 1, "previous": last["mac"], "mac": "0" * 64, "event": event}
    line = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    site.place.audit.write_text("\n".join([*lines, line]) + "\n", encoding="utf-8")
    assert event not in vouched(site.place.audit, site.place.key_for("audit"))
    assert not remake.as_published(site.place, folder) and person


def test_a_forged_run_is_not_rolled_back_to(site: Site) -> None:
    _, folder = first_of(site)
    forge_table(folder)
    assert verify_release(folder) == [], "its own manifest does not tell"
    with pytest.raises(HiuError, match="not as it was published"):
        rollback(site.place, LAST, to=folder.name, reason="wrong", by="Chair", now=NOW)


def test_a_table_that_is_none_any_more_is_named(site: Site) -> None:
    person, folder = first_of(site)
    damage_people(folder)
    said = site.hiu("basis", person, "--deny", "objection", "--by", "Officer", "--evidence", "letter 9")
    assert said.code == 1 and "people.parquet: not a table any more" in said.err


def backup_of(own: Site, to: Path) -> Path:
    assert own.hiu("backup", "--to", to).code == 0
    return next(to.glob("*.zip"))


def changed(made: Path, name: str, content: bytes) -> Path:
    """The backup with a file changed or added, its list of files put right, without the key."""
    to = made.with_name(f"changed-{made.name}")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(to, "w") as new:
        about = json.loads(old.read("BACKUP.json"))
        about["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        for one in old.namelist():
            if one not in (name, "BACKUP.json"):
                new.writestr(one, old.read(one))
        new.writestr(name, content)
        new.writestr("BACKUP.json", json.dumps(about))
    return to


def objects(own: Site, person: str) -> None:
    said = own.hiu("basis", person, "--deny", "objection", "--by", "Officer", "--evidence", "letter 9")
    assert said.code == 0, said.err


def test_a_mapping_that_cannot_be_read_stops_a_restore_before_it_changes_anything(home: Site, tmp_path: Path) -> None:
    """The site was swapped first, so who had objected since the backup was shown again."""
    person, folder = first_of(home)
    scope = scope_of(home.place, person)
    made = changed(backup_of(home, tmp_path / "copies"), "sources/other.toml", b'title = "x"\n')
    objects(home, person)
    said = CliRunner().invoke(app, ["restore", str(made), str(home.place.home), "--replace", *UNSIGNED])
    assert said.exit_code == 2 and folder.is_dir() and list(told(home.place.published, scope)) == []
    assert list(home.place.home.glob("*.before-restore-*")) == []


def test_without_the_key_nothing_is_shown_before_an_objection_is_applied(home: Site, tmp_path: Path) -> None:
    person, _ = first_of(home)
    scope = scope_of(home.place, person)
    made = backup_of(home, tmp_path / "copies")
    objects(home, person)
    new = tmp_path / "new"
    said = CliRunner().invoke(app, ["restore", str(made), str(new), "--rights", str(home.place.home)])
    assert said.exit_code == 3 and "nothing that was published is shown" in said.output, said.output
    back = Site(open_place(new))
    assert not back.place.published.exists() and back.hiu("explain", person).code == 1
    key, to = home.place.settings.key_file, back.place.settings.key_file
    assert key and to
    to.parent.mkdir(exist_ok=True)
    shutil.copyfile(key, to)
    to.chmod(0o600)
    assert back.hiu("erase", "--resume").code == 0
    assert str(LAST) in back.place.months() and list(told(back.place.published, scope)) == []
    assert problems_of(back.place, on=datetime.now(UTC).date()) == []


@pytest.mark.parametrize("part", ["pack.html", pytest.param("extra.html", marks=pytest.mark.slow)])
def test_an_altered_run_of_a_backup_is_taken_away(part: str, home: Site, tmp_path: Path) -> None:
    person, folder = first_of(home)
    scope = scope_of(home.place, person)
    made = backup_of(home, tmp_path / "copies")
    objects(home, person)
    made = changed(made, f"curated/published/{folder.name}/{part}", f"<script>{FORGED}</script>{person}".encode())
    said = CliRunner().invoke(app, ["restore", str(made), str(home.place.home), "--replace", *UNSIGNED])
    assert "was not as it was published" in said.output, said.output
    assert FORGED not in shown(home) and list(told(home.place.published, scope)) == []
    assert str(LAST) not in home.place.months()


def test_one_that_shows_nobody_who_forbade_it_is_taken_away_too(home: Site, tmp_path: Path) -> None:
    _, folder = first_of(home)
    made = changed(backup_of(home, tmp_path / "copies"), f"curated/published/{folder.name}/extra.html", b"<script>")
    said = CliRunner().invoke(app, ["restore", str(made), str(home.place.home), "--replace", *UNSIGNED])
    assert said.exit_code == 3 and "extra.html: not in the manifest" in said.output, said.output
    assert not (home.place.published / folder.name).exists()


def test_an_altered_database_keeps_everything_back(home: Site, tmp_path: Path) -> None:
    person, _ = first_of(home)
    scope = scope_of(home.place, person)
    made = backup_of(home, tmp_path / "copies")
    with zipfile.ZipFile(made) as zipped:
        database = zipped.read("curated/hiu.duckdb")
    objects(home, person)
    altered = changed(made, "curated/hiu.duckdb", database + b"\0")
    said = CliRunner().invoke(app, ["restore", str(altered), str(home.place.home), "--replace", *UNSIGNED])
    assert said.exit_code == 3 and "Nothing that was published is shown until then" in said.output, said.output
    assert list(told(home.place.published, scope)) == []
