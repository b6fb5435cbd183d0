"""Spread: the pairs of descriptions that could be one person, found and compared on the machines of a cluster.

Descriptions and people are made here, by what one machine does; what grows faster than the rows is done there: keys and
pairs by SQL, comparing by tasks. A task sees a few descriptions. What only all of them together tell, such as which
names are common, is sent along.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from hiu.engine import Engine
from hiu.engine.spark.session import OTHER
from hiu.errors import HiuError
from hiu.link.candidates.block import _NODE, Pairs, join, split
from hiu.link.candidates.blocking_keys import NUMBER, RULES, Rule, rules_for, views
from hiu.link.compare.pairs import Comparing
from hiu.link.describe.columns import Columns, columns
from hiu.link.describe.hashes import Hashes, probe
from hiu.link.describe.nodes import COMPARED, CompactNodes
from hiu.link.describe.words import KINDS, RARE
from hiu.link.levels import Codes, Patterns
from hiu.link.model.scorer import Scorer
from hiu.link.people.pair_scorer import PairScorer
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.version import VERSION

C = pl.col
_FOLDER = "matching"
_MADE = ("node_text", "node_key", "key_rule", "key_common", "node_pair", "pair_pattern")
_TEXT = pl.Struct(dict.fromkeys(COMPARED, pl.String) | {"birth_year": pl.Int64})


def pairs_there(
    engine: Engine, described: CompactNodes, cols: Columns, scored: PairScorer, floor: float, limit: int
) -> tuple[Pairs, Patterns]:
    """Every candidate pair that weighs `floor` or more, sorted, and its pattern; the engine keeps nothing of it."""
    bands = {kind: pl.DataFrame({"word": cols.words.text, "band": cols.bands[kind]}) for kind in KINDS}
    common = Common(
        bands={kind: band.filter(C("band") != RARE) for kind, band in bands.items()},
        crowd=cols.local.every.filter("crowd")["code"].unique().to_numpy(),
        lone=cols.local.lone,
        numbers_usual=cols.numbers_usual,
    )
    depth = [_depth(rule) for rule in RULES]
    rules = [
        (n, NUMBER.get(rule.inside), depth[n], min(limit, rule.most)) for n, rule in rules_for(common.numbers_usual)
    ]
    with engine.transaction():
        engine.put("node_text", _texts(described, cols))
        engine.put("key_rule", pl.DataFrame(rules, schema=schema(TABLES["key_rule"]), orient="row"))
        engine.put("key_common", pl.DataFrame(schema=schema(TABLES["key_common"])))
        engine.apply("node_key", "node_text", Keys(common=common))
        for level in range(max(depth) + 1):
            engine.build("key_common", folder=_FOLDER, depth=level)
        engine.build("node_pair", folder=_FOLDER, temporary=True)
        weigh = Weigh(common=common, model=scored.model, silence=scored.silence, floor=floor)
        engine.apply("pair_pattern", "paired_texts", weigh)
        found = engine.read("pair_pattern")
        for table in _MADE:
            engine.drop(table)
    pairs = join(found["node_a"].to_numpy(), found["node_b"].to_numpy())
    order = np.argsort(pairs)
    return pairs[order], found["pattern"].to_numpy().view(np.uint64)[order]


def _depth(rule: Rule) -> int:
    return 1 + _depth(RULES[NUMBER[rule.inside]]) if rule.inside else 0


def _texts(described: CompactNodes, cols: Columns) -> pl.DataFrame:
    """Rows of `node_text`: each description, with the other names that count."""
    names = cols.aliases.group_by("node", maintain_order=True).agg(aliases=C("name").str.join("|"))
    events = cols.events.group_by("node").agg(events=C("source") + ">" + C("event"))
    frame = described.frame.drop("aliases").with_columns(C("node").cast(pl.Int64))
    frame = frame.join(names, on="node", how="left").join(events, on="node", how="left").sort("node")
    fields = pl.struct(*(C(c).cast(_TEXT.to_schema()[c]) for c in COMPARED)).struct.json_encode()
    return frame.select("node", fields.alias("text"), "shared", "able", "events")


def under() -> str:
    """What the answers of tasks depend on beside what they are sent: this hiu, and how this polars makes digests."""
    return f"{VERSION} {probe()}"


@dataclass(frozen=True, kw_only=True)
class Common:
    """What all descriptions together tell: the band of every name that is not rare, digests of numbers of many people
    and of schemes of which a person has one number, and whether descriptions have numbers as a rule."""

    bands: dict[str, pl.DataFrame]
    crowd: Hashes
    lone: Hashes
    numbers_usual: bool
    under: str = field(default_factory=under)

    def columns(self, rows: pl.DataFrame) -> Columns:
        """The columns of some descriptions (text, shared, events), each a node. Raises HiuError where a worker's
        answers would be others than those of the computer that sent the task."""
        if self.under != under():
            raise HiuError(f"{OTHER}: {under()}; sent {self.under}")
        frame = rows["text"].str.json_decode(_TEXT).struct.unnest()
        met = rows.select("events").with_row_index("node").explode("events").drop_nulls("events")
        names = C("events").str.splitn(">", 2).struct.rename_fields(["source", "event"])
        cols = columns(
            frame.with_columns(C("dob").str.to_date("%Y-%m-%d"), rows["shared"]),
            met.select("node", names.alias("of")).unnest("of"),
        )
        every = cols.local.every.with_columns(crowd=pl.Series(np.isin(cols.local.every["code"], self.crowd)))
        local = replace(cols.local, crowd=np.isin(cols.local.one, self.crowd), every=every, lone=self.lone)
        return replace(cols, local=local, bands={kind: self._bands(cols.words.text, kind) for kind in KINDS})

    def _bands(self, words: pl.Series, kind: str) -> Codes:
        found = words.alias("word").to_frame().join(self.bands[kind], on="word", how="left", maintain_order="left")
        return found["band"].fill_null(RARE).cast(pl.UInt8).to_numpy()


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Descriptions in, `node_key` out: every blocking key of each, and that of the rule which its rule lies inside."""

    common: Common

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `node_key`."""
        every, parts = views(self.common.columns(rows)), []
        for number, rule in rules_for(self.common.numbers_usual):
            view = every[rule.view]
            key = view.key(rule.parts)
            outer = view.key(RULES[NUMBER[rule.inside]].parts) if rule.inside else key
            use = np.flatnonzero((key != 0) & (outer != 0))
            found = pl.DataFrame(
                {
                    "key": (key[use] & ~_NODE).view(np.int64),
                    "inside": (outer[use] & ~_NODE).view(np.int64),
                    "node": rows["node"].gather(use if view.node is None else view.node[use]),
                }
            )
            parts.append(found.select(pl.lit(number, pl.Int64).alias("rule"), pl.all()))
        return pl.concat(parts)


@dataclass(frozen=True, kw_only=True)
class Weigh:
    """Pairs in, `pair_pattern` out: those that weigh `floor` or more, by the model."""

    common: Common
    model: Scorer
    silence: float
    floor: float

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `pair_pattern`."""
        sides = [
            rows.select(C(f"{name}_{side}").alias(name) for name in ("node", "text", "shared", "able", "events"))
            for side in "ab"
        ]
        here = pl.concat(sides).unique("node", keep="any").sort("node")
        a, b = (here["node"].search_sorted(rows[f"node_{side}"]).cast(pl.Int64).to_numpy() for side in "ab")
        pairs = np.sort(join(a, b))
        pattern = Comparing(self.common.columns(here)).pattern(pairs)
        scored = PairScorer(self.model, ~here["able"].to_numpy(), self.silence)
        worth = scored(pairs, pattern, np.ones(len(pairs), np.bool_)).weight >= self.floor
        a, b = split(pairs[worth])
        ends = {"node_a": here["node"].gather(a), "node_b": here["node"].gather(b)}
        return pl.DataFrame(ends | {"pattern": pattern[worth].view(np.int64)})
