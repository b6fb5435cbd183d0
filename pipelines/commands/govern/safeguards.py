"""The commands that guard a site: erase a person, release figures, keys, and verify what is on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiu.errors import UsageError
from hiu.month import Month
from pipelines.commands.govern.basis import By, Person, Reason, require_reason
from pipelines.commands.options import Curated, Quiet, Raw, Site, ThisMonth, now, open_site
from pipelines.common.progress import Reporter, out

if TYPE_CHECKING:
    from pipelines.common.place import Place


def erase(
    person: Person = None,
    reason: Reason = None,
    by: By = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    quiet: Quiet = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would go")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="End an erasure that was cut off")] = False,
    set_aside: Annotated[bool, typer.Option("--held", help="List the rows set aside as an erased person's")] = False,
    release: Annotated[str | None, typer.Option(help="FILE:ROW is somebody else's: taken in by the next run")] = None,
    confirm: Annotated[str | None, typer.Option(help="FILE:ROW is the erased person's")] = None,
) -> int:
    """Erase a person from the database, published months, records, exports and our backups. It cannot be undone.

    The exit code is 3 while a file that we know of still contains them. --held, --release and --confirm settle rows
    that were sent again and set aside.
    """
    from pipelines.back.restore import enter
    from pipelines.commands.govern import messages
    from pipelines.erase import erase as job

    place, report = open_site(site, curated, raw), Reporter(quiet=quiet)
    if resume:
        restored = place.held_back.is_dir()
        done = job.resume(place, now=now(), report=report, say=out)
        if restored:  # without the key the restore itself could enter nothing in the log
            for line in enter(place, "a backup, when its key was in place", now()):
                out(line)
        return messages.print_resumed(done)
    if set_aside:
        return messages.print_held(place)
    if release or confirm:
        reason, by = require_reason(reason, by)
        return _settle(place, release, confirm, reason=reason, by=by)
    if not person:
        raise UsageError("name the person to erase, or --resume one that was cut off")
    if not yes:
        messages.print_erasure_plan(place, person)
        return 0
    reason, by = require_reason(reason, by)
    return messages.print_erasure(job.erase(place, person, reason=reason, by=by, now=now(), report=report, say=out))


def _settle(place: "Place", release: str | None, confirm: str | None, *, reason: str, by: str) -> int:
    """Enter whose a row is that was set aside."""
    from pipelines.erase.marks import find_held, settle
    from pipelines.steps.intake.again import read_again

    if release and confirm:
        raise UsageError("--release and --confirm are each about a row of its own; give one")
    row, at = find_held(place, str(release or confirm)), now()
    sent = read_again(place, row.source, row.source_file, at.date())
    settle(place, row, sent, ruling="release" if release else "confirm", reason=reason, by=by, now=at)
    out(f"{row.name}: {'released, and taken in' if release else 'confirmed, and set aside for good'} by the next run")
    return 0


def release(
    what: Annotated[str, typer.Argument(help="board: the commissioner's paper")],
    month: ThisMonth,
    checker: Annotated[str, typer.Option(help="Who checked the output; not who made it")],
    by: Annotated[str, typer.Option(help="Who made it")],
    folder: Annotated[Path | None, typer.Option(help="What to release (default: what 'hiu export' wrote)")] = None,
    necessity: Annotated[str, typer.Option(help="Why it has to be shared")] = "To plan and assure the service.",
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Release figures to commissioners: checked for names and small numbers, signed, sealed and recorded."""
    from hiu.govern.login import login, require_other
    from pipelines.access.bound import exported_by
    from pipelines.govern.release import release_board

    if what != "board":
        raise UsageError(f"'{what}' can't be released; there is: board")
    place, of = open_site(site, curated), str(Month.parse(month))
    require_other(place.settings, login(), exported_by(place, of), f"the board paper of {of}")
    sealed = release_board(place, of, folder, checker=checker, by=by, necessity=necessity, now=now())
    out(f"released: {sealed}. 'hiu verify' checks its seal")


def key(
    recipient: Annotated[str | None, typer.Argument(help="A recipient of tokens")] = None,
    turn: Annotated[bool, typer.Option("--turn", help="Make new tokens from now on")] = False,
    trace: Annotated[str | None, typer.Option(help="Say whose token this is")] = None,
    keyring: Annotated[bool, typer.Option("--keyring", help="Move the site key into the system's keyring")] = False,
    copy: Annotated[Path | None, typer.Option(help="Copy the site key to this folder, to be kept apart")] = None,
    new: Annotated[bool, typer.Option("--new", help="A new site key: the old one is lost, or was seen")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="With --new: the key is gone, and so is every copy")] = False,
    old: Annotated[Path | None, typer.Option(help="With --new: a copy of the key the site had")] = None,
    reason: Reason = None,
    by: By = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Manage keys: a recipient's key, its replacement, the person behind a token, and the site key."""
    from pipelines.commands.govern import messages
    from pipelines.govern.keys import copy_to_keyring, trace_token, turn_key
    from pipelines.govern.rekey import copy_key, rekey

    place, at = open_site(site, curated), now()
    if new:
        reason, by = require_reason(reason, by)
        messages.print_rekeyed(rekey(place, old=old, lost=lost, reason=reason, by=by, now=at))
    elif copy:
        out(f"{copy_key(place, copy, by=require_reason('copied', by)[1], now=at)}: keep it apart from the data")
    elif keyring:
        out(copy_to_keyring(place, by=require_reason("moved", by)[1], now=at))
    elif turn:
        reason, by = require_reason(reason, by)
        out(turn_key(place, recipient or "", reason=reason, by=by, now=at))
    elif trace:
        out(trace_token(place, recipient or "", trace, by=require_reason("traced", by)[1], now=at))
    else:
        messages.print_keys(place)


def verify(
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    head: Annotated[str | None, typer.Option(help="A head of the audit log, as a pack or 'hiu verify' had it")] = None,
    canary: Annotated[bool, typer.Option("--canary", help="Sweep for names and numbers where none may be")] = False,
) -> int:
    """Check the audit log, every published file, the records, the releases, and the rows of every delivery."""
    from pipelines.govern.verify import verify_site

    return verify_site(open_site(site, curated, raw), canary=canary, recorded=head, on=now().date())


COMMANDS = (verify, erase, release, key)
