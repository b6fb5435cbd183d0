"""A stranger's Parquet files, drafted, mended and taken in; and what the draft of a query asks for."""

from __future__ import annotations

import io
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from traps.draftkit import Stranger, meet

from hiu.extract.draft.mapping import draft
from hiu.extract.draft.table.sample import Query
from hiu.sources import load_sources

MARCH = "2026-03"
NHS = ("9990000018", "9990000026")
KEYS = [f"5f1c0de0-0000-4000-8000-00000000000{n}" for n in range(4)]


def parquet(**columns: list[Any]) -> bytes:
    stream = io.BytesIO()
    pl.DataFrame(columns, strict=False).write_parquet(stream)
    return stream.getvalue()


def visits(**more: list[Any]) -> bytes:
    return parquet(
        visit_key=KEYS,
        **more,
        surname=["Amble", "Birch", "Amble", "Cedar"],
        forename=["Jo", "Al", "Jo", "Kit"],
        birth_date=[date(1980, 2, 13), date(1971, 5, 9), date(1980, 2, 13), None],
        nhs_no=[int(NHS[0]), int(NHS[1]), None, None],
    )


PEOPLE = {
    "family": ["AMBLE", "BIRCH", "AMBLE", "CEDAR"],
    "given": ["JO", "AL", "JO", "KIT"],
    "dob": [date(1980, 2, 13), date(1971, 5, 9), date(1980, 2, 13), None],
    "nhs_number": [*NHS, None, None],
}
STRANGERS = {
    "a date apart from its time, and a photograph": Stranger(
        files={
            f"{MARCH}/outreach.parquet": visits(
                visited_on=[date(2026, 3, n) for n in (1, 13, 29, 31)],
                visited_at=[time(n, 30) for n in (0, 9, 12, 23)],
                photo=[b"x"] * 4,
                seen=[True, False, True, None],
            )
        },
        sources={"outreach": f"{MARCH}/outreach.parquet"},
        writes=('pattern = "outreach*.parquet"', 'time_columns = ["visited_at"]'),
        rows={f"{MARCH}/outreach.parquet": (4, 0)},
        records={"start": [datetime(2026, 3, d, h, 30) for d, h in ((1, 0), (13, 9), (29, 12), (31, 23))], **PEOPLE},
    ),
    "times of the world's clock": Stranger(
        files={
            f"{MARCH}/outreach 2026-03.parquet": visits(
                begun=[datetime(2026, 3, d, h, 30, tzinfo=UTC) for d, h in ((1, 0), (13, 9), (29, 0), (29, 1))],
                amount=[12.5, 7.0, 0.0, None],
            )
        },
        sources={"outreach": f"{MARCH}/outreach 2026-03.parquet"},
        writes=('formats = ["%Y-%m-%dT%H:%M:%S%z"]',),
        rows={f"{MARCH}/outreach 2026-03.parquet": (4, 0)},
        records={"start": [datetime(2026, 3, d, h, 30) for d, h in ((1, 0), (13, 9), (29, 0), (29, 2))], **PEOPLE},
    ),
}
TIMES = {"Start Date": [datetime(2026, 3, n, 9) for n in (1, 2, 3, 4)]}
ENDS = {"end_date": [datetime(2026, 3, n, 9) for n in (2, 3, 4)] + [None]}
WARDS = {"ward": ["Oak", "Ash", "Oak", "Ash"]}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_parquet_loads_rightly(name: str, tmp_path: Path) -> None:
    meet(STRANGERS[name], tmp_path)


@pytest.mark.parametrize(
    ("data", "sql", "add"),
    [
        (visits(**TIMES), "SELECT 1", 'WHERE "Start Date" >= {month} AND "Start Date" < {month_after}'),
        (visits(**TIMES), "SELECT 1\nwhere 2", 'AND "Start Date" >= {month} AND "Start Date" < {month_after}'),
        (visits(**TIMES), "SELECT 1 WHERE a >= {month}", None),
        (
            visits(start_date=TIMES["Start Date"], **ENDS, **WARDS),
            "SELECT 1",
            "WHERE (start_date >= {month} AND start_date < {month_after} OR "
            "end_date >= {month} AND end_date < {month_after})",
        ),
        (visits(), "SELECT 1", None),
        (visits(when=["13/02/2026", "14/02/2026"] * 2), "SELECT 1", "WHERE ... >= {month} AND ... < {month_after}"),
    ],
    ids=["quoted", "where is there", "of a month", "stays", "a list of people", "text that SQL can't compare"],
)
def test_a_draft_of_a_query_says_how_to_ask_for_a_month(tmp_path: Path, data: bytes, sql: str, add: str | None) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(data)
    text = draft("outreach", path, None, query=Query(sql, "lines"))
    file = tomllib.loads(text)["file"]
    assert (file["query"], file["dsn"]) == (sql, "lines")
    assert not {"pattern", "encodings", "delimiter", "covers"} & set(file)
    (line,) = [each for each in text.splitlines() if each.startswith("query = ")]
    assert line.partition("rows: add ")[2] == (add or "")


def test_a_query_over_a_shipped_source_names_its_own_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    created = {"Created": [datetime(2026, 3, 1, 9)] * 2, "Log": ["L1", "L2"], "Surname": ["Amble", "Birch"]}
    path.write_bytes(parquet(**created, updated_at=[datetime(2026, 5, 1)] * 2))
    text = draft("police", path, load_sources()["police"], query=Query("SELECT * FROM logs", "lines"))
    assert 'add WHERE "Created" >= {month} AND "Created" < {month_after}' in text
