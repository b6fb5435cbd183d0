"""Tasks: what is done to some descriptions, or pairs of them, by the same functions as on one machine.

A task sees a few descriptions of many. What only all of them together can tell, such as which names are common, is
found beforehand and sent along; so are the numbers that the model and the settings give.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from hiu.engine.spark.session import OTHER
from hiu.errors import HiuError
from hiu.link.candidates.block import _NODE, Pairs, join, split
from hiu.link.candidates.blocking_keys import NUMBER, RULES, rules_for, views
from hiu.link.compare.pairs import Comparing
from hiu.link.describe import nodes
from hiu.link.describe.columns import Columns, columns
from hiu.link.describe.hashes import hash_values, probe
from hiu.link.describe.words import KINDS, RARE
from hiu.link.levels import Codes, Flags, Ints
from hiu.link.match import weak_nodes
from hiu.link.model.scorer import Scorer
from hiu.link.people.cluster import Evidence, Facts, resolve_parts
from hiu.link.people.decisions import Rules
from hiu.link.people.pair_scorer import PairScorer
from hiu.link.site_rules import with_site_names
from hiu.settings import Linking
from hiu.version import VERSION

C = pl.col
_TEXT = pl.Struct(dict.fromkeys(nodes.COMPARED, pl.String) | {"birth_year": pl.Int64})


def under() -> str:
    """What the answers of tasks depend on beside what they are sent: this hiu, and how this polars makes digests."""
    return f"{VERSION} {probe()}"


def require_alike(sent: str) -> None:
    """Raises HiuError where a worker's answers would be others than those of the computer that sent the task."""
    if sent != under():
        raise HiuError(f"{OTHER}: {under()}; sent {sent}")


@dataclass(frozen=True, kw_only=True)
class Describe:
    """Identities in, `identity_text` out: those that can be compared, or about which something was decided."""

    settings: Linking
    decided: frozenset[str]
    under: str = field(default_factory=under)

    def __call__(self, identity: pl.DataFrame) -> pl.DataFrame:
        """Rows of `identity_text`."""
        require_alike(self.under)
        seen = with_site_names(identity, self.settings)
        chosen = C("identity_id").is_in(list(self.decided))
        seen = nodes.without_blanks(seen.filter(nodes.comparable() | chosen))
        whole = pl.when(C("postcode").str.contains(" ", literal=True)).then("postcode")
        return seen.select(
            "identity_id",
            pl.Series("mark", nodes.marks(seen, nodes.digest(seen), self.decided).view(np.int64)),
            pl.struct(*(C(c).cast(pl.String) if c != "birth_year" else C(c) for c in nodes.COMPARED))
            .struct.json_encode()
            .alias("text"),
            "given", "family", "aliases", "dob", "local_ids",
            pl.concat_str("house", "street", whole, separator="\n").alias("site"),
            whole.alias("postcode"),
            nodes.site_named(seen.select("house", "street", code=whole), self.settings).alias("shared"),
            (C("nhs_number").is_not_null() | C("local_ids").is_not_null()).alias("numbered"),
            nodes.comparable().alias("able"),
            "rows",
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Common:
    """What all descriptions together tell: the band of every name that is not rare, numbers of many people, schemes of
    which a person has one number, other names of many families, and whether descriptions have numbers as a rule."""

    bands: dict[str, pl.DataFrame]
    crowded_ids: frozenset[str]
    lone_schemes: frozenset[str]
    of_many: frozenset[str]
    numbers_usual: bool
    under: str = field(default_factory=under)

    def columns(self, rows: pl.DataFrame) -> Columns:
        """The columns of some descriptions (text, shared, events), each a node."""
        require_alike(self.under)
        frame = rows["text"].str.json_decode(_TEXT).struct.unnest()
        names = C("aliases").str.split("|").list.eval(pl.element().filter(~pl.element().is_in(list(self.of_many))))
        frame = frame.with_columns(
            C("dob").str.to_date("%Y-%m-%d"), names.list.join("|").replace("", None).alias("aliases"), rows["shared"]
        )
        cols = columns(frame, _events(rows))
        crowd = hash_values(pl.Series(sorted(self.crowded_ids), dtype=pl.String))
        every = cols.local.every.with_columns(crowd=pl.Series(np.isin(cols.local.every["code"], crowd)))
        lone = hash_values(pl.Series(sorted(self.lone_schemes), dtype=pl.String))
        local = replace(cols.local, crowd=np.isin(cols.local.one, crowd), every=every, lone=lone)
        return replace(cols, local=local, bands={kind: self._bands(cols.words.text, kind) for kind in KINDS})

    def _bands(self, words: pl.Series, kind: str) -> Codes:
        found = words.alias("word").to_frame().join(self.bands[kind], on="word", how="left", maintain_order="left")
        return found["band"].fill_null(RARE).cast(pl.UInt8).to_numpy()


def _events(rows: pl.DataFrame) -> pl.DataFrame:
    each = rows.select("events").with_row_index("node").explode("events").drop_nulls("events")
    split_at = C("events").str.splitn(">", 2)
    return each.select("node", source=split_at.struct[0], event=split_at.struct[1])


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Descriptions in, `node_key` out: every blocking key of each, and that of the rule which its rule lies inside."""

    common: Common

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `node_key`."""
        ids, every = rows["node_id"], views(self.common.columns(rows))
        parts = []
        for number, rule in rules_for(self.common.numbers_usual):
            view = every[rule.view]
            key = view.key(rule.parts)
            outer = view.key(RULES[NUMBER[rule.inside]].parts) if rule.inside else key
            use = np.flatnonzero((key != 0) & (outer != 0))
            inside = pl.Series((outer[use] & ~_NODE).view(np.int64))
            parts.append(
                pl.DataFrame(
                    {
                        "rule": pl.repeat(number, len(use), dtype=pl.Int64, eager=True),
                        "key": (key[use] & ~_NODE).view(np.int64),
                        "inside": inside if rule.inside else pl.repeat(None, len(use), dtype=pl.Int64, eager=True),
                        "node_id": ids.gather(use if view.node is None else view.node[use]),
                    }
                )
            )
        return pl.concat(parts)


@dataclass(frozen=True, kw_only=True)
class Weigh:
    """Pairs in, `pair_weight` out: those that could join or be reviewed, by the model and the settings."""

    common: Common
    model: Scorer
    cut: float
    floor: float

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `pair_weight`."""
        sides = [
            rows.select(C(f"{name}_{side}").alias(name) for name in ("node", "text", "shared", "able", "events"))
            for side in "ab"
        ]
        here = pl.concat(sides).unique("node", keep="any").sort("node")
        a, b = (here["node"].search_sorted(rows[f"node_{side}"]).cast(pl.Int64).to_numpy() for side in "ab")
        found = self.evidence(here, self.common.columns(here), np.sort(join(a, b)))
        return pair_rows(here["node"], found.only(found.weight >= self.floor))

    def evidence(self, here: pl.DataFrame, cols: Columns, pairs: Pairs) -> Evidence:
        """Pairs of some descriptions, sorted, compared and weighed."""
        scored = PairScorer(self.model, ~here["able"].to_numpy(), min(-1.0, self.cut - 1.0))
        return scored(pairs, Comparing(cols).pattern(pairs), np.zeros(len(pairs), np.bool_))


def pair_rows(ids: pl.Series, evidence: Evidence) -> pl.DataFrame:
    """Weighed pairs as rows: node_a, node_b, pattern, weight."""
    a, b = split(evidence.pairs)
    pattern = evidence.pattern.astype(np.int64)
    return pl.DataFrame(
        {"node_a": ids.gather(a), "node_b": ids.gather(b), "pattern": pattern, "weight": evidence.weight}
    )


@dataclass(frozen=True, kw_only=True)
class Resolve:
    """Whole components in, `part_pair` out: the person of each description, and the pairs worth telling."""

    weigh: Weigh
    rules: Rules
    review: float

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `part_pair`."""
        rows = rows.sort("node_id")
        ids, cols = rows["node_id"], self.weigh.common.columns(rows)
        part = ids.search_sorted(rows["part"]).cast(pl.Int64).to_numpy()
        weak = weak_nodes(cols, self.weigh.common.numbers_usual)
        size = rows["rows"].cast(pl.Float64).to_numpy()
        decided = (self._decided(ids, pairs) for pairs in (self.rules.same, self.rules.different))
        facts = Facts(cols.number, size, weak, np.zeros(len(part), np.uint64), *decided)
        label, found = resolve_parts(part, facts, self.weigh.cut, lambda pairs: self.weigh.evidence(rows, cols, pairs))
        a, b = split(found.pairs)
        worth: Flags = (found.weight >= self.review) | (label[a] == label[b])
        people = pl.DataFrame({"node_a": ids, "label": ids.gather(label)})
        pairs = pair_rows(ids, found.only(worth))
        order = ["node_a", "node_b", "label", "pattern", "weight"]
        return pl.concat([people, pairs], how="diagonal").select(order)

    @staticmethod
    def _decided(ids: pl.Series, pairs: list[tuple[str, str]]) -> Ints:
        place = {one: k for k, one in enumerate(ids)} if pairs else {}
        both = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
        return np.array(both, dtype=np.int64).reshape(-1, 2)
