"""The commands about what people are handed: a returned workbook taken in, charts and the board paper written out."""

import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import Curated, Quiet, Site

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]


def add_outputs(command: Register) -> None:
    """Register the commands with the application's own decorator."""
    command(name="import-workbook")(import_workbook)
    command()(export)


def import_workbook(
    file: Annotated[Path, typer.Argument(help="A returned copy of a month's workbook")],
    site: Site = None,
    curated: Curated = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken in")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking")] = False,
    by: Annotated[str | None, typer.Option(help="Whose copy it is, for the record (default: who runs this)")] = None,
    older: Annotated[bool, typer.Option("--older", help="Take it in though a later month is out")] = False,
) -> int:
    """Take in a returned workbook: what changes, conflicts and is refused, cell by cell; then ask."""
    from pipelines.common.place import open_place
    from pipelines.papers.import_workbook import import_workbook as take_in

    return take_in(
        open_place(site, curated=curated),
        file,
        by=by or getpass.getuser(),
        now=datetime.now(UTC),
        dry_run=dry_run,
        older=older,
        ask=lambda question: yes or _asked(question),
    )


def export(
    what: Annotated[str, typer.Argument(help="charts: one a person, for the group. board: the commissioner's paper")],
    month: Annotated[str | None, typer.Argument(help="A published month (default: the latest)")] = None,
    site: Site = None,
    curated: Curated = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to (default: exports/ in the curated folder)")
    ] = None,
    top: Annotated[int | None, typer.Option(help="Charts: of the first N of those who may be shown", min=1)] = None,
    form: Annotated[str, typer.Option("--format", help="Charts: svg, png or pdf")] = "svg",
    show_names: Annotated[bool, typer.Option(help="Charts: with names; it is logged")] = False,
    quiet: Quiet = False,
) -> None:
    """Write out charts of the people who may be shown, or the board paper under disclosure control."""
    from hiu.errors import UsageError
    from pipelines.common.place import open_place
    from pipelines.common.progress import Reporter
    from pipelines.papers.export import export_board, export_charts

    place, now = open_place(site, curated=curated), datetime.now(UTC)
    if what == "charts":
        export_charts(
            place, month, top=top, form=form, folder=out, show_names=show_names, now=now, report=Reporter(quiet=quiet)
        )
    elif what == "board":
        export_board(place, month, folder=out, now=now)
    else:
        raise UsageError(f"'{what}' is nothing to export. There are: charts, board")


def _asked(question: str) -> bool:
    """A yes typed on a terminal; without one nobody can be asked, so the answer is no."""
    return sys.stdin.isatty() and typer.confirm(question)
