"""A whole run of the tests leaves a record: what ran, and how the tests ended that the assurance pack rests on."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from evidence import ROOT, references

from hiu.publish.assurance.results import WORST
from pipelines.common.fingerprint import build, code

DOCUMENTS = ROOT / "hiu" / "publish" / "assurance" / "documents"


def rests_on() -> set[str]:
    """The tests on which statements of the pack rest."""
    texts = (path.read_text(encoding="utf-8") for path in DOCUMENTS.glob("*.toml"))
    return {one.removeprefix("test:") for text in texts for one in references(text) if one.startswith("test:")}


class Recorder:
    """A plugin of pytest: of many processes the one that hands the tests out has every report."""

    def __init__(self, path: Path, command: str) -> None:
        self.path, self.command = path, command
        self.copy = {"build": build(), "code": code()}
        """What is tried: as it was when the run began."""
        self.outcomes: dict[str, str] = {}
        """Each case -> how it ended; a failure at its end counts over a pass before."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that was expected to fail, and did, is reported as skipped, and is no pass."""
        if report.when == "call" or report.outcome != "passed":
            before = self.outcomes.get(report.nodeid, report.outcome)
            self.outcomes[report.nodeid] = min(before, report.outcome, key=WORST.index)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the record; a run that was cut off leaves the earlier one."""
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            plugin: Any = session.config.pluginmanager.get_plugin("_cov")
            self.write(getattr(plugin, "cov_total", None))

    def write(self, coverage: float | None) -> None:
        """Put this run in the place of the last by the same command."""
        runs = json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else {}
        counts, named = Counter(self.outcomes.values()), rests_on()
        ended: dict[str, str] = {}
        for case, outcome in self.outcomes.items():
            test = case.split("[")[0]
            ended[test] = min(ended.get(test, outcome), outcome, key=WORST.index)
        runs[self.command] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            **self.copy,
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "python": platform.python_version(),
            **{outcome: counts[outcome] for outcome in ("passed", "failed", "skipped")},
            "coverage": round(coverage, 1) if coverage else None,
            "tests": {
                outcome: sorted(test for test in named if ended.get(test) == outcome)
                for outcome in WORST
                if outcome in {ended.get(test) for test in named}
            },
        }
        text = json.dumps(runs, indent=1, sort_keys=True)
        self.path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
