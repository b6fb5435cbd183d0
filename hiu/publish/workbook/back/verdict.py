"""The outcome for a returned workbook: what it changes, where it conflicts, what is refused and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hiu.publish.words.text import count_of
from hiu.publish.workbook.back.returned import Row


@dataclass(frozen=True, kw_only=True)
class Change:
    """A cell to be taken in."""

    ref: str
    person_id: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A cell that two people changed: `recorded` is on record, by whom and when."""

    ref: str
    person_id: str
    field: str
    new: str
    recorded: str
    author: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A cell, or a row by its person cell, that is not taken in. Codes: read_only, row, swapped, duplicate, unknown,
    check, value, half, undated, gate, outdated, names, unconfirmed."""

    ref: str
    person_id: str
    field: str
    code: str
    why: str


@dataclass
class Verdict:
    """The outcome for a copy. `actions` are whole actions to record, a change for each cell of them being listed;
    `beside` = the other half of a grading of which one half was changed: person, score and its value."""

    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    actions: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    beside: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """`12 changes, 1 conflict, 2 refused`."""
        changes, conflicts = count_of(len(self.changes), "change"), count_of(len(self.conflicts), "conflict")
        return f"{changes}, {conflicts}, {len(self.refused)} refused"

    def without(self, people: Mapping[str, str], code: str) -> "Verdict":
        """The outcome without some people's changes (person -> why): all of a person's, so that no half is taken."""
        gone = [one for one in self.changes if one.person_id in people]
        refused = [
            Refusal(ref=one.ref, person_id=one.person_id, field=one.field, code=code, why=people[one.person_id])
            for one in gone
        ]
        return replace(
            self,
            changes=[one for one in self.changes if one.person_id not in people],
            refused=[*self.refused, *refused],
            actions=[one for one in self.actions if one[0] not in people],
            beside=[one for one in self.beside if one[0] not in people],
        )

    def refuse(self, row: Row, name: str, code: str, why: str, person_id: str = "") -> None:
        """Note a cell that is not taken in."""
        ref, person_id = row.cells[name].ref, person_id or row.person_id
        self.refused.append(Refusal(ref=ref, person_id=person_id, field=name, code=code, why=why))
