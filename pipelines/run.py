"""Run a month: take in, match, count, rank, publish; skip what is unchanged; resume what was cut off."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from hiu.engine import Engine
from hiu.engine.inputs import supplied_months
from hiu.errors import HiuError, InputRefused, UsageError, grouped
from hiu.govern.rights import check_private, make_private
from hiu.model import CORRECTIONS, RECORDED, Table
from hiu.month import Month
from hiu.publish.quality.contradictions import contradictions
from hiu.publish.quality.equality import equality_notes
from hiu.publish.quality.quotes import unfound_quotes
from hiu.publish.quality.stays import open_stays
from pipelines.access.basis import digest_of, still_named, supported_withheld, unpermitted
from pipelines.access.bound import bound_now, changed_parts, require_whole, signed_files
from pipelines.access.disclose import note_intake, note_pointed
from pipelines.access.pages import sittings
from pipelines.access.remake import withhold
from pipelines.back.runs import point_to, prune, run_made_before
from pipelines.back.undo import apply_withdrawals
from pipelines.back.withdraw import clear_withdrawn, publish_again, withdrawn_month
from pipelines.common.fingerprint import code_digest, digest
from pipelines.common.journal import record
from pipelines.common.lock import emptied_after, hold, require_no_erasure
from pipelines.common.place import Place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.common.work import Work
from pipelines.fetch.ask import fetch
from pipelines.fetch.mart import load_stale
from pipelines.govern.person.correct import apply_corrections
from pipelines.govern.retain import freeze_dead
from pipelines.plan import fingerprints, steps
from pipelines.steps.intake.ingest import ingest, prepare
from pipelines.steps.intake.intake import Intake

DONE, WARNINGS, REFUSED = 0, 3, 4
PUBLISH_CODE = "pipelines.steps.publish"


@dataclass
class Outcome:
    """What a run did: for the operator, and as one JSON object."""

    month: Month
    published: Path | None
    intake: Intake
    changed: bool
    run_id: str | None
    seconds: dict[str, float]
    warnings: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 done, 3 done with data warnings, 4 a delivery was refused."""
        if self.intake.refused:
            return REFUSED
        return WARNINGS if self.warnings else DONE

    def as_json(self) -> dict[str, object]:
        """The last line of --json."""
        return {
            "exit": self.exit_code,
            "month": str(self.month),
            "published": str(self.published or "") or None,
            "changed": self.changed,
            "run_id": self.run_id,
            "received": self.intake.received,
            "staged": self.intake.staged,
            "quarantined": self.intake.quarantined,
            "refused": [str(refusal) for refusal in self.intake.refused],
            "warnings": self.warnings,
            "earlier_months": self.intake.earlier,
            "notes": [*self.intake.notes, *self.intake.earlier_notes],
            "seconds": self.seconds,
        }


def run_month(place: Place, month: Month, *, now: datetime, report: Reporter, again: bool = False) -> Outcome:
    """Run every step for a month. Raises Busy, or HiuError where a person must act.

    The same inputs, settings and code give the same result; if nothing changed, nothing is published. `again` says
    that a month is meant that was taken back, or of which nothing was delivered.
    """
    from pipelines.steps.publish import tidy

    _require_meant(place, month, now, again)
    if not place.curated.exists():
        make_private(place.curated)
    with hold(place.lock, f"hiu run {month}", now), emptied_after(place.spill):
        require_no_erasure(place.erasing)
        require_whole(place)
        changed = changed_parts(place)
        used = {"places": list(place.crosswalk.files)} if place.crosswalk else {}  # refused here if it can't be read
        record(place, now, "run_started", month=str(month), **used, **bound_now(place))
        if changed:
            record(place, now, "site_changed", parts=changed)
        if again:
            publish_again(place, month, now)
        _require_private(place)
        tidy(place)
        clear_withdrawn(place, now)
        with open_warehouse(place) as warehouse:
            run_id = f"{month}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
            prepare(place, warehouse)
            asked = fetch(place, month, now)
            apply_withdrawals(place, warehouse)  # what was taken back may be filed again under its right month
            with report.stage("ingest"):
                intake = ingest(place, warehouse, month, run_id, now.date(), report)
            intake.refused += asked.refused
            note_intake(place, warehouse, run_id, now)
            apply_withdrawals(place, warehouse)
            intake.notes += apply_corrections(place, warehouse)
            key_digest = digest(place.key_for("fingerprint").hex())
            work = Work(place, month, run_id, now, warehouse, report, inputs(warehouse, month, key_digest))
            _require_something(place, warehouse, month, intake)
            _require_delivered(warehouse, month, intake, again or place.published_folder(month) is not None)
            outcome = _steps(work, intake)
        record(place, now, "run_ended", **_counts(outcome), **signed_files(place))
    return outcome


def _steps(work: Work, intake: Intake) -> Outcome:
    from pipelines.steps.publish import kept_mark, publish

    place, month, report = work.place, work.month, work.report
    warnings = [*intake.warning_lines(), *_warnings(work)]

    def outcome(folder: Path | None, changed: bool, run_id: str | None = None) -> Outcome:
        every = [*warnings, *_open_stays(folder, month), *_unfound_quotes(folder)]
        every += supported_withheld(place, work.now.date(), folder)
        intake.notes += [*_contradictions(folder), *_equality(folder)]
        intake.notes += withhold(place, work.now, report)
        every += load_stale(place, work.now)
        intake.notes += still_named(place, work.now.date())
        return Outcome(month, folder, intake, changed, run_id, report.seconds, every)

    prints, shown, before = fingerprints(work), place.published_folder(month), place.published_folder(month - 1)
    settings, code = place.settings, code_digest(PUBLISH_CODE)
    last = prints[steps()[-1].name]
    refusals = work.warehouse.read("refused_file").rows()
    recorded = [_rows(work.warehouse, table) for table in RECORDED.values()]
    shows = recorded, sittings(place, month), refusals, place.crosswalk.rows.rows()
    final = digest(
        last,
        before and before.name,
        code,
        settings.version,
        settings.name,
        str(settings.paper.meetings),
        digest_of(place, work.now.date()),
        shows,
    )
    earlier, refused = run_made_before(place, work.warehouse, month, final)
    if earlier and refused:
        warnings.append(f"{refused}. Nothing has changed since: put right what was wrong, or 'hiu rollback --redo'")
        return outcome(shown, False)
    if earlier:
        if earlier != shown:
            note_pointed(place, earlier, work.now)
            record(place, work.now, "shown", month=str(month), folder=earlier.name)
        return outcome(point_to(place, month, earlier), earlier != shown)
    done = state(work.warehouse)
    for step in steps():
        if done.get(step.name) != prints[step.name]:
            with report.stage(step.name), work.warehouse.transaction():
                step.job(work)
                remember(work.warehouse, step.name, prints[step.name])
    with report.stage("publish"):
        freeze_dead(place, work.warehouse, work.now)
        same = shown if shown and done.get("publish") == kept_mark(work, shown, last) else None
        folder = publish(work, final, before, same=same)
        remember(work.warehouse, "publish", kept_mark(work, folder, last))
    prune(place, work.warehouse, month, work.now)
    return outcome(folder, True, work.run_id)


def inputs(warehouse: Engine, month: Month, key_digest: str) -> str:
    """Digest of the deliveries in force up to the month and their recipes, what was put right in them, and the key."""
    rows = warehouse.ask("recipes_in_force", month=month.start)
    return digest(rows.rows(), _rows(warehouse, CORRECTIONS), key_digest)


def _rows(warehouse: Engine, table: Table) -> list[tuple[object, ...]]:
    return warehouse.rows(table.name, order=table.names).rows()


def state(warehouse: Engine) -> dict[str, str]:
    """The fingerprint each step last ended with."""
    return dict(warehouse.rows("step_done", "step", "fingerprint", order=["step"]).iter_rows())


def remember(warehouse: Engine, step: str, fingerprint: str) -> None:
    """Write down that a step ended, in the step's own transaction."""
    warehouse.delete("step_done", "step", step)
    warehouse.append("step_done", pl.DataFrame({"step": [step], "fingerprint": [fingerprint]}))


def _require_private(place: Place) -> None:
    """A live site that others can read is refused, with the fix."""
    problems = [] if place.settings.synthetic else check_private(place.raw, place.curated)
    if problems:
        raise HiuError("this site holds patients' data that others can read:\n  " + "\n  ".join(problems))


def _require_meant(place: Place, month: Month, now: datetime, again: bool) -> None:
    """A month that has not begun is a slip; one that was taken back is published only by who says so."""
    if month.start > now.date():
        raise UsageError(
            f"{month} has not begun: today is {now.date()}. Nothing was done; name the month that you mean"
        )
    if not again and (why := withdrawn_month(place, month)):
        raise HiuError(
            f"{month} was taken back for good {why}. If it is to be published after all: 'hiu run {month} --again'"
        )


def _also(intake: Intake) -> str:
    """What was refused and what a person should look at, a line each, below an error that ends the run."""
    return "".join(f"\n  {line}" for line in (*grouped(intake.refused), *intake.warning_lines()))


def _require_delivered(warehouse: Engine, month: Month, intake: Intake, meant: bool) -> None:
    """A month of which nothing was delivered would be a list of the months before; one already published is meant."""
    months = supplied_months(warehouse.read("deliveries"), month)
    if not meant and months.filter(pl.col("month") == month.start).is_empty():
        last = months["month"].max()
        raise HiuError(
            f"nothing in force was delivered for {month.title}, so there is nothing to publish; the last month with a "
            f"delivery is {Month.of(last).title if isinstance(last, date) else 'none'}. If this month is meant all the "
            f"same: 'hiu run {month} --again'{_also(intake)}"
        )


def _require_something(place: Place, warehouse: Engine, month: Month, intake: Intake) -> None:
    if warehouse.rows("deliveries", "delivery_id", where={"period <=": month.start}).is_empty():
        problem = f"{place.raw}: found no delivery for {month} or before that could be loaded.{_also(intake)}"
        raise InputRefused("nothing_loaded", problem) if intake.refused else HiuError(problem)


def _warnings(work: Work) -> list[str]:
    """Which sources did not supply the month."""
    months = supplied_months(work.warehouse.read("deliveries"), work.month)
    supplied = set(months.filter(pl.col("month") == work.month.start)["source"])
    ever = set(work.warehouse.rows("deliveries", "source")["source"])
    wanted = {name for name, source in work.place.sources.items() if source.kind != "register" and name in ever}
    gaps = [f"{name}: nothing supplied for {work.month.title}; shown as missing" for name in sorted(wanted - supplied)]
    return [*_not_over(work.month, work.now.date()), *gaps, *unpermitted(work.place, work.now.date())]


def _not_over(month: Month, today: date) -> list[str]:
    """That a month goes on: its list is of some of its days, and looks like any other."""
    if (month + 1).start <= today:
        return []
    return [
        f"{month.title} is not over: today is {today}, so what comes until its end is not in it. Run it again after "
        f"that, or take it back: hiu withdraw {month} --reason WHY --by NAME"
    ]


def _contradictions(folder: Path | None) -> list[str]:
    """What is to be said of people about whom sources contradict each other, as published."""
    path = folder / "conflicts.parquet" if folder else None
    return contradictions(pl.read_parquet(path)) if path and path.exists() else []


def _equality(folder: Path | None) -> list[str]:
    """What is to be said of the equality audit as published."""
    path = folder / "equality.parquet" if folder else None
    return equality_notes(pl.read_parquet(path)) if path and path.exists() else []


def _open_stays(folder: Path | None, month: Month) -> list[str]:
    """What is to be said of the stays as published: a run that changes nothing says it again."""
    path = folder / "stay.parquet" if folder else None
    return open_stays(pl.read_parquet(path), month) if path and path.exists() else []


def _unfound_quotes(folder: Path | None) -> list[str]:
    """What is to be said of numbers that rows quote and no event of the other source has, as published."""
    path = folder / "quotes.parquet" if folder else None
    return unfound_quotes(pl.read_parquet(path)) if path and path.exists() else []


def _counts(outcome: Outcome) -> dict[str, object]:
    whole = outcome.as_json()
    logged = ("exit", "month", "run_id", "changed", "received", "staged", "quarantined")
    return {key: whole[key] for key in logged} | {"refused": sorted(refusal.code for refusal in outcome.intake.refused)}
