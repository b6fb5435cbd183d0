"""Erasing one person changes nobody else's rights: every kind of record, one that is added later included."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.erase.others import KEPT, MARK, PLACES, SOMEBODY, SUBJECTS
from hiu.govern.erase.residue import Traces, scrub, trace_places
from hiu.govern.erase.words import require_unnamed
from hiu.model import REFUSED_FILE, TABLES, Table
from hiu.model.frames import schema
from hiu.model.table import Column
from pipelines.common.place import Paths
from pipelines.erase.files import rewrite_records
from pipelines.erase.find import ROW, ErasureScope
from pipelines.erase.tables import without_names

A, B = "HIU-AAAAAAAA", "HIU-BBBBBBBB"
NAME, NUMBER, BORN, HOME = "ANN LEE", "9990012344", date(1980, 3, 2), "BS1 4ND"
TRACES = Traces(
    frozenset({A, "a" * 16}),
    frozenset({NUMBER}),
    frozenset({NAME, "LEE, ANN"}),
    frozenset({(BORN, HOME)}),
    frozenset({"MH100077", "40412"}),
)
NO_ROWS = pl.DataFrame(schema={**dict.fromkeys(ROW, pl.String), "source_file": pl.String})
SCOPE = ErasureScope(
    person_id=A, ids=frozenset({A}), identities=frozenset({"a" * 16}), rows=NO_ROWS, stones=(), shared=(), traces=TRACES
)
WAYS = ("Ann Lee", "LEE, Ann", "ann-lee@x.org", "999 001 2344", "born 02/03/1980, of bs14nd")
DRESSED = (
    "as MH100077 says",
    "mh 10-00-77",
    "custody 40412",
    "９９９００１２３４４",
    "9 9 9 0 0 1 2 3 4 4",
    "999\u200b0012344",
    "Ａｎｎ Ｌｅｅ",
    "Аnn Lее",
    "Ann\u00ad Lee",
    "A n n  L e e",
    "A.N.N. L.E.E.",
    "HIU AAAA AAAA",
)
RECORDS = sorted(
    name
    for name, table in TABLES.items()
    if table.layer in ("records", "operator") or name in ("decisions", "second_opinions", "meeting_entry")
)


@dataclass(frozen=True)
class Folder(Paths):
    """A site of records alone."""

    home: Path

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    @property
    def curated(self) -> Path:
        return self.home

    def key_for(self, purpose: str) -> bytes:
        return purpose.encode().ljust(32, b".")


def value(column: Column, said: str) -> object:
    """Something the column may hold; of free text, what was said."""
    if column.name in SUBJECTS:
        return B if column.name == "person_id" else {"identity_a": "b" * 16, "identity_b": "c" * 16}[column.name]
    typed: dict[str, object] = {"date": date(2026, 3, 1), "timestamp": datetime(2026, 3, 1, 9), "boolean": True}
    if column.type != "text":
        return typed.get(column.type, 1)
    return column.codes[0] if column.codes else said


def row_of_b(table: Table, said: str) -> dict[str, object]:
    return {column.name: value(column, said) for column in table.columns}


def content(folder: Folder, name: str) -> bytes:
    return (folder.records / f"{name}.jsonl").read_bytes()


def test_every_table_of_records_is_walked() -> None:
    assert {"holds", "basis", "family_consents", "decisions", "meeting_entry", "disclosures"} < set(RECORDS)
    assert len(RECORDS) >= 14


@pytest.mark.parametrize(
    ("name", "said"), [*((name, said) for name in RECORDS for said in WAYS), *(("holds", said) for said in DRESSED)]
)
def test_what_is_about_b_stays_and_tells_a_no_longer(name: str, said: str, tmp_path: Path) -> None:
    folder, table = Folder(tmp_path), TABLES[name]
    plain = row_of_b(table, "of 3 April")
    told = {**row_of_b(table, f"{said} says so"), **{key: plain[key] for key in SUBJECTS if key in plain}}
    records.add(folder, table, [told])
    free = [c.name for c in table.columns if c.type == "text" and not c.codes and c.name not in SUBJECTS]
    free = [column for column in free if column not in PLACES or said not in ("ann-lee@x.org", "custody 40412")]

    rewrite_records(folder, SCOPE, "P-TOKEN")

    after = records.history(folder.records, table).to_dicts()
    assert len(after) == 1, "the act stays"
    assert not trace_places(name, content(folder, name), TRACES)
    for column in set(table.names) - set(free):
        assert after[0][column] == told[column], f"{column}: B's standing is unchanged"
    assert all("says so" in after[0][column] and SOMEBODY in after[0][column] for column in free)
    assert (json.loads(content(folder, name)).get(MARK) == "P-TOKEN") == bool(free), "the change is marked"
    rewrite_records(folder, SCOPE, "P-TOKEN")
    assert records.history(folder.records, table).to_dicts() == after, "done again, it is the same"


@pytest.mark.parametrize("name", [name for name in RECORDS if set(SUBJECTS) & set(TABLES[name].names)])
def test_what_is_about_a_goes(name: str, tmp_path: Path) -> None:
    folder, table = Folder(tmp_path), TABLES[name]
    own = {**row_of_b(table, "of 3 April"), **{key: A if key == "person_id" else "a" * 16 for key in SUBJECTS}}
    rows = [{key: own[key] for key in table.names}, row_of_b(table, "of 4 April")]
    records.add(folder, table, rows)
    rewrite_records(folder, SCOPE, "P-TOKEN")
    after = records.history(folder.records, table)
    assert after.height == (2 if name in KEPT else 1)
    assert not trace_places(name, content(folder, name), TRACES)


def test_two_consents_that_differed_in_the_name_alone_stay_two(tmp_path: Path) -> None:
    """A later row of one key stands in place of the earlier: with the names out, one would undo the other."""
    folder, table = Folder(tmp_path), TABLES["family_consents"]
    base = {"person_id": B, "at": date(2026, 3, 1), "by": "Dr C"}
    rows = [{**base, "member": SOMEBODY, "given": True}, {**base, "member": "Ann Lee", "given": False}]
    records.add(folder, table, [*rows, {**base, "member": "LEE, ANN", "given": True}])
    rewrite_records(folder, SCOPE, "P-TOKEN")
    assert records.read(folder.records, table)["given"].to_list() == [True, False, True]
    rewrite_records(folder, SCOPE, "P-TOKEN")
    assert records.read(folder.records, table).height == 3


def test_a_line_that_is_no_record_and_tells_a_goes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (folder.records).mkdir()
    (folder.records / "of_a_later_version.jsonl").write_bytes(b'{"x":"Ann Lee"}\n{"x":"Joann Leeson"}\nAnn Lee\n')
    rewrite_records(folder, SCOPE, "P-TOKEN")
    assert [json.loads(line)["x"] for line in content(folder, "of_a_later_version").splitlines()] == [
        SOMEBODY,
        "Joann Leeson",
    ]


@pytest.mark.parametrize("text", ["Joann Leeson", "JOANN LEE", "Ann Leeson rang", "susann-lee"])
def test_a_longer_name_is_somebody_elses(text: str) -> None:
    """Ann Lee is erased; Joann Leeson keeps her name, and does not stop the erasure."""
    assert trace_places("a.txt", text.encode(), TRACES) == [] and scrub(text, [NAME], "x") == text


@pytest.mark.parametrize(
    "text", ['"\\nAnn Lee"', "x\u00a0Ann Lee\u00a0y", "(ann lee)", "Ann Lee", "Joann Lee, Ann Lee"]
)
def test_a_name_that_stands_for_itself_is_found(text: str) -> None:
    assert trace_places("a.txt", text.encode(), TRACES) == ["a.txt"]


@pytest.mark.parametrize("name", ["Ann_Lee", "lee-ann", "LEE, Ann", "9990012344", "999-001-2344"])
def test_a_refused_file_that_is_called_after_the_person_loses_their_name(name: str) -> None:
    rows = [
        (f"2026-03/{name}.docx", "unknown_file", f"2026-03/{name}.docx: no source takes this file"),
        ("b", "c", "d"),
    ]
    found = without_names(pl.DataFrame(rows, schema=schema(REFUSED_FILE), orient="row"), SCOPE)
    told = f"2026-03/{SOMEBODY}.docx"
    assert found.rows() == [(told, "unknown_file", f"{told}: no source takes this file"), ("b", "c", "d")]


REASONS = ("asked by Ann Lee", "Mrs Lee's request", "letter of 999-001-2344", "born 2 March 1980", "bs1 4nd, by letter")


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_that_would_keep_the_person_in_the_log_is_refused(reason: str) -> None:
    with pytest.raises(UsageError, match="'request of 3 April, upheld'") as refused:
        require_unnamed({"--reason": reason, "--by": "Officer"}, TRACES, [BORN], ["LEE"])
    assert "Lee" not in str(refused.value) and "999" not in str(refused.value)


def test_an_officer_of_the_same_family_name_may_decide() -> None:
    require_unnamed({"--reason": "request of 3 May, upheld", "--by": "B Lee"}, TRACES, [BORN], ["LEE", "MAY"])
    with pytest.raises(UsageError, match="Give the role"):
        require_unnamed({"--reason": "request of 3 May", "--by": "ann lee"}, TRACES, [BORN], ["LEE"])
