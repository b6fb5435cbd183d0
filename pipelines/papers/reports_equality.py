"""The equality audit, suppressed for anyone but the analysts."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.disk import move
from hiu.errors import UsageError
from hiu.govern.pseudonym import PERSON_ID
from hiu.govern.release.disclosure import BASE, FEWEST, HIDDEN, round_count, suppress
from hiu.govern.rights import make_private
from hiu.publish.pathway.labels import unnamed
from hiu.publish.words.text import count_of
from hiu.rank.reports.equality.audit import Equality, equality, groups_of
from hiu.rank.reports.equality.selected import mid_p, noticeable, representation
from hiu.site.ask.own_groups import read_groups
from hiu.stats import wilson
from pipelines.access.looks import enter_look, require_look
from pipelines.access.wording import people_of
from pipelines.common.progress import out as say
from pipelines.papers.reports import ReportMonth, print_parts, print_title

COUNTS = ("top", "assessed", "frequency", "came_in", "went_out", "matched", "without_nhs_number", "without_dob")
"""Counts of people in the audit's tables; each is shown against the rest of its group, so that both are protected."""


def report_equality(report: ReportMonth, extra: Path | None, *, exact: bool, as_json: bool, now: datetime) -> None:
    """Print the audit of the month's list. Exact figures, and those by further groups, are a look at whom they count.

    Raises UsageError for a group of few people, LookRefused for people whom no basis lets an analyst ask for.
    """
    people, ranked = report.table("people"), report.table("ranked")
    more = unnamed(read_groups(extra), people_of(report.place)) if extra else None
    groups, adults = groups_of(people, report.month, more), ranked.filter(list="adult").select("person_id")
    if more is not None:
        _require_many(extra, adults.join(groups, on="person_id", how="left").select(more.columns))
        whom = sorted(set(more["person_id"].drop_nulls()))
        require_look(report.place, now, "equality", whom, purpose="support", by=None, month=report.month)
    elif exact:
        whom = [one for one in adults["person_id"] if PERSON_ID.fullmatch(one)]
        enter_look(report.place, now, "equality", whom, month=str(report.month))
    found = equality(**report.common(), ranked=report.table("ranked"), groups=groups)
    top = report.settings.rank.top
    print_title(report, f"Equality audit: the first {top} against the whole list of adults", as_json)
    tables = _tables(found, exact, top)
    if not exact:
        tables = _as_first_printed(report, extra, tables)
    print_parts(tables | {"outcome_refused": found.outcome_refused}, as_json)
    if as_json:
        return
    if found.outcome_refused:
        say(f"Observed against expected: {found.outcome_refused}")
    flagged = found.selection.filter(pl.col("flag"))
    for sentence in flagged["sentence"] if exact else []:
        say(sentence)
    flags = tables["selection"]["flag"]
    say(
        f"{flags.sum()} of {flags.len()} groups flagged (false discovery rate 10%). Power is poor with "
        f"{top} people: no flag is not proof of no disparity."
    )
    if not exact:
        rest = f"others rounded to {BASE}; rates that would give a hidden count away are left out."
        say(f"Counts 1-{FEWEST - 1} are shown as *, {rest}")
        say(
            "Figures of a month stay as they were first printed: two tables one person apart would tell of that person."
        )


def _as_first_printed(
    report: ReportMonth, extra: Path | None, tables: dict[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The suppressed tables that were printed first of this month and these groups; today's, if none were."""
    which = hashlib.sha256(extra.read_bytes()).hexdigest()[:12] if extra else "own"
    folder = report.place.curated / "equality" / f"{report.month}-{which}"
    if not folder.is_dir():
        aside = make_private(folder.with_name(f".{folder.name}.new"))
        for name, table in tables.items():
            table.write_parquet(aside / f"{name}.parquet")
        move(aside, folder)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in tables}


def _require_many(path: Path | None, groups: pl.DataFrame) -> None:
    """Raises UsageError for a group that holds few of the listed adults: its figures would be about them."""
    for name in groups.columns:
        few = groups.filter(pl.col(name).is_not_null()).group_by(name).len().filter(pl.col("len") < FEWEST)
        if name != "person_id" and few.height:
            raise UsageError(
                f"{path}: column '{name}': {count_of(few.height, 'group')} with fewer than {FEWEST} listed adults, "
                "who may be those without a row; put them together with others, or leave the column out"
            )


def _tables(found: Equality, exact: bool, top: int) -> dict[str, pl.DataFrame]:
    tables = {name: getattr(found, name) for name in ("selection", "outcome", "assessment", "moved", "quality")}
    return tables if exact else {name: suppressed(table, top) for name, table in tables.items()}


def suppressed(table: pl.DataFrame, top: int) -> pl.DataFrame:
    """A table of the audit as it may leave the analysts: counts as text, rates worked out from the rounded counts.

    A group whose people or count is hidden keeps its name and its flag; points of fewer than 8 people, or more than
    half one person's, are left out.
    """
    if table.is_empty():
        return table
    parts = [_one(part, top) for part in table.partition_by("characteristic", maintain_order=True)]
    return pl.concat(parts)


def _one(table: pl.DataFrame, top: int) -> pl.DataFrame:
    counts = [name for name in COUNTS if name in table.columns]
    grids = {
        name: suppress([[n, people - n] for n, people in zip(table[name], table["people"], strict=True)])[:-1]
        for name in counts or ["people"]
    }
    if not counts:
        grids = {"people": [[text, text, text] for text, _ in suppress([[n] for n in table["people"]])[:-1]]}
    people = [
        HIDDEN if HIDDEN in texts else texts[0]
        for texts in zip(*([r[2] for r in g] for g in grids.values()), strict=True)
    ]
    hidden = [any(HIDDEN in grid[i] for grid in grids.values()) for i in range(table.height)]
    # a 0 beside a hidden whole would say of its few people what none of them did
    part = {
        name: [HIDDEN if hide else row[0] for row, hide in zip(grids[name], hidden, strict=True)] for name in counts
    }
    out = table.with_columns(pl.Series("people", people), *(pl.Series(name, part[name]) for name in counts))
    if "p" in table.columns:
        total, tests = round_count(int(table["people"].sum())), table.height
        return _rates(out, hidden, lambda k, n: _selected(k, n, total, top, tests))
    if "rate" in table.columns:
        return _rates(
            out, hidden, lambda k, n: {"rate": k / max(1, n), **dict(zip(("low", "high"), wilson(k, n), strict=True))}
        )
    return _points(out, hidden) if "most" in table.columns else out


def _selected(k: int, people: int, total: int, top: int, tests: int) -> dict[str, float]:
    k, people = min(k, top, people), min(people, total)
    ratio, low, high = representation(k, people, total, top)
    below, above = noticeable(people, total, top, tests=tests)
    return {
        "expected": top * people / max(1, total),
        "ratio": ratio,
        "low": low,
        "high": high,
        "p": mid_p(k, people, total, top),
        "below": below,
        "above": above,
    }


def _rates(table: pl.DataFrame, hidden: list[bool], rate: Callable[[int, int], dict[str, float]]) -> pl.DataFrame:
    """The table with its rates anew from rounded counts, and none for hidden rows."""
    count = "top" if "top" in table.columns else "assessed"
    pairs = zip(table[count], table["people"], hidden, strict=True)
    found = [None if hide else rate(int(k), int(people)) for k, people, hide in pairs]
    names = [name for name, kind in table.schema.items() if kind.is_float()]
    columns = [pl.Series(name, [one and round(one[name], 2) for one in found], dtype=pl.Float64) for name in names]
    return table.with_columns(columns).drop("sentence", strict=False)


def _points(table: pl.DataFrame, hidden: list[bool]) -> pl.DataFrame:
    few = ((pl.col("with_points") > 0) & (pl.col("with_points") < FEWEST)) | (pl.col("most") > 0.5)
    hide = pl.Series(hidden) | few
    return table.with_columns(
        pl.when(hide).then(None).otherwise((pl.col(name) / base).round() * base).alias(name)
        for name, base in (("observed", BASE), ("expected", BASE), ("ratio", 0.1), ("low", 0.1), ("high", 0.1))
    ).drop("with_points", "most")
