"""What the quality table says: intervals, agreement, rates by group, estimates from the matcher's own doubts."""

from __future__ import annotations

import json
from datetime import date, datetime
from importlib import resources
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_kit import asked_of, decided, matched, table, who

from hiu.link.model.scorer import HELD_BACK, WeightTable
from hiu.link.people.decisions import empty
from hiu.link.review.quality import SPREAD, UNPROVED_SPREAD, link_quality
from hiu.link.review.queue import chance
from hiu.model import LINK_QUALITY, SECOND_OPINIONS
from hiu.publish.quality.matching import by_group, model_in_force, overall
from hiu.stats import kappa, wilson

ON = date(2026, 3, 31)
ROWS = [
    who("a", "JOHN SMITH", "1990-06-01", sex="M", postcode="BS3 1AB", rows=6, nhs="9994110567"),
    who("b", "JOHN SMITH", "1990-06-01", sex="M", rows=2),
    who("c", "GRACE OKAFOR", "2010-03-18", sex="F", rows=3),
    who("d", "JOHN SMITH", born=1990, sex="M", rows=1),
    who("n", nobody=True, rows=2),
]
PEOPLE = pl.DataFrame(
    {
        "person_id": ["a", "c", "d", "n"],
        "sex": ["M", "F", None, None],
        "dob": [date(1990, 6, 1), date(2010, 3, 18), None, None],
        "birth_year": [None, None, 1950, None],
        "nhs_number": ["9994110567", None, None, None],
        "postcode": ["BS3 1AB", None, None, None],
        "sources": ["ed|police", "ed", "police", "police"],
        "two_nhs_numbers": [True, False, False, False],
        "two_dobs": [False, False, True, False],
        "identities": [2, 1, 1, 1],
        "rows": [8, 3, 1, 2],
    }
)
LINKS = pl.DataFrame(
    [("a", "ed", "model")] * 6
    + [("a", "police", "model")] * 2
    + [("c", "ed", "single")] * 3
    + [("d", "police", "single")]
    + [("n", "police", "nobody")] * 2
    + [(None, "police", None)],
    schema={"person_id": pl.String, "source": pl.String, "how": pl.String},
    orient="row",
)
NONE = pl.DataFrame(schema=dict.fromkeys(SECOND_OPINIONS.names, pl.String))


def judged(
    decisions: pl.DataFrame | None = None, second: pl.DataFrame = NONE, rows: Any = ROWS, **more: Any
) -> pl.DataFrame:
    held = empty() if decisions is None else decisions
    linked = matched(rows)
    asked = asked_of(linked, table(rows), held).with_columns(chance=chance())
    described = table(rows).join(linked.clusters.select("identity_id", "cluster"), on="identity_id")
    return link_quality(
        pairs=linked.pairs,
        doubts=asked,
        links_table=LINKS,
        people=PEOPLE,
        identity=described,
        decisions=held,
        second=second,
        queued=asked.height,
        on=ON,
        **more,
    )


def one(frame: pl.DataFrame, measure: str, group: str = "all") -> dict[str, object]:
    return frame.filter(pl.col("measure") == measure, pl.col("group") == group).row(0, named=True)


def test_the_table_is_the_models_with_each_measure_of_a_group_once() -> None:
    frame = judged()
    assert frame.columns == LINK_QUALITY.names
    assert frame.height == frame.unique(["measure", "group"]).height
    assert frame.filter(pl.col("low") > pl.col("value")).is_empty()
    assert frame.filter(pl.col("high") < pl.col("value")).is_empty()


def test_counts_are_of_rows_and_people_as_published() -> None:
    frame = judged()
    assert one(frame, "rows_naming_nobody") | {"value": 2.0, "n": 14} == one(frame, "rows_naming_nobody")
    assert one(frame, "people_with_two_nhs_numbers")["value"] == 1
    assert one(frame, "people_with_two_dates_of_birth")["value"] == 1
    assert one(frame, "nhs_numbers_with_two_people") | {"value": 0.0, "n": 1} == one(
        frame, "nhs_numbers_with_two_people"
    )
    assert one(frame, "descriptions_of_one_person", "largest 1")["value"] == 2


def test_match_rates_are_told_by_source_sex_age_what_is_missing_and_any_group_supplied() -> None:
    groups = pl.DataFrame({"person_id": ["a", "c"], "ethnicity": ["A", "B"]})
    frame = judged(groups=groups)
    joined = dict(frame.filter(measure="joined").select("group", "value").iter_rows())
    assert joined["all"] == pytest.approx(8 / 12)
    assert joined["source: police"] == pytest.approx(2 / 3)
    assert joined["sex: F"] == 0
    assert joined["age: 25 to 44"] == 1
    assert joined["age: under 18"] == 0
    assert joined["age: 65 and over"] == 0
    assert joined["no NHS number"] == 0
    assert joined["ethnicity: A"] == 1
    assert joined["ethnicity: not recorded"] == 0
    assert one(frame, "seen_elsewhere", "sex: M")["value"] == 1
    assert by_group(frame)[0]["group"] == "all"


def test_the_estimate_counts_doubtful_joins_and_likely_partings_and_says_how_far_off_it_may_be() -> None:
    for measure, (most, least) in SPREAD.items():
        row = one(judged(), measure)
        error = 1 - float(str(row["value"]))
        assert 0 <= error < 0.05
        assert 1 - float(str(row["low"])) == pytest.approx(most * error)
        assert 1 - float(str(row["high"])) == pytest.approx(least * error)
    assert float(str(one(judged(), "recall")["value"])) <= 1


def test_the_range_is_wider_where_the_model_was_learned_without_numbers() -> None:
    values = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
    row = one(judged(model=WeightTable({**values, HELD_BACK: None})), "precision")
    error, (most, least) = 1 - float(str(row["value"])), UNPROVED_SPREAD
    assert 1 - float(str(row["low"])) == pytest.approx(most * error)
    assert 1 - float(str(row["high"])) == pytest.approx(least * error)
    assert one(judged(model=WeightTable(values)), "precision")["low"] == one(judged(), "precision")["low"]


def test_the_range_is_wider_where_no_agency_sends_numbers() -> None:
    """On an area whose numbers were taken away 1.42% of rows were wrong, where the narrower range ended at .46%."""
    bare = [who("a", "JOHN SMITH", "1990-06-01", sex="M", postcode="BS3 1AB", rows=6), *ROWS[1:]]
    row, (most, least) = one(judged(rows=bare), "precision"), UNPROVED_SPREAD
    error = 1 - float(str(row["value"]))
    assert 1 - float(str(row["low"])) == pytest.approx(most * error)
    assert 1 - float(str(row["high"])) == pytest.approx(least * error)


def test_reviewed_pairs_confirm_or_correct_the_model() -> None:
    decisions = decided(("a", "b", "same"), ("a", "d", "same"))
    frame = judged(decisions)
    joins, partings = one(frame, "reviewed_joins_confirmed"), one(frame, "reviewed_partings_confirmed")
    assert joins["n"] + partings["n"] == 2  # type: ignore[operator]
    assert joins["value"] == 1
    assert one(judged(), "reviewed_joins_confirmed")["value"] is None
    assert overall(judged())[2]["figure"] == "too few to say"


def test_agreement_is_of_two_reviewers_on_one_pair() -> None:
    at = datetime(2026, 4, 1)
    second = pl.DataFrame(
        [("a", "b", "same", "B Second", at, None, None), ("a", "d", "different", "B Second", at, None, None)],
        schema=dict.fromkeys(SECOND_OPINIONS.names, pl.String) | {"said_at": pl.Datetime("us")},
        orient="row",
    )
    frame = judged(decided(("a", "b", "same"), ("a", "d", "same")), second)
    assert one(frame, "reviewers_agree") | {"value": 0.5, "n": 2} == one(frame, "reviewers_agree")
    assert one(frame, "reviewers_kappa")["value"] is None


def test_kappa_and_its_interval_are_those_worked_by_hand() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa .4, variance (...)/n as in the paper's formula."""
    first = ["y"] * 25 + ["n"] * 25
    other = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    value, low, high = kappa(first, other)
    assert value == pytest.approx(0.4)
    a, b, c, d, pe, k = 0.4, 0.1, 0.2, 0.3, 0.5, 0.4
    rows, columns = (a + b, c + d), (a + c, b + d)
    diagonal = sum(p * (1 - (rows[i] + columns[i]) * (1 - k)) ** 2 for i, p in enumerate((a, d)))
    cross = (1 - k) ** 2 * (b * (columns[0] + rows[1]) ** 2 + c * (columns[1] + rows[0]) ** 2)
    half = 1.96 * ((diagonal + cross - (k - pe * (1 - k)) ** 2) / (50 * (1 - pe) ** 2)) ** 0.5
    assert (low, high) == pytest.approx((0.4 - half, 0.4 + half))


def test_kappa_says_nothing_of_few_pairs_or_one_word() -> None:
    assert kappa(["same"] * 9, ["same"] * 9) == (None, None, None)
    assert kappa(["same"] * 30, ["same"] * 30) == (None, None, None)


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_holds_the_share_and_stays_within_0_and_1(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= high <= 1
    if hits + more:
        assert low - 1e-12 <= hits / (hits + more) <= high + 1e-12


def test_wilson_of_ten_in_twenty() -> None:
    assert wilson(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)


def test_the_page_says_which_model_matched_and_leads_to_training_one() -> None:
    def words(own: int) -> str:
        row = pl.DataFrame({"measure": ["own_model"], "group": ["m-1"], "value": [float(own)]})
        return model_in_force(row)

    assert "shipped model (m-1)" in words(0) and "hiu train" in words(0)
    assert words(1) == "Matched with this area's own model (m-1)."
    assert judged().filter(measure="own_model")["value"].to_list() == [0.0]
    assert model_in_force(judged().filter(measure="joined")) == ""
