"""The read log under the hands of somebody who has its key: each login looks by that key, and can read it."""

from __future__ import annotations

import hashlib
import hmac
import json
import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hostile_kit import Site
from typer.testing import CliRunner

import hiu
from hiu.errors import HiuError
from hiu.govern import reads
from hiu.govern.audit import Entry, read
from pipelines.access.bound import bind_reads
from pipelines.access.looks import enter_look
from pipelines.cli import app
from pipelines.common.place import Place

Forger = Callable[[list[Entry], bytes], list[Entry]]
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def look(place: Place, what: str, name: str = "A. Clerk") -> None:
    """What a notebook does: a line that no line of the audit log follows."""
    enter_look(place, NOW, what, ["HIU-BBBBBBBB"], by=name)


def log_of(place: Place) -> Path:
    [path] = reads.folder_of(place.settings, place.curated).glob("*.jsonl")
    return path


def signed(lines: list[Entry], key: bytes) -> bytes:
    """Lines as the attacker numbers and signs them anew, with the key that each login can read."""
    text, previous = b"", "0" * 64
    for n, line in enumerate(lines, 1):
        body = {"at": line["at"], "event": line["event"], "n": n, "previous": previous}
        dumped = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        previous = hmac.new(key, dumped, hashlib.sha256).hexdigest()
        text += json.dumps({**body, "mac": previous}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return text


def middle(lines: list[Entry], _: bytes) -> list[Entry]:
    return [*lines[:-3], *lines[-2:]]


def end(lines: list[Entry], _: bytes) -> list[Entry]:
    return lines[:-1]


def somebody_else(lines: list[Entry], _: bytes) -> list[Entry]:
    new = {**lines[-1], "event": {**lines[-1]["event"], "name": "Bob Innocent"}}
    return [*lines[:-1], new, lines[-1]]


def renumbered(lines: list[Entry], own: bytes) -> list[Entry]:
    """A line taken out, and those after it sealed again with the key that the login has now."""
    kept = [*lines[:-3], *lines[-2:]]
    for at, line in enumerate(kept):
        if at >= len(lines) - 3:
            event = {name: value for name, value in line["event"].items() if name != "seal"}
            number = lines[at]["event"]["seal"][0]
            kept[at] = {**line, "event": {**event, "seal": [number, reads._seal(own, number, NOW, event)]}}
    return kept


def changed(lines: list[Entry], _: bytes) -> list[Entry]:
    return [*lines[:-1], {**lines[-1], "event": {**lines[-1]["event"], "what": "nothing much"}}]


def earlier(lines: list[Entry], _: bytes) -> list[Entry]:
    return [*lines[:-1], {**lines[-1], "at": lines[0]["at"].replace("2026", "2025")}]


def unmarked(lines: list[Entry], _: bytes) -> list[Entry]:
    event = {name: value for name, value in lines[-1]["event"].items() if name != "seal"}
    return [*lines[:-1], {**lines[-1], "event": event}]


@pytest.mark.parametrize("forge", [middle, end, somebody_else, renumbered, changed, earlier, unmarked])
def test_lines_that_no_run_has_yet_can_t_be_forged_with_the_key_that_all_can_read(forge: Forger, site: Site) -> None:
    place = site.place
    for what in ("one", "two"):
        look(place, what)
    bind_reads(place, NOW)
    for what in ("three", "four", "five", "six"):
        look(place, what)
    assert "read" not in site.hiu("verify").out, "nothing is wrong before"
    path = log_of(place)
    own = bytes.fromhex(path.with_suffix(".key").read_text().split()[1])
    path.write_bytes(signed(forge(read(path), own), place.key_for("reads")))
    said = site.hiu("verify")
    assert said.code == 1 and path.name in said.out, forge.__name__
    bind_reads(place, NOW)
    assert site.hiu("verify").code == 1, "no later line covers it up"
    accepted = site.hiu("audit", "accept", "--reason", "seen with the login", "--by", "J. Patel")
    assert accepted.code == 0
    look(place, "after")
    assert path.name not in site.hiu("verify").out


def test_its_key_taken_away_is_found(site: Site) -> None:
    for what in ("one", "two", "three"):
        look(site.place, what)
        bind_reads(site.place, NOW)
    look(site.place, "four")
    path = log_of(site.place)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    path.with_suffix(".key").unlink()
    assert path.name in site.hiu("verify").out
    look(site.place, "five, under a new key")
    assert path.name in site.hiu("verify").out


def cut_off(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def gone(path: Path) -> None:
    path.unlink()


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def folder_linked(path: Path) -> None:
    path.parent.rename(path.parent.with_name("other"))
    path.parent.symlink_to(path.parent.with_name("other"), target_is_directory=True)


@pytest.mark.parametrize("harm", [cut_off, gone, linked, folder_linked])
@pytest.mark.parametrize("door", ["command", "notebook"])
def test_a_login_whose_log_was_cut_or_led_elsewhere_is_shown_nobody(
    harm: Callable[[Path], None], door: str, site: Site
) -> None:
    look(site.place, "one")
    look(site.place, "two")
    bind_reads(site.place, NOW)
    path, by_hand = log_of(site.place), "'hiu audit accept' does not take it: remove it by hand"
    harm(path)

    def refused() -> str:
        if door == "command":
            said = site.hiu("find", "Smith")
            return said.err if said.code else ""
        try:
            hiu.open(site.place.home, curated=site.place.curated).latest.ranked(3)
        except HiuError as error:
            return str(error)
        return ""

    said = by_hand if harm in (linked, folder_linked) else "shown nobody until 'hiu verify'"
    assert said in refused() and site.hiu("verify").code == 1
    assert (by_hand in site.hiu("verify").out) == (said == by_hand)
    accepted = site.hiu("audit", "accept", "--reason", "disk of the clerk failed", "--by", "J. Patel")
    if said == by_hand:
        assert by_hand in refused()
        one = path if harm is linked else path.parent
        one.unlink()
        one.with_name("elsewhere" if harm is linked else "other").rename(one)
    else:
        assert accepted.code == 0
    assert refused() == "" and "reads/" not in site.hiu("verify").out


def test_a_command_that_looks_enters_the_log_of_looks_at_once(site: Site) -> None:
    assert site.hiu("find", "Smith").code == 0
    [event] = site.events("reads_bound")
    path = log_of(site.place)
    assert event["reads"] == {path.stem: reads.measure(path.read_bytes())}
    own = path.with_suffix(".key").read_text().split()[1]
    assert own not in site.place.audit.read_text(), "for nobody but who holds the site key"


def test_a_cut_between_the_line_and_its_key_is_no_alarm(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(read(log_of(site.place)))
    look(site.place, "one")
    bind_reads(site.place, NOW)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(reads, "replace", stop)
        look(site.place, "two")
    assert "reads/" not in site.hiu("verify").out
    bind_reads(site.place, NOW)
    look(site.place, "three")
    assert "reads/" not in site.hiu("verify").out and len(read(log_of(site.place))) == before + 3


def looks(place: Place, name: str) -> None:
    for n in range(10):
        look(place, f"{name} {n}")


def test_two_processes_at_once_are_no_alarm(site: Site) -> None:
    bare = Place(site.place.home, site.place.settings, {})
    other = multiprocessing.get_context("spawn").Process(target=looks, args=(bare, "a"))
    before = len(read(log_of(site.place)))
    other.start()
    while other.is_alive():
        look(site.place, "b")
        bind_reads(site.place, NOW)
        other.join(0.1)
    bind_reads(site.place, NOW)
    found = read(log_of(site.place))[before:]
    assert "reads/" not in site.hiu("verify").out, "no alarm, and no line is lost"
    assert sum(str(one["event"]["what"]).startswith("a ") for one in found) == 10 < len(found)


def test_a_log_of_an_earlier_version_goes_on(site: Site) -> None:
    """Lines without a seal, and no key beside them."""
    look(site.place, "one")
    path = log_of(site.place)
    lines = [unmarked([line], b"")[0] for line in read(path)]
    path.write_bytes(signed(lines, site.place.key_for("reads")))
    path.with_suffix(".key").unlink()
    look(site.place, "two")
    bind_reads(site.place, NOW)
    look(site.place, "three")
    assert "reads/" not in site.hiu("verify").out


def test_a_restored_log_goes_on(home: Site, tmp_path: Path) -> None:
    before = len(read(log_of(home.place)))
    look(home.place, "one")
    bind_reads(home.place, NOW)
    assert home.hiu("backup", "--to", tmp_path / "safe").code == 0
    look(home.place, "two")
    [backup] = (tmp_path / "safe").glob("*.zip")
    site = home.place.home
    restored = CliRunner().invoke(app, ["restore", str(backup), str(site), "--replace"])
    assert restored.exit_code == 0, restored.output
    look(home.place, "three")
    bind_reads(home.place, NOW)
    assert "reads/" not in home.hiu("verify").out and len(read(log_of(home.place))) == before + 3
