"""Who was erased and is back with a backup that was restored: found by the token in the log, or by their tombstones."""

from collections.abc import Sequence

import polars as pl

from hiu.engine import Engine
from hiu.govern import records
from hiu.govern.erase.tombstone import tokens
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model.govern import TOMBSTONES
from pipelines.common.place import Place, open_warehouse
from pipelines.erase.find import READ, ROW

REASON = {"reason": "erased before, and in the backup that was restored", "by": "hiu restore"}


def token_of(place: Place, person_id: str) -> str:
    """What the audit log calls a person."""
    return pseudonym(person_id, recipient_key(place.key, "audit"))


def next_again(place: Place, again: Sequence[str]) -> dict[str, object] | None:
    """What is to be asked of the next erasure that is done again; None when the restored site holds none of them.

    A token stays on the list until nobody is found under it: one person may have come back as several.
    """
    if not again:
        return None
    with open_warehouse(place) as warehouse:
        for place_on_list, token in enumerate(again):
            if person := _person_of(place, warehouse, token):
                return {"person_id": person, "token": token, **REASON, "again": list(again[place_on_list:])}
    return None


def _person_of(place: Place, warehouse: Engine, token: str) -> str | None:
    ids = warehouse.rows("cluster", "person_id", distinct=True)["person_id"].sort()
    key = recipient_key(place.key, "audit")
    own = [one for one in ids if pseudonym(one, key) == token]
    return own[0] if own else _met(place, warehouse, token)


def _met(place: Place, warehouse: Engine, token: str) -> str | None:
    """The person most of whose rows meet the tombstones of that erasure; a row of somebody else may meet one."""
    stones = records.read(place.records, TOMBSTONES).filter(erasure=token)["token"]
    rows = warehouse.rows("record", *READ)
    marked = pl.concat([tokens(rows, one) for one in place.tombstone_keys])
    hit = marked.filter(pl.col("token").is_in(stones.implode())).select(ROW).unique().with_columns(hit=pl.lit(True))
    people = warehouse.ask("row_people").join(hit, on=ROW, how="left")
    shares = people.group_by("person_id").agg(pl.col("hit").fill_null(False).mean())
    back = shares.filter(pl.col("hit") > 0.5).sort("hit", "person_id", descending=[True, False])
    return str(back["person_id"][0]) if back.height else None
