"""Adopt another half-life: written to site.toml, all else in it kept, and recorded in the audit log."""

from datetime import datetime

from hiu.disk import replace
from hiu.errors import UsageError
from hiu.month import Month
from hiu.rank.reports.backtest import HALF_LIVES, Backtest
from pipelines.common.journal import record
from pipelines.common.place import Place, with_value
from pipelines.common.progress import out as say


def adopt_half_life(
    place: Place, month: Month, backtest: Backtest, months: float, *, by: str | None, now: datetime, quiet: bool = False
) -> None:
    """Set rank.half_life of the site. Raises UsageError without a name or for a half-life that was not tried."""
    name = " ".join((by or "").split())
    if not name:
        raise UsageError("--adopt needs --by NAME: give the name of whoever decides")
    if months not in {*HALF_LIVES, backtest.half_life}:
        choices = ", ".join(f"{life:g}" for life in HALF_LIVES)
        raise UsageError(f"half-life {months:g} was not tried; the backtest compares {choices}")
    path = place.home / "site.toml"
    before = path.read_bytes().decode("utf-8")
    after = with_value(before, "rank", "half_life", float(months), f"adopted {now:%Y-%m-%d} by {name}")
    half_lives = {"from": place.settings.rank.half_life, "to": months}
    about = {"month": str(month), "settings": place.settings.version, "capture": _captures(place, backtest)}
    record(place, now, "half_life_adopted", **half_lives, by=name, **about)
    replace(path, after.encode("utf-8"))
    if not quiet:
        say(f"{path}: half-life {months:g}, adopted by {name}; recorded. 'hiu run {month}' ranks with it.")


def _captures(place: Place, backtest: Backtest) -> dict[str, float]:
    top = place.settings.rank.top
    rows = backtest.rules.select("rule", "top", "capture").iter_rows()
    return {rule: round(capture, 4) for rule, n, capture in rows if n in (top, 20) and rule.startswith("half-life")}
