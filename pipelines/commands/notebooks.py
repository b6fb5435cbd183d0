"""The command that makes a report of a notebook; `hiu lab` opens them to work with."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.options import AsJson, Site
from pipelines.common.progress import out

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]


def add_notebooks(command: Register) -> None:
    """Register the command with the application's own decorator."""
    command()(report)


def report(
    notebook: Annotated[str, typer.Argument(help="A notebook: its name, such as cohort, or its path")],
    month: Annotated[str, typer.Argument(help="A published month, as 2026-03")],
    site: Site = None,
    code: Annotated[bool, typer.Option("--code", help="Show each cell's code above the fold")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a notebook on a month and keep it as one offline page, as long as the run it is of."""
    from pipelines.common.place import open_place
    from pipelines.papers.report import report as make
    from pipelines.papers.report import tell

    made = make(open_place(site), notebook, month, now=datetime.now(UTC), code=code)
    if as_json:
        out(json.dumps({"exit": 0, "report": str(made.path), "month": str(made.month), "run": made.run}))
        return
    tell(made)
