"""Match: which descriptions are one person, under ids that stay the same."""

from __future__ import annotations

import polars as pl

from hiu.link.ids import assign_people
from hiu.link.ledger import ledger
from hiu.link.match import link
from hiu.link.review import candidates
from hiu.model import ALIASES
from pipelines.plan import Work


def link_people(work: Work) -> None:
    """Cluster the identities, name the clusters, and record what changed since the last published month."""
    warehouse = work.warehouse
    identity = warehouse.read("identity")
    linked = link(
        identity,
        settings=work.place.settings.linking,
        decisions=warehouse.read("decisions"),
        events=warehouse.read("identity_event"),
    )
    cluster = assign_people(linked.clusters, identity, work.place.key_for("person"))
    warehouse.put("cluster", cluster)
    warehouse.put("pair_score", linked.pairs)
    warehouse.put("review_pair", candidates(linked, work.place.settings.linking))
    _record(work, cluster)


def _record(work: Work, cluster: pl.DataFrame) -> None:
    """Merges and splits since the newest earlier month in the ledger; the same month is recorded anew."""
    warehouse, month = work.warehouse, work.month
    now = cluster.select("identity_id", "person_id", "how").with_columns(month=pl.lit(month.start))
    if warehouse.exists("person_ledger"):
        earlier = warehouse.read("select * from person_ledger where month < $month", month=month.start)
        before = earlier.filter(pl.col("month") == pl.col("month").max()).select("identity_id", "person_id")
        warehouse.delete("person_ledger", "month", month.start)
        warehouse.delete("aliases", "month", month.start)
        if before.height:
            warehouse.append("aliases", ledger(before, now, month, warehouse.read("decisions")).select(ALIASES.names))
    warehouse.append("person_ledger", now.drop("how"))
