"""Two groups of people, and reasons now and before: rates with what chance alone would do to them."""

from __future__ import annotations

import math

import polars as pl

from hiu.model.units import contact_sets
from hiu.publish.words.text import count_of
from hiu.site.ask.lacking import lacking
from hiu.site.show.finding import Finding
from hiu.site.tables import Tables, checked_dataset, checked_months
from hiu.stats import Z95, chance_ratio

C = pl.col


def beside(run: Tables, one: list[str], other: list[str], dataset: str | None, months: int, shared: int = 0) -> Finding:
    """Contacts a person of two groups, and their ratio; `shared` people were given in both and count in the first."""
    span, sets = checked_months(months), _sets(run, dataset)
    inside = C("month").is_between((run.month - (span - 1)).start, run.month.start) & C("dataset").is_in(sets)
    counts = (
        run._whole("monthly_demand", "person_id", "n", where=inside & (C("n") > 0))
        .group_by("person_id")
        .agg(C("n").sum())
    )
    groups = [_group(counts, ids) for ids in (one, other)]
    seen = frozenset(counts["person_id"])
    rows = [
        (name, len(ids), len(set(ids) - seen), *group[:2])
        for name, ids, group in zip(("these", "others"), (one, other), groups, strict=True)
    ]
    table = pl.DataFrame(rows, schema=["group", "people", "without", "contacts", "per_person"], orient="row")
    none = [
        f"{row[2]:,} of the {row[1]:,} {words}" for row, words in zip(rows, ("people", "others"), strict=True) if row[2]
    ]
    lines = [_ratio_words(*groups)]
    lines += [f"Without a contact in these months, and counted as 0: {' and '.join(none)}."] if none else []
    lines += [f"Given in both groups, and counted in the first alone: {count_of(shared, 'person', 'people')}."] * (
        shared > 0
    )
    lines += lacking(run, span, sets=sets)
    return Finding(f"Contacts a person, {span} months: these people beside others", lines, {"groups": table})


def _group(counts: pl.DataFrame, ids: list[str]) -> tuple[int, float, float]:
    """Contacts of a group, their mean a person, and the relative variance of the mean over its people."""
    whole = pl.DataFrame({"person_id": ids}).join(counts, on="person_id", how="left")["n"].fill_null(0).cast(pl.Float64)
    total, mean = int(whole.sum()), float(whole.sum()) / len(ids)
    spread = whole.var()
    variance = float(spread) / len(ids) if isinstance(spread, float) else math.inf
    return total, mean, variance / mean**2 if mean else math.inf


def _ratio_words(one: tuple[int, float, float], other: tuple[int, float, float]) -> str:
    if not one[1] or not other[1]:
        return "One of the two had no contact, so there is no ratio."
    ratio, error = one[1] / other[1], math.sqrt(one[2] + other[2])
    if not math.isfinite(error):
        return f"{ratio:.2f} times as many a person; with one person in a group there is no interval."
    low, high = (ratio * math.exp(side * Z95 * error) for side in (-1, 1))
    words = "no reliable difference" if low <= 1 <= high else "a difference that chance does not explain"
    return f"{ratio:.2f} times as many contacts a person (95% interval {low:.2f} to {high:.2f}): {words}."


def reasons(run: Tables, people: list[str] | None, dataset: str | None, months: int) -> Finding:
    """What contacts were about, beside the same months a year before, and beside everybody else."""
    span, sets = checked_months(months), _sets(run, dataset)
    needed = ("person_id", "dataset", "reason", "start", "counted")
    whole = run._whole("timeline", *needed, where=C("counted") & C("dataset").is_in(sets))
    own = pl.lit(True) if people is None else C("person_id").is_in(people)
    first = run.month - (span - 1)
    now, before = (C("start").is_between(at.start, (at + span).start, closed="left") for at in (first, first - 12))
    found = whole.group_by("dataset", "reason").agg(
        n=(now & own).sum().cast(pl.Int64),
        people=C("person_id").filter(now & own).n_unique().cast(pl.Int64),
        n_before=(before & own).sum().cast(pl.Int64),
        n_others=(now & ~own).sum().cast(pl.Int64),
    )
    found = found.filter((C("n") > 0) | (C("n_before") > 0)).sort(
        "n", "dataset", "reason", descending=[True, False, False]
    )
    ratios = [chance_ratio(n, then) for n, then in found.select("n", "n_before").iter_rows()]
    names = ("ratio", "low", "high")
    found = found.with_columns(
        words=pl.when(C("reason").str.contains(r"^\d+$")).then(pl.format("code {}", "reason")).otherwise("reason"),
        share=C("n") / C("n").sum(),
        share_others=C("n_others") / C("n_others").sum(),
        **{name: pl.Series([one[at] for one in ratios], dtype=pl.Float64) for at, name in enumerate(names)},
    )
    order = ["dataset", "reason", "words", "n", "people", "share", "n_before", *names]
    order += [] if people is None else ["n_others", "share_others"]
    changed = found.filter((C("low") > 1) | (C("high") < 1)).height
    line = (
        f"{changed} of {found.height} reasons differ from a year before by more than chance; of so many, "
        f"{max(1, round(0.05 * found.height))} would by chance alone."
    )
    return Finding(
        f"Reasons, {span} months to {run.month.title}, beside a year before",
        [line, *lacking(run, span, sets=sets, before=12)],
        {"reasons": found.select(order)},
    )


def _sets(run: Tables, dataset: str | None) -> list[str]:
    name = checked_dataset(run, dataset)
    return [name] if name else list(contact_sets(run._whole("coverage")))
