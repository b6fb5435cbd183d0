"""Tests of the gate ask Great Expectations itself, every time."""

from __future__ import annotations

from collections.abc import Iterator

import gate_memory
import pytest


@pytest.fixture(scope="package", autouse=True)
def asked() -> Iterator[None]:
    with gate_memory.asking():
        yield
