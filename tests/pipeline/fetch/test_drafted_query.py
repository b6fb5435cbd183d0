"""A source drafted from a query of a real PostgreSQL: three lines mended at most, then every record as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from postgres_kit import PASSWORD, Server, programs, server
from typer.testing import CliRunner

from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources
from pipelines.cli import app
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.fetch.ask import accept_query
from pipelines.fetch.connections import keep_connection
from pipelines.run import Outcome, run_month

NOW = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)
WORKERS = """
CREATE SCHEMA outreach;
CREATE TABLE outreach.visits (
    visit_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), visited_on date NOT NULL, visited_at time,
    client_surname text, client_first_name text, date_of_birth date, post_code text, result text
);
INSERT INTO outreach.visits
    (visited_on, visited_at, client_surname, client_first_name, date_of_birth, post_code, result)
SELECT day, time '09:30', names[1], names[2], date '1980-02-13' + born, 'BS1 4ND', (ARRAY['Seen', 'Not in'])[1 + n % 2]
FROM (
    SELECT n, date '2026-03-01' + n AS day, n % 3 AS born,
        (ARRAY[ARRAY['Amble', 'Jo'], ARRAY['Birch', 'Al'], ARRAY['Cedar', 'Kit']])[1 + n % 3:1 + n % 3] AS pair
    FROM generate_series(0, 29) AS n
) AS made, LATERAL (SELECT ARRAY[pair[1][1], pair[1][2]] AS names) AS named;
GRANT USAGE ON SCHEMA outreach TO reader;
GRANT SELECT ON outreach.visits TO reader;
"""
CONTACTS = """
CREATE TABLE contact_log (
    contact_uuid uuid PRIMARY KEY, loaded_at timestamptz NOT NULL DEFAULT '2026-05-01 06:00+00',
    opened timestamptz NOT NULL, last_name text, first_name text, birth_date date, nhs_no bigint,
    disposition varchar(20)
);
INSERT INTO contact_log (contact_uuid, opened, last_name, first_name, birth_date, nhs_no, disposition)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    timestamptz '2026-02-27 22:15+00' + n * interval '1 day',
    (ARRAY['Amble', 'Birch', 'Cedar'])[1 + n % 3], (ARRAY['Jo', 'Al', 'Kit'])[1 + n % 3], date '1980-02-13' + n % 3,
    (ARRAY[9990000018, 9990000026, NULL])[1 + n % 3], (ARRAY['Advice', 'Visit', 'Visit', 'Cancelled'])[1 + n % 4]
FROM generate_series(0, 35) AS n;
GRANT SELECT ON contact_log TO reader;
"""

if programs() is None:
    pytest.skip("no PostgreSQL server on this machine (Debian: postgresql)", allow_module_level=True)


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    home = programs()
    assert home is not None
    with server(home) as started:
        started.run(WORKERS)
        started.run(CONTACTS)
        yield started


def make(folder: Path, dsn: str | None) -> Place:
    init_site(folder, name="Lines", synthetic=True, today=NOW.date(), sources=sorted(load_sources()))
    place = open_place(folder)
    if dsn:
        keep_connection(place, "lines", dsn)
    return place


def hiu(place: Place, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--site", str(place.home)])


def run(place: Place) -> Outcome:
    for name in (name for name, source in place.sources.items() if source.file.query):
        accept_query(place, name, by="A. Analyst", now=NOW)
    return run_month(place, Month(2026, 3), now=NOW, report=Reporter(quiet=True))


def test_a_draft_of_a_table_loads_rightly(database: Server, tmp_path: Path) -> None:
    place = make(tmp_path / "site", database.dsn())
    site = ["--site", str(place.home)]
    sql = "SELECT * FROM outreach.visits WHERE visited_on >= {month} AND visited_on < {month_after} ORDER BY visited_on"
    command = ["new", "outreach", "--query", sql, "--dsn", "lines", "--save", *site]
    empty = CliRunner().invoke(app, [*command, "--month", "2020-01"])
    assert (empty.exit_code, "gives no row for Jan 2020" in empty.stderr) == (2, True)
    drafted = CliRunner().invoke(app, [*command, "--month", "2026-03"])
    assert drafted.exit_code == 0, drafted.output
    assert PASSWORD not in drafted.output + (place.home / "sources" / "outreach.toml").read_text(encoding="utf-8")
    assert not any(place.curated.rglob("*.parquet"))
    outcome = run(open_place(place.home))
    assert (outcome.intake.received, outcome.intake.staged) == (30, 30), outcome.warnings
    with open_warehouse(place) as warehouse:
        rows = warehouse.read("record").sort("start")
    assert rows["start"].to_list() == [datetime(2026, 3, 1 + n, 9, 30) for n in range(30)]
    assert rows["family"].to_list() == ["AMBLE", "BIRCH", "CEDAR"] * 10
    assert rows["dob"].to_list() == [date(1980, 2, 13 + n % 3) for n in range(30)]
    assert outcome.published
    demand = pl.read_parquet(outcome.published / "monthly_demand.parquet").filter(pl.col("dataset") == "outreach")
    assert demand["n"].to_list() == [10, 10, 10]


@pytest.mark.slow
def test_a_draft_mended_in_two_lines_loads_rightly(database: Server, tmp_path: Path) -> None:
    """All months are in the table: the draft says how to ask for one; 1 March to 31 March are rows 2 to 32."""
    place = make(tmp_path / "site", database.dsn())
    sql = "SELECT * FROM contact_log"
    drafted = hiu(place, "new", "contacts", "--query", sql, "--dsn", "lines", "--save")
    assert drafted.exit_code == 0, drafted.output
    path = place.home / "sources" / "contacts.toml"
    text = path.read_text(encoding="utf-8")
    where = "WHERE opened >= {month} AND opened < {month_after}"
    line = f'query = "{sql}"  # CHECK: every run asks for all rows: add {where}'
    none = re.search(r"^# disposition = .*not_matches = \[\"cancel\"\].*  # CHECK", text, re.MULTILINE)
    assert line in text and none and "covers" not in text, text
    edited = text.replace(line, f'query = "{sql} {where}"').replace(none[0], none[0].removeprefix("# "))
    path.write_text(edited, encoding="utf-8")
    asked = hiu(place, "fetch", "2026-03", "--source", "contacts", "--accept", "A. Analyst")
    assert (asked.exit_code, asked.stdout) == (0, "2026-03/contacts.parquet: 31 rows\n"), asked.output
    checked = hiu(place, "check", str(place.raw / "2026-03" / "contacts.parquet"))
    assert checked.exit_code == 0, checked.output
    outcome = run(open_place(place.home))
    assert (outcome.intake.received, outcome.intake.staged, outcome.intake.warnings) == (31, 31, [])
    with open_warehouse(place) as warehouse:
        rows = warehouse.read("record").sort("start")
    days = range(2, 33)
    assert rows["start"].to_list() == [datetime(2026, 3, n - 1, 22 + (n >= 30), 15) for n in days]
    assert rows["family"].to_list() == [("AMBLE", "BIRCH", "CEDAR")[n % 3] for n in days]
    assert rows["given"].to_list() == [("JO", "AL", "KIT")[n % 3] for n in days]
    assert rows["dob"].to_list() == [date(1980, 2, 13 + n % 3) for n in days]
    assert rows["nhs_number"].to_list() == [("9990000018", "9990000026", None)[n % 3] for n in days]
    assert outcome.published
    demand = pl.read_parquet(outcome.published / "monthly_demand.parquet").filter(pl.col("dataset") == "contacts")
    assert demand["n"].sum() == sum(n % 4 != 3 for n in days) == 23


@pytest.mark.parametrize(
    ("source", "sql", "words"),
    [
        ("contacts", "SELECT x FROM contact_log", "a column that is not there (x)"),
        ("taken", "SELECT * FROM contact_log", "it is not written over"),
        ("../contacts", "SELECT * FROM contact_log", "no name of a source"),
    ],
)
def test_no_row_stays_where_a_draft_fails(database: Server, tmp_path: Path, source: str, sql: str, words: str) -> None:
    place = make(tmp_path / "site", database.dsn())
    (place.home / "sources" / "taken.toml").write_text('extends = "police"\n', encoding="utf-8")
    answer = hiu(place, "new", source, "--query", sql, "--dsn", "lines", "--save")
    assert (answer.exit_code != 0, words in answer.output) == (True, True), answer.output
    assert not any(tmp_path.rglob("*.parquet")) and not any(place.spill.glob("draft*"))


def test_a_draft_needs_a_file_or_a_query(tmp_path: Path) -> None:
    site = ["--site", str(make(tmp_path / "site", None).home)]
    for arguments in ([], ["--query", "SELECT 1"], ["x.csv", "--query", "SELECT 1", "--dsn", "lines"]):
        answer = CliRunner().invoke(app, ["new", "outreach", *arguments, *site])
        assert (answer.exit_code, "expected a file to look at" in answer.stderr) == (2, True)
