"""The commands that set a site up: make one, check an extract, draft a mapping, suites, an invented area, notebooks."""

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiu.errors import UsageError
from hiu.month import Month
from pipelines.commands.options import AsJson, Site, ThisMonth, now, open_site
from pipelines.common.progress import out

if TYPE_CHECKING:
    from pipelines.common.place import Place


def init(
    folder: Annotated[Path, typer.Argument(help="A folder to make")],
    name: Annotated[str, typer.Option(help="The area's name")] = "Our area",
    synthetic: Annotated[bool, typer.Option(help="For invented people only")] = False,
) -> None:
    """Make a site: folders with owner-only rights, site.toml, a key, and agreements to fill in."""
    from hiu.govern.init import init_site
    from hiu.sources import load_sources

    for path in init_site(folder, name=name, synthetic=synthetic, today=now().date(), sources=sorted(load_sources())):
        out(f"made {path}")
    out(f"Next: fill in the agreements in {folder / 'site.toml'}, then 'hiu check FILE --site {folder}'.")


def check(
    file: Annotated[Path, typer.Argument(help="A delivery")],
    source: Annotated[str | None, typer.Option(help="Its source (default: by its name)")] = None,
    site: Site = None,
    as_json: AsJson = False,
) -> int:
    """Check which rows of a file would load, and why the others would not. Nothing is loaded."""
    from pipelines.steps.intake.check import check_file

    return check_file(open_site(site), file, source, as_json=as_json)


def new(
    source: Annotated[str, typer.Argument(help="A shipped source, or a new name")],
    file: Annotated[Path | None, typer.Argument(help="An extract to look at")] = None,
    query: Annotated[str | None, typer.Option(help="SQL to look at in place of a file; with --dsn")] = None,
    dsn: Annotated[str | None, typer.Option(help="Name of a connection ('hiu connect')")] = None,
    month: Annotated[str | None, typer.Option(help="Month that a query is asked for (default: the last one)")] = None,
    kind: Annotated[str | None, typer.Option(help="events, stays, register or counts (default: by its look)")] = None,
    site: Site = None,
    save: Annotated[bool, typer.Option(help="Write it to the site's sources/ folder")] = False,
) -> None:
    """Draft the mapping of a source from a file or a query, by its headers and its values."""
    asked = Month.parse(month) if month else Month.of(now().date()) - 1
    _draft_from(open_site(site), source, file, query, dsn, asked, kind=kind, save=save, today=now().date())


def _draft_from(
    place: "Place",
    source: str,
    file: Path | None,
    sql: str | None,
    dsn: str | None,
    month: Month,
    *,
    kind: str | None,
    save: bool,
    today: date,
) -> None:
    """Draft from a file, or from the first rows that a query gives for a month; they are kept only while looked at.

    Raises UsageError unless there is either a file, or a query and the name of its connection; and for no rows.
    """
    from hiu.extract.draft.table.sample import Query
    from hiu.sources.file import require_name
    from pipelines.fetch.ask import first_rows
    from pipelines.setup.sources import draft_source

    require_name(source)
    if file is not None and not sql and not dsn:
        draft_source(place, source, file, kind=kind, save=save, today=today)
        return
    if file is not None or not sql or not dsn:
        raise UsageError("expected a file to look at, or --query and --dsn")
    place.spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="draft", dir=place.spill) as folder:
        path = Path(folder) / f"{source}.parquet"
        if not first_rows(place, Query(sql, dsn), path, month):
            raise UsageError(f"the query gives no row for {month.title}; name a month that has some by --month")
        draft_source(place, source, path, kind=kind, save=save, today=today, query=Query(sql, dsn))


def suites(
    check: Annotated[bool, typer.Option("--check", help="Only say whether they are current")] = False, site: Site = None
) -> int:
    """Write the expectation suites from the model and the sources, or check that the committed ones are up to date."""
    from pipelines.setup.sources import make_suites

    return make_suites(site, check=check)


def synth(
    folder: Annotated[Path, typer.Argument(help="Where to put it")],
    people: Annotated[int, typer.Option(help="Invented people")] = 2000,
    months: Annotated[int, typer.Option(help="Months of drops")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same area")] = 1,
    last: Annotated[str, typer.Option(help="The last month")] = "2026-03",
    pathway: Annotated[bool, typer.Option("--pathway", help="The sources of the crisis pathway too")] = False,
) -> None:
    """Make a synthetic area: a site with invented extracts, and the truth about them."""
    from pipelines.setup.area import make_area

    made = make_area(folder, people=people, months=months, seed=seed, last=last, now=now(), pathway=pathway)
    out(f"made {folder}: {made}")
    out(f"'hiu run {last} --site {folder}' publishes its last month")


def lab(site: Site = None) -> int:
    """Open JupyterLab on the notebooks, with every feature that uses the network switched off."""
    from pipelines.setup.lab import start_lab

    return start_lab(site)


def docs(
    browser: Annotated[bool, typer.Option(help="Open it in the browser; else only print where it is")] = True,
) -> None:
    """Open the documentation: every page with a search, from this computer alone."""
    import webbrowser

    from pipelines.setup.docs import first_page

    page = first_page()
    out(f"The documentation is at {page}")
    if browser and not webbrowser.open(page.resolve().as_uri()):
        out("No browser could be opened: open that file in one.")


def connect(
    name: Annotated[str, typer.Argument(help="What sources call it: dsn in their TOML")], site: Site = None
) -> None:
    """Store the connection to a database. It is asked for, never shown, and never written to site.toml."""
    from pipelines.fetch.connections import keep_connection

    text = typer.prompt("Connection (postgresql://user:password@server/database, or an ODBC string)", hide_input=True)
    out(f"kept in {keep_connection(open_site(site), name, text)}")


def fetch(
    month: ThisMonth,
    source: Annotated[str | None, typer.Option(help="One source (default: all that have a query)")] = None,
    again: Annotated[bool, typer.Option(help="Ask also where the month's file is there already")] = False,
    accept: Annotated[str, typer.Option(help="Your name: you have read the query of --source; it is recorded")] = "",
    site: Site = None,
) -> int:
    """Query the databases for a month. Each answer is saved as a file in the raw folder, for 'hiu check'."""
    from pipelines.fetch.ask import fetch as ask

    done = ask(open_site(site), Month.parse(month), now(), source=source, again=again, accept=accept)
    for name, rows in done.rows.items():
        out(f"{name}: {rows:,} rows")
    for refusal in done.refused:
        out(f"refused: {refusal}")
    if not done.rows and not done.refused:
        out("nothing to ask: every source with a query has its file for the month; --again asks anew")
    return 4 if done.refused else 0


COMMANDS = (init, check, new, connect, fetch, suites, synth, lab, docs)
