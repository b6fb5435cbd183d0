"""Run: matching step by step, the rows on the cluster and only what is small here.

Keys, pairs and components are found by SQL, and descriptions are compared and components resolved by tasks. Here are
which names are common, the decisions, and at the end a row for each identity and each pair worth telling.
"""

from typing import Any

import numpy as np
import polars as pl

from hiu.engine import Engine
from hiu.extract.values.people.sound import sound
from hiu.link.candidates.block import join
from hiu.link.candidates.blocking_keys import NUMBER, RULES, Rule, rules_for
from hiu.link.describe import columns, nodes
from hiu.link.describe.columns import LONE_PEOPLE, LONE_SEVERAL, NUMBERED
from hiu.link.describe.names import shares
from hiu.link.describe.words import KINDS, RARE, bands
from hiu.link.match import Linkage
from hiu.link.model import scorer
from hiu.link.people.cluster import LARGEST, Evidence, Resolution
from hiu.link.people.decisions import Rules, empty, in_force
from hiu.link.people.tables import cluster_table, pair_table
from hiu.link.spread.tasks import Common, Describe, Keys, Resolve, Weigh
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.settings import Linking

C = pl.col
FOLDER = "matching"
_MADE = (
    "identity_text", "identity_node", "node_text", "node_key", "key_rule", "key_common", "node_pair", "pair_weight",
    "pair_joined", "node_part", "part_pair",
)  # fmt: skip


def link_spread(
    engine: Engine,
    identity: pl.DataFrame,
    *,
    settings: Linking,
    decisions: pl.DataFrame | None = None,
    model: scorer.Scorer | None = None,
    **_: Any,
) -> Linkage:
    """What hiu.link.link gives, of the engine's tables `identity` and `identity_event`; nothing is remembered.

    identity: the same rows, with the site's own names, for what is told of those that can't be compared.
    """
    rules = in_force(empty() if decisions is None else decisions)
    common = _describe(engine, settings, rules)
    sized = (scorer.load() if model is None else model).sized(engine.count("node_text"))
    cut, review = scorer.log_odds(settings.link_at), scorer.log_odds(max(settings.review_from, 1e-9))
    weigh = Weigh(common=common, model=sized, cut=cut, floor=min(review, cut))
    _pair(engine, common, settings.block_limit)
    engine.apply("pair_weight", "paired_texts", weigh)
    _find_parts(engine, rules, cut)
    engine.apply("part_pair", "part_texts", Resolve(weigh=weigh, rules=rules, review=review), by="batch")
    notes = {"identities": identity.height, "nodes": engine.count("node_text"), "pairs": engine.count("node_pair")}
    linked = _answer(engine, identity, rules, review)
    for table in _MADE:
        engine.drop(table)
    notes["people"] = linked[0]["cluster"].n_unique()
    return Linkage(*linked, sized.version, notes)


def _describe(engine: Engine, settings: Linking, rules: Rules) -> Common:
    """Make the descriptions, and find what all of them together tell."""
    engine.apply("identity_text", "identities", Describe(settings=settings, decided=frozenset(rules.identities)))
    engine.build("identity_node", folder=FOLDER, temporary=True)
    few = {"site_births": nodes.SHARED_DOBS, "postcode_births": nodes.SHARED_POSTCODE_DOBS}
    engine.build("node_text", folder=FOLDER, temporary=True, **few)
    counted = engine.ask("word_births")
    numbered = engine.rows("node_text", "numbered")["numbered"].mean()
    heard = engine.ask("alias_families").with_columns(first=C("own").str.slice(0, 1), sound=sound(C("own")))
    several = heard.group_by("name").agg(C("first", "sound").n_unique())
    return Common(
        bands={kind: _bands(counted.filter(kind=kind), kind) for kind in KINDS},
        crowded_ids=frozenset(engine.ask("crowded_ids", births=columns.MANY_DOBS)["number"]),
        lone_schemes=frozenset(engine.ask("lone_schemes", people=LONE_PEOPLE, share=LONE_SEVERAL)["scheme"]),
        of_many=frozenset(several.filter(C("first") > 1, C("sound") > 1)["name"]),
        numbers_usual=not isinstance(numbered, float) or numbered >= NUMBERED,
    )


def _bands(counted: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The band of each name that is not rare: word, band."""
    usual = pl.DataFrame({"word": list(shares(kind))}, schema={"word": pl.String})
    every = counted.select("word", "births").join(usual, on="word", how="full", coalesce=True)
    births = every["births"].fill_null(0).cast(pl.Float64).to_numpy()
    return every.select("word", band=pl.Series(bands(every["word"], kind, births))).filter(C("band") != RARE)


def _pair(engine: Engine, common: Common, limit: int) -> None:
    """Make the pairs that share a key which is not too common."""
    depth = [_depth(rule) for rule in RULES]
    used = rules_for(common.numbers_usual)
    rules = [(n, NUMBER.get(rule.inside), depth[n], min(limit, rule.most)) for n, rule in used]
    engine.put("key_rule", pl.DataFrame(rules, schema=schema(TABLES["key_rule"]), orient="row"))
    engine.put("key_common", pl.DataFrame(schema=schema(TABLES["key_common"])))
    engine.apply("node_key", "node_texts", Keys(common=common))
    for level in range(max(depth) + 1):
        engine.build("key_common", folder=FOLDER, depth=level)
    engine.build("node_pair", folder=FOLDER, temporary=True)


def _depth(rule: Rule) -> int:
    return 1 + _depth(RULES[NUMBER[rule.inside]]) if rule.inside else 0


def _find_parts(engine: Engine, rules: Rules, cut: float) -> None:
    """Components at the cut; any of more than LARGEST descriptions are cut again at higher weights."""
    joined = engine.rows("pair_weight", "node_a", "node_b", "weight", where={"weight >=": cut})
    same = pl.DataFrame(rules.same, schema={"node_a": pl.String, "node_b": pl.String}, orient="row")
    engine.put("pair_joined", pl.concat([joined, same], how="diagonal"))
    while True:
        ends = engine.read("pair_joined").select(node_id=pl.concat_list("node_a", "node_b")).explode("node_id").unique()
        engine.put("node_part", ends.with_columns(part="node_id", moved=True))
        while engine.rows("node_part", "moved", distinct=True)["moved"].any():
            engine.build("node_part", folder=FOLDER)
        if not engine.ask("largest_parts", largest=LARGEST)["pairs"][0]:
            return
        cut += 2
        engine.build("pair_joined", folder=FOLDER, weight=cut, largest=LARGEST)


def _answer(engine: Engine, identity: pl.DataFrame, rules: Rules, review: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables of a Linkage: clusters and pairs."""
    member = engine.rows("identity_node", order=["identity_id"])
    ids = member["node_id"].unique().sort()
    home = ids.search_sorted(member["node_id"]).cast(pl.Int64).to_numpy()
    found = engine.read("part_pair")
    label = np.arange(len(ids))
    people = found.filter(C("node_b").is_null())
    label[_place(ids, people["node_a"])] = _place(ids, people["label"])
    kept = pl.concat([found.drop_nulls("node_b").drop("label"), engine.ask("pairs_across", weight=review)])
    pairs = join(_place(ids, kept["node_a"]), _place(ids, kept["node_b"]))
    at = np.argsort(pairs)
    pattern, weight = kept["pattern"].cast(pl.UInt64).to_numpy()[at], kept["weight"].to_numpy()[at]
    evidence = Evidence(pairs[at], pattern, weight, np.zeros(len(at)), np.ones(len(at), np.bool_))
    described = nodes.CompactNodes(
        plain=member.select("identity_id"),
        lead=member["identity_id"].search_sorted(ids).cast(pl.Int64).to_numpy(),
        order=np.arange(member.height),
        home=home,
        digest=np.zeros(len(ids), np.uint64),
        rows=np.zeros(len(ids)),
        able=np.ones(len(ids), np.bool_),
    )
    resolved = Resolution(label, label, described.digest, evidence)
    return cluster_table(identity, described, resolved, rules), pair_table(described, resolved)


def _place(ids: pl.Series, values: pl.Series) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return ids.search_sorted(values).cast(pl.Int64).to_numpy()
