"""The papers about one person: asked for one at a time, and recorded."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import Curated, Site
from pipelines.common.progress import out as say

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]


def add_papers(command: Register) -> None:
    """Register the commands with the application's own decorator."""
    command()(sheet)


def sheet(
    person: Annotated[str, typer.Argument(help="A person id, as in the list")],
    out: Annotated[Path, typer.Option(help="Where to write it: a folder, or a file ending in .pdf")],
    month: Annotated[str | None, typer.Argument(help="A published month (default: the latest)")] = None,
    override: Annotated[str | None, typer.Option(help="Why, for somebody not supported; it is recorded")] = None,
    by: Annotated[str | None, typer.Option(help="Who asks; it is recorded")] = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """One page about one person for the lead clinician (PDF); for people not supported, only with a recorded reason."""
    from pipelines.common.place import open_place
    from pipelines.papers.sheets import write_sheet

    place = open_place(site, curated=curated)
    path = write_sheet(place, person, month, out, override=override, by=by, now=datetime.now(UTC))
    say(f"{path}: recorded. It names a person: keep it where only those may read it who treat them.")
