"""A table of a real PostgreSQL as a source: the same gates as a file, and a password that is seen nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from postgres_kit import PASSWORD, Server, programs, server

from hiu.errors import HiuError, InputRefused, UsageError
from hiu.govern.init import init_site
from hiu.month import Month
from hiu.settings import Settings
from hiu.sources import load_sources
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.fetch.ask import accept_query, fetch, file_of, query_for
from pipelines.fetch.connections import connection, connection_file, keep_connection
from pipelines.fetch.drivers import ask
from pipelines.run import Outcome, run_month
from pipelines.steps.intake.check import check_file

NOW = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)
MARCH = Month(2026, 3)
TABLE = """
CREATE TYPE outcome AS ENUM ('treated', 'left');
CREATE TABLE calls (
    call_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), ref integer NOT NULL, called_at timestamptz NOT NULL,
    surname text, forename varchar(40), born date, nhs_number bigint, cost numeric(8, 2), outcome outcome,
    urgent boolean, photo bytea
);
INSERT INTO calls (ref, called_at, surname, forename, born, nhs_number, cost, outcome, urgent) VALUES
    (1, '2026-03-01 00:30+00', 'Quince', 'Ada', '1980-02-01', 9990000018, 12.50, 'treated', true),
    (2, '2026-03-29 00:30+00', 'Quince', 'Ada', '1980-02-01', 9990000018, 7.00, 'left', false),
    (3, '2026-03-29 01:30+00', 'Rowan', 'Bo', '1990-12-31', NULL, NULL, 'treated', NULL),
    (4, '2026-04-01 10:00+00', 'Rowan', 'Bo', '1990-12-31', NULL, 0, 'treated', true),
    (5, '2026-03-31 23:30+00', 'Rowan', 'Bo', '1990-12-31', NULL, 0, 'treated', true);
CREATE TABLE hidden (ref integer);
CREATE FUNCTION raises() RETURNS integer LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'relation "QUINCE ADA 9990000018" does not exist' USING ERRCODE = '42P01'; END
$$;
CREATE FUNCTION writing() RETURNS SETOF integer LANGUAGE sql AS $$
    UPDATE calls SET cost = 1 RETURNING ref
$$;
CREATE VIEW raising AS SELECT raises() AS ref;
CREATE VIEW sleeping AS SELECT 1 AS ref, pg_sleep(120)::text AS said;
GRANT SELECT ON raising, sleeping TO reader;
GRANT SELECT ON calls TO reader;
"""
SOURCE = """
title = "Crisis line"
kind = "events"
agency = "crisis"

[file]
dsn = "lines"
query = '''
SELECT ref, called_at, surname, forename, born, nhs_number, cost, outcome, urgent, call_id, photo
FROM calls WHERE called_at >= {month} AND called_at < {month_after} ORDER BY ref
'''

[key]
event = ["ref"]

[fields]
ref = { columns = ["ref"], required = true }
start = { columns = ["called_at"], type = "timestamp", formats = ["%Y-%m-%dT%H:%M:%S%z"], required = true }
family = { columns = ["surname"], type = "family" }
given = { columns = ["forename"], type = "given" }
dob = { columns = ["born"], type = "dob", formats = ["%Y-%m-%d"] }
nhs_number = { columns = ["nhs_number"], type = "nhs_number" }
outcome = { columns = ["outcome"], type = "code", codes = { treated = "treated", left = "left" } }
cost = { columns = ["cost"] }

[[measures]]
name = "crisis_call"

[counts]
crisis_call = { measures = ["crisis_call"] }
"""
AGREEMENT = """
[[agreements]]
source = "crisis"
start = 2020-01-01
end = 2040-01-01
reference = "none needed"
signed_by = "Invented, for tests"
"""

if programs() is None:
    pytest.skip("no PostgreSQL server on this machine (Debian: postgresql)", allow_module_level=True)


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    home = programs()
    assert home is not None
    with server(home) as started:
        started.run(TABLE)
        yield started


def make(folder: Path, dsn: str | None, source: str = SOURCE) -> Place:
    init_site(folder, name="Lines", synthetic=True, today=NOW.date(), sources=sorted(load_sources()))
    (folder / "sources" / "crisis.toml").write_text(source, encoding="utf-8")
    path = folder / "site.toml"
    path.write_text(path.read_text(encoding="utf-8") + AGREEMENT, encoding="utf-8")
    place = open_place(folder)
    accept_query(place, "crisis", by="A. Analyst", now=NOW)
    if dsn:
        keep_connection(place, "lines", dsn)
    return place


def run(place: Place, at: datetime = NOW) -> Outcome:
    return run_month(place, MARCH, now=at, report=Reporter(quiet=True))


def holds(folder: Path, text: str) -> list[Path]:
    """Files below a folder that hold a text, but for the one file that keeps connections."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".dsn"]
    return [path for path in files if text.encode() in path.read_bytes()]


def test_a_month_is_asked_for_and_counted(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    outcome = run(place)
    assert (outcome.intake.received, outcome.intake.staged, outcome.intake.refused) == (3, 3, [])
    assert file_of(place, place.sources["crisis"], MARCH).exists()
    with open_warehouse(place) as warehouse:
        rows = warehouse.read("record").sort("source_row")
    assert [str(start) for start in rows["start"]] == [
        "2026-03-01 00:30:00",
        "2026-03-29 00:30:00",
        "2026-03-29 02:30:00",
    ]
    assert rows["family"].to_list() == ["QUINCE", "QUINCE", "ROWAN"]
    assert rows["dob"].to_list() == [date(1980, 2, 1), date(1980, 2, 1), date(1990, 12, 31)]
    assert rows["nhs_number"].to_list() == ["9990000018", "9990000018", None]
    assert outcome.published
    demand = pl.read_parquet(outcome.published / "monthly_demand.parquet").filter(pl.col("dataset") == "crisis_call")
    assert sorted(demand["n"].to_list()) == [1, 2]


def test_check_sees_what_the_run_takes_in(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    assert fetch(place, MARCH, NOW).rows == {"2026-03/crisis.parquet": 3}
    assert check_file(place, file_of(place, place.sources["crisis"], MARCH), None, as_json=False) in (0, 3)
    assert fetch(place, MARCH, NOW).rows == {}
    database.run("UPDATE calls SET surname = 'Rowan-Ash' WHERE ref = 3")
    try:
        assert fetch(place, MARCH, NOW, again=True).rows == {"2026-03/crisis.parquet": 3}
    finally:
        database.run("UPDATE calls SET surname = 'Rowan' WHERE ref = 3")
    run(place)
    with open_warehouse(place) as warehouse:
        assert "ROWAN ASH" in warehouse.read("record")["family"].to_list()


def test_what_goes_wrong_is_said_without_the_connection(
    database: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = {
        "password": database.dsn(password="Wrong-Pass-77"),
        "server": f"postgresql://reader:{PASSWORD}@127.0.0.1:1/postgres",
        "database": database.dsn(database="nowhere"),
        "address": f"postgresql://reader:{PASSWORD}@[not an address/postgres",
        "odbc": f"Driver={{No Such Driver}};Server=nowhere.example;Uid=reader;Pwd={PASSWORD}",
    }
    for name, dsn in wrong.items():
        done = fetch(make(tmp_path / name, dsn), MARCH, NOW)
        assert [refusal.code for refusal in done.refused] == ["database"], name
        text = str(done.refused[0])
        assert text.startswith("2026-03/crisis.parquet: ") and "database" in text, text
        assert not any(word in text for word in (PASSWORD, "Wrong-Pass", "reader", "127.0.0.1", "nowhere.example")), (
            text
        )
    assert PASSWORD not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT nothing FROM calls", "it names a column that is not there (nothing) [SQLSTATE 42703]"),
        ("SELECT * FROM hidden", "the account may not read what it names (hidden) [SQLSTATE 42501]"),
        ("SELEC 1", "not readable as SQL at line 1"),
        ("SELECT surname::int AS ref FROM calls", "a value that it can't cast"),
        ("SELECT * FROM raising", "a view or function with a fault"),
    ],
)
def test_a_query_that_the_database_refuses(database: Server, tmp_path: Path, query: str, words: str) -> None:
    source = SOURCE.replace(SOURCE.split("'''")[1], query)
    done = fetch(make(tmp_path / "site", database.dsn(), source), MARCH, NOW)
    assert words in str(done.refused[0])
    assert not any(value in str(done.refused[0]) for value in ("Quince", "QUINCE", "9990000018"))


@pytest.mark.parametrize("query", ["COPY calls TO PROGRAM 'cat > {file}'", "SELECT 1 AS ref FROM writing()"])
def test_a_query_cannot_write(database: Server, tmp_path: Path, query: str) -> None:
    """As the database's owner, who may do everything."""
    file = database.folder / "written"
    source = SOURCE.replace(SOURCE.split("'''")[1], query.format(file=file))
    dsn = f"postgresql://owner@/postgres?host={database.folder}&port={database.port}"
    done = fetch(make(tmp_path / "site", dsn, source), MARCH, NOW)
    assert "only reads" in str(done.refused[0]) or "only reading is allowed" in str(done.refused[0])
    assert not file.exists() and not (tmp_path / "site" / "data" / "raw" / "2026-03" / "crisis.parquet").exists()


def test_a_value_that_fails_in_one_database_does_not_end_the_month(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    run(place)
    file_of(place, place.sources["crisis"], MARCH).unlink()
    failing = SOURCE.replace("SELECT ref,", "SELECT surname::int AS extra, ref,")
    (place.home / "sources" / "crisis.toml").write_text(failing, encoding="utf-8")
    accept_query(open_place(place.home), "crisis", by="A. Analyst", now=NOW)
    outcome = run(open_place(place.home), datetime(2026, 4, 9, tzinfo=UTC))
    assert outcome.exit_code == 4 and outcome.intake.refused[0].code == "database"


def test_no_agreement_no_query(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    path = place.home / "site.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("end = 2040-01-01", "end = 2021-01-01"), encoding="utf-8")
    done = fetch(open_place(place.home), MARCH, NOW)
    assert [refusal.code for refusal in done.refused] == ["no_agreement"]
    assert not file_of(place, place.sources["crisis"], MARCH).exists()


def test_a_database_that_is_away_leaves_the_other_sources_in_force(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    run(place)
    file_of(place, place.sources["crisis"], MARCH).unlink()
    keep_connection(place, "lines", f"postgresql://reader:{PASSWORD}@127.0.0.1:1/postgres")
    outcome = run(place, datetime(2026, 4, 9, tzinfo=UTC))
    assert outcome.exit_code == 4
    assert "the database can't be reached" in str(outcome.intake.refused[0])


def test_the_password_is_only_where_it_is_kept(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    run(place)
    assert holds(place.home, PASSWORD) == []
    assert holds(place.home, database.dsn()) == []
    kept = connection_file(place, "lines")
    assert kept.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert not kept.is_relative_to(place.raw) and not kept.is_relative_to(place.curated)


def test_where_a_connection_comes_from(tmp_path: Path) -> None:
    place = make(tmp_path / "site", None)
    with pytest.raises(HiuError, match="hiu connect lines"):
        connection(place, "lines", {})
    keep_connection(place, "lines", "postgresql://one/two")
    assert connection(place, "lines", {}) == "postgresql://one/two"
    assert connection(place, "lines", {"HIU_DSN_LINES": "postgresql://three"}) == "postgresql://three"
    for name, text in (("Bad name", "x"), ("lines", " ")):
        with pytest.raises(UsageError):
            keep_connection(place, name, text)


def test_the_month_is_put_into_the_query(tmp_path: Path) -> None:
    text = query_for(make(tmp_path / "site", None).sources["crisis"], Month(2026, 12))
    assert "called_at >= '2026-12-01' AND called_at < '2027-01-01'" in text


def test_another_database_by_its_odbc_driver(database: Server, tmp_path: Path) -> None:
    arrow_odbc = pytest.importorskip("arrow_odbc", exc_type=OSError, reason="no ODBC driver manager (Debian: unixodbc)")
    if not any("PostgreSQL" in name for name in Path("/etc/odbcinst.ini").read_text().splitlines()):
        pytest.skip(f"no ODBC driver to try {arrow_odbc.__name__} with (Debian: odbc-postgresql)")
    dsn = f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={database.port};Database=postgres;Uid=reader;Pwd="
    source = SOURCE.replace("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S").replace(", call_id, photo", "")
    here = "called_at AT TIME ZONE 'Europe/London'"  # another database's session has a time zone of its own
    source = source.replace("WHERE called_at >=", f"WHERE {here} >=").replace("AND called_at <", f"AND {here} <")
    done = fetch(make(tmp_path / "site", dsn + PASSWORD, source), MARCH, NOW)
    assert (done.rows, done.refused) == ({"2026-03/crisis.parquet": 3}, [])
    wrong = source.replace(source.split("'''")[1], "SELECT x FROM calls")
    for name, with_dsn, asked, words in (
        ("password", dsn + "no", source, "does not accept the user"),
        ("query", dsn + PASSWORD, wrong, "it names a column that is not there (x)"),
    ):
        assert words in str(fetch(make(tmp_path / name, with_dsn, asked), MARCH, NOW).refused[0])


def test_a_statement_that_goes_on_is_stopped_by_the_database(database: Server) -> None:
    brief = Settings(name="site", database_query_seconds=1)
    query = "SELECT * FROM sleeping"
    with pytest.raises(InputRefused) as refused, ask(database.dsn(), query, file="lines", settings=brief) as batches:
        batches.read_all()
    assert "took longer than database_query_seconds" in refused.value.problem
