"""A site.toml or a source's TOML made hostile: refused in words, or taken for text; nothing is run or written by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hiu.errors import HiuError
from hiu.settings import load
from pipelines.access.guard import guarded
from pipelines.cli import app

HEAD = 'name = "Area"\nsynthetic = true\n'
HOSTILE = {
    "python in a name": "name = \"__import__('os').system('touch EXECUTED')\"\nsynthetic = true\n",
    "template in a name": "name = \"{{ cycler.__init__.__globals__.os.popen('touch EXECUTED') }}\"\nsynthetic = true\n",
    "shell in a name": 'name = "$(touch EXECUTED) `touch EXECUTED`"\nsynthetic = true\n',
    "format in a name": 'name = "{0.__class__} %s %n"\nsynthetic = true\n',
    "escape in a name": 'name = "\\u001b[2J\\u202e"\nsynthetic = true\n',
    "an unknown table": HEAD + "[hooks]\nafter = 'touch EXECUTED'\n",
    "an unknown key": HEAD + "[rank]\nexec = 'touch EXECUTED'\n",
    "a role there is not": HEAD + "[roles]\nroot = ['superuser']\n",
    "roles that are no table": HEAD + "roles = 'all'\n",
    "two keys": HEAD + 'name = "B"\n',
    "no end": HEAD + "[rank\n",
    "a number past all": HEAD + "[rank]\ntop = 1e400\n",
    "a negative number": HEAD + "[rank]\ntop = -5\n",
    "not a number": HEAD + "[rank]\nhalf_life = nan\n",
    "deep": HEAD + "x = " + "[" * 2000 + "]" * 2000 + "\n",
    "a model that is code": HEAD + '[linking]\nmodel = "evil.py"\n',
    "weights of text": HEAD + '[rank.weights]\ns136 = "3; DROP TABLE record"\n',
    "a data set of SQL": HEAD + '[counting.datasets]\n"x\'); COPY record TO \'EXECUTED\' --" = ["police_incident"]\n',
}
SOURCES = {
    "a pattern that climbs": 'source = "x"\n[file]\npattern = "../../**/*"\n',
    "python as a format": 'source = "!!python/object/apply:os.system [touch EXECUTED]"\n',
    "an unknown reader": 'source = "x"\n[file]\nreader = "subprocess"\n',
    "a name that is a path": 'source = "../../evil"\n',
    "not TOML": "\x00\x01\x02",
    "extends what is not there": 'extends = "../../../etc/passwd"\n',
}


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_site_toml(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(HOSTILE[kind], encoding="utf-8")
    before = tree(tmp_path)
    found = CliRunner().invoke(app, ["status", "--site", str(site)])
    assert found.exit_code in (0, 1, 2) and "fault in hiu" not in found.stderr, found.stderr
    assert "\x1b" not in found.stdout + found.stderr and "EXECUTED" not in tree(tmp_path)
    assert tree(tmp_path) - before <= {"site/data", "site/data/curated", "site/data/curated/run.lock"}


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_a_hostile_source(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    (site / "sources").mkdir(parents=True)
    (site / "site.toml").write_text(HEAD, encoding="utf-8")
    (site / "sources" / "x.toml").write_text(SOURCES[kind], encoding="utf-8")
    found = CliRunner().invoke(app, ["status", "--site", str(site)])
    assert found.exit_code != 0 and "fault in hiu" not in found.stderr and "x.toml" in found.stderr, found.stderr
    assert "EXECUTED" not in tree(tmp_path)


@pytest.mark.parametrize("path", ["/etc", "../../elsewhere", "~root", "C:\\Windows", "\\\\server\\share"])
def test_a_command_that_looks_writes_nothing_where_a_setting_points(path: str, tmp_path: Path) -> None:
    """Folders are the owner's to name; reading a site makes none of them."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(HEAD + f"curated = '{path}/hiu-none'\n", encoding="utf-8")
    settings = load(site / "site.toml")
    with pytest.raises(HiuError, match="nothing is published"):
        from hiu import open as open_site

        _ = open_site(site).latest
    assert not settings.curated.exists() and guarded is not None
