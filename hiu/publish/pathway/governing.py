"""What papers say first of incidents and of the action log: counts, and nobody's name."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

C = pl.col
SENT = ("incident_judged", "action")
"""The published tables that these counts are of."""


def first_lines(tables: Mapping[str, pl.DataFrame], after: date) -> list[str]:
    """Both, of a month's published tables (`SENT`; any of them may be missing); `after` = the day after the month.

    Nothing is said of what nobody sent.
    """
    incidents = tables.get("incident_judged", pl.DataFrame())
    return [*incident_lines(incidents), *action_lines(tables, after)]


def incident_lines(incidents: pl.DataFrame) -> list[str]:
    """What has to be said first of incidents: deaths whose referral is due, and those that can't be judged."""
    if incidents.is_empty():
        return []
    due = incidents.filter(C("mandatory") == "yes", C("referred") == "no").height
    check = incidents.filter(C("mandatory") == "unknown").height
    lines = [f"Deaths with a mandatory referral due at once and none recorded: {due}."] if due else []
    return lines + (
        [f"Incidents that can't be judged for referral, as a time, or whether a mentor was there, is missing: {check}."]
        if check
        else []
    )


def action_lines(tables: Mapping[str, pl.DataFrame], after: date) -> list[str]:
    """How many actions are open and overdue, for the first page of papers; none where a site has no action log."""
    if "action" not in tables or tables["action"].is_empty():
        return []
    own = latest_rows(tables["action"], "action_id")
    still = own.filter(open_at("done_at", after))
    late = still.filter(overdue_at("due", after)).height
    return [f"Action log: {still.height} open, {late} of them overdue."]


def overdue_at(column: str, after: date) -> pl.Expr:
    """Whether the day has passed by the month's last day: what is due on that day is not overdue."""
    return C(column) < after - timedelta(days=1)


def open_at(column: str, after: date) -> pl.Expr:
    """What is without this time, or has it after the month."""
    return C(column).is_null() | (C(column) >= datetime(after.year, after.month, after.day))


def latest_rows(frame: pl.DataFrame, number: str) -> pl.DataFrame:
    """Of the rows of one number the one that was sent last."""
    return frame.sort("delivery_id", "source_row").unique(number, keep="last", maintain_order=True)
