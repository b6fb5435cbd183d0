"""The desk of a live meeting: what is typed about a person is judged, recorded and undone, one entry at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.govern.login import login
from hiu.model import MEETING_ENTRY
from hiu.month import Month
from hiu.publish.access import visible
from hiu.publish.meeting.form import USED, as_copy, person_as_sent
from hiu.publish.meeting.page import outcome_of, state_of
from hiu.publish.meeting.sittings import reversed_batch, standing
from hiu.publish.pack.page import PACK_TABLES
from hiu.publish.pathway.governing import SENT
from hiu.publish.people import Action
from hiu.publish.stamp import Stamp
from hiu.publish.words.terms import ACTION_TITLES, ENTERED
from hiu.publish.words.text import uk_time
from hiu.publish.workbook.back.returned import Copy
from hiu.publish.workbook.back.verdict import Verdict
from hiu.publish.workbook.listing import ListedPerson
from pipelines.access.basis import for_group
from pipelines.access.wording import NAMED, refused_texts
from pipelines.common.journal import record
from pipelines.common.place import Place, published_tables
from pipelines.papers.import_workbook import FREE, entering, entry_time, take_in, verdict_on, without_names

TABLES = tuple(dict.fromkeys((*USED, *PACK_TABLES, "aliases", *SENT)))
"""Published tables that the pack and its forms are made of."""
TITLES = ENTERED | ACTION_TITLES
NEVER = "the form is of a version that the person's row never had: load the page again"
_MOST_VERSIONS = 2**31
GONE = "nobody of this id may be shown to the group today; load the page again"

Asked = Mapping[str, object]
Answer = Mapping[str, object]


@dataclass
class Desk:
    """A month's list being met about. `by` = who records; `clock` gives the time of each entry, in UTC."""

    place: Place
    month: Month
    folder: Path
    stamp: Stamp
    by: str
    clock: Callable[[], datetime]
    copy: Copy | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The month's published tables; what is made of them asks the gate."""
        return published_tables(self.folder, TABLES)

    def shown(self) -> dict[str, pl.DataFrame]:
        """The tables as the group may see them now, with what was recorded up to now."""
        entries = self.entries().filter(pl.col("month") <= self.month.start)
        return dict(for_group(self.place, {**self.tables, "meeting_entry": entries}, self.clock().date()))

    @cached_property
    def on_list(self) -> frozenset[str]:
        """Who is on this month's list: nobody else is told of or written about."""
        return frozenset(visible(self.shown()["ranked"], self.place.settings.rank.top)["person_id"])

    def entries(self) -> pl.DataFrame:
        """Everything that meetings recorded."""
        return records.history(self.place.records, MEETING_ENTRY)

    def at(self) -> str:
        """The time now in the United Kingdom, as `10:42`."""
        return f"{uk_time(self.clock()):%H:%M}"

    def state(self, asked: Asked) -> Answer:
        """A person's form as it stands."""
        return {"state": self._state(person_of(asked))}

    def save(self, asked: Asked) -> Answer:
        """Record what was typed about a person on a version of their row; what of it was taken, and the form anew."""
        person, version = person_of(asked), version_of(asked)
        values, action = texts_of(asked, "values") or {}, texts_of(asked, "action")
        self.require_plain(person, {**values, **(action or {})})
        with entering(self.place):
            one, actions = self._sent(person, version)
            if version > one.version:
                raise UsageError(NEVER)
            copy = as_copy(one, actions, values, action, stamp=self.stamp, on=self.clock().date())
            verdict = self.recorded(copy, by=self.by)
        return {**outcome_of(verdict), "taken": len(verdict.changes), "at": self.at(), "state": self._state(person)}

    def require_plain(self, person: str | None, typed: Mapping[str, str]) -> None:
        """Refuse free words about somebody, or about nobody (None), that name another person on record."""
        texts = [(name, text) for name, text in typed.items() if name in FREE]
        about = [([person] if person else [], *one) for one in texts]
        found = zip(texts, refused_texts(self.place, about, self.clock(), "meet"), strict=True)
        for name, why in ((TITLES.get(name, name), why) for (name, _), why in found if why):
            instead = "so it was not kept. Write it without, such as 'a relative', or enter it about that person"
            raise UsageError(f"{name}: {why}, {instead}" if why == NAMED else f"{name} {why}")

    def recorded(self, copy: Copy, *, by: str) -> Verdict:
        """Judge a copy and record what it changes, under `entering`; on the disk when it returns."""
        now = self.clock()
        verdict = without_names(self.place, verdict_on(self.place, copy, now.date(), older=False), now, "meet")
        if verdict.changes:
            take_in(self.place, copy, verdict, by=by, now=now, kind="meeting_recorded")
        return verdict

    def undo(self, asked: Asked) -> Answer:
        """Take the last entry about a person back by an entry that says the opposite; nothing if the row changed."""
        person, version, now = person_of(asked), version_of(asked), self.clock()
        with entering(self.place):
            entries = self.entries()
            last = self._last(entries, person, version)
            if last:
                rows = reversed_batch(last, author=self.by, now=entry_time(entries, now), version=version + 1)
                about = {"month": str(self.month), "pack": self.stamp.pack_id, "entries": len(rows), "person": person}
                record(self.place, now, "meeting_undone", **about, by=self.by, login=login())
                records.add(self.place, MEETING_ENTRY, rows)
        outcome = outcome_of(Verdict())
        return {**outcome, "taken": len(last), "at": self.at(), "state": self._state(person)}

    def _last(self, entries: pl.DataFrame, person: str, version: int) -> list[dict[str, object]]:
        one, _ = self._sent(person, None)
        found = standing(entries, person, self.month.start)
        return found[-1] if found and one.version == version else []

    def _sent(self, person: str, version: int | None) -> tuple[ListedPerson, list[Action]]:
        on = self.shown() if person in self.on_list else None
        found = on and person_as_sent(on, self.entries(), person, self.month, self.place.settings, version)
        if not found:
            raise HiuError(GONE)
        return found

    def _state(self, person: str) -> Answer:
        return state_of(*self._sent(person, None), self.entries(), self.month)


def person_of(asked: Asked) -> str:
    """The person an ask is about. Raises UsageError for none."""
    return text_of(asked, "person")


def version_of(asked: Asked) -> int:
    """The version of the row that the form was filled in on."""
    found = asked.get("version")
    if not isinstance(found, int) or isinstance(found, bool):
        raise UsageError("expected the version of the person's row")
    if abs(found) >= _MOST_VERSIONS:
        raise UsageError(NEVER)
    return found


def text_of(asked: Asked, name: str) -> str:
    """A text that has to be there."""
    found = asked.get(name)
    if not isinstance(found, str) or not found.strip():
        raise UsageError(f"expected '{name}'")
    return found.strip()


def optional_text(asked: Asked, name: str) -> str:
    """A text that may be left out: empty then. Raises UsageError for what is none."""
    found = asked.get(name)
    if found is not None and not isinstance(found, str):
        raise UsageError(f"expected '{name}' as a text")
    return found or ""


def texts_of(asked: Asked, name: str) -> dict[str, str] | None:
    """Texts by field; None if there are none."""
    found = asked.get(name)
    if found is None:
        return None
    if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
        raise UsageError(f"expected '{name}' as texts by field")
    return found
