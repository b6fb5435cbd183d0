"""The reports of the command line: asked for now and then, each on a published month."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import AsJson, ChartFolder, CostTable, Curated, OnMonth, Site, now, open_site

if TYPE_CHECKING:
    from pipelines.papers.reports import ReportMonth


def backtest(
    month: OnMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: ChartFolder = None,
    as_json: AsJson = False,
    adopt: Annotated[float | None, typer.Option(help="Adopt this half-life (months); it is recorded")] = None,
    by: Annotated[str | None, typer.Option(help="Who decided it, for the record")] = None,
) -> None:
    """Test other ranking rules on the site's own past months: would they have found the people better?"""
    from pipelines.papers.reports import report_backtest
    from pipelines.setup.adopt import adopt_half_life

    report = _month(site, curated, month)
    tried = report_backtest(report, out, as_json=as_json)
    if adopt is not None:
        adopt_half_life(report.place, report.month, tried, adopt, by=by, now=now(), quiet=as_json)


def evaluate(
    month: OnMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: ChartFolder = None,
    as_json: AsJson = False,
    programme: Annotated[float | None, typer.Option(help="What the programme cost in pounds")] = None,
    table: CostTable = None,
) -> None:
    """Compare contacts after support with those expected without it, or explain why they cannot be compared."""
    from pipelines.papers.reports import report_evaluation

    report_evaluation(_month(site, curated, month), out, as_json=as_json, programme=programme, table=table)


def sensitivity(month: OnMonth = None, site: Site = None, curated: Curated = None, as_json: AsJson = False) -> None:
    """Show how the first N change under other definitions, weights and half-lives, and who stays throughout."""
    from pipelines.papers.reports import report_sensitivity

    report_sensitivity(_month(site, curated, month), as_json=as_json)


def equality(
    month: OnMonth = None,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    groups: Annotated[Path | None, typer.Option(help="CSV of person_id and further characteristics")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Unsuppressed: for analysts, never to leave them")] = False,
) -> None:
    """Check whether any group is over- or under-represented. Small numbers are suppressed unless --exact is given."""
    from pipelines.papers.reports_equality import report_equality

    report_equality(_month(site, curated, month), groups, exact=exact, as_json=as_json, now=now())


def trend(
    month: OnMonth = None,
    site: Site = None,
    curated: Curated = None,
    out: ChartFolder = None,
    as_json: AsJson = False,
    dataset: Annotated[str | None, typer.Option(help="One data set (default: all)")] = None,
    target_from: Annotated[str | None, typer.Option(help="Month from which the s136 target runs")] = None,
    fall: Annotated[float, typer.Option(help="The target's fall, as a share", min=0.01, max=0.99)] = 0.15,
    within: Annotated[int, typer.Option(help="Months until it is due", min=1, max=36)] = 6,
) -> None:
    """Chart the whole cohort by month (NHS Making Data Count XmR), and the section 136 target with its interval."""
    from pipelines.papers.reports_trend import report_trends

    report = _month(site, curated, month)
    report_trends(report, dataset, out, begin=target_from, fall=fall, within=within, as_json=as_json)


def cost(
    month: OnMonth = None,
    site: Site = None,
    curated: Curated = None,
    as_json: AsJson = False,
    top: Annotated[int | None, typer.Option(help="How many people of the list", min=1)] = None,
    table: CostTable = None,
    people: Annotated[bool, typer.Option("--people", help="Each person too, by id")] = False,
) -> None:
    """Estimate what the first N people's last 12 months cost each agency: low, central and high."""
    from pipelines.papers.reports import report_cost

    report_cost(_month(site, curated, month), top, table, each=people, as_json=as_json)


def _month(site: Path | None, curated: Path | None, month: str | None) -> "ReportMonth":
    from pipelines.papers.reports import open_month

    return open_month(open_site(site, curated), month)


COMMANDS = (backtest, evaluate, sensitivity, equality, trend, cost)
