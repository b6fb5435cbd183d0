"""The jobs that are cut off: each a command of the product, with a fixed clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 4, 8, 9, 12, tzinfo=UTC)


def _place(home: str) -> Any:
    from pipelines.common.place import open_place

    return open_place(Path(home))


def run(under: str, home: str, month: str, later: str = "0") -> dict[str, Any]:
    """`hiu run MONTH`, some hours later."""
    from hiu.month import Month
    from pipelines.common.progress import Reporter
    from pipelines.run import run_month

    now = NOW + timedelta(hours=int(later))
    outcome = run_month(_place(home), Month.parse(month), now=now, report=Reporter(quiet=True))
    return {
        "code": outcome.exit_code,
        "published": str(outcome.published),
        "loaded": outcome.intake.loaded,
        "refused": [refusal.code for refusal in outcome.intake.refused],
        "changed": outcome.changed,
    }


def undo(under: str, home: str, delivery: str) -> dict[str, Any]:
    """`hiu undo FILE`; a delivery that is taken back already stays so."""
    from hiu.errors import UsageError
    from pipelines.back import undo as job

    place = _place(home)
    try:
        job.undo(place, delivery, reason="a test", by="operator", now=NOW)
    except UsageError:
        assert job.withdrawn(place), "neither in force nor taken back"
    return {}


def undo_and_run(under: str, home: str, delivery: str, month: str) -> dict[str, Any]:
    """`hiu undo FILE`, then `hiu run MONTH`."""
    undo(under, home, delivery)
    return run(under, home, month)


def rollback(under: str, home: str, month: str, to: str) -> dict[str, Any]:
    """`hiu rollback MONTH --to RUN`."""
    from hiu.month import Month
    from pipelines.back.rollback import rollback as job

    job(_place(home), Month.parse(month), reason="a test", by="operator", now=NOW, to=to)
    return {}


def backup(under: str, home: str, to: str) -> dict[str, Any]:
    """`hiu backup --to DIR`; one that is there already stays."""
    from hiu.errors import UsageError
    from pipelines.back import archive
    from pipelines.back.backup import backup as job

    try:
        job(_place(home), Path(to), now=NOW)
    except UsageError:
        for path in Path(to).glob("*.zip"):
            archive.check(path)
    return {}


def restore(under: str, home: str, file: str, replace: str = "") -> dict[str, Any]:
    """`hiu restore FILE FOLDER`; a site that is there already stays, if it was restored. What was published is shown
    again once newer rights are applied to it."""
    from pipelines.back.restore import restore as job
    from pipelines.common.progress import Reporter
    from pipelines.erase.erase import resume

    if replace or not (Path(home) / "site.toml").exists():
        job(Path(file), Path(home), replace=bool(replace), now=NOW)
    if (place := _place(home)).erasing.exists():
        resume(place, now=NOW, report=Reporter(quiet=True), say=lambda line: None)
    return {}


def erase(under: str, home: str, person: str) -> dict[str, Any]:
    """`hiu erase PERSON`, or `--resume` where one was cut off; somebody who is gone already stays so."""
    from hiu.errors import UsageError
    from pipelines.common.progress import Reporter
    from pipelines.erase import erase as job

    place, told = _place(home), {"now": NOW, "report": Reporter(quiet=True), "say": lambda line: None}
    if place.erasing.exists():
        job.resume(place, **told)
        return {}
    try:
        job.erase(place, person, reason="asked for", by="data protection officer", **told)
    except UsageError as error:
        assert "no person" in str(error), error
    return {}


def import_workbook(under: str, home: str, file: str) -> dict[str, Any]:
    """`hiu import-workbook FILE`, every question answered with yes."""
    from contextlib import redirect_stdout
    from io import StringIO

    from pipelines.papers.import_workbook import import_workbook as job

    with redirect_stdout(StringIO()):
        code = job(_place(home), Path(file), by="chair", now=NOW, dry_run=False, older=False, ask=lambda question: True)
    return {"code": code}


def export_board(under: str, home: str, month: str) -> dict[str, Any]:
    """`hiu export board MONTH`."""
    from contextlib import redirect_stdout
    from io import StringIO

    from pipelines.papers.export import export_board as job

    with redirect_stdout(StringIO()):
        job(_place(home), month, folder=None, now=NOW)
    return {}


def release(under: str, home: str, month: str) -> dict[str, Any]:
    """`hiu release board MONTH`; what was released already stays so."""
    from hiu.errors import HiuError
    from pipelines.govern.release import release_board

    place = _place(home)
    at = NOW + timedelta(seconds=len(list((place.curated / "releases").glob("board-*"))))
    try:
        release_board(place, month, None, checker="B Checker", by="A Maker", necessity="to plan", now=at)
    except HiuError as error:
        assert "was released" in str(error), error
    return {}


def rectify(under: str, home: str, person: str) -> dict[str, Any]:
    """`hiu rectify PERSON --field dob`."""
    from pipelines.govern.person.rectify import Request, rectify

    about = {"reason": "as they say", "evidence": "certificate", "by": "data protection officer"}
    rectify(_place(home), person, Request(field="dob", value="1977-07-07", link=None, **about), now=NOW)
    return {}
