"""Agreement: does the model in force fit what is matched here?

Pairs that are sure without a field are one person whatever that field says, so they show how its levels really fall:
how often a person's postcode has a slip, how often the first names have nothing in common. That is put beside how the
levels fell where the model was made, by the same measure.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl

from hiu.link.levels import CODE, FIELDS, LATER, NAMES, Levels, Reals, unpack
from hiu.link.model.scorer import TERMS, Scorer, log_odds
from hiu.stats import wilson

C = pl.col
SURE = log_odds(0.99)
"""The weight of all other fields from which a pair is one person."""
SHOWN = tuple(field for field in NAMES if field not in ("kin", "event"))
FEW = 200
"""Pairs of a field below which nothing is said of it."""
FACTOR, FACTOR_OF_A_SOURCE, LEAST = 2.0, 4.0, 0.01
"""A level departs if it is this many times as frequent as expected, and by this share of pairs at least. What is
expected is of all sources together, and one source alone differs from that by nature: its factor is higher."""
PAIR = ("identity_a", "identity_b")
NEW = "new this month"
"""In place of a source: pairs with a description that no earlier month supplied, beside all other pairs."""
SEEN, EXPECTED = "agreement", "agreement_expected"
JOINED = ": "
Expected = Mapping[str, Mapping[str, float]]
Row = tuple[str, str, float | None, float | None, float | None, int, str]
WORDS = {
    "place": "The postcode or address", "given": "The given name", "family": "The family name", "dob": "The birth",
    "middle": "The middle name", "sex": "The sex", "nhs_number": "The NHS number", "local_id": "The local number",
}  # fmt: skip
LEVELS = {
    "postcode_typo": "differs by one letter", "typo": "differs by a slip of typing", "different": "is different",
    "nickname": "is a nickname of the other", "initial": "is an initial only",
    "sound": "is spelled differently but sounds alike", "swapped": "has changed places with the other name",
    "day_month_swapped": "has day and month swapped", "two_parts": "agrees in two parts of three",
    "same_year": "agrees in the year alone", "alias": "is an alias",
}  # fmt: skip


def levels_seen(levels: Levels, pairs: Reals, model: Scorer) -> dict[str, Reals]:
    """Field -> pairs at each level, of those that are sure without the field and have it on both sides.

    levels [patterns, fields] · pairs: how many show each.
    """
    parts = model.contributions(levels)
    whole = parts.sum(axis=1)
    out = {}
    for k, field in enumerate(NAMES):
        if field in SHOWN:
            own = [place for place, term in enumerate(TERMS) if field in term or "kin" in term]
            sure = (whole - parts[:, own].sum(axis=1) >= SURE) & (levels[:, k] > 0)
            out[field] = np.bincount(levels[sure, k], pairs[sure], len(FIELDS[field])).astype(np.float64)
    return out


def shares_seen(levels: Levels, pairs: Reals, model: Scorer) -> dict[str, dict[str, float]]:
    """Field -> level -> share of sure pairs: what a model file keeps as `expected`; fields with too few left out."""
    return _as_shares(levels_seen(levels, pairs, model))


def _as_shares(found: Mapping[str, Reals]) -> dict[str, dict[str, float]]:
    return {
        field: {name: round(float(count[code] / count.sum()), 5) for name, code in CODE[field].items() if code}
        for field, count in found.items()
        if count.sum() >= FEW
    }


def agreement(pairs: pl.DataFrame, identity: pl.DataFrame, model: Scorer, month: date | None = None) -> Iterator[Row]:
    """Rows of model.LINK_QUALITY: by field and level, for all pairs, for those with a source on either side, and for
    those with a description that is new in `month`; what is expected of the last is what earlier pairs show.

    pairs: identity_a, identity_b, pattern · identity: identity_id, sources (joined by |), and first_period for `month`.
    """
    late = C("first_period") == month if month is not None else pl.lit(False)
    each = identity.select("identity_id", "sources", late=late.fill_null(False))
    ends = pairs.select(*PAIR, "pattern").join(each.rename({"identity_id": PAIR[0]}), on=PAIR[0], how="left")
    ends = ends.join(each.rename({"identity_id": PAIR[1]}), on=PAIR[1], how="left", suffix="_b")
    # few ways to be a pair of sources: counted first, each is looked at once
    alike = ends.group_by("pattern", "sources", "sources_b", new=C("late") | C("late_b")).len().with_row_index("pair")
    sides = [
        alike.select("pair", "pattern", "len", sources=C(side).str.split("|")) for side in ("sources", "sources_b")
    ]
    by_source = pl.concat(sides).explode("sources").unique(["pair", "sources"])
    whole = alike.group_by("pattern").agg(C("len").sum()).with_columns(sources=pl.lit(""))
    counted = pl.concat([whole, by_source.group_by("pattern", "sources").agg(C("len").sum())], how="diagonal")
    for (source,), some in sorted(counted.group_by("sources"), key=lambda part: str(part[0])):
        yield from _beside(str(source), _levels_of(some, model), model.expected, "model")
    if month is not None:
        parts = (alike.filter(which).group_by("pattern").agg(C("len").sum()) for which in (C("new"), ~C("new")))
        now, before = (_levels_of(part, model) for part in parts)
        yield from _beside(NEW, now, _as_shares(before), "count")


def _levels_of(counted: pl.DataFrame, model: Scorer) -> dict[str, Reals]:
    """`levels_seen` of a table of patterns and how many pairs show each (len)."""
    table = counted.sort("pattern")
    levels = unpack(table["pattern"].cast(pl.UInt64).to_numpy())
    return levels_seen(levels, table["len"].to_numpy().astype(np.float64), model)


def _beside(of: str, found: Mapping[str, Reals], expected: Expected, basis: str) -> Iterator[Row]:
    """What was seen of each field with enough pairs, and what was expected."""
    for field, seen in found.items():
        shares, pairs = expected.get(field), int(seen.sum())
        if shares is None or pairs < FEW:
            continue
        for level, share in shares.items():
            group = f"{of}, {field}{JOINED}{level}" if of else f"{field}{JOINED}{level}"
            later = [new for new, old in LATER.get(field, {}).items() if old == level and new not in shares]
            hits = int(sum(seen[CODE[field][name]] for name in (level, *later)))
            low, high = wilson(hits, pairs)
            yield SEEN, group, hits / pairs, low, high, pairs, "count"
            yield EXPECTED, group, float(share), None, None, pairs, basis


def departures(table: pl.DataFrame) -> list[str]:
    """What does not fit, in sentences: this month's drift, then the rest, furthest first. table: LINK_QUALITY."""
    wide = table.filter(measure=SEEN).join(
        table.filter(measure=EXPECTED).select("group", expected="value"), on="group", how="inner"
    )
    often = C("value") / C("expected").clip(1e-4)
    of_source = C("group").str.contains(", ", literal=True) & ~C("group").str.starts_with(f"{NEW}, ")
    factor = pl.when(of_source).then(FACTOR_OF_A_SOURCE).otherwise(FACTOR)
    far = wide.filter(often >= factor, C("low") > C("expected") * factor.sqrt(), C("value") - C("expected") >= LEAST)
    found: dict[str, dict[str, float]] = {}
    pairs = dict(
        far.select("group", pl.concat_str((C("value") * C("n")).round().cast(int), pl.lit(" of "), "n")).rows()
    )
    for row in far.with_columns(often=often).sort("often", "group", descending=[True, False]).iter_rows(named=True):
        source, _, what = row["group"].rpartition(", ")
        # how common a name or an address is depends on the area's size: only what a slip or a change makes can misfit
        if what.partition(JOINED)[2] in LEVELS:
            found.setdefault(what, {})[source] = row["often"]
    drift = [_drift(what, often.pop(NEW), pairs[f"{NEW}, {what}"]) for what, often in found.items() if NEW in often]
    return drift + [_sentence(what, often) for what, often in found.items() if often]


def _drift(what: str, often: float, pairs: str) -> str:
    """One level of one field that this month's descriptions show this many times as often as earlier ones; `pairs`: in
    how many, of how many."""
    field, _, level = what.partition(JOINED)
    return (
        f"{WORDS[field]} {LEVELS[level]} in {pairs} pairs with a description new this month, {often:.0f} times as "
        "often as in earlier ones: look at what changed in this month's files. If it stays so, run 'hiu train'."
    )


def _sentence(what: str, often: Mapping[str, float]) -> str:
    """One level of one field; often: source, or nothing for all pairs -> how many times as often as expected."""
    field, _, level = what.partition(JOINED)
    parts = [f"{n:.0f} times in pairs with {source}" for source, n in often.items() if source]
    start = f"{WORDS[field]} {LEVELS[level]}"
    if "" in often:
        rest = f" ({', '.join(parts)})" if parts else ""
        return f"{start} {often['']:.0f} times as often as the matching model expects{rest}: run 'hiu train'."
    return f"{start} more often than the matching model expects ({', '.join(parts)}): run 'hiu train'."
