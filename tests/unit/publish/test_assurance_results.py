"""The record of test runs: what a run leaves, and what each document of the assurance pack says of its tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from assurance_kit import FACTS
from evidence import ROOT
from record_kit import Recorder, rests_on

from hiu.publish.assurance.content import Document, Line, Section, documents
from hiu.publish.assurance.render import markdown, page
from hiu.publish.assurance.results import COMMANDS, Copy, result_of
from pipelines.common.fingerprint import RECORD, build_of

HERE = Copy(build="b1", code="c1")
BY = ("tests/a/test_x.py::test_rows_add_up", "tests/a/test_x.py::test_names_are_masked")


def paper(*tests: str) -> Document:
    evidence = (*(f"test:{one}" for one in tests), "figure:docs/benchmarks.md#c")
    line = Line(kind="says", text="It is so.", evidence=evidence)
    sections = (Section(heading="h", lines=(line,)),)
    return Document(name="n", title="t", reader="r", intro="", sections=sections)


def run(build: str = "b1", code: str = "c1", **tests: list[str]) -> dict[str, Any]:
    about = {"date": "2026-11-30", "build": build, "code": code, "machine": "Linux x86_64, 2 cores"}
    return about | {"python": "3.13.1", "tests": tests}


def test_without_a_record_it_says_so_and_which_commands_make_one() -> None:
    said = result_of(paper(*BY), {}, HERE)
    assert said == (
        "This document rests on 2 tests. No result is on record for 2, and make test and make slow make one."
    )
    assert result_of(paper(), {}, HERE) == ""


def test_a_pass_is_of_this_build_of_its_code_or_of_another() -> None:
    by = "(make test on 30 Nov 2026, Linux x86_64, 2 cores, Python 3.13.1)"
    kinds = {
        "on this build": run(passed=[*BY]),
        "on the code of this build, with other pages, suites or notebooks": run("b0", passed=[*BY]),
        "on another build, b0, and not on this one": run("b0", "c0", passed=[*BY]),
    }
    for words, one in kinds.items():
        assert (
            result_of(paper(*BY), {"make test": one}, HERE) == f"This document rests on 2 tests. 2 passed {words} {by}."
        )


def test_a_failure_is_named_and_the_nearest_build_counts() -> None:
    runs = {
        "make test": run(passed=[BY[0]], failed=[BY[1]]),
        "make slow": run("b0", "c0", failed=[BY[0]], passed=[BY[1]]),
        "make fuzz": run(passed=[BY[1]]),
    }
    said = result_of(paper(*BY, "tests/a/test_x.py::test_new"), runs, HERE)
    assert "1 failed on this build (make test on" in said and ": names are masked; 1 passed on this build" in said
    assert said.endswith("no result is on record for 1, and make test and make slow make one: new.")
    skipped = {"make test": run(skipped=[BY[0]]), "make slow": run(passed=[BY[0]])}
    assert "1 passed" in result_of(paper(BY[0]), skipped, HERE) and "1 skipped" in result_of(
        paper(BY[0]), {"make test": skipped["make test"]}, HERE
    )


def test_both_forms_of_a_document_have_it() -> None:
    (one,) = (one for one in documents(FACTS, {}, {}) if one.name == "03-safety-case")
    said = result_of(one, {}, HERE)
    shown = Document(**{**one.__dict__, "tested": said})
    assert said in markdown(shown, FACTS) and said in page([shown], FACTS).decode()


TESTS = """
import pytest
@pytest.mark.parametrize("n", [1, 2])
def test_rows(n): assert n == 1
def test_passes(): pass
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_falls_at_its_end(broken): pass
@pytest.mark.skip
def test_skipped(): pass
"""


@pytest.mark.parametrize("processes", [0, 2])
def test_a_run_leaves_a_record_of_what_statements_rest_on(processes: int, tmp_path: Path) -> None:
    names = ("rows", "passes", "falls_at_its_end", "skipped")
    (tmp_path / "test_own.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        f"import sys\nsys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests' / 'kits')!r}]\n"
        "from pathlib import Path\nimport record_kit\n"
        f"record_kit.rests_on = lambda: {{f'test_own.py::test_{{one}}' for one in {names}}}\n"
        "def pytest_configure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(record_kit.Recorder(Path('results.json'), 'make test'))\n",
        encoding="utf-8",
    )
    before = {"make slow": run(passed=["kept"]), "make test": run("old", passed=["gone"])}
    (tmp_path / "results.json").write_text(json.dumps(before), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(processes)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert ran.returncode == 1 and found["make slow"] == before["make slow"], ran.stdout
    own = found["make test"]
    assert own["tests"] == {
        "failed": ["test_own.py::test_falls_at_its_end", "test_own.py::test_rows"],
        "passed": ["test_own.py::test_passes"],
        "skipped": ["test_own.py::test_skipped"],
    }
    assert (own["passed"], own["failed"], own["skipped"]) == (2, 2, 1) and re.fullmatch("[0-9a-f]{12}", own["build"])


def test_a_run_that_was_cut_off_leaves_the_record_as_it_was(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "results.json", "make test")
    recorder.pytest_sessionfinish(None, pytest.ExitCode.INTERRUPTED)  # type: ignore[arg-type]
    assert not recorder.path.exists()


def test_every_command_of_the_makefile_that_runs_a_whole_part_keeps_its_result() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    targets = re.findall(r"^(test|slow|crash|fuzz): .*\n(?:\t.*\n)+", text, re.MULTILINE)
    bodies = {one[0].split(":")[0]: one[0] for one in re.finditer(r"^\w+: .*\n(?:\t.*\n)+", text, re.MULTILINE)}
    assert {f"make {one}" for one in targets} == {*COMMANDS}
    assert all('--keep-result "make $@"' in bodies[one] for one in targets)


def test_the_record_of_the_repository_is_small_and_names_no_machine() -> None:
    path = ROOT / "tests" / "results.json"
    if not path.is_file():
        pytest.skip("no whole run has been made of this copy")
    runs = json.loads(path.read_text(encoding="utf-8"))
    assert {*runs} <= {*COMMANDS} and path.stat().st_size < 100_000
    for one in runs.values():
        assert [*one] == sorted(one) and re.fullmatch(r"\d{4}-\d\d-\d\d", one["date"])
        assert {name for names in one["tests"].values() for name in names} and "/" not in one["machine"]


def test_the_pack_rests_on_tests() -> None:
    assert len(rests_on()) > 100


def test_the_record_is_of_no_build_which_it_is_about(tmp_path: Path) -> None:
    for name in ("hiu", "pipelines"):
        (tmp_path / name).mkdir()
    before = build_of(tmp_path)
    (tmp_path / "pipelines" / RECORD).write_text("{}", encoding="utf-8")
    assert build_of(tmp_path) == before
    (tmp_path / "pipelines" / "other.json").write_text("{}", encoding="utf-8")
    assert build_of(tmp_path) != before
