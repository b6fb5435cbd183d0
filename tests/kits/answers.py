"""What is costly and depends on what it is given alone, kept for the test run: the same question is asked once.

Most of a run of the small area is Great Expectations, the cells of its files made into records, and the drawing of
charts and papers, and a hundred tests take in the same files. That a delivery asked with others is answered as if alone
is itself tested (test_quality_together.py), so the gate's answers are kept by the delivery. Records are kept by every
cell that was read, the source and what else `standardise` is given but the delivery's id, which only labels rows: so
`hiu check` and a run, which name a delivery otherwise, share them. Tests of the gate and of charts and papers
(tests/unit/quality, tests/unit/publish) ask every time, as do those of `standardise` (tests/unit/extract) and every
process that a test starts. Nor is DuckDB asked at every opening of a database for macros among its 3,300 functions,
which takes longer than all else that is asked then: tests/hostile/test_restore_tables.py puts macros in, and asks.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import vl_convert

from hiu.engine import connection
from hiu.extract.files.read import RawTable
from hiu.extract.standardise import Standardised
from hiu.govern.erase import residue, unpack
from hiu.govern.release import canary, solver
from hiu.publish import pdf
from hiu.quality import check
from hiu.quality import deliveries as several
from hiu.sources import Source
from pipelines.steps.intake import deliver

EVALUATE, ASK_TOGETHER = check.evaluate, several.ask_together
TO_SVG, TO_PNG = vl_convert.vegalite_to_svg, vl_convert.svg_to_png
SET_PAPER, STANDARDISE = pdf.compile, deliver.standardise
SOLVE, UNPACK, SEARCH, COUNT = solver._solve_system, unpack._pdf, residue._in, canary._count
MORE_THAN_TABLES = connection._MORE_THAN_TABLES
ASKED = {
    (check, "evaluate"): EVALUATE,
    (several, "ask_together"): ASK_TOGETHER,
    (vl_convert, "vegalite_to_svg"): TO_SVG,
    (vl_convert, "svg_to_png"): TO_PNG,
    (pdf, "compile"): SET_PAPER,
    (deliver, "standardise"): STANDARDISE,
    (solver, "_solve_system"): SOLVE,
    (unpack, "_pdf"): UNPACK,
    (residue, "_in"): SEARCH,
    (canary, "_count"): COUNT,
    (connection, "_MORE_THAN_TABLES"): MORE_THAN_TABLES,
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

    def standardise(raw: RawTable, source: Source, *, delivery_id: str, **more: Any) -> Standardised:
        path = folder / _name(_read(raw), repr(source), more)
        if not path.exists():
            _keep(path, STANDARDISE(raw, source, delivery_id=delivery_id, **more))
        return _of_delivery(pickle.loads(path.read_bytes()), delivery_id)

    def set_paper(source: str, files: Mapping[str, bytes], **more: Any) -> bytes:
        path = folder / _name(source, sorted(files.items()), more)
        if not path.exists():
            _keep(path, SET_PAPER(source, files, **more))
        return bytes(pickle.loads(path.read_bytes()))

    def solved(cells: list[Any], facts: solver.Facts) -> tuple[list[Any], list[str]]:
        path = folder / _name(cells, facts(cells))
        if not path.exists():
            _keep(path, SOLVE(cells, facts))
        found: tuple[list[Any], list[str]] = pickle.loads(path.read_bytes())
        return found

    unpacked = _here(lambda content, name: list(UNPACK(name, content)), most=40)
    searches = [
        lambda name, content: iter(unpacked(content, name)),
        _here(SEARCH, most=50_000),
        _here(COUNT, most=50_000),
    ]
    drawing = [drawn(TO_SVG), drawn(TO_PNG), set_paper]
    _, no_macros = MORE_THAN_TABLES.split("UNION ALL", 1)
    with _instead([evaluate, ask_together, *drawing, standardise, solved, *searches, no_macros]):
        yield


@contextmanager
def asking() -> Iterator[None]:
    """The libraries are asked every time."""
    with _instead(ASKED.values()):
        yield


@contextmanager
def _instead(functions: Iterable[Any]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), function in zip(ASKED, functions, strict=True):
            patch.setattr(module, name, function)
        yield


def _here(function: Callable[[bytes, Any], Any], most: int) -> Callable[[bytes, Any], Any]:
    """The function of some bytes and something else, its last answers kept in this process."""
    answers: dict[Any, Any] = {}

    def asked(content: bytes, of: Any) -> Any:
        key = hashlib.sha256(content).digest(), of
        if key not in answers:
            if len(answers) >= most:
                answers.pop(next(iter(answers)))
            answers[key] = function(content, of)
        return answers[key]

    return asked


def _keep(path: Path, answers: Any) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    aside.write_bytes(pickle.dumps(answers))
    aside.replace(path)


def _name(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _of_delivery(found: Standardised, delivery_id: str) -> Standardised:
    """The same rows under the id of a delivery, which stands in every row and bears on nothing else."""
    frames = {part: getattr(found, part) for part in ("records", "facts", "quarantine", "quality")}
    label = pl.lit(delivery_id).alias("delivery_id")
    return replace(found, **{part: frame.with_columns(label) for part, frame in frames.items()})


def _read(raw: RawTable) -> list[Any]:
    """Every cell that was read, and what is said of the rows."""
    frames = [(one.schema, one.rows()) for one in (raw.frame, raw.refused)]
    lines = (raw.numbering.lines.to_list(), raw.numbering.per)
    return [frames, raw.received, raw.headers, raw.notes, raw.warnings, lines]


def _plain(frame: Any) -> list[Any]:
    """Types, index and values of a pandas frame."""
    return [(str(name), str(frame[name].dtype), frame[name].tolist()) for name in frame] + [frame.index.tolist()]
