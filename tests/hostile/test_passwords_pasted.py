"""A connection pasted where its name belongs is refused, and its password is repeated nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_kit import Site
from typer.testing import CliRunner

from pipelines.cli import app

PASSWORD = "Never-Shown-9f3"
CONNECTIONS = (
    f"postgresql://reader:{PASSWORD}@127.0.0.1:1/postgres",
    f"Driver={{ODBC Driver 18 for SQL Server}};Server=db.example;Uid=reader;Pwd={PASSWORD}",
    f"host=127.0.0.1 user=reader password={PASSWORD}",
    PASSWORD,
)
SOURCE = """
title = "Crisis line"
kind = "events"
agency = "crisis"
[file]
{file}
[key]
event = ["ref"]
[fields]
ref = {{ columns = ["ref"], required = true }}
"""
PASTED = (
    'dsn = "{text}"\nquery = "SELECT 1 AS ref"',
    'dsn = "{text}"',
    'dsn = {text}\nquery = "SELECT 1 AS ref"',
    'dsm = "{text}"\nquery = "SELECT 1 AS ref"',
    'dsn = ["{text}"]\nquery = "SELECT 1 AS ref"',
    'password = "{text}"\npattern = "a.csv"',
    'pattern = "a.csv"\nencodings = "{text}"',
)


def said_by(*line: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, [str(part) for part in line], input="postgresql://one/two\n")
    return found.exit_code, found.stdout + found.stderr


@pytest.mark.parametrize("text", CONNECTIONS[:3])
@pytest.mark.parametrize("file", PASTED)
def test_a_mapping_with_a_connection_is_refused_when_it_is_read(
    site: Site, tmp_path: Path, file: str, text: str
) -> None:
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    (home / "site.toml").write_bytes((site.place.home / "site.toml").read_bytes())
    (home / "sources" / "crisis.toml").write_text(SOURCE.format(file=file.format(text=text)), encoding="utf-8")
    for line in (("fetch", "2026-03"), ("run", "2026-03"), ("status",)):
        code, said = said_by(*line, "--site", home)
        assert code == 2 and "crisis.toml" in said and PASSWORD not in said, said
    left = [path for path in home.rglob("*") if path.is_file() and path.name != "crisis.toml"]
    assert not [path for path in left if PASSWORD.encode() in path.read_bytes()]


def test_a_bare_password_is_no_name(site: Site, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    (home / "site.toml").write_bytes((site.place.home / "site.toml").read_bytes())
    (home / "sources" / "crisis.toml").write_text(SOURCE.format(file=PASTED[0].format(text=PASSWORD)), encoding="utf-8")
    code, said = said_by("fetch", "2026-03", "--site", home)
    assert code == 2 and "expected the name of a connection" in said and PASSWORD not in said


@pytest.mark.parametrize("text", CONNECTIONS)
def test_nor_on_the_command_line(site: Site, text: str) -> None:
    for line in (
        ("connect", text),
        ("new", "crisis", "--query", "SELECT 1 AS ref", "--dsn", text),
        ("mart", "--for", "trust-bi", "--to", "postgres", "--connection", text),
    ):
        said = site.hiu(*line) if line[0] != "connect" else None
        code, words = (said.code, said.out + said.err) if said else said_by(*line, "--site", site.place.home)
        assert code != 0 and PASSWORD not in words, words


@pytest.mark.parametrize("text", CONNECTIONS[:3])
def test_nor_in_the_settings(site: Site, tmp_path: Path, text: str) -> None:
    for n, extra in enumerate(('dsn = "{text}"', "dsn = {text}", '[rank]\nhalf_life = "{text}"')):
        home = tmp_path / str(n)
        home.mkdir()
        own = (site.place.home / "site.toml").read_text(encoding="utf-8")
        new = extra.format(text=text)
        (home / "site.toml").write_text(f"{new}\n{own}" if "[rank]" not in new else new, encoding="utf-8")
        code, said = said_by("status", "--site", home)
        assert code == 2 and "site.toml" in said and PASSWORD not in said, said
