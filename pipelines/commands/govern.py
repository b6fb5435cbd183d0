"""The data protection officer's commands: basis, consent, disclosures, holds, retention, erasure, release, keys."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.options import AsJson, Curated, Quiet, Raw, Site

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]
By = Annotated[str | None, typer.Option(help="Who decided it, by name or role; it is recorded")]
Reason = Annotated[str | None, typer.Option(help="Why; it is recorded")]
Person = Annotated[str | None, typer.Argument(help="A person id")]
Until = Annotated[str | None, typer.Option(help="Last day it holds, as 2027-03-31")]


def add_govern(command: Register) -> None:
    """Register the commands with the application's own decorator."""
    for job in (basis, consent, disclose, hold, retain, erase, release, key):
        command()(job)


def basis(
    person: Person = None,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    due: Annotated[bool, typer.Option("--due", help="What is overdue or runs out soon")] = False,
    processing: Annotated[Path | None, typer.Option(help="Write the record of processing to this file")] = None,
    allow: Annotated[str | None, typer.Option(help="Record leave for this person: the lawful basis")] = None,
    deny: Annotated[str | None, typer.Option(help="What forbids it: objection, restriction, withdrawn ...")] = None,
    end: Annotated[str | None, typer.Option(help="End a row of this person: its code")] = None,
    purpose: Annotated[str | None, typer.Option(help="support or planning (to forbid: any, if not given)")] = None,
    recipient: Annotated[str | None, typer.Option(help="group, clinician, analyst or commissioner")] = None,
    opt_out: Annotated[Path | None, typer.Option(help="CSV with a column of NHS numbers opted out nationally")] = None,
    evidence: Annotated[str | None, typer.Option(help="Where the decision is kept")] = None,
    until: Until = None,
    by: By = None,
) -> None:
    """Who may be shown to whom, and what for; what is overdue; the record of processing."""
    from pipelines.govern import told_govern as told
    from pipelines.govern.record_basis import change, opted_out

    place, now = _place(site, curated), _now()
    if processing:
        told.processing(place, processing, now)
    elif due:
        told.due(place, now.date(), as_json=as_json)
    elif opt_out:
        told.opted(opted_out(place, opt_out, by=by, now=now))
    elif allow or deny or end:
        change(
            place,
            person,
            allow=allow,
            deny=deny,
            end=end,
            purpose=purpose,
            recipient=recipient,
            evidence=evidence,
            until=_day(until),
            by=by,
            now=now,
        )
        told.basis(place, person, now.date(), as_json=as_json)
    else:
        told.basis(place, person, now.date(), as_json=as_json)


def consent(
    person: Annotated[str, typer.Argument(help="A person id")],
    member: Annotated[str, typer.Argument(help="Who of the family, as the team writes it")],
    by: Annotated[str, typer.Option(help="Who recorded it")],
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Consent is refused or withdrawn")] = False,
    until: Until = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Record consent to speak with a named family member (G24), or that it is withdrawn."""
    from pipelines.common.progress import out
    from pipelines.govern.retain import consent as record

    record(_place(site, curated), person, member, given=not withdrawn, by=by, until=_day(until), now=_now())
    out("recorded. 'hiu basis --due' lists consents that run out")


def disclose(
    person: Person = None,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    to: Annotated[str | None, typer.Option(help="Enter one: group, clinician, analyst or commissioner")] = None,
    purpose: Annotated[str, typer.Option(help="support or planning")] = "support",
    what: Annotated[str | None, typer.Option(help="What was shared")] = None,
    necessity: Annotated[str | None, typer.Option(help="Why it had to be shared")] = None,
    proportionality: Annotated[str | None, typer.Option(help="Why no more than that")] = None,
    by: By = None,
) -> None:
    """The log of disclosures, of one person or all; with --to, ask the gate and enter one made by other means."""
    from pipelines.govern import told_govern as told
    from pipelines.govern.record_basis import entered

    place = _place(site, curated)
    if to:
        entered(
            place,
            person,
            recipient=to,
            purpose=purpose,
            what=what,
            necessity=necessity,
            proportionality=proportionality,
            by=by,
            now=_now(),
        )
    told.disclosures(place, person, as_json=as_json)


def hold(
    person: Person = None,
    reason: Reason = None,
    by: By = None,
    site: Site = None,
    curated: Curated = None,
    lift: Annotated[bool, typer.Option("--lift", help="End the hold")] = False,
) -> None:
    """Legal hold: a record that may not be erased. Without a person, the holds there are."""
    from pipelines.govern import told_govern as told
    from pipelines.govern.retain import hold as record

    place = _place(site, curated)
    if person:
        reason, by = _both(reason, by)
        record(place, person, reason=reason, by=by, lift=lift, now=_now())
    told.holds(place)


def retain(
    person: Person = None,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    event: Annotated[str | None, typer.Option(help="Why: age, exit, death, move, contact before death")] = None,
    decision: Annotated[str | None, typer.Option(help="keep, erase, referred or not referred")] = None,
    reason: Reason = None,
    by: By = None,
    again: Annotated[str | None, typer.Option(help="When to look again, as 2027-03-31")] = None,
) -> None:
    """Records due for review, by age, exit, death, move; with a person, what was decided. Destroys nothing."""
    from pipelines.govern import told_govern as told
    from pipelines.govern.retain import decide

    place = _place(site, curated)
    if person:
        reason, by = _both(reason, by)
        decide(
            place,
            person,
            event=event or "",
            decision=decision or "",
            reason=reason,
            by=by,
            next_on=_day(again),
            now=_now(),
        )
    told.reviews(place, _now().date(), as_json=as_json)


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
) -> None:
    """Erase a person: database, published months, records, exports, our backups. It can't be undone."""
    from pipelines.common.place import open_place
    from pipelines.common.progress import Reporter, out
    from pipelines.erase.erase import erase as job
    from pipelines.erase.erase import resume as go_on
    from pipelines.govern import told_govern as told

    place, report = open_place(site, raw=raw, curated=curated), Reporter(quiet=quiet)
    if resume:
        told.erased(go_on(place, now=_now(), report=report, say=out))
        return
    if not person:
        raise _usage("name the person to erase, or --resume one that was cut off")
    if not yes:
        told.would_erase(place, person)
        return
    reason, by = _both(reason, by)
    told.erased(job(place, person, reason=reason, by=by, now=_now(), report=report, say=out))


def release(
    what: Annotated[str, typer.Argument(help="board: the commissioner's paper")],
    month: Annotated[str, typer.Argument(help="The month, as 2026-03")],
    checker: Annotated[str, typer.Option(help="Who checked the output; not who made it")],
    by: Annotated[str, typer.Option(help="Who made it")],
    folder: Annotated[Path | None, typer.Option(help="What to release (default: what 'hiu export' wrote)")] = None,
    necessity: Annotated[str, typer.Option(help="Why it has to be shared")] = "To plan and assure the service.",
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Release figures to commissioners: swept for names and small numbers, signed, sealed and entered."""
    from hiu.month import Month
    from pipelines.common.progress import out
    from pipelines.govern.release import release_board

    if what != "board":
        raise _usage(f"'{what}' can't be released; there is: board")
    made = release_board(
        _place(site, curated), str(Month.parse(month)), folder, checker=checker, by=by, necessity=necessity, now=_now()
    )
    out(f"released: {made}. 'hiu verify' checks its seal")


def key(
    recipient: Annotated[str | None, typer.Argument(help="A recipient of tokens")] = None,
    turn: Annotated[bool, typer.Option("--turn", help="Make new tokens from now on")] = False,
    trace: Annotated[str | None, typer.Option(help="Say whose token this is")] = None,
    keyring: Annotated[bool, typer.Option("--keyring", help="Move the site key into the system's keyring")] = False,
    reason: Reason = None,
    by: By = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Keys: which a recipient's tokens are made with, turning one, tracing a token, moving the site key."""
    from pipelines.govern import told_govern as told
    from pipelines.govern.keys import to_keyring, traced, turned

    place = _place(site, curated)
    if keyring:
        told.line(to_keyring(place, by=_both("moved", by)[1], now=_now()))
    elif turn:
        reason, by = _both(reason, by)
        told.line(turned(place, recipient or "", reason=reason, by=by, now=_now()))
    elif trace:
        told.line(traced(place, recipient or "", trace, by=_both("traced", by)[1], now=_now()))
    else:
        told.keys(place)


def _place(site: Path | None, curated: Path | None) -> Any:
    from pipelines.common.place import open_place

    return open_place(site, curated=curated)


def _now() -> datetime:
    return datetime.now(UTC)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _usage(f"'{text}' is not a day: expected the form 2027-03-31") from None


def _both(reason: str | None, by: str | None) -> tuple[str, str]:
    if not (reason or "").strip() or not (by or "").strip():
        raise _usage("--reason and --by are needed: what is done is done by somebody, for a reason")
    return str(reason).strip(), str(by).strip()


def _usage(message: str) -> Exception:
    from hiu.errors import UsageError

    return UsageError(message)
