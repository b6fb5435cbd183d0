"""Words by which somebody was not seen: in the condition that a draft suggests, and in the note of what is left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from traps.draftkit import Stranger, drafted

from hiu.quality.counting import idle_flags
from hiu.sources import Source, load_sources

LINE = "2026-03/line.csv"

CASES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Seen?": (("Y", "N", "Yes", "DNA"), ("N", "DNA")),
    "Attended?": (("Y", "N", "DNA"), ("N", "DNA")),
    "Seen": (("Yes", "No", "FTA", "No show"), ("No", "FTA", "No show")),
    "Patient seen": (("Yes", "No", "WNB", "Cancelled"), ("No", "WNB", "Cancelled")),
    "Attendance": (("Seen", "DNA", "Cancelled by client", "CNA", "UTA"), ("DNA", "Cancelled by client", "CNA", "UTA")),
    "Appointment status": (("Attended", "DNA", "CNA", "UTA", "WNB"), ("DNA", "CNA", "UTA", "WNB")),
    "Contact outcome": (
        ("Seen at home", "Failed to attend", "Refused entry", "Unable to attend", "Not at home", "Did not engage"),
        ("Failed to attend", "Refused entry", "Unable to attend", "Not at home", "Did not engage"),
    ),
    "Result": (
        ("Seen", "Left voicemail", "No answer", "Wasted journey", "Was not brought", "Unsuccessful visit"),
        ("Left voicemail", "No answer", "Wasted journey", "Was not brought", "Unsuccessful visit"),
    ),
    "Attendance code": (("5", "6", "3", "7", "2", "4"), ("2", "3", "4", "7")),
    "Attended or did not attend": (("5", "3", "5.0", "2"), ("2", "3")),
    "Attendance status": (("05", "07", "06", "03"), ("03", "07")),
    "Visit outcome": (
        ("Face to face", "Non-attendance", "Missed", "Gone on arrival"),
        ("Non-attendance", "Missed", "Gone on arrival"),
    ),
    "Patient attended?": (("Yes", "No", "Arrived late"), ("No",)),
    "Session completed": (("Y", "N", "In part"), ("N",)),
    "Answered": (("True", "False", "Rang back later", "Voicemail full"), ("False",)),
    "Appointment kept": (("yes", "no", "Yes (by video)", "no - bus late", "N/A"), ("no", "no - bus late")),
    "Visit took place": (("Y", "N", "Home", "School", "Cancelled"), ("N", "Cancelled")),
    "Cancelled?": (("Y", "N", "Moved to April"), ("Y",)),
    "Duplicate": (("No", "Yes", "Yes - of R0003", "Not sure"), ("Yes", "Yes - of R0003")),
    "Contact was made": (("Yes", "No", "Message passed on"), ("No",)),
}  # fmt: skip
"""Header -> its words, and those by which nobody was seen."""
STAY = {"Outcome": ("Treated", "Did not wait", "Left before being seen", "LWBS", "Self-discharged before treatment")}


def sheet(head: str, words: tuple[str, ...], rows: int = 60) -> str:
    lines = [f"Ref,Surname,Forename,DOB,Date,{head}"]
    lines += [
        f"R{at:04d},QUILL{'ABCDEFG'[at % 7]},Ada,0{1 + at % 9}/05/1974,{1 + at % 28:02d}/03/2026 1{at % 10}:15,"
        f"{words[at % len(words)]}"
        for at in range(rows)
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def taken(text: str) -> str:
    """The draft with every suggested condition taken."""
    lines = [line.removeprefix("# ") if "take the first # away" in line else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def counts(head: str, source: Source, words: tuple[str, ...]) -> set[str]:
    """The words of a column whose rows count by the source's conditions."""
    from hiu.extract.measures import holds

    field = next(name for name, spec in source.fields.items() if head in spec.columns)
    rest = pl.DataFrame({field: words}, schema={field: pl.String})
    return set(rest.filter(holds(source.measures[0].where, [field]))[field])


@pytest.mark.parametrize("head", CASES)
def test_the_suggested_condition_leaves_out_each(head: str, tmp_path: Path) -> None:
    words, out = CASES[head]
    texts = drafted(Stranger(files={LINE: sheet(head, words)}, sources={"line": LINE}), tmp_path / "raw")
    (tmp_path / "sources" / "line.toml").write_text(taken(texts["line"]), encoding="utf-8")
    source = load_sources(tmp_path / "sources")["line"]
    assert counts(head, source, words) == set(words) - set(out), texts["line"]


@pytest.mark.parametrize("head", CASES)
def test_without_a_condition_each_is_told(head: str, tmp_path: Path) -> None:
    words, out = CASES[head]
    drafted(Stranger(files={LINE: sheet(head, words)}, sources={"line": LINE}), tmp_path / "raw")
    source = load_sources(tmp_path / "sources")["line"]
    field = next(name for name, spec in source.fields.items() if head in spec.columns)
    frame = pl.DataFrame({head: [words[at % len(words)] for at in range(60)]})
    (told,) = idle_flags(frame, {field: head}, [], source)
    answers = [word for word in out if word.casefold() in ("n", "no", "y", "yes", "false")]
    assert all(f"{word} in " in told for word in answers), told


@pytest.mark.parametrize("head", STAY)
def test_who_left_before_being_seen_was_there(head: str, tmp_path: Path) -> None:
    text = drafted(Stranger(files={LINE: sheet(head, STAY[head])}, sources={"line": LINE}), tmp_path / "raw")["line"]
    assert "not_matches" not in text and "not_in" not in text
    assert "who leaves before being seen was there, so the row counts" in text


@pytest.mark.parametrize(
    ("condition", "words", "left"),
    [
        ('{ not_matches = ["\\\\bdna\\\\b", "cancel"] }', ("Seen", "DNA", "CNA", "UTA"),
         "CNA in 15 rows, UTA in 15 rows"),
        ('{ not_in = ["N"] }', ("Y", "N", "DNA"), "DNA in 20 rows"),
        ('{ not_in = ["DNA"] }', ("Attended", "DNA", "WNB"), "WNB in 20 rows"),
        ('{ not_matches = ["no show"] }', ("Seen", "No show", "Failed to attend"), "Failed to attend in 20 rows"),
        ('{ not_in = ["3"] }', ("5", "3", "7"), "7 in 20 rows"),
    ],
)  # fmt: skip
def test_words_that_a_condition_lets_count_are_told(
    condition: str, words: tuple[str, ...], left: str, tmp_path: Path
) -> None:
    text = sheet("Attendance", words)
    base = drafted(Stranger(files={LINE: text}, sources={"line": LINE}), tmp_path / "raw")["line"]
    kept = "\n".join(
        line for line in base.splitlines() if "take the first # away" not in line and "[where]" not in line
    )
    (tmp_path / "sources" / "line.toml").write_text(f"{kept}\n[where]\nattendance = {condition}\n", encoding="utf-8")
    source = load_sources(tmp_path / "sources")["line"]
    frame = pl.DataFrame({"Attendance": [words[at % len(words)] for at in range(60)]})
    told = [*idle_flags(frame, {"attendance": "Attendance"}, [], source)]
    assert told == [
        f"'Attendance' leaves rows out, and other words in it still count: {left}. If they are no contacts, add "
        "them to attendance under [where]"
    ]
