"""Rows that are no contacts, in a column that decides nothing: asked about by the draft, and told by check and run; and
data sets in which no row can count, as a column that they need is not in the file."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import Stranger, drafted, meet
from traps.intake_traps import Trap, spring

from hiu.errors import SettingsError
from hiu.extract.draft.columns.idle import by_form
from hiu.quality.counting import cannot_count, idle_flags
from hiu.sources import load_sources

SUITE = "2026-03/s136.csv"
LINE = "2026-03/line.csv"
AMBULANCE = "2026-03/amb_calls.csv"
PEOPLE = ("QUILL,Ada,05/09/1974", "BIRCH,Alan,14/02/1961", "CEDAR,Kit,31/12/1990", "ROWAN,Sian,19/06/2001") * 2


def sheet(head: str, *cells: str, dates: str = "Date arrived,Time arrived") -> str:
    """Eight rows of a suite's log; `cells` stand in the last column, by turns."""
    rows = (f"{who},{3 + k:02d}/03/2026,1{k}:15,{cells[k % len(cells)]}" for k, who in enumerate(PEOPLE))
    return "\n".join([f"Surname,First name,DOB,{dates},{head}", *rows]) + "\n"


WORDS = {
    "did not attend": "did not attend",
    "Cancelled by Trust": "cancel",
    "DNA - letter sent": "dna",
    "Stood down on route": "stood down",
    "Left before being seen": "left before",
    "Client not present": "not present",
    "Hoax call": "hoax",
    "Duplicate of 4471": "duplicate",
    "Created in error": "error",
    "Latest review": None,
    "Tested positive": None,
    "S2": None,
}


@pytest.mark.parametrize("text", WORDS)
def test_a_code_says_whether_anything_happened(text: str) -> None:
    assert [*by_form({text: 1})] == ([WORDS[text]] if WORDS[text] else [])


def test_free_text_is_no_code() -> None:
    assert (
        by_form({f"Pt cancelled the taxi, then walked to the station and rang again at {n}": 1 for n in range(3)}) == {}
    )
    assert by_form({f"cancelled {n}": 1 for n in range(41)}) == {}


DRAFTS = {
    "a flag of a shipped source": Stranger(
        files={SUITE: sheet("Accepted?", "Y", "Y", "N", "Y")},
        sources={"s136": SUITE},
        edits=(
            (
                '# accepted = { not_in = ["N"] }  # CHECK: take the first # away if these should not count: 2 rows',
                'accepted = { not_in = ["N"] }',
            ),
        ),
        writes=('event = ["start", "start_time"]', "required = false", 'columns = ["Accepted?"]'),
        rows={SUITE: (8, 0)},
        records={"measures": [["s136_health"], ["s136_health"], [], ["s136_health"]] * 2},
    ),
    "codes of a shipped source's own field": Stranger(
        files={SUITE: sheet("Outcome", "S2", "Rescinded", "Discharged", "Stood down")},
        sources={"s136": SUITE},
        edits=(
            (
                '# outcome = { not_matches = ["rescind", "stood down"] }  # CHECK: take the first # away if these '
                "should not count: Rescinded 2, Stood down 2",
                'outcome = { not_matches = ["rescind", "stood down"] }',
            ),
        ),
        rows={SUITE: (8, 0)},
        records={"measures": [["s136_health"], [], ["s136_health"], []] * 2},
    ),
    "two columns of a new source": Stranger(
        files={LINE: sheet("Outcome,Cancelled?", "Seen,", "Did not attend,", "Seen,Y", "Seen,", dates="Date,Time")},
        sources={"line": LINE},
        edits=(
            (
                '# outcome = { not_matches = ["did not attend"] }  # CHECK: take the first # away if these should not '
                "count: Did not attend 2",
                'outcome = { not_matches = ["did not attend"] }',
            ),
            (
                '# cancelled = { not_in = ["Y"] }  # CHECK: take the first # away if these should not count: 2 rows',
                'cancelled = { not_in = ["Y"] }',
            ),
        ),
        rows={LINE: (8, 0)},
        records={"measures": [["line_event"], [], [], ["line_event"]] * 2},
    ),
}


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_asks_which_codes_count(name: str, tmp_path: Path) -> None:
    meet(DRAFTS[name], tmp_path)


def test_a_column_whose_codes_a_source_knows_is_found_by_them(tmp_path: Path) -> None:
    codes = ("See & Treat", "Hear and treat", "Conveyed", "Stood down")
    head = "On scene,Disposition"
    text = sheet(head, *(f"10:30,{code}" for code in codes), dates="Call date,Call time")
    stranger = Stranger(files={AMBULANCE: text}, sources={"ambulance": AMBULANCE})
    lines = drafted(stranger, tmp_path)["ambulance"].splitlines()
    assert any(line.startswith('columns = ["Disposition"]  # CHECK: by its codes') for line in lines), lines


def test_of_two_columns_whose_codes_a_source_knows_the_one_is_taken_of_which_it_knows_clearly_more(
    tmp_path: Path,
) -> None:
    rows = [
        f"{number},0{number % 9 + 1}/03/2026 10:30,Jones,Ann,{role},{kind}"
        for number, (role, kind) in enumerate(
            zip(("Subject", "Victim", "Witness") * 4, ("Missing", "ASB") * 6, strict=True)
        )
    ]
    text = "\n".join(["Log,Created,Surname,Forename,Link reason,Kind of thing", *rows])
    stranger = Stranger(files={"log_0326.csv": text}, sources={"police": "log_0326.csv"})
    lines = drafted(stranger, tmp_path)["police"].splitlines()
    assert any(line.startswith('columns = ["Link reason"]  # CHECK: by its codes') for line in lines), lines


def test_a_callsign_is_no_arrival_and_a_time_of_day_beside_a_day_is_no_start(tmp_path: Path) -> None:
    text = sheet("Callsign", *("A101", "A205", "A101", "A205"), dates="Call date,Call time")
    stranger = Stranger(files={AMBULANCE: text}, sources={"ambulance": AMBULANCE})
    draft = drafted(stranger, tmp_path)["ambulance"]
    assert "\n[fields.on_scene]" not in draft
    assert 'columns = ["Call date"]' in draft and 'time_columns = ["Call time"]' in draft


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("outcome", "Rescinded before arrival", "name its words for outcome under [where]"),
        ("place", "Did not attend", "name its words for place under [where]"),
        (None, "Cancelled by caller", "make it a field and name its words under [where]"),
    ],
)
def test_codes_that_decide_nothing_are_told(field: str | None, text: str, words: str) -> None:
    frame = pl.DataFrame({"Result": [text, "Seen", None]})
    columns, unused = ({field: "Result"}, []) if field else ({}, ["Result"])
    (told,) = idle_flags(frame, columns, unused, load_sources()["s136"])
    assert told.startswith("'Result' has ") and " in 1 row; " in told and words in told and text not in told


def test_codes_that_decide_are_not_asked_about() -> None:
    frame = pl.DataFrame({"Outcome": ["Cancelled", "Conveyed"]})
    assert not [*idle_flags(frame, {"outcome": "Outcome"}, [], load_sources()["ambulance"])]


def test_a_condition_under_where_is_one_of_every_measure(tmp_path: Path) -> None:
    (tmp_path / "mha.toml").write_text('extends = "mha"\n[where]\narea = { not_in = ["elsewhere"] }\n')
    found = load_sources(tmp_path)["mha"].measures
    assert [rule.where["area"] for rule in found] == [{"not_in": ("elsewhere",)}] * 2
    assert all("outcome" in rule.where for rule in found)


def test_a_condition_under_where_does_not_stand_against_a_measures_own(tmp_path: Path) -> None:
    (tmp_path / "mha.toml").write_text('extends = "mha"\n[where]\noutcome = "present"\n')
    with pytest.raises(SettingsError, match="'outcome': the measure 'mha_completed' has a condition on it of its own"):
        load_sources(tmp_path)


CALLS = sheet("Outcome", "Conveyed", dates="Call date,Call time").replace("Surname", "Incident number,Surname", 1)
CALLS = "\n".join(line if not k else f"A{k},{line}" for k, line in enumerate(CALLS.splitlines())) + "\n"
LACKING = """extends = "ambulance"
[file]
pattern = "amb_calls*"
[key]
record = []
[fields.deployment]
required = false
[fields.on_scene]
required = false
[fields.start]
columns = ["Call date"]
time_columns = ["Call time"]
"""


def test_a_data_set_in_which_no_row_can_count_is_told(tmp_path: Path) -> None:
    told = "no row can count as ambulance_deployment: no column is read as on_scene (accepted: 'On scene'"
    spring(
        Trap(files={AMBULANCE: CALLS}, sources={"ambulance": LACKING}, exit=3, rows={AMBULANCE: (8, 0)}, says=(told,)),
        tmp_path,
    )


@pytest.mark.parametrize("blank", [True, False])
def test_a_police_file_that_says_nobody_s_part_is_a_warning_with_its_rows_and_people(
    tmp_path: Path, blank: bool
) -> None:
    """A witness counts then as the person the incident is about, and the rank of a third party moves."""
    told = "so that witnesses and professionals count as if the contact were about them: 8 rows count, of at most"
    rows = sheet("Involvement" if blank else "Remarks", "", dates="Created date,Created time").splitlines()
    file = "\n".join(f"{f'L{at},1' if at else 'Log number,Seq'},{row}" for at, row in enumerate(rows)) + "\n"
    spring(
        Trap(files={"2026-03/police.csv": file}, exit=3, rows={"2026-03/police.csv": (8, 0)}, says=(told,)), tmp_path
    )


def test_what_a_file_cannot_say_is_noted() -> None:
    sources = load_sources()
    never, notes = cannot_count({"start": "When", "log": "Log", "role": "Role"}, sources["police"])
    assert not never and [note.partition(":")[0] for note in notes] == ["no row can count as s136"]
    never, notes = cannot_count({"start": "When"}, sources["mha"])
    assert not never and [note.partition(" (")[0] for note in notes] == [
        "no row is left out of mha_assessment by outcome"
    ]
    assert cannot_count({"start": "When", "outcome": "Outcome"}, sources["mha"]) == ([], [])
