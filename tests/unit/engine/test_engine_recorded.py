"""A column that says only whether something is written: a cell that says that it is not known says neither."""

from __future__ import annotations

import polars as pl
import pytest

from hiu.engine.pathway import RECORDED, _cell
from hiu.model import PATHWAY
from hiu.model.words import NOT_KNOWN

COLUMN = next(column for table in PATHWAY.values() for column in table.columns if column.codes == RECORDED)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("see the plan", "recorded"),
        ("no", "not recorded"),
        ("Not recorded", "not recorded"),
        *((word, None) for word in NOT_KNOWN if word not in ("not recorded", "unrecorded")),
    ],
)
def test_a_cell_that_is_not_known_is_neither_recorded_nor_not(cell: str, found: str | None) -> None:
    assert pl.DataFrame({COLUMN.name: [cell]}).select(found=_cell(pl.col(COLUMN.name), COLUMN))["found"].to_list() == [
        found
    ]
