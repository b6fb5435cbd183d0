"""The commands about what people are handed: person sheets, charts, the board paper, notebooks as pages, and a
returned workbook taken in.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hiu.disk import write_whole
from hiu.errors import UsageError
from hiu.govern.login import login
from pipelines.commands.options import AsJson, Curated, OfMonth, Quiet, Raw, Site, now, open_site, print_json
from pipelines.common.answer import release
from pipelines.common.progress import Reporter
from pipelines.common.progress import out as say


def sheet(
    person: Annotated[str, typer.Argument(help="A person id, as in the list")],
    out: Annotated[Path, typer.Option(help="Where to write it: a folder, or a file ending in .pdf")],
    month: OfMonth = None,
    override: Annotated[str | None, typer.Option(help="Why, for somebody not supported; it is recorded")] = None,
    by: Annotated[str | None, typer.Option(help="Who asks; it is recorded")] = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Make a person sheet (PDF) for the lead clinician; for people who are not supported, a reason is required."""
    from pipelines.papers.sheets import write_sheet

    path = write_sheet(open_site(site, curated), person, month, out, override=override, by=by, now=now())
    say(f"{path}: recorded. It names a person: keep it where only those may read it who treat them.")


def import_workbook(
    file: Annotated[Path, typer.Argument(help="A returned copy of a month's workbook")],
    site: Site = None,
    curated: Curated = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken in")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking")] = False,
    by: Annotated[str | None, typer.Option(help="Whose copy it is, for the record (default: who runs this)")] = None,
    older: Annotated[bool, typer.Option("--older", help="Take it in though a later month is out")] = False,
) -> int:
    """Import a returned workbook: show the changes, conflicts and refusals cell by cell, then ask before saving."""
    from pipelines.papers import import_workbook as job

    def ask(question: str) -> bool:
        """A yes typed on a terminal; without one nobody can be asked, so the answer is no."""
        if yes or not sys.stdin.isatty():
            return yes
        release()
        return typer.confirm(question)

    who = by or login()
    place = open_site(site, curated)
    return job.import_workbook(place, file, by=who, now=now(), dry_run=dry_run, older=older, ask=ask)


def meet(
    by: Annotated[str, typer.Option(help="Who records, by name; it stands beside the login in every entry")],
    month: OfMonth = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser; else only print its address")] = True,
    quiet: Quiet = False,
) -> int:
    """The meeting live: the pack on this computer alone, with a form beside each person; at its end the minutes."""
    import webbrowser

    from pipelines.commands.messages import print_run
    from pipelines.papers.meeting.meet import meet as hold_meeting
    from pipelines.run import run_month

    def opened(address: str) -> Path | None:
        say(f"The meeting is at {address}")
        say("The address is good once, on this computer alone. 'End of meeting' on the page ends it.")
        release()
        if not browser:
            return None
        # others of this computer can read a browser's command line: it names a file that only the owner can read
        lead = place.curated / "open-meeting.html"
        write_whole(lead, f'<meta http-equiv="refresh" content="0;url={address}">'.encode())
        webbrowser.open(lead.resolve().as_uri())
        return lead

    place = open_site(site, curated, raw)
    if not hold_meeting(place, month, by=by.strip(), clock=now, opened=opened):
        return 1
    outcome = run_month(place, place.which(month)[0], now=now(), report=Reporter(quiet=quiet))
    if not quiet:
        print_run(outcome)
    return outcome.exit_code


def export(
    what: Annotated[str, typer.Argument(help="charts: one a person, for the group. board: the commissioner's paper")],
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to (default: exports/ in the curated folder)")
    ] = None,
    top: Annotated[int | None, typer.Option(help="Charts: of the first N of those who may be shown", min=1)] = None,
    form: Annotated[str, typer.Option("--format", help="Charts: svg, png or pdf")] = "svg",
    show_names: Annotated[bool, typer.Option(help="Charts: with names; it is logged")] = False,
    groups: Annotated[Path | None, typer.Option(help="Board: CSV of person_id and further characteristics")] = None,
    quiet: Quiet = False,
) -> None:
    """Export charts of the people who may be shown, or the board paper with small numbers suppressed."""
    from pipelines.papers.export import export_board, export_charts

    place, report = open_site(site, curated), Reporter(quiet=quiet)
    if what == "charts" and groups:
        raise UsageError("--groups is for the board paper; charts of people have no groups. Leave it out")
    if what == "board" and (top or show_names):
        raise UsageError("--top and --show-names are for charts; the board paper names nobody. Leave them out")
    if what == "charts":
        export_charts(place, month, top=top, form=form, folder=out, show_names=show_names, now=now(), report=report)
    elif what == "board":
        export_board(place, month, folder=out, now=now(), groups=groups)
    else:
        raise UsageError(f"'{what}' is nothing to export. There are: charts, board")


def places(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    people: Annotated[
        bool, typer.Option("--people", help="The list for command units and teams, with names; it is logged")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to (default: exports/ in the curated folder)")
    ] = None,
) -> None:
    """Show demand by command unit, borough and trust, without names; or who is tasked with whom, and where to sit."""
    from pipelines.papers.places.write import write_figures, write_people

    write = write_people if people else write_figures
    write(open_site(site, curated), month, folder=out, now=now())


def mart(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    to: Annotated[
        str | None, typer.Option(help="Also to a folder, or: duckdb (a file), postgres, sqlserver (a database)")
    ] = None,
    recipient: Annotated[
        str, typer.Option("--for", help="Who is given it: each recipient has tokens of their own")
    ] = "analyst",
    tokens_of: Annotated[
        str | None, typer.Option(help="Use another recipient's tokens, so that the two marts can be joined")
    ] = None,
    months: Annotated[int, typer.Option(help="How many months, up to the one named", min=1, max=120)] = 12,
    connection: Annotated[str, typer.Option(help="Of a database: its name, as 'hiu connect NAME' has it")] = "mart",
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, too")] = False,
    names: Annotated[
        bool, typer.Option("--names", help="With a table of names in a folder of its own; it is logged")
    ] = False,
) -> None:
    """Make the mart of a month for Power BI and other tools: people by token, and names only if asked; it is logged."""
    from pipelines.fetch.mart import Wanted, make_mart

    wanted = Wanted(
        month=month,
        recipient=recipient,
        tokens_of=tokens_of,
        months=months,
        to=to,
        connection=connection,
        csv=csv,
        names=names,
    )
    for line in make_mart(open_site(site, curated), wanted, now=now()):
        say(line)


def report(
    notebook: Annotated[str, typer.Argument(help="A notebook: its name, such as cohort, or its path")],
    month: Annotated[str, typer.Argument(help="A published month, as 2026-03")],
    site: Site = None,
    code: Annotated[bool, typer.Option("--code", help="Show each cell's code above the fold")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a notebook on a month and keep it as one offline page, for as long as its run is kept."""
    from pipelines.papers.report import report as make_report

    page = make_report(open_site(site), notebook, month, now=now(), code=code)
    if as_json:
        print_json(report=str(page.path), month=str(page.month), run=page.run)
        return
    say(f"{page.notebook}, {page.month.title}: {page.path}")
    say("Exact counts, names masked: for analysts. It is kept as long as the run it is of.")


COMMANDS = (sheet, meet, import_workbook, export, places, mart, report)
