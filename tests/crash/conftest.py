"""Before the closing line, what was tried."""

from __future__ import annotations

import pytest
from crashsites import sites


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many kills, full disks and power cuts of each kind."""
    if sites.cache_info().currsize:
        terminalreporter.write_line(sites().told())
