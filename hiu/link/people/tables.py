"""Answer: what was found about nodes, told of identities."""

import numpy as np
import polars as pl

from hiu.link import levels
from hiu.link.candidates.block import split
from hiu.link.describe.nodes import CompactNodes, comparable
from hiu.link.levels import Patterns, Reals
from hiu.link.model import scorer
from hiu.link.people.cluster import Resolution
from hiu.link.people.decisions import Rules

C = pl.col


def pair_table(described: CompactNodes, found: Resolution) -> pl.DataFrame:
    """The pairs worth telling: identity_a, identity_b, match_weight, match_probability, pattern, together."""
    a, b = split(found.evidence.pairs)
    ids = described.node_id
    weight, pattern = found.evidence.weight, found.evidence.pattern
    scores = {"match_weight": weight, "match_probability": scorer.probability(weight), "pattern": pattern}
    together = found.label[a] == found.label[b]
    return pl.DataFrame({"identity_a": ids.gather(a), "identity_b": ids.gather(b), **scores, "together": together})


def cluster_table(identity: pl.DataFrame, described: CompactNodes, found: Resolution, rules: Rules) -> pl.DataFrame:
    """Every identity: identity_id, cluster, match_weight, match_probability, how."""
    label, node = found.label, described.home
    weight, pattern = _best_links(found, len(label))
    number = levels.is_at(pattern, "nhs_number", "same")
    size = np.bincount(label[node], minlength=len(label))[label[node]]
    member = described.member.select(
        "identity_id",
        cluster=described.node_id.gather(label[node]),
        match_weight=pl.Series(weight[node], nan_to_null=True),
        how=pl.Series(np.where(size == 1, 0, np.where(number[node], 1, 2))),
    )
    decided = C("identity_id").is_in([i for pair in rules.same for i in pair])
    nobody = identity.filter("nobody")["identity_id"]
    unnamed = C("identity_id").is_in(nobody.filter(nobody.is_in(list(rules.identities))).to_list())
    reasons = {"nobody": unnamed, "single": C("how") == 0, "decision": decided, "number": C("how") == 1}
    how = pl.coalesce(*(pl.when(holds).then(pl.lit(name)) for name, holds in reasons.items()), pl.lit("model"))
    probability = 1 / (1 + (-C("match_weight").clip(-60, 60) * np.log(2)).exp())
    rows = member.with_columns(match_probability=probability, how=how)
    columns = ["identity_id", "cluster", "match_weight", "match_probability", "how"]
    return rows.select(columns).merge_sorted(_unlinkable(identity, rules).select(columns), "identity_id")


def _unlinkable(identity: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The identities that could not be linked, each by itself, in order."""
    left = identity.filter(~(comparable() | C("identity_id").is_in(list(rules.identities))))
    nothing = pl.lit(None, dtype=pl.Float64)
    how = pl.when("nobody").then(pl.lit("nobody")).otherwise(pl.lit("single"))
    scores = {"match_weight": nothing, "match_probability": nothing}
    return left.select("identity_id", cluster="identity_id", **scores, how=how).sort("identity_id")


def _best_links(found: Resolution, nodes: int) -> tuple[Reals, Patterns]:
    """Weight (NaN if none) and pattern of each node's best link inside its person; ties go to the larger pattern."""
    a, b = split(found.evidence.pairs)
    inside = found.label[a] == found.label[b]
    weight, pattern = found.evidence.weight[inside], found.evidence.pattern[inside]
    best, best_pattern = np.full(nodes, -np.inf), np.zeros(nodes, dtype=np.uint64)
    ends = (a[inside], b[inside])
    for end in ends:
        np.maximum.at(best, end, weight)
    for end in ends:
        top = weight == best[end]
        np.maximum.at(best_pattern, end[top], pattern[top])
    best[np.isneginf(best)] = np.nan
    return best, best_pattern
