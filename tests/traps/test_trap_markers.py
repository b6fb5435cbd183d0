"""Lists of markers and flags, which are no contacts; keys with thousands separators; hours that there were not."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, spring

from hiu.model.words import many, one
from hiu.sources import load_sources

WHO = ("QUILL,Ada,05/09/1974", "BIRCH,Alan,14/02/1961", "CEDAR,Kit,31/12/1990", "ROWAN,Sian,19/06/2001")


def sheet(head: str, *cells: str, rows: int = 24) -> str:
    lines = (f"{WHO[at % 4]},{1 + at % 28:02d}/03/2026,{cells[at % len(cells)].format(at=at)}" for at in range(rows))
    return "\n".join([f"Surname,Forename,DOB,{head}", *lines]) + "\n"


MARKERS = {
    "Warning markers at 31032026.csv": sheet("Marker Date,Warning Marker,Expiry", "VIOLENT,22/09/2027"),
    "2026-03/flags.csv": sheet("Date added,Flag", "Violence", "Weapons", "Self harm"),
    "2026-03/intel.csv": sheet("Date,Intelligence,Source Grading", "Seen at flat {at},E41"),
    "2026-03/pnc.csv": sheet("Date created,PNC warning signals,Expires", "XV,01/01/2027", "MN,01/01/2028"),
    "2026-03/alerts.csv": sheet("Alert start,Alert type,Alert expiry", "Staff safety,01/02/2027", "Dog,01/02/2028"),
    "2026-03/cautions.csv": sheet("Recorded on,Cautions,Graded by", "Do not visit alone,PS 12", "Weapons,PC 9"),
}


@pytest.mark.parametrize("name", MARKERS)
def test_a_draft_of_markers_counts_nothing_and_asks(name: str, tmp_path: Path) -> None:
    text = drafted(Stranger(files={name: MARKERS[name]}, sources={"flags": name}), tmp_path / "raw")["flags"]
    assert "this looks like a list of markers, flags or warnings, which are no contacts, so nothing is counted" in text
    source = load_sources(tmp_path / "sources")["flags"]
    assert not source.measures and not source.counts
    taken = text.replace("# [[measures]]", "[[measures]]").replace("# [counts", "[counts")
    for line in ('name = "flags_event"', 'measures = ["flags_event"]', 'unit = "event"'):
        taken = taken.replace(f"# {line}", line)
    (tmp_path / "sources" / "flags.toml").write_text(taken, encoding="utf-8")
    assert [*load_sources(tmp_path / "sources")["flags"].counts] == ["flags"]


CONTACTS = {
    "2026-03/calls.csv": sheet("Call date,Warning Marker,Marker Expiry", "VIOLENT,22/09/2027"),
    "2026-03/visits.csv": sheet("Visit date,Alert,Outcome", "Dog,Seen", "None,Seen"),
    "2026-03/suite.csv": sheet("Date,Flag", "Y", "N"),
}


@pytest.mark.parametrize("name", CONTACTS)
def test_a_table_of_contacts_with_a_marker_still_counts(name: str, tmp_path: Path) -> None:
    drafted(Stranger(files={name: CONTACTS[name]}, sources={"line": name}), tmp_path / "raw")
    assert [*load_sources(tmp_path / "sources")["line"].counts] == ["line"]


@pytest.mark.parametrize(
    ("name", "single", "plural"),
    [("flags", "flag", "flags"), ("crisis_111", "contact of crisis 111", "contacts of crisis 111"),
     ("street_calls", "street call", "street calls"), ("crisis", "crisis", "crisises"), ("line", "line", "lines"),
     ("bus", "bus", "buses"), ("ed_attendance", "ED attendance", "ED attendances")],
)  # fmt: skip
def test_a_data_set_of_a_site_is_named_in_plain_words(name: str, single: str, plural: str) -> None:
    assert (one(name), many(name)) == (single, plural)


@pytest.mark.parametrize(
    ("head", "cell"),
    [("Contact No", "12,{at:03d}"), ("Call No", "1,0{at:02d}"), ("Contact ID", "12,{at:03d}"),
     ("Case Ref", "7,1{at:02d}"), ("Job Number", "1,204,0{at:02d}")],
)  # fmt: skip
def test_a_number_with_a_thousands_separator_is_a_key(head: str, cell: str, tmp_path: Path) -> None:
    text = sheet(f"Date,{head}", f'"{cell}"')
    draft = drafted(Stranger(files={"2026-03/line.csv": text}, sources={"line": "2026-03/line.csv"}), tmp_path / "raw")
    assert f'[fields.event]\ncolumns = ["{head}"]' in draft["line"]
    assert "no column numbers the rows" not in draft["line"]


@pytest.mark.parametrize("head", ["Cost", "Score", "Length No"])
def test_an_amount_is_no_key(head: str, tmp_path: Path) -> None:
    text = sheet(f"Date,{head}", '"12,{at:02d}"' if head != "Score" else "12.{at:02d}")
    draft = drafted(Stranger(files={"2026-03/line.csv": text}, sources={"line": "2026-03/line.csv"}), tmp_path / "raw")
    assert "no column numbers the rows" in draft["line"]


POLICE = "2026-03/police.csv"


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("29/03/2026 01:03", "28/03/2026 01:03"), "Created: 1 time is between 01:00 and 01:59 on the day"),
        (("29/03/2026 01:00", "29/03/2026 01:59"), "Created: 2 times are between 01:00 and 01:59 on the day"),
        (("29/03/2026 00:59", "29/03/2026 02:00"), ""),
        (("2026-03-29T01:03:00Z", "2026-03-29T02:03:00+01:00"), ""),
        (("25/03/2026 01:30", "30/03/2026 01:30"), ""),
    ],
)
def test_an_hour_that_there_was_not_is_told(times: tuple[str, ...], said: str, tmp_path: Path) -> None:
    rows = [f'L{at},1,{time},Subject,"QUILL, Ada",05/09/1974' for at, time in enumerate(times)]
    text = "\n".join(["Log,Person seq,Created,Role,Name,DOB", *rows]) + "\n"
    trap = Trap(files={POLICE: text}, exit=0, rows={POLICE: (2, 0)}, silent=() if said else ("clocks go forward",))
    spring(trap, tmp_path)
    if said:
        spring_notes(trap, tmp_path / "notes", said)


def spring_notes(trap: Trap, folder: Path, said: str) -> None:
    """The check says so in a note."""
    from traps.intake_traps import _check, make_site

    place = make_site(trap, folder)
    assert said in _check(place, place.raw / POLICE)[1]
