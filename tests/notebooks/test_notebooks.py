"""Every committed notebook runs from the top on a synthetic area, names nobody, and holds no logic or outputs."""

from __future__ import annotations

import ast
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import papermill
import polars as pl
import pytest
from notebooks.no_outputs import committed, main, problems

from pipelines.run import Outcome

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
SECONDS = 30


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def shown(request: pytest.FixtureRequest, area: Path, published: Outcome, tmp_path_factory: Any) -> list[Any]:
    """Every output of a notebook run from the top on the synthetic area, in under 30 seconds."""
    folder: Path = tmp_path_factory.mktemp("notebook")
    text, done = folder / "begin.ipynb", folder / "done.ipynb"
    nbformat.write(jupytext.read(request.param, fmt="py:percent"), text)
    begin = time.monotonic()
    papermill.execute_notebook(
        text, done, parameters={"where": str(area)}, kernel_name="python3", cwd=str(folder), progress_bar=False
    )
    assert time.monotonic() - begin < SECONDS
    cells = nbformat.read(done, as_version=4).cells
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def test_runs_without_a_warning_and_shows_a_chart(shown: list[Any]) -> None:
    assert [output for output in shown if output.output_type in ("stream", "error")] == []
    assert any("<svg" in output.get("data", {}).get("text/html", "") for output in shown)


def test_names_nobody(shown: list[Any], published: Outcome) -> None:
    assert published.published
    people = pl.read_parquet(published.published / "people.parquet")
    known = [*people["name_text"].drop_nulls(), *people["nhs_number"].drop_nulls(), *people["dob"].cast(pl.String)]
    assert len(known) > 100
    assert [value for value in known if value and len(value) > 5 and value in str(shown)] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_holds_no_logic(notebook: Path) -> None:
    cells = jupytext.read(notebook, fmt="py:percent").cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    logic = (ast.For, ast.While, ast.If, ast.IfExp, ast.FunctionDef, ast.Lambda, ast.ListComp, ast.Try, ast.With)
    assert [type(node).__name__ for node in ast.walk(ast.parse(code)) if isinstance(node, logic)] == []
    assert sum(cell.cell_type == "markdown" for cell in cells) >= sum(cell.cell_type == "code" for cell in cells) / 2


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_opening_and_saving_changes_nothing(notebook: Path) -> None:
    opened = jupytext.read(notebook, fmt="py:percent")
    opened.metadata["language_info"] = {"name": "python", "version": "3.12.0"}
    for cell in opened.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text="PLANTED")]
    assert jupytext.writes(opened, fmt="py:percent") == notebook.read_text(encoding="utf-8")


def test_committed_notebooks_hold_no_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out == f"{len(committed())} notebooks, 0 with outputs\n"
    assert set(NOTEBOOKS) <= set(committed())


def test_a_notebook_with_outputs_is_found(tmp_path: Path) -> None:
    stored, pasted, clean = tmp_path / "a.ipynb", tmp_path / "b.py", tmp_path / "c.py"
    nbformat.write(nbformat.v4.new_notebook(), stored)
    pasted.write_text("# %% [markdown]\n# ![x](data:image/png;base64,AAAA)\n", encoding="utf-8")
    clean.write_text("# %%\nimport hiu\n", encoding="utf-8")
    found = problems([stored, pasted, clean])
    assert len(found) == 2
    assert str(stored) in found[0] and "a .ipynb" in found[0]
    assert str(pasted) in found[1] and "a pasted output" in found[1]
