"""Headers and fields: how they are compared, and what is said when they don't fit."""

from __future__ import annotations

from typing import Any

import pytest

from hiu.errors import InputRefused
from hiu.extract.files.columns import fact_key, match_columns, time_key, unused_headers
from hiu.extract.files.header import find_header, known_headers, merge_above, squash, tidy
from hiu.sources import Source


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
        "did you mean 'Log Reff'? ('hiu new x FILE' drafts a mapping that reads the file as it is)"
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
