"""Take a returned workbook in: say what it would change, cell by cell, ask, and record it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from filelock import FileLock

from hiu.errors import HiuError, InputRefused
from hiu.govern import records
from hiu.govern.basis.start import gates_on_record, support_ended
from hiu.govern.login import login
from hiu.model import MEETING_ENTRY, PUBLISHED
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.words.text import count_of, moment
from hiu.publish.workbook.back.judge import grades, judge
from hiu.publish.workbook.back.judge import records as rows_of
from hiu.publish.workbook.back.returned import Copy, read_back
from hiu.publish.workbook.back.verdict import Verdict
from pipelines.access.wording import NAMED, refused_texts
from pipelines.common.journal import record, utc
from pipelines.common.place import Place, published_tables
from pipelines.common.progress import out as say

DONE, STOPPED, WARNINGS = 0, 1, 3
NAMES = "names"
"""Code of a row that is refused because its words name another person on record."""
_NO_SUPPORT = pl.DataFrame(schema=schema(PUBLISHED["support"]))
FREE = ("owner", "notes", "action", "action_owner")
"""Fields in people's own words: what they say is not printed."""


def import_workbook(
    place: Place, file: Path, *, by: str, now: datetime, dry_run: bool, older: bool, ask: Callable[[str], bool]
) -> int:
    """Print the verdict on a copy; unless it is a dry run, ask and record it. 0, or 3 if something was left out.

    `ask` is shown a question and says whether to go on. Raises InputRefused for a file that is no copy of ours.
    """
    copy = read_back(_bytes(file), file.name, place.key_for("workbook"))
    found = verdict_on(place, copy, now.date(), older=older)
    verdict = without_names(place, found, now, "import-workbook")
    _print_verdict(verdict, copy, place)
    if dry_run or not verdict.changes:
        say("Nothing was written." if dry_run else "Nothing to write.")
        return WARNINGS if verdict.conflicts or verdict.refused else DONE
    verdict = verdict.without(_not_meant(verdict, ask), "unconfirmed")
    if not verdict.changes:
        say("Nothing was written.")
        return STOPPED
    if not ask(f"Write {count_of(len(verdict.changes), 'change')} to {copy.month.title}, as {by}?"):
        say("Nothing was written.")
        return STOPPED
    with entering(place):
        if verdict_on(place, copy, now.date(), older=older) != found:
            raise HiuError("the records changed meanwhile; nothing was written. Run the same command again.")
        take_in(place, copy, verdict, by=by, now=now)
    say(
        f"Written: {count_of(len(verdict.changes), 'change')} by {by}. The next month's run shows them; its rank uses "
        "the gradings."
    )
    return WARNINGS if verdict.conflicts or verdict.refused else DONE


def without_names(place: Place, verdict: Verdict, now: datetime, what: str) -> Verdict:
    """The verdict without the people in whose rows somebody's own words name somebody else on record: which cell, and
    what to do. Each such cell is a look, entered here; a verdict is shown after it."""
    free = [one for one in verdict.changes if one.field in FREE]
    refused = refused_texts(place, [([one.person_id], one.field, one.new) for one in free], now, what)
    hits = [(one, why) for one, why in zip(free, refused, strict=True) if why]
    named = "not taken in: {} " + NAMED + ": say who by role ('a neighbour'), then import again"
    words = {one.person_id: named.format(one.ref) if why == NAMED else f"{one.ref} {why}" for one, why in hits}
    return verdict.without(words, NAMES)


def _not_meant(verdict: Verdict, ask: Callable[[str], bool]) -> dict[str, str]:
    """The changes read back person by person: a single value looks the same whether it was typed in a row or pasted
    there from another. The people whose changes are not confirmed."""
    title, refused = ENTERED | ACTION_TITLES, {}
    for person in dict.fromkeys(one.person_id for one in verdict.changes):
        own = [one for one in verdict.changes if one.person_id == person]
        words = "; ".join(f"{title[one.field]}: {_change_words(one.field, one.old, one.new)}" for one in own)
        if not ask(f"{person} ({own[0].ref}): {words}. Was this entered for this person?"):
            refused[person] = "not confirmed for this person"
    return refused


def entering(place: Place) -> FileLock:
    """Held from the judgement of an entry until it is written, so that nobody else's comes between."""
    place.records.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(place.records / "import-workbook.lock", timeout=30)


def take_in(
    place: Place, copy: Copy, verdict: Verdict, *, by: str, now: datetime, kind: str = "workbook_imported"
) -> int:
    """Record what a verdict changes, as one author, under `entering`; rows written. On the disk when it returns."""
    entries = records.history(place.records, MEETING_ENTRY)
    rows = rows_of(verdict, copy, entries, author=by, now=entry_time(entries, now))
    found = (("changes", verdict.changes), ("conflicts", verdict.conflicts), ("refused", verdict.refused))
    about = {"month": str(copy.month), "pack": copy.pack_id, "entries": len(rows)}
    # the log first: a cut between the two leaves a line too many, never entries that nobody is known to have made
    record(place, now, kind, **about, by=by, login=login(), **{name: len(cells) for name, cells in found})
    records.add(place, MEETING_ENTRY, rows)
    return len(rows)


def entry_time(entries: pl.DataFrame, now: datetime) -> datetime:
    """The time of a new entry, after all before it: a clock that was set back must not put it behind what it
    replaces."""
    when, latest = utc(now), entries["entered_at"].max()
    return latest + timedelta(microseconds=1) if isinstance(latest, datetime) and latest >= when else when


def verdict_on(place: Place, copy: Copy, on: date, *, older: bool) -> Verdict:
    """Judge a copy against the records and gates of a day. Whom its words name is asked after (`without_names`)."""
    months = place.months()
    if str(copy.month) not in months:
        raise HiuError(f"the workbook is of {copy.month.title}, which is not published here")
    late = ""
    if max(months) > str(copy.month) and not older:
        latest = Month.parse(max(months)).title
        late = f"the copy is of {copy.month.title} and {latest} is published: use its workbook, or give --older"
    entries = records.history(place.records, MEETING_ENTRY)
    folder = place.published_folder(Month.parse(max(months))) or place.published_folder(copy.month)
    support = published_tables(folder, ("support",)).get("support", _NO_SUPPORT) if folder else _NO_SUPPORT
    verdict = judge(
        copy,
        entries,
        on_record=gates_on_record(support),
        ended=support_ended(support, entries, on),
        on=on,
        outdated=late,
    )
    if months[str(copy.month)] != copy.run_id:
        verdict.notes.insert(0, f"the copy is of pack {copy.pack_id}; {copy.month.title} was published again since")
    return verdict


def _print_verdict(verdict: Verdict, copy: Copy, place: Place) -> None:
    title = ENTERED | ACTION_TITLES
    say(f"{place.settings.name}, {copy.month.title}, pack {copy.pack_id}")
    for one in verdict.changes:
        say(f"  change    {one.ref}  {one.person_id}  {title[one.field]}: {_change_words(one.field, one.old, one.new)}")
    for clash in verdict.conflicts:
        what = "something else" if clash.field in FREE else f"'{clash.recorded}', not '{clash.new}'"
        say(
            f"  conflict  {clash.ref}  {clash.person_id}  {title[clash.field]}: {clash.author} recorded {what} on "
            f"{moment(clash.at)}; the record stands"
        )
    for refused in verdict.refused:
        say(f"  refused   {refused.ref}  {refused.person_id}  {refused.why}")
    for line in (*grades(verdict, copy), *verdict.notes):
        say(f"  note      {line}")
    say(verdict.summary)


def _change_words(field: str, old: str, new: str) -> str:
    if field in FREE:
        return "cleared" if not new else "changed" if old else "filled in"
    return f"{old or 'empty'} to {new or 'empty'}"


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputRefused("unreadable", f"can't be read: {error.strerror}", file=str(file)) from None
