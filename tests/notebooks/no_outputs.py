"""Committed notebooks are text without outputs: stored outputs put people's data into history.

Exits 1, naming each file, if one is not; else prints one line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parents[2]
PASTED = re.compile(r"data:[a-z]+/[\w.+-]+;base64,|<svg\b|<table\b", re.IGNORECASE)
"""What a pasted output looks like in a text notebook."""


def problems(paths: Iterable[Path]) -> list[str]:
    """A sentence for each notebook that is no text notebook, or holds what a run left."""
    return [f"{path}: {problem}" for path in paths if (problem := _problem(path))]


def _problem(path: Path) -> str | None:
    if path.suffix == ".ipynb":
        return "a .ipynb; expected jupytext percent (.py), which holds no outputs"
    text = path.read_text(encoding="utf-8")
    cells = jupytext.reads(text, fmt="py:percent").cells
    if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
        return "holds outputs"
    return "holds a picture or table as text: a pasted output" if PASTED.search(text) else None


def committed(root: Path = ROOT) -> list[Path]:
    """Notebooks that are, or would be, committed; without git every one in notebooks/."""
    known = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        asked = subprocess.run([*known, "--", "notebooks", "*.ipynb"], capture_output=True, check=True)
        listed = asked.stdout.decode("utf-8").split("\0")
        names = {root / name for name in listed if name}
    except (OSError, subprocess.CalledProcessError):
        names = set((root / "notebooks").rglob("*"))
    return sorted(path for path in names if path.suffix in (".py", ".ipynb") and path.is_file())


def main() -> int:
    """Say what was found; 1 if a notebook must not be committed as it is."""
    paths = committed()
    found = problems(paths)
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(f"{len(paths)} notebooks, {len(found)} with outputs\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
