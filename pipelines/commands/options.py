"""What the commands share: options, the clock, how a site is opened, and the JSON a command ends with."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiu.errors import UsageError
from pipelines.common.progress import out

if TYPE_CHECKING:
    from pipelines.common.place import Place

Site = Annotated[Path | None, typer.Option(help="Site folder, with site.toml (default: the repository)")]
Raw = Annotated[Path | None, typer.Option(help="Raw folder, in place of the site's")]
Curated = Annotated[Path | None, typer.Option(help="Curated folder, in place of the site's")]
AsJson = Annotated[bool, typer.Option("--json", help="End with one JSON object")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong")]
OnMonth = Annotated[str | None, typer.Option("--month", help="A published month (default: the latest)")]
OfMonth = Annotated[str | None, typer.Argument(help="A published month (default: the latest)")]
ThisMonth = Annotated[str, typer.Argument(help="The month, as 2026-03")]
ChartFolder = Annotated[Path | None, typer.Option(help="Folder to write the chart to, as SVG")]
CostTable = Annotated[Path | None, typer.Option(help="The finance team's cost table (TOML)")]


def now() -> datetime:
    """The time of the command, in UTC: jobs have no clock of their own."""
    from pipelines.common.journal import start_clock

    return start_clock(datetime.now(UTC))


def open_site(site: Path | None, curated: Path | None = None, raw: Path | None = None) -> "Place":
    """The site of a command. Raises SettingsError where there is none."""
    from pipelines.common.place import open_place

    return open_place(site, raw=raw, curated=curated)


def print_json(**parts: object) -> None:
    """The object a command with --json ends with, when it did what it was asked."""
    out(json.dumps({"exit": 0, **parts}))


def a_day(text: str | None) -> date | None:
    """The day that an option gives, if it does. Raises UsageError for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"'{text}' is not a day: expected the form 2027-03-31") from None
