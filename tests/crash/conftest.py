"""Before the closing line, what was tried."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from crashsites import sites

FSYNC = os.fsync


@pytest.fixture(scope="package", autouse=True)
def flushed() -> Iterator[None]:
    """Here the system is asked to flush, as it is in use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", FSYNC)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many kills, full disks and power cuts of each kind."""
    if sites.cache_info().currsize:
        terminalreporter.write_line(sites().told())
