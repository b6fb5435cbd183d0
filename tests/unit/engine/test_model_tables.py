"""Tables are declared as data: what can't be meant so is refused by file, table and column."""

from __future__ import annotations

import pytest

from hiu.errors import HiuError
from hiu.model import IDENTITY_COLUMNS, TABLES, Column
from hiu.model.frames import TYPES
from hiu.model.load import tables_of

SHARED = """
shared = [{ name = "source", type = "text", meaning = "Source", nullable = false }]
description = [{ name = "given", type = "text", meaning = "Name" }, { name = "dob", type = "date", meaning = "Birth" }]
"""
TABLE = """
layer = "working"
[seen]
meaning = "What was seen."
key = ["source"]
columns = ["source", "*description", { name = "n", type = "integer", meaning = "Count", codes = ["1"] }]
"""


def test_shared_columns_and_groups_stand_where_they_are_named() -> None:
    tables, description = tables_of({"shared": SHARED, "a": TABLE})
    assert tables["seen"].names == ["source", "given", "dob", "n"] and [c.name for c in description] == ["given", "dob"]
    assert tables["seen"].columns[0] == Column(name="source", type="text", meaning="Source", nullable=False)
    assert tables["seen"].columns[3].codes == ("1",) and tables["seen"].layer == "working"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("integer", "whole", r"a.toml, table seen, column n, type: \['whole'\] not known; expected one of \['boolean'"),
        ('key = ["source"]', 'key = ["month"]', r"a.toml, table seen, key: \['month'\] not known"),
        ('["source", "*', '["sources", "*', r"a.toml, table seen, shared column: \['sources'\] not known"),
        ('name = "n"', 'name = "dob"', r"a.toml, table seen: columns declared twice: \['dob'\]"),
        ('meaning = "Count"', 'mening = "Count"', r"a.toml, table seen, column n: \['mening'\] not known"),
        (', meaning = "Count"', "", r"a.toml, table seen, column n: lacks \['meaning'\]"),
        ('["1"]', '"lables"', r"a.toml, table seen, column n, codes: \['lables'\] not known"),
        ('"working"', '"wroking"', r"a.toml, table seen, layer: \['wroking'\] not known"),
        ('key = ["source"]', 'key = ["source"]\nkeys = []', r"a.toml, table seen: \['keys'\] not known"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_place(old: str, new: str, message: str) -> None:
    assert old in TABLE
    with pytest.raises(HiuError, match=message):
        tables_of({"shared": SHARED, "a": TABLE.replace(old, new)})


def test_a_table_is_declared_once() -> None:
    with pytest.raises(HiuError, match=r"b\.toml: a table 'seen' is declared twice"):
        tables_of({"shared": SHARED, "a": TABLE, "b": TABLE})


def test_every_type_has_its_names_and_people_are_described_alike() -> None:
    assert {column.type for table in TABLES.values() for column in table.columns} == TYPES.keys()
    assert set(IDENTITY_COLUMNS) <= set(TABLES["record"].columns) & set(TABLES["descriptions"].columns)
