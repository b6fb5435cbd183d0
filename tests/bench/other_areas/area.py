"""An area whole: its people, what each agency sends month by month, the mappings of the files, and the truth."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from .clerks import Clerk
from .contacts import Contact, contacts, temper
from .dice import Dice
from .families import Town
from .layouts import FILES, Layout, Row, layouts
from .people import Home, Person
from .profiles import kind_of, profile
from .truth import Entry, Fact, write_truth


@dataclass(kw_only=True, slots=True)
class Line:
    """One row of one file before it is written."""

    cells: Row
    person: Person
    entry: Entry


def month_of(at: date) -> date:
    """The first day of a day's month."""
    return date(at.year, at.month, 1)


class Area:
    """What all agencies send of one town."""

    def __init__(self, seed: int, people: int, months: int, last: date) -> None:
        self.dice = dice = Dice(seed)
        self.profile = profile(dice, kind_of(seed))
        self.last = (last.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        whole = last.year * 12 + last.month - months
        self.first = date(whole // 12, whole % 12 + 1, 1)
        self.layouts = layouts(dice)
        self.town = Town(dice, self.profile, people, self.last)
        temper(self.town, months)
        self.clerks = {name: Clerk(dice, name, habits, self.first) for name, habits in self.profile.habits.items()}
        self.files: dict[tuple[str, date], list[Line]] = defaultdict(list)
        self.serial = 10_000
        self.logs: dict[int, str] = {}
        for contact in contacts(self.town, self.first):
            getattr(self, f"_{contact.agency}")(contact)
        self._register()

    def _next(self) -> int:
        self.serial += 1 + self.dice.below(4)
        return self.serial

    def _scene(self, person: Person, at: datetime) -> Home:
        return person.home_on(at.date()) if self.dice.falls(0.35) else self.town.map.home()

    def _add(self, source: str, month: date, cells: Row, person: Person, entry: Entry) -> None:
        layout = self.layouts[source]
        both = {**layout.cells(entry), **cells}
        line = {header: both[name] for name, header in layout.headers.items()}
        self.files[source, month].append(Line(cells=line, person=person, entry=entry))

    def _start(self, layout: Layout, at: datetime) -> Row:
        if "time" in layout.headers:
            return {"start": layout.day(at), "time": f"{at:%H:%M}"}
        return {"start": f"{layout.day(at)} {at:%H:%M}"}

    def _police(self, contact: Contact) -> None:
        """A log with the person on it, and now and then somebody of the family who rang."""
        layout, log = self.layouts["police"], f"{self._next()}-{contact.at:%d%m%y}"
        self.logs[contact.crisis] = log
        parties = [(contact.person, contact.role)]
        if contact.person.kin and self.dice.falls(0.12):
            parties.append((self.dice.pick(contact.person.kin), "Caller"))
        scene = self._scene(contact.person, contact.at)
        for at, (person, role) in enumerate(parties, start=1):
            if person.born >= contact.at.date() or (person.died and person.died < contact.at.date()):
                continue
            entry = self.clerks["police"].describe(person, contact.at.date(), scene)
            cells = {
                "log": log,
                "person_seq": str(at),
                "role": role,
                "opening_code": "Concern for welfare",
                "s136": "N",
            }
            self._add("police", month_of(contact.at), {**cells, **self._start(layout, contact.at)}, person, entry)

    def _ambulance(self, contact: Contact) -> None:
        """A vehicle or two to one incident."""
        layout, incident, dice = self.layouts["ambulance"], str(self._next()), self.dice
        entry = self.clerks["ambulance"].describe(
            contact.person, contact.at.date(), self._scene(contact.person, contact.at)
        )
        for vehicle in range(1 + dice.falls(0.15)):
            reached = contact.at + timedelta(minutes=12 + vehicle)
            cells = {
                "incident": incident,
                "deployment": f"{incident}/{vehicle}",
                "on_scene": f"{reached:%Y-%m-%d %H:%M}",
                "outcome": dice.pick(("Conveyed", "See and treat")),
            }
            self._add(
                "ambulance", month_of(contact.at), {**cells, **self._start(layout, contact.at)}, contact.person, entry
            )

    def _ed(self, contact: Contact) -> None:
        """An attendance; a few are sent again with the next month."""
        layout, dice, month = self.layouts["ed"], self.dice, month_of(contact.at)
        entry = self.clerks["ed"].describe(contact.person, contact.at.date(), self._scene(contact.person, contact.at))
        cells = {"attendance": f"A{self._next()}", "attendance_category": "1", "discharge_status": "182992009"}
        after = month_of(month + timedelta(32))
        for sent in (month, after) if dice.falls(0.012) and after <= self.last else (month,):
            cells["extract_date"] = f"{layout.day(month_of(sent + timedelta(32)))} 06:00"
            self._add("ed", sent, {**cells, **self._start(layout, contact.at)}, contact.person, entry)

    def _s136(self, contact: Contact) -> None:
        """A line of the suite's log, half of the time with the police log it came from."""
        layout, dice = self.layouts["s136"], self.dice
        entry = self.clerks["mh"].describe(contact.person, contact.at.date(), self._scene(contact.person, contact.at))
        log = self.logs.get(contact.crisis, "") if dice.falls(0.5) else ""
        cells = {
            "detention": str(self._next()),
            "police_log": log,
            "outcome": dice.pick(("Informal", "Discharged", "Section 2")),
        }
        self._add("s136", month_of(contact.at), {**cells, **self._start(layout, contact.at)}, contact.person, entry)

    def _stay(self, contact: Contact) -> None:
        """A ward stay, sent again each month until it is over."""
        layout, stay, until = self.layouts["mh_beds"], f"W{self._next()}", contact.until
        assert until is not None
        entry = self.clerks["mh"].describe(contact.person, contact.at.date(), self._scene(contact.person, contact.at))
        month = month_of(contact.at)
        legal = self.dice.pick(("01", "02", "03"))
        while month <= min(self.last, until.date()):
            over = until < datetime(self.last.year, self.last.month, self.last.day) and month_of(until) == month
            end = f"{layout.day(until)} {until:%H:%M}" if over else ""
            cells = {
                "ward_stay": stay,
                "reporting_period": f"{month:%Y-%m}",
                "end": end,
                "ward": "Ash",
                "legal_status": legal,
            }
            self._add("mh_beds", month, {**cells, **self._start(layout, contact.at)}, contact.person, entry)
            month = month_of(month + timedelta(32))

    def _register(self) -> None:
        """Everybody open to the trust, by entry: somebody entered twice stands there twice."""
        clerk, layout, at = self.clerks["mh"], self.layouts["mh_register"], 0
        for person in self.town.people:
            if person.number not in clerk.entries and self.dice.falls(0.5 if person.crisis else 0.025):
                clerk.register(person)
            for entry in clerk.entries.get(person.number, ()):
                at += 1
                death = layout.day(person.died) if person.died and entry.nhs else ""
                self._add("mh_register", month_of(self.last), {"ref": str(at), "death": death}, person, entry)

    def write(self, site: Path) -> None:
        """Write files, mappings and truth into a site that 'hiu init' made, or into any folder."""
        facts = [
            fact
            for (source, month), lines in sorted(self.files.items())
            for fact in self._write(site, source, month, lines)
        ]
        (site / "sources").mkdir(parents=True, exist_ok=True)
        for source, layout in self.layouts.items():
            (site / "sources" / f"{source}.toml").write_text(layout.mapping(), encoding="utf-8")
        write_truth(site / "truth", facts, self.town.people)

    def named(self, source: str, month: date) -> str:
        """The file of a source and month, below the raw folder."""
        return f"{month:%Y-%m}/{FILES[source].format(month)}"

    def _write(self, site: Path, source: str, month: date, lines: list[Line]) -> list[Fact]:
        layout, name = self.layouts[source], self.named(source, month)
        path = site / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=layout.encoding, errors="replace", newline="") as file:
            writer = csv.DictWriter(file, list(layout.headers.values()), delimiter=layout.delimiter)
            writer.writeheader()
            writer.writerows(line.cells for line in lines)
        return [
            Fact(
                source=source,
                file=name,
                row=at,
                person=line.person.number,
                linkable=line.entry.linkable(),
                face=line.entry.face,
            )
            for at, line in enumerate(lines, start=1)
        ]
