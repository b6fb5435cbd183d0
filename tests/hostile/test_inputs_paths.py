"""Nothing is imported from a site or from the folder that a command is given in, by us or by any process we start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from areakit import REPOSITORY

from pipelines.papers.report import run_cells
from pipelines.setup.lab import QUIET, lab_command, lab_environment, write_settings

SHADOWED = (
    "multiprocessing", "concurrent", "json", "typing", "dataclasses", "typer", "polars", "duckdb", "pydantic",
    "filelock", "getpass", "secrets", "hiu", "rich", "zoneinfo", "tomllib", "csv", "zipfile", "ipykernel",
    "sitecustomize", "usercustomize", "jupyter_server_config", "jupyter_config", "ipython_config",
)  # fmt: skip
ENTRY = "import sys; sys.argv[0] = 'hiu'; from pipelines.cli import app; app()"
WORKER = """
import pipelines
from pipelines.common.workers import worker_pool
if __name__ == "__main__":
    with worker_pool(1) as pool:
        print(pool.submit(len, "spawned").result())
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A working folder in which every module's name is taken; each one leaves a mark when it is run."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in SHADOWED:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'a').write({name!r} + ' ')\n")
    return folder


def started(trap: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A process in the folder, as a user starts it: nothing in its environment but where the project is."""
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), **more}
    env.pop("PYTHONSAFEPATH", None)
    return subprocess.run(command, cwd=trap, env=env, capture_output=True, text=True, check=False)


def executed(trap: Path) -> str:
    mark = trap.parent / "executed"
    return mark.read_text(encoding="utf-8") if mark.exists() else ""


def test_the_command_line_imports_nothing_from_the_working_folder(trap: Path) -> None:
    """With `python -m` Python puts the folder first."""
    done = started(trap, sys.executable, "-m", "pipelines.cli", "--help")
    assert done.returncode == 0 and "withdraw" in done.stdout, done.stderr
    assert executed(trap) == ""


def test_a_spawned_worker_imports_nothing_from_the_working_folder(trap: Path) -> None:
    script = trap.parent / "elsewhere" / "work.py"
    script.parent.mkdir()
    script.write_text(WORKER, encoding="utf-8")
    done = started(trap, sys.executable, str(script))
    assert done.stdout.strip() == "7", done.stderr
    assert executed(trap) == ""


def test_a_report_s_kernel_imports_nothing_from_the_notebook_s_folder(trap: Path) -> None:
    (trap / "own.py").write_text(
        "# %%\nimport sys, csv, zipfile\nprint('' in sys.path, csv.__file__)\n", encoding="utf-8"
    )
    cells = run_cells(trap / "own.py", {})
    shown = "".join(str(output.get("text", "")) for cell in cells for output in cell.get("outputs", ()))
    assert shown.startswith("False ") and str(trap) not in shown
    assert executed(trap) == ""


def test_the_notebook_server_is_started_apart_from_the_working_folder(tmp_path: Path) -> None:
    """JupyterLab would run jupyter_server_config.py of the folder it is started in."""
    env = lab_environment(tmp_path, tmp_path)
    command = lab_command(REPOSITORY / "notebooks", write_settings(tmp_path))
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"] and set(QUIET) < set(command)
    assert env["PYTHONSAFEPATH"] == "1"
    config = Path(env["IPYTHONDIR"]) / "profile_default" / "ipython_kernel_config.py"
    assert "ignore_cwd = True" in config.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "overrides.json").read_text(encoding="utf-8"))
