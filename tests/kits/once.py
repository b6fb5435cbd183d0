"""What is costly and only read is made once in a test run, by whichever process asks first; the others wait for it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of this test run, the same in every process of it."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` returns, given a folder of this name in which to make it. It is only to be read: copy to change."""
    folder = run_folder(factory) / "shared" / name
    result = folder.with_name(f"{name}.pickle")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not result.exists():
            folder.mkdir()
            result.write_bytes(pickle.dumps(make(folder)))
    found: Any = pickle.loads(result.read_bytes())
    return found  # type: ignore[no-any-return]
