"""A header in the middle of a file with other names in another order: the draft reads each part by its own header."""

from __future__ import annotations

from pathlib import Path

import pytest
from traps.draftkit import draft_of

from hiu.extract.files.read import read_table
from hiu.sources import source_of

FIRST = ["Contact Ref", "Contact Date", "Surname", "First name", "DOB", "Outcome"]
NAMES = ["Quill", "Marlow", "Osei", "Tan", "Okafor", "Walsh", "Kaur"]


def rows(first: int, order: list[int]) -> list[str]:
    cells = [
        [
            f"R{at + 970}",
            f"{1 + at % 28:02d}/03/2026",
            NAMES[at % 7].upper(),
            f"Ada{chr(97 + at % 9)}",
            f"{1 + at % 27:02d}/0{1 + at % 9}/19{60 + at % 7}",
            ("Seen", "Seen", "DNA", "No answer")[at % 4],
        ]
        for at in range(first, first + 60)
    ]
    return [",".join(row[place] for place in order) for row in cells]


def drafted(second: list[str], order: list[int], folder: Path) -> tuple[str, dict[str, object]]:
    lines = [",".join(FIRST), *rows(0, list(range(6))), ",".join(second), *rows(60, order)]
    return draft_of("outreach", "2026-03/outreach.csv", "\n".join(lines) + "\n", folder)


@pytest.mark.parametrize(
    ("second", "order"),
    [
        (["Ref No", "Date of Contact", "Result", "Last Name", "Forename", "Birth Date"], [0, 1, 5, 2, 3, 4]),
        (["Result", "Birth Date", "Forename", "Last Name", "Date of Contact", "Ref No"], [5, 4, 3, 2, 1, 0]),
        (["Contact Ref", "Contact Date", "Family name", "Given name", "Date of birth", "Result"], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_both_names_of_a_column_are_drafted(second: list[str], order: list[int], tmp_path: Path) -> None:
    text, found = drafted(second, order, tmp_path)
    fields: dict[str, dict[str, object]] = found["fields"]  # type: ignore[assignment]
    expected = {first: second[order.index(at)] for at, first in enumerate(FIRST)}
    wanted = {first: [first] if first == other else [first, other] for first, other in expected.items()}
    assert sorted(map(str, wanted.values())) == sorted(str(spec["columns"]) for spec in fields.values())
    assert [*fields] == ["event", "dob", "family", "given", "start", "outcome"]
    assert "120 different in 120 rows" in text
    changed = [first for first, other in expected.items() if first != other]
    assert all(f"{expected[first]} for {first}" in text for first in changed)


def test_the_draft_reads_both_parts_of_the_file(tmp_path: Path) -> None:
    second, order = ["Ref No", "Date of Contact", "Result", "Last Name", "Forename", "Birth Date"], [0, 1, 5, 2, 3, 4]
    text, _ = drafted(second, order, tmp_path)
    path = next(tmp_path.rglob("outreach.csv"))
    raw = read_table(path, source_of(text, "outreach"), name="outreach.csv", max_bytes=10**6, max_ratio=9)
    assert raw.refused["code"].to_list() == ["header_repeated"]
    assert raw.frame.height == 120
    assert set(raw.frame["Surname"]) == {name.upper() for name in NAMES}


def test_rows_of_words_are_no_header(tmp_path: Path) -> None:
    lines = [",".join(FIRST), *rows(0, list(range(6))), "unknown,unknown,unknown,unknown,unknown,Seen"]
    text, _ = draft_of("outreach", "2026-03/outreach.csv", "\n".join([*lines, *rows(60, list(range(6)))]), tmp_path)
    assert "further down" not in text
