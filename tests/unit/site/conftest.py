"""The synthetic area's published month, as an analyst opens it."""

from __future__ import annotations

from pathlib import Path

import pytest

import hiu
from hiu.site.published import Published
from pipelines.run import Outcome


@pytest.fixture(scope="module")
def run(area: Path, published: Outcome) -> Published:
    """Read it; a test that changes something opens `place_after`."""
    assert published.published
    return hiu.open(area).latest
