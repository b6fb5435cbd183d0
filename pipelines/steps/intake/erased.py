"""Rows of erased people at intake: set aside before anything is made of them; what somebody settled since."""

from dataclasses import replace

import polars as pl

from hiu.extract.standardise import Standardised
from hiu.govern import records
from hiu.govern.erase import near
from hiu.govern.erase.held import ROW, Marks, held_rows
from hiu.govern.erase.tombstone import CODE, REASON, set_aside
from hiu.model.govern import RULINGS, TOMBSTONES, TRAITS
from pipelines.common.fingerprint import digest
from pipelines.common.place import Place

_REASONS = {CODE: REASON, near.CODE: near.REASON}


def marks_of(place: Place) -> Marks:
    """What the site keeps of people who were erased, and what was settled since."""
    traits = records.read(place.records, TRAITS).select("erasure", "traits").rows()
    settled = records.read(place.records, RULINGS).filter(ruling="release")["token"]
    stones = records.read(place.records, TOMBSTONES)["token"].to_list()
    digests = {erasure: frozenset(text.split()) for erasure, text in traits}
    return Marks(stones=stones, traits=digests, released=frozenset(settled))


def without_erased(place: Place, done: Standardised, sha256: str | None = None) -> Standardised:
    """The delivery without the rows of people who were erased: each is counted as set aside, and nothing of it kept."""
    if not any(records.path_of(place.records, table).exists() for table in (TOMBSTONES, TRAITS)):
        return done
    marks = marks_of(place)
    if not marks.stones and not marks.traits:
        return done
    rows = held_rows(done.records, marks, place.tombstone_keys, sha256)
    if rows.is_empty():
        return done
    rows = rows.with_columns(reason=pl.col("code").replace_strict(_REASONS))
    kept, facts = (frame.join(rows, on=ROW, how="anti") for frame in (done.records, done.facts))
    return replace(done, records=kept, facts=facts, quarantine=set_aside(done.quarantine, done.records, rows))


def settled_rows(place: Place) -> dict[str, str]:
    """Delivery -> digest of what somebody settled about its rows that were set aside as an erased person's."""
    rulings = records.read(place.records, RULINGS).drop_nulls("delivery_id").sort("token")
    by = rulings.group_by("delivery_id", maintain_order=True).agg(text=pl.col("token") + pl.col("ruling"))
    return {delivery: digest(*texts) for delivery, texts in by.rows()}
