"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Site = Annotated[Path | None, typer.Option(help="Site folder, with site.toml (default: the repository)")]
Raw = Annotated[Path | None, typer.Option(help="Raw folder, in place of the site's")]
Curated = Annotated[Path | None, typer.Option(help="Curated folder, in place of the site's")]
AsJson = Annotated[bool, typer.Option("--json", help="End with one JSON object")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong")]
OnMonth = Annotated[str | None, typer.Option("--month", help="A published month (default: the latest)")]
Out = Annotated[Path | None, typer.Option(help="Folder to write the chart to, as SVG")]
