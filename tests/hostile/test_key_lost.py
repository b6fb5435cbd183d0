"""The site's key lost, seen, or another site's: rights stand under a new one, and what can't be carried is listed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from hostile_kit import Site
from typer.testing import CliRunner, Result

from hiu.errors import HiuError, SettingsError
from hiu.govern import records
from hiu.govern.audit import head, verify
from hiu.govern.init import init_site
from hiu.govern.login import login
from hiu.model import DECISIONS, TABLES
from hiu.model.govern import HOLDS
from hiu.publish.release.working import whole_table
from pipelines.access.basis import allowed
from pipelines.access.disclose import record_files
from pipelines.cli import app
from pipelines.common.journal import record
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.govern.rekey import Rekeyed, copy_key, key_warnings, rekey
from pipelines.govern.retain import record_consent, record_hold
from pipelines.govern.verify import verify_site

LATER = NOW + timedelta(days=1)
QUIET = Reporter(quiet=True)


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A live site with a log and nothing else."""
    init_site(tmp_path / "site", name="S", synthetic=False, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    record(place, datetime(2026, 4, 8, tzinfo=UTC), "run_started", month="2026-03", **record_files(place))
    return place


def reopened(place: Place) -> Place:
    return open_place(place.home, raw=place.raw)


def turned(place: Place, old: Path | None = None) -> Rekeyed:
    key = place.settings.key_file
    lost = old is None and not (key and key.exists())
    return rekey(reopened(place), old=old, lost=lost, reason="the laptop was stolen", by="Officer", now=LATER)


def test_another_sites_key_is_named_once_and_changes_nothing(bare: Place, tmp_path: Path) -> None:
    key = bare.settings.key_file
    assert key
    key.chmod(0o600)
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    key.chmod(0o400)
    before = bare.audit.read_bytes()
    for command in (["verify"], ["key"], ["status"], ["run", "2026-03"], ["hold", "HIU-AAAAAAAA"]):
        told = CliRunner().invoke(app, [*command, "--site", str(bare.home)]).output
        assert told.count("another site's key") <= 1 and "Traceback" not in told, command
    with pytest.raises(SettingsError, match="this is another site's key"):
        _ = open_place(bare.home).key
    assert bare.audit.read_bytes() == before
    (tmp_path / "other.key").write_text("cd" * 32 + "\n", encoding="ascii")
    (tmp_path / "other.key").chmod(0o400)
    with pytest.raises(SettingsError, match="this is another site's key"):
        turned(bare, tmp_path / "other.key")


def test_status_warns_until_the_key_was_copied_and_when_it_is_gone(bare: Place, tmp_path: Path) -> None:
    key = bare.settings.key_file
    assert key and "no copy of the present site key was ever made" in key_warnings(bare)[0]
    (tmp_path / "safe").mkdir()
    copied = copy_key(bare, tmp_path / "safe", by="Officer", now=LATER)
    assert copied.read_bytes() == key.read_bytes() and copied.stat().st_mode & 0o77 == 0
    assert key_warnings(open_place(bare.home)) == []
    key.unlink()
    assert "Put the copy of it back" in key_warnings(open_place(bare.home))[0]
    told = CliRunner().invoke(app, ["status", "--site", str(bare.home)]).output
    assert "no key there" in told and "hiu key --new" in told and "'hiu key' lists where copies were made to" in told
    listed = CliRunner().invoke(app, ["key", "--site", str(bare.home)])
    assert f"copied to {copied}" in listed.stdout, "the list was out of reach just when it is needed"
    assert listed.exit_code == 2 and listed.stderr.count("no key there") == 1
    turned_one = CliRunner().invoke(
        app, ["key", "ICB", "--turn", "--reason", "r", "--by", "B", "--site", str(bare.home)]
    )
    assert turned_one.exit_code == 2 and not turned_one.stdout, "anything else needs the key"
    shutil.copy2(copied, key)
    assert key_warnings(open_place(bare.home)) == [], "the copy put back is all that is needed"


def test_a_synthetic_site_that_has_a_log_makes_no_key_of_its_own(tmp_path: Path) -> None:
    init_site(tmp_path / "site", name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    place = open_place(tmp_path / "site")
    record(place, NOW, "run_started", month="2026-03")
    assert place.settings.key_file
    place.settings.key_file.unlink()
    with pytest.raises(SettingsError, match="no key there"):
        _ = open_place(place.home).key
    assert not place.settings.key_file.exists()


@pytest.mark.parametrize("cut", ["pipelines.govern.rekey.move", "pipelines.govern.rekey.record", "shutil.move"])
def test_cut_off_the_same_command_ends_it(bare: Place, cut: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cut, stop)
        with pytest.raises(KeyboardInterrupt):
            turned(bare)
    turned(bare)
    place = open_place(bare.home)
    assert verify(place.audit, place.key_for("audit")) == [] and verify_site(place) == 0
    [earlier] = place.curated.glob("audit-until-*.jsonl")
    earlier.write_bytes(earlier.read_bytes().replace(b"2026-03", b"2026-02"))
    assert verify_site(place) == 1, "the log before is bound by the one that follows it"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["with the copy", "lost"])
def test_rights_stand_under_a_new_key(
    how: str, place_after: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Objection, hold, erasure, consent and decision, each recorded before; then the month is run under the new key."""
    home = tmp_path / "home"
    shutil.copytree(place_after.home, home, ignore=shutil.ignore_patterns("raw", "curated"))
    shutil.copytree(place_after.curated, home / "data" / "curated")
    place = open_place(home, raw=place_after.raw)
    folder = place.published_folder(LAST)
    assert folder
    links = pl.read_parquet(folder / "links.parquet")
    people = pl.read_parquet(folder / "people.parquet").filter("named").sort("rows", "name_text", descending=True)
    sent = links.filter(pl.col("source_file").str.contains(r"2026-03.*csv$"), pl.col("status") == "counted")
    people = people.filter(pl.col("person_id").is_in(sent["person_id"].unique().implode()))
    objector, held, doomed = people["person_id"][:3]
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, objector, change, evidence="letter", by="Officer", now=NOW)
    record_hold(place, held, reason="inquest", by="Officer", lift=False, now=NOW)
    record_consent(place, held, "sister", given=False, on=None, by="Dr A", until=None, now=NOW)
    two = sorted(links.filter(person_id=objector)["identity_id"].unique())[:1]
    two += sorted(links.filter(person_id=held)["identity_id"].unique())[:1]
    pair = dict(zip(("identity_a", "identity_b"), sorted(two), strict=True))
    decided = {**pair, "decision": "different", "reviewer": "R", "decided_at": NOW.replace(tzinfo=None)}
    records.add(place, DECISIONS, [decided])
    (tmp_path / "safe").mkdir()
    copied = copy_key(place, tmp_path / "safe", by="Officer", now=NOW)
    gone = erase(place, doomed, reason="upheld", by="Officer", now=NOW, report=QUIET, say=lambda _: None)
    assert place.settings.key_file
    place.settings.key_file.unlink()

    done = turned(place, copied if how == "with the copy" else None)
    assert bool(done.lost) == (how == "lost") and any("objections" in line for line in done.stands)
    place = reopened(place)
    resent = tmp_path / "resent"
    shutil.copytree(place.raw, resent)
    name = gone.raw.filter(pl.col("source_file").str.contains(r"2026-03.*csv$"))["source_file"].to_list()[0]
    with (resent / name).open("ab") as file:  # sent again, in a file of other bytes
        file.write(b"\r\n" if b"\r\n" in (resent / name).read_bytes()[:4000] else b"\n")
    place = Place(place.home, place.settings.model_copy(update={"raw": resent}), place.sources)
    outcome = run(place, at=LATER)
    assert outcome.published
    after = pl.read_parquet(whole_table(outcome.published, "links"))
    assert not after.equals(pl.read_parquet(outcome.published / "links.parquet")), "the objector's rows name nobody"
    was = links.select("source_file", "source_row", former="person_id")
    became = dict(
        after.join(was, on=["source_file", "source_row"]).select("former", "person_id").drop_nulls().unique().rows()
    )
    assert became[objector] != objector, "everybody has a new id"
    found = allowed(place, [became[objector], became[held]], purpose="support", recipient="group", on=LATER.date())
    assert found.ids == {became[held]}, "the objection holds under the new id"
    with pytest.raises(HiuError, match="on hold"):
        erase(place, became[held], reason="x", by="O", now=LATER, report=QUIET, say=lambda _: None)
    assert records.read(place.records, HOLDS).filter("held")["person_id"].to_list() == [held]
    assert records.read(place.records, TABLES["family_consents"])["given"].to_list() == [False]
    assert records.read(place.records, DECISIONS).height == 1 and became[objector] != became[held]
    # without the old key an erased person is not known in a new file, and the command says so
    assert (outcome.intake.reasons["erased"] > 0) == (how == "with the copy")
    verify_site(place)
    assert "another key" not in capsys.readouterr().out
    if how == "lost":  # in the files received before, they are known by their place, even if all is built anew
        place.warehouse.unlink()
        raw = Place(place.home, place.settings.model_copy(update={"raw": place_after.raw}), place.sources)
        assert run(raw, at=LATER + timedelta(hours=1)).intake.reasons["erased"] == gone.rows


@pytest.mark.parametrize("copy", [False, True], ids=["no copy", "with a copy"])
def test_the_command_that_a_lost_key_asks_for_works_on_a_site_with_published_months(
    copy: bool, own_settings: Callable[[Callable[[str], str]], Site], tmp_path: Path
) -> None:
    """The message named 'hiu key --new', and that was refused with the same message."""
    site = own_settings(str)
    key = site.place.settings.key_file
    assert key
    shutil.copy2(key, tmp_path / "copy.key")
    signed = ("--reason", "the disk failed", "--by", "Officer")
    why = site.hiu("key", "--new", "--lost", *signed)
    assert why.code == 2 and "is in its place" in why.err and "leave out --lost" in why.err
    key.unlink()
    told = site.hiu("key", "--new", *signed)
    assert told.code == 2 and "hiu key --new --lost" in told.err, "a key is given up by name alone"
    both = site.hiu("key", "--new", "--lost", "--old", tmp_path / "copy.key", *signed)
    assert both.code == 2 and "--old" in both.err
    named = site.hiu("key", "--new", "--lost", "--reason", "letter of 943 476 5919", "--by", "Officer")
    assert named.code == 2 and "tell who somebody is" in named.err, "what a text shows by its form needs no key"
    how = ("--old", tmp_path / "copy.key") if copy else ("--lost",)
    done = site.hiu("key", "--new", *how, *signed)
    assert done.code == 0, done.err
    assert ("not carried: the log so far can't be proved" in done.out) is not copy
    assert ("They are as that log last had them" in done.out) is not copy
    [event] = site.events("rekeyed")
    assert event["lost"] is not copy
    after = site.hiu("verify")
    assert after.code == 0, after.out


def test_a_copy_of_the_key_lies_in_a_folder_apart_from_the_site(bare: Place, tmp_path: Path) -> None:
    """A copy beside the data stopped the warning that there is none, and a folder that was not there became a file."""

    def copy(to: Path) -> Result:
        return CliRunner().invoke(app, ["key", "--copy", str(to), "--by", "Officer", "--site", str(bare.home)])

    for inside in (bare.home / "copies", bare.raw / "copies", bare.home / "keys" / "other.key", bare.raw):
        refused = copy(inside)
        assert refused.exit_code == 2 and re.search(r"lies inside|is a file or folder of the site", refused.stderr)
    assert "no copy of the present site key" in key_warnings(bare)[0]
    for _ in range(2):  # a second handover with the same line
        assert copy(tmp_path / "apart").exit_code == 0
    copied = tmp_path / "apart" / "site.key"
    assert bare.settings.key_file and copied.read_bytes() == bare.settings.key_file.read_bytes()
    shown = CliRunner().invoke(app, ["key", "--site", str(bare.home)]).stdout
    assert f"copied to {copied}" in shown, "whoever takes over finds it"
    copied.chmod(0o600)
    copied.write_text("cd" * 32 + "\n", encoding="ascii")
    copied.chmod(0o400)
    assert "never overwritten" in copy(tmp_path / "apart").stderr


def test_verify_prints_the_head_whatever_else_it_finds(own_settings: Callable[[Callable[[str], str]], Site]) -> None:
    """At a handover the roles are new, and the head is what the new operator has to compare."""
    site = own_settings(lambda text: text + f'\n[roles]\n"{login()}" = "operator"\n')
    found = site.hiu("verify")
    assert found.code == 1 and "the roles changed" in found.out
    assert f"head of the audit log: {head(site.place.audit)}" in found.out
