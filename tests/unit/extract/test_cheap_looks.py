"""A cheap look decides whether a costly one is needed: what it lets by unread would have been left as it is."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.extract.rates.beside_names import _FORMS, _LOST, _ODD
from hiu.extract.values.codes import _UNTRACED, whole
from hiu.extract.values.text import ROUGH, filled, tidied, tidied_name
from hiu.model.words import NOT_KNOWN

CELLS = st.lists(
    st.text(alphabet="a1é0.-? '\"\t\n\u00a0\u200b\ufeff\u2007\u3000\x85Ã©‚├/NULnu", max_size=8), max_size=30
)


def read(cells: list[str], how: pl.Expr) -> list[object]:
    return pl.DataFrame({"cell": cells}, schema={"cell": pl.String}).select(how).to_series().to_list()


@given(CELLS)
def test_a_cell_that_is_not_rough_is_tidy(cells: list[str]) -> None:
    rough = read(cells, pl.col("cell").str.contains(ROUGH))
    tidy = [cell for cell, is_rough in zip(cells, rough, strict=True) if not is_rough]
    cell = pl.col("cell")
    for usual in (tidied(cell), tidied(cell, words=False), whole(tidied(cell)), whole(tidied(cell, words=False))):
        assert read(tidy, usual) == read(tidy, filled(cell))
    assert read(tidy, tidied_name(cell)) == read(tidy, filled(cell, name=True))


@given(CELLS)
def test_a_cell_with_damaged_letters_is_odd(cells: list[str]) -> None:
    damaged = read(cells, pl.col("cell").str.contains(f"{_FORMS}|{_LOST}"))
    assert not any(a and not b for a, b in zip(damaged, read(cells, pl.col("cell").str.contains(_ODD)), strict=True))


@pytest.mark.parametrize("word", [*NOT_KNOWN, *_UNTRACED])
def test_no_word_for_not_known_has_a_figure(word: str) -> None:
    assert not any(map(str.isdigit, word))
