"""JupyterLab on the notebooks: text notebooks open as notebooks, and nothing is sent out.

News, update checks and the extension manager are off by options that win over a user's own configuration; the
viewer of text notebooks is a default of JupyterLab's settings, in a folder of ours that goes when it is closed.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hiu.errors import UsageError
from pipelines.common.answer import release
from pipelines.common.place import NOTEBOOKS, REPOSITORY
from pipelines.common.progress import out

QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LanguageServerManager.autodetect=False",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.allow_remote_access=False",
)
"""Options of JupyterLab 4.6; the news is only off if its address is None, not if it is empty."""

OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"python": "Jupytext Notebook"}},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
}
"""Defaults of JupyterLab's own settings; a user may still choose otherwise, which QUIET makes harmless."""


def lab_command(notebooks: Path, settings: Path) -> list[str]:
    """The command that opens JupyterLab on a folder; `settings` holds overrides.json."""
    return [
        sys.executable,
        "-P",
        "-m",
        "jupyterlab",
        *QUIET,
        f"--LabApp.app_settings_dir={settings}",
        f"--ServerApp.root_dir={notebooks}",
    ]


def write_settings(folder: Path) -> Path:
    """Write overrides.json into a folder; the folder."""
    (folder / "overrides.json").write_text(json.dumps(OVERRIDES, indent=1), encoding="utf-8", newline="\n")
    return folder


def lab_environment(folder: Path, site: Path) -> dict[str, str]:
    """JupyterLab's environment: which site the notebooks read, and that no process imports from its working folder.

    JupyterLab would also run a configuration that lies in the working folder, so it is started in the notebooks' own.
    """
    profile = folder / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        "c = get_config()\nc.InteractiveShellApp.ignore_cwd = True\n", encoding="utf-8", newline="\n"
    )
    ours = {"HIU_SITE": str(site), "PYTHONSAFEPATH": "1", "IPYTHONDIR": str(folder / "ipython")}
    return {**os.environ, **ours}


def site_of(site: Path | None, repository: Path = REPOSITORY) -> Path:
    """The site the notebooks read: the one named, else the repository's, else the demonstration.

    Raises UsageError if there is none.
    """
    found = [
        folder
        for folder in ((site,) if site else (repository, Path("demo"), repository / "demo"))
        if (folder / "site.toml").is_file()
    ]
    if not found:
        raise UsageError(f"{site or 'demo'}: no site.toml there. 'hiu demo' makes an invented site to begin with.")
    return found[0].resolve()


def notebooks_of(site: Path, shipped: Path = NOTEBOOKS, repository: Path = REPOSITORY) -> Path:
    """The folder that is opened: the repository's own, else the site's, filled from the installed package.

    What an analyst changed is kept: a notebook that is there is never written over, and said to differ where it does.
    """
    if shipped.is_relative_to(repository / "notebooks"):
        return shipped
    own, differ = site / "notebooks", list[str]()
    for path in sorted(path for path in shipped.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        target = own / path.relative_to(shipped)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not target.exists():
            target.write_bytes(path.read_bytes())
        elif target.read_bytes() != path.read_bytes():
            differ.append(target.name)
    if differ:
        out(f"not as this version ships them (remove one to have it anew): {', '.join(differ)}")
    return own


def start_lab(site: Path | None) -> int:
    """Open JupyterLab until it is closed; HIU_SITE tells the notebooks which site to read. Raises UsageError."""
    where = site_of(site)
    notebooks = notebooks_of(where)
    out(f"the notebooks in {notebooks} read {where}; close JupyterLab with Control-C here")
    release()
    with TemporaryDirectory(prefix="hiu-lab-") as folder:
        command = lab_command(notebooks, write_settings(Path(folder)))
        with subprocess.Popen(command, cwd=notebooks, env=lab_environment(Path(folder), where)) as lab:
            while lab.poll() is None:
                with suppress(KeyboardInterrupt):  # JupyterLab hears Control-C too, and asks
                    lab.wait()
    return lab.returncode
