"""Two areas that know each other's key, and an exchange in which both have counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from cross_sites import NORTH, SOUTH, Two, two_sites


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Two areas of about 150 people, some in both, whose keys were compared."""
    return two_sites(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="session")
def compared(known: Two, tmp_path_factory: pytest.TempPathFactory) -> tuple[Two, str]:
    """An exchange in which both sites know how many pairs there are."""
    two = known.copy(tmp_path_factory.mktemp("compared"))
    return two, two.exchange()


@pytest.fixture
def counted(compared: tuple[Two, str], tmp_path: Path) -> tuple[Two, str]:
    """The same, for a test to go on with."""
    return compared[0].copy(tmp_path), compared[1]


@pytest.fixture(scope="session")
def asked(known: Two, tmp_path_factory: pytest.TempPathFactory) -> Two:
    """An exchange of which the first file was written."""
    two = known.copy(tmp_path_factory.mktemp("asked"))
    two.hiu(NORTH, SOUTH, "--ask", "--by", "Analyst")
    return two
