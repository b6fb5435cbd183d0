"""The run's equality audit on the quality page and in the run's notes: no count, and nothing of a small group."""

from __future__ import annotations

from datetime import date

import polars as pl
from areakit import LAST

from hiu.model import TABLES
from hiu.publish.quality.equality import audited, equality_notes
from hiu.rank.reports.equality.audit import audit_of_list


def audit(women_first: bool) -> pl.DataFrame:
    """400 adults, 20 places: women fill them, or every second one does."""
    ids = [f"P{i:03}" for i in range(400)]
    women = [i < 20 if women_first else i % 2 == 0 for i in range(400)]
    ranked = pl.DataFrame({"person_id": ids, "rank": range(1, 401), "list": "adult"})
    people = pl.DataFrame({"person_id": ids, "sex": ["F" if one else "M" for one in women]}).with_columns(
        dob=pl.lit(date(1980, 6, 1)), birth_year=pl.lit(None, pl.Int64)
    )
    people = people.with_columns(sex=pl.when(pl.col("person_id") == "P399").then(None).otherwise("sex"))
    return audit_of_list(month=LAST, ranked=ranked, people=people, top=20)


def test_the_table_is_the_models() -> None:
    found = audit(False)
    assert found.columns == TABLES["equality"].names
    assert found.filter(pl.col("group") == "45 to 54").select("ratio", "above").row(0) == (None, None)


def test_a_group_that_stands_out_is_named_and_none_otherwise() -> None:
    assert equality_notes(audit(False)) == []
    (note,) = equality_notes(audit(True))
    assert "2 of 4 groups stand out among the first places (sex: F and sex: M)" in note and "hiu equality" in note


def test_the_page_says_what_could_be_noticed_and_nothing_of_few_people() -> None:
    lines = {line.group: line for line in audited(audit(False))}
    assert lines["sex: not recorded"].found == "not said of so few people" and not lines["sex: not recorded"].power
    assert "no proof of none" in lines["sex: F"].found and "would notice" in lines["sex: F"].power
    assert "no power" in lines["age: 45 to 54"].power
    assert audited(None) == []
