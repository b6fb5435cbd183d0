"""The matching section of the quality report: estimates with their intervals, in words people read."""

from typing import TypedDict

import polars as pl

from hiu.publish.rows import Row


class Figures(TypedDict):
    """A figure with its interval, and of how many."""

    figure: str
    interval: str
    of: str


class Judged(Figures):
    """A measure of the whole area."""

    title: str


class GroupRate(TypedDict):
    """The match rate of a group of rows."""

    group: str
    joined: str
    interval: str
    elsewhere: str
    rows: str


TITLES = {
    "precision": "Rows on the right person's record, estimated",
    "recall": "Rows with the main record of their person, estimated",
    "reviewed_joins_confirmed": "Joins that reviewers looked at and confirmed",
    "reviewed_partings_confirmed": "Partings that reviewers looked at and confirmed",
    "reviewers_agree": "Pairs looked at twice on which reviewers agree",
    "reviewers_kappa": "The same beyond chance (Cohen's kappa)",
    "rows_naming_nobody": "Rows that name nobody",
    "people_with_two_nhs_numbers": "People with two NHS numbers",
    "people_with_two_dates_of_birth": "People with two dates of birth",
    "nhs_numbers_with_two_people": "NHS numbers that two people carry",
    "pairs_in_doubt": "Pairs in doubt",
    "pairs_queued": "Of those, listed for review",
}


def overall(table: pl.DataFrame) -> list[Judged]:
    """Title, figure, interval, of: one line a measure of the whole area, those that can't be said yet said so."""
    measures = {row["measure"]: row for row in table.filter(group="all").iter_rows(named=True)}
    return [{"title": title, **_figures(measures[name])} for name, title in TITLES.items() if name in measures]


def model_in_force(table: pl.DataFrame) -> str:
    """Which model the month was matched with; empty for a month published before that was said."""
    for version, own in table.filter(measure="own_model").select("group", "value").iter_rows():
        if own:
            return f"Matched with this area's own model ({version})."
        return (
            f"Matched with the shipped model ({version}), which was fitted to invented people only: 'hiu train' fits "
            "one to this area's NHS numbers and reports what it would change."
        )
    return ""


def by_group(table: pl.DataFrame) -> list[GroupRate]:
    """Group, joined, interval, elsewhere, rows: the match rate of everybody and of each group."""
    wide = table.filter(pl.col("measure").is_in(["joined", "seen_elsewhere"]))
    groups: dict[str, dict[str, Figures]] = {}
    for row in wide.iter_rows(named=True):
        groups.setdefault(row["group"], {})[row["measure"]] = _figures(row)
    out: list[GroupRate] = [
        {
            "group": group,
            "joined": both["joined"]["figure"],
            "interval": both["joined"]["interval"],
            "elsewhere": both["seen_elsewhere"]["figure"],
            "rows": both["joined"]["of"],
        }
        for group, both in groups.items()
    ]
    return sorted(out, key=lambda row: (row["group"] != "all", row["group"]))


def _figures(row: Row) -> Figures:
    of = f"{row['n']:,}"
    if row["value"] is None:
        return {"figure": "too few to say", "interval": "", "of": of}
    if row["basis"] == "count" and row["low"] is None:
        return {"figure": f"{row['value']:,.0f}", "interval": "", "of": of}
    if row["measure"] == "reviewers_kappa":
        return {"figure": f"{row['value']:.2f}", "interval": f"{row['low']:.2f} to {row['high']:.2f}", "of": of}
    places = 2 if row["basis"] == "model" else 1
    low, high = (f"{100 * row[end]:.{places}f}%" for end in ("low", "high"))
    return {"figure": f"{100 * row['value']:.{places}f}%", "interval": f"{low} to {high}", "of": of}
