"""Quality: how good the matching is, as far as it can tell, and for whom it is worse.

Two errors: rows on somebody else's record (wrong), and rows away from their person's main record (missed). Both are
estimated from what the matcher knows of its own doubts, with a range measured where the truth is known; a sample
that people reviewed is shown beside it. Rates are of rows in force that name somebody.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from hiu.link.model.agreement import agreement
from hiu.link.model.scorer import Scorer
from hiu.link.review.doubts import PAIR, weak_links, with_ends
from hiu.model import LINK_QUALITY
from hiu.model.ages import age_on
from hiu.model.frames import schema
from hiu.stats import kappa, wilson

C = pl.col
SPREAD = {"precision": (1.8, 1 / 6), "recall": (2.7, 0.4)}
"""The interval of an estimated error: how many times the estimate it may be, at most and at least. On areas of three
makers whose truth is known it was .18 to 1.15 times (wrong) and .5 to 2.6 times (missed; docs/benchmarks.md)."""
UNPROVED_SPREAD = (8.0, 0.4)
"""The same where the model was learned without numbers, or no description has an NHS number: how many times the
estimate the truth was, at most and least, on areas and registers whose truth is known (docs/benchmarks.md)."""
AGES = ((0, "under 18"), (18, "18 to 24"), (25, "25 to 44"), (45, "45 to 64"), (65, "65 and over"))
LARGEST = 10
_LACKING = {"no NHS number": "nhs_number", "no date of birth": "dob", "no postcode": "postcode"}
Spread = dict[str, tuple[float, float]]
Row = tuple[str, str, float | None, float | None, float | None, int, str]


def link_quality(
    *,
    pairs: pl.DataFrame,
    doubts: pl.DataFrame,
    links_table: pl.DataFrame,
    people: pl.DataFrame,
    identity: pl.DataFrame,
    decisions: pl.DataFrame,
    second: pl.DataFrame,
    queued: int,
    on: date,
    groups: pl.DataFrame | None = None,
    loose: pl.DataFrame | None = None,
    own_model: bool = False,
    model: Scorer | None = None,
    month: date | None = None,
) -> pl.DataFrame:
    """Rows of model.LINK_QUALITY.

    pairs: Linkage.pairs · doubts: of hiu.link.review.doubts, with `chance` · links_table, people: as published ·
    identity: identity_id, cluster, rows, nhs_number · decisions, second: what reviewers said · queued: doubts listed ·
    on: the day ages are of · groups: person_id and any further characteristics, such as ethnicity, if supplied ·
    loose: what hiu.link.review.doubts.weak_links gave, if it was asked already · own_model: whether it was matched
    with a model of the area's own · model: the one in force, to name it and to see whether it fits (pairs then have
    their pattern, identity its sources) · month: the one whose new descriptions are put beside earlier ones (identity
    then has first_period).
    """
    rows = links_table.filter(C("person_id").is_not_null())
    named = rows.filter(C("how") != "nobody")
    unproved = bool(model and model.unproved) or identity["nhs_number"].null_count() == identity.height
    found: list[Row] = [
        *_estimates(
            weak_links(with_ends(pairs, identity), decisions) if loose is None else loose,
            doubts,
            named.height,
            dict.fromkeys(SPREAD, UNPROVED_SPREAD) if unproved else SPREAD,
        ),
        *_reviewed(pairs, decisions),
        *_agreement(decisions, second),
        *_counts(rows, named, people, identity, on, groups),
        _count("pairs_in_doubt", "all", doubts.height, pairs.height),
        _count("pairs_queued", "all", queued, doubts.height),
        _count("own_model", model.version if model else "", int(own_model), 1),
        *(agreement(pairs, identity, model, month) if model else ()),
    ]
    return pl.DataFrame(found, schema=schema(LINK_QUALITY), orient="row")


def counted_anew(
    found: pl.DataFrame, links_table: pl.DataFrame, people: pl.DataFrame, descriptions: pl.DataFrame, on: date
) -> pl.DataFrame:
    """The table `found` of fewer people: what it counts of rows and people is counted of these, the rest stays.

    descriptions: as published · on: the day ages are of.
    """
    rows = links_table.filter(C("person_id").is_not_null())
    named = rows.filter(C("how") != "nobody")
    own = _counts(rows, named, people, descriptions.rename({"person_id": "cluster"}), on, None)
    again = pl.DataFrame(list(own), schema=schema(LINK_QUALITY), orient="row")
    of_rows = pl.when(C("measure").is_in(list(SPREAD))).then(pl.lit(named.height)).otherwise("n").alias("n")
    rest = found.filter(~C("measure").is_in(again["measure"].unique().implode()))
    return pl.concat([rest.with_columns(of_rows), again])


def _counts(
    rows: pl.DataFrame,
    named: pl.DataFrame,
    people: pl.DataFrame,
    identity: pl.DataFrame,
    on: date,
    groups: pl.DataFrame | None,
) -> Iterator[Row]:
    """What is counted of rows and of people."""
    yield from _rates(named, people, on, groups)
    yield _count("rows_naming_nobody", "all", rows.height - named.height, rows.height)
    yield _count("people_with_two_nhs_numbers", "all", int(people["two_nhs_numbers"].sum()), people.height)
    yield _count("people_with_two_dates_of_birth", "all", int(people["two_dobs"].sum()), people.height)
    yield from _numbers(identity)
    yield from _largest(people)


def _count(measure: str, group: str, n: int, of: int) -> Row:
    return measure, group, float(n), None, None, of, "count"


def _share(measure: str, group: str, hits: int, of: int, basis: str) -> Row:
    low, high = wilson(hits, of)
    return (measure, group, hits / of, low, high, of, basis) if of else (measure, group, None, None, None, 0, basis)


def _estimates(loose: pl.DataFrame, doubts: pl.DataFrame, rows: int, spread: Spread) -> Iterator[Row]:
    """Precision (1 - share wrong) and recall (1 - share missed), by the model's own doubts."""
    wrong = doubted_rows(loose)
    missed = float(doubts.filter(~C("together")).select((C("chance") * C("moved")).sum()).item() or 0.0)
    for measure, error in (("precision", wrong), ("recall", missed)):
        if not rows:
            yield measure, "all", None, None, None, 0, "model"
            continue
        low, high = (max(0.0, 1 - factor * error / rows) for factor in spread[measure])
        yield measure, "all", max(0.0, 1 - error / rows), low, high, rows, "model"


def doubted_rows(loose: pl.DataFrame) -> float:
    """Rows that wrong links would have moved, each by the chance that it is wrong. loose: as `weak_links` gives it."""
    return float(((1 - loose["match_probability"]) * loose["moved"]).sum())


def _reviewed(pairs: pl.DataFrame, decisions: pl.DataFrame) -> Iterator[Row]:
    """Of the pairs people decided: how many that the model would join are one person, and the other way round."""
    in_force = decisions.filter(C("undone_at").is_null(), C("decision").is_in(["same", "different"]))
    last = in_force.sort("decided_at").unique(PAIR, keep="last", maintain_order=True)
    near = pairs.filter(C("identity_a").is_in(last["identity_a"].implode()))
    both = last.join(near, on=PAIR).select(C("decision") == "same", C("match_weight") >= 0)
    would, would_not = both.filter("match_weight"), both.filter(~C("match_weight"))
    yield _share("reviewed_joins_confirmed", "all", int(would["decision"].sum()), would.height, "review")
    yield _share("reviewed_partings_confirmed", "all", int((~would_not["decision"]).sum()), would_not.height, "review")


def _agreement(decisions: pl.DataFrame, second: pl.DataFrame) -> Iterator[Row]:
    """How far second reviewers agree: percent, and Cohen's kappa with its large-sample interval."""
    in_force = decisions.filter(C("undone_at").is_null()).sort("decided_at")
    first = in_force.unique(PAIR, keep="first", maintain_order=True).select(*PAIR, one="decision", by="reviewer")
    both = first.join(second.select(*PAIR, "reviewer", other="decision"), on=PAIR).filter(C("by") != C("reviewer"))
    agreed = int((both["one"] == both["other"]).sum())
    yield _share("reviewers_agree", "all", agreed, both.height, "review")
    value, low, high = kappa(both["one"].to_list(), both["other"].to_list())
    yield "reviewers_kappa", "all", value, low, high, both.height, "review"


def _rates(named: pl.DataFrame, people: pl.DataFrame, on: date, groups: pl.DataFrame | None) -> Iterator[Row]:
    """Rows joined with another description, and rows of a person whom another source also gave, by group."""
    about = people.select("person_id", *_characteristics(on), elsewhere=C("sources").str.contains("|", literal=True))
    marked = named.select("person_id", "source", joined=C("how") != "single").join(about, on="person_id", how="left")
    extra = [column for column in (groups.columns if groups is not None else []) if column != "person_id"]
    if groups is not None:
        marked = marked.join(groups, on="person_id", how="left")
    # every way to be grouped is a sum of these few
    each = (
        marked.group_by("source", "sex", "years", *_LACKING, *extra)
        .agg(n=pl.len(), joined=C("joined").sum(), elsewhere=C("elsewhere").fill_null(False).sum())
        .with_columns(age=_age())
    )
    for label, column in (
        ("", None),
        ("source: ", "source"),
        ("sex: ", "sex"),
        ("age: ", "age"),
        *((f"{name}: ", name) for name in extra),
    ):
        keys = pl.lit("all") if column is None else pl.lit(label) + C(column).cast(pl.String).fill_null("not recorded")
        yield from _by(each.with_columns(group=keys))
    for name in _LACKING:
        yield from _by(each.filter(name).with_columns(group=pl.lit(name)))


def _characteristics(on: date) -> list[pl.Expr]:
    lacking = (C(column).is_null().alias(name) for name, column in _LACKING.items())
    return [C("sex"), age_on(on).alias("years"), *lacking]


def _age() -> pl.Expr:
    """The band that `years` fall into."""
    age = pl.lit(None, dtype=pl.String)
    for start, words in reversed(AGES):
        age = pl.when(C("years") >= start).then(age.fill_null(words)).otherwise(age)
    return age


def _by(each: pl.DataFrame) -> Iterator[Row]:
    counted = each.group_by("group").agg(pl.sum("n", "joined", "elsewhere"))
    for group, n, joined, elsewhere in counted.sort("group").iter_rows():
        yield _share("joined", group, joined, n, "count")
        yield _share("seen_elsewhere", group, elsewhere, n, "count")


def _numbers(identity: pl.DataFrame) -> Iterator[Row]:
    """NHS numbers that two people or more carry."""
    carriers = identity.filter(C("nhs_number").is_not_null(), C("rows") > 0)
    owners = carriers.group_by("nhs_number").agg(n=C("cluster").n_unique())
    yield _count("nhs_numbers_with_two_people", "all", owners.filter(C("n") > 1).height, owners.height)


def _largest(people: pl.DataFrame) -> Iterator[Row]:
    order = ["identities", "rows", "person_id"]
    top = people.select(order).sort(order, descending=[True, True, False], nulls_last=True).head(LARGEST)
    for place, (identities, rows, _) in enumerate(top.iter_rows(), start=1):
        yield _count("descriptions_of_one_person", f"largest {place}", int(identities or 0), int(rows or 0))
