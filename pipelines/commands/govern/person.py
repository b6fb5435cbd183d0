"""The commands of one person's own rights: their file, and what is held put right."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hiu.publish.words.text import count_of
from pipelines.commands.options import Curated, Raw, Site, a_day, now, open_site
from pipelines.common.progress import out

One = Annotated[str, typer.Argument(help="A person id")]


def subject(
    person: One,
    asked_by: Annotated[str, typer.Option("--for", help="Who asks for it: the person, or who acts for them")] = "",
    by: Annotated[str, typer.Option("--by", help="Who makes it, by name or role; it is recorded")] = "",
    opinion_of: Annotated[str, typer.Option(help="Health professional who sees no serious harm in it, by post")] = "",
    opinion_on: Annotated[str | None, typer.Option(help="Its day, as 2027-03-31: of the last six months")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Write it for the health professional to read first")] = False,
    folder: Annotated[Path | None, typer.Option("--out", help="Folder to write to (default: in the site)")] = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
) -> None:
    """Answer a subject access request: everything held about a person, without details of other people."""
    from pipelines.govern.person.subject import Opinion, write_file

    opinion = None if draft else Opinion(of=opinion_of, on=a_day(opinion_on))
    place, at = open_site(site, curated, raw), now()
    made = write_file(place, person, asked_by=asked_by, by=by, opinion=opinion, folder=folder, now=at)
    out(f"{made.person_id}: {count_of(made.rows, 'row')}, and everything recorded about the person. This is logged")
    out(f"  to print     {made.pdf}")
    out(f"  to read      {made.page}")
    out(f"  for programs {made.data}")
    out(f"left out: {count_of(made.withheld, 'value')}; the file lists them, each with the reason")
    if draft:
        out("a draft for the health professional: do not hand it over before --opinion-of and --opinion-on are given")
    if not made.named_so:
        out("the name of who asks is not the name on the record: check that they may have it before you hand it over")
    if made.free_texts:
        texts = count_of(made.free_texts, "text that people wrote is", "texts that people wrote are")
        out(f"read the file before you hand it over: {texts} in it, and may name somebody unknown to this site")


def rectify(
    which: Annotated[str, typer.Argument(help="A person id, or a row as FILE:ROW")],
    field: Annotated[str | None, typer.Option(help="name, dob, sex, nhs_number, postcode, address, start ...")] = None,
    value: Annotated[str | None, typer.Option(help="What is right; empty: nothing is known")] = None,
    link: Annotated[str | None, typer.Option(help="Whose row it is: a person id, or nobody")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is recorded")] = "",
    source: Annotated[str, typer.Option(help="What says so, such as 'birth certificate seen'")] = "",
    by: Annotated[str, typer.Option(help="Who decided it, by name or role; it is recorded")] = "",
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
) -> None:
    """Correct a value or a link. What was received is kept, and the correction counts from the next run."""
    from pipelines.govern.person.rectify import Request
    from pipelines.govern.person.rectify import rectify as job

    asked = Request(field=field, value=value, link=link, reason=reason, evidence=source, by=by)
    done = job(open_site(site, curated, raw), which, asked, now=now())
    out(f"recorded as {done.correction_id}: {count_of(done.rows, 'row')} of {done.person_id}, from the next run on")
    for month in done.months:
        out(f"  restated by: hiu run {month}")
    out(f"ask the senders to put it right too: {', '.join(done.sources)}")
    _print_recipients(done.recipients)


def _print_recipients(rows: Sequence[Mapping[str, object]]) -> None:
    """Whom article 19 asks to be told, latest first."""
    for row in reversed(rows):
        sure = "" if row["certain"] else " (perhaps: the list's pages are no longer there)"
        out(f"tell {row['recipient']} (article 19): {row['what']}, {str(row['at'])[:10]}, {row['disclosure_id']}{sure}")
    if not rows:
        out("nobody has to be told (article 19): nothing about them was disclosed")


COMMANDS = (subject, rectify)
