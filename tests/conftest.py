"""In which order and by which processes tests are run, and which of them are traced."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from examples import QUICK

import hiu
import pipelines

hypothesis.settings.load_profile(QUICK)


TOGETHER = ("tests/browser", "tests/crash", "tests/unit/house")
"""Folders whose tests share what is costly to start: one process has them all."""
FIRST_OF_ALL = (
    "tests/pipeline/run/test_run.py",
    "tests/crash",
    "tests/pipeline/govern",
    "tests/pipeline/run",
    "tests/browser",
    "tests/pipeline",
    "tests/hostile",
)
"""What takes longest, so that no process is left with it at the end."""


UNTRACED = (
    "tests/traps",
    "tests/unit/house",
    "tests/fuzz",
    "tests/crash",
    "tests/browser",
    "tests/pipeline/run/test_run.py",
    "tests/pipeline/rights/test_subject.py",
    "tests/unit/link/test_link_generations.py",
    "tests/unit/link/test_link_planted.py",
)
"""Hundreds of tests along the same few ways through the code, which fixtures, unit and pipeline tests trace already:
they run without coverage, which would cost them a third of their time and tell nothing more. So do property tests,
which try examples by the dozen of what other tests try once."""


EVERY_CASE = ("tests/unit/extract", "tests/unit/publish", "tests/unit/site")
"""Elsewhere, of tests with many cases the first is traced: the others go the same way with other values."""


FIRST_TEST = ("tests/hostile",)
"""What others tried against commands that unit and pipeline tests trace: of each file the first test is traced."""


QUICK_CASES = {
    "tests/traps": 10,
    "tests/hostile/test_reads_library.py": 1,
    "tests/hostile/test_release_figures.py": 1,
    "tests/hostile/test_roles.py": 1,
    "tests/hostile": 5,
    "tests/pathway/test_missing.py": 5,
    "tests/pathway/test_one_part.py": 5,
    "tests/pipeline/cli/test_cli.py::test_every_command_says_what_it_does": 5,
    "tests/pipeline/cli/test_doc_commands.py::test_a_command_line_runs": 5,
    "tests/pipeline/network/test_forged.py": 5,
    "tests/pipeline/papers/test_meet.py::test_what_the_workbook_refuses_is_refused_here": 5,
    "tests/pipeline/rights/test_registers.py::test_a_person_in_support_who_is_withheld_is_told_of": 5,
    "tests/pipeline/run/test_fingerprint.py": 5,
    "tests/unit/link/test_link_generations.py": 5,
    "tests/unit/network": 5,
    "tests/unit/publish/test_pack_decide.py": 5,
    "tests/unit/publish/test_pack_pdf.py": 5,
    "tests/unit/publish/test_pack_standing.py": 5,
    "tests/unit/quality/test_quality_gate.py::test_what_is_settled_at_once": 5,
    "tests/unit/site/test_site_second_day.py": 5,
}
MANY = 2
"""Of a test with more cases every fifth or tenth is in the quick suite; `make fuzz` and `make slow` try them all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The commands of the Makefile that run a whole part of the tests have the result kept."""
    parser.addoption("--keep-result", metavar="COMMAND", help="as what this run enters tests/results.json")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Only who runs tests loads the product: others start once whoever hands tests out to them has read this file.

    Not before, as what is loaded earlier than the session starts is not traced.
    """
    config = session.config
    if (command := config.getoption("keep_result")) and not hasattr(config, "workerinput"):
        from record_kit import Recorder

        config.pluginmanager.register(Recorder(config.rootpath / "tests" / "results.json", command))
    if not config.getoption("numprocesses", None):
        config.pluginmanager.import_plugin("shared_areas")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first. Files, and tests in a file, otherwise keep their order."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        cases.setdefault(item.nodeid.split("[")[0], []).append(item)
    for test, some in cases.items():
        every = next((each for part, each in QUICK_CASES.items() if test.startswith(part)), 1)
        for item in (item for n, item in enumerate(some) if n % every and len(some) > MANY):
            item.add_marker("slow")
    place = {
        item: next((n for n, part in enumerate(FIRST_OF_ALL) if item.nodeid.startswith(part)), 99) for item in items
    }
    items.sort(key=lambda item: place[item])
    traced: set[str] = set()
    for item in items:
        first = item.nodeid.split("::" if item.nodeid.startswith(FIRST_TEST) else "[")[0]
        again = first in traced and not item.nodeid.startswith(EVERY_CASE)
        property_test = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if again or property_test or item.nodeid.startswith(UNTRACED):
            item.add_marker("no_cover")
        if not item.get_closest_marker("slow"):
            traced.add(first)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, Any, Any]:
    """Collecting is not traced: it writes the assertions of every test anew. What is ours is first imported, traced."""
    if session.config.getoption("numprocesses", None):
        return (yield)
    plugin = session.config.pluginmanager.get_plugin("_cov")
    if plugin is None or plugin.cov_controller is None:
        import_tests(session.config)
        return (yield)
    for package in (hiu, pipelines):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    plugin.cov_controller.pause()
    try:
        import_tests(session.config)
        return (yield)
    finally:
        plugin.cov_controller.resume()


def import_tests(config: pytest.Config) -> None:
    """Import every test, each process beginning with another: what one wrote anew and kept, the others only read."""
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return
    files = [file for arg in config.args if Path(arg).is_dir() for file in sorted(Path(arg).rglob("test_*.py"))]
    begin = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in files[begin:] + files[:begin]:
        if (folder := str(file.parent.resolve())) not in sys.path:
            sys.path.insert(0, folder)
        with suppress(Exception, pytest.skip.Exception):  # pytest says so when it comes to it
            importlib.import_module(file.stem)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not look at it again with every test.

    Nor need it look often at what tests make, most of which goes without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Of a test that passes a process hands on one report, not three, a start and an end: each costs as much as a test.

    With --durations all are handed on.
    """
    if not hasattr(item.config, "workerinput") or item.config.getoption("durations", None) is not None:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file goes to one process whole, a folder of TOGETHER too, in the order above."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            return next((part for part in TOGETHER if file.startswith(part)), file)

    config.option.loadscopereorder = False
    return ByFile(config, log)
