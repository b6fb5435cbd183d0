"""JSON that is a table of records is read as one; any other is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hiu.errors import InputRefused
from hiu.extract.files.content.json_rows import json_table
from hiu.extract.files.read import content

ROWS = [
    {"Ref": "E1", "Client": {"Name": "Moss, Ada", "NHS": "9990000018"}, "Seen": "2026-03-01", "Open": True, "N": 1.50},
    {"Ref": "E2", "Client": {"Name": "Vale, Tom", "NHS": None}, "Seen": "2026-03-02", "Open": False,
     "Tags": ["a", "b"]},
]  # fmt: skip
LINES = [
    "Ref,Client.Name,Client.NHS,Seen,Open,N,Tags",
    'E1,"Moss, Ada",9990000018,2026-03-01,true,1.5,',
    'E2,"Vale, Tom",,2026-03-02,false,,a; b',
]
TABLES = {
    "an array": json.dumps(ROWS),
    "an array over lines": json.dumps(ROWS, indent=2),
    "JSON lines": "\n".join(json.dumps(row) for row in ROWS) + "\n",
    "JSON lines with empty ones": "\n\n".join(json.dumps(row) for row in ROWS),
    "a page of a service": json.dumps({"totalSize": 2, "done": True, "records": ROWS}),
    "with a byte order mark": "\ufeff" + json.dumps(ROWS),
}


@pytest.mark.parametrize("name", TABLES)
def test_records_are_a_table(name: str) -> None:
    made, notes = json_table(TABLES[name].encode(), "x.json")
    assert made.decode("utf-8-sig").splitlines() == LINES
    assert notes == ["read from JSON: 2 records"]


def test_digits_and_letters_stay_as_they_are_written() -> None:
    text = '[{"id": 1066321000000107123, "price": 1.10, "who": "Ll\\u0177r\\nPugh", "none": null}]'
    made, _ = json_table(text.encode(), "x.json")
    assert made.decode("utf-8-sig").splitlines() == ["id,price,who,none", "1066321000000107123,1.10,Llŷr Pugh,"]


def test_lists_of_records_within_a_record_are_named() -> None:
    made, notes = json_table(b'[{"id": "A", "visits": [{"on": "2026-03-01"}]}]', "x.json")
    assert made.decode("utf-8-sig").splitlines() == ["id", "A"]
    assert notes[1] == "lists within the records are not read: visits"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1}, {"a": 2', "breaks off"),
        ('{"a": 1}\n{"a": 2\n', "breaks off"),
        ('[{"a": 1, "a": 2}]', "names a key twice"),
        ('[["a"], ["b"]]', "no list of records"),
        ('{"a": [{"x": 1}], "b": [{"y": 2}]}', "no list of records"),
        ("[" * 5000 + "]" * 5000, "no list of records"),
    ],
)
def test_other_json_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=words):
        content(path, "x.json", max_bytes=10**7, max_ratio=200.0)


def test_a_text_that_begins_with_a_bracket_is_no_json() -> None:
    text = b"[Ref],[Surname]\nE1,Moss\n"
    assert json_table(text, "x.csv") == (text, [])
