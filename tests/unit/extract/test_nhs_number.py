"""NHS numbers: what counts as evidence."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs

from hiu.extract.values.nhs_number import nhs_number


def read(text: str | None, *, synthetic: bool = False) -> str | None:
    frame = pl.DataFrame({"n": [text]}, schema={"n": pl.String})
    return frame.select(nhs_number(pl.col("n"), synthetic=synthetic)).item()


@pytest.mark.parametrize(
    "sent",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "'9434765919",
        " 9434765919",
        "9434765919.0",
        "9.434765919E9",
        "9.434765919E+09",
        '="9434765919"',
    ],
)
def test_forms_that_hold_all_ten_digits(sent: str) -> None:
    assert read(sent) == "9434765919"


@pytest.mark.parametrize(
    "sent",
    [
        "9434765918",
        "9.43477E+09",
        "9.43476592E+09",
        "943476591",
        "94347659191",
        "0000000000",
        "1111111111",
        "NOT KNOWN",
        "TRACE",
        "N/K",
        None,
        "943476591X",
    ],
)
def test_what_is_no_evidence(sent: str | None) -> None:
    assert read(sent) is None


def test_the_test_range_is_evidence_at_a_synthetic_site_only() -> None:
    assert read("999 820 5468", synthetic=True) == "9998205468"
    assert read("999 820 5468") is None
    assert read("9434765919", synthetic=True) == "9434765919"


@given(st.from_regex(r"\A[1-8][0-9]{8}\Z"))
def test_every_number_passes_with_its_own_check_digit_and_no_other(nine: str) -> None:
    for digit in range(10):
        number = f"{nine}{digit}"
        expected = number if nhs.is_valid(number) and len(set(number)) > 1 else None
        assert read(number) == expected


def test_figures_of_other_scripts_are_not_read() -> None:
    assert read("94347659١9") is None
