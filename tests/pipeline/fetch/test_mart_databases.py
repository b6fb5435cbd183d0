"""A mart in a database: PostgreSQL by its own driver and by ODBC, loaded anew whole, without a word of the password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, REPOSITORY
from hostile_kit import forbid
from mart_kit import copied, folder_of, wanted
from postgres_kit import PASSWORD, Server, programs, server

from hiu.errors import HiuError
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model import MART
from pipelines.access.mart.build import PLAIN, kept_in
from pipelines.access.mart.kept import renew
from pipelines.common.place import Place
from pipelines.fetch.load import load
from pipelines.fetch.mart import load_stale, make_mart

LATER = NOW + timedelta(hours=1)

if programs() is None:
    pytest.skip("no PostgreSQL server on this machine (Debian: postgresql)", allow_module_level=True)


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    home = programs()
    assert home is not None
    with server(home) as started:
        started.run(f"CREATE ROLE loader LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE postgres TO loader")
        yield started


@pytest.fixture
def loaded(made: Place, database: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A mart of a test's own, loaded into the database by the connection 'mart'."""
    monkeypatch.setenv("HIU_DSN_MART", database.dsn(user="loader"))
    place = copied(made, tmp_path)
    make_mart(place, wanted(to="postgres"), now=NOW)
    return place


def asked(database: Server, query: str) -> pl.DataFrame:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(database.dsn(user="loader")) as opened, opened.cursor() as cursor:
        cursor.execute(query)
        found = pl.from_arrow(cursor.fetch_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def test_the_database_has_every_row_and_no_name(loaded: Place, database: Server) -> None:
    for name in PLAIN:
        frame = pl.read_parquet(folder_of(loaded) / f"{name}.parquet")
        there = asked(database, f"SELECT * FROM hiu_mart.{name}")
        assert there.select(frame.columns).sort(MART[name].key).equals(frame.sort(MART[name].key)), name
    there = asked(database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'hiu_mart'")
    assert set(there["table_name"]) == set(PLAIN), "names are in none"
    words = set(asked(database, "SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")["word"])
    assert "select" in words and not words & {*MART, *(name for table in MART.values() for name in table.names)}


def test_the_example_of_the_page_runs(loaded: Place, database: Server) -> None:
    [example] = re.findall(
        r"```sql\n(.*?)```", (REPOSITORY / "docs" / "mart.md").read_text(encoding="utf-8"), re.DOTALL
    )
    found = asked(database, example.rstrip().rstrip(";"))
    adults = pl.read_parquet(folder_of(loaded) / "fact_rank.parquet").filter(list_name="adult")
    assert found["people"].sum() == adults.height > 0
    text = (REPOSITORY / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    [join] = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    asked(database, "SET search_path TO hiu_mart")
    assert asked(database, re.sub(r"(FROM|JOIN) ", r"\1 hiu_mart.", join)).height


def test_who_objects_leaves_the_database_with_the_next_run(loaded: Place, database: Server) -> None:
    database.run(
        "CREATE VIEW hiu_mart.seen AS SELECT person_token FROM hiu_mart.dim_person;"
        "GRANT SELECT ON hiu_mart.seen TO loader"
    )
    person = str(pl.read_parquet(loaded.which(None)[1] / "ranked.parquet")["person_id"][4])
    token = pseudonym(person, recipient_key(loaded.key, "analyst"))
    there = f"SELECT count(*) AS n FROM hiu_mart.seen WHERE person_token = '{token}'"
    assert asked(database, there)["n"].to_list() == [1]
    forbid(loaded, person)
    said = renew(loaded, LATER)
    assert any("postgres:mart holds an earlier making" in line for line in said), said
    assert load_stale(loaded, LATER) == [] and asked(database, there)["n"].to_list() == [0]
    assert kept_in(folder_of(loaded)).stale == () and load_stale(loaded, LATER) == []
    database.run("DROP VIEW hiu_mart.seen")


def test_a_database_that_is_away_is_said_and_tried_again(
    loaded: Place, database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(loaded, str(pl.read_parquet(loaded.which(None)[1] / "ranked.parquet")["person_id"][5]))
    renew(loaded, LATER)
    monkeypatch.setenv("HIU_DSN_MART", f"postgresql://loader:{PASSWORD}@127.0.0.1:1/postgres")
    [said] = load_stale(loaded, LATER)
    assert "still holds an earlier making" in said and "can't be reached" in said
    monkeypatch.setenv("HIU_DSN_MART", database.dsn(user="loader", password="wrong"))
    with pytest.raises(HiuError, match="does not accept the user or the password") as refused:
        make_mart(loaded, wanted(to="postgres"), now=LATER)
    files = [path for path in loaded.curated.rglob("*") if path.is_file()]
    assert PASSWORD not in said + str(refused.value) and "wrong@" not in str(refused.value)
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files), "it is in no file and no log"
    monkeypatch.setenv("HIU_DSN_MART", database.dsn(user="loader"))
    assert load_stale(loaded, LATER) == [] and kept_in(folder_of(loaded)).stale == ()


def test_half_a_mart_is_never_there(loaded: Place, database: Server, tmp_path: Path) -> None:
    before = asked(database, "SELECT count(*) AS n FROM hiu_mart.dim_person")["n"].to_list()
    frame = pl.read_parquet(folder_of(loaded) / "dim_month.parquet")
    frame.with_columns(month_end=pl.lit(None, pl.Date)).write_parquet(tmp_path / "dim_month.parquet")
    with pytest.raises(HiuError, match="has what it had"):
        load(
            "postgres",
            database.dsn(user="loader"),
            [folder_of(loaded) / "dim_place.parquet", tmp_path / "dim_month.parquet"],
        )
    assert asked(database, "SELECT count(*) AS n FROM hiu_mart.dim_person")["n"].to_list() == before
    assert asked(database, "SELECT count(*) AS n FROM hiu_mart.dim_month")["n"].to_list() == [12]


def test_an_odbc_driver_loads_the_same(loaded: Place, database: Server) -> None:
    """The way of SQL Server, tried on the database that is here."""
    arrow_odbc = pytest.importorskip("arrow_odbc", exc_type=OSError, reason="no ODBC driver manager (Debian: unixodbc)")
    if not any("PostgreSQL" in name for name in Path("/etc/odbcinst.ini").read_text().splitlines()):
        pytest.skip(f"no ODBC driver to try {arrow_odbc.__name__} with (Debian: odbc-postgresql)")
    at = f"Server=127.0.0.1;Port={database.port};Database=postgres"
    dsn = f"Driver={{PostgreSQL Unicode}};{at};Uid=loader;Pwd={PASSWORD}"
    database.run("DROP SCHEMA hiu_mart CASCADE")
    names = ("dim_person", "dim_month", "fact_rank")
    load("postgres", dsn, [folder_of(loaded) / f"{name}.parquet" for name in names])
    for name in names:
        frame = pl.read_parquet(folder_of(loaded) / f"{name}.parquet")
        there = asked(database, f"SELECT * FROM hiu_mart.{name}")
        assert there.sort(MART[name].key).equals(frame.sort(MART[name].key)), name
    with pytest.raises(HiuError, match="has what it had"):
        load("postgres", dsn.replace(PASSWORD, "wrong"), [])
    assert str(LAST) == folder_of(loaded).name
