"""Doubts: what a person should look at. Two people who may be one, weak joins, and clusters that contradict themselves.

A cluster hangs together by the strongest tree of its links. A weak link of that tree is a doubt: without it the
cluster is two, and the rows on its smaller side are what a wrong link would have moved.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from hiu.link.levels import CODE, NAMES, Flags, Ints, Reals
from hiu.link.people.decisions import in_force
from hiu.settings import Linking

C = pl.col
SURE = 0.95
"""A link inside a cluster with less than this probability, and no better way round, is in doubt."""
CERTAIN = 0.9999
APART = "may be one person, kept apart"
RIVAL = "agree, but kept apart: what surrounds them disagrees"
NAMESAKE = "the same full name, and one of the two without a birth"
WEAK = "a description joined on weak evidence"
BRIDGE = "a weak link between two groups of descriptions"
NUMBERS = "one person with two NHS numbers"
BIRTHS = "one person with two dates of birth"
TWINS = "one person with two given names that nothing else joins"
OFTEN = 2
"""Rows from which a like name (LUKE, LUCAS) is more than one slip of somebody's pen."""
PAIR = ["identity_a", "identity_b"]
_ADDED = "match_weight match_probability pattern together cluster cluster_b why moved share"
COLUMNS = (*PAIR, *_ADDED.split())
_ALIKE = ("nickname", "middle", "typo", "sound", "alias", "swapped")
_ONE_NAME = ("exact_frequent", "exact_common", "exact", "exact_rare")
_HOME = ("house", "street", "postcode")


def doubts(
    ends: pl.DataFrame,
    rows: pl.DataFrame,
    decisions: pl.DataFrame,
    settings: Linking,
    loose: pl.DataFrame | None = None,
    namesakes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Pairs in doubt, each with what a wrong answer costs. A pair that was decided is in doubt no more.

    ends: Linkage.pairs as `with_ends` gives them · rows: those that `with_ends` was given, in any order · decisions:
    model.DECISIONS · loose: what `weak_links` gave, if it was asked already · namesakes: as `namesakes.weighed` gives
    them.
    Columns: COLUMNS; moved = rows on the smaller side, share = their share of the rows of both sides.
    """
    decided = _decided_pairs(decisions)
    inside = ends.filter("together")
    found = [
        _conflicts(inside, "numbers", NUMBERS),
        _conflicts(inside, "births", BIRTHS),
        _twins(inside, decided),
        (weak_links(ends, decisions) if loose is None else loose).filter(C("match_probability") < SURE),
        _kept_apart(_near(ends, namesakes, settings), rows, decisions, settings),
    ]
    asked = pl.concat(found).join(decided, on=PAIR, how="anti")
    return asked.unique(PAIR, keep="first", maintain_order=True).sort(PAIR)


def with_ends(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Linkage.pairs with what is known of both ends, and what conflicts.

    rows: identity_id, cluster (or another name of the person in `cluster`), rows, nhs_number. `left` and `right` are a
    number for each end, the same wherever it stands: ids are looked up once.
    """
    rows = rows.rechunk()  # looked into at every pair: in one piece that is five times as fast
    place = rows.select("identity_id").with_row_index("place")
    both = pairs
    for side, name in (("identity_a", "left"), ("identity_b", "right")):
        both = both.join(place.rename({"identity_id": side, "place": name}), on=side)
    left, right = (rows.select("rows", "nhs_number", "cluster")[both[side].to_numpy()] for side in ("left", "right"))
    return both.with_columns(
        *left.select("rows", "cluster"),
        *right.select(C("rows", "cluster").name.suffix("_b")),
        least=pl.min_horizontal(left["rows"], right["rows"]),
        numbers=(left["nhs_number"] != right["nhs_number"]).fill_null(False),
        births=_is("dob", "different", "decade_slip", "other_generation"),
    )


def _is(field: str, *levels: str) -> pl.Expr:
    """Whether a pair agrees on a field to one of these levels."""
    at: pl.Expr = C("pattern") // 2 ** (4 * NAMES.index(field)) % 16
    return at.is_in([CODE[field][level] for level in levels])


def _decided_pairs(decisions: pl.DataFrame) -> pl.DataFrame:
    """Pairs that were decided the same or different, smaller id first."""
    rules = in_force(decisions)
    rows = [(min(pair), max(pair)) for pair in (*rules.same, *rules.different)]
    return pl.DataFrame(rows, schema=dict.fromkeys(PAIR, pl.String), orient="row").unique()


def _among(pairs: pl.DataFrame, few: pl.DataFrame) -> Flags:
    """Which of the pairs are among a few of them."""
    near = pairs.with_row_index("at").filter(C("identity_a").is_in(few["identity_a"].implode()))
    found = np.zeros(pairs.height, dtype=np.bool_)
    found[near.join(few, on=PAIR, how="semi")["at"].to_numpy()] = True
    return found


def _conflicts(inside: pl.DataFrame, flag: str, why: str) -> pl.DataFrame:
    """For each cluster that contradicts itself, the contradicting pair that most rows stand behind."""
    ordered = inside.filter(flag).sort("least", "identity_a", "identity_b", descending=[True, False, False])
    first = ordered.unique("cluster", keep="first", maintain_order=True)
    return _doubt_columns(first, why, C("least"), C("least") / (C("rows") + C("rows_b")).clip(1))


def _twins(inside: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """For each cluster with two given names, one birth and one home, their pair that most rows stand behind.

    Not where a number, an event or a decision joins the two, be it through a third; nor where names that are nothing
    like each other are both like a third (STEPHEN, STEVEN, SEVEN), or like names where one is seen once.
    """
    met = _is("given", *_ALIKE, "close", "different") & _is("dob", "exact", "exact_estimated") & _is("place", *_HOME)
    inside = inside.with_columns(met=met)
    inside = inside.filter(C("cluster").is_in(inside.filter("met")["cluster"].unique().implode()))
    own, left, right = _ends(inside)
    number = _is("nhs_number", "same") | _is("local_id", "same") | _is("event", "shared")
    tied = inside.select(number | _is("given", *_ONE_NAME)).to_series().to_numpy() | _among(inside, decided)
    like = inside.select(_is("given", *_ALIKE)).to_series().to_numpy()
    name = _parts(left[tied], right[tied], len(own))
    names = _parts(left[tied | like], right[tied | like], len(own))
    rows = _totals(name, own)
    moved, total = np.minimum(rows[name[left]], rows[name[right]]), rows[name[left]] + rows[name[right]]
    two = (like & (name[left] != name[right]) & (moved >= OFTEN)) | (names[left] != names[right])
    found = inside.with_columns(two=pl.Series(two), less=pl.Series(moved), total=pl.Series(total)).filter("two", "met")
    ordered = found.sort("less", "least", "identity_a", "identity_b", descending=[True, True, False, False])
    first = ordered.unique("cluster", keep="first", maintain_order=True)
    return _doubt_columns(first, TWINS, C("less"), C("less") / C("total").clip(1))


def _doubt_columns(pairs: pl.DataFrame, why: str | pl.Expr, moved: pl.Expr, share: pl.Expr) -> pl.DataFrame:
    named = pl.lit(why) if isinstance(why, str) else why
    return pairs.with_columns(why=named, moved=moved.cast(pl.Int64), share=share.cast(pl.Float64)).select(COLUMNS)


def _near(ends: pl.DataFrame, namesakes: pl.DataFrame | None, settings: Linking) -> pl.DataFrame:
    """Pairs of two people who may be one; those of one name alone are marked."""
    near = ends.filter(~C("together"), C("match_probability") >= settings.review_from)
    near = near.select(*PAIR, "cluster", "cluster_b", "match_weight", "match_probability", "pattern", "together")
    marked = near.with_columns(name_alone=pl.lit(False))
    if namesakes is None:
        return marked
    return pl.concat([marked, namesakes.select(near.columns).cast(near.schema).with_columns(name_alone=pl.lit(True))])


def _kept_apart(near: pl.DataFrame, rows: pl.DataFrame, decisions: pl.DataFrame, settings: Linking) -> pl.DataFrame:
    """For each two people who may be one, their best pair; not where a reviewer parted them."""
    near = near.with_columns(
        low=pl.min_horizontal("cluster", "cluster_b"), high=pl.max_horizontal("cluster", "cluster_b")
    )
    ordered = near.sort("name_alone", "match_weight", *PAIR, descending=[False, True, False, False])
    best = ordered.unique(["low", "high"], keep="first", maintain_order=True)
    best = best.join(_parted_people(decisions, rows), on=["low", "high"], how="anti")
    whole = rows.group_by("cluster").agg(C("rows").sum())
    for side in ("low", "high"):
        best = best.join(whole.rename({"cluster": side, "rows": f"rows_{side}"}), on=side, maintain_order="left")
    least = pl.min_horizontal("rows_low", "rows_high")
    why = pl.when(C("match_probability") >= settings.link_at).then(pl.lit(RIVAL)).otherwise(pl.lit(APART))
    why = pl.when("name_alone").then(pl.lit(NAMESAKE)).otherwise(why)
    return _doubt_columns(best, why, least, least / (C("rows_low") + C("rows_high")).clip(1))


def _parted_people(decisions: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Two people (low, high) of whom a reviewer said that they are two."""
    different = in_force(decisions).different
    named = rows.filter(C("identity_id").is_in([name for pair in different for name in pair]))
    home = dict(named.select("identity_id", "cluster").iter_rows())
    two = [sorted((home[a], home[b])) for a, b in different if a in home and b in home]
    return pl.DataFrame(two, schema={"low": pl.String, "high": pl.String}, orient="row").unique()


def weak_links(ends: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """What holds clusters together: the links of each one's strongest tree that are less than certain.

    ends: pairs as `with_ends` gives them. Adds why (WEAK if one description hangs on the link, BRIDGE if several),
    moved and share. Links of CERTAIN or more, and decided ones, are left out.
    """
    links = ends.filter("together")
    same = [(min(p), max(p)) for p in in_force(decisions).same]
    decided = _among(links, pl.DataFrame(same, schema=dict.fromkeys(PAIR, pl.String), orient="row").unique())
    own, left, right = _ends(links)
    strong = decided | (links["match_probability"] >= CERTAIN).to_numpy()
    part = _parts(left[strong], right[strong], len(own))
    weak = links.with_columns(left=pl.Series(part[left]), right=pl.Series(part[right]))
    weak = weak.filter(pl.Series(~strong), C("left") != C("right")).sort(PAIR)
    left, right = weak["left"].to_numpy(), weak["right"].to_numpy()
    kept = _tree(left, right, 1000.0 - weak["match_weight"].to_numpy(), len(own))
    of_part = (_totals(part, each) for each in (own, np.ones(len(own))))
    (rows, total), (few, _) = _sides(left[kept], right[kept], *of_part)
    out = weak[kept].with_columns(least=pl.Series(rows), total=pl.Series(total), few=pl.Series(few))
    why = pl.when(C("few") <= 1).then(pl.lit(WEAK)).otherwise(pl.lit(BRIDGE))
    return _doubt_columns(out, why, C("least"), C("least") / C("total").clip(1))


def _ends(pairs: pl.DataFrame) -> tuple[Reals, Ints, Ints]:
    """The rows of each identity, as far as it is in some of the pairs, and which of them are each pair's two ends."""
    left, right = (pairs[side].cast(pl.Int64).to_numpy() for side in ("left", "right"))
    own = np.zeros(1 + max(left.max(initial=-1), right.max(initial=-1)))
    own[left], own[right] = pairs["rows"].to_numpy(), pairs["rows_b"].to_numpy()
    return own, left, right


def _totals(part: Ints, values: Reals) -> Reals:
    """The sum over each part."""
    return np.asarray(np.bincount(part, values, minlength=int(part.max(initial=-1)) + 1), dtype=np.float64)


def _tree(left: Ints, right: Ints, cost: Reals, n: int) -> Ints:
    """Which edges make the cheapest forest; ties go to the earlier edge."""
    if not len(left):
        return np.empty(0, dtype=np.int64)
    order = np.lexsort((np.arange(len(cost)), cost))
    ends = np.minimum(left, right) * n + np.maximum(left, right)
    # of several edges between two nodes the cheapest
    order = order[np.sort(np.unique(ends[order], return_index=True)[1])]
    rank = np.arange(1, len(order) + 1, dtype=np.float64)
    kept = minimum_spanning_tree(coo_matrix((rank, (left[order], right[order])), shape=(n, n)).tocsr())
    return np.sort(order[kept.data.astype(np.int64) - 1])


def _parts(left: Ints, right: Ints, n: int) -> Ints:
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _sides(left: Ints, right: Ints, *sizes: Reals) -> Iterator[tuple[Reals, Reals]]:
    """For each edge of a forest, the sum of its smaller side and of both; for each of the sizes of the nodes."""
    sums = np.stack(sizes, axis=1)
    tree = _parts(left, right, len(sums))
    whole = np.stack([_totals(tree, size) for size in sizes], axis=1)[tree[left]]
    below = np.zeros_like(whole)
    degree = np.bincount(np.concatenate([left, right]), minlength=len(sums))
    edges = np.arange(len(left))
    while len(edges):  # leaves first: what hangs on an edge is known once its leaf has no other
        ends = np.stack([left[edges], right[edges]])
        leaf = degree[ends] == 1
        here = leaf.any(axis=0)
        own, other = np.where(leaf[0], ends, ends[::-1])[:, here]
        below[edges[here]] = sums[own]
        np.add.at(sums, other, sums[own])
        np.subtract.at(degree, np.concatenate([own, other]), 1)
        edges = edges[~here]
    yield from zip(np.minimum(below, whole - below).T, whole.T, strict=True)
