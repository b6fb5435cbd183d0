"""Tests of erasures and releases have every text searched and every release decided."""

from __future__ import annotations

from collections.abc import Iterator

import answers
import pytest


@pytest.fixture(scope="package", autouse=True)
def asked() -> Iterator[None]:
    with answers.asking():
        yield
