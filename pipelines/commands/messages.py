"""What the commands of the month print for an operator: what was made, what was set aside, and the next command."""

from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import grouped
from hiu.extract.files.find import FoundFile, find_deliveries, not_taken
from hiu.extract.months.other_months import MISFILED
from hiu.govern.basis.agreements import expiring
from hiu.govern.rights import check_private
from hiu.link.model.agreement import departures
from hiu.model import LINK_QUALITY
from hiu.model.words import NOT_TAKEN
from hiu.month import Month
from hiu.publish.words.text import count_of, join_words
from pipelines.access.basis import gates_lacking, sources_in_use, supported_withheld, unpermitted
from pipelines.back.withdraw import withdrawn_month
from pipelines.commands.options import print_json
from pipelines.common.backups import listed_backups
from pipelines.common.lock import holder
from pipelines.common.model import model_advice
from pipelines.common.place import Place, published_tables
from pipelines.common.progress import out
from pipelines.erase.copies import set_aside
from pipelines.govern.registers.breaches import breaches_due
from pipelines.govern.registers.requests import requests_due
from pipelines.govern.rekey import key_warnings
from pipelines.run import Outcome
from pipelines.unattended import last_refused, outdated_lines, untaken


def print_run(outcome: Outcome) -> None:
    """A run, for a person."""
    taken = outcome.intake
    for refusal in grouped(taken.refused):
        out(f"refused: {refusal}")
    for warning in outcome.warnings:
        out(f"warning: {warning}")
    for note in taken.notes:
        out(f"note: {note}")
    if taken.earlier_notes:
        of_earlier = count_of(len(taken.earlier_notes), "note")
        out(f"note: {of_earlier} on files of earlier months: 'hiu check FILE' says what they are")
    out(
        f"received {taken.received:,} = staged {taken.staged:,} + quarantined {taken.quarantined:,} "
        f"({count_of(len(taken.loaded), 'delivery', 'deliveries')})"
    )
    folder = outcome.published
    if not outcome.changed:
        out(f"{outcome.month.title}: nothing changed; published in {folder}")
        return
    out(f"{outcome.month.title} is published in {folder}")
    if folder:
        charts = sorted((folder / "charts").glob("*.svg"))
        out(f"  pack         {folder / 'pack.html'}, and on paper pack.pdf")
        for book in sorted(folder.glob("*.xlsx")):
            out(f"  workbook     {book}: for what the meeting decides, taken in by 'hiu import-workbook'")
        out(f"  charts       {folder / 'charts'} ({count_of(len(charts), 'person', 'people')})")
        out(f"  quality      {folder / 'quality.html'}")
    out("Next: read the quality page, then the pack; 'hiu explain PERSON' says why a person is where they are.")


def print_demo(outcome: Outcome, folder: Path) -> None:
    """What of the demonstration to open first."""
    if outcome.published:
        charts = sorted((outcome.published / "charts").glob("*.svg"))
        out()
        out("The people are invented. Open in a browser:")
        out(f"  the meeting pack  {(outcome.published / 'pack.html').resolve()}")
        if charts:
            out(f"  one chart         {charts[0].resolve()}")
        out(f"Next: hiu run {outcome.month} --site {folder}   (nothing changed, so nothing is done again)")


def _refused(place: Place) -> list[str]:
    """Why the run that published the last month refused files."""
    return last_refused(place).filter(pl.col("code") != NOT_TAKEN)["reason"].to_list()


def _doubtful(place: Place) -> list[str]:
    """What is said of the last published month's deliveries that hold, and of earlier ones under a wrong month, a
    sentence for each: it stands until mended."""
    month, folder = max(place.months().items(), default=("", ""))
    if not month:
        return []
    rows = published_tables(place.published / folder, ("deliveries",))["deliveries"].filter(
        pl.col("replaced_by").is_null(),
        pl.col("warning").is_not_null(),
        (pl.col("period") == Month.parse(month).start) | pl.col("warning").str.contains(MISFILED, literal=True),
    )
    return [f"{row['source_file']} ({row['source']}): {row['warning']}" for row in rows.iter_rows(named=True)]


def _misfits(place: Place) -> list[str]:
    """Where the latest month's descriptions agree otherwise than the matching model expects, in sentences."""
    if not place.months():
        return []
    return departures(published_tables(place.which(None)[1], (LINK_QUALITY.name,))[LINK_QUALITY.name])


def _incidents(place: Place) -> list[str]:
    """What has to be said of deaths and other incidents of the last published month; nothing where it has none."""
    from hiu.publish.pathway.governing import incident_lines

    if not place.months():
        return []
    found = published_tables(place.which(None)[1], ("incident_judged",))
    lines = incident_lines(found["incident_judged"]) if found else []
    return [f"{line} See 'hiu senior'." for line in lines]


def _waiting(place: Place, periods: list[str], files: list[FoundFile], now: datetime) -> list[str]:
    """What waits to be taken in or run, a sentence each, with the command."""
    months, this, out = place.months(), f"{now:%Y-%m}", []
    later = [month for month in periods if max(months, default="") < month]
    away = {month: why for month in later if (why := withdrawn_month(place, Month.parse(month)))}
    later = [month for month in later if max(away, default="") < month]
    out += [
        f"Files are dated {month}, a month that has not begun: look at their folder and their dates."
        for month in later
        if month > this
    ]
    if this in later:
        out.append(f"Files of {this} lie there already. The month is not over: run it when it is.")
    out += [
        f"{month} was taken back for good {why}. No schedule publishes it; if it is to be published: "
        f"hiu run {month} --again"
        for month, why in away.items()
    ]
    if waiting := [month for month in later if month < this]:
        out.append(f"Files wait to be taken in for {', '.join(waiting)}. Next: hiu run {waiting[-1]}")
    if new := [file for file in files if months and (file.period is None or str(file.period) <= max(months))]:
        first = min((str(file.period) for file in new if file.period), default=max(months))
        again = ", ".join(f"hiu run {month}" for month in sorted(months) if month >= first)
        names = join_words([*sorted(file.name for file in new)[:5], *[f"{len(new) - 5} more"] * (len(new) > 5)])
        out.append(f"Files that are new or changed wait to be taken in: {names}. Next, since they count there: {again}")
    return [*out, *(f"{line[0].upper()}{line[1:]}" for line in outdated_lines(place))]


def _backups(place: Place) -> list[str]:
    """Where backups were made to, and the last of them, so that whoever takes over or ends the project finds them."""
    made = sorted((path for path in listed_backups(place) if path.suffix == ".zip"), key=lambda path: path.name)
    folders = join_words(sorted({str(path.parent) for path in made}))
    return [f"{count_of(len(made), 'backup')} in {folders}, the last {made[-1].name}"] if made else []


def print_status(place: Place, *, as_json: bool, now: datetime) -> None:
    """What is published, what waits, what agreements and the basis lack, and whether a run is going on."""
    months = place.months()
    sweep = find_deliveries(place.raw, place.sources, place.settings.ignored_files)
    periods = sorted({str(found.period) for found in sweep.deliveries if found.period})
    ending, running = expiring(place.settings, sources_in_use(place), now.date()), holder(place.lock)
    lacking, gates = unpermitted(place, now.date()), gates_lacking(place, now.date())
    lacking += supported_withheld(place, now.date())
    doubtful, untaken_files = _doubtful(place), untaken(place, sweep.deliveries)
    rights = [] if place.settings.synthetic else check_private(place.raw, place.curated)
    key, refused, misfits = key_warnings(place), _refused(place), _misfits(place)
    status = {
        "site": place.settings.name,
        "published": months,
        "raw_months": periods,
        "not_published": [month for month in periods if month not in months],
        "files_no_source_takes": list(sweep.unmatched),
        "files_waiting": [file.name for file in untaken_files],
        "files_that_may_not_be_read": [refused.name for refused in sweep.refused],
        "files_refused": refused,
        "files_doubtful": doubtful,
        "settings_version": place.settings.version,
        "agreements": ending,
        "basis": lacking,
        "gates": gates,
        "key": key,
        "rights": rights,
        "backups": (backups := _backups(place)),
        "set_aside": (aside := [str(path) for path in set_aside(place)]),
        "requests": requests_due(place, now.date()),
        "breaches": breaches_due(place, now),
        "matching": model_advice(place),
        "misfits": misfits,
        "running": running,
        "incidents": (incidents := _incidents(place)),
    }
    if as_json:
        print_json(**status)
        return
    out(f"{place.settings.name} (settings {place.settings.version})")
    for month, folder in sorted(months.items()):
        out(f"  {month}  {place.published / folder}")
    if not months:
        out("  nothing is published yet")
    for line in incidents:
        out(line)
    for line in _waiting(place, periods, untaken_files, now):
        out(line)
    if months:
        out(model_advice(place))
    for line in ending:
        out(f"agreement: {line}")
    for line in lacking:
        out(f"basis: {line}")
    if place.settings.roles and not any("officer" in roles for roles in place.settings.roles.values()):
        out("roles: no login is officer, so nobody can enter an objection or a hold. See [roles] in site.toml")
    for line in gates:
        out(f"gates: {line}")
    for line in key:
        out(f"key: {line}")
    for line in rights:
        out(f"no run is made, since others can read the data: {line}")
    for line in backups:
        out(f"backups: {line}")
    for path in aside:
        out(f"set aside by a restore, and reached by no objection since: {path}. Remove it once you are sure")
    for line in misfits[:3]:
        out(f"matching: {line}")
    for line in requests_due(place, now.date()):
        out(f"request: {line}")
    for line in breaches_due(place, now):
        out(f"breach: {line}")
    if running:
        out(f"running now: {running}")
    for reason in refused:
        out(f"refused by the last run: {reason}")
    for line in doubtful:
        out(f"warning of the last run: {line}")
    for line in not_taken(*sweep.unmatched):
        out(line)
    for link in sweep.refused:
        out(f"{link.name}: {link.reason}")
