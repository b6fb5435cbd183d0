"""The ways back on the command line: undo a delivery, roll a month back, back the site up, restore it."""

from pathlib import Path
from typing import Annotated

import typer

from hiu.errors import UsageError
from hiu.month import Month
from pipelines.commands.options import AsJson, Curated, Raw, Site, ThisMonth, now, open_site, print_json
from pipelines.common.progress import out

Reason = Annotated[str, typer.Option(help="Why; it is recorded")]
By = Annotated[str, typer.Option(help="Who does it, by name or role; it is recorded")]


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
    """Take a delivery back: the next run does not count it, and counts again what it had replaced."""
    from pipelines.back.undo import undo as take_back

    _require_reason(reason, by)
    place = open_site(site, curated, raw)
    row = take_back(place, delivery, reason=reason, by=by, now=now(), redo=redo)
    month = f"{row['period']:%Y-%m}" if row["period"] else max(place.months(), default="MONTH")
    shown = [each for each in sorted(place.months()) if each >= month] or [month]
    if as_json:
        print_json(delivery=row["delivery_id"], withdrawn=row["withdrawn"], month=month)
        return
    state, how = ("in force again", "with") if redo else ("taken back", "without")
    out(f"{row['source_file']} ({row['source']}, {row['delivery_id']}) is {state}; recorded.")
    runs = ", ".join(f"hiu run {each}" for each in shown)
    out(f"Next: {runs}: the months counted {how} it.")


def rollback(
    month: ThisMonth,
    reason: Reason,
    by: By,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    to: Annotated[str | None, typer.Option(help="The run to show, by its folder (default: the one before)")] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Show the run that was last taken back again")] = False,
) -> None:
    """Go back to an earlier run of a month. The run taken back is not published again from the same inputs."""
    from pipelines.back.rollback import rollback as roll_back

    _require_reason(reason, by)
    place, wanted = open_site(site, curated), Month.parse(month)
    folder = roll_back(place, wanted, reason=reason, by=by, now=now(), to=to, redo=redo)
    if as_json:
        print_json(month=month, published=str(folder))
        return
    out(f"{wanted.title} is now {folder}; recorded. What was shown before is kept.")


def withdraw(
    month: ThisMonth, reason: Reason, by: By, site: Site = None, curated: Curated = None, as_json: AsJson = False
) -> None:
    """Withdraw a published month for good: its pages are deleted and it is no longer shown. Its deliveries stay."""
    from pipelines.back.withdraw import withdraw as take_back

    _require_reason(reason, by)
    wanted = Month.parse(month)
    lines = take_back(open_site(site, curated), wanted, reason=reason, by=by, now=now())
    if as_json:
        print_json(month=month, withdrawn=lines)
        return
    out(f"{wanted.title} is taken back; recorded.")
    for line in lines:
        out(f"  {line}")
    out("Who was given a copy: 'hiu disclose'. Printed packs and copies outside the site are theirs to destroy.")


def backup(
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    to: Annotated[Path | None, typer.Option(help="Folder to write to (default: backups/ in the site)")] = None,
) -> None:
    """Copy the site into one file and check the copy. The site key and the partners' files are not in it."""
    from pipelines.back.backup import backup as copy

    file = copy(open_site(site, curated), to, now=now())
    if as_json:
        print_json(backup=str(file.path), files=file.files, bytes=file.bytes, sha256=file.sha256)
        return
    out(f"{file.path}: {file.files} files, {file.bytes:,} bytes, read back and compared. SHA-256 {file.sha256}")
    out("It holds patients' data and is not encrypted: keep it on an encrypted disk, apart from the key.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup")],
    folder: Annotated[Path, typer.Argument(help="An empty folder; or a site, with --replace")],
    replace: Annotated[bool, typer.Option("--replace", help="Set the site there aside; nothing is removed")] = False,
    rights: Annotated[
        Path | None, typer.Option(help="The old site, or its curated folder: what was recorded there since is kept")
    ] = None,
    unsigned: Annotated[str | None, typer.Option(help="Why a backup that this site did not sign is taken")] = None,
    by: Annotated[str, typer.Option(help="Who answers for that")] = "",
) -> int:
    """Restore a site from a backup, after checking every file against its digest.

    What people recorded since the backup (objections, holds, consents, decisions, erasures) is listed and kept.
    """
    from pipelines.access.wording import require_plain
    from pipelines.back.restore import restore as bring_back

    about = {}
    if unsigned is not None:
        _require_reason(unsigned, by, "--unsigned")
        about = {"unsigned": unsigned, "by": by}
        if (folder / "site.toml").exists():
            require_plain(open_site(folder, None), about, "restore", now())
    next_steps = bring_back(
        file, folder.resolve(), replace=replace, now=now(), rights=rights, say=out, unsigned=bool(about)
    )
    out(f"{folder} is restored from {file.name}")
    for line in next_steps:
        out(line)
    code = _enter_restored(folder.resolve(), file.name, about)
    out(f"Next: hiu verify --site {folder}")
    return code


def _enter_restored(folder: Path, name: str, about: dict[str, str]) -> int:
    """Enter the restore in the log, take out who was erased or forbade it since the backup, and look through what was
    published; the exit code.

    Without the key none of it can be done: nobody is shown before `hiu erase --resume`, and that is said.
    """
    from pipelines.access.bound import changed_parts
    from pipelines.access.releases import lost_registers
    from pipelines.back.restore import altered_runs, enter
    from pipelines.commands.govern.messages import print_resumed
    from pipelines.common.place import open_place
    from pipelines.common.progress import Reporter
    from pipelines.erase.erase import resume

    place = open_place(folder)
    for part in changed_parts(place):
        out(f"{part}: the backup's audit log does not have it as it is here: read it before the next run enters it")
    if not place.settings.key_file or not place.settings.key_file.exists():
        if place.erasing.exists():
            out(
                "rights recorded since the backup are still to be applied to it, so no run starts and nothing that was "
                "published is shown: put the key in place, then 'hiu erase --resume'. With the key there beforehand a "
                "restore does all of it at once"
            )
        return 3 if place.erasing.exists() else 0
    differs = enter(place, name, now(), **about)
    shown = ", ".join(place.months()) or "none"
    out(f"months shown, as the backup had them: {shown}. What was published or taken in since: 'hiu run MONTH' again")
    if differs:
        for line in differs:
            out(line)
        out("'hiu audit accept --reason WHY --by NAME' takes the records as they are, and says so in the log for good")
        if place.erasing.exists():
            out("Nothing that was published is shown until then: after it, 'hiu erase --resume' applies newer rights")
        return 3
    code = 0
    if place.erasing.exists():
        code = print_resumed(resume(place, now=now(), report=Reporter(quiet=True), say=out))
    altered = [*altered_runs(place, now()), *lost_registers(place)]
    for line in altered:
        out(line)
    return 3 if altered else code


def _require_reason(reason: str, by: str, option: str = "--reason") -> None:
    if not reason.strip() or not by.strip():
        raise UsageError(f"{option} and --by are recorded, so they can't be empty")


COMMANDS = (undo, rollback, withdraw, backup, restore)
