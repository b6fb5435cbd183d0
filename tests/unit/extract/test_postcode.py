"""Postcodes: form, repair, and codes that are no evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.extract.values.postcode import read_postcode


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("BS1 4ND", "BS1 4ND"),
        ("bs14nd", "BS1 4ND"),
        ("BS5  4EN", "BS5 4EN"),
        ("BS 26ZE", "BS2 6ZE"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("W1A 1AA", "W1A 1AA"),
        ("BS8 8AQ`", "BS8 8AQ"),
        ("BS30 8JH *", "BS30 8JH"),
        ("8S6 2GB", "BS6 2GB"),
        ("BS6 ZGB", "BS6 2GB"),
        ("BS5", "BS5"),
        ("BS21 ", "BS21"),
        ("BS37 4GAS", "BS37"),
        ("BS16 8R", "BS16"),
        ("BS4 9", "BS4"),
        ("ZZ99 3VZ", None),
        ("ZZ993WZ", None),
        ("NFA", None),
        ("BBS8 8AQ", None),
        ("BA2E9XF", None),
        ("XX1 4ND", None),
        ("Bristol", None),
    ],
)
def test_reading(sent: str, expected: str | None) -> None:
    assert read_postcode(sent) == expected


@given(st.text(max_size=12))
def test_what_is_read_reads_the_same_again(sent: str) -> None:
    once = read_postcode(sent)
    assert once is None or read_postcode(once) == once
