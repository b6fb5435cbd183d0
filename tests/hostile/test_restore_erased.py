"""Who was erased after a backup is shown by nothing once it is restored, until they are erased again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST
from hostile_kit import Site, scope_of, told

import hiu
from hiu.errors import HiuError
from pipelines.access.guard import WHILE_ERASING, guarded
from pipelines.back.backup import backup
from pipelines.back.restore import restore
from pipelines.cli import COMMANDS
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.erase.again import token_of
from pipelines.erase.erase import resume

NOW = datetime.now(UTC)


def test_a_restored_site_shows_nobody_until_they_are_erased_again(site: Site, tmp_path: Path) -> None:
    """Restored without its key, the site showed an erased person in 'hiu explain', to notebooks and in pack.html."""
    folder = site.place.which(None)[1]
    person = str(pl.read_parquet(folder / "ranked.parquet")["person_id"][0])
    scope, token = scope_of(site.place, person), token_of(site.place, person)
    made = backup(site.place, tmp_path / "copies", now=NOW)
    stone = {"token": "f" * 32, "erasure": token, "at": "2026-04-09T08:00:00"}
    with (site.place.records / "tombstones.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(stone) + "\n")
    restore(made.path, tmp_path / "new", replace=False, now=NOW, rights=site.place.curated)
    back = open_place(tmp_path / "new")
    assert back.erasing.exists() and not back.published.exists()
    assert list(told(back.held_back, scope)), "it is in what was held back"
    again = Site(back)
    for name in ("explain", "subject"):
        said = again.hiu(name, person)
        assert said.code == 1 and "erase --resume" in said.err and person not in said.out, name
    with pytest.raises(HiuError, match="erase --resume"):
        _ = hiu.open(back.home).latest
    key = site.place.settings.key_file
    assert key and back.settings.key_file
    back.settings.key_file.parent.mkdir(exist_ok=True)
    back.settings.key_file.write_bytes(key.read_bytes())
    back.settings.key_file.chmod(0o600)
    resume(open_place(back.home), now=NOW, report=Reporter(quiet=True), say=lambda _: None)
    assert not back.held_back.exists() and list(told(back.published, scope)) == []
    assert hiu.open(back.home).latest.month == LAST


def test_a_month_that_was_open_shows_nobody_more(site: Site) -> None:
    month = hiu.open(site.place.home, curated=site.place.curated).latest
    site.place.erasing.write_text('{"again": []}', encoding="utf-8")
    with pytest.raises(HiuError, match="erase --resume"):
        month.person(1)
    with pytest.raises(HiuError, match="erase --resume"):
        month.ranked(3)


def test_every_other_command_is_refused(site: Site) -> None:
    """By the guard, before it does anything: a new command too."""
    site.place.erasing.write_text('{"again": []}', encoding="utf-8")
    given = {"site": site.place.home, "curated": site.place.curated}
    guarded_names = {job.__name__.replace("_", "-"): job for job in COMMANDS if "site" in signature(job).parameters}
    refused = guarded_names.keys() - set(WHILE_ERASING)
    assert {"explain", "find", "export", "report", "sheet", "subject", "meet", "mart", "desk", "missing"} <= refused
    for name in refused:
        with pytest.raises(HiuError, match="erase --resume"):
            guarded(guarded_names[name], name, given, NOW)
