"""The gate: every kind of bad row is quarantined by its number, every kind of oddity said, no value ever shown."""

import logging
import os
import socket
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from quality_frames import SOURCE, facts, records

from hiu.model import FACT
from hiu.quality import check
from hiu.quality.check import FAILED_SCHEMA, CheckResult, check_delivery
from hiu.quality.suites import suite

SUITE = suite(SOURCE)
REPOSITORY = Path(__file__).resolve().parents[3]


def one_bad(column: str, value: Any, rows: int = 5) -> pl.DataFrame:
    """Sound records whose third row has another value in one column."""
    good = records(rows)
    values = good[column].to_list()
    values[2] = value
    return good.with_columns(pl.Series(column, values, dtype=good.schema[column]))


def failed(gated: CheckResult) -> list[tuple[int, str, str]]:
    return gated.failed.select("source_row", "column", "code").rows()


def test_sound_records_pass_whole() -> None:
    gated = check_delivery(records(), SUITE, usual=5)
    assert gated.failed.is_empty()
    assert dict(gated.failed.schema) == FAILED_SCHEMA
    assert gated.warnings == []
    assert len(gated.checked) > 40
    assert all(one["passed"] and one["failed_count"] == 0 for one in gated.checked)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("delivery_id", None, "missing"),
        ("source_file", None, "missing"),
        ("deleted", None, "missing"),
        ("nobody", None, "missing"),
        ("measures", None, "missing"),
        ("event_id", None, "missing"),
        ("start", None, "missing"),
        ("measures", ["mh_stay", "made_up"], "unknown_measure"),
        ("measures", ["mh_stay_2"], "unknown_measure"),
        ("sex", "Q", "code_not_listed"),
        ("details", '{"ward":"lounge"}', "code_not_listed"),
        ("nhs_number", "999000001", "bad_format"),
        ("nhs_number", "99900000188", "bad_format"),
        ("nhs_number", "9990000018\n", "bad_format"),
        ("nhs_number", "999 000 0018", "bad_format"),
        ("nhs_number", "٩٩٩٠٠٠٠٠١٨", "bad_format"),
        ("postcode", "BS14ND", "bad_format"),
        ("postcode", "bs1 4nd", "bad_format"),
        ("postcode", "NFA", "bad_format"),
        ("local_ids", "100", "bad_format"),
        ("local_ids", "rio:1|", "bad_format"),
        ("related", "260305-1", "bad_format"),
        ("start", datetime(1899, 12, 31, 23, 59), "out_of_range"),
        ("start", datetime(2062, 3, 5), "out_of_range"),
        ("dob", date(1879, 12, 31), "out_of_range"),
        ("dob", date(2062, 3, 5), "out_of_range"),
        ("birth_year", 1066, "out_of_range"),
        ("age", -1, "out_of_range"),
        ("age", 121, "out_of_range"),
        ("end", datetime(2026, 3, 4, 23, 59), "ends_before_start"),
        ("leave_end", date(2026, 3, 5), "leave_end_before_start"),
    ],
)
def test_a_bad_row_is_quarantined_alone_with_column_code_and_reason(column: str, value: Any, code: str) -> None:
    gated = check_delivery(one_bad(column, value), SUITE, usual=None)
    shown = "details.ward" if column == "details" else column
    assert failed(gated) == [(3, shown, code)]
    assert gated.failed["reason"].item().strip()
    broken = [one for one in gated.checked if not one["passed"] and one["severity"] == "gate"]
    assert (broken[0]["column"], broken[0]["code"], broken[0]["failed_count"]) == (shown, code, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("end", None),
        ("end", datetime(2026, 3, 5, 1)),  # the hour repeats when the clocks go back, so order is by day
        ("start", datetime(1900, 1, 1)),
        ("dob", None),
        ("nhs_number", None),
        ("postcode", "BS1"),
        ("postcode", "EC1A 1BB"),
        ("sex", None),
        ("details", None),
        ("details", '{"ward":null}'),
        ("measures", []),
        ("measures", ["mh_stay", "mh_other"]),
        ("age", 0),
        ("age", 120),
        ("related", None),
        ("version", None),
    ],
)
def test_what_is_allowed_is_not_failed(column: str, value: Any) -> None:
    assert check_delivery(one_bad(column, value), SUITE, usual=None).failed.is_empty()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("start", datetime(2026, 4, 1), "1 of 5 rows: the start is after the month"),
        ("dob", date(2026, 3, 6), "1 of 5 rows: the event is before the date of birth"),
        ("spell_end", date(2026, 3, 4), "1 of 5 rows: the spell was discharged before the stay started"),
        ("record_id", "E0|1", "2 of 5 rows: the same record key more than once"),
    ],
)
def test_an_oddity_is_said_and_loads(column: str, value: Any, said: str) -> None:
    frame = one_bad(column, value)
    if column == "start":
        frame = frame.with_columns(
            pl.lit(None, pl.Datetime("us")).alias("end"), pl.lit(None, pl.Date).alias("spell_end")
        )
    gated = check_delivery(frame, SUITE, usual=None)
    assert gated.failed.is_empty()
    assert [warning.startswith(said) for warning in gated.warnings] == [True]


@pytest.mark.parametrize(
    ("rows", "usual", "said"),
    [
        (75, 100, []),
        (74, 100, ["26% shorter than usual: 74 rows that can be read; usually 100"]),
        (100, 50, []),
        (2, 4, []),
        (1, 9, ["89% shorter than usual: 1 row that can be read; usually 9"]),
        (101, 50, ["2.0 times as long as usual: 101 rows that can be read; usually 50"]),
        (1, None, []),
    ],
)
def test_an_unusual_number_of_rows_is_said(rows: int, usual: int | None, said: list[str]) -> None:
    assert check_delivery(records(rows), SUITE, usual=usual).warnings == said


def test_how_much_shorter_is_a_setting() -> None:
    assert check_delivery(records(70), SUITE, usual=100, shorter=0.4).warnings == []


def test_no_rows_at_all() -> None:
    assert check_delivery(records(0), SUITE, usual=None).warnings == []
    gated = check_delivery(records(0), SUITE, usual=1200)
    assert gated.failed.is_empty()
    assert gated.warnings == ["no row that can be read; usually 1,200"]


def test_a_column_that_is_nearly_empty_in_a_full_file_is_said() -> None:
    few = records(50, nhs_number=["9990000018"] + [None] * 49)
    assert check_delivery(few, SUITE, usual=None).warnings == []
    optional = records(50, postcode=None)
    assert check_delivery(optional, SUITE, usual=None).warnings == []
    none = records(50, nhs_number=None)
    warnings = check_delivery(none, SUITE, usual=None).warnings
    assert warnings == ["50 of 50 rows: nhs_number is empty in nearly every row"]
    assert check_delivery(records(49, nhs_number=None), SUITE, usual=None).warnings == []


def test_a_row_with_several_faults_is_quarantined_once_by_the_first() -> None:
    frame = one_bad("sex", "Q").with_columns(pl.lit(200, pl.Int64).alias("age"))
    assert failed(check_delivery(frame, SUITE, usual=None)) == [
        (row, *(("sex", "code_not_listed") if row == 3 else ("age", "out_of_range"))) for row in range(1, 6)
    ]


def test_rows_already_in_quarantine_are_not_failed_again() -> None:
    frame = records(sex="Q", quarantined=[True, False, True, True, False])
    assert [row for row, _, _ in failed(check_delivery(frame, SUITE, usual=None))] == [2, 5]
    all_aside = check_delivery(records(sex="Q", quarantined=True), SUITE, usual=None)
    assert all_aside.failed.is_empty()
    assert all(one["passed"] for one in all_aside.checked)


def test_a_wrong_type_fails_the_whole_delivery() -> None:
    gated = check_delivery(records().with_columns(pl.col("age").cast(pl.String)), suite(SOURCE), usual=None)
    assert failed(gated) == [(row, "age", "wrong_type") for row in range(1, 6)]


def test_without_a_period_there_is_no_latest_start() -> None:
    frame = records(period=None, start=datetime(2062, 3, 5), end=None, spell_end=None)
    gated = check_delivery(frame, SUITE, usual=None)
    assert gated.failed.is_empty()
    assert gated.warnings == []


def test_row_numbers_are_those_of_the_file() -> None:
    frame = records(4, source_row=[7, 900, 3, 12], sex=["F", "Q", "F", "Q"])
    assert [row for row, _, _ in failed(check_delivery(frame, SUITE, usual=None))] == [12, 900]


@pytest.mark.parametrize(
    ("column", "values", "code"),
    [
        ("likelihood", [4, 6, 1], "out_of_range"),
        ("impact", [4, 0, 1], "out_of_range"),
        ("grade", ["High", "Severe", None], "code_not_listed"),
        ("role", ["clinical", "police", None], "code_not_listed"),
        ("fact", ["grading", "arrest", "contact"], "code_not_listed"),
        ("at", [None, date(1899, 1, 1), date(2026, 1, 1)], "out_of_range"),
    ],
)
def test_facts_of_a_register_have_a_gate_too(column: str, values: list[Any], code: str) -> None:
    assert failed(check_delivery(facts(**{column: values}), suite(SOURCE, FACT), usual=None)) == [(2, column, code)]


def test_a_row_with_several_facts_fails_once() -> None:
    frame = facts(source_row=[4, 4, 5], position=[1, 2, 1], likelihood=[9, 8, 1])
    assert failed(check_delivery(frame, suite(SOURCE, FACT), usual=None)) == [(4, "likelihood", "out_of_range")]


def spoiled() -> list[pl.DataFrame]:
    """Frames with nulls, whole columns empty, and faults, to compare the short way with the long."""
    return [
        records(3, sex=["F", None, "Q"], nhs_number=None, end=None, family=[None, None, "X"]),
        records(60, dob=None, postcode=[None] * 59 + ["?"], event_id=[None, *map(str, range(59))], related=None),
        records(2, leave_end=None, spell_end=[None, date(2020, 1, 1)], details=None, age=None, start=None),
        records(3, quarantined=[True, False, False], nobody=[None, True, None]),
        # at the limits of each rule, on its good side
        records(
            4,
            start=[datetime(1900, 1, 1), datetime(2026, 3, 5), datetime(2026, 3, 6), datetime(2026, 3, 7)],
            end=[None, datetime(2026, 3, 5, 1), datetime(2026, 3, 6), None],
            age=[0, 120, None, 60],
            postcode=["BS1", "EC1A 1BB", "GIR 0AA", None],
            measures=[[], ["mh_stay", "mh_other"], ["mh_other"], ["mh_stay"]],
            details=[None, '{"ward":null}', None, None],
        ),
        # and on its bad side
        records(
            8,
            nhs_number=[
                "9990000018\n",
                "٩٩٩٠٠٠٠٠١٨",
                "999 000 0018",
                "999000001",
                "99900000188",
                "",
                "9990000018",
                None,
            ],
            postcode=["bs1 4nd", "BS14ND", "NFA", "BS1 4ND\n", " BS1", "", "BS1 4ND", None],
            local_ids=["100", "rio:1|", "rio:1|x:2", "rio:\n", ":", "a:b:c", "é:1", None],
            age=[-1, 121, None, 0, 120, 1, 2, 3],
            record_id=["E0|1", "E0|1", "e0|1", "E0|1 ", "É", "E\u0301", None, None],
        ),
    ]


@pytest.mark.parametrize("number", range(6))
def test_what_is_settled_at_once_is_what_evaluating_says(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = spoiled()[number]
    short = check_delivery(frame, SUITE, usual=10)
    monkeypatch.setattr(check, "holds_where_sound", lambda *_: False)
    full = check_delivery(frame, SUITE, usual=10)
    assert short.checked == full.checked
    assert short.warnings == full.warnings
    assert short.failed.equals(full.failed)


CANARY = "ZYXCANARY"


def test_no_value_is_in_any_output_or_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    columns = ("sex", "nhs_number", "postcode", "local_ids", "related", "event_id", "record_id", "version", "name_text")
    text = dict.fromkeys(columns, CANARY)
    frame = records(
        **text,
        given=CANARY.lower(),
        family=CANARY.lower(),
        details=f'{{"ward":"{CANARY}"}}',
        measures=[[CANARY]] * 5,
        age=77123,
        birth_year=77124,
        dob=date(7712, 3, 4),
        start=datetime(7713, 3, 4),
    )
    with caplog.at_level(logging.DEBUG):
        gated = check_delivery(frame, SUITE, usual=2)
    assert gated.failed.height == 5
    captured = capfd.readouterr()
    everything = " ".join(
        [
            repr(gated),
            gated.failed.write_csv(),
            str(gated.checked),
            *gated.warnings,
            caplog.text,
            captured.out,
            captured.err,
        ]
    ).upper()
    assert "CODE_NOT_LISTED" in everything
    for planted in (CANARY, "7712", "7713"):
        assert planted not in everything


def test_a_question_that_cannot_be_put_is_an_error_without_a_value(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = {
        "type": "expect_column_values_to_match_regex",
        "kwargs": {"column": "family", "regex": "("},
        "meta": {"severity": "gate", "code": "x", "column": "family", "reason": "x"},
    }
    with caplog.at_level(logging.DEBUG), pytest.raises(RuntimeError, match="could not be evaluated") as caught:
        check_delivery(records(family=CANARY), {**SUITE, "expectations": [broken]}, usual=None)
    captured = capfd.readouterr()
    assert CANARY not in str(caught.value) + caplog.text + captured.out + captured.err
    assert caught.value.__suppress_context__


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Code run by a fresh interpreter, in the tests' own folder so that it finds quality_frames."""
    folders = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests" / "kits")])
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": folders},
    )


def test_nothing_heavy_is_imported_until_a_delivery_comes() -> None:
    code = (
        "import sys, hiu.quality.check as c, hiu.quality.suites as s\n"
        "from quality_frames import SOURCE, records\n"
        "s.suite(SOURCE); c.check_delivery(records(0), s.suite(SOURCE), usual=None)\n"
        "print({'great_expectations', 'pandas'} & set(sys.modules))"
    )
    assert python(code).stdout == "set()\n"


def test_a_delivery_is_asked_about_without_a_connection_or_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was attempted")

    for holder, name in ((socket.socket, "connect"), (socket, "getaddrinfo"), (socket, "create_connection")):
        monkeypatch.setattr(holder, name, refuse)
    assert check_delivery(records(sex="Q"), suite(SOURCE), usual=None).failed.height == 5
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_the_gate_connects_to_nothing_and_prints_nothing_from_its_import_on() -> None:
    code = (
        "import pipelines, socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('a connection was attempted')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from hiu.quality.check import check_delivery\n"
        "from hiu.quality.suites import suite\n"
        "from quality_frames import SOURCE, records\n"
        "assert check_delivery(records(sex='Q'), suite(SOURCE), usual=None).failed.height == 5\n"
        "held = {name.split('.')[0] for name, module in sys.modules.items() if module}\n"
        "assert {'great_expectations', 'jsonschema'} <= held\n"
        "assert not {'rfc3987_syntax', 'lark'} & held, 'grammars of web addresses, which take seconds to build'\n"
    )
    done = python(code)
    assert (done.stdout, done.stderr) == ("", "")


def test_only_the_gate_imports_great_expectations() -> None:
    found = [
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("hiu", "pipelines", "notebooks")
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
        if "import great_expectations" in (text := path.read_text(encoding="utf-8"))
        or "from great_expectations" in text
    ]
    assert found == ["hiu/quality/check.py"]
