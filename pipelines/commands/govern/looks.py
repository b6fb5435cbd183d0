"""The commands that show who looked and what was done: the read log, and the audit log with its inspection file."""

from pathlib import Path
from typing import Annotated

import typer

from hiu.errors import UsageError
from pipelines.commands.govern.basis import require_reason
from pipelines.commands.options import AsJson, Curated, Site, now, open_site, print_json
from pipelines.common.progress import out


def reads(
    person: Annotated[str | None, typer.Option("--person", help="Those at one person, by id or token")] = None,
    login: Annotated[str | None, typer.Option("--login", help="Those of one login")] = None,
    last: Annotated[int, typer.Option(help="How many, the latest first", min=1)] = 50,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
) -> None:
    """List who looked at people: when, under which login and name, at whom (tokens), at what, and for which purpose."""
    from pipelines.govern.looked import looked, sentence

    rows = looked(open_site(site, curated), person=person, login=login)
    if as_json:
        print_json(looks=[{**row, "at": row["at"].isoformat()} for row in rows.head(last).to_dicts()])
        return
    for row in rows.head(last).to_dicts():
        out(sentence(row))
    out(f"{rows.height} looks. A list of more than 50 people names none of them: it is shown for every person")


def audit(
    what: Annotated[str, typer.Argument(help="show, export (the inspection file) or accept")] = "show",
    file: Annotated[Path | None, typer.Argument(help="export: the file to write, such as inspection.jsonl")] = None,
    reason: Annotated[str | None, typer.Option(help="accept: why what differs is right; it is recorded")] = None,
    by: Annotated[str | None, typer.Option(help="accept: who says so; it is recorded")] = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Show the head of the audit log, export the log, or accept records and settings as they are now."""
    from pipelines.access.bound import accept
    from pipelines.govern.inspect import export, summary

    place = open_site(site, curated)
    if what == "show":
        for line in summary(place):
            out(line)
    elif what == "export":
        to = file or Path(f"inspection-{now():%Y%m%dT%H%M%SZ}.jsonl")
        out(f"{to}: SHA-256 {export(place, to, now=now())}. Keep it where the owner of the site can't write")
    elif what == "accept":
        why, who = require_reason(reason, by)
        for line in accept(place, reason=why, by=who, now=now()) or ["nothing differed"]:
            out(f"accepted: {line}")
        out("recorded in the audit log, which keeps it for good")
    else:
        raise UsageError(f"'{what}' is nothing to do with the log. There are: show, export, accept")


COMMANDS = (reads, audit)
