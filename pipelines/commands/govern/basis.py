"""The data protection officer's commands: basis, consent, disclosures, holds, retention."""

from pathlib import Path
from typing import Annotated

import typer

from hiu.errors import UsageError
from pipelines.commands.options import AsJson, Curated, Site, a_day, now, open_site
from pipelines.common.progress import out

By = Annotated[str | None, typer.Option(help="Who decided it, by name or role; it is recorded")]
Reason = Annotated[str | None, typer.Option(help="Why; it is recorded")]
Person = Annotated[str | None, typer.Argument(help="A person id")]
Until = Annotated[str | None, typer.Option(help="Last day it holds, as 2027-03-31")]


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
    recipient: Annotated[str | None, typer.Option(help="group, clinician, analyst, commissioner or partner")] = None,
    opt_out: Annotated[Path | None, typer.Option(help="CSV with a column of NHS numbers opted out nationally")] = None,
    evidence: Annotated[str | None, typer.Option(help="Where the decision is kept")] = None,
    until: Until = None,
    by: By = None,
) -> None:
    """Show who may be shown to whom and for which purpose, what is overdue, and the record of processing."""
    from pipelines.access.remake import withhold_now
    from pipelines.commands.govern import messages
    from pipelines.govern.record_basis import BasisChange, record_change, record_opt_outs

    place, at = open_site(site, curated), now()
    if processing:
        messages.write_processing(place, processing, at)
    elif due:
        messages.print_due(place, at.date(), as_json=as_json)
    elif opt_out:
        messages.print_opt_outs(record_opt_outs(place, opt_out, by=by, now=at))
        for line in withhold_now(place, at):
            out(line)
    else:
        kept_runs: list[str] = []
        if allow or deny or end:
            change = BasisChange(
                allow=allow, deny=deny, end=end, purpose=purpose, recipient=recipient, until=a_day(until)
            )
            record_change(place, person, change, evidence=evidence, by=by, now=at)
            kept_runs = withhold_now(place, at) if deny else []
        messages.print_basis(place, person, at.date(), kept_runs=kept_runs, as_json=as_json)


def consent(
    person: Annotated[str, typer.Argument(help="A person id")],
    member: Annotated[str, typer.Argument(help="Who of the family, as the team writes it")],
    by: Annotated[str, typer.Option(help="Who recorded it")],
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Consent is refused or withdrawn")] = False,
    on: Annotated[str | None, typer.Option(help="The day on which it was given or withdrawn, as 2026-03-31")] = None,
    until: Until = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Record consent to speak with a named family member (G24), or its withdrawal."""
    from pipelines.govern.retain import record_consent

    place, days = open_site(site, curated), (a_day(on), a_day(until))
    record_consent(place, person, member, given=not withdrawn, on=days[0], until=days[1], by=by, now=now())
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
    """List disclosures, of one person or all. With --to, check and record one that was made by other means."""
    from pipelines.access.disclose import Disclosure
    from pipelines.commands.govern import messages
    from pipelines.govern.record_basis import record_disclosure

    place = open_site(site, curated)
    if to:
        texts = {"what": what or "", "necessity": necessity or "", "proportionality": proportionality or ""}
        record_disclosure(place, person, Disclosure(recipient=to, purpose=purpose, **texts), by=by, now=now())
    messages.print_disclosures(place, person, as_json=as_json)


def hold(
    person: Person = None,
    reason: Reason = None,
    by: By = None,
    site: Site = None,
    curated: Curated = None,
    lift: Annotated[bool, typer.Option("--lift", help="End the hold")] = False,
) -> None:
    """Put a legal hold on a person's record, so that it cannot be erased. Without a person, list the holds."""
    from pipelines.commands.govern import messages
    from pipelines.govern.retain import record_hold

    place = open_site(site, curated)
    if person:
        reason, by = require_reason(reason, by)
        record_hold(place, person, reason=reason, by=by, lift=lift, now=now())
    messages.print_holds(place)


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
    """List records due for a retention review; with a person, record what was decided. Destroys nothing."""
    from pipelines.commands.govern import messages
    from pipelines.govern.retain import Review, record_review

    place = open_site(site, curated)
    if person:
        reason, by = require_reason(reason, by)
        review = Review(event=event or "", decision=decision or "", reason=reason, by=by, next_on=a_day(again))
        record_review(place, person, review, now=now())
    messages.print_reviews(place, now().date(), as_json=as_json)


def require_reason(reason: str | None, by: str | None) -> tuple[str, str]:
    """Both as given. Raises UsageError without either."""
    if not (reason or "").strip() or not (by or "").strip():
        raise UsageError("--reason and --by are needed: what is done is done by somebody, for a reason")
    return str(reason).strip(), str(by).strip()


COMMANDS = (basis, consent, disclose, hold, retain)
