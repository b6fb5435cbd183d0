"""Runs a notebook here, in this process, or as people do, in a kernel of its own; and what it must not show."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import papermill
import polars as pl


def run_here(notebook: Path, parameters: dict[str, Any]) -> list[str]:
    """What each cell would show: HTML if the result has any, else its text."""
    known: dict[str, Any] = {}
    out = []
    for cell in jupytext.read(notebook, fmt="py:percent").cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(notebook), "exec"), known)
        if "parameters" in cell.metadata.get("tags", []):
            known.update(parameters)
        if last is not None:
            out.append(_form(eval(compile(ast.Expression(last.value), str(notebook), "eval"), known)))  # type: ignore[attr-defined]
    return out


def _form(value: Any) -> str:
    if bundle := getattr(value, "_repr_mimebundle_", None):
        made = bundle()
        return str(made[0] if isinstance(made, tuple) else made)
    return str(value._repr_html_()) if hasattr(value, "_repr_html_") else repr(value)


def run_as_people_do(notebook: Path, parameters: dict[str, Any], folder: Path) -> tuple[list[Any], float]:
    """Every output of a notebook run by papermill, and the seconds it took."""
    begin, done = folder / "begin.ipynb", folder / "done.ipynb"
    nbformat.write(jupytext.read(notebook, fmt="py:percent"), begin)
    start = time.monotonic()
    papermill.execute_notebook(
        begin,
        done,
        parameters=parameters,
        kernel_name="python3",
        cwd=str(notebook.parent),
        progress_bar=False,
        language="python",
    )
    seconds = time.monotonic() - start
    cells = nbformat.read(done, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs], seconds


def told_by(release: Path) -> list[str]:
    """Names, numbers and dates of birth of a published month, which no masked output may hold."""
    people = pl.read_parquet(release / "people.parquet")
    known = [*people["name_text"].drop_nulls(), *people["nhs_number"].drop_nulls(), *people["dob"].cast(pl.String)]
    found = [value for value in known if value and len(value) > 5]
    assert len(found) > 100
    return found
