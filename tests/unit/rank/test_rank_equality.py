"""The equality audit: exact tests, honest intervals, and nothing small shown outside."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, inputs

from hiu.govern.release.disclosure import HIDDEN
from hiu.model.ages import BANDS
from hiu.publish.pathway.s136_words import VALUES
from hiu.rank import rank
from hiu.rank.reports.equality.audit import NOT_RECORDED, Equality, equality, groups_of, selection
from hiu.rank.reports.equality.selected import POWER, Q, mid_p, noticeable, representation
from hiu.stats import benjamini_hochberg, wilson
from pipelines.papers.reports_equality import suppressed

POLICE = "police_incident"


def test_mid_p_is_the_hypergeometric_one() -> None:
    from scipy.stats import hypergeom  # takes two seconds, which collecting the tests need not wait for

    law = hypergeom(400, 100, 20)
    for k in (0, 2, 5, 9, 14):
        expected = 2 * min(law.cdf(k - 1) + law.pmf(k) / 2, law.sf(k) + law.pmf(k) / 2)
        assert mid_p(k, 100, 400, 20) == pytest.approx(min(1, expected))


def test_the_interval_agrees_with_the_test() -> None:
    for k in range(1, 16):
        ratio, low, high = representation(k, 100, 400, 20)
        assert low < ratio < high
        assert (mid_p(k, 100, 400, 20) < 0.05) == (low > 1 or high < 1)
    assert representation(0, 100, 400, 20)[1] == 0 and representation(20, 100, 400, 20)[2] == float("inf")


def test_benjamini_hochberg() -> None:
    p = np.array([0.9, 0.011, 0.03, 0.5, 0.001])
    assert benjamini_hochberg(p, 0.05) == [False, True, True, False, True]
    assert benjamini_hochberg(np.array([0.04, 0.9, 0.9]), 0.1) == [False, False, False]


def test_few_false_flags_without_disparity() -> None:
    rng = np.random.default_rng(3)
    flagged = 0
    for _ in range(300):
        group = rng.integers(0, 6, 400)
        p = [mid_p(int((group[:20] == g).sum()), int((group == g).sum()), 400, 20) for g in range(6)]
        flagged += any(benjamini_hochberg(np.array(p), Q))
    assert flagged / 300 < 0.10


def test_wilson_stays_within_0_and_1() -> None:
    assert wilson(0, 10)[0] == 0 and wilson(10, 10)[1] == 1 and wilson(0, 0) == (0.0, 1.0)
    assert wilson(50, 100) == pytest.approx((0.404, 0.596), abs=1e-3)


def audit(skewed: bool) -> Equality:
    counts = {f"P{i:03}": {POLICE: [1 + (40 if i < 20 else 0)] * 24} for i in range(300)}
    given = inputs(counts)
    ranked = rank(**given).ranked
    women = [i < 20 if skewed else i % 2 == 0 for i in range(300)]
    people = given["people"].with_columns(
        sex=pl.Series(["F" if w else "M" for w in women]),
        nhs_number=pl.lit(None, pl.String),
        sources=pl.lit("ed|police"),
    )
    groups = groups_of(people, MARCH)
    return equality(
        month=MARCH,
        ranked=ranked,
        demand=given["demand"],
        coverage=given["coverage"],
        people=people,
        groups=groups,
        settings=SETTINGS,
    )


def test_a_disparity_is_flagged_and_none_is_not() -> None:
    assert audit(True).selection.filter(pl.col("characteristic") == "sex")["flag"].all()
    fair = audit(False)
    assert not fair.selection["flag"].any()
    assert "cannot rule out" in fair.selection["sentence"][0]


def test_what_the_tables_hold() -> None:
    found = audit(False)
    sex = found.outcome.filter(pl.col("characteristic") == "sex")
    assert sex["observed"].sum() == pytest.approx(3 * (300 + 20 * 40)) == pytest.approx(sex["expected"].sum())
    assert (sex["low"] < sex["ratio"]).all() and (sex["ratio"] < sex["high"]).all()
    assert found.assessment["assessed"].sum() == 0 and found.moved["came_in"].sum() == 0
    assert found.quality["without_nhs_number"].sum() == 600 and found.quality["without_dob"].sum() == 0


def test_characteristics_of_the_site_are_joined() -> None:
    people = inputs({"A": {}, "B": {}})["people"].with_columns(sex=pl.Series(["F", None]))
    groups = groups_of(people, MARCH, pl.DataFrame({"person_id": ["A"], "ethnic_group": ["Group 1"]}))
    assert groups["ethnic_group"].to_list() == ["Group 1", NOT_RECORDED]
    assert groups["sex"].to_list() == ["F", NOT_RECORDED] and groups["age"].to_list() == ["45 to 54"] * 2


def test_age_is_that_at_the_months_end_and_has_one_spelling_everywhere() -> None:
    born = [date(2001, 4, 1), date(2001, 3, 31), None, None, date(2030, 1, 1)]
    people = pl.DataFrame(
        {"person_id": list("ABCDE"), "sex": None, "dob": born, "birth_year": [None, None, 2001, None, None]}
    )
    bands = groups_of(people, MARCH)["age"].to_list()
    assert bands == ["18 to 24", "25 to 34", "25 to 34", NOT_RECORDED, NOT_RECORDED]
    assert tuple(VALUES["age_band"])[: len(BANDS)] == BANDS


def test_what_leaves_the_analysts_shows_no_small_count() -> None:
    found = audit(True)
    for table in (found.selection, found.outcome, found.assessment, found.moved, found.quality):
        out = suppressed(table, 20)
        for name in set(out.columns) & {"people", "top", "assessed", "came_in", "matched"}:
            values = set(out[name]) - {HIDDEN}
            assert all(int(value) == 0 or int(value) >= 10 for value in values)
    assert "sentence" not in suppressed(found.selection, 20).columns


def test_what_is_noticeable_is_flagged_four_times_in_five_and_less_is_not() -> None:
    """Drawn from the noncentral law: at the ratio that is said the chance of a flag is 80%, nearer to 1 it is lower."""
    from scipy.stats import nchypergeom_fisher

    group, total, chosen, tests = 100, 400, 20, 8
    below, above = noticeable(group, total, chosen, tests=tests)
    assert below < 1 < above

    def flagged(odds: float) -> tuple[float, float]:
        law = nchypergeom_fisher(total, group, chosen, odds)
        at = np.arange(chosen + 1)
        hits = np.array([mid_p(int(k), group, total, chosen) <= Q / tests for k in at])
        mean = law.mean()
        return float((mean / group) / ((chosen - mean) / (total - group))), float(law.pmf(at)[hits].sum())

    by_ratio = sorted(flagged(float(np.exp(log))) for log in np.linspace(-4, 4, 400))
    for ratio, chance in by_ratio:
        if 1 < ratio < above * 0.99 or below * 1.01 < ratio < 1:
            assert chance < POWER + 1e-6
        if ratio > above * 1.01 or ratio < below * 0.99:
            assert chance >= POWER - 1e-6


def test_a_small_area_has_no_power_and_says_so() -> None:
    assert noticeable(60, 130, 2, tests=6) == (0.0, float("inf"))
    assert noticeable(3, 3, 2, tests=1) == noticeable(5, 10, 10, tests=2) == (0.0, float("inf"))
    seen = pl.DataFrame({"top": [True, True] + [False] * 128, "sex": ["F", "M"] * 65})
    assert "has no power" in selection(seen, ["sex"])["sentence"][0]
    assert "would notice" in audit(False).selection["sentence"][0]
