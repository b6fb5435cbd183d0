"""The commands of matching: look at doubtful pairs, decide, and train a model of one's own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.options import Curated, Quiet, Site

Register = Callable[..., Callable[[Callable[..., int | None]], Callable[..., None]]]
By = Annotated[str | None, typer.Option(help="Who decides, for the record")]


def add_matching(command: Register) -> None:
    """Register every command with the application's own decorator."""
    for job in (review, decide, train):
        command()(job)


def review(
    month: Annotated[str | None, typer.Argument(help="A published month (default: the latest)")] = None,
    site: Site = None,
    curated: Curated = None,
    top: Annotated[int, typer.Option(help="How many pairs", min=1)] = 10,
    double: Annotated[bool, typer.Option("--double", help="Pairs others decided, for a second look")] = False,
    by: Annotated[str | None, typer.Option(help="Who looks (with --double)")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write them to this CSV, to be filled in")] = None,
    show_names: Annotated[bool, typer.Option("--show-names", help="Show names; it is logged")] = False,
) -> None:
    """Pairs of descriptions that may be one person, those that would change the list most first."""
    from pipelines.matching.decide import review as tell

    tell(_place(site, curated), month, top, double=double, by=by, csv=csv, show_names=show_names, now=_now())


def decide(
    a: Annotated[str | None, typer.Argument(help="One description, as 'hiu review' shows it")] = None,
    b: Annotated[str | None, typer.Argument(help="The other")] = None,
    decision: Annotated[str | None, typer.Argument(help="same, different or unsure")] = None,
    site: Site = None,
    curated: Curated = None,
    by: By = None,
    note: Annotated[str | None, typer.Option(help="Why")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Undo what was decided about the two")] = False,
    second: Annotated[bool, typer.Option("--second", help="A second opinion: recorded, binds nothing")] = False,
    from_: Annotated[Path | None, typer.Option("--from", help="A CSV of 'hiu review --csv', filled in")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken")] = False,
) -> None:
    """Say whether two descriptions are one person. It holds, whatever the evidence, until undone."""
    from pipelines.matching import decide as job

    place, now = _place(site, curated), _now()
    _needs(by, dry_run=dry_run)
    if from_ is not None:
        job.decide_from(place, from_, by=by, second=second, dry_run=dry_run, now=now)
    elif undo:
        job.undo(place, _two(a, b), by=by, now=now)
    else:
        job.decide(place, _two(a, b), _word(decision), by=by, note=note, second=second, now=now)


def train(
    site: Site = None,
    curated: Curated = None,
    by: By = None,
    adopt: Annotated[str | None, typer.Option(help="Put this model of models/ in force, or 'shipped'")] = None,
    quiet: Quiet = False,
) -> None:
    """Fit a model to this area from its trusted NHS numbers, and report what it would change. Changes nothing."""
    from pipelines.common.progress import Reporter
    from pipelines.matching import train as job

    if adopt is not None:
        job.adopt(_place(site, curated), adopt, by, now=_now())
        return
    job.train(_place(site, curated), now=_now(), report=Reporter(quiet=quiet))


def _needs(by: str | None, *, dry_run: bool) -> None:
    from hiu.errors import UsageError

    if not dry_run and not (by or "").strip():
        raise UsageError("--by NAME is needed: a decision is somebody's")


def _two(a: str | None, b: str | None) -> tuple[str, str]:
    from hiu.errors import UsageError

    if a is None or b is None:
        raise UsageError("two descriptions are needed; 'hiu review' lists them, with the command for each")
    return a, b


def _word(decision: str | None) -> str:
    from hiu.errors import UsageError

    if decision is None:
        raise UsageError("a decision is needed: same, different or unsure")
    return decision.strip().lower()


def _place(site: Path | None, curated: Path | None) -> Any:
    from pipelines.common.place import open_place

    return open_place(site, curated=curated)


def _now() -> datetime:
    return datetime.now(UTC)
