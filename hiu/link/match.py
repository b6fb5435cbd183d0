"""Link: which descriptions are one person.

Nodes -> pairs (block) -> levels (compare) -> weights (score) -> components, resolved. Every step but the scoring
of pairs is cheap and always runs in full, in an order fixed by identity ids, so that loading month by month and
all at once give the same people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link import block, levels, nodes, scorer
from hiu.link.block import Pairs, split
from hiu.link.cluster import Evidence, Facts, cluster
from hiu.link.compare import compare
from hiu.link.decisions import Rules, empty, in_force
from hiu.settings import Linking

C = pl.col
_NHS = levels.NAMES.index("nhs_number")


@dataclass(frozen=True)
class Linked:
    """clusters: identity_id, cluster (its smallest identity_id), match_weight, match_probability, how.

    pairs: identity_a, identity_b, match_weight, match_probability, pattern (packed levels), together: every scored
    pair in the review band or above. Weights are log2 odds.
    """

    clusters: pl.DataFrame
    pairs: pl.DataFrame
    model: str
    notes: dict[str, int] = field(default_factory=dict)


class _Scored:
    """Compares and scores pairs of nodes, keeping the levels of what it scored.

    A row that names nobody, or a bare name, is here only because a reviewer decided something about it: that
    decision alone may link it, so its pairs say nothing.
    """

    def __init__(self, described: nodes.Nodes, model: scorer.Scorer, events: pl.DataFrame | None, cut: float) -> None:
        self.described, self.model, self.events = described, model, events
        self.mute = ~described.frame["able"].to_numpy()
        self.silence = min(-1.0, cut - 1.0)
        self.patterns: list[tuple[Pairs, NDArray[np.uint64]]] = []

    def __call__(self, pairs: Pairs) -> Evidence:
        found = compare(self.described.frame, pairs, self.events)
        packed = levels.pack(found)
        # hashing the few patterns apart and looking them up: a tenth of the time of sorting every pair
        distinct = pl.Series(packed).unique().sort().to_numpy()
        back = np.searchsorted(distinct, packed)
        parts = self.model.contributions(levels.unpack(distinct))
        self.patterns.append((pairs, packed))
        differs = np.where(
            levels.unpack(distinct)[:, _NHS] == levels.CODE["nhs_number"]["different"], parts[:, _NHS], 0
        )
        weight, number = parts.sum(axis=1)[back], differs[back]
        a, b = split(pairs)
        unheard = self.mute[a] | self.mute[b]
        weight[unheard], number[unheard] = self.silence, 0.0
        return Evidence(pairs, weight, number)


def link(
    identity: pl.DataFrame,
    *,
    settings: Linking,
    decisions: pl.DataFrame | None = None,
    cache: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    model: scorer.Scorer | None = None,
) -> Linked:
    """Cluster identities (columns of model.IDENTITY) into people.

    decisions: model.DECISIONS rows, absolute · events: identity_id, source, event (references shared across sources) ·
    cache: pairs of an earlier run; the answer never depends on it, and today every pair is compared anew.
    Raises ContradictoryDecision if the decisions can't all hold.
    """
    rules = in_force(empty() if decisions is None else decisions)
    model = scorer.load() if model is None else model
    able = identity.filter(nodes.comparable() | C("identity_id").is_in(list(rules.identities)))
    described = nodes.build(able, settings, rules.identities)
    seen = _events(described, events)
    pairs = block.pairs(described.frame, settings.block_limit, seen)
    cut = _log_odds(settings.link_at)
    score = _Scored(described, model.sized(len(described)), seen, cut)
    facts = _facts(described, rules)
    label, evidence = cluster(score(pairs), facts, cut, score)
    return _answer(identity, described, label, evidence, score, settings, rules)


def _log_odds(probability: float) -> float:
    return float(np.log2(probability / (1 - probability)))


def _events(described: nodes.Nodes, events: pl.DataFrame | None) -> pl.DataFrame | None:
    if events is None:
        return None
    return events.join(described.member, on="identity_id").select("node", "source", "event").unique()


def _facts(described: nodes.Nodes, rules: Rules) -> Facts:
    frame = described.frame
    home = dict(described.member.select("identity_id", "node").iter_rows())
    weak = frame.select(C("nhs_number").is_null() & C("local_ids").is_null()).to_series()
    number = frame["nhs_number"].rank("dense").cast(pl.Int64).fill_null(-1)

    def at(pairs: list[tuple[str, str]]) -> NDArray[np.int64]:
        known = [(home[a], home[b]) for a, b in pairs if a in home and b in home]
        return np.array(known, dtype=np.int64).reshape(-1, 2)

    return Facts(number.to_numpy(), described.rows, weak.to_numpy(), at(rules.same), at(rules.different))


def _answer(identity: pl.DataFrame, described: nodes.Nodes, label: NDArray[np.int64], evidence: Evidence,
            score: _Scored, settings: Linking, rules: Rules) -> Linked:  # fmt: skip
    """Clusters and pairs as tables."""
    ids = described.frame["node_id"]
    packed = np.concatenate([p for p, _ in score.patterns])
    pattern = np.concatenate([q for _, q in score.patterns])[np.argsort(packed, kind="stable")]
    a, b = split(evidence.pairs)
    keep = (evidence.weight >= _log_odds(max(settings.review_from, 1e-9))) | (label[a] == label[b])
    kept = pl.DataFrame({
        "a": a[keep], "b": b[keep],
        "match_weight": evidence.weight[keep],
        "match_probability": scorer.probability(evidence.weight[keep]),
        "pattern": pattern[keep],
        "together": (label[a] == label[b])[keep],
    })  # fmt: skip
    clusters = _clusters(identity, described, label, kept, rules)
    named = kept.with_columns(identity_a=ids.gather(kept["a"]), identity_b=ids.gather(kept["b"])).drop("a", "b")
    notes = {"identities": identity.height, "nodes": len(described), "pairs": len(evidence.pairs),
             "people": clusters["cluster"].n_unique()}  # fmt: skip
    return Linked(clusters, named.select("identity_a", "identity_b", pl.exclude("identity_a", "identity_b")),
                  score.model.version, notes)  # fmt: skip


def _clusters(identity: pl.DataFrame, described: nodes.Nodes, label: NDArray[np.int64], kept: pl.DataFrame,
              rules: Rules) -> pl.DataFrame:  # fmt: skip
    inside = kept.filter("together")
    ends = pl.concat([inside.select("match_weight", "pattern", node=end) for end in ("a", "b")])
    best = ends.sort("match_weight", "pattern", descending=True).unique("node", keep="first", maintain_order=True)
    same_number = (C("pattern") // 2 ** (4 * _NHS)) % 16 == levels.CODE["nhs_number"]["same"]
    cluster_of = described.frame.select("node", who=described.frame["node_id"].gather(label))
    joined = (
        described.member.join(cluster_of, on="node")
        .join(best.with_columns(C("node").cast(pl.UInt32), number=same_number), on="node", how="left")
        .with_columns(size=pl.len().over("who"))
    )
    everyone = identity.select("identity_id", "nobody").join(joined, on="identity_id", how="left")
    how = (
        pl.when("nobody").then(pl.lit("nobody"))
        .when(C("size").fill_null(1) == 1).then(pl.lit("single"))
        .when(C("identity_id").is_in([i for pair in rules.same for i in pair])).then(pl.lit("decision"))
        .when(C("number").fill_null(False)).then(pl.lit("number"))
        .otherwise(pl.lit("model"))
    )  # fmt: skip
    return everyone.select(
        "identity_id",
        cluster=C("who").fill_null(C("identity_id")),
        match_weight="match_weight",
        match_probability=1 / (1 + (-C("match_weight").clip(-60, 60) * np.log(2)).exp()),
        how=how,
    ).sort("identity_id")
