"""Corrections put into force: rows of the record as they are right, beside the same rows as they were received.

Each run does it after intake. Every delivery concerned is made from what was received, so a correction that was changed
or overtaken leaves nothing behind, and a run that was cut off does it again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import polars as pl

from hiu.engine import Engine, Scalar
from hiu.govern import records
from hiu.model import CORRECTIONS, RECEIVED_ROW, RECORD
from hiu.model.frames import schema
from pipelines.common.place import Paths
from pipelines.common.work import Row
from pipelines.govern.person.scope import DESCRIBED, ROW

LINK = "link"
"""The field of a correction that says whose description a row is to have."""
_BOOLEAN = {"yes": True, "no": False}
_Changes = dict[tuple[str, int], dict[str, object]]


def as_text(value: object) -> str | None:
    """A value of the record as a correction keeps it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def in_force(paths: Paths) -> list[Row]:
    """The corrections that hold: of a row and column the last recorded, whoever recorded it."""
    latest: dict[tuple[str, str, int, str], Row] = {}
    for row in records.history(paths.records, CORRECTIONS).iter_rows(named=True):
        latest[row["source"], row["source_file"], row["source_row"], row["field"]] = row
    return list(latest.values())


def apply_corrections(paths: Paths, warehouse: Engine) -> list[str]:
    """Bring the record in line with the corrections; a sentence for each that what was sent since has overtaken."""
    notes: list[str] = []
    wanted: dict[str, _Changes] = defaultdict(dict)
    corrections = in_force(paths)
    for one, rows in zip(corrections, _rows(warehouse, corrections), strict=True):
        met = [row for row in rows if _fits(warehouse, row, one)]
        for row in met:
            changes = wanted[row["delivery_id"]].setdefault((row["delivery_id"], row["source_row"]), {})
            changes.update(_change(warehouse, one))
        if rows and not met:
            notes.append(
                f"correction {one['correction_id']} of {one['source_file']} row {one['source_row']}, {one['field']}: "
                "another value was sent since, which counts. 'hiu rectify' can put it right again"
            )
    before = set(warehouse.rows("received_row", "delivery_id", distinct=True)["delivery_id"])
    with warehouse.transaction():
        for delivery in sorted(before | set(wanted)):
            _apply(warehouse, delivery, wanted.get(delivery, {}))
    return notes


def received_rows(warehouse: Engine, keys: pl.DataFrame) -> list[Row]:
    """Rows of the record as they were received, by delivery_id and source_row; a delivery is read once."""
    deliveries = sorted(set(keys["delivery_id"]))
    return [row for delivery in deliveries for row in received(warehouse, {"delivery_id": delivery}, keys)]


def received(warehouse: Engine, where: Mapping[str, Scalar], keys: pl.DataFrame | None = None) -> list[Row]:
    """Rows of the record as they were received, by conditions; of `keys` alone if they are given."""
    now = warehouse.rows("record", where=where, order=ROW)
    now = now if keys is None else now.join(keys, on=ROW, how="semi", maintain_order="left")
    if not warehouse.exists("received_row"):
        return now.to_dicts()
    then = warehouse.rows("received_row", *now.columns).join(now, on=ROW, how="semi")
    return pl.concat([now.join(then, on=ROW, how="anti"), then]).sort(ROW).to_dicts()


def _rows(warehouse: Engine, corrections: Sequence[Row]) -> list[list[Row]]:
    """Of each correction the row itself, and rows that its source sent again under the same key."""
    rows = received_rows(warehouse, _keys(warehouse, corrections)) if corrections else []
    there: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        there[row["source"], row["source_file"], row["source_row"]].append(row)
        there[row["source"], row["record_id"]].append(row)
    return [
        there[one["source"], one["source_file"], one["source_row"]]
        + [row for row in there[one["source"], one["record_id"]] if one["record_id"] and not _same_place(row, one)]
        for one in corrections
    ]


def _same_place(row: Row, one: Row) -> bool:
    return (row["source_file"], row["source_row"]) == (one["source_file"], one["source_row"])


def _keys(warehouse: Engine, corrections: Sequence[Row]) -> pl.DataFrame:
    """ROW of every row that corrections are about, by its place or by its source's key."""
    place = ("source", "source_file", "source_row")
    wanted = pl.DataFrame([{name: one[name] for name in (*place, "record_id")} for one in corrections])
    wanted = wanted.cast({"source_row": pl.Int64, "record_id": pl.String})
    sources = sorted(set(wanted["source"]))
    columns = (*ROW, "source", "source_file", "record_id")
    every = pl.concat([warehouse.rows("record", *columns, where={"source": source}) for source in sources])
    met = [every.join(wanted, on=on, how="semi") for on in (place, ("source", "record_id"))]
    return pl.concat(met).select(ROW).unique()


def _fits(warehouse: Engine, row: Row, one: Row) -> bool:
    """Whether the row still says what was put right; a description that nobody has any more can't be given."""
    if one["field"] != LINK:
        return one["field"] in RECORD.names and as_text(row[one["field"]]) == one["received"]
    right = one["value"] is None or bool(_described(warehouse, one["value"]))
    return right and description(row) == one["received"]


def description(row: Row) -> str:
    """A row's description in one text, as a correction of a link keeps it."""
    return "|".join(str(as_text(row[name]) or "") for name in DESCRIBED)


def _change(warehouse: Engine, one: Row) -> dict[str, object]:
    if one["field"] != LINK:
        return {one["field"]: _typed(one["field"], one["value"])}
    if one["value"] is None:
        return {**dict.fromkeys(DESCRIBED), "nobody": True}
    return {**_described(warehouse, one["value"]), "nobody": False}


def _described(warehouse: Engine, identity: str) -> Row:
    """The columns of a description; empty if there is none of that id."""
    found = warehouse.rows("identity", *DESCRIBED, where={"identity_id": identity})
    return found.row(0, named=True) if found.height else {}


def _typed(field: str, value: str | None) -> object:
    kind = next(column.type for column in RECORD.columns if column.name == field)
    if value is None:
        return None
    if kind == "boolean":
        return _BOOLEAN[value]
    return {"date": date.fromisoformat, "timestamp": datetime.fromisoformat}.get(kind, str)(value)


def _apply(warehouse: Engine, delivery: str, changes: _Changes) -> None:
    """Make a delivery's rows from what was received and what was put right; written only if it differs."""
    now = warehouse.rows("record", *RECORD.names, where={"delivery_id": delivery}, order=ROW)
    then = warehouse.rows("received_row", *RECORD.names, where={"delivery_id": delivery})
    base = pl.concat([now.join(then, on=ROW, how="anti"), then.join(now, on=ROW, how="semi")]).sort(ROW)
    made = [{**row, **changes.get((row["delivery_id"], row["source_row"]), {})} for row in base.to_dicts()]
    right = pl.DataFrame(made, schema=schema(RECORD), orient="row")
    kept = base.filter([(row["delivery_id"], row["source_row"]) in changes for row in base.to_dicts()])
    if not right.equals(now.sort(ROW)) or not kept.equals(then.sort(ROW)):
        for table, frame in ((RECORD, right), (RECEIVED_ROW, kept)):
            warehouse.delete(table.name, "delivery_id", delivery)
            warehouse.append(table.name, frame)
