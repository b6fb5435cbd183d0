"""The gate's answers kept for the test run: the same rows asked the same questions are asked of the library once.

Most of a run of the small area is Great Expectations, and a hundred tests take in the same files. That a delivery asked
with others is answered as if alone is itself tested (test_quality_together.py), so answers are kept by the delivery.
The tests of the gate (tests/unit/quality) ask the library every time, and so does every process that a test starts.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from hiu.quality import check
from hiu.quality import deliveries as several

EVALUATE, ASK_TOGETHER = check.evaluate, several.ask_together


@contextmanager
def remembering(folder: Path) -> Iterator[None]:
    """Answers are kept in a folder that all processes of a test run share."""
    folder.mkdir(parents=True, exist_ok=True)

    def evaluate(frame: Any, questions: Mapping[int, Any], known: Mapping[str, Any], *, rows: bool) -> dict[int, Any]:
        asked = [(n, one["type"], one["kwargs"]) for n, one in questions.items()]
        path = folder / _name(_plain(frame), asked, dict(known), rows)
        if questions and not path.exists():
            answers = EVALUATE(frame, questions, known, rows=rows)
            _keep(
                path,
                {
                    n: SimpleNamespace(success=one.success, result=one.result, exception_info=one.exception_info)
                    for n, one in answers.items()
                },
            )
        return pickle.loads(path.read_bytes()) if questions else {}

    def ask_together(deliveries: Sequence[pl.DataFrame], suite: Mapping[str, Any]) -> list[Any]:
        paths = [folder / _name(frame.schema, frame.rows(), suite) for frame in deliveries]
        fresh = [n for n, path in enumerate(paths) if not path.exists()]
        if fresh:
            for n, answers in zip(fresh, ASK_TOGETHER([deliveries[n] for n in fresh], suite), strict=True):
                _keep(paths[n], answers)
        return [pickle.loads(path.read_bytes()) for path in paths]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "evaluate", evaluate)
        patch.setattr(several, "ask_together", ask_together)
        yield


@contextmanager
def asking() -> Iterator[None]:
    """The library is asked every time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "evaluate", EVALUATE)
        patch.setattr(several, "ask_together", ASK_TOGETHER)
        yield


def _keep(path: Path, answers: Any) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_bytes(pickle.dumps(answers))
    aside.replace(path)


def _name(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _plain(frame: Any) -> list[Any]:
    """Types, index and values of a pandas frame."""
    return [(str(name), str(frame[name].dtype), frame[name].tolist()) for name in frame] + [frame.index.tolist()]
