"""A person about whom much is held: some 140 rows, two merges, a decision, a disclosure and a line of every record."""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from once import once
from rights_kit import Known

from hiu.govern import records
from hiu.model import DECISIONS, MEETING_ENTRY, Table
from hiu.model.govern import GOVERNED
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.govern.person.subject import Opinion, WrittenFile, write_file
from pipelines.run import Outcome

BEFORE = NOW - timedelta(days=20)
CALL = Disclosure(what="call", recipient="clinician", purpose="support", necessity="in crisis", proportionality="one")


def _people(place: Place) -> tuple[str, str, str, str]:
    """Who calls the police most, two whom one description tells, and somebody else, all with NHS numbers."""
    with open_warehouse(place) as warehouse:
        people = warehouse.read("people").filter("named", pl.col("nhs_number").is_not_null()).sort("person_id")
        calls = warehouse.read("links").filter(source="police").group_by("person_id").len()
    by_calls = people.join(calls, on="person_id").sort("len", "person_id", descending=True)
    single = people.filter(pl.col("identities") == 1, pl.col("person_id") != by_calls["person_id"][0])["person_id"]
    return str(by_calls["person_id"][0]), str(single[0]), str(single[1]), str(single[2])


def _call_often(place: Place, person: str, times: int) -> None:
    """Rows of the person's own as police sent one, with other numbers and hours."""
    with open_warehouse(place) as warehouse:
        rows = warehouse.read("links").filter(pl.col("person_id") == person, source="police").sort("source_file")
    path, number = place.raw / rows["source_file"][-1], int(rows["source_row"][-1])
    table = list(csv.reader(path.read_text(encoding="cp1252").splitlines()))
    row = table[number]
    more = [[f"X{n:04}", "1", f"{1 + n % 28:02}-Mar-2026 {n % 24:02}:{n // 24:02}", *row[3:]] for n in range(times)]
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows([*table, *more])


def _first_identity(place: Place, person: str) -> str:
    with open_warehouse(place) as warehouse:
        own = warehouse.rows("cluster", "identity_id", where={"person_id": person}, order=["identity_id"])
    return str(own["identity_id"][0])


def _decide(place: Place, a: str, b: str, decision: str, note: str) -> None:
    one, two = sorted((a, b))
    row = {"identity_a": one, "identity_b": two, "decision": decision, "reviewer": "Reviewer Rowe"}
    records.add(place, DECISIONS, [{**row, "decided_at": datetime(2026, 4, 1), "note": note}])


def _person_of(place: Place, identity: str) -> str:
    with open_warehouse(place) as warehouse:
        return str(warehouse.rows("cluster", "person_id", where={"identity_id": identity})["person_id"][0])


def make_known(area: Path, two_months: Outcome, to: Path) -> Path:
    """Two people merged into a third by decisions; their records, each naming somebody else."""
    assert two_months.published
    for part in ("raw", "curated"):
        shutil.copytree(two_months.published.parents[2] / part, to / part)
    place = open_place(area, raw=to / "raw", curated=to / "curated")
    first, second, third, other = _people(place)
    about = _about(place, other)
    ids = [_first_identity(place, person) for person in (first, second, third, other)]
    _call_often(place, first, 134)
    _decide(place, ids[0], ids[1], "same", f"not {about['name_text']}, born {about['dob']}")
    _decide(place, ids[0], ids[2], "same", "seen together")
    _decide(place, ids[0], ids[3], "different", f"{about['nhs_number']} is {other}")
    run(place, LAST)
    person = _person_of(place, ids[0])
    assert person == _person_of(place, ids[1]) == _person_of(place, ids[2])
    _record_all(place, person, about)
    (to / "who").write_text("\n".join([person, *sorted({first, second, third} - {person}), other]), encoding="utf-8")
    return to


def _about(place: Place, person: str) -> dict[str, object]:
    with open_warehouse(place) as warehouse:
        return warehouse.rows("people", where={"person_id": person}).row(0, named=True)


def _record_all(place: Place, person: str, other: dict[str, object]) -> None:
    """A line of every kind of record about the person; each free text names somebody else."""
    named = f"{other['name_text']} ({other['nhs_number']}, born {other['dob']}) said so"
    for table in (*GOVERNED.values(), MEETING_ENTRY):
        if "person_id" in table.names and table.name not in ("disclosures", "corrections"):
            records.add(place, table, [_line(table, person, named)])
    about = {"basis": ("UK GDPR 6(1)(e)",), "by": "Officer Oakes", "people": 1, "person_id": person}
    enter_disclosure(place, NOW, CALL, automatic=False, **about)  # type: ignore[arg-type]


def _line(table: Table, person: str, said: str) -> dict[str, object]:
    typed: dict[str, object] = {"date": date(2026, 3, 1), "timestamp": datetime(2026, 3, 1, 9), "boolean": True}
    row: dict[str, object] = {}
    for column in table.columns:
        text = column.codes[0] if column.codes else said
        row[column.name] = text if column.type == "text" else typed.get(column.type, 1)
    return {**row, "person_id": person, **({"field": "notes"} if table.name == "meeting_entry" else {})}


@pytest.fixture(scope="session")
def known_area(area: Path, two_months: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `known`, made once. Read it; copy it."""
    return once(tmp_path_factory, "known", lambda folder: make_known(area, two_months, folder))


def _copy(area: Path, made: Path, to: Path) -> Known:
    for part in ("raw", "curated"):
        shutil.copytree(made / part, to / part)
    person, one, two, other = (made / "who").read_text(encoding="utf-8").split("\n")
    place = open_place(area, raw=to / "raw", curated=to / "curated")
    return Known(place, person, (one, two), _about(place, other))


@pytest.fixture(scope="session")
def known(area: Path, known_area: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The person and the site, to read and to write their file."""
    return _copy(area, known_area, tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="session")
def written(known: Known) -> WrittenFile:
    """The person's file."""
    opinion = Opinion(of="Consultant psychiatrist", on=date(2026, 3, 1))
    place, who = known.place, known.person
    return write_file(place, who, asked_by="A. Sister", by="Officer Oakes", opinion=opinion, folder=None, now=NOW)


@pytest.fixture
def changed(area: Path, known_area: Path, tmp_path: Path) -> Known:
    """The same, to change."""
    return _copy(area, known_area, tmp_path)
