"""The command that opens JupyterLab: every option is one the installed JupyterLab knows, and means 'off'.

JupyterLab is loaded by the tests that ask it: that takes three seconds, which every process would spend on collecting.
"""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from hiu.errors import UsageError
from pipelines.setup import lab


def option(name: str) -> str:
    """The value given to an option of LabApp."""
    found = [part.split("=", 1)[1] for part in lab.QUIET if part.startswith(f"--LabApp.{name}=")]
    assert len(found) == 1
    return found[0]


def schema(plugin: str) -> Any:
    """The installed JupyterLab's own settings schema of a plugin."""
    extension, name = plugin.split(":")
    path = resources.files("jupyterlab") / "schemas" / extension / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_command_names_the_notebooks_and_our_settings(tmp_path: Path) -> None:
    command = lab.lab_command(tmp_path / "notebooks", tmp_path / "Área settings")
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'notebooks'}" in command
    assert f"--LabApp.app_settings_dir={tmp_path / 'Área settings'}" in command
    assert set(lab.QUIET) < set(command)


def test_news_updates_and_the_extension_manager_are_off() -> None:
    from jupyterlab.extensions import MANAGERS
    from jupyterlab.handlers.announcements import NeverCheckForUpdate
    from jupyterlab.labapp import LabApp

    traits: dict[str, Any] = LabApp.class_traits()
    assert traits["news_url"].from_string(option("news_url")) is None
    assert traits["check_for_updates_class"].from_string(option("check_for_updates_class")) is not None
    module, name = option("check_for_updates_class").rsplit(".", 1)
    assert getattr(sys.modules[module], name) is NeverCheckForUpdate
    assert option("extension_manager") == "readonly" and "readonly" in MANAGERS
    assert "app_settings_dir" in traits


def test_overrides_are_settings_that_jupyterlab_has() -> None:
    for plugin, values in lab.OVERRIDES.items():
        known = schema(plugin)["properties"]
        assert set(values) <= set(known)
        for name, value in values.items():
            assert not isinstance(value, bool) or known[name]["type"] == "boolean"
    news = schema("@jupyterlab/apputils-extension:notification")["properties"]["fetchNews"]
    assert "false" in [choice["const"] for choice in news["oneOf"]]


def test_the_viewer_is_the_installed_jupytexts() -> None:
    from jupyter_core.paths import jupyter_path

    viewer = lab.OVERRIDES["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]["python"]  # type: ignore[index]
    scripts = [
        script
        for folder in jupyter_path("labextensions", "jupyterlab-jupytext", "static")
        for script in Path(folder).glob("*.js")
    ]
    assert any(viewer in script.read_text(encoding="utf-8") for script in scripts)


def test_settings_are_written_into_the_folder_given(tmp_path: Path) -> None:
    assert lab.write_settings(tmp_path) == tmp_path
    assert json.loads((tmp_path / "overrides.json").read_text(encoding="utf-8")) == lab.OVERRIDES
    assert [path.name for path in tmp_path.iterdir()] == ["overrides.json"]


def test_the_site_is_the_named_one_the_repositorys_or_the_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repository, named = tmp_path / "repository", tmp_path / "named"
    for folder in (repository, named):
        folder.mkdir()
    with pytest.raises(UsageError, match="hiu demo"):
        lab.site_of(None, repository)
    with pytest.raises(UsageError, match="named"):
        lab.site_of(named, repository)
    (repository / "demo").mkdir()
    (repository / "demo" / "site.toml").touch()
    assert lab.site_of(None, repository) == (repository / "demo").resolve()
    (repository / "site.toml").touch()
    assert lab.site_of(None, repository) == repository.resolve()
    (named / "site.toml").touch()
    assert lab.site_of(named, repository) == named.resolve()


def test_the_installed_notebooks_are_copied_to_the_site_and_what_was_changed_there_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped, site = tmp_path / "pipelines" / "notebooks", tmp_path / "site"
    (shipped / "examples").mkdir(parents=True)
    for name in ("person.py", "cohort.py", "examples/fire_log.csv"):
        (shipped / name).write_text(name, encoding="utf-8", newline="\n")
    own = lab.notebooks_of(site, shipped, tmp_path / "packages")
    assert own == site / "notebooks" and capsys.readouterr().out == ""
    assert (own / "examples" / "fire_log.csv").read_text(encoding="utf-8") == "examples/fire_log.csv"
    (own / "person.py").write_text("mine", encoding="utf-8", newline="\n")
    assert lab.notebooks_of(site, shipped, tmp_path / "packages") == own
    assert (own / "person.py").read_text(encoding="utf-8") == "mine"
    assert "remove one to have it anew): person.py" in capsys.readouterr().out


def test_in_the_repository_its_own_notebooks_are_opened(tmp_path: Path) -> None:
    assert lab.notebooks_of(tmp_path) == lab.NOTEBOOKS == lab.REPOSITORY / "notebooks"
    assert not (tmp_path / "notebooks").exists()
