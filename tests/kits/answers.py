"""What two costly libraries answer, kept for the test run: the same question is asked of them once.

Most of a run of the small area is Great Expectations and the drawing of charts, and a hundred tests take in the same
files. That a delivery asked with others is answered as if alone is itself tested (test_quality_together.py), so the
gate's answers are kept by the delivery. Tests of the gate and of charts (tests/unit/quality, tests/unit/publish) ask
the libraries every time, and so does every process that a test starts.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import vl_convert

from hiu.quality import check
from hiu.quality import deliveries as several

EVALUATE, ASK_TOGETHER = check.evaluate, several.ask_together
TO_SVG, TO_PNG = vl_convert.vegalite_to_svg, vl_convert.svg_to_png
ASKED = {
    (check, "evaluate"): EVALUATE,
    (several, "ask_together"): ASK_TOGETHER,
    (vl_convert, "vegalite_to_svg"): TO_SVG,
    (vl_convert, "svg_to_png"): TO_PNG,
}


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

    def drawn(draw: Callable[..., Any]) -> Callable[..., Any]:
        def kept(what: Any, **options: Any) -> Any:
            path = folder / _name(draw.__name__, what, options)
            if not path.exists():
                _keep(path, draw(what, **options))
            return pickle.loads(path.read_bytes())

        return kept

    with _instead([evaluate, ask_together, drawn(TO_SVG), drawn(TO_PNG)]):
        yield


@contextmanager
def asking() -> Iterator[None]:
    """The libraries are asked every time."""
    with _instead(ASKED.values()):
        yield


@contextmanager
def _instead(functions: Iterable[Callable[..., Any]]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), function in zip(ASKED, functions, strict=True):
            patch.setattr(module, name, function)
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
