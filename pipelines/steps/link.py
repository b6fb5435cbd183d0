"""Match: which descriptions are one person, under ids that stay the same."""

from functools import partial

import polars as pl

from hiu.engine.inputs import counting
from hiu.link.people.ids import assign_people
from hiu.link.people.ledger import carry_over, ledger
from hiu.link.people.memory import Memory
from hiu.link.site_rules import link_under_site_rules
from hiu.link.spread import pairs_there
from hiu.model import ALIASES
from pipelines.common.fingerprint import code_digest
from pipelines.common.model import model_of
from pipelines.common.work import Work

_MEMORY = ("match_node", "match_pair", "match_key")


def link_people(work: Work) -> None:
    """Cluster the identities, name the clusters, and record what changed since the last published month."""
    warehouse = work.warehouse
    identity = warehouse.read("identity")
    linked = link_under_site_rules(
        identity,
        settings=work.place.settings.linking,
        decisions=warehouse.read("decisions"),
        events=warehouse.read("identity_event"),
        model=model_of(work.place),
        cache=_recall(work),
        code=code_digest(link_under_site_rules.__module__),
        elsewhere=partial(pairs_there, warehouse) if warehouse.spread else None,
    )
    _remember(work, linked.memory)
    cluster = _with_detained(work, assign_people(linked.clusters, identity, work.place.key_for("person")))
    warehouse.put("cluster", cluster)
    warehouse.put("pair_score", linked.pairs)
    _record(work, cluster)


def _with_detained(work: Work, cluster: pl.DataFrame) -> pl.DataFrame:
    """The people, and section 136 records that name nobody with the one person flagged on the log they quote."""
    warehouse, rules = work.warehouse, work.place.settings.counting
    warehouse.put("cluster", cluster)
    warehouse.put("counting", counting(work.place.sources, rules.datasets))
    warehouse.build("latest", temporary=True)
    found = warehouse.ask("detained", month_after=work.month.after, s136_hours=rules.s136_hours)
    if found.is_empty():  # who is who stays as it was, so counting begins with the same table
        work.notes["made"] = ("latest",)
        return cluster
    warehouse.drop("latest")
    given = found.select("identity_id", detained="person_id")
    joined = cluster.join(given, on="identity_id", how="left", maintain_order="left")
    by_event = pl.col("detained").is_not_null()
    return joined.with_columns(
        pl.coalesce("detained", "person_id").alias("person_id"),
        pl.when(by_event).then(pl.lit("event")).otherwise("how").alias("how"),
        *(pl.when(~by_event).then(name).alias(name) for name in ("match_weight", "match_probability")),
    ).select(cluster.columns)


def _recall(work: Work) -> Memory | None:
    """What the last run of the matcher left, whatever its month."""
    warehouse = work.warehouse
    if not {"match_memory", *_MEMORY} <= set(warehouse.tables()):
        return None
    under = warehouse.read("match_memory")["under"]
    order = {"match_node": ["node"], "match_pair": ["pair"], "match_key": ["rule", "key"]}
    tables = [warehouse.rows(name, order=order[name]) for name in _MEMORY]
    return Memory(under[0], tables[0].drop("node"), tables[1], tables[2]) if under.len() else None


def _remember(work: Work, memory: Memory | None) -> None:
    if memory is None:
        return
    work.warehouse.put("match_memory", pl.DataFrame({"under": [memory.under]}))
    tables = (memory.nodes.with_row_index("node"), memory.pairs, memory.keys)
    for name, table in zip(_MEMORY, tables, strict=True):
        work.warehouse.put(name, table)


def _record(work: Work, cluster: pl.DataFrame) -> None:
    """Merges and splits since the newest earlier month in the ledger, and what an earlier run of this month said."""
    warehouse, month = work.warehouse, work.month
    now = cluster.select("identity_id", "person_id", "how").with_columns(month=pl.lit(month.start))
    if warehouse.exists("person_ledger"):
        decided = warehouse.read("decisions")
        earlier = warehouse.rows("person_ledger", "month", where={"month <": month.start}, distinct=True)["month"]
        before, run_before = (
            warehouse.rows("person_ledger", "identity_id", "person_id", where={"month": day})
            for day in (max(earlier, default=None), month.start)
        )
        aliases = warehouse.rows("aliases", where={"month": month.start})
        warehouse.delete("person_ledger", "month", month.start)
        warehouse.delete("aliases", "month", month.start)
        fresh = ledger(before if before.height else None, now, month, decided)
        again = ledger(run_before if run_before.height else None, now, month, decided, again=True)
        warehouse.append("aliases", carry_over(fresh, again, aliases, now).select(ALIASES.names))
    warehouse.append("person_ledger", now.drop("how"))
