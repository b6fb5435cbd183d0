"""Recording the basis: leave, objections and opt-outs of people, and disclosures made by other means."""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.basis import gate
from hiu.model.govern import BASIS, EVERY
from pipelines.access.basis import allowed, denial, last_aliases, refusal
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.common.journal import record, utc
from pipelines.common.place import Place
from pipelines.common.work import Row
from pipelines.govern.retain import current_id, latest_tables


@dataclass(frozen=True, kw_only=True)
class BasisChange:
    """A row to record: the basis that allows, the code that forbids, or the code of the rows to end (one of them)."""

    allow: str | None
    deny: str | None
    end: str | None
    purpose: str | None
    recipient: str | None
    until: date | None


def record_change(
    place: Place, person: str | None, change: BasisChange, *, evidence: str | None, by: str | None, now: datetime
) -> None:
    """Record leave, what forbids it, or the end of a row. Raises UsageError for what can't be meant."""
    if sum(map(bool, (change.allow, change.deny, change.end))) > 1:
        raise UsageError("--allow, --deny and --end are each a record of its own; give one")
    if not person or not by or not evidence:
        raise UsageError("a person, --by and --evidence are needed: who decided it, and where that is kept")
    if change.end:
        _end_rows(place, person, change.end, evidence=evidence, by=by, now=now)
        return
    if change.allow and not (change.purpose and change.recipient):
        raise UsageError("--allow needs --purpose and --recipient: leave is given for something, to somebody")
    row = gate.row(
        current_id(place, person),
        purpose=change.purpose or EVERY,
        recipient=change.recipient or EVERY,
        code=str(change.allow or change.deny),
        allow=bool(change.allow),
        decided_by=by,
        evidence=evidence,
        start=now.date(),
        end=change.until,
        recorded_at=utc(now),
    )
    records.add(place, BASIS, [row])
    _note(place, row, now)


def _end_rows(place: Place, person: str, code: str, *, evidence: str, by: str, now: datetime) -> None:
    """Rows that held until yesterday: the earlier ones stay in the file as history.

    A row may stand under an id that the person had before, or has had since. One that also holds for somebody else, as
    one person turned out to be two, goes on for them.
    """
    aliases, who = last_aliases(place), _last_id(place, person)
    rows = records.read(place.records, BASIS).filter(
        pl.col("code") == code, pl.col("end").is_null() | (pl.col("end") >= now.date())
    )
    whose = {str(one): _bears_on(str(one), aliases) for one in rows["person_id"].unique()}
    going = [row for row in rows.iter_rows(named=True) if who in whose[row["person_id"]]]
    if not going:
        raise UsageError(f"{person} has no row '{code}' in force; 'hiu basis {person}' shows what there is")
    there = _people(place)
    for row in going:
        others = sorted((whose[row["person_id"]] - {who}) & there)
        if row["person_id"] in others:
            raise UsageError(
                f"'{code}' was recorded for {row['person_id']}, who turned out to be two people, and holds for both. "
                f"End it for {row['person_id']}, then for {who}, and record it again for whom it still holds"
            )
        still = [{**row, "person_id": other, "recorded_at": utc(now)} for other in others]
        ended = _ended(row, by, evidence, now)
        records.add(place, BASIS, [ended, *still])
        for one in (ended, *still):
            _note(place, one, now)


def _last_id(place: Place, person: str) -> str:
    """The id somebody has now; as it was given where nothing published knows them any more."""
    try:
        return current_id(place, person)
    except UsageError:
        return person.strip().upper()


def _bears_on(person: str, aliases: pl.DataFrame) -> set[str]:
    """Everybody on whom a row that forbids bears: the id it was recorded under, and those that came of it."""
    return set(gate.follow(pl.DataFrame({"person_id": [person], "allow": [False]}), aliases)["person_id"])


def _people(place: Place) -> set[str]:
    return set(latest_tables(place, "people")["people"]["person_id"])


def _ended(row: Row, by: str, evidence: str, now: datetime) -> dict[str, object]:
    """The row with its end yesterday."""
    yesterday = now.date() - timedelta(days=1)
    dates = {"start": min(row["start"], yesterday), "end": yesterday, "recorded_at": utc(now)}
    return {**row, **dates, "decided_by": by, "evidence": evidence}


def record_opt_outs(place: Place, file: Path, *, by: str | None, now: datetime) -> tuple[int, int, int]:
    """Record national data opt-outs from a CSV of NHS numbers: numbers read, people opted out, people no longer.

    The numbers are not kept. Who was opted out and is not on the list any more is opted in again. Raises UsageError.
    """
    if not by:
        raise UsageError("--by is needed: who checked the national data opt-outs")
    numbers, today = _numbers(file), now.date()
    people = latest_tables(place, "people")["people"].drop_nulls("nhs_number").select("person_id", "nhs_number")
    out = set(people.filter(pl.col("nhs_number").is_in(sorted(numbers)))["person_id"])
    before = records.read(place.records, BASIS).filter(
        pl.col("code") == "national_opt_out", pl.col("end").is_null() | (pl.col("end") >= today)
    )
    opted_out = set(before["person_id"])
    rows = [
        denial(person, "national_opt_out", by=by, evidence=f"list of {today}", start=today, now=now)
        for person in sorted(out - opted_out)
    ]
    rows += [
        _ended(row, by, row["evidence"], now)
        for row in before.filter(~pl.col("person_id").is_in(sorted(out))).iter_rows(named=True)
    ]
    records.add(place, BASIS, rows)
    record(place, now, "opt_outs", numbers=len(numbers), people=len(out), ended=len(opted_out - out), by=by)
    return len(numbers), len(out), len(opted_out - out)


def _numbers(file: Path) -> set[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not readable as CSV: {type(error).__name__}") from None
    digits = {"".join(cell.split()).replace("-", "") for cell in cells}
    found = {one for one in digits if len(one) == 10 and one.isdigit()}
    if not found:
        raise UsageError(f"{file}: found no NHS number; expected a column of them")
    return found


def record_disclosure(
    place: Place, person: str | None, disclosure: Disclosure, *, by: str | None, now: datetime
) -> str:
    """Enter a disclosure made by other means (a call, a letter), if the gate permits it; its id.

    Raises UsageError if it is not said why, HiuError if no basis permits it: what is not permitted is not to be shared.
    """
    what, recipient, purpose, necessity, proportionality = disclosure
    if not (person and what and necessity and proportionality and by):
        raise UsageError("a person, --what, --necessity, --proportionality and --by are needed")
    who, on = current_id(place, person), now.date()
    basis = allowed(place, [who], purpose=purpose, recipient=recipient, on=on)
    if not basis.ids:
        raise HiuError(f"it is not to be shared: {refusal(basis, who, purpose=purpose, recipient=recipient, on=on)}")
    codes = basis.codes
    return enter_disclosure(place, now, disclosure, basis=codes, by=by, people=1, person_id=who, automatic=False)


def _note(place: Place, row: dict[str, object], now: datetime) -> None:
    kept = ("code", "allow", "purpose", "recipient", "start", "end", "decided_by")
    details = {name: str(row[name]) for name in kept if row[name] is not None}
    record(place, now, "basis", person=row["person_id"], **details)
