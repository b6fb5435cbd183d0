"""A query of an analyst: no word of the engine carries data out, and it is a look whatever it gives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import polars as pl
import pytest
from hostile_kit import Site

import hiu
from hiu.errors import HiuError, LookRefused, UsageError
from hiu.site.published import Published
from hiu.site.show.mask import initials

Settings = Callable[[Callable[[str], str]], Site]
ASKED = [
    "select error(string_agg({c}, ';')) from {t}",
    "select cast(string_agg({c}, ';') as int) from {t}",
    "select cast({c} as date) from {t}",
    "select {c}::enum('nothing') from {t}",
    "select regexp_matches({c}, {c} || '(') from {t}",
    "select strptime({c}, '%Y') from {t}",
    "select json_extract({c}, '$.x') from {t}",
    "select (select {c} from {t})",
    "select * from {t} limit (select string_agg({c}, '') from {t})",
    "select 9223372036854775807 + length({c}) from {t}",
    "select make_date(length({c})::int * 9999, 1, 99) from {t}",
    "select nosuch from (pivot {t} on {c} using count(*))",
    "select case when count(*) > 0 then error({c}) end from {t} group by {c}",
]


def month(site: Site) -> Published:
    return hiu.open(site.place.home, curated=site.place.curated, by="Ann Lyst").latest


@pytest.fixture
def without(own_settings: Settings) -> Site:
    """A site in which no basis lets an analyst ask for anybody."""
    return own_settings(lambda text: text.replace('recipient = "analyst"', 'recipient = "clinician"'))


def test_an_error_holds_no_value_and_the_query_is_entered(site: Site) -> None:
    run = month(site)
    held = {str(one) for name in ("timeline", "people") for one in run.table(name).to_polars().to_numpy().ravel()}
    held = {one for one in held if len(one) > 3} - {"None", "name"}
    columns = {table: set(run.table(table).columns) for table in ("timeline", "people")}
    before, asked_of = len(site.looks()), (("people", "name_text"), ("timeline", "dataset"), ("people", "person_id"))
    for text, (table, column) in zip(ASKED, cycle(asked_of), strict=False):
        with pytest.raises(UsageError) as caught:
            run.sql(text.format(c=column, t=table))
        words = {word.strip("'\",.;:()") for word in str(caught.value).split()}
        told = words & held - columns[table]
        assert not told and "HIU-" not in str(caught.value), (text, caught.value)
    more = site.looks()[before:]
    looks = [one for one in more if str(one["what"]).startswith("sql of")]
    assert len(looks) == len(ASKED) and all(one["people"] for one in more)


def test_an_answer_of_no_rows_and_one_that_leaves_the_id_out_are_looks_at_the_person(site: Site) -> None:
    run = month(site)
    person = run.ranked(1)["person_id"][0]
    for text in (
        f"select start from timeline where person_id = '{person}' and dataset = 'nothing'",
        f"select substr(person_id, 5) s from timeline where person_id = lower('{person.lower()}')",
        f"select count(*) from timeline where reverse(person_id) = '{person[::-1]}'",
    ):
        before = len(site.looks())
        run.sql(text)
        [line] = site.looks()[before:]
        assert str(line["what"]).startswith("sql of") and line["people"], text
    seen = site.hiu("reads", "--person", person)
    assert seen.out.count("sql") >= 3


def test_without_a_basis_nobody_is_found_by_id(without: Site, site: Site) -> None:
    person = month(site).ranked(1)["person_id"][0]
    run = month(without)
    before = len(without.looks())
    with pytest.raises(LookRefused):
        run.sql(f"select * from timeline where person_id = '{person}'")
    assert without.looks()[before]["refused"] == "no basis"
    assert run.sql(f"select count(*) n from timeline where reverse(person_id) = '{person[::-1]}'")["n"][0] == 0
    assert (
        run.sql("select count(*) n from timeline")["n"][0] == month(site).sql("select count(*) n from timeline")["n"][0]
    )
    for frame in (run.table("timeline"), run.people(), run.ranked(), run.table("people"), run.table("aliases")):
        assert person not in str(frame.to_polars().to_dicts()) and frame.height >= 0
    joined = run.table("timeline").to_polars().join(run.table("people").to_polars(), on="person_id", how="semi")
    assert joined.height == run.table("timeline").height, "rows of one person still belong together"
    for row in run.tables("timeline").to_polars().to_dicts():
        assert person not in str(row) and "HIU-" not in row["row 1"]


def test_the_number_in_place_of_an_id_is_another_each_time(without: Site) -> None:
    first, second = (month(without).table("people").to_polars() for _ in range(2))
    same = first.select("person_id", "first_seen", "rows").equals(second.select("person_id", "first_seen", "rows"))
    assert not same and first["person_id"].is_unique().all()
    with pytest.raises(HiuError):
        month(without).person(str(first["person_id"][0]))


FACTS = {
    "number of the event": ("links", "event_id = '{event_id}'"),
    "file and row": ("links", "source_file = '{source_file}' and source_row = {source_row}"),
    "minute": ("timeline", "start = timestamp '{start}'"),
    "day": ("timeline", "date_trunc('day', start) = date '{start:%Y-%m-%d}'"),
    "initials and year": ("people", "name_text = '{initials}' and birth_year = {year}"),
    "birth": ("people", "birth_year = {year}"),
    "day first seen": ("people", "first_seen = date '{first_seen}'"),
}
"""What a member of staff knows of somebody, and the table in which they look for it."""


@pytest.fixture
def known(site: Site) -> dict[str, object]:
    """What somebody knows of a contact of a person: how their own agency has it."""
    run = month(site)
    people = run._scan("people").filter(pl.col("name_text").is_not_null(), pl.col("first_seen").dt.day() > 1).collect()
    rows = run.table("timeline").to_polars().filter(pl.col("start").dt.hour() > 0, pl.col("start").dt.day() > 1)
    links = run.table("links").to_polars().select("source", "event_id", "source_file", "source_row")
    found = rows.join(people, on="person_id").join(links, on=["source", "event_id"]).sort("start", "event_id")
    one = found.filter(pl.coalesce("birth_year", pl.col("dob").dt.year()).is_not_null()).row(0, named=True)
    return {**one, "initials": initials(one["name_text"]), "year": one["birth_year"] or one["dob"].year}


def test_without_a_basis_a_fact_that_somebody_knows_leads_to_no_row(
    without: Site, site: Site, known: dict[str, object]
) -> None:
    """The finding: a log's number, a file and row, a minute, or initials and a year gave a named person's history."""
    shown, closed = month(site), month(without)
    for fact, (table, where) in FACTS.items():
        ask = f"select distinct person_id from {table} where person_id is not null and {where.format(**known)}"
        assert known["person_id"] in shown.sql(ask)["person_id"], f"{fact}: with a basis it does"
        assert closed.sql(ask).height == 0, fact
        assert closed.sql(ask.replace(f"from {table}", f"from (select * from {table})")).height == 0, fact


def test_without_a_basis_a_table_has_neither_keys_nor_days_nor_the_order_of_a_file(without: Site) -> None:
    closed, walked = month(without), set()
    for name in closed.tables().filter(pl.col("rows") > 0)["table"]:
        for frame in (closed.table(name).to_polars(), closed.sql(f'select * from "{name}"').to_polars()):
            if "person_id" not in frame.columns:
                continue
            own = frame.filter(pl.col("person_id").is_not_null())
            times = [one for one, kind in own.schema.items() if kind.is_temporal()]
            assert all(own[one].drop_nulls().dt.day().is_in([1]).all() for one in times), (name, times)
            empty = {"event_id", "source_file", "source_row", "delivery_id", "name_text", "birth_year", "quotes"}
            keys = [one for one in own.columns if one in empty or one.endswith("_id")]
            keys = [one for one in keys if one not in ("person_id", "old_id")]
            assert all(own[one].null_count() == own.height for one in keys), (name, keys)
            walked.add(name)
    assert {"timeline", "links", "people", "stay", "support", "ranked", "event_place"} <= walked
    first = [run.table("timeline").unique("person_id", keep="first", maintain_order=True) for run in (closed, closed)]
    assert not first[0].equals(first[1]), "the rows stand in no order"


def test_without_a_basis_nobody_is_found_by_the_night_in_a_bed(without: Site, site: Site) -> None:
    with pytest.raises(LookRefused):
        month(without).admissions(on="2026-03-10")
    assert month(site).admissions(on="2026-03-10").height


def test_the_read_log_says_which_tables_a_query_read(without: Site) -> None:
    month(without).sql("select t.dataset, count(*) n from timeline t join people p using (person_id) group by 1")
    assert without.looks()[-1]["what"] == "sql of people, timeline"
