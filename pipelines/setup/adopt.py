"""Adopt another half-life: written to site.toml, all else in it kept, and recorded in the audit log."""

from datetime import datetime

from hiu.disk import replace
from hiu.errors import UsageError
from hiu.rank.reports.backtest import HALF_LIVES
from pipelines.common.journal import record
from pipelines.common.progress import out as say
from pipelines.common.toml_edit import with_value
from pipelines.papers.reports import Tried


def adopt_half_life(tried: Tried, months: float, by: str | None, *, now: datetime, quiet: bool = False) -> None:
    """Set rank.half_life of the site. Raises UsageError without a name or for a half-life that was not tried."""
    place, found = tried.held.place, tried.found
    name = " ".join((by or "").split())
    if not name:
        raise UsageError("--adopt needs --by NAME: a change of the rank is somebody's decision")
    if months not in {*HALF_LIVES, found.half_life}:
        known = ", ".join(f"{life:g}" for life in HALF_LIVES)
        raise UsageError(f"half-life {months:g} was not tried; the backtest compares {known}")
    path = place.home / "site.toml"
    before = path.read_bytes().decode("utf-8")
    after = with_value(before, "rank", "half_life", float(months), f"adopted {now:%Y-%m-%d} by {name}")
    record(
        place,
        {
            "type": "half_life_adopted",
            "from": place.settings.rank.half_life,
            "to": months,
            "by": name,
            "month": str(tried.held.month),
            "settings": place.settings.version,
            "capture": _captures(tried),
        },
        now,
    )
    replace(path, after.encode("utf-8"))
    if not quiet:
        say(f"{path}: half-life {months:g}, adopted by {name}; recorded. 'hiu run {tried.held.month}' ranks with it.")


def _captures(tried: Tried) -> dict[str, float]:
    top = tried.held.settings.rank.top
    rows = tried.found.rules.select("rule", "top", "capture").iter_rows()
    return {rule: round(capture, 4) for rule, n, capture in rows if n in (top, 20) and rule.startswith("half-life")}
