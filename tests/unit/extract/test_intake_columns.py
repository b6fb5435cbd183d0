"""Headers and fields: how they are compared, and what is said when they don't fit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hiu.errors import InputRefused
from hiu.extract.files.columns import fact_key, match_columns, read_otherwise, time_key, unused_headers
from hiu.extract.files.header import find_header, header_index, known_headers, merge_above, squash, tidy
from hiu.sources import Source, source_of


def make_source(fields: dict[str, Any], **more: Any) -> Source:
    return Source.model_validate(
        {
            "name": "x",
            "title": "X",
            "kind": "events",
            "agency": "x",
            "file": {"pattern": "*"},
            "key": {"event": [next(iter(fields))]},
            "fields": fields,
            **more,
        }
    )


SOURCE = make_source(
    {
        "ref": {"columns": ["Log Ref", "URN"], "required": True},
        "at": {"columns": ["Date"], "type": "timestamp", "time_columns": ["Time", "Clock"]},
        "dob": {"columns": ["Date of Birth", "DOB"], "type": "dob"},
    },
    facts=[
        {"columns": ["Consent"], "fact": "consent", "at_columns": ["Consent date"]},
        {"columns": ["RQM history (date, grade)"], "fact": "grading"},
    ],
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NHS no.", "NHS_No"),
        ("D.O.B.", "dob"),
        (" Log\nRef ", "LogRef"),
        ("STRASSE", "Straße"),
        ("Prénom", "PRENOM"),
        ("Ｎｏ", "no"),
        ("RQM history (date, grade)", "rqm_history: date grade"),
    ],
)
def test_headers_that_are_the_same(one: str, other: str) -> None:
    assert squash(one) == squash(other)


@pytest.mark.parametrize(("one", "other"), [("Ref", "Refs"), ("Code 1", "Code 2"), ("#", "%"), ("No", "Note")])
def test_headers_that_are_not(one: str, other: str) -> None:
    assert squash(one) != squash(other)


def test_tidy_keeps_the_words() -> None:
    assert tidy("  NHS\r\nNumber\t(spaced) ") == "NHS Number (spaced)"
    assert tidy(None) == ""


def test_every_kind_of_column_is_matched_to_the_header_as_sent() -> None:
    headers = ["urn", "DATE", "clock", "Consent", "Consent_Date", "RQM history: date, grade", "Team"]
    assert match_columns(headers, SOURCE) == {
        "ref": "urn",
        "at": "DATE",
        time_key("at"): "clock",
        fact_key(0): "Consent",
        fact_key(0, at=True): "Consent_Date",
        fact_key(1): "RQM history: date, grade",
    }
    assert unused_headers(headers, SOURCE) == ["Team"]


def test_missing_required_column_says_found_expected_and_nearest() -> None:
    with pytest.raises(InputRefused) as refusal:
        match_columns(["Log Reff", "Date"], SOURCE, name="2026-02/x.csv")
    assert str(refusal.value) == (
        "2026-02/x.csv, column 'ref': found: 'Log Reff', 'Date'; expected for 'ref' one of 'Log Ref', 'URN'; "
        'did you mean \'Log Reff\'? If so, write columns = ["Log Ref", "URN", "Log Reff"] under [fields.ref] in '
        "sources/x.toml ('hiu new x FILE' drafts a mapping, and marks with CHECK what could be it)"
    )
    assert refusal.value.code == "missing_column"


def test_nothing_near_means_no_suggestion() -> None:
    with pytest.raises(InputRefused) as refusal:
        match_columns(["Quantity", "Date"], SOURCE)
    assert "did you mean" not in str(refusal.value)


@pytest.mark.parametrize(
    ("headers", "code_words"),
    [
        (["URN", "Log Ref"], "'Log Ref', 'URN' all claim 'ref'"),
        (["URN", "Time", "Clock"], "'Time', 'Clock' all claim 'at@time'"),
        (["URN", "DOB", "Date Of Birth"], "'Date Of Birth', 'DOB' all claim 'dob'"),
    ],
)
def test_two_headers_for_one_field(headers: list[str], code_words: str) -> None:
    with pytest.raises(InputRefused, match=code_words) as refusal:
        match_columns(headers, SOURCE)
    assert refusal.value.code == "ambiguous_column"


def test_one_header_may_serve_two_fields() -> None:
    source = make_source({"ref": {"columns": ["Ref"]}, "related": {"columns": ["REF"]}})
    assert match_columns(["Ref"], source) == {"ref": "Ref", "related": "Ref"}


def test_header_is_the_row_with_most_known_names() -> None:
    known = known_headers(SOURCE)
    rows = [["Log Ref report", ""], ["Date", "x"], ["URN", "Date", "Other"], ["URN", "Date", "dob"], ["1", "2", "3"]]
    assert find_header(rows, known) == 3
    assert find_header(rows[:2], known) is None  # one name among other cells may be anybody's record
    assert find_header([["x", "y"]], known) is None
    assert find_header([["URN"], ["1"]], known) == 0
    assert find_header([], known) is None


def test_blank_header_cells_take_a_known_name_from_the_row_above() -> None:
    known = known_headers(SOURCE)
    assert merge_above([["URN", "Person", "DOB"], ["", "", "Date"]], 1, known) == ["URN", "", "Date"]
    assert merge_above([["URN", "Date"]], 0, known) == ["URN", "Date"]


RENAMED = """
extends = "police"

[fields.start]
columns = ["Logged on"]
time_columns = ["Logged at"]

[fields.name]
columns = []
"""


def renamed(*headers: str, more: str = "") -> tuple[dict[str, str], list[str]]:
    """What these headers are read as, beside those that the shipped source knows, and what is said of it."""
    source = source_of(RENAMED + more, "police")
    columns = match_columns(["Log", "Person seq", "Role", *headers], source, name="police.csv")
    return columns, read_otherwise(columns, source)


def test_headers_of_the_shipped_source_are_read_where_those_of_the_site_are_not_in_the_file_and_it_is_said() -> None:
    columns, said = renamed("Created", "Created time")
    assert (columns["start"], columns[time_key("start")]) == ("Created", "Created time")
    assert said == [
        "'Created' is read as start, since the file has no 'Logged on'. Write columns = [\"Logged on\", \"Created\"] "
        "under [fields.start] in sources/police.toml if that is right, and otherwise = [] if it is not",
        "'Created time' is read as start, time, since the file has no 'Logged at'. Write time_columns = "
        '["Logged at", "Created time"] under [fields.start] in sources/police.toml if that is right, and '
        "time_otherwise = [] if it is not",
    ]


def test_the_site_s_own_header_is_read_where_it_is_in_the_file_and_nothing_is_said() -> None:
    columns, said = renamed("Created", "Logged on", "Logged at")
    assert (columns["start"], columns[time_key("start")], said) == ("Logged on", "Logged at", [])


@pytest.mark.parametrize("second", ["Incident date", "Created (column 7)"])
def test_two_headers_of_the_shipped_source_for_one_field_are_refused(second: str) -> None:
    with pytest.raises(InputRefused, match=f"'Created', '{re.escape(second)}' all claim 'start'"):
        renamed("Created", second)


def test_a_field_that_the_site_says_is_in_no_column_and_a_header_of_another_field_are_not_read_otherwise() -> None:
    columns, said = renamed(
        "Logged on", "Name", "Grade", more='[fields.area]\ncolumns = ["Grade"]\notherwise = ["Role"]'
    )
    assert ("name" in columns, columns["role"], columns["area"], said) == (False, "Role", "Grade", [])
    columns, _ = renamed("Logged on", more='[fields.area]\ncolumns = ["Beat"]\notherwise = ["Role"]')
    assert (columns["role"], "area" in columns) == ("Role", False)


def test_one_of_equal_headers_named_by_its_place_is_the_sources_own() -> None:
    """It was read as named, and the warning said that the file had no such header."""
    columns, said = renamed(
        "Logged on",
        "Surname (column 5)",
        "Surname (column 8)",
        more='[fields.family]\ncolumns = ["Surname (column 5)"]',
    )
    assert (columns["family"], said) == ("Surname (column 5)", [])


def test_with_otherwise_empty_the_file_is_refused_with_the_nearest_header_and_the_line_to_write() -> None:
    source = source_of(RENAMED.replace('"Logged on"]', '"Logged on"]\notherwise = []'), "police")
    with pytest.raises(InputRefused) as refusal:
        match_columns(["Log", "Person seq", "Role", "Logged on date", "Created"], source, name="police.csv")
    assert 'did you mean \'Logged on date\'? If so, write columns = ["Logged on", "Logged on date"]' in str(
        refusal.value
    )
    assert "under [fields.start] in sources/police.toml" in str(refusal.value)


def test_a_header_near_one_that_the_shipped_source_knows_is_offered_too() -> None:
    with pytest.raises(
        InputRefused, match=r'did you mean .Date_Creatd.\? If so, write columns = ."Logged on", "Date_Creatd".'
    ):
        renamed("Date_Creatd")


def test_a_header_row_is_found_by_headers_that_are_read_otherwise() -> None:
    source = source_of(RENAMED + '[fields.role]\ncolumns = ["Part"]', "police")
    assert header_index([["Report of March", ""], ["Created", "Role", "Beat"]], source, "x.csv") == 1
