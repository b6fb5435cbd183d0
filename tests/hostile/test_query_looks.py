"""A query of an analyst: no word of the engine carries data out, and it is a look whatever it gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hostile_kit import Site

import hiu
from hiu.errors import HiuError, UsageError
from hiu.govern.reads import LookRefused
from hiu.site.published import Published

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


@pytest.mark.parametrize("text", ASKED)
def test_an_error_holds_no_value_and_the_query_is_entered(text: str, site: Site) -> None:
    run = month(site)
    held = {str(one) for name in ("timeline", "people") for one in run.table(name).to_polars().to_numpy().ravel()}
    before = len(site.looks())
    for table, column in (("timeline", "dataset"), ("people", "name_text"), ("people", "person_id")):
        with pytest.raises(UsageError) as caught:
            run.sql(text.format(c=column, t=table))
        words = {word.strip("'\",.;:()") for word in str(caught.value).split()}
        told = words & {one for one in held if len(one) > 3} - {"None", "name", *run.table(table).columns}
        assert not told and "HIU-" not in str(caught.value), caught.value
    more = site.looks()[before:]
    assert len([one for one in more if one["what"] == "sql"]) == 3 and all(one["people"] for one in more)


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
        assert line["what"] == "sql" and line["people"], text
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
