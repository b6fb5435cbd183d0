"""Link: which descriptions are one person.

Nodes -> pairs (block) -> levels (compare) -> weights (score) -> components, resolved. With the memory of an
earlier run only what a new or changed description touches is compared and resolved; the order of everything is
fixed by identity ids, so that loading month by month and all at once give the same people.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from hiu.link.candidates.block import Blocking, Pairs, split
from hiu.link.compare.pairs import Comparing
from hiu.link.describe import nodes
from hiu.link.describe.columns import Columns, columns, signature
from hiu.link.describe.hashes import Hashes, probe
from hiu.link.levels import Ints, Patterns
from hiu.link.model import scorer
from hiu.link.people.cluster import Evidence, Facts, Resolution, cluster
from hiu.link.people.decisions import Rules, empty, in_force
from hiu.link.people.memory import Memory, MemoryView, demote_crowded, remember
from hiu.link.people.pair_scorer import PairScorer
from hiu.link.people.tables import cluster_table, pair_table
from hiu.settings import Linking

C = pl.col
Elsewhere = Callable[[nodes.CompactNodes, Columns, PairScorer, float, int], tuple[Pairs, Patterns]]
"""What finds and compares pairs on other machines, as hiu.link.spread does."""


@dataclass(frozen=True)
class Linkage:
    """clusters: identity_id, cluster (its smallest identity_id), match_weight, match_probability, how.

    pairs: identity_a, identity_b, match_weight, match_probability, pattern (packed levels), together: every scored
    pair in the review band or above. Weights are log2 odds. memory: what the next run may be given.
    """

    clusters: pl.DataFrame
    pairs: pl.DataFrame
    model: str
    notes: dict[str, int] = field(default_factory=dict)
    memory: Memory | None = None


def link(
    identity: pl.DataFrame,
    *,
    settings: Linking,
    decisions: pl.DataFrame | None = None,
    cache: Memory | None = None,
    events: pl.DataFrame | None = None,
    model: scorer.Scorer | None = None,
    code: str = "",
    elsewhere: Elsewhere | None = None,
) -> Linkage:
    """Cluster identities (columns of model.IDENTITY) into people.

    decisions: model.DECISIONS rows, absolute · events: identity_id, source, event (references shared across sources) ·
    cache: `Linkage.memory` of an earlier run; the answer never depends on it · code: digest of the code, which a
    memory must share to be used · elsewhere: what finds the pairs, if
    not this machine; nothing is then remembered. Raises ContradictoryDecision if the decisions can't all hold.
    """
    rules = in_force(empty() if decisions is None else decisions)
    model = scorer.load() if model is None else model
    able = nodes.comparable() | C("identity_id").is_in(list(rules.identities))
    described = nodes.build(identity.filter(able), settings, rules.identities)
    work = _Matching(described, events, rules, settings, model.sized(len(described)), elsewhere)
    described = replace(described, plain=described.plain.select("identity_id"))  # what they say is in columns by now
    under = _dependencies_digest(
        settings, work.model, f"{code} {work.cols.numbers_usual} {work.cols.local.lone.tolist()}"
    )
    usable = cache if cache is not None and cache.under == under else None
    found, common = work.run(usable)
    kept, signature = work.kept(found), work.signature
    notes = {"identities": identity.height, "nodes": len(described), "pairs": work.compared}
    del work, found  # keys and columns, a tenth of all memory held: telling needs none of them
    people, pairs = cluster_table(identity, described, kept, rules), pair_table(described, kept)
    notes["people"] = people["cluster"].n_unique()
    memory = None if elsewhere else remember(under, signature, kept, common)
    return Linkage(people, pairs, model.version, notes, memory)


class Cuts:
    """What `link` gives at any of several probabilities from which pairs join; pairs are found and weighed once."""

    def __init__(
        self,
        identity: pl.DataFrame,
        *,
        settings: Linking,
        lowest: float,
        events: pl.DataFrame | None = None,
        model: scorer.Scorer | None = None,
        decisions: pl.DataFrame | None = None,
    ) -> None:
        """The same arguments as `link`; lowest: no probability below it can be asked about."""
        self.rules = in_force(empty() if decisions is None else decisions)
        self.model = scorer.load() if model is None else model
        self.identity, self.lowest = identity, lowest
        able = nodes.comparable() | C("identity_id").is_in(list(self.rules.identities))
        self.described = nodes.build(identity.filter(able), settings, self.rules.identities)
        sized, at_lowest = self.model.sized(len(self.described)), settings.model_copy(update={"link_at": lowest})
        self.work = _Matching(self.described, events, self.rules, at_lowest, sized)
        self.evidence = self.work.evidence()

    def at(self, probability: float) -> Linkage:
        """The people, where pairs join from this probability. Raises ValueError below the lowest."""
        if probability < self.lowest:
            raise ValueError(f"{probability} is below {self.lowest}")
        found = self.work.kept(self.work.resolve(self.evidence, scorer.log_odds(probability)))
        people = cluster_table(self.identity, self.described, found, self.rules)
        return Linkage(people, pair_table(self.described, found), self.model.version)


def _dependencies_digest(settings: Linking, model: scorer.Scorer, code: str) -> str:
    """Digest of everything but the descriptions that an answer depends on."""
    parts = (settings.model_dump_json(), model.frozen, code, pl.__version__, probe())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class _Matching:
    """The nodes of one run on their way to people."""

    def __init__(
        self,
        described: nodes.CompactNodes,
        events: pl.DataFrame | None,
        rules: Rules,
        settings: Linking,
        model: scorer.Scorer,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        seen = None
        if events is not None:
            seen = events.join(described.member, on="identity_id").select("node", "source", "event").unique()
        able = described.able
        self.cols = columns(described.plain, seen, described.lead)
        self.signature = signature(self.cols, described.digest, described.node_id, able)
        self.model, self.cut = model, scorer.log_odds(settings.link_at)
        self.review = scorer.log_odds(max(settings.review_from, 1e-9))
        self.floor = min(self.review, self.cut)
        self.facts = _node_facts(described, self.cols, self.signature, rules)
        self.limit, self.described, self.elsewhere = settings.block_limit, described, elsewhere
        self.comparing: Comparing | None = None
        self.scored = PairScorer(model, ~able, min(-1.0, self.cut - 1.0))
        self.compared = 0

    @cached_property
    def blocking(self) -> Blocking:
        """The descriptions under all their keys."""
        return Blocking(self.cols, self.limit)

    def run(self, memory: Memory | None) -> tuple[Resolution, dict[int, Hashes]]:
        """Candidates, weights, components, people; and the keys too common to be used."""
        if self.elsewhere:
            return self.resolve(self.evidence(), self.cut), {}
        if memory is None:
            found = self.blocking.every()
            return cluster(self._score(found.pairs, True), self.facts, self.cut, self._inside), found.common
        recalled = MemoryView(memory, self.signature)
        found = self.blocking.touching(recalled.fresh, memory.common())
        old_evidence = self.scored(*recalled.pairs())
        among = self.blocking.among(found.crowd, found.common) if len(found.crowd) else found.crowd
        old_evidence = demote_crowded(old_evidence, recalled.fresh, found.crowd, among.astype(np.uint64))
        place, there = old_evidence.at(found.pairs)
        # one that could neither join nor be reviewed is no candidate in a full run either
        old_evidence.candidate[place[there]] = old_evidence.weight[place[there]] >= self.floor
        evidence = old_evidence.plus(self._score(found.pairs[~there], True))
        return cluster(evidence, self.facts, self.cut, self._inside, recalled.earlier_labels), found.common

    def evidence(self) -> Evidence:
        """Every candidate pair, weighed."""
        if self.elsewhere:
            pairs, pattern = self.elsewhere(self.described, self.cols, self.scored, self.floor, self.limit)
            self.compared += len(pairs)
            return self.scored(pairs, pattern, np.ones(len(pairs), np.bool_))
        return self._score(self.blocking.every().pairs, True)

    def resolve(self, evidence: Evidence, cut: float) -> Resolution:
        """People from evidence, where pairs join from a weight of `cut`."""
        return cluster(evidence, self.facts, cut, self._inside)

    def kept(self, found: Resolution) -> Resolution:
        """With the evidence that is worth telling: in the review band or above, or inside a person."""
        evidence, label, part = found.evidence, found.label, found.part
        a, b = split(evidence.pairs)
        # a pair that is no candidate was compared for its component's sake, and that may be another by now
        reportable = (evidence.weight >= self.review) & (evidence.candidate | (part[a] == part[b]))
        return Resolution(label, part, found.digest, evidence.only(reportable | (label[a] == label[b])))

    def _inside(self, pairs: Pairs) -> Evidence:
        return self._score(pairs, False)

    def _score(self, pairs: Pairs, candidate: bool) -> Evidence:
        """Compare and weigh pairs. Of candidates, those that could neither join nor be reviewed are left out."""
        self.compared += len(pairs)
        self.comparing = self.comparing or Comparing(self.cols)
        parts = []
        for some, pattern in self.comparing.chunks(pairs):
            evidence = self.scored(some, pattern, np.full(len(some), candidate))
            parts.append(evidence.only(evidence.weight >= self.floor) if candidate else evidence)
        if not parts:
            return self.scored(pairs, pairs, np.zeros(0, np.bool_))
        return Evidence(*(np.concatenate(part) for part in zip(*(part.all() for part in parts), strict=True)))


def _node_facts(described: nodes.CompactNodes, cols: Columns, signature: Hashes, rules: Rules) -> Facts:
    """What resolving reads of the nodes."""
    home: dict[str, int] = {}
    if rules.identities:
        wanted = described.member.filter(C("identity_id").is_in(list(rules.identities)))
        home = dict(wanted.select("identity_id", C("node").cast(pl.Int64)).iter_rows())

    def at(pairs: list[tuple[str, str]]) -> Ints:
        node_pairs = [(home[a], home[b]) for a, b in pairs if a in home and b in home]
        return np.array(node_pairs, dtype=np.int64).reshape(-1, 2)

    short = cols.words.text.str.len_chars().to_numpy() <= 1
    bare = (cols.number == 0) & (cols.local.count == 0)
    weak = short[cols.given] | (bare & cols.numbers_usual)
    return Facts(cols.number, described.rows, weak, signature, at(rules.same), at(rules.different))
