"""Take in deliveries: each is checked and loaded in one transaction, or refused whole."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date

import polars as pl

from hiu.engine import Engine
from hiu.errors import HiuError, InputRefused
from hiu.extract.files.find import FoundFile, find_deliveries, months_of, not_taken
from hiu.extract.files.numbering import named_in
from hiu.extract.months.other_months import MISFILED
from hiu.extract.months.reused_keys import KEYED, headers_of, lost_people, refuse_reused
from hiu.extract.months.spans import Span, span_of
from hiu.extract.standardise import Standardised
from hiu.govern import records
from hiu.model import DELIVERIES, RECORDED, REFUSED_FILE
from hiu.model.frames import schema
from hiu.model.words import NOT_TAKEN
from hiu.month import Month
from hiu.publish.words.text import count_of
from hiu.sources import Source
from pipelines.common.fingerprint import code_digest, digest, file_digest
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.common.schema import KEPT, WITHDRAWN_MARK, upgrade
from pipelines.common.work import Row
from pipelines.steps.intake.ahead import NextDelivery, read_ahead
from pipelines.steps.intake.beside import (
    deliveries_beside,
    filed_twice,
    gone_columns,
    not_begun,
    removed_files,
    same_bytes,
    twins_of,
    usual_rows,
)
from pipelines.steps.intake.deliver import Delivery, LoadJob, check_rows, delivery_id_of
from pipelines.steps.intake.erased import settled_rows
from pipelines.steps.intake.intake import Intake
from pipelines.steps.intake.supply import named_month, register_notes, remarks_on_run, standing_remarks

PARTS = ("record", "fact", "quarantine", "field_quality")
CODE = "pipelines.steps.intake.deliver"
"""The module that makes of a file what is loaded: what it reaches is part of every recipe."""


def recipe(source: Source, settings_bearing: object) -> str:
    """Digest of everything but the file that decides what a delivery becomes."""
    return digest(source.digest, settings_bearing, code_digest(CODE))


def ingest(place: Place, warehouse: Engine, month: Month, run_id: str, today: date, report: Reporter) -> Intake:
    """Take in every delivery under raw/ whose period is not after the month and that is not yet loaded.

    Files that are refused leave what was loaded before in force. Raises HiuError if rows would be lost.
    """
    intake = Intake()
    sweep = find_deliveries(place.raw, place.sources, place.settings.ignored_files)
    intake.warnings += not_taken(*sweep.unmatched)
    intake.refused += [InputRefused(link.code, link.reason, file=link.name) for link in sweep.refused]
    loaded = warehouse.ask("loaded_deliveries").to_dicts()
    waiting = [found for found in sweep.deliveries if found.period is None or found.period <= month]
    before = {row[0]: row[1:] for row in warehouse.read("reread_refused").iter_rows()}
    settled = settled_rows(place)
    jobs = [job for found in waiting if (job := _job(place, found, loaded, settled))]
    fresh = [job for job in jobs if not _not_reread(job, before, intake)]
    with closing(read_ahead(place, fresh, today)) as ahead:
        for _, found in zip(report.track(fresh, "ingest"), ahead, strict=True):
            try:
                _load(place, warehouse, found, month, run_id, intake)
            except InputRefused as refusal:
                _refuse(warehouse, found.job, refusal, intake)
    warehouse.put("refused_file", _refused_files(intake, sweep.unmatched))
    _note_waiting(sweep.deliveries, month, today, intake)
    for line, warn in removed_files(place, warehouse, month):
        (intake.warnings if warn else intake.notes).append(line)
    _remark_months(place, warehouse, month, run_id, intake)
    intake.warnings += standing_remarks(warehouse, month, run_id)
    return intake


def _refused_files(intake: Intake, unmatched: Sequence[str]) -> pl.DataFrame:
    """What was refused and what no source takes, as REFUSED_FILE, in the order of the files."""
    rows = sorted(
        {(one.file or "", one.code, str(one)) for one in intake.refused}
        | {(name, NOT_TAKEN, *not_taken(name)) for name in unmatched}
    )
    return pl.DataFrame(rows, schema=schema(REFUSED_FILE), orient="row")


def _note_waiting(found: Sequence[FoundFile], month: Month, today: date, intake: Intake) -> None:
    """Files of later months wait; one of a month that has not begun is filed wrongly."""
    later = sorted({each.period for each in found if each.period and each.period > month})
    if later:
        waiting = [each for each in found if each.period in later]
        intake.notes.append(f"{count_of(len(waiting), 'file')} of later months not read: {', '.join(map(str, later))}")
    intake.warnings += filter(None, (not_begun(each, today, month) for each in found))


def _remark_months(place: Place, warehouse: Engine, month: Month, run_id: str, intake: Intake) -> None:
    """Say which rows are of other months than their deliveries', and which published lists would now differ."""
    taken = warehouse.rows("deliveries", "delivery_id", "period", where={"run_id": run_id})
    for remark in remarks_on_run(place, warehouse, month, run_id):
        if not remark.warn:
            intake.notes.append(remark.sentence)
        elif remark.period >= month or remark.delivery_id is None or MISFILED in remark.sentence:
            intake.warnings.append(remark.sentence)
        elif remark.delivery_id in taken["delivery_id"]:
            intake.earlier.append(remark.sentence)
    intake.notes += register_notes(warehouse)
    first = min(taken["period"].drop_nulls(), default=month.start)
    stale = [each for each in sorted(place.months()) if str(Month.of(first)) <= each != str(month)]
    if stale and taken.height:
        again = ", ".join(f"hiu run {each}" for each in stale)
        intake.notes.append(f"published before this was taken in, and unchanged until run again: {again}")


def _job(place: Place, found: FoundFile, loaded: Sequence[Row], settled: Mapping[str, str]) -> LoadJob | None:
    """The work a file asks for, or None when the same bytes were loaded by the same recipe."""
    sha = file_digest(found.path)
    how = recipe(place.sources[found.source], place.settings.synthetic)
    if rulings := settled.get(delivery_id_of(found, sha)):
        how = digest(how, rulings)
    by_period = place.sources[found.source].key.resend == "period"
    ours = [row for row in loaded if (row["source"], row["source_file"]) == (found.source, found.name)]
    there = [row for row in ours if row["latest"] and (row["twin"] or by_period)]
    if any((row["sha256"], row["recipe"]) == (sha, how) for row in there):
        return None
    before = sorted(there, key=lambda row: row["sha256"] != sha)
    return LoadJob(found, sha, how, before[0]["delivery_id"] if before else None)


def _not_reread(job: LoadJob, before: dict[str, tuple[str, str]], intake: Intake) -> bool:
    """Whether a delivery that holds was found unreadable by this very recipe; then that is said again."""
    recipe, reason = before.get(job.delivery_id, ("", ""))
    if job.replaces != job.delivery_id or recipe != job.recipe:
        return False
    intake.not_reread.append(reason)
    return True


def _refuse(warehouse: Engine, job: LoadJob, refusal: InputRefused, intake: Intake) -> None:
    """A new delivery is refused. One that holds, and only its mapping or code has changed, holds as it was read."""
    if job.replaces != job.delivery_id:
        intake.refused.append(refusal)
        return
    intake.not_reread.append(str(refusal))
    if refusal.code != "no_agreement":
        row = pl.DataFrame([{"delivery_id": job.delivery_id, "recipe": job.recipe, "reason": str(refusal)}])
        with warehouse.transaction():
            warehouse.delete("reread_refused", "delivery_id", job.delivery_id)
            warehouse.append("reread_refused", row)


def _load(place: Place, warehouse: Engine, ahead: NextDelivery, month: Month, run_id: str, intake: Intake) -> None:
    """Check a delivery that was read, and write it whole. Raises InputRefused."""
    delivery = ahead.delivery()
    job, period, name = delivery.job, delivery.period, delivery.job.file.name
    source = place.sources[job.file.source]
    if period and period > month:
        return
    others = deliveries_beside(warehouse, source.name, job.sha256)
    moved, copies, keeping = twins_of(place, others, job, source)
    intake.warnings += [filed_twice(copy, name) for copy in copies]
    if keeping:
        intake.warnings.append(same_bytes(job.file, keeping[0], source))
        _replace(warehouse, _standing(others, name, source), keeping[0]["delivery_id"])  # what it sent lies nowhere now
        return
    usual = usual_rows(others, source, period)
    done, warnings = check_rows(delivery.standardised, source, usual, place.settings.usual_shorter, ahead.answers)
    warnings += gone_columns(warehouse, source, done.quality, name)
    staged, aside = done.records.height - int(done.records["quarantined"].sum()), done.quarantine.height
    if delivery.received != staged + aside:
        raise HiuError(f"{name}: {delivery.received} rows received but {staged} staged and {aside} quarantined")
    row = _delivery(delivery, source, done, usual, warnings, run_id)
    warnings += _write(warehouse, source, job, done, row, moved, others)
    intake.received += delivery.received
    intake.staged += staged
    intake.quarantined += aside
    intake.loaded.append(name)
    intake.reasons.update(done.quarantine["code"].to_list())
    intake.aside += [named_in(name, done.quarantine["line"])] * (aside > 0)
    about = intake.earlier if period and period < month else intake.warnings
    about += [f"{name} ({source.name}): {warning}" for warning in warnings]
    notes = intake.earlier_notes if period and period < month else intake.notes
    notes += [f"{name} ({source.name}): {note}" for note in delivery.notes]


def _delivery(
    delivery: Delivery, source: Source, done: Standardised, usual: int | None, warnings: list[str], run_id: str
) -> pl.DataFrame:
    job, period = delivery.job, delivery.period
    span = span_of(done.records, source, months_of(job.file.name, source), period) if period else None
    idle = delivery.received > 0 and done.quarantine.height == delivery.received
    if span and idle:  # nothing of it could be loaded, so it supplies no month
        span = Span(span.first, span.first - 1)
    row = {
        "delivery_id": job.delivery_id,
        "source": job.file.source,
        "source_file": job.file.name,
        "sha256": job.sha256,
        "bytes": job.file.path.stat().st_size,
        "period": period.start if period else None,
        "covers": source.covers if span else None,
        "covers_from": span.first.start if span else named_month(job.file.name, source),
        "covers_to": span.last.start if span else None,
        "gaps": "|".join(str(gap.start) for gap in span.gaps) or None if span else None,
        "received": delivery.received,
        "staged": delivery.received - done.quarantine.height,
        "quarantined": done.quarantine.height,
        "usual": usual,
        "warning": "; ".join(warnings) or None,
        "replaced_by": None,
        "run_id": run_id,
    }
    return pl.DataFrame([row], schema=schema(DELIVERIES))


def _write(
    warehouse: Engine,
    source: Source,
    job: LoadJob,
    done: Standardised,
    delivery: pl.DataFrame,
    moved: Iterable[str],
    others: Sequence[Row],
) -> list[str]:
    """One transaction: the delivery is wholly in, replacing what it was `moved` from, or not at all; what to say of
    rows sent again. Raises InputRefused, with nothing changed, if keys are those of other events, or lost their people.
    """
    parts = {
        "record": done.records,
        "fact": done.facts,
        "quarantine": done.quarantine,
        "field_quality": done.quality,
        "deliveries": delivery,
        "delivery_recipe": pl.DataFrame({"delivery_id": [job.delivery_id], "recipe": [job.recipe]}),
    }
    of_source = {row["delivery_id"]: row for row in others if row["source"] == source.name}
    with warehouse.transaction():
        for table in (*parts, "reread_refused", "received_row") if job.delivery_id in of_source else ():
            warehouse.delete(table, "delivery_id", job.delivery_id)
        for table, frame in parts.items():
            warehouse.append(table, frame)
        replaced = {*_standing(others, job.file.name, source), *moved} - {job.delivery_id}
        _replace(warehouse, replaced, job.delivery_id)
        if source.key.resend == "period":
            _replace_period(warehouse, job, delivery["period"][0], of_source, replaced)
        asked = {"source": source.name, "delivery_id": job.delivery_id}
        if (
            source.kind in KEYED
            and of_source.keys() - {job.delivery_id}
            and warehouse.ask("keys_shared", **asked).item()
        ):
            again = warehouse.ask("keys_again", delivery_id=job.delivery_id)
            refuse_reused(again, source, headers_of(done.quality), job.file.name)  # what is refused here is undone
            return lost_people(again, job.file.name)
    return []


def _replace(warehouse: Engine, replaced: Iterable[str], by: str) -> None:
    for earlier in replaced:
        warehouse.change("deliveries", "replaced_by", by, where="delivery_id", equals=earlier)


def _standing(others: Iterable[Row], name: str, source: Source) -> list[str]:
    """Deliveries of the same file that hold, or were taken back: a new one stands in place of all of them."""
    file = [row for row in others if (row["source"], row["source_file"]) == (source.name, name)]
    return [row["delivery_id"] for row in file if row["replaced_by"] in (None, WITHDRAWN_MARK)]


def _replace_period(
    warehouse: Engine, job: LoadJob, period: date | None, of_source: Mapping[str, Row], replaced: set[str]
) -> None:
    """Of several files for one month of a source that resends whole months, the last by name holds."""
    in_force = {
        (row["source_file"], one)
        for one, row in of_source.items()
        if row["period"] == period and row["replaced_by"] is None and one not in replaced
    }
    same = [one for _, one in sorted(in_force | {(job.file.name, job.delivery_id)})]
    _replace(warehouse, same[:-1], same[-1])


def prepare(place: Place, warehouse: Engine) -> None:
    """Make what a run reads before anything was loaded, and take in what people recorded since the last run."""
    upgrade(place, warehouse)
    recorded = [(table.name, records.read(place.records, table)) for table in RECORDED.values()]
    with warehouse.transaction():  # one, for the disk is waited for at the end of each
        for name in KEPT:
            warehouse.ensure(name)
        for name, rows in recorded:
            warehouse.put(name, rows)
