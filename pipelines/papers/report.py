"""A notebook as a report of a month: run from the top, and kept as one offline page beside the run it is of."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hiu.disk import replace
from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.month import Month
from hiu.publish.release.folder import digest, read_manifest
from pipelines.common.fingerprint import build
from pipelines.common.journal import record
from pipelines.common.place import NOTEBOOKS, Place
from pipelines.papers.report_page import Heading, page

NO_FOLDER = ("--InteractiveShellApp.ignore_cwd=True",)
"""A kernel imports nothing from the folder it works in: a notebook's may be a site's."""
_OURS = ("HiuError", "UsageError", "SettingsError", "NoSuchName", "InputRefused", "ContradictoryDecision")
"""Errors whose text is meant for people and holds no value."""


@dataclass(frozen=True)
class Report:
    """What was made: the page, of which notebook, month and run."""

    path: Path
    notebook: str
    month: Month
    run: str


def report(place: Place, notebook: str, month: str, *, now: datetime, code: bool = False) -> Report:
    """Run a notebook on a month and write curated/reports/<run>/<notebook>.html; names stay masked.

    Raises UsageError naming the nearest notebook, HiuError naming the cell that failed.
    """
    source = find(notebook)
    wanted, folder = place.which(str(Month.parse(month)))
    manifest = read_manifest(folder)
    cells = run_cells(source, {"site": str(place.home.resolve()), "month": str(wanted)})
    heading = Heading(
        site=place.settings.name,
        month=wanted,
        run=folder.name,
        built=now,
        settings=str(manifest["settings_version"]),
        synthetic=bool(manifest.get("synthetic")),
    )
    target = place.curated / "reports" / folder.name / f"{source.stem}.html"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace(target, page(cells, heading, code=code).encode("utf-8"))
    about = {"notebook": source.stem, "month": str(wanted), "run": folder.name, "build": build()}
    record(place, now, "notebook_report", **about, sha256=digest(target))
    return Report(target, source.stem, wanted, folder.name)


def find(notebook: str, folder: Path = NOTEBOOKS) -> Path:
    """A notebook by its name or path. Raises UsageError naming the nearest."""
    own = Path(notebook)
    if own.suffix == ".py" and own.is_file():
        return own
    if own.suffix and own.is_file():
        raise UsageError(f"{notebook}: expected a notebook written as a text file of Python (.py)")
    files = {path.stem: path for path in sorted(folder.glob("*.py"))}
    if own.stem not in files:
        raise UsageError(f"no notebook '{notebook}'.{did_you_mean(own.stem, files)} There are: {', '.join(files)}.")
    return files[own.stem]


def run_cells(source: Path, parameters: dict[str, str]) -> list[Any]:
    """The cells of a text notebook, run from the top with parameters, outputs and all; nothing of it is kept."""
    import jupytext
    import nbformat
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="hiu-report-") as folder:
        begin, done = Path(folder, "begin.ipynb"), Path(folder, "done.ipynb")
        nbformat.write(jupytext.read(source, fmt="py:percent"), begin)
        try:
            papermill.execute_notebook(
                begin,
                done,
                parameters=parameters,
                kernel_name="python3",
                cwd=str(source.parent),
                progress_bar=False,
                language="python",
                extra_arguments=["--IPKernelApp.log_level=40", *NO_FOLDER],
            )
        except papermill.PapermillExecutionError as error:
            # the text of an unexpected error may hold a patient's values
            detail = error.evalue if error.ename in _OURS else "the notebook itself, opened by 'hiu lab', says more"
            cell = max(1, (error.exec_count or 1) - 1)  # the parameters given are a cell of their own
            raise HiuError(f"{source.name}, cell {cell}: {error.ename}: {detail}") from None
        return list(nbformat.read(done, as_version=4).cells)
