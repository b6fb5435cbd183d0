"""Write the pack: a file for each document, one page of all, the places to complete, and what was made."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hiu.disk import write_whole
from hiu.errors import UsageError
from hiu.publish.assurance.answers import read_answers, table
from hiu.publish.assurance.content import documents
from hiu.publish.assurance.render import markdown, page
from hiu.publish.assurance.results import Copy, result_of
from hiu.publish.words.text import join_words
from pipelines.common.fingerprint import RECORD, ROOT, build, code
from pipelines.common.place import Place
from pipelines.govern.assurance.facts import facts_of, figures_of
from pipelines.govern.processing import page as record_of_processing

ANSWERS, MADE = "to-complete.csv", "made.json"
RECORDS = (ROOT / "tests" / RECORD, ROOT / "pipelines" / RECORD)
"""Where a checkout has the record of test runs, and where a wheel."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written: the files, how many statements there are, the places, those completed, answers left over."""

    files: list[str]
    statements: int
    places: int
    completed: int
    left_over: list[str]


def write_pack(place: Place, folder: Path, *, now: datetime) -> Written:
    """Write the pack into a folder that is empty or holds an earlier pack, whose answers are kept.

    Raises UsageError if the folder holds something else, or a document that was changed by hand since it was made.
    """
    answers = _answers(folder)
    about = facts_of(place, now)
    copy, runs = Copy(build=build(), code=code()), test_runs()
    made = [
        replace(document, tested=result_of(document, runs, copy))
        for document in documents(about, figures_of(place, now), answers)
    ]
    lines = [line for document in made for line in document.lines]
    left_over = {key: answer for key, answer in answers.items() if key not in {line.key for line in lines}}
    files = {f"{document.name}.md": markdown(document, about).encode() for document in made}
    files["records-of-processing.md"] = record_of_processing(place, now.date()).encode()
    files |= {"assurance.html": page(made, about), ANSWERS: table(made, left_over)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_whole(folder / name, data)
    digests = {name: _digest(data) for name, data in files.items() if name != ANSWERS}
    write_whole(folder / MADE, json.dumps(digests, indent=1).encode())
    return Written(
        files=[*files],
        statements=sum(line.kind == "says" for line in lines),
        places=sum(bool(line.key) for line in lines),
        completed=sum(bool(line.answer) for line in lines),
        left_over=[*left_over],
    )


def _answers(folder: Path) -> dict[str, str]:
    """The answers in a folder that may be written to; nothing that a person wrote is written over."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return {}
    if not (folder / MADE).is_file():
        raise UsageError(f"{folder}: holds other files; expected an empty folder, or one with an earlier pack")
    before = json.loads((folder / MADE).read_text(encoding="utf-8"))
    changed = [name for name, digest in before.items() if (folder / name).is_file() and _of(folder / name) != digest]
    if changed:
        raise UsageError(
            f"{folder}: {join_words(changed)} changed since the pack was made, and would be written over. Keep "
            f"your copy elsewhere; what the organisation says belongs into {ANSWERS}, which is kept"
        )
    path = folder / ANSWERS
    return read_answers(path.read_bytes(), str(path)) if path.is_file() else {}


def test_runs() -> dict[str, dict[str, Any]]:
    """The record of whole runs of the tests that came with this copy, a checkout or a wheel; empty if none did."""
    path = next((path for path in RECORDS if path.is_file()), None)
    runs: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path else {}
    return runs


def _of(path: Path) -> str:
    return _digest(path.read_bytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
