"""The mart: its figures are the published ones, a missing month is no zero, and who may not be in it is in no byte."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlglot
from areakit import LAST, NOW, REPOSITORY, run
from hostile_kit import Site, forbid, scope_of, told
from mart_kit import copied, folder_of, wanted

from hiu.errors import HiuError, SettingsError, UsageError
from hiu.govern import records
from hiu.govern.pseudonym import pseudonym, recipient_key
from hiu.model import MART
from hiu.model.frames import TYPES
from hiu.model.govern import DISCLOSURES
from pipelines.access.mart.kept import in_mart, renew
from pipelines.access.remake import withhold
from pipelines.commands.outputs import mart
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.fetch.load import _schema, _table
from pipelines.fetch.mart import load_stale, make_mart

LATER = NOW + timedelta(hours=1)
T_SQL = """
add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint
close clustered coalesce collate column commit compute constraint contains containstable continue convert create
cross current current_date current_time current_timestamp current_user cursor database dbcc deallocate declare
default delete deny desc disk distinct distributed double drop dump else end errlvl escape except exec execute
exists exit external fetch file fillfactor for foreign freetext freetexttable from full function goto grant group
having holdlock identity identity_insert identitycol if in index inner insert intersect into is join key kill left
like lineno load merge national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery
openrowset openxml option or order outer over percent pivot plan precision primary print proc procedure public
raiserror read readtext reconfigure references replication restore restrict return revert revoke right rollback
rowcount rowguidcol rule save schema securityaudit select semantickeyphrasetable session_user set setuser shutdown
some statistics system_user table tablesample textsize then to top tran transaction trigger truncate try_convert
tsequal union unique unpivot update updatetext use user values varying view waitfor when where while with within
writetext
"""
"""Its reserved words (Microsoft Learn, Transact-SQL reference)."""


def read(folder: Path) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder as text: of a table its cells, of a database those of each of its tables."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.suffix == ".parquet":
            yield str(path), pl.read_parquet(path).write_csv()
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as opened:
                for (name,) in opened.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    yield f"{path} {name}", str(opened.execute(f"SELECT * FROM {name}").fetchall())
        yield str(path), path.read_bytes().decode("latin-1")


def test_every_table_is_as_the_model_says(made: Place) -> None:
    found = read(folder_of(made)) | read(folder_of(made) / "identifiable")
    assert set(found) == set(MART)
    for name, table in MART.items():
        frame = found[name]
        assert dict(frame.schema) == {column.name: TYPES[column.type].polars for column in table.columns}, name
        assert frame.select(table.key).is_unique().all(), name
        for column in table.columns:
            assert column.nullable or not frame[column.name].null_count(), f"{name}.{column.name}"
            assert not column.codes or set(frame[column.name].drop_nulls()) <= set(column.codes), column.name
    assert all(frame.height for frame in found.values()), "none is empty, so that none of this is vacuous"


def test_no_name_is_a_reserved_word() -> None:
    names = {*MART, *(name for table in MART.values() for name in table.names)}
    with duckdb.connect() as engine:
        own = {row[0] for row in engine.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()}
    assert {"select", "order"} <= own & {*T_SQL.split()} and not names & {*own, *T_SQL.split()}


def test_demand_is_the_published_one_and_missing_is_no_zero(made: Place) -> None:
    """Counted again from the published tables, cell by cell, without SQL."""
    tables, demand = read(made.which(None)[1]), read(folder_of(made))["fact_demand"]
    tokens = dict(read(folder_of(made) / "identifiable")["mart_name"].select("person_token", "person_id").rows())
    months = [(LAST - back).start for back in range(12)]
    given = {
        row[:3]: row[3:]
        for row in tables["monthly_demand"].select("person_id", "month", "dataset", "n", "supplied").rows()
    }
    supplied = {row[:2]: row[2] for row in tables["coverage"].select("month", "dataset", "supplied").rows()}
    datasets = set(tables["coverage"]["dataset"])
    assert demand.height == len(tokens) * len(months) * len(datasets)
    kinds = set()
    for token, month, dataset, is_supplied, count in demand.rows():
        sent = supplied.get((month, dataset), False)
        n, there = given.get((tokens[token], month, dataset), (0 if sent else None, sent))
        assert (is_supplied, count) == (there, n), (month, dataset)
        kinds.add("none" if count == 0 else "missing" if count is None else "some")
    assert kinds == {"none", "missing", "some"}
    whole = tables["monthly_demand"].filter(pl.col("month").is_in(months))["n"].sum()
    assert demand["demand_count"].sum() == whole, "nobody with demand is left out"


def test_the_lists_and_contacts_are_the_published_ones(made: Place) -> None:
    tables, found = read(made.which(None)[1]), read(folder_of(made))
    tokens = read(folder_of(made) / "identifiable")["mart_name"].select("person_token", "person_id")
    own = found["fact_rank"].join(tokens, on="person_token").join(tables["ranked"], on="person_id")
    assert own.height == tables["ranked"].height and own.filter(pl.col("list_name") != pl.col("list")).is_empty()
    assert own.filter((pl.col("rank_band") == "first 20") != (pl.col("rank") <= 20)).is_empty()
    assert own.filter((pl.col("rank_band") == "21 to 50") != pl.col("rank").is_between(21, 50)).is_empty()
    contacts = found["fact_contact"].filter("is_counted", pl.col("dataset_code") == "ed_attendance")
    counted = found["fact_demand"].filter(pl.col("dataset_code") == "ed_attendance")["demand_count"].sum()
    assert contacts.height == counted > 0
    keys = set(found["dim_place"]["place_key"])
    for name in ("home_place_key", "incident_place_key", "provider_place_key"):
        assert set(found["fact_contact"][name].drop_nulls()) <= keys and found["fact_contact"][name].drop_nulls().len()


def joined(one: pl.DataFrame, other: pl.DataFrame) -> int:
    """How many people two tables of two recipients tell apart alike: by all that each says of them but the token."""
    cells = pl.concat_str(pl.exclude("person_token", "contact_number").cast(pl.String).fill_null("-"), separator="|")
    alike = [
        frame.group_by("person_token").agg(cells.sort().str.join(";").alias("all"))["all"] for frame in (one, other)
    ]
    single = [set(all_.value_counts().filter(count=1)["all"]) for all_ in alike]
    return len(single[0] & single[1])


def test_a_list_joins_no_two_recipients_nor_a_token_to_a_paper(made: Place, tmp_path: Path) -> None:
    """The finding: the place on the list joined 177 of 177 people of two marts, and each to a name in a pack."""
    own = copied(made, tmp_path)
    for recipient in ("trust-bi", "council-bi"):
        make_mart(own, wanted(recipient=recipient), now=LATER)
    one, other = (read(folder_of(own, recipient)) for recipient in ("trust-bi", "council-bi"))
    assert set(one["dim_person"]["person_token"]).isdisjoint(other["dim_person"]["person_token"])
    columns = one["fact_rank"].columns
    assert not {"list_rank", "rank", "rank_low", "rank_high", "intensity", "expected_points"} & set(columns)
    people = one["dim_person"].height
    for column in ("rank_band", "certainty", "risk_score"):
        parts = (
            found["fact_rank"].select("person_token", "month_start", "list_name", column) for found in (one, other)
        )
        assert joined(*parts) < people / 20, column
    # what docs/mart.md says, so that nobody takes it for anonymous: dense figures join most of them
    assert joined(one["fact_contact"], other["fact_contact"]) > people / 2


def test_small_groups_are_not_shown(made: Place) -> None:
    found = read(folder_of(made))
    for name in ("age_band", "sex", "first_seen_by"):
        sizes = found["dim_person"].filter(pl.col(name) != "not shown")[name].drop_nulls().value_counts()
        assert sizes["count"].min() >= 8, name  # type: ignore[operator]
    places = found["dim_place"].filter(pl.col("place_detail") != "not shown")["place_key"]
    for role in ("home", "incident", "provider"):
        people = found["fact_contact"].group_by(f"{role}_place_key").agg(n=pl.col("person_token").n_unique())
        assert people.filter(pl.col(f"{role}_place_key").is_in(places.implode()))["n"].min() >= 1
    assert "not shown" in set(found["dim_place"]["place_detail"])


def test_nothing_of_it_names_anybody(made: Place) -> None:
    people = pl.read_parquet(made.which(None)[1] / "people.parquet")
    names = {name.casefold() for name in people["name_text"].drop_nulls() if " " in name}
    words = {*names, *people["nhs_number"].drop_nulls(), *(one.casefold() for one in people["person_id"])}
    plain = [path for path in folder_of(made).glob("*") if path.is_file()]
    assert len(plain) == 2 * (len(MART) - 1) + 2, "Parquet, CSV, the DuckDB file, and what is kept of it"
    found = [*texts(made.curated / "mart"), *texts(made.curated.parent / "mart")]
    folded = [(Path(name).name, text.casefold()) for name, text in found]
    assert {name for name, text in folded if any(word in text for word in words)} == {"mart_name.parquet"}
    assert not (made.curated.parent / "mart" / "identifiable").exists(), "names are never copied"


def test_its_files_are_the_owner_s_alone(made: Place) -> None:
    for root in (made.curated / "mart", made.curated.parent / "mart"):
        for path in (root, *root.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path


def test_tokens_are_stable_for_a_recipient_and_differ_between_recipients(made: Place, tmp_path: Path) -> None:
    own, other = (set(read(folder_of(made, name))["dim_person"]["person_token"]) for name in ("analyst", "trust-bi"))
    ids = read(folder_of(made) / "identifiable")["mart_name"]["person_id"]
    key = recipient_key(made.key, "analyst")
    assert own == {pseudonym(one, key) for one in ids} and other and not own & other
    place = copied(made, tmp_path)
    make_mart(place, wanted(recipient="trust-bi", months=1, tokens_of="analyst"), now=LATER)
    assert set(read(folder_of(place, "trust-bi"))["dim_person"]["person_token"]) <= own


def test_it_is_entered(made: Place) -> None:
    rows = records.history(made.records, DISCLOSURES).filter(what="mart", file=f"mart/analyst/{LAST}")
    people = read(folder_of(made) / "identifiable")["mart_name"].height
    assert people > 100 and set(rows.select("recipient", "purpose", "people").rows()) == {
        ("analyst", "planning", people)
    }
    assert [event["recipient"] for event in Site(made).events("mart_written")] == ["analyst", "analyst", "trust-bi"]


@pytest.mark.parametrize("code", ["objection", pytest.param("national_opt_out", marks=pytest.mark.slow)])
def test_who_forbids_it_is_in_no_mart_at_once(made: Place, tmp_path: Path, code: str) -> None:
    place = copied(made, tmp_path)
    person = str(read(folder_of(place) / "identifiable")["mart_name"]["person_id"][3])
    assert in_mart(place, folder_of(place), [person])
    forbid(place, person, code)
    said = renew(place, LATER)
    assert sum("was made anew" in line for line in said) == 2, said
    _in_no_byte(place, person, place.curated / "mart")
    assert read(folder_of(place))["mart_about"]["withheld_count"].to_list() == [1]
    assert renew(place, LATER) == []


def test_an_objection_leaves_no_byte_anywhere_after_the_next_run(made: Place, tmp_path: Path) -> None:
    """Mart, pack, workbook, charts and the tables of notebooks."""
    place = copied(made, tmp_path)
    make_mart(place, wanted(to=str(tmp_path / "copy"), csv=True), now=NOW)
    person = str(pl.read_parquet(place.which(None)[1] / "ranked.parquet").sort("rank")["person_id"][0])
    scope = scope_of(place, person)
    before = place.which(None)[1]
    # Drawings may be kept answers of other tests here, which name nobody.
    assert {"pack.html", "ranked.parquet"} <= set(told(before, scope))
    forbid(place, person)
    outcome = run(place, LAST, at=LATER)
    assert outcome.published and outcome.published != before
    for folder in (place.published, place.curated / "mart", tmp_path / "copy"):
        assert list(told(folder, scope)) == [], folder
        _in_no_byte(place, person, folder)
    assert read(tmp_path / "copy")["mart_about"]["run_id"].to_list() == [outcome.published.name]


@pytest.mark.slow
def test_an_erased_person_leaves_every_mart(made: Place, tmp_path: Path) -> None:
    place = copied(made, tmp_path)
    names = read(folder_of(place) / "identifiable")["mart_name"]
    person = str(names["person_id"][5])
    erase(place, person, reason="asked", by="DPO", now=LATER, report=Reporter(quiet=True), say=lambda _: None)
    _in_no_byte(place, person, place.curated / "mart")
    assert read(folder_of(place))["dim_person"].height == names.height - 1


def _in_no_byte(place: Place, person: str, folder: Path) -> None:
    tokens = [pseudonym(person, recipient_key(place.key, name)) for name in ("analyst", "trust-bi")]
    found = list(texts(folder))
    assert found
    for name, text in found:
        assert not any(word in text for word in (person, *tokens)), name


def test_a_mart_of_a_month_that_is_taken_back_goes(made: Place, tmp_path: Path) -> None:
    place = copied(made, tmp_path)
    make_mart(place, wanted(to=str(tmp_path / "copy")), now=NOW)
    (tmp_path / "copy" / "report.pbix").write_bytes(b"mine")
    make_mart(place, wanted(to=str(tmp_path / "copy"), csv=True), now=NOW)
    assert (tmp_path / "copy" / "report.pbix").read_bytes() == b"mine"
    place.current.unlink()
    said = withhold(place, LATER, Reporter(quiet=True))
    assert sum("was removed: nothing is published" in line for line in said) == 2, said
    assert not folder_of(place).exists()
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["report.pbix"], "what an analyst keeps there stays"


def test_what_may_not_be_made_is_refused_before_anything_is_written(place_after: Place, tmp_path: Path) -> None:
    place = place_after
    bare = place.settings.model_copy(
        update={"basis": [one for one in place.settings.basis if one.purpose == "support"]}
    )
    with pytest.raises(HiuError, match="purpose 'planning' and recipient 'analyst'"):
        make_mart(Place(place.home, bare, place.sources), wanted(), now=NOW)
    for about, words in (
        ({"recipient": "commissioner"}, "hiu export board"),
        ({"recipient": "../x"}, "no name of a recipient"),
        ({"to": str(place.curated / "here")}, "the site's own folder"),
    ):
        with pytest.raises(UsageError, match=words):
            make_mart(place, wanted(**about), now=NOW)
    with pytest.raises(SettingsError, match="no connection 'mart' is kept"):
        make_mart(place, wanted(to="postgres"), now=NOW)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    assert not (place.curated / "mart").exists()
    with pytest.raises(HiuError, match="holds something else already"):
        make_mart(place, wanted(to=str(tmp_path / "full")), now=NOW)
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"


PAGE = (REPOSITORY / "docs" / "mart.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", blocks("python"), ids=["pandas", "duckdb"])
def test_an_example_of_the_page_runs(made: Place, monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    monkeypatch.chdir(made.curated.parent)
    found: dict[str, object] = {}
    exec(example, found)
    supplied = read(folder_of(made))["fact_demand"]["demand_count"].sum()
    total = found["total"]
    whole = sum(row[2] or 0 for row in total.fetchall()) if hasattr(total, "fetchall") else total.sum()  # type: ignore[attr-defined]
    people = read(folder_of(made))["dim_person"]
    without = people.filter(pl.col("age_band").is_null()).join(read(folder_of(made))["fact_demand"], on="person_token")
    assert whole in (supplied, supplied - without["demand_count"].sum()) and whole > 0


def test_the_example_in_r_runs(made: Place) -> None:
    if (program := shutil.which("Rscript")) is None:
        pytest.skip("R is not on this machine (Debian: r-base-core)")
    [example] = blocks("r")
    done = subprocess.run(
        [program, "-e", example], cwd=made.curated.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "ed_attendance" in done.stdout, done.stderr


def test_statements_for_sql_server_are_t_sql() -> None:
    """No SQL Server runs here: the statements are parsed, and the same way of loading is tried on another database."""
    for name in MART:
        made_table = _table("sqlserver", name).partition("IS NULL ")[2]
        [tree] = sqlglot.parse(made_table, read="tsql")
        assert isinstance(tree, sqlglot.exp.Create), name
    assert "SCHEMA_ID('hiu_mart')" in _schema("sqlserver")


def test_the_command_takes_what_the_page_says(place_after: Place) -> None:
    mart(str(LAST), place_after.home, place_after.curated, None, months=1)
    assert folder_of(place_after).is_dir() and isinstance(LATER, datetime) and load_stale(place_after, LATER) == []
