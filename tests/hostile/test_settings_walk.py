"""Every key of site.toml and of a source's TOML with hostile values: taken, or refused in words, soon and in bounds."""

from __future__ import annotations

import os
import re
import time
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from pydantic import BaseModel
from typer.testing import CliRunner

from hiu.errors import HiuError, SettingsError
from hiu.govern.keys import load_key
from hiu.link.model.adopted import path_of
from hiu.settings import Linking, Settings, load
from hiu.sources import load_sources
from hiu.sources.spec import Source
from pipelines.cli import app

VALUES: dict[str, str] = {
    "a device": "'/dev/zero'",
    "a name of Windows": "'CON'",
    "another computer": r"'\\server\share\x'",
    "a path that climbs": "'../../../../../../etc'",
    "a character 0": '"a\\u0000b"',
    "a quote": '"3GB\'; DROP TABLE record; --"',
    "quotes": "'\"'",
    "steering": '"\\u001b[2J\\u202e"',
    "a template": "'{0.__class__} %s {{ 7*7 }}'",
    "an endless pattern": "'(a+)+$'",
    "nothing": "''",
    "a long text": f"'{'x' * 100_000}'",
    "huge": "1" + "0" * 400,
    "the largest": "9223372036854775807",
    "huge and broken": "1e308",
    "negative": "-1",
    "zero": "0",
    "not a number": "nan",
    "endless": "inf",
    "true": "true",
    "no date": "0001-01-01",
    "the last date": "9999-12-31",
    "a list": "[]",
    "texts": "['x']",
    "a list with a character 0": '["\\u0000"]',
    "lists": "[[1]]",
    "many": f"[{', '.join(['true'] * 2000)}]",
    "a table": "{a = 1}",
    "a table of no number": "{a = nan}",
    "a table of dates": "{a = 0001-01-01}",
}
NEVER = {"a character 0", "a long text", "huge", "the largest", "huge and broken", "not a number", "endless"}
NEVER |= {"a table of no number", "a table of dates", "a list with a character 0", "no date", "the last date", "many"}
"""Values that no key takes."""


def keys(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (*before, name)
        inner, several = _inner(field.annotation)
        if inner:
            yield from keys(inner, (*before, name, *(["k"] if several else [])))


def _inner(kind: object) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind, False
    for one in typing.get_args(kind):
        found, several = _inner(one)
        if found:
            return found, several or typing.get_origin(kind) is dict
    return None, False


def written(path: Path, key: tuple[str, ...], value: str, about: dict[str, str]) -> None:
    """The file as somebody would type it: a library that writes TOML takes seconds over thousands of values."""
    lines = [f"{name} = {said}" for name, said in about.items() if (name,) != key]
    table = [f"[{'.'.join(key[:-1])}]"] if key[:-1] else []
    path.write_text("\n".join([*lines, *table, f"{key[-1]} = {value}\n"]), encoding="utf-8")


def judged(read: typing.Callable[[], object], key: tuple[str, ...], value: str) -> bool:
    """Whether it was taken; a refusal names the key, in few words, and comes soon."""
    began = time.process_time()
    try:
        read()
    except HiuError as error:
        text = str(error)
        assert key[-1] in text or key[0] in text, (key, value, text)
        assert len(text) < 20_000 and "\x1b" not in text and "Traceback" not in text, (key, value)
        return False
    finally:
        assert time.process_time() - began < 20, (key, value)
    return True


@pytest.mark.parametrize("key", list(keys(Settings)), ids=".".join)
def test_each_key_of_a_site(key: tuple[str, ...], tmp_path: Path) -> None:
    for value, text in VALUES.items():
        written(tmp_path / "site.toml", key, text, {"name": "'A'", "synthetic": "true"})
        taken = judged(lambda: load(tmp_path / "site.toml"), key, value)
        assert not (taken and value in NEVER), (key, value)


@pytest.mark.slow
@pytest.mark.parametrize("key", list(keys(Source)), ids=".".join)
def test_each_key_of_a_source(key: tuple[str, ...], tmp_path: Path) -> None:
    for value, text in VALUES.items():
        written(tmp_path / "zed.toml", key, text, {"name": "'zed'", "extends": "'police'"})
        taken = judged(lambda: load_sources(tmp_path), key, value)
        assert not (taken and value in NEVER), (key, value)


FOLDERS = ("raw", "curated", "governance.read_log")
DEVICES = ["/dev/zero", "/dev/tty", "/dev/null", "x" * 300, "site.toml"]


@pytest.mark.skipif(os.name == "nt", reason="devices are named otherwise")
@pytest.mark.parametrize("device", DEVICES, ids=[*DEVICES[:3], "a long name", "a file"])
@pytest.mark.parametrize("key", FOLDERS)
def test_a_folder_that_is_none(key: str, device: str, tmp_path: Path) -> None:
    written(tmp_path / "site.toml", tuple(key.split(".")), f"'{device}'", {"name": "'A'", "synthetic": "true"})
    for command in ("status", "verify", "run"):
        said = CliRunner().invoke(app, [command, *(["2026-03"] if command == "run" else []), "--site", str(tmp_path)])
        assert said.exit_code == 2 and f"'{key}': must be the path of a folder" in said.stderr, said.output


@pytest.mark.skipif(os.name == "nt", reason="devices and pipes are named otherwise")
@pytest.mark.parametrize("kind", ["device", "link to a device", "pipe", "folder", "large", "bytes", "link to a pipe"])
def test_a_key_settings_or_a_mapping_that_is_no_plain_file(kind: str, tmp_path: Path) -> None:
    """Finding: a key file /dev/zero was read till the memory ended; a pipe is waited for without end."""
    path, pipe = tmp_path / "x.toml", tmp_path / "pipe"
    os.mkfifo(pipe)
    if kind == "folder":
        path.mkdir()
    elif kind in ("large", "bytes"):
        path.write_bytes(b"\xff\x00" * (1 if kind == "bytes" else 600_000))
    else:
        path.symlink_to(pipe if "pipe" in kind else "/dev/zero")
    given = {"device": Path("/dev/zero"), "pipe": pipe}.get(kind, path)
    for read in (lambda: load_key(given, outside=()), lambda: load(given), lambda: load_sources(tmp_path)):
        with pytest.raises(SettingsError) as refused:
            read()
        assert str(tmp_path) in str(refused.value) or "/dev/zero" in str(refused.value)


@pytest.mark.parametrize(
    "limit", ["3GB'; DROP TABLE record; --", "-1", "0x3GB", "80%", "3 G B", "", "GB", "nan", "3gb\n"]
)
def test_a_limit_of_memory_that_is_none(limit: str, tmp_path: Path) -> None:
    """Finding: a quote gave the engine's own traceback."""
    (tmp_path / "site.toml").write_text(tomlkit.dumps({"name": "A", "memory_limit": limit}), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"'memory_limit': must be a number and a unit such as 3GB or 800MB; found"):
        load(tmp_path / "site.toml")


@pytest.mark.skipif(os.name == "nt", reason="devices and pipes are named otherwise")
@pytest.mark.parametrize("what", ["a pipe", "a device", "a folder", "too large", "beyond a file", "a circle"])
def test_a_model_that_is_no_plain_file_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "model-0.json"
    match what:
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path = Path("/dev/zero")
        case "a folder":
            path.mkdir()
        case "too large":
            with path.open("wb") as stream:
                stream.truncate(40_000_000_000)
        case "beyond a file":
            path.write_text("")
            path = path / "inside.json"
        case _:
            path.symlink_to(path)
    with pytest.raises(SettingsError, match=f"{re.escape(str(path))}: (expected a plain file|the model that)"):
        path_of(tmp_path, Linking(model=str(path)))
