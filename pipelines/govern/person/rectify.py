"""Rectification (UK GDPR article 16): a value or a link put right, kept beside what was received, from the next run on.

What was received is never changed: the correction is a record of its own, and `correct.py` applies it in each run.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from hiu.engine import Engine
from hiu.errors import HiuError, UsageError
from hiu.extract.values.address import read_address
from hiu.extract.values.nhs_number import nhs_number
from hiu.extract.values.people.names import read_name
from hiu.extract.values.postcode import read_postcode
from hiu.govern import records
from hiu.model import CORRECTIONS
from hiu.model.govern import HOLDS
from pipelines.common.journal import record, utc
from pipelines.common.place import Place, open_warehouse
from pipelines.common.work import Row
from pipelines.govern.person.correct import LINK, as_text, description, received, received_rows
from pipelines.govern.person.elsewhere import recipients
from pipelines.govern.person.scope import ROW, PersonScope, person_scope

NOBODY = "nobody"
FIELDS = ("name", "dob", "sex", "nhs_number", "postcode", "address", "start", "end", "deleted")
"""What can be put right: of the person, and of an event when it began and ended, or (deleted) that there was none."""
_OF_EVENT = ("start", "end", "deleted")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be put right: a field and its value (empty = nothing), or whose row it is; why, on what, by whom."""

    field: str | None
    value: str | None
    link: str | None
    reason: str
    evidence: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Rectified:
    """What was recorded: its id, the person, rows concerned, sources to tell, months to run again, and recipients."""

    correction_id: str
    person_id: str
    rows: int
    sources: Sequence[str]
    months: Sequence[str]
    recipients: Sequence[Row]


def rectify(place: Place, which: str, request: Request, *, now: datetime) -> Rectified:
    """Record a correction of a person's rows, or of one row (FILE:ROW, as 'hiu explain' prints it).

    Raises UsageError for a row, person, field or value there is not, or if nothing would change.
    """
    _require_whole(request)
    with open_warehouse(place) as warehouse:
        scope, rows = _rows(place, warehouse, which)
        if request.link is not None:
            _require_no_hold(place, scope)
        changes = _changes(place, warehouse, scope, rows, request)
    if not changes:
        raise UsageError("nothing would change: every row says so already, or says nothing of it. Nothing was recorded")
    correction = f"C{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    why = {"reason": request.reason, "evidence": request.evidence, "by": request.by, "recorded_at": utc(now)}
    lines = [{"correction_id": correction, "person_id": scope.person_id, **change, **why} for change in changes]
    places = {(line["source_file"], line["source_row"]) for line in lines}
    fields = sorted({str(line["field"]) for line in lines})
    about = {"correction": correction, "person": scope.person_id, "fields": fields, "rows": len(places)}
    record(place, now, "rectified", **about)
    records.add(place, CORRECTIONS, lines)
    return Rectified(
        correction_id=correction,
        person_id=scope.person_id,
        rows=len(places),
        sources=sorted({str(line["source"]) for line in lines}),
        months=sorted(place.months()),
        recipients=[row for row in recipients(place, scope) if row["recipient"] != "the person"],
    )


def _require_no_hold(place: Place, scope: PersonScope) -> None:
    """Raises HiuError for rows of a record on hold: what is kept for a purpose stays where it was looked for."""
    holds = records.read(place.records, HOLDS).filter("held", pl.col("person_id").is_in(sorted(scope.ids)))
    if not holds.is_empty():
        raise HiuError(
            f"{holds['person_id'][0]} is on hold, so its rows stay with it; nothing was recorded. A value of a row can "
            "be corrected all the same. 'hiu hold PERSON --lift' comes first if the hold has ended"
        )


def _require_whole(request: Request) -> None:
    for option, text in (("--reason", request.reason), ("--source", request.evidence), ("--by", request.by)):
        if not text.strip():
            raise UsageError(f"{option} is needed: why it is put right, what says so, and who decided it")
    if (request.link is None) == (request.field is None):
        raise UsageError("give --field with --value, or --link: one thing is put right at a time")
    if request.field is not None and request.field not in FIELDS:
        raise UsageError(f"'{request.field}' can't be put right. There are: {', '.join(FIELDS)}")


def _rows(place: Place, warehouse: Engine, which: str) -> tuple[PersonScope, list[Row]]:
    """The person, and their rows as received, or the one row that is named."""
    name, _, number = which.rpartition(":")
    if name and number.isdigit():
        rows = received(warehouse, {"source_file": name.replace("\\", "/"), "source_row": int(number)})
        if not rows:
            raise UsageError(
                f"no row {number} of '{name}' is in the working database. 'hiu explain PERSON' prints rows"
            )
        of = warehouse.ask("row_people").join(pl.DataFrame(rows).select(ROW), on=ROW, how="semi")["person_id"]
        if not of.drop_nulls().len():
            raise HiuError(
                f"{which}: no run has matched this row yet. 'hiu run MONTH' does, then give the command again"
            )
        return person_scope(place, warehouse, of.drop_nulls()[-1]), rows
    scope = person_scope(place, warehouse, which)
    return scope, received_rows(warehouse, scope.rows.select(ROW))


def _changes(
    place: Place, warehouse: Engine, scope: PersonScope, rows: Sequence[Row], request: Request
) -> list[dict[str, object]]:
    """A line of the correction for each row and column that changes."""
    if request.link is not None:
        value = _identity(place, warehouse, scope, request.link)
        return [_line(row, LINK, description(row), value) for row in rows]
    field = str(request.field)
    if field in _OF_EVENT and len(rows) > 1:
        raise UsageError(f"'{field}' is of one event: name its row as FILE:ROW, as 'hiu explain PERSON' prints it")
    right = _columns(field, (request.value or "").strip(), synthetic=place.settings.synthetic)
    now = _now(warehouse, rows)
    return [
        _line(row, column, as_text(row[column]), as_text(value))
        for row in rows
        for column, value in right.items()
        if as_text(now[row["delivery_id"], row["source_row"]][column]) != as_text(value)
        and (len(rows) == 1 or any(row[one] is not None for one in right))
    ]


def _now(warehouse: Engine, rows: Sequence[Row]) -> dict[tuple[str, int], Row]:
    """The rows as they count now, earlier corrections included."""
    keys = pl.DataFrame([{name: row[name] for name in ROW} for row in rows])
    record_now = warehouse.rows("record").join(keys, on=ROW, how="semi")
    return {(row["delivery_id"], row["source_row"]): row for row in record_now.iter_rows(named=True)}


def _line(row: Row, field: str, was: str | None, value: str | None) -> dict[str, object]:
    place = {name: row[name] for name in ("source", "source_file", "source_row", "record_id")}
    return {**place, "field": field, "received": was, "value": value}


def _identity(place: Place, warehouse: Engine, scope: PersonScope, link: str) -> str | None:
    """The description that a row of another person is to have: their commonest; None for nobody's."""
    if link.strip().casefold() == NOBODY:
        return None
    other = person_scope(place, warehouse, link)
    if other.person_id == scope.person_id:
        raise UsageError(f"the row is {other.person_id}'s already; nothing was recorded")
    mine = warehouse.rows("identity", "identity_id", "rows").filter(
        pl.col("identity_id").is_in(sorted(other.identities))
    )
    return str(mine.sort("rows", "identity_id", descending=[True, False])["identity_id"][0])


def _columns(field: str, text: str, *, synthetic: bool) -> dict[str, object]:
    """The columns of the record that a field fills, with the value read as intake reads it. Raises UsageError."""
    if field == "name":
        name = read_name(text)
        if name.unknown or not name.family:
            raise UsageError("--value is no name: expected 'SURNAME, Forename' or 'Forename Surname'")
        return {"name_text": name.text, "given": name.given, "middle": name.middle, "family": name.family}
    if field == "address":
        address = read_address(text)
        if text and not address.street:
            raise UsageError("--value is no address: expected house and street, such as '12 Mill Lane'")
        return {"house": address.house, "street": address.street}
    return {field: _one(field, text, synthetic=synthetic) if text else None}


def _one(field: str, text: str, *, synthetic: bool) -> object:
    try:
        if field == "dob":
            return date.fromisoformat(text)
        if field in ("start", "end"):
            return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise UsageError(f"--value is no {field}: expected the form {_FORMS[field]}") from None
    value: str | bool | None
    if field == "nhs_number":
        value = pl.select(nhs_number(pl.lit(text), synthetic=synthetic)).item()
    elif field == "postcode":
        value = read_postcode(text)
    else:
        value = (
            {"yes": True, "no": False}.get(text) if field == "deleted" else text if text in ("F", "M", "X") else None
        )
    if value is None:
        raise UsageError(f"--value is no {field}: expected {_FORMS[field]}")
    return value


_FORMS = {
    "dob": "1980-03-31",
    "start": "2026-03-31T14:05",
    "end": "2026-03-31T14:05",
    "nhs_number": "ten digits with a sound check digit",
    "postcode": "a home postcode, such as BS1 4ND",
    "sex": "F, M or X",
    "deleted": "yes (there was no such event) or no",
}
