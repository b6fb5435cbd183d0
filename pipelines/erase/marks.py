"""The marks an erasure leaves, by which rows are known again, and what somebody settles about rows set aside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.erase import near, tombstone
from hiu.govern.erase.held import ROW, own_tokens
from hiu.model.govern import RULINGS, TOMBSTONES, TRAITS
from pipelines.common.journal import record, utc
from pipelines.common.lock import hold, require_no_erasure
from pipelines.common.place import Place, open_warehouse
from pipelines.erase.find import ErasureScope

SPARED = {"reason": "on another person's record when the erasure was made", "by": "hiu erase"}


@dataclass(frozen=True)
class HeldRow:
    """A row that is set aside as an erased person's: where it is, and as what."""

    delivery_id: str
    source: str
    source_file: str
    source_row: int
    code: str

    @property
    def name(self) -> str:
        """As a person names it."""
        return f"{self.source_file}:{self.source_row}"


def keep_marks(place: Place, scope: ErasureScope, erasure: str, now: datetime) -> None:
    """Write the tombstones of a person: exact ones, digests of near forms, and what spares rows of other people."""
    at = utc(now)
    stones = [{"token": stone, "erasure": erasure, "at": at} for stone in scope.stones]
    records.add(place, TOMBSTONES, stones)
    before = records.read(place.records, TRAITS).filter(erasure=erasure)["traits"].to_list()
    every = sorted(scope.near.union(*(text.split() for text in before)))
    if every:
        records.add(place, TRAITS, [{"erasure": erasure, "traits": " ".join(every), "at": at}])
    _settle(place, sorted(scope.spared), {"ruling": "release", **SPARED, "recorded_at": at})


def held_rows(place: Place) -> list[HeldRow]:
    """Every row in force that is set aside as an erased person's, or perhaps one's."""
    with open_warehouse(place) as warehouse:
        aside = warehouse.rows("quarantine", *ROW, "source", "source_file", "code")
        now = warehouse.rows("deliveries", "delivery_id", where={"replaced_by": None})
    kept = aside.filter(pl.col("code").is_in([tombstone.CODE, near.CODE])).join(now, on="delivery_id", how="semi")
    kept = kept.sort("source_file", "source_row")
    return [HeldRow(**row) for row in kept.select(*ROW, "source", "source_file", "code").iter_rows(named=True)]


def find_held(place: Place, name: str) -> HeldRow:
    """A row that is set aside, as FILE:ROW. Raises UsageError if there is none of that name."""
    for row in held_rows(place):
        if row.name == name:
            return row
    raise UsageError(
        f"'{name}' is no row set aside as an erased person's: expected FILE:ROW, such as 2026-03/police.csv:17. "
        "'hiu erase --held' lists them"
    )


def settle(place: Place, row: HeldRow, sent: pl.DataFrame, *, ruling: str, reason: str, by: str, now: datetime) -> None:
    """Enter that a row is somebody else's (`release`) or the erased person's (`confirm`); the next run reads it anew.

    `sent` = the rows of its file, as RECORD. Raises UsageError if the file changed since the row was set aside.
    """
    with hold(place.lock, "hiu erase", now):
        require_no_erasure(place.erasing)
        one = sent.filter(pl.col("delivery_id") == row.delivery_id, pl.col("source_row") == row.source_row)
        if one.is_empty():
            raise UsageError(f"{row.source_file}: changed since the row was set aside; run the month, then look again")
        about = {"delivery_id": row.delivery_id, "source_row": row.source_row, "reason": reason, "by": by}
        _settle(place, _tokens(place, row, one), {"ruling": ruling, **about, "recorded_at": utc(now)})
        if ruling == "confirm":
            _confirm(place, one, now)
        record(place, now, "erased_row_settled", ruling=ruling, delivery=row.delivery_id, row=row.source_row, by=by)


def _tokens(place: Place, row: HeldRow, one: pl.DataFrame) -> list[str]:
    """The row's place in its file, its numbers and its description, by which it is known in later files too."""
    with open_warehouse(place) as warehouse:
        files = warehouse.rows("deliveries", "sha256", where={"delivery_id": row.delivery_id})["sha256"]
    key = place.tombstone_keys[0]
    place_of = tombstone.row_token(files[0], row.source_row, key)
    stones = records.read(place.records, TOMBSTONES)["token"].to_list()
    return [place_of, *own_tokens(one, stones, key)]


def _confirm(place: Place, one: pl.DataFrame, now: datetime) -> None:
    """What the row says of the person is a tombstone from now on."""
    traits = records.read(place.records, TRAITS).select("erasure", "traits").rows()
    digests = {erasure: frozenset(text.split()) for erasure, text in traits}
    met = near.near_rows(one, digests, place.tombstone_keys)["erasure"].to_list()
    tokens = tombstone.tokens(one, place.tombstone_keys[0])["token"].unique().sort()
    stones = [{"token": token, "erasure": met[0], "at": utc(now)} for token in tokens if met]
    records.add(place, TOMBSTONES, stones)


def _settle(place: Place, tokens: Iterable[str], about: dict[str, object]) -> None:
    if rows := [{"token": token, **about} for token in tokens]:
        records.add(place, RULINGS, rows)
