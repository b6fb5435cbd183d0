"""JupyterLab on the notebooks, with news, update checks and the extension manager off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.place import REPOSITORY

QUIET = (
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--ServerApp.ip=127.0.0.1",
)


def lab_command(notebooks: Path) -> list[str]:
    """The command that opens JupyterLab; notebooks open as notebooks though stored as text."""
    return [sys.executable, "-m", "jupyterlab", *QUIET, f"--ServerApp.root_dir={notebooks}"]


def start_lab(site: Path | None) -> int:
    """Open JupyterLab until it is closed; HIU_SITE tells the notebooks which site to read."""
    notebooks = REPOSITORY / "notebooks"
    where = {"HIU_SITE": str((site or REPOSITORY).resolve())}
    return subprocess.call(lab_command(notebooks), env={**os.environ, **where})
