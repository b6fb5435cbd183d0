"""Parquet files as databases and other programs write them, each with the one outcome it must have."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from traps.intake_traps import Trap, spring

from hiu.extract.files.read import RawTable
from hiu.extract.standardise import Standardised
from hiu.sources import Source
from pipelines.steps.intake import deliver

WHEN = datetime(2026, 3, 3, 10, 30)
NOON = int(datetime(2026, 3, 3, 10, 30, tzinfo=UTC).timestamp())
BORN = date(1980, 2, 1)
FILE, OTHER = "2026-03/police.parquet", "2026-03/police.csv"
EMPTY: dict[str, Any] = {name: [] for name in ("Log", "Person seq", "Created", "Role", "Surname", "Forename", "DOB")}


def parquet(**over: Any) -> bytes:
    """Two rows of the police source, with columns put over or beside the usual ones; None leaves one out."""
    usual: dict[str, Any] = {
        "Log": ["L1", "L2"],
        "Person seq": [1, 2],
        "Created": [WHEN, WHEN],
        "Role": ["Subject", "Subject"],
        "Surname": ["Amble", "Birch"],
        "Forename": ["Jo", "Al"],
        "DOB": [BORN, BORN],
    }
    columns = {name: values for name, values in (usual | over).items() if values is not None}
    stream = io.BytesIO()
    pl.DataFrame(columns, strict=False).write_parquet(stream)
    return stream.getvalue()


def pandas_index() -> bytes:
    """As pandas leaves its index in a file."""
    frame = pl.read_parquet(io.BytesIO(parquet())).to_pandas().set_index("Log")
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def table(**over: pa.Array) -> bytes:
    """Two rows of the police source, with columns of Arrow types that Polars does not write."""
    usual = pq.read_table(io.BytesIO(parquet()))
    for name, values in over.items():
        usual = usual.drop_columns([name]) if name in usual.column_names else usual
        usual = usual.append_column(name, values)
    return written(usual)


def written(what: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(what, stream)
    return stream.getvalue()


def twice(name: str) -> bytes:
    """Two columns of one name, as `SELECT *, surname` gives them."""
    usual = pq.read_table(io.BytesIO(parquet()))
    return written(usual.append_column(name, usual["Surname"]).append_column(name, usual["Surname"]))


def moments(*values: int, unit: str = "us", zone: str | None = None) -> pa.Array:
    return pa.array(values, pa.int64()).cast(pa.timestamp(unit, zone))


AFAR = 2**63 - 1
"""How PostgreSQL's 'infinity' arrives."""
DURATION = pa.array([1, 2], pa.duration("us"))
WIDE = pa.array([Decimal("1" * 60), None], pa.decimal256(70, 2))


def encrypted_or_cut() -> bytes:
    return parquet()[:-200]


def huge() -> bytes:
    """A small file that unpacks to more than a site believes."""
    stream = io.BytesIO()
    rows = 200_000
    table = pa.table({"Log": ["L" * 50] * rows, "Person seq": [1] * rows, "Created": [WHEN] * rows})
    pq.write_table(table, stream, compression="zstd", use_dictionary=False)
    return stream.getvalue()


def good(content: bytes, **records: list[object]) -> Trap:
    return Trap(files={FILE: content}, exit=0, rows={FILE: (2, 0)}, records=records)


def refused(content: bytes, *words: str, settings: str = "") -> Trap:
    return Trap(files={FILE: content}, exit=4, says=words, settings=settings)


TRAPS = {
    "typed": good(parquet(), start=[WHEN, WHEN], dob=[BORN, BORN], family=["AMBLE", "BIRCH"]),
    "a time with its zone": good(
        parquet(Created=pl.Series([datetime(2026, 3, 29, 1, 30, tzinfo=UTC)] * 2)),
        start=[datetime(2026, 3, 29, 2, 30)] * 2,
    ),
    "nanoseconds": good(parquet(Created=pl.Series([WHEN, WHEN]).cast(pl.Datetime("ns"))), start=[WHEN, WHEN]),
    "a time of its own": good(
        parquet(**{"Created": [WHEN.date()] * 2, "Created time": [time(22, 29), time(0, 5)]}),
        start=[datetime(2026, 3, 3, 22, 29), datetime(2026, 3, 3, 0, 5)],
    ),
    "numbers as keys": good(parquet(Log=[901, 902]), event_id=["901", "902"]),
    "floats as keys": good(parquet(Log=[901.0, 902.0]), event_id=["901", "902"]),
    "a number as a decimal": good(
        parquet(**{"NHS number": [Decimal("9990000018"), None]}), nhs_number=["9990000018", None]
    ),
    "categories": good(parquet(Role=pl.Series(["Subject", "Caller"], dtype=pl.Categorical))),
    "yes and no": good(parquet(S136=[True, None]), measures=[["police_subject", "s136_police"], ["police_subject"]]),
    "text day first": good(parquet(DOB=["01/02/1980", "13/02/1980"]), dob=[BORN, date(1980, 2, 13)]),
    "pandas left an index": good(pandas_index(), event_id=["L1", "L2"]),
    "another name": Trap(files={OTHER: parquet()}, exit=0, rows={OTHER: (2, 0)}, records={"dob": [BORN, BORN]}),
    "a column of lists that nobody reads": good(parquet(Tags_sent=[["a"], ["b"]])),
    "a name as parts": refused(parquet(Surname=[{"a": "Amble"}, {"a": "Birch"}]), "Surname", "Struct"),
    "no rows": Trap(
        files={FILE: parquet(**EMPTY)},
        exit=3,
        rows={FILE: (0, 0)},
        says=("its month is not supplied, which is not nought",),
    ),
    "no key": refused(parquet(Log=None), "'log'"),
    "a day in milliseconds": good(table(DOB=pa.array([BORN, BORN]).cast(pa.date64())), dob=[BORN, BORN]),
    "infinity as a time": refused(table(Created=moments(AFAR, 0)), "column 'Created'", "the years 1 to 9999"),
    "minus infinity with a zone": refused(table(Created=moments(-AFAR, 0, zone="UTC")), "column 'Created'", "9999"),
    "the year 294000 in seconds": refused(table(Created=moments(AFAR // 10**6, 0, unit="s")), "column 'Created'"),
    "4000 BC": refused(table(Created=moments(-188_000_000_000, 0, unit="s")), "column 'Created'", "9999"),
    "a day out of range": refused(table(DOB=pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32())), "column 'DOB'"),
    "a zone that there is not": refused(table(Created=moments(0, 0, zone="Mars/Base")), "column 'Created'"),
    "an offset as a zone": good(table(Created=moments(NOON, NOON, unit="s", zone="+01:00")), start=[WHEN] * 2),
    "infinity that nobody reads": good(table(Shift_end=moments(AFAR, 0))),
    "a duration as a time": refused(table(Created=DURATION), "column 'Created'"),
    "a duration that nobody reads": good(table(Waited=DURATION)),
    "bytes as a name": refused(table(Surname=pa.array([b"a", b"b"])), "column 'Surname'"),
    "a huge decimal as a key": refused(table(Log=WIDE), "column 'Log'"),
    "a huge decimal that nobody reads": good(table(Cost_sent=WIDE)),
    "a name read twice": refused(twice("Surname"), "same header"),
    "a name that nobody reads, twice": good(twice("Note")),
    "no columns": refused(written(pa.table({"a": [1, 2]}).select([])), "no column"),
    "cut short": refused(encrypted_or_cut(), "damaged, encrypted or cut short"),
    "not what it says": refused(b"PAR1" + b"rubbish" * 9 + b"PAR1", "damaged, encrypted or cut short"),
    "unpacks to too much": refused(huge(), "max_file_bytes", settings="max_file_bytes = 5_000_000"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_the_trap_ends_as_it_must(name: str, tmp_path: Path) -> None:
    spring(TRAPS[name], tmp_path)


def test_a_panic_in_one_file_leaves_the_others_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever file it is in: a panic of Polars is no Exception, and it ended the whole run and a check."""
    whole = deliver.standardise

    def panics(raw: RawTable, source: Source, **more: Any) -> Standardised:
        if source.name == "police":
            pl.Series([AFAR]).cast(pl.Datetime("us")).dt.strftime("%Y")
        return whole(raw, source, **more)

    monkeypatch.setattr(deliver, "standardise", panics)
    other = "2026-03/ambulance.csv"
    sent = "CAD no,Deployment,Call received,On scene,Surname,Forename,DOB\n"
    sent += "A1,D1,03/03/2026 10:00,03/03/2026 10:20,Quince,Ada,01/02/1980\n"
    trap = Trap(files={FILE: parquet(), other: sent}, exit=4, rows={other: (1, 0)}, says=("can't be read",))
    spring(trap, tmp_path)
