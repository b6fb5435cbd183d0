"""What an analyst reads who asked for something that is not there, or not in that way."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu import errors
from hiu.errors import HiuError, UsageError
from hiu.site.published import Published
from hiu.site.show.suggest import NoSuchName, Suggests

C = pl.col


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select list, count(*) from ranked", "'list' must stand in GROUP BY"),
        ("select dataset, sum(n) from monthly_demand", "'dataset' must stand in GROUP BY"),
        ("select person_id, start from timeline group by person_id", "'start' must stand in GROUP BY"),
        ("select count(*) from ranked having list = 'adult'", "'list' must stand in GROUP BY"),
        ("select list, count(*) from ranked group by list order by rank", "'rank' must stand in GROUP BY"),
        (
            "select r.rank from ranked r join support s on r.person_id = s.person_id where s.rank = 1",
            "'s' has no column 'rank': ranked has it",
        ),
        ("select rank from (select person_id from ranked)", "'rank' cannot be reached here: ranked has it"),
        ("select r.foo from ranked r", "no column 'foo'"),
        ("select * from timeline where start >= '2025-13-01'", "'2025-13-01' is no date: expected the form 2026-03-10"),
        ("select * from monthly_demand where month > '2025'", "'2025' is no date: expected the form 2026-03-10"),
        ("select * from monthly_demand where month in ('2025-01-01', '2025-1')", "'2025-1' is no date"),
        ("select * from ranked where rank = 'x'", "'x' is no number"),
        ("select cast('a' as int) from ranked", "'a' is no number"),
        ("select * from ranked where (rank > 1) = 'perhaps'", "'perhaps' can't be turned into BOOL"),
        ("select cast(label as int) from ranked", "a value of 'label' can't be turned into the type"),
        ("select cast(person_id as date) from ranked", "a value of 'person_id' can't be turned into the type"),
    ],
)
def test_a_query_that_is_wrong_is_told_by_its_own_words(run: Published, query: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)) as raised:
        run.sql(query)
    message = str(raised.value)
    meant = re.search(r"'(\w+)'.* Did you mean '(\w+)'", message)
    assert not meant or meant[1] != meant[2], "the word itself is no other word"
    assert "HIU-" not in message


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select * from ranked where list = 'adults'", "No row of ranked has list = 'adults'. Did you mean 'adult'?"),
        ("select count(*) from monthly_demand where dataset = 'ed'", "No row of monthly_demand has dataset = 'ed'."),
        ("select 1 from ranked r where r.label in ('Rising', 'Steadily high')", "No row of ranked has label = "),
        ("select * from ranked where list = 'adult'", ""),
        ("select * from timeline where source = 'ed' and dataset <> 'nothing'", ""),
        ("select * from links where how = 'model'", ""),
        ("select list = 'x' as same from (select 'x' as list)", ""),
    ],
)
def test_a_word_that_no_row_has_is_pointed_out(run: Published, query: str, words: str) -> None:
    title = run.sql(query).title
    assert words in title if words else title == ""


def test_a_column_that_is_not_there_is_answered_with_the_nearest(run: Published) -> None:
    every = run.people()
    asks: list[Callable[[], object]] = [lambda: every.filter(C("borough") == "x"), lambda: every.select("borough")]
    asks += [lambda: every.sort("borough"), lambda: every.with_columns(a=C("borough")), lambda: every.drop("borough")]
    asks += [lambda: every.group_by("borough").len(), lambda: every.unique("borough")]
    for ask in asks:
        with pytest.raises(UsageError, match=r"no column 'borough'.*run\.people\(area=\"borough\"\)"):
            ask()
    with pytest.raises(UsageError, match=r"no column 'contact'.* Did you mean 'contacts'"):
        every.filter(C("contact") > 1)


def test_help_is_there_for_every_object_that_points_to_it(run: Published) -> None:
    found = [run, run.ranked(), run.people(), run.cohort(), run.quality(), run.linkage(), run.definitions()]
    found += [run.places(), run.person(1), run.cohort().cost(), run.cohort().trend().charts[0], run.review("Ann Lyst")]
    for one in found:
        kind = type(one).__name__
        assert getattr(hiu, kind) is type(one) and kind in dir(hiu) and inspect.getdoc(getattr(hiu, kind))
        if isinstance(one, Suggests) and not isinstance(one, pl.DataFrame):
            with pytest.raises(NoSuchName, match=rf"help\(hiu\.{kind}\) lists what it has"):
                one.nothing_of_the_kind  # noqa: B018
    assert hiu.errors.UsageError is UsageError and issubclass(UsageError, HiuError) and hiu.Month is type(run.month)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        hiu.Nothing  # noqa: B018


def test_a_cohort_is_people_too(run: Published) -> None:
    first, rest = run.cohort(run.ranked(2)), run.cohort(run.ranked().filter(C("rank") > 2))
    assert run.cohort(first).people == first.people
    assert first.beside(rest).to_polars().equals(first.beside(rest.people).to_polars())
    with pytest.raises(UsageError, match="expected ids or ranks of people, or a table of them; found everybody"):
        run.cohort(run.cohort())


def test_what_is_of_everybody_says_so_plainly(run: Published) -> None:
    some = run.cohort(run.ranked(2))
    for name in ("evaluate", "backtest", "flow", "equality"):
        with pytest.raises(UsageError, match=rf": run\.cohort\(\)\.{name}\(\) is of everybody"):
            getattr(some, name)()


def test_errors_that_the_reference_names_are_where_it_says() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:[A-Z][a-z]+){1,3}(?:Error|Refused|Decision)\b", text))
    assert named >= {"UsageError", "LookRefused", "ContradictoryDecision"}
    assert [name for name in sorted(named) if not issubclass(getattr(errors, name), HiuError)] == []
