"""What a backup brings beside the tables is named, and a query that it brings is put to no database unread."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from areakit import NOW
from hostile_kit import Site
from typer.testing import CliRunner

from hiu.errors import UsageError
from hiu.month import Month
from pipelines.back.backup import backup
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.fetch import ask
from pipelines.fetch.connections import keep_connection

MARCH = Month(2026, 3)
CRISIS = """
title = "Crisis line"
kind = "events"
agency = "crisis"
[file]
dsn = "lines"
query = "SELECT surname AS ref FROM base"
[key]
event = ["ref"]
[fields]
ref = { columns = ["ref"], required = true }
"""
AGREEMENT = """
[[agreements]]
source = "crisis"
start = 2020-01-01
end = 2040-01-01
reference = "none needed"
signed_by = "Invented, for tests"
"""


@pytest.fixture
def brought(site: Site, tmp_path: Path) -> tuple[Site, str]:
    """A site of a backup into which somebody put a mapping with a query, and what the restore said of it."""
    made = backup(site.place, tmp_path / "copies", now=NOW).path
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["sources/crisis.toml"] = CRISIS.encode()
    parts["site.toml"] += AGREEMENT.encode()
    about = json.loads(parts["BACKUP.json"])
    for name in ("sources/crisis.toml", "site.toml"):
        about["files"][name] = {"bytes": len(parts[name]), "sha256": sha256(parts[name]).hexdigest()}
    parts["BACKUP.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    said = CliRunner().invoke(app, ["restore", str(tmp_path / "evil.zip"), str(tmp_path / "trial")])
    assert said.exit_code == 0, said.output
    copy = open_place(tmp_path / "trial")
    key, own = site.place.settings.key_file, copy.settings.key_file
    assert key and own
    shutil.copy2(key, own)
    own.chmod(0o400)
    shutil.copytree(site.place.raw, copy.raw, dirs_exist_ok=True)
    keep_connection(copy, "lines", "postgresql://reader@127.0.0.1:1/postgres")
    return Site(copy), said.output


def test_restore_and_verify_name_what_the_log_does_not_have(brought: tuple[Site, str]) -> None:
    copy, said = brought
    for words in (said, copy.hiu("verify").out):
        assert "sources/crisis.toml" in words and "site.toml: the agreements" in words, words
        assert "site.toml: the basis" not in words and "expectations/" not in words, words


def test_a_query_that_nobody_accepted_is_not_asked(brought: tuple[Site, str], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def asked(_dsn: str, query: str, *, file: str, **_: object) -> object:
        sent.append(query)
        raise ConnectionError(file)

    monkeypatch.setattr(ask, "ask", asked)
    copy, _ = brought
    for line in (("fetch", "2026-03"), ("run", "2026-03")):  # the run enters the mapping, and accepts no query by that
        said = CliRunner().invoke(app, [*line, "--site", str(copy.place.home)])
        assert said.exit_code == 4 and "nobody has accepted the query of 'crisis'" in said.output, said.output
    assert not sent
    for source, by in ((None, "A. Chair"), ("crisis", "NAME"), ("crisis", " ")):
        with pytest.raises(UsageError, match="--accept"):
            ask.accept_query(copy.place, source, by=by, now=NOW)
    with pytest.raises(ConnectionError):
        ask.fetch(copy.place, MARCH, NOW, source="crisis", accept="A. Chair")
    (entered,) = copy.events("query_accepted")
    assert entered["by"] == "A. Chair" and len(sent) == 1
    for old, new in (("FROM base", "FROM others"), ('"lines"', '"other"')):
        (copy.place.home / "sources" / "crisis.toml").write_text(CRISIS.replace(old, new), encoding="utf-8")
        (refused,) = ask.fetch(open_place(copy.place.home), MARCH, NOW).refused
        assert refused.code == "query_not_accepted" and len(sent) == 1
