"""The commands of the registers: requests of people about their own data, and breaches, each with its clock."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from hiu.errors import UsageError
from hiu.publish.words.text import UK, count_of
from pipelines.commands.options import AsJson, Curated, Raw, Site, a_day, now, open_site, print_json
from pipelines.common.progress import out

By = Annotated[str, typer.Option("--by", help="Who enters it, by name or role; it is recorded")]
On = Annotated[str | None, typer.Option("--on", help="Day of receipt, as 2026-03-31 (default: today)")]


def requests(
    new: Annotated[str | None, typer.Option(help="Enter one: access, rectification, erasure, complaint ...")] = None,
    person: Annotated[str | None, typer.Option(help="Whose data, if known: a person id")] = None,
    asked_by: Annotated[str, typer.Option("--for", help="Who asked: the person, or who acts for them")] = "",
    on: On = None,
    acknowledge: Annotated[str | None, typer.Option(help="This complaint was acknowledged today")] = None,
    wait: Annotated[str | None, typer.Option(help="Stop its clock: the person was asked what --reason says")] = None,
    resume: Annotated[str | None, typer.Option(help="The person answered: this clock runs again")] = None,
    extend: Annotated[str | None, typer.Option(help="Take two months more for this request")] = None,
    close: Annotated[str | None, typer.Option(help="Enter the answer to this request")] = None,
    outcome: Annotated[str | None, typer.Option(help="What was answered, and when")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why; of --wait 'proof of identity' or 'which data they mean'")
    ] = None,
    by: By = "",
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
) -> None:
    """Record and list people's requests and complaints about their own data, each with its clock."""
    from pipelines.govern.registers import requests as register

    place, at = open_site(site, curated), now()
    if sum(map(bool, (new, acknowledge, wait, resume, extend, close))) > 1:
        raise UsageError("--new, --acknowledge, --wait, --resume, --extend and --close: give one at a time")
    if on and not new:
        raise UsageError("--on is the day of receipt, for --new alone: every other entry is of today")
    if new:
        asked = register.NewRequest(kind=new, person=person, asked_by=asked_by, on=a_day(on))
        register.add_request(place, asked, by=by, now=at)
    elif acknowledge:
        register.acknowledge(place, acknowledge, by=_both("-", "", by)[1], now=at)
    elif wait:
        what, who = _both(reason, "--reason", by)
        register.wait_for(place, wait, what=what, by=who, now=at)
    elif resume:
        register.resume(place, resume, by=_both("-", "", by)[1], now=at)
    elif extend:
        why, who = _both(reason, "--reason", by)
        register.extend_request(place, extend, reason=why, by=who, now=at)
    elif close:
        answer, who = _both(outcome, "--outcome", by)
        register.close_request(place, close, outcome=answer, by=who, now=at)
    rows = register.requests_of(place)
    if as_json:
        print_json(requests=[{name: _plain(value) for name, value in row.items()} for row in rows.to_dicts()])
        return
    for row in rows.iter_rows(named=True):
        more = " (extended)" if row["extended_because"] else ""
        whom = row["person_id"] or "person not known yet"
        out(f"{row['request_id']}  {row['kind']:<13} {whom:<20} {register.standing(row, at.date())}{more}")
    waiting = rows["closed_on"].null_count()
    out(f"{count_of(rows.height, 'request')}, {waiting} waiting")


def breaches(
    new: Annotated[str | None, typer.Option(help="Enter one: what happened, without names")] = None,
    aware: Annotated[str | None, typer.Option(help="When we became aware, in UK time, as 2026-03-01T09:30")] = None,
    people: Annotated[int | None, typer.Option(help="How many people it concerns, as far as known", min=0)] = None,
    reported: Annotated[str | None, typer.Option(help="The Commissioner was told of this breach")] = None,
    not_reported: Annotated[str | None, typer.Option(help="It need not be reported; --reason says why")] = None,
    informed: Annotated[str | None, typer.Option(help="The people were told of this breach")] = None,
    close: Annotated[str | None, typer.Option(help="This breach is closed")] = None,
    reason: Annotated[str | None, typer.Option(help="Why no risk to people is likely")] = None,
    by: By = "",
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
) -> None:
    """Record and list personal data breaches, each to be reported in 72 hours unless a risk to people is unlikely."""
    from pipelines.govern.registers import breaches as register

    place, at = open_site(site, curated), now()
    acts = {"reported": reported, "not_reported": not_reported, "informed": informed, "closed": close}
    asked = {act: which for act, which in acts.items() if which}
    if len(asked) + bool(new) > 1:
        raise UsageError("enter one thing at a time: --new, --reported, --not-reported, --informed or --close")
    if new:
        register.add_breach(place, new, aware=_moment(aware), people=people, by=by, now=at)
    for act, which in asked.items():
        register.note_breach(place, which, act, reason, by=_both("-", "", by)[1], now=at)
    rows = register.breaches_of(place)
    if as_json:
        print_json(breaches=[{name: _plain(value) for name, value in row.items()} for row in rows.to_dicts()])
        return
    for line in register.breaches_due(place, at):
        out(line)
    closed = rows.height - rows["closed_at"].null_count()
    out(f"{count_of(rows.height, 'breach', 'breaches')}, {closed} closed")


def _both(text: str | None, option: str, by: str) -> tuple[str, str]:
    if not (text or "").strip() or not by.strip():
        needed = f"{option} and --by are" if option else "--by is"
        raise UsageError(f"{needed} needed: what is entered is entered by somebody")
    return str(text).strip(), by.strip()


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"'{text}' is not a time: expected the form 2026-03-01T09:30, in UK time") from None
    return found.replace(tzinfo=UK) if found and found.tzinfo is None else found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def governance(
    html: Annotated[Path | None, typer.Option(help="Write the page for an inspection to this file")] = None,
    atrs: Annotated[Path | None, typer.Option(help="Write the algorithmic transparency record to this file")] = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
) -> None:
    """Write one page for an inspection, and the algorithmic transparency record."""
    from hiu.govern.release.outputs import put
    from pipelines.govern.registers.overview import governance_page
    from pipelines.govern.registers.transparency import transparency_record
    from pipelines.govern.verify import problems_of

    place, at = open_site(site, curated, raw), now()
    if not html and not atrs:
        raise UsageError("say what to write: --html FILE, the page for an inspection, or --atrs FILE")
    if html:
        put(html, governance_page(place, problems=problems_of(place, on=at.date()), now=at))
        out(f"wrote {html}")
    if atrs:
        put(atrs, transparency_record(place, at.date()).encode())
        out(f"wrote {atrs}. What is marked for the site to fill in, no configuration knows")


def assurance(
    out_folder: Annotated[Path, typer.Option("--out", help="An empty folder, or one with an earlier pack")],
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    as_json: AsJson = False,
) -> None:
    """Write the assurance pack: clinical safety, data protection, DTAC and more, with places to complete."""
    from dataclasses import asdict

    from pipelines.govern.assurance.pack import ANSWERS, write_pack

    made = write_pack(open_site(site, curated, raw), out_folder, now=now())
    if as_json:
        print_json(folder=str(out_folder), **asdict(made))
        return
    out(f"wrote {count_of(len(made.files), 'file')} to {out_folder}; begin with assurance.html")
    out(f"{count_of(made.statements, 'statement')} about the product, each with the test or figure it rests on")
    out(f"{count_of(made.places, 'place')} for the organisation, {made.completed} completed")
    out(f"write answers into {ANSWERS} there, and run the command again")
    if made.left_over:
        out(f"no longer asked, kept at the end of {ANSWERS}: {', '.join(made.left_over)}")


COMMANDS = (requests, breaches, governance, assurance)
