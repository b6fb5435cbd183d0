"""Which rows, descriptions and ids are one person's, and what of other people must not be told with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from hiu.engine import Engine
from hiu.engine.pathway import rows_quoting
from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import IDENTITY_COLUMNS
from hiu.publish.release.working import whole_table
from pipelines.common.place import Paths

ROW = ["delivery_id", "source_row"]
DESCRIBED = [column.name for column in IDENTITY_COLUMNS]
_LINKED = ["identity_id", *ROW]


@dataclass(frozen=True, kw_only=True)
class PersonScope:
    """What is one person's: ids (former ones too), descriptions, rows (ROW), events, and values that describe them.

    `others` = the same values of everybody else, by column of a description.
    """

    person_id: str
    ids: frozenset[str]
    identities: frozenset[str]
    other_identities: frozenset[str]
    rows: pl.DataFrame
    events: frozenset[tuple[str, str]]
    own: dict[str, frozenset[object]]
    others: dict[str, frozenset[object]]
    addresses: frozenset[str]
    first_seen: date | None

    @property
    def all_ids(self) -> frozenset[str]:
        """Ids of the person and of their descriptions."""
        return self.ids | self.identities


def person_scope(paths: Paths, warehouse: Engine, person: str) -> PersonScope:
    """Everything by which a person is found. Raises UsageError for nobody of that id, HiuError before the first run."""
    ids, now = _ids(warehouse, person.strip().upper())
    identities = _identities(warehouse, ids)
    of = warehouse.ask("row_people").filter(pl.col("identity_id").is_in(sorted(identities))).select(ROW)
    rows = pl.concat([of, _published_rows(paths, identities), rows_quoting(warehouse, ids)]).unique().sort(ROW)
    columns = [*ROW, "source", "source_file", "event_id", "record_id", "start", *DESCRIBED]
    record = warehouse.rows("record", *columns)
    own, rest = record.join(rows, on=ROW, how="semi"), record.join(rows, on=ROW, how="anti")
    starts = own["start"].drop_nulls()
    return PersonScope(
        person_id=now,
        ids=ids,
        identities=identities,
        other_identities=_all_identities(warehouse) - identities,
        rows=rows,
        events=_events(own),
        own=_values(own),
        others=_values(rest),
        addresses=_addresses(own),
        first_seen=min(starts).date() if starts.len() else None,
    )


def _ids(warehouse: Engine, person: str) -> tuple[frozenset[str], str]:
    """Every id that was merged into the person's, and the one they have now."""
    if not warehouse.exists("cluster"):
        raise HiuError("nothing is matched yet, so nobody is held as a person. 'hiu run MONTH' does it")
    merged = warehouse.rows("aliases", "old_id", "person_id", where={"kind": "merge"}, order=["month"])
    became, there = dict(merged.rows()), set(warehouse.rows("cluster", "person_id", distinct=True)["person_id"])
    now, steps = person, 0
    while now not in there and now in became and steps <= len(became):
        now, steps = became[now], steps + 1
    if now not in there:
        raise UsageError(f"no person '{person}' in the warehouse.{did_you_mean(person, there)}")
    ids = {now}
    while more := {old for old, new in merged.rows() if new in ids} - ids - (there - {now}):
        ids |= more
    return frozenset(ids), now


def _identities(warehouse: Engine, ids: Iterable[str]) -> frozenset[str]:
    """Descriptions of the person now, and those of earlier months that are nobody's now."""
    now = warehouse.rows("cluster", "identity_id", "person_id")
    then = warehouse.rows("person_ledger", "identity_id", "person_id", distinct=True)
    gone = then.join(now, on="identity_id", how="anti")
    both = pl.concat([now, gone.select(now.columns)])
    return frozenset(both.filter(pl.col("person_id").is_in(sorted(ids)))["identity_id"])


def _all_identities(warehouse: Engine) -> frozenset[str]:
    """Descriptions of everybody, those of earlier months too."""
    tables = [name for name in ("cluster", "person_ledger", "record_identity") if warehouse.exists(name)]
    return frozenset(
        one for name in tables for one in warehouse.rows(name, "identity_id", distinct=True)["identity_id"]
    )


def _published_rows(paths: Paths, identities: frozenset[str]) -> pl.DataFrame:
    """Rows that published months trace to the person's descriptions: the last run may have looked at fewer."""
    frames = [pl.DataFrame(schema={"delivery_id": pl.String, "source_row": pl.Int64})]
    for folder in sorted(paths.published.iterdir()) if paths.published.is_dir() else []:
        path = whole_table(folder, "links")
        if path.exists() and not folder.name.startswith("."):
            links = pl.read_parquet(path, columns=_LINKED)
            frames.append(links.filter(pl.col("identity_id").is_in(sorted(identities))).select(ROW))
    return pl.concat(frames)


def _events(own: pl.DataFrame) -> frozenset[tuple[str, str]]:
    """Every way in which an event of the person is called: by its own key, its row's key, or its place."""
    found: set[tuple[str, str]] = set()
    for row in own.iter_rows(named=True):
        names = (row["event_id"], row["record_id"], f"{row['delivery_id']}|{row['source_row']}")
        found |= {(row["source"], name) for name in names if name}
    return frozenset(found)


def _values(rows: pl.DataFrame) -> dict[str, frozenset[object]]:
    return {name: frozenset(rows[name].drop_nulls().unique()) for name in DESCRIBED}


def _addresses(own: pl.DataFrame) -> frozenset[str]:
    """As `address_demand` writes them."""
    homes = own.drop_nulls("street").select("house", "street", "postcode").unique().rows()
    return frozenset(
        (f"{house} " if house else "") + street + (f", {postcode}" if postcode else "")
        for house, street, postcode in homes
    )
