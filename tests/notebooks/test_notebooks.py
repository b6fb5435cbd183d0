"""Every committed notebook runs from the top on a synthetic area, names nobody, and holds no logic or outputs."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import jupytext
import nbformat
import pytest
from notebooks.no_outputs import committed, main, problems
from notebooks.runner import run_here, told_by

from pipelines.run import Outcome

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def shown(request: pytest.FixtureRequest, area: Path, published: Outcome) -> list[str]:
    """What each cell of a notebook shows, run from the top in this process; a warning is an error."""
    assert published.published
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        patch.chdir(ROOT / "notebooks")
        return run_here(request.param, {"site": str(area)})


def test_shows_something_and_says_nothing_on_the_side(shown: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert len(shown) > 4
    assert not any("Traceback" in text for text in shown)
    assert capsys.readouterr().err == ""


def test_names_nobody(shown: list[str], published: Outcome) -> None:
    assert published.published
    assert [value for value in told_by(published.published) if value in str(shown)] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_holds_no_logic(notebook: Path) -> None:
    cells = jupytext.read(notebook, fmt="py:percent").cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    logic = (ast.For, ast.While, ast.If, ast.IfExp, ast.FunctionDef, ast.Lambda, ast.ListComp, ast.Try, ast.With)
    assert [type(node).__name__ for node in ast.walk(ast.parse(code)) if isinstance(node, logic)] == []
    assert sum(cell.cell_type == "markdown" for cell in cells) >= sum(cell.cell_type == "code" for cell in cells) / 2


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_heading_is_in_a_cell_of_text(notebook: Path) -> None:
    code = (cell.source for cell in jupytext.read(notebook, fmt="py:percent").cells if cell.cell_type == "code")
    assert [line for source in code for line in source.splitlines() if line.startswith("# #")] == []


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
