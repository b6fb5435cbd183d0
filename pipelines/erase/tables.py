"""A person taken out of tables: of a row that stands for what was received its person, of all others the row."""

from collections.abc import Mapping

import polars as pl

from hiu.engine import Engine
from hiu.govern.erase.others import SOMEBODY
from hiu.govern.erase.residue import scrub
from hiu.govern.erase.tombstone import set_aside
from hiu.govern.erase.words import redact
from hiu.model import FIELD_QUALITY, QUARANTINE, REFUSED_FILE
from hiu.model.ids import ID_COLUMNS
from hiu.month import Month
from hiu.publish.release.counted import counted, unnumbered
from pipelines.erase.find import ROW, ErasureScope

CACHED_IDS = (*ID_COLUMNS, "person", "identity", "left_id", "right_id", "id_a", "id_b")
"""Columns that hold ids of people or of descriptions, in our tables and in what a step keeps."""

BASE = (
    "record",
    "received_row",
    "fact",
    "quarantine",
    "field_quality",
    "deliveries",
    "delivery_recipe",
    "aliases",
    "person_ledger",
)
"""Tables that a run does not make anew."""

REMEMBERED = "match_"
"""Tables of the matcher's memory: digests of descriptions, in which no search for a text can find a person."""


def without_person(tables: Mapping[str, pl.DataFrame], scope: ErasureScope, month: Month) -> dict[str, pl.DataFrame]:
    """A month's tables without the person, who is in no count of them; every row received is still accounted for."""
    gone = scope.ids | scope.identities
    rows = _rows(tables["links"], scope)
    before = tables["quarantine"].select(ROW)
    out = {name: _without(name, frame, gone, scope) for name, frame in tables.items() if name != "links"}
    out["links"] = _links(tables["links"], rows)
    out["quarantine"] = set_aside(out["quarantine"], tables["links"], rows)
    out["deliveries"] = _recounted(tables["deliveries"], rows.join(before, on=ROW, how="anti"))
    if REFUSED_FILE.name in out:
        out[REFUSED_FILE.name] = without_names(out[REFUSED_FILE.name], scope)
    return {name: _scrubbed(frame, scope) for name, frame in counted(tables, unnumbered(out), month).items()}


def _rows(links: pl.DataFrame, scope: ErasureScope) -> pl.DataFrame:
    person, described = sorted(scope.ids), sorted(scope.identities)
    own = links.filter(pl.col("person_id").is_in(person) | pl.col("identity_id").is_in(described))
    in_scope = links.join(scope.rows, on=ROW, how="semi")
    return pl.concat([own.select(ROW), in_scope.select(ROW)]).unique()


def _links(links: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows stay, as set aside: what row it was, and no longer whose."""
    taken = links.join(rows.with_columns(taken=pl.lit(True)), on=ROW, how="left", maintain_order="left")
    emptied = [
        pl.when(pl.col("taken").is_null()).then(pl.col(name)).otherwise(None).alias(name)
        for name in ("event_id", "identity_id", "person_id", "match_weight", "match_probability", "how")
    ]
    status = pl.when(pl.col("taken").is_null()).then("status").otherwise(pl.lit("quarantined")).alias("status")
    return taken.with_columns(status, *emptied).drop("taken")


def _recounted(deliveries: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """received = staged + quarantined still holds: what was staged and is set aside now, is counted so."""
    more = moved.group_by("delivery_id").agg(more=pl.len().cast(pl.Int64))
    joined = deliveries.join(more, on="delivery_id", how="left", maintain_order="left")
    n = pl.col("more").fill_null(0)
    return joined.with_columns(staged=pl.col("staged") - n, quarantined=pl.col("quarantined") + n).drop("more")


def _without(name: str, frame: pl.DataFrame, gone: frozenset[str], scope: ErasureScope) -> pl.DataFrame:
    out = frame
    for column in [column for column in CACHED_IDS if column in frame.columns]:
        out = out.filter(pl.col(column).is_null() | ~pl.col(column).is_in(sorted(gone)))
    if name == "address_demand":
        out = out.filter(~(pl.col("address").is_in(sorted(scope.addresses)) & (pl.col("people") <= 1)))
    return out


def without_names(refused: pl.DataFrame, scope: ErasureScope) -> pl.DataFrame:
    """Files that were refused, with the person taken out of their names: JOHN_SMITH.docx has no space to tell it by."""
    cleaned = pl.col(pl.String).map_elements(
        lambda text: redact(text, scope.traces, SOMEBODY), return_dtype=pl.String, skip_nulls=True
    )
    return refused.with_columns(cleaned)


def _scrubbed(frame: pl.DataFrame, scope: ErasureScope) -> pl.DataFrame:
    """Sentences that speak of the person, with the id or name taken out."""
    words = _words(scope)
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    if not text or _hits(frame, text, words).is_empty():
        return frame

    def clean(text: str) -> str:
        return scrub(text, words, SOMEBODY)

    return frame.with_columns(pl.col(pl.String).map_elements(clean, return_dtype=pl.String, skip_nulls=True))


def take_out(copy: Engine, scope: ErasureScope) -> list[str]:
    """Take a person out of a copy of the warehouse; names of working tables that had to be dropped.

    Steps and releases are forgotten, so that the next run counts and ranks anew.
    """
    with copy.transaction():
        _received(copy, scope)
        if copy.exists(REFUSED_FILE.name):
            copy.put(REFUSED_FILE.name, without_names(copy.read(REFUSED_FILE.name), scope))
        gone = sorted(scope.ids | scope.identities)
        for table in copy.tables():
            for column in set(CACHED_IDS) & set(copy.columns(table)):
                for value in gone:
                    copy.delete(table, column, value)
        for table in ("step_done", "release"):
            for value in copy.read(table).to_series().unique() if copy.exists(table) else ():
                copy.delete(table, copy.columns(table)[0], value)
    return _dropped(copy, scope)


def _received(copy: Engine, scope: ErasureScope) -> None:
    """Each delivery with the person's rows set aside; a delivery is read, changed and put back whole."""
    for delivery in scope.rows["delivery_id"].unique().sort():
        rows = scope.rows.filter(pl.col("delivery_id") == delivery).select(ROW)
        part = {
            name: copy.rows(name, where={"delivery_id": delivery})
            for name in ("record", "fact", "quarantine", "field_quality", "deliveries")
        }
        before = part["quarantine"].select(ROW)
        made = {
            "record": part["record"].join(rows, on=ROW, how="anti"),
            "fact": part["fact"].join(rows, on=ROW, how="anti"),
            "quarantine": set_aside(part["quarantine"].select(QUARANTINE.names), part["record"], rows),
            "field_quality": _scrubbed(part["field_quality"].select(FIELD_QUALITY.names), scope),
            "deliveries": _recounted(part["deliveries"], rows.join(before, on=ROW, how="anti")),
        }
        if copy.exists("received_row"):
            kept = copy.rows("received_row", where={"delivery_id": delivery})
            made["received_row"] = kept.join(rows, on=ROW, how="anti")
        for name, frame in made.items():
            copy.delete(name, "delivery_id", delivery)
            copy.append(name, frame)


def _dropped(copy: Engine, scope: ErasureScope) -> list[str]:
    """Working tables in which some text still tells the person, and the matcher's memory: a run makes them anew."""
    left = [
        table
        for table in copy.tables()
        if table.startswith(REMEMBERED) or (table not in BASE and rows_left(copy.read(table), scope))
    ]
    for table in left:
        copy.drop(table)
    return left


def rows_left(frame: pl.DataFrame, scope: ErasureScope) -> int:
    """Rows of a frame that tell the person."""
    flat = frame.with_columns(pl.col(pl.List(pl.String)).list.join("|")).with_row_index("row_left")
    text = [name for name, kind in flat.schema.items() if kind == pl.String]
    found = set(_hits(flat, text, _words(scope))["row_left"])
    if {"dob", "postcode"} <= set(flat.columns):
        for born, home in scope.traces.homes:
            found |= set(flat.filter(pl.col("dob") == born, pl.col("postcode") == home)["row_left"])
    return len(found)


def _words(scope: ErasureScope) -> list[str]:
    return sorted(scope.ids | scope.identities | scope.traces.names | scope.traces.numbers)


def _hits(frame: pl.DataFrame, columns: list[str], words: list[str]) -> pl.DataFrame:
    """Rows in which a text has one of the words; a name counts where it stands for itself."""
    if not columns or not words:
        return frame.clear()
    lower = [word.lower() for word in words]
    near = frame.filter(pl.any_horizontal(pl.col(columns).str.to_lowercase().str.contains_any(lower).fill_null(False)))
    if near.is_empty():
        return near
    hit = [
        pl.Series([scrub(text, words, "") != text if text else False for text in near[name]], dtype=pl.Boolean)
        for name in columns
    ]
    return near.filter(pl.any_horizontal(hit))
