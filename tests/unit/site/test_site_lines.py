"""What the fourth round of questions found, and the lines of the analyst's page against the published tables."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.publish.hours import pattern
from hiu.site.published import Published
from pipelines.run import Outcome

C = pl.col


@pytest.fixture(scope="module")
def run(area: Path, published: Outcome) -> Published:
    assert published.published
    return hiu.open(area).latest


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select p.died from people p", "^'died' is masked"),
        ('select "P"."died" from people "P" join ranked r using (person_id)', "^'died' is masked"),
        ("select p.foo from people p", "^no column 'foo'"),
        ("with q as (select * from people) select q.died from q", "^'died' is masked"),
        ("select person_id from ranked r join people p on r.person_id = p.person_id", "Ambiguous reference"),
        ("select max(at) from risk_grading", "^'at' is a word of SQL too"),
        ("select role, at from risk_grading", "^'at' is a word of SQL too"),
        ("select end from support", "^'end' is a word of SQL too"),
        ("select count(*) from missing_judged", "^this site has no table 'missing_judged'"),
        ("select * from peeple", "Did you mean 'people'"),
    ],
)
def test_a_query_that_fails_is_told_what_is_wrong_with_it(run: Published, query: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        run.sql(query)
    assert "missing_judged" not in str(raised.value) or "missing_judged" in query


def test_a_table_without_a_source_is_told_from_a_mistyped_one(run: Published) -> None:
    with pytest.raises(UsageError, match=r"^this site has no table 'missing_judged'"):
        run.table("missing_judged")
    with pytest.raises(UsageError, match="Did you mean 'people'"):
        run.table("peeple")


def test_nights_are_of_those_who_had_any(run: Published) -> None:
    demand = pd.read_parquet(run.folder / "monthly_demand.parquet")
    year = pd.to_datetime(demand["month"]) >= pd.Timestamp((run.month - 11).start)
    own = demand[year & (demand["dataset"] == "mh_bed_day") & (demand["n"] > 0)]
    listed = own[own["person_id"].isin(run.ranked()["person_id"].to_list())]
    nights, people = int(listed["n"].sum()), listed["person_id"].nunique()
    said = run.cohort(run.ranked()).nights().sentences[0]
    assert 0 < people < len(run.ranked())
    assert said.startswith(f"{nights:,} nights of {people:,} people (of {len(run.ranked()):,}) in ")
    every = int(own["n"].sum()), own["person_id"].nunique()
    assert run.cohort().nights().sentences[0].startswith("{:,} nights of {:,} people in ".format(*every))


def test_the_sentence_of_the_week_speaks_of_blocks_that_the_table_has(run: Published) -> None:
    said = pattern({(0, 20): 10}, "event", 1)
    assert said == "Most often between 20:00 and 21:00 on Mon, 10 of 10 events with a time"
    found = run.hour_of_week(hours=1)
    hours = re.findall(r"between (\d\d):00 and (\d\d):00", found.sentences[0])
    assert all(f"{begin}-{end}" in found.table("hours").columns for begin, end in hours)
    table = found.table("hours").to_polars()
    most = table.select(pl.max_horizontal(pl.exclude("day")).max()).item()
    assert not hours or f", {most:,} of " in found.sentences[0]


def test_the_sentence_of_the_next_contact_speaks_of_the_days_asked(run: Published) -> None:
    found = run.cohort().next_contact(days=(3, 7))
    share = found.to_polars().filter(days=7)["share"].item()
    assert f"within 7 days {share:.0%} had another contact" in found.sentences[0]
