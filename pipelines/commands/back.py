"""The ways back on the command line: undo a delivery, roll a month back, back the site up, restore it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.options import AsJson, Curated, Raw, Site
from pipelines.common.progress import out

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]
Reason = Annotated[str, typer.Option(help="Why; it is recorded")]
By = Annotated[str, typer.Option(help="Who does it, by name or role; it is recorded")]


def add_back(command: Register) -> None:
    """Register every way back with the application's own decorator."""
    for job in (undo, rollback, backup, restore):
        command()(job)


def undo(
    delivery: Annotated[str, typer.Argument(help="A file as the quality page names it: its last delivery; or an id")],
    reason: Reason,
    by: By,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    as_json: AsJson = False,
    redo: Annotated[bool, typer.Option("--redo", help="Put a delivery that was taken back in force again")] = False,
) -> None:
    """Take a delivery back: it is not counted from the next run on, and what it replaced holds again."""
    from pipelines.back.undo import undo as take_back

    _say_who(reason, by)
    place = _open(site, raw, curated)
    found = take_back(place, delivery, reason=reason, by=by, now=datetime.now(UTC), redo=redo)
    month = f"{found['period']:%Y-%m}" if found["period"] else max(place.months(), default="MONTH")
    if as_json:
        out(json.dumps({"exit": 0, "delivery": found["delivery_id"], "withdrawn": found["withdrawn"], "month": month}))
        return
    state = "in force again" if redo else "taken back"
    out(f"{found['source_file']} ({found['source']}, {found['delivery_id']}) is {state}; recorded.")
    out(
        f"Next: hiu run {month}, and every later month that is published, count without it."
        if not redo
        else f"Next: hiu run {month}, and every later month that is published, count with it."
    )


def rollback(
    month: Annotated[str, typer.Argument(help="The month, as 2026-03")],
    reason: Reason,
    by: By,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    to: Annotated[str | None, typer.Option(help="The run to show, by its folder (default: the one before)")] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Show the run that was last taken back again")] = False,
) -> None:
    """Show an earlier run of a month; the one taken back is not published again from the same inputs."""
    from hiu.month import Month
    from pipelines.back.rollback import rollback as roll_back

    _say_who(reason, by)
    place, wanted = _open(site, None, curated), Month.parse(month)
    folder = roll_back(place, wanted, reason=reason, by=by, now=datetime.now(UTC), to=to, redo=redo)
    if as_json:
        out(json.dumps({"exit": 0, "month": month, "published": str(folder)}))
        return
    out(f"{wanted.title} is now {folder}; recorded. What was shown before is kept.")


def backup(
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    to: Annotated[Path | None, typer.Option(help="Folder to write to (default: backups/ in the site)")] = None,
) -> None:
    """Copy the site into one file, read back and compared: everything but the key and the partners' drops."""
    from pipelines.back.backup import backup as copy

    made = copy(_open(site, None, curated), to, now=datetime.now(UTC))
    if as_json:
        out(
            json.dumps(
                {"exit": 0, "backup": str(made.path), "files": made.files, "bytes": made.bytes, "sha256": made.sha256}
            )
        )
        return
    out(f"{made.path}: {made.files} files, {made.bytes:,} bytes, read back and compared. SHA-256 {made.sha256}")
    out("It holds patients' data and is not encrypted: keep it on an encrypted disk, apart from the key.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup")],
    folder: Annotated[Path, typer.Argument(help="An empty folder; or a site, with --replace")],
    replace: Annotated[bool, typer.Option("--replace", help="Set the site there aside; nothing is removed")] = False,
) -> None:
    """Make a site of a backup, every file compared with its digest before it counts."""
    from pipelines.back.restore import restore as bring_back

    told = bring_back(file, folder.resolve(), replace=replace, now=datetime.now(UTC))
    out(f"{folder} is restored from {file.name}")
    for line in told:
        out(line)
    out(f"Next: hiu verify --site {folder}")


def _open(site: Path | None, raw: Path | None, curated: Path | None) -> Any:
    from pipelines.common.place import open_place

    return open_place(site, raw=raw, curated=curated)


def _say_who(reason: str, by: str) -> None:
    from hiu.errors import UsageError

    if not reason.strip() or not by.strip():
        raise UsageError("--reason and --by are recorded, so they can't be empty")
