"""The gate's answers kept for the test run: the same rows asked the same questions are asked of the library once.

Most of a run of the small area is Great Expectations, and a hundred tests take in the same files. The tests of
the gate itself (tests/unit/quality) ask the library every time, and so does every process that a test starts.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hiu.quality import check, deliveries

ASK = check.evaluate


@contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Answers are kept in a folder that all processes of a test run share."""
    folder.mkdir(parents=True, exist_ok=True)

    def evaluate(frame: Any, questions: Mapping[int, Any], known: Mapping[str, Any], *, rows: bool) -> dict[int, Any]:
        if not questions:
            return {}
        asked = [(n, one["type"], one["kwargs"]) for n, one in questions.items()]
        kept = folder / hashlib.sha256(pickle.dumps((_plain(frame), asked, dict(known), rows))).hexdigest()
        if kept.exists():
            found: dict[int, Any] = pickle.loads(kept.read_bytes())
            return found
        answers = ASK(frame, questions, known, rows=rows)
        plain = {n: SimpleNamespace(success=one.success, result=one.result, exception_info=one.exception_info)
                 for n, one in answers.items()}  # fmt: skip
        aside = folder / f"{kept.name}.{os.getpid()}"
        aside.write_bytes(pickle.dumps(plain))
        aside.replace(kept)
        return plain

    with pytest.MonkeyPatch.context() as patch:
        for module in (check, deliveries):
            patch.setattr(module, "evaluate", evaluate)
        yield


@contextmanager
def asking() -> Iterator[None]:
    """The library is asked every time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (check, deliveries):
            patch.setattr(module, "evaluate", ASK)
        yield


def _plain(frame: Any) -> list[Any]:
    """Types, index and values of a pandas frame."""
    return [(str(name), str(frame[name].dtype), frame[name].tolist()) for name in frame] + [frame.index.tolist()]
