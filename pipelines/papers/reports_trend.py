"""The cohort's trend by month, and the s136 target, as tables, JSON and charts."""

from pathlib import Path

from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import many
from hiu.month import Month
from hiu.rank.reports.trend import Target, Trend, target, trend
from pipelines.common.progress import out as say
from pipelines.papers.reports import ReportMonth, print_parts, print_title, write_chart

S136 = "s136"


def report_trends(
    report: ReportMonth,
    dataset: str | None,
    folder: Path | None,
    *,
    begin: str | None,
    fall: float,
    within: int,
    as_json: bool,
) -> None:
    """Print each data set's chart in words; the charts themselves go to `folder`."""
    demand, coverage = report.table("monthly_demand"), report.table("coverage")
    names = sorted(coverage["dataset"].unique())
    if dataset and dataset not in names:
        raise UsageError(f"no data set '{dataset}'.{did_you_mean(dataset, names)} There are: {', '.join(names)}")
    breaks = report.settings.policy_breaks
    totals = report.table("monthly_total") if (report.folder / "monthly_total.parquet").is_file() else None
    found = [
        trend(name, month=report.month, demand=demand, coverage=coverage, totals=totals, breaks=breaks)
        for name in ([dataset] if dataset else names)
    ]
    aims = {one.dataset: _target(one, report, begin, fall, within) for one in found if one.dataset == S136}
    print_title(report, "Everybody's demand by month (XmR, NHS Making Data Count)", as_json)
    _print_trends(found, aims, as_json)
    for one in found if folder else []:
        _draw(report, one, aims.get(one.dataset), folder, as_json)


def _print_trends(found: list[Trend], aims: dict[str, Target | None], as_json: bool) -> None:
    if as_json:
        parts = {one.dataset: _as_json(one) for one in found}
        print_parts({**parts, "target": {name: vars(aim) if aim else None for name, aim in aims.items()}}, as_json)
        return
    for one in found:
        say(one.sentence)
        for name in one.breaks:
            say(f"  across it: {name}; compare before and after with care")
    for name, aim in aims.items():
        say(aim.sentence if aim else f"Target for {name}: needs 6 supplied months before it and one since.")


def _as_json(one: Trend) -> dict[str, object]:
    lines = {"mean": one.chart.mean, "lower": one.chart.lower, "upper": one.chart.upper}
    return {"sentence": one.sentence, "breaks": one.breaks, **lines, "months": one.table}


def _target(one: Trend, report: ReportMonth, begin: str | None, fall: float, within: int) -> Target | None:
    """The target from a month, by default such that it is due now."""
    return target(
        one.table, begin=Month.parse(begin) if begin else report.month - (within - 1), fall=fall, within=within
    )


def _draw(report: ReportMonth, one: Trend, aim: Target | None, folder: Path | None, as_json: bool) -> None:
    from hiu.publish.charts.reports import trend_chart

    words = one.sentence if aim is None else f"{one.sentence} {aim.sentence}"
    name, limits = f"{many(one.dataset)} a month, everybody", (one.chart.mean, one.chart.lower, one.chart.upper)
    svg = trend_chart(one.table, *limits, name, words, report.settings.policy_breaks, aim.line if aim else None)
    if folder:
        write_chart(folder / f"trend-{one.dataset}.svg", svg, as_json)
