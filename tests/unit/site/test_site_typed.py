"""Whoever checks a script of their own against the library sees what each documented call returns, never Any.

Checked with mypy, strict. A frame of pandas is what pandas' own types make of it, so those two are left out.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from hiu.model import RANKED
from hiu.site import shapes
from pipelines.setup.api import CLASSES, public

GIVEN = {
    "sql": '"select 1"',
    "person": "1",
    "why": "1",
    "table": '"timeline"',
    "around": '"s136"',
    "draft": '"police", "file.csv"',
    "decision": "0",
    "decide": '"same"',
    "of": "{}",
    "save": '"chart.svg"',
}
"""What is given to a call that needs something, by its name."""
MORE = {"ranked.compare": "1, 2", "ranked.why": "1", "person.why": "", "linkage.decisions": ""}
OPEN = ("to_pandas",)


def script() -> str:
    """Every documented call of every object, each with what it reveals."""
    lines = ["import hiu", "from hiu.site.show.chart import Chart", 'site = hiu.open("demo")', "run = site.latest"]
    lines += ["ranked, person, cohort = run.ranked(), run.person(1), run.cohort()"]
    lines += ["quality, linkage, places, definitions = run.quality(), run.linkage(), run.places(), run.definitions()"]
    lines += ['review, draft = run.review("A"), site.draft("police", "file.csv")']
    lines += ["finding, listing = cohort.trend(), run.people()", 'chart = Chart("<svg/>", "words")']
    for called, one in CLASSES:
        for name, what in public(one):
            if name in OPEN or not inspect.getdoc(getattr(what, "fget", None) or getattr(what, "func", None) or what):
                continue
            call = inspect.isfunction(what) or isinstance(what, classmethod)
            given = MORE.get(f"{called}.{name}", GIVEN.get(name, ""))
            lines.append(f"reveal_type({called}.{name}{f'({given})' if call else ''})  # {called}.{name}")
    lines += ["reveal_type(person.row()['rank'])", "reveal_type(run.manifest['files']['x']['sha256'])"]
    lines += ["reveal_type(review.pair()['fields'][0]['cells'][0][0]['d'])", "reveal_type(listing.columns())"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy says of the script."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "own.py").write_text(script(), encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\n", encoding="utf-8")
    root = str(Path(shapes.__file__).resolve().parents[2])
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "own.py"],
        cwd=folder,
        env={"MYPYPATH": root, "PATH": "", "MYPY_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout + found.stderr


@pytest.mark.slow
def test_nothing_that_is_documented_is_any(told: str) -> None:
    errors = [line for line in told.splitlines() if " error: " in line and line.startswith("own.py")]
    assert errors == []
    lines = script().splitlines()
    revealed = re.findall(r'own\.py:(\d+): note: Revealed type is "(.*)"', told)
    assert len(revealed) == sum("reveal_type" in line for line in lines) > 100
    assert [f"{lines[int(at) - 1]}: {kind}" for at, kind in revealed if re.search(r"\bAny\b", kind)] == []


def test_a_place_has_the_columns_of_the_list() -> None:
    kinds = {"text": str, "integer": int, "real": float, "boolean": bool}
    assert list(shapes.Place.__annotations__) == RANKED.names
    hints = get_type_hints(shapes.Place, localns={"list": str})
    for column in RANKED.columns:
        own = kinds[column.type]
        assert hints[column.name] == (own | None if column.nullable else own), column.name
