"""What the governance commands say: rows of the basis, lists of what is due, holds, disclosures, an erasure."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from pathlib import Path

import polars as pl

from hiu.govern import records
from hiu.govern.basis.clock import days_text
from hiu.govern.basis.gate import opt_out_words
from hiu.govern.erase.tombstone import CODE
from hiu.govern.pseudonym import key_id
from hiu.govern.release.outputs import put
from hiu.govern.turns import current_key
from hiu.model.govern import BASIS, EVERY, PURPOSES, RECIPIENTS
from hiu.publish.words.terms import ENTERED
from hiu.publish.words.text import count_of, day, join_words
from pipelines.access.basis import allowed, basis_of, gates_of
from pipelines.commands.options import print_json
from pipelines.common.backups import copies
from pipelines.common.place import Place, open_warehouse
from pipelines.common.progress import out
from pipelines.common.work import Row
from pipelines.erase.erase import Erasure
from pipelines.erase.find import find
from pipelines.erase.marks import held_rows
from pipelines.govern.keys import key_copies, latest_turns
from pipelines.govern.person.elsewhere import recipients
from pipelines.govern.person.scope import person_scope
from pipelines.govern.processing import page
from pipelines.govern.rekey import Rekeyed
from pipelines.govern.retain import disclosures, due_now, holds_in_force, to_review


def print_basis(place: Place, person: str | None, on: date, *, kept_runs: Sequence[str], as_json: bool) -> None:
    """The rows in force, and for a person what they come to; before them what became of runs that are kept."""
    rows = basis_of(place).filter(pl.col("start") <= on, pl.col("end").is_null() | (pl.col("end") >= on))
    own = place.settings.basis
    answers = {(EVERY, one.purpose, one.recipient, one.code, one.start): one.confidentiality for one in own}
    hows = [answers.get(key) for key in rows.select("person_id", "purpose", "recipient", "code", "start").rows()]
    rows = rows.with_columns(pl.Series("confidentiality", hows, dtype=pl.String))
    if person:
        rows = rows.filter(pl.col("person_id").is_in([person, EVERY]))
    if as_json:
        gates = gates_of(place, person, on) if person else ("", {})
        print_json(basis=_json_rows(rows), gates=gates[0], start_lacks=gates[1], kept_runs=kept_runs)
        return
    for line in kept_runs:
        out(line)
    for row in rows.sort("person_id", "purpose", "recipient").iter_rows(named=True):
        who = "everybody" if row["person_id"] == EVERY else row["person_id"]
        verb = "may go" if row["allow"] else "may NOT go"
        until = f" until {day(row['end'])}" if row["end"] else ""
        purpose, recipient = ("any" if row[name] == EVERY else row[name] for name in ("purpose", "recipient"))
        how = "" if row["confidentiality"] is None else f"; confidentiality: {row['confidentiality'] or 'not said'}"
        to = "where the opt-out holds" if row["code"] == "national_opt_out" else f"to {recipient} for {purpose}"
        out(f"{who}: {verb} {to}{until}: {row['code']} (decided by {row['decided_by']}){how}")
    out(f"the national data opt-out forbids: {opt_out_words(place.settings, on)}")
    if rows.is_empty():
        out("no basis is in force: nobody is shown to anybody. See [[basis]] in site.toml and docs/governance.md")
    _print_verdicts(place, person, on)


def _print_verdicts(place: Place, person: str | None, on: date) -> None:
    ended = records.history(place.records, BASIS).height
    if not person:
        out(f"{ended} rows recorded of people so far. 'hiu basis --due' says what runs out")
        return
    for purpose, recipient in product(PURPOSES, RECIPIENTS):
        found = allowed(place, [person], purpose=purpose, recipient=recipient, on=on)
        why = f" ({join_words(found.denials)})" if found.denials else ""
        out(f"  {purpose}, {recipient}: {'shown' if found.ids else f'withheld{why}'}")
    gates, lacks = gates_of(place, person, on)
    out(f"gates: {gates or 'none is on record'}")
    if lacks:
        out(f"support can't start: {join_words(f'{ENTERED[gate].lower()} {why}' for gate, why in lacks.items())}")


def print_due(place: Place, on: date, *, as_json: bool) -> None:
    """What is overdue, then what runs out soon."""
    rows = due_now(place, on)
    if as_json:
        print_json(due=_json_rows(rows))
        return
    for row in rows.iter_rows(named=True):
        when = days_text(row["due"], on) if row["due"] else "now"
        out(f"{row['what']:<15} {when:<18} {row['person_id'] or 'the site':<14} {row['sentence']}")
    overdue = rows.filter(pl.col("days") > 0).height
    out(f"{overdue} overdue, {rows.height - overdue} due within {place.settings.governance.due_days} days")


def write_processing(place: Place, file: Path, now: datetime) -> None:
    """Write the record of processing."""
    put(file, page(place, now.date()).encode())
    out(f"wrote {file}")


def print_opt_outs(counts: tuple[int, int, int]) -> None:
    """What a list of opt-outs came to."""
    out(f"{counts[0]} numbers read; {counts[1]} people of this site opted out; {counts[2]} no longer")


def print_disclosures(place: Place, person: str | None, *, as_json: bool) -> None:
    """The log, latest first; of a person also the lists that had them on it, or may have had."""
    rows = disclosures(place)
    if person:
        sure = _disclosed(place, person)
        rows = rows.filter(pl.col("disclosure_id").is_in(list(sure)))
        rows = rows.with_columns(certain=pl.col("disclosure_id").replace_strict(sure, return_dtype=pl.Boolean))
    if as_json:
        print_json(disclosures=_json_rows(rows))
        return
    for row in rows.head(50).iter_rows(named=True):
        whom = row["person_id"] or f"{row['people']} people" if row["people"] is not None else "nobody"
        kept = f", withheld {row['withheld']}" if row["withheld"] else ""
        kept += "" if row.get("certain", True) else " (whether this person was on the list can't be looked up any more)"
        out(
            f"{row['disclosure_id']}  {day(row['at'].date())}  {row['what']} about {whom}{kept} to {row['recipient']} "
            f"for {row['purpose']} by {row['by']}; basis {row['basis']}; {row['necessity']}"
        )
    out(count_of(rows.height, "disclosure"))


def _disclosed(place: Place, person: str) -> dict[str, bool]:
    """The disclosures that told of a person, and whether that is certain."""
    with open_warehouse(place) as warehouse:
        scope = person_scope(place, warehouse, person)
    return {row["disclosure_id"]: row["certain"] for row in recipients(place, scope)}


def print_holds(place: Place) -> None:
    """The holds in force."""
    rows = holds_in_force(place)
    for row in rows.iter_rows(named=True):
        out(f"{row['person_id']}  since {day(row['recorded_at'].date())}  {row['reason']}  (by {row['by']})")
    if rows.is_empty():
        out("no record is on hold")
        return
    what = count_of(rows.height, "record is", "records are")
    out(f"{what} on hold: what is on hold is not erased, and no published run is removed meanwhile")


def print_reviews(place: Place, on: date, *, as_json: bool) -> None:
    """What is due for review."""
    rows = to_review(place, on)
    if as_json:
        print_json(reviews=_json_rows(rows))
        return
    for row in rows.iter_rows(named=True):
        since = day(row["since"]) if row["since"] else "no date"
        out(f"{row['person_id']}  {row['event']}, {since}: {row['sentence']}{'  [on hold]' if row['held'] else ''}")
    if not place.settings.governance.area_postcodes:
        out("who moved away is not looked at: set area_postcodes under [governance] in site.toml")
    due = count_of(rows.height, "record")
    out(f"{due} to review. 'hiu retain PERSON --event EVENT --decision keep' records what was decided")


def print_erasure_plan(place: Place, person: str) -> None:
    """What an erasure would take, without doing it."""
    with open_warehouse(place) as warehouse:
        scope = find(warehouse, person, place.key_for("tombstone"))
    deliveries = count_of(scope.rows["delivery_id"].n_unique(), "delivery", "deliveries")
    descriptions, stones = count_of(len(scope.identities), "description"), count_of(len(scope.stones), "tombstone")
    out(
        f"{person}: {count_of(scope.rows.height, 'row')} of {deliveries}, {descriptions}, {stones}; "
        "the published months that hold them, records, exports, backups"
    )
    ours, others = copies(place)
    for path in ours:
        out(f"  backup that would be destroyed: {path}")
    for path, why in others:
        out(f"  backup that would be left: {path}: {why}")
    _print_shared(scope.shared)
    out("nothing was erased. To do it, once and for all: the same command with --reason, --by and --yes")


def print_erasure(done: Erasure) -> int:
    """What an erasure did, and what is left for people to do; the exit code, 3 while anything is left."""
    out(
        f"erased, as {done.token} in the log: {count_of(done.rows, 'row')} set aside, "
        f"{count_of(len(done.runs), 'published run')} rewritten, {count_of(done.records, 'record')}, "
        f"{count_of(len(done.removed), 'other file')} and {count_of(len(done.backups), 'backup')} removed"
    )
    for row in done.raw.iter_rows(named=True):
        rows = ", ".join(map(str, row["source_rows"]))
        out(f"  still in raw/{row['source_file']}, rows {rows}: ask the sender, or purge them")
    for path in done.unreachable:
        out(f"  destroy this backup by hand, it was not there: {path}. It holds the whole database")
    for path in done.backups:
        out(f"  destroyed the backup {path}")
    for name in done.copies:
        out(f"  taken out of {name} too, which a restore set aside")
    for line in done.left:
        out(f"  left: {line}")
    _print_shared(done.shared)
    out("Next: hiu run MONTH (ranks anew), hiu backup. Copies that left the site: see 'hiu disclose' for who has them")
    return 0 if done.whole else 3


def print_held(place: Place) -> int:
    """Rows set aside as an erased person's, and those of them that somebody has to settle; the exit code."""
    rows = held_rows(place)
    for row in rows:
        out(f"{row.name}  {row.code}")
    unsettled = sum(row.code != CODE for row in rows)
    out(f"{count_of(len(rows), 'row')} set aside, of which {unsettled} may be somebody else's")
    return 3 if unsettled else 0


def print_resumed(done: list[Erasure]) -> int:
    """What ended; the exit code."""
    if not done:
        out("what was restored holds nobody who was erased and shows nobody who forbade it; runs can start")
    return max(map(print_erasure, done), default=0)


def _print_shared(others: tuple[str, ...]) -> None:
    if others:
        who = ", ".join(others[:5])
        out(f"something that tells this record is on {who} too, so it blocks nothing: look whether they are one person")


def print_rekeyed(done: Rekeyed) -> None:
    """What stands under a new key, what could not be carried, and what is next."""
    for line in done.stands:
        out(f"stands: {line}")
    for line in done.lost:
        out(f"not carried: {line}")
    for line in done.next_steps:
        out(f"next: {line}")


def print_keys(place: Place) -> None:
    """Where the site key is, and the recipients whose key was turned."""
    where = "the system's keyring" if place.settings.governance.key_store == "keyring" else str(place.settings.key_file)
    out(f"site key: {where}. Every recipient's key is made from it")
    for copied in key_copies(place):
        out(f"  copied to {copied}")
    _ = place.key  # refused here if it is lost: where its copies are needs none
    for row in latest_turns(place).iter_rows(named=True):
        now = key_id(current_key(place.key, place.records, row["recipient"]))
        when = day(row["recorded_at"].date())
        out(f"  {row['recipient']}: key {row['turn']}, tokens P{now}-..., turned {when} by {row['by']}")


def _json_rows(rows: pl.DataFrame) -> list[Row]:
    return [
        {name: str(value) if isinstance(value, date) else value for name, value in row.items()}
        for row in rows.to_dicts()
    ]
