"""The form of the warehouse's tables: its number is in the file, older ones are brought forward, newer ones refused."""

from collections.abc import Callable

import polars as pl

from hiu.engine import Engine
from hiu.errors import HiuError
from hiu.govern import records
from hiu.model import DECISIONS, TABLES
from pipelines.common.place import Place

VERSION = 2
"""1: decisions were kept in the warehouse. 2: what people record is in files of its own."""
KEPT = (
    "record",
    "fact",
    "quarantine",
    "deliveries",
    "aliases",
    "delivery_recipe",
    "step_done",
    "release",
    "person_ledger",
    "field_quality",
    "brought_back",
    "reread_refused",
    "received_row",
)
"""Tables a run adds to; every other is made anew."""
WITHDRAWN_MARK = "withdrawn"
"""What `deliveries.replaced_by` says of a delivery that was taken back."""


def upgrade(place: Place, warehouse: Engine) -> list[int]:
    """Bring a warehouse to VERSION, each step in a transaction of its own; the versions it was brought to.

    Raises HiuError for one that a newer hiu made: nothing is changed.
    """
    found = version(warehouse)
    if found > VERSION:
        raise HiuError(
            f"{place.warehouse}: made by a newer hiu (tables of version {found}; this one knows {VERSION}). "
            "Use that hiu, or restore a backup made before"
        )
    done = []
    for number in range(found + 1, VERSION + 1):
        with warehouse.transaction():
            _UPGRADES[number](place, warehouse)
            warehouse.put("schema_version", pl.DataFrame({"version": [number]}))
        done.append(number)
    _add_new_columns(warehouse)
    return done


def version(warehouse: Engine) -> int:
    """The version a warehouse has: a new one VERSION, one from before there were numbers 1."""
    if warehouse.exists("schema_version"):
        return int(max(warehouse.read("schema_version")["version"]))
    if warehouse.exists("deliveries"):
        return 1
    warehouse.put("schema_version", pl.DataFrame({"version": [VERSION]}))
    return VERSION


def _decisions_to_records(place: Place, warehouse: Engine) -> None:
    """Decisions that only the warehouse has become records; ones recorded since stay the last word."""
    if not warehouse.exists("decisions"):
        return
    decisions = warehouse.read("decisions")
    lacking = [pl.lit(None, dtype=pl.String).alias(name) for name in DECISIONS.names if name not in decisions.columns]
    old = decisions.with_columns(lacking).select(DECISIONS.names)
    recorded = records.history(place.records, DECISIONS)
    new = old.join(recorded, on=DECISIONS.key, how="anti", nulls_equal=True)
    records.add(place, DECISIONS, new.to_dicts())


_UPGRADES: dict[int, Callable[[Place, Engine], None]] = {2: _decisions_to_records}


def _add_new_columns(warehouse: Engine) -> None:
    """Give kept tables the columns the model has gained; their deliveries are read again, since the code changed."""
    for name in KEPT:
        if warehouse.exists(name):
            columns = set(warehouse.columns(name))
            for column in TABLES[name].columns:
                if column.name not in columns:
                    warehouse.add_column(name, column.name)
