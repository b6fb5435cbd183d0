"""Reports on a published month: backtest, evaluation, sensitivity and cost, as tables, JSON and charts."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from hiu.errors import UsageError
from hiu.govern.release.outputs import put
from hiu.month import Month
from hiu.rank.reports.backtest import Backtest, backtest
from hiu.rank.reports.cost import avoided, cohort_costs, costs, person_costs
from hiu.rank.reports.evaluate import evaluate
from hiu.rank.reports.sensitivity import sensitivity
from hiu.settings import Settings
from hiu.site.tables import Tables
from pipelines.common.place import Place
from pipelines.common.progress import out as say
from pipelines.common.work import Row


@dataclass(frozen=True)
class ReportMonth:
    """A published month to report on: its tables as they are, and the site's settings."""

    place: Place
    month: Month
    folder: Path

    def table(self, name: str) -> pl.DataFrame:
        """A published table, unmasked: reports print ids and counts only. Who may be shown to nobody is not in it."""
        return Tables(self.month, self.folder)._whole(name)

    def common(self, *names: str) -> Row:
        """Arguments that most reports share, and the named tables."""
        tables = {name: self.table(name) for name in ("coverage", "people", *names)}
        return {"month": self.month, "demand": self.table("monthly_demand"), "settings": self.settings, **tables}

    @property
    def settings(self) -> Settings:
        """The site's settings as they are now."""
        return self.place.settings


def open_month(place: Place, month: str | None) -> ReportMonth:
    """A published month, the latest by default. Raises HiuError saying which there are."""
    return ReportMonth(place, *place.which(month))


def report_backtest(report: ReportMonth, folder: Path | None, *, as_json: bool) -> Backtest:
    """Print how each rule would have done; the chart goes to `folder`."""
    found = backtest(**report.common(), costs=costs().central)
    print_title(report, "Backtest: each past month ranked as if it were the latest", as_json)
    names = ("rules", "certainty", "half_life", "best_half_life")
    print_parts({name: getattr(found, name) for name in names}, as_json)
    if not as_json:
        say(
            f"In use: half-life {found.half_life:g}. Highest capture: {found.best_half_life:g}. "
            "Intervals that overlap: no reliable difference. Adopt another with --adopt MONTHS --by NAME."
        )
    if folder:
        from hiu.publish.charts.reports import backtest_chart

        svg = backtest_chart(found.rules, report.settings.rank.top, found.half_life)
        write_chart(folder / "backtest.svg", svg, as_json)
    return found


def report_evaluation(
    report: ReportMonth, folder: Path | None, *, as_json: bool, programme: float | None, table: Path | None
) -> None:
    """Print power, the answer and what it is worth; or the reason why there is none."""
    found = evaluate(**report.common("support"))
    saved = None
    if not found.refused and not found.savings_refused:
        saved = avoided(found, costs(table), seed=report.settings.rank.seed, programme=programme)
    if as_json:
        print_parts({**vars(found), "savings": asdict(saved) if saved else None}, as_json)
    else:
        print_title(report, "Did support work?", as_json)
        lines = [found.power_sentence, f"No verdict: {found.refused}" if found.refused else found.sentence]
        lines += [f"Left out: {count} {reason}." for reason, count in (found.left_out or {}).items()]
        lines += found.breaks
        lines.append(saved.sentence if saved else f"Savings: {found.savings_refused or 'none without a verdict'}.")
        for line in filter(None, lines):
            say(line)
        say("Not a trial: people were chosen, not drawn by lot.")
    if folder and found.course is not None and found.calendar is not None:
        from hiu.publish.charts.reports import evaluation_chart

        text = " ".join((found.sentence, *found.breaks))
        svg = evaluation_chart(found.course, found.calendar, report.settings.policy_breaks, text)
        write_chart(folder / "evaluation.svg", svg, as_json)


def report_sensitivity(report: ReportMonth, *, as_json: bool) -> None:
    """Print the first N under every scenario, and who stays."""
    gradings, extra = report.table("risk_grading"), report.table("monthly_extra")
    found = sensitivity(**report.common(), extra=extra, gradings=gradings, costs=costs().central)
    print_title(report, f"Sensitivity: the first {found.top} under other definitions", as_json)
    print_parts({"scenarios": found.scenarios, "people": found.people}, as_json)
    if not as_json:
        say(f"{found.people['stable'].sum()} of {found.top} are among the first {found.top} under all of them.")


def report_cost(report: ReportMonth, top: int | None, table: Path | None, *, each: bool, as_json: bool) -> None:
    """Print the first N people's last 12 months in pounds, by agency."""
    priced, number = costs(table), top or report.settings.rank.top
    cohort = report.table("ranked").filter(pl.col("list") == "adult").sort("rank").head(number)
    by_person = person_costs(priced, report.table("monthly_demand"), report.month, cohort["person_id"])
    print_title(
        report, f"First {number} people, last 12 months, pounds ({priced.label}; table {priced.version})", as_json
    )
    shown = {"cohort": cohort_costs(by_person), "units": priced.units, "missing": _missing(report)}
    print_parts(shown | ({"people": by_person} if each else {}), as_json)


def _missing(report: ReportMonth) -> pl.DataFrame:
    """Data sets and months of the last 12 that were not supplied: their cost is not in any figure."""
    recent = report.table("coverage").filter(pl.col("month").is_between((report.month - 11).start, report.month.start))
    supplied = recent.group_by("dataset", "month").agg(pl.col("supplied").any())
    return supplied.filter(~pl.col("supplied")).drop("supplied").sort("dataset", "month")


def print_title(report: ReportMonth, text: str, as_json: bool) -> None:
    """What this is, of which month, under which settings."""
    if not as_json:
        say(f"{report.settings.name}, {report.month.title} (settings {report.settings.version}): {text}")


def print_parts(parts: Mapping[str, object], as_json: bool) -> None:
    """Every part: tables as plain text, or everything as one JSON object."""
    if as_json:
        say(json.dumps({name: plain(part) for name, part in parts.items()}))
        return
    for name, part in parts.items():
        if isinstance(part, pl.DataFrame) and part.height:
            say(f"\n{name.replace('_', ' ')}")
            print_table(part)
    say()


def plain(value: object) -> object:
    """A value that JSON can hold: tables as rows, dates as text, what isn't a number as null."""
    if isinstance(value, pl.DataFrame):
        return [plain(row) for row in value.iter_rows(named=True)]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def print_table(table: pl.DataFrame) -> None:
    """A table in columns as wide as they need."""
    rows = [[_cell(value) for value in row] for row in table.iter_rows()]
    widths = [max(map(len, column)) for column in zip(table.columns, *rows, strict=True)]
    right = [dtype.is_numeric() for dtype in table.dtypes]
    for row in [table.columns, *rows]:
        cells = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True))
        say("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def write_chart(path: Path, text: str, as_json: bool) -> None:
    """A chart, and where it went. Raises UsageError if the folder can't be written to."""
    try:
        put(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    if not as_json:
        say(f"chart: {path}")
