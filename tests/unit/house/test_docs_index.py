"""The site of the documentation: every page is in its navigation, and `hiu docs` finds what was built."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner

from hiu.errors import UsageError
from pipelines.cli import app
from pipelines.setup.docs import first_page

ROOT = Path(__file__).resolve().parents[3]
INDEX = ROOT / "docs" / "index.md"
PAGES = {path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")] if path != INDEX}


def of_the_site(name: str) -> ModuleType:
    """A module of docs/site, without Sphinx."""
    spec = importlib.util.spec_from_file_location(f"site_{name}", ROOT / "docs" / "site" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def conf() -> ModuleType:
    return of_the_site("conf")


def test_every_page_is_in_the_navigation_once(conf: ModuleType) -> None:
    pages = re.findall(r"<(.+?\.md)>$", conf.trees(INDEX.read_text(encoding="utf-8")), re.MULTILINE)
    found = [(INDEX.parent / page).resolve() for page in pages]
    assert len(found) == len(set(found))
    decisions = INDEX.parent / "adr" / "README.md"
    assert set(found) == PAGES | {decisions}, "a new page is entered in a list of docs/index.md"
    listed = set(re.findall(r"\]\((\w+-[\w-]+\.md)\)", decisions.read_text(encoding="utf-8")))
    assert listed == {path.name for path in decisions.parent.glob("*.md")} - {"README.md"}


def test_every_page_has_one_title() -> None:
    for page in sorted(PAGES | {INDEX}):
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1, page.name


def test_the_first_page_is_the_installed_one_then_the_checkouts(tmp_path: Path) -> None:
    installed, made = tmp_path / "installed", tmp_path / "made"
    with pytest.raises(UsageError, match="make docs"):
        first_page((installed, made))
    for place in (made, installed):
        place.mkdir()
        (place / "index.html").write_text("x", encoding="utf-8")
        assert first_page((installed, made)).parent == place


@pytest.mark.parametrize("opens", [True, False])
def test_the_command_opens_it_or_says_where_it_is(opens: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, asked = tmp_path / "a page.html", []
    page.write_text("x", encoding="utf-8")
    monkeypatch.setattr("pipelines.setup.docs.first_page", lambda: page)
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or opens)
    result = CliRunner().invoke(app, ["docs"])
    assert result.exit_code == 0 and str(page) in result.stdout and asked == [page.as_uri()]
    assert ("No browser could be opened" in result.stdout) is not opens
    assert CliRunner().invoke(app, ["docs", "--no-browser"]).exit_code == 0 and len(asked) == 1


def test_a_wheel_without_the_tools_says_that_it_has_no_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hook, said, ran = of_the_site("hatch_build"), [], []
    monkeypatch.setattr(hook, "find_spec", lambda name: None if name == "furo" else name)
    monkeypatch.setattr(hook.subprocess, "run", lambda line, **_: ran.append(line))
    one = hook.SiteOfDocs(str(tmp_path), {}, None, None, str(tmp_path), "wheel", None)
    monkeypatch.setattr(type(one), "app", SimpleNamespace(display_warning=said.append))
    built: dict[str, dict[str, str]] = {"force_include": {}}
    one.initialize("editable", built)
    one.initialize("standard", built)
    assert built["force_include"] == {} and ran == [] and len(said) == 1 and "furo not installed" in said[0]
    monkeypatch.setattr(hook, "find_spec", lambda name: name)
    one.initialize("standard", built)
    assert list(built["force_include"].values()) == ["pipelines/docs"] and ran[0][1:3] == ["-m", "sphinx"]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "results.json").write_text("{}", encoding="utf-8")
    one.initialize("standard", built)
    assert set(built["force_include"].values()) == {"pipelines/docs", "pipelines/results.json"}
