"""A column is read once for one delivery, and the answer is that of the same texts and the same forms alone."""

from __future__ import annotations

import polars as pl

from hiu.extract.values import dates
from hiu.extract.values.dates import read_stamps
from hiu.extract.values.kept import each_column_once, once_a_delivery

SENT = pl.Series(["03/04/2026", None, "2026-04-05", "never"])


def test_what_is_kept_is_what_would_be_read() -> None:
    alone = [read_stamps(SENT, forms) for forms in ((), ("%d/%m/%Y",), ("%m/%d/%Y",))]
    with each_column_once():
        for _ in range(2):
            assert all(
                read_stamps(SENT, forms).equals(read)
                for forms, read in zip(((), ("%d/%m/%Y",), ("%m/%d/%Y",)), alone, strict=True)
            )


def test_the_same_texts_are_read_once_and_others_again() -> None:
    read: list[list[str | None]] = []

    @once_a_delivery
    def reads(texts: pl.Series, form: str) -> int:
        read.append(texts.to_list())
        return len(form)

    other = pl.Series(["03/04/2026", None, "2026-04-06", "never"])
    with each_column_once():
        assert [reads(SENT, "a"), reads(pl.Series(SENT.to_list()), "a"), reads(SENT, "bb"), reads(other, "a")] == [
            1,
            1,
            2,
            1,
        ]
    assert read == [SENT.to_list(), SENT.to_list(), other.to_list()]
    reads(SENT, "a")
    reads(SENT, "a")
    assert len(read) == 5, "outside a delivery nothing is kept"


def test_no_form_and_the_usual_forms_are_one_reading() -> None:
    with each_column_once():
        assert read_stamps(SENT, ()) is read_stamps(SENT, dates.DEFAULT)
