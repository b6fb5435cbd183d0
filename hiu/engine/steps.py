"""The order of counting: which tables are built before the matcher, and which after it."""

from hiu.engine import Engine, Scalar
from hiu.month import Month
from hiu.settings import Counting

BEFORE_LINK = ("current", "record_identity", "identity", "quoted", "identity_event")
"""Need record, deliveries; give the matcher what it reads."""

AFTER_LINK = (
    "latest",
    "coverage",
    "event",
    "stay",
    "stay_night",
    "tally",
    "missing_count",
    "episode",
    "monthly_demand",
    "monthly_extra",
    "monthly_total",
    "links",
    "people",
    "risk_grading",
    "row_fact",
    "support",
    "conflicts",
    "quotes",
    "team_contact",
    "address_demand",
)
"""Need also fact, quarantine, counting, calendar, stay_rule and cluster; in this order."""

TEMPORARY = ("latest", "row_fact")
"""Tables that only other tables are made of: not kept in the file, and let go once those are made."""

_USES: dict[str, tuple[str, ...]] = {
    "current": ("month_after",),
    "event": ("month_after", "s136_hours"),
    "episode": ("episode_hours",),
    "missing_count": ("month_after",),
    "address_demand": ("month_after", "communal_calls"),
    **dict.fromkeys(
        ("links", "people", "risk_grading", "row_fact", "support", "conflicts", "quotes", "team_contact"),
        ("month_after",),
    ),
}


def parameters(table: str, month: Month, settings: Counting) -> dict[str, Scalar]:
    """What building `table` for `month` needs: only the parameters its SQL uses."""
    every: dict[str, Scalar] = {"month_after": month.after, **settings.model_dump()}
    return {name: every[name] for name in _USES.get(table, ())}


def build_all(
    engine: Engine, tables: tuple[str, ...], month: Month, settings: Counting, *, made: tuple[str, ...] = ()
) -> None:
    """Build `tables` in order but for those `made` before, and let go of those that are temporary."""
    for table in tables:
        if table not in made:
            engine.build(table, temporary=table in TEMPORARY, folder=".", **parameters(table, month, settings))
    for table in TEMPORARY:
        if table in tables:
            engine.drop(table)
