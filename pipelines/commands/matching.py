"""The commands of matching: find and explain people, look at doubtful pairs, decide, train a model of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from hiu.errors import UsageError
from pipelines.commands.options import Curated, OfMonth, OnMonth, Quiet, Raw, Site, now, open_site

Purpose = Annotated[str, typer.Option(help="What you look for: support or planning; without a basis nothing is shown")]
Asker = Annotated[str | None, typer.Option("--by", help="Who looks, beside the login; for the read log")]
By = Annotated[str | None, typer.Option(help="Who decides, for the record")]


def explain(
    which: Annotated[str, typer.Argument(help="A person id, or two identity ids joined by a comma")],
    month: OnMonth = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    show_names: Annotated[bool, typer.Option(help="Show names; it is logged")] = False,
    chart: Annotated[Path | None, typer.Option(help="Of a pair: draw it to this .svg or .png")] = None,
    purpose: Purpose = "support",
    by: Asker = None,
) -> None:
    """Explain why a person is where they are on the list: rank, months, source rows, and how those were matched."""
    from pipelines.matching.explain import Asked, explain_pair, explain_person

    place = open_site(site, curated, raw)
    asked = Asked(purpose=purpose, by=by, show_names=show_names, now=now())
    if "," in which:
        explain_pair(place, which, chart=chart, asked=asked)
    else:
        explain_person(place, which, month, asked)


def find(
    query: Annotated[str, typer.Argument(help="Name, alias, part of a date of birth, postcode or id")],
    month: OnMonth = None,
    site: Site = None,
    raw: Raw = None,
    curated: Curated = None,
    show_names: Annotated[bool, typer.Option(help="Show names; it is logged")] = False,
    purpose: Purpose = "support",
    by: Asker = None,
) -> None:
    """Find people by a rough name, alias, date of birth, postcode or id."""
    from pipelines.matching.explain import Asked
    from pipelines.matching.explain import find as search

    asked = Asked(purpose=purpose, by=by, show_names=show_names, now=now())
    search(open_site(site, curated, raw), query, month, asked)


def review(
    month: OfMonth = None,
    site: Site = None,
    curated: Curated = None,
    top: Annotated[int, typer.Option(help="How many pairs", min=1)] = 10,
    double: Annotated[bool, typer.Option("--double", help="Pairs others decided, for a second look")] = False,
    by: Annotated[str | None, typer.Option(help="Who looks (with --double)")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write them to this CSV, to be filled in")] = None,
    show_names: Annotated[bool, typer.Option("--show-names", help="Show names; it is logged")] = False,
) -> None:
    """List pairs of records that may be one person, starting with those that would change the list most."""
    from pipelines.matching import decide as job

    place = open_site(site, curated)
    job.review(place, month, top, double=double, by=by, csv=csv, show_names=show_names, now=now())


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
    """Record whether two records are one person. The decision holds, whatever the evidence, until it is undone."""
    from pipelines.matching import decide as job

    place = open_site(site, curated)
    if not dry_run and not (by or "").strip():
        raise UsageError("give the reviewer's name (--by NAME)")
    if from_ is not None:
        job.decide_from(place, from_, by=by, second=second, dry_run=dry_run, now=now())
    elif a is None or b is None:
        raise UsageError("two descriptions are needed; 'hiu review' lists them, with the command for each")
    elif undo:
        job.undo(place, (a, b), by=by, now=now())
    elif decision is None:
        raise UsageError("a decision is needed: same, different or unsure")
    else:
        job.decide(place, (a, b), decision.strip().lower(), by=by, note=note, second=second, now=now())


def train(
    site: Site = None,
    curated: Curated = None,
    by: By = None,
    adopt: Annotated[str | None, typer.Option(help="Put this model of models/ in force, or 'shipped'")] = None,
    quiet: Quiet = False,
) -> None:
    """Fit a matching model to this area from its trusted NHS numbers, and report what it would change."""
    from pipelines.common.progress import Reporter
    from pipelines.matching import train as job
    from pipelines.steps.count import count_demand
    from pipelines.steps.rank import rank_people

    place = open_site(site, curated)
    if adopt is not None:
        job.adopt(place, adopt, by, now=now())
    else:
        job.train(place, steps=(count_demand, rank_people), now=now(), report=Reporter(quiet=quiet))


COMMANDS = (explain, find, review, decide, train)
