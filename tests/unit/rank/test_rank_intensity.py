"""Intensity, risk and the population, against figures worked out apart from the code."""

from __future__ import annotations

from datetime import date
from math import sqrt

import numpy as np
import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_area import MARCH, SETTINGS, coverage, demand, gradings, inputs, people, support

from hiu.model import RANKED
from hiu.month import Month
from hiu.rank import rank
from hiu.rank.listing.history import history
from hiu.rank.listing.intensity import Constants, Points, fit, points
from hiu.rank.listing.population import numbered

POLICE, AMBULANCE, ED, BEDS = "police_incident", "ambulance_deployment", "ed_attendance", "mh_bed_day"


def by_person(**arguments: object) -> dict[str, dict[str, object]]:
    return {row["person_id"]: row for row in rank(**arguments).ranked.iter_rows(named=True)}  # type: ignore[arg-type]


def longhand(series: list[list[float]], half_life: float = 3) -> tuple[float, float, float, list[float]]:
    """The formulas of docs/ranking.md in plain loops: m, phi, b0 and F of each person."""
    months = len(series[0])
    w = [0.5 ** ((months - 1 - t) / half_life) for t in range(months)]
    n, q = sum(w), sum(x * x for x in w)
    S = [sum(a * b for a, b in zip(w, s, strict=True)) for s in series]
    m = sum(S) / (n * len(S))
    r = [x / n for x in S]
    above = sum(w[t] * (s[t] - r[i]) ** 2 for i, s in enumerate(series) for t in range(months))
    phi = max(1.0, above / sum(w[t] * r[i] for i in range(len(S)) for t in range(months)))
    vb = max(sum(n * (x - m) ** 2 for x in r) / (n * len(r)) - phi * m * (q / n) / n, 0.001 * m * m)
    b0 = phi * m / vb
    return m, phi, b0, [3 * (m * b0 + x) / (b0 + n) for x in S]


def test_formulas_agree_with_longhand() -> None:
    rng = np.random.default_rng(4)
    rates = [0.2, 0.5, 1, 3, 8]
    counts = {
        f"P{i}": {POLICE: rng.poisson(r, 24).tolist(), BEDS: rng.poisson(r, 24).tolist()} for i, r in enumerate(rates)
    }
    series = [[a + 0.25 * b for a, b in zip(c[POLICE], c[BEDS], strict=True)] for c in counts.values()]
    m, phi, b0, F = longhand(series)
    result = rank(**inputs(counts))
    assert [result.constants[k] for k in ("m", "phi", "b0")] == pytest.approx([m, phi, b0])
    got = result.ranked.sort("person_id")["expected_points"].to_list()
    assert got == pytest.approx(F, abs=1e-6)


@pytest.mark.parametrize("adults_alone", [False, True])
def test_numbers_in_place_of_ids_rank_alike(adults_alone: bool) -> None:
    rng = np.random.default_rng(5)
    frames = inputs(
        {f"P{i:02}": {POLICE: rng.poisson(2, 14).tolist(), ED: rng.poisson(1, 14).tolist()} for i in range(30)}
    )
    names = ("people", "demand", "extra", "support", "gradings")
    ids, tables = numbered(*(frames[name] for name in names))
    numbers = frames | dict(zip(names, tables, strict=True))
    assert numbered(*tables)[1][1] is tables[1]
    found = rank(**numbers, adults_alone=adults_alone, ids=ids).ranked
    assert found.height == 30 and found.equals(rank(**frames, adults_alone=adults_alone).ranked)


@pytest.mark.parametrize(("weight", "kind"), [(0.25, np.float32), (0.1, np.float64)])
def test_points_are_as_exact_as_sums_in_full(weight: float, kind: type) -> None:
    rng = np.random.default_rng(6)
    frames = inputs(
        {f"P{i}": {POLICE: rng.poisson(3, 12).tolist(), BEDS: rng.poisson(9, 12).tolist()} for i in range(9)}
    )
    past = history(frames["people"]["person_id"].sort(), MARCH, frames["demand"], frames["coverage"])
    weights = {POLICE: 1.0, BEDS: weight}
    each = [np.float32(weights.get(name, 0)) * past.n[d] for d, name in enumerate(past.datasets)]
    found = points(past, weights, 3.0)
    assert found.s.dtype == kind and np.array_equal(found.s, np.sum(each, axis=0, dtype=np.float64))
    assert np.array_equal(found.S, sum((w * found.s[:, t] for t, w in enumerate(found.w)), np.zeros(9)))


def test_columns_are_those_of_the_model() -> None:
    ranked = rank(**inputs({"A": {POLICE: [1]}})).ranked
    assert ranked.columns == RANKED.names
    assert ranked.drop("risk_band", "rank_if_low", "rank_if_high").null_count().row(0).count(0) == len(RANKED.names) - 3


def test_an_empty_month_gives_an_empty_list() -> None:
    result = rank(**inputs({}))
    assert result.ranked.columns == RANKED.names and result.ranked.height == 0 and result.unassessed.height == 0


def test_population_is_named_living_and_seen_in_twelve_months() -> None:
    counts = {name: {POLICE: [1]} for name in ("A", "NOBODY", "DEAD", "LATER")}
    counts["OLD"] = {POLICE: [5] + [0] * 12}
    counts["EDGE"] = {POLICE: [5] + [0] * 11}
    who = people(list(counts), named={"NOBODY": False}, died={"DEAD": date(2026, 3, 31), "LATER": date(2026, 4, 1)})
    assert set(by_person(**inputs(counts, people=who))) == {"A", "LATER", "EDGE"}


def test_without_any_coverage_nothing_is_read_and_nothing_breaks() -> None:
    result = rank(**inputs({"A": {POLICE: [5]}}, coverage=coverage().clear()))
    assert result.ranked.select("points_3", "intensity", "label").row(0) == (0.0, 0.0, "NEW")


def test_bed_nights_alone_make_a_person_known() -> None:
    assert by_person(**inputs({"A": {BEDS: [4]}}))["A"]["points_3"] == 1.0


def test_an_age_that_nobody_gave_is_on_the_list_of_adults() -> None:
    whose = people(["AGELESS"], dob={"AGELESS": None})
    assert rank(**inputs({"AGELESS": {POLICE: [1]}}, people=whose)).ranked["list"].to_list() == ["adult"]


def test_under_18s_are_listed_apart_with_their_own_ranks() -> None:
    counts = {"ADULT": {POLICE: [1]}, "CHILD": {POLICE: [9]}, "TODAY": {POLICE: [2]}, "YEAR": {POLICE: [3]}}
    dob = {"CHILD": date(2008, 4, 1), "TODAY": date(2008, 3, 31), "YEAR": None}
    with_them = rank(**inputs(counts, people=people(list(counts), dob=dob, birth_year={"YEAR": 2008})))
    assert with_them.ranked.select("person_id", "list", "rank").rows() == [
        ("YEAR", "adult", 1),
        ("TODAY", "adult", 2),
        ("ADULT", "adult", 3),
        ("CHILD", "under_18", 1),
    ]
    assert with_them.ranked["sentence"][3].startswith("1st of the under-18s: ")
    del counts["CHILD"]
    without = rank(**inputs(counts, people=people(list(counts), dob=dob, birth_year={"YEAR": 2008})))
    assert without.ranked.rows() == with_them.ranked.filter(pl.col("list") == "adult").rows()


def test_a_past_month_never_sees_the_future() -> None:
    full = {"A": {POLICE: [2] * 12 + [0] * 6}, "B": {POLICE: [1] * 12 + [9] * 6}}
    cut = {name: {POLICE: by[POLICE][:-6]} for name, by in full.items()}
    last = MARCH - 6
    late = gradings(("B", date(2025, 10, 1), "clinical", 5, 5, None))
    now = rank(**inputs(full, month=last, gradings=late))
    then = rank(**inputs(full, month=last, demand=demand(cut, last)))
    assert now.ranked.rows() == then.ranked.rows()


# risk ------------------------------------------------------------------------------------------------


def test_the_higher_of_two_owners_counts_and_is_named() -> None:
    graded = gradings(
        ("A", date(2026, 1, 1), "clinical", 2, 3, None),
        ("A", date(2025, 1, 1), "public_safety", 4, 4, None),
        ("B", date(2026, 1, 1), "clinical", 3, 3, None),
        ("B", date(2026, 2, 1), "clinical", 1, 2, None),
        ("C", date(2026, 1, 1), "public_safety", None, None, "High"),
        ("D", date(2026, 4, 1), "clinical", 5, 5, None),
    )
    got = by_person(**inputs({name: {POLICE: [1]} for name in "ABCD"}, gradings=graded))
    shown = {name: (row["risk"], row["risk_source"], row["risk_band"]) for name, row in got.items()}
    assert shown["A"] == (4.0, "public_safety", "High")
    assert shown["B"] == (sqrt(2), "clinical", "Low")
    assert shown["C"] == (4.5, "public_safety", "High")
    assert shown["D"] == (4.0, "not assessed", "not assessed")


@pytest.mark.parametrize(
    ("likelihood", "impact", "band"),
    [(2, 2, "Low"), (1, 5, "Medium"), (3, 4, "Medium"), (3, 5, "High"), (4, 4, "High")],
)
def test_bands_of_the_matrix(likelihood: int, impact: int, band: str) -> None:
    graded = gradings(("A", date(2026, 1, 1), "clinical", likelihood, impact, None))
    row = by_person(**inputs({"A": {POLICE: [1]}}, gradings=graded))["A"]
    assert (row["risk_band"], row["risk"]) == (band, pytest.approx(sqrt(likelihood * impact)))


def test_rank_if_low_and_if_high_are_the_ranks_a_grading_would_give() -> None:
    counts = {f"P{i:02}": {POLICE: [1 + i // 2] * 6} for i in range(12)}
    some = [(f"P{i:02}", date(2026, 1, 1), "clinical", 2 + i % 3, 3, None) for i in range(0, 12, 3)]
    before = by_person(**inputs(counts, gradings=gradings(*some)))
    for name in ("P01", "P02", "P07", "P10", "P11"):
        for band, column in (("Low", "rank_if_low"), ("High", "rank_if_high")):
            intensity = round(float(str(before[name]["expected_points"])) * {"Low": 1.5, "High": 4.5}[band], 6)
            ahead = [
                o for o, row in before.items() if o != name and (-float(str(row["intensity"])), o) < (-intensity, name)
            ]
            assert before[name][column] == len(ahead) + 1
    assert before["P00"]["rank_if_low"] is None


def test_the_unassessed_nearest_the_line_come_first() -> None:
    counts = {f"P{i:02}": {POLICE: [i + 1] * 6} for i in range(40)}
    graded = gradings(*[(f"P{i:02}", date(2026, 1, 1), "clinical", 3, 3, None) for i in range(0, 40, 2)])
    result = rank(**inputs(counts, gradings=graded))
    near = result.unassessed
    assert near.height == 10 and set(near["person_id"]) <= {f"P{i:02}" for i in range(1, 40, 2)}
    ranks = near["rank"].to_list()
    # Places 20 and 21 bound the line; the ten odd people around it are every other place from 11 on.
    assert {19, 21} & set(ranks[:2]) and max(ranks) <= 32 and min(ranks) >= 8
    assert near["decides"].any()


# support, missing months ------------------------------------------------------------------------------

GIVEN = {"person_id": "A", "consent": "given", "consent_at": date(2025, 9, 1), "start": date(2025, 9, 1), "contacts": 3}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "supported"),
        ({"contacts": 2}, "candidate"),
        ({"consent": "withdrawn"}, "candidate"),
        ({"consent": "refused"}, "candidate"),
        ({"consent": None}, "candidate"),
        ({"start": date(2026, 4, 1)}, "candidate"),
        ({"start": None}, "candidate"),
        ({"end": date(2026, 3, 31)}, "candidate"),
        ({"end": date(2026, 4, 1)}, "supported"),
    ],
)
def test_access(change: dict[str, object], expected: str) -> None:
    row = by_person(**inputs({"A": {POLICE: [1]}}, support=support({**GIVEN, **change})))["A"]
    assert row["access"] == expected


def test_refusing_support_changes_no_figure() -> None:
    counts = {f"P{i}": {POLICE: [i] * 8} for i in range(1, 9)} | {"A": {POLICE: [4] * 8}}
    tables = [
        rank(**inputs(counts, support=support(*rows))).ranked.drop("access").rows()
        for rows in ([], [GIVEN], [{**GIVEN, "consent": "refused"}], [{**GIVEN, "consent": "withdrawn"}])
    ]
    assert all(table == tables[0] for table in tables)


def test_no_protected_characteristic_moves_a_place() -> None:
    """Whoever the people are, adults with the same months stand where they stood: age, sex and any other column."""
    counts = {f"P{i}": {POLICE: [i] * 8, BEDS: [i % 3] * 8} for i in range(1, 9)}
    names = list(counts)

    def listed(turn: int) -> list[tuple[object, ...]]:
        order = names[turn:] + names[:turn]
        born = {name: date(1930 + 9 * i, 6, 1) for i, name in enumerate(order)}
        others = {name: ("F", "M", None)[i % 3] for i, name in enumerate(order)}
        who = people(names, dob=born).with_columns(
            sex=pl.Series([others[name] for name in names]), ethnic_group=pl.Series(order)
        )
        return rank(**inputs(counts, people=who)).ranked.rows()

    assert len(listed(0)) == len(names) and all(listed(turn) == listed(0) for turn in range(1, 8))


def test_a_missing_source_month_is_filled_with_the_persons_own_average_and_said() -> None:
    counts = {"A": {POLICE: [1] * 24, AMBULANCE: [2] * 22 + [0, 0]}, "B": {POLICE: [1] * 24}}
    gap = coverage(missing=((AMBULANCE, MARCH), (AMBULANCE, MARCH - 1)))
    filled = {"A": {POLICE: [1] * 24, AMBULANCE: [2] * 24}, "B": {POLICE: [1] * 24}}
    got, want = by_person(**inputs(counts, coverage=gap)), by_person(**inputs(filled))
    assert got["A"]["expected_points"] == want["A"]["expected_points"]
    assert (got["A"]["estimated"], got["B"]["estimated"], want["A"]["estimated"]) == (True, False, False)
    assert (got["A"]["points_3"], got["A"]["contacts_3"]) == (5.0, 5)
    assert str(got["A"]["sentence"]).endswith(
        "Estimated in part: ambulance deployments not supplied for Feb 2026, Mar 2026."
    )


def test_a_count_in_a_month_not_supplied_is_not_read() -> None:
    counts = {"A": {POLICE: [1] * 24, ED: [0] * 23 + [40]}}
    row = by_person(**inputs(counts, coverage=coverage(missing=((ED, MARCH),))))["A"]
    assert (row["points_12"], row["contacts_3"], row["estimated"]) == (12.0, 3, False)


def test_a_month_without_any_contact_source_has_no_weight() -> None:
    nothing = tuple((dataset, MARCH - 2) for dataset in (POLICE, AMBULANCE, ED))
    counts = {"A": {POLICE: [3] * 24}, "B": {POLICE: [1] * 24}}
    held = rank(**inputs(counts, coverage=coverage(missing=nothing)))
    full = rank(**inputs(counts))
    assert held.constants["n"] == pytest.approx(full.constants["n"] - 0.5 ** (2 / 3))
    assert held.constants["m"] == pytest.approx(2)


def test_late_sources_are_not_zero_before_they_began() -> None:
    counts = {"A": {POLICE: [1] * 24, ED: [0] * 18 + [2] * 6}}
    late = tuple((ED, month) for month in (MARCH - 23).through(MARCH - 6))
    row = by_person(**inputs(counts, coverage=coverage(missing=late)))["A"]
    assert row["expected_points"] == pytest.approx(9.0)


# properties -------------------------------------------------------------------------------------------

areas = st.lists(st.lists(st.integers(0, 9), min_size=14, max_size=14), min_size=2, max_size=9)


def area(series: list[list[int]]) -> dict[str, dict[str, list[int]]]:
    return {f"P{i:02}": {POLICE: [1, *row[:-1]], ED: [*row[1:], 1]} for i, row in enumerate(series)}


def places(table: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(table.select("person_id", "rank", "intensity", "certainty", "rank_low", "rank_high", "label").rows())


@settings(max_examples=examples(12), deadline=None)
@given(areas, st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(series: list[list[int]], seed: int) -> None:
    given_ = inputs(area(series), gradings=gradings(("P01", date(2026, 1, 1), "clinical", 4, 4, None)))
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=seed) if isinstance(frame, pl.DataFrame) else frame
        for name, frame in given_.items()
    }
    assert rank(**given_).ranked.rows() == rank(**shuffled).ranked.rows()


@settings(max_examples=examples(12), deadline=None)
@given(areas, st.permutations(range(9)))
@pytest.mark.slow
def test_renaming_ids_moves_nobody_but_ties(series: list[list[int]], order: list[int]) -> None:
    before = area(series)
    names = {name: f"Q{order[i]:02}" for i, name in enumerate(before)}
    one = rank(**inputs(before)).ranked
    two = rank(**inputs({names[name]: by for name, by in before.items()})).ranked
    scores = one["intensity"].to_list()
    untied = [i for i, x in enumerate(scores) if scores.count(x) == 1]
    columns = ["rank", "intensity", "certainty", "rank_low", "rank_high", "label", "sentence"]
    assert one["intensity"].to_list() == two["intensity"].to_list()
    assert one[untied].select(columns).rows() == two[untied].select(columns).rows()
    assert [names[name] for name in one[untied]["person_id"]] == two[untied]["person_id"].to_list()


@settings(max_examples=examples(12), deadline=None)
@given(areas, st.lists(st.integers(0, 60), min_size=14, max_size=14))
def test_people_outside_the_population_change_nothing(series: list[list[int]], other: list[int]) -> None:
    inside = area(series)
    outside = {"A-DEAD": {POLICE: other}, "Z-NOBODY": {ED: other}, "M-LONG-AGO": {ED: [9, 9, *[0] * 12]}}
    who = people([*inside, *outside], named={"Z-NOBODY": False}, died={"A-DEAD": date(2026, 1, 1)})
    graded = gradings(("A-DEAD", date(2026, 1, 1), "clinical", 5, 5, None))
    assert places(rank(**inputs(inside)).ranked) == places(
        rank(**inputs({**inside, **outside}, people=who, gradings=graded)).ranked
    )


@settings(max_examples=examples(12), deadline=None)
@given(areas)
@pytest.mark.slow
def test_splitting_a_months_rows_between_files_changes_nothing(series: list[list[int]]) -> None:
    given_ = inputs(area(series))
    half = given_["demand"].with_row_index().filter(pl.col("index") % 2 == 0).drop("index")
    rest = given_["demand"].join(half, on=["person_id", "month", "dataset"], how="anti")
    assert rank(**given_).ranked.rows() == rank(**{**given_, "demand": pl.concat([rest, half])}).ranked.rows()


@settings(max_examples=examples(60), deadline=None)
@given(
    st.floats(0.01, 9),
    st.floats(1, 5),
    st.floats(0.1, 9),
    st.integers(0, 200),
    st.integers(1, 9),
    st.floats(1, 5),
    st.floats(0, 4),
    st.floats(0.1, 12),
)
def test_intensity_rises_with_every_count_and_with_risk(
    m: float, phi: float, b0: float, S: int, more: int, risk: float, riskier: float, n: float
) -> None:
    held = Constants(m, phi, b0)
    low, high = held.expected(np.array([S, S + more], dtype=np.float64), n)
    assert high > low and high * (risk + riskier) >= low * risk and low > 0


def test_constants_of_a_list_with_no_points_are_harmless() -> None:
    none = np.zeros(3)
    held = fit(Points(np.zeros((3, 4)), np.ones(4), none, 4.0, none > 0, none > 0, none, none))
    assert held.expected(np.zeros(3), 4.0).tolist() == [0, 0, 0]


def test_a_weight_set_is_honoured_and_versioned() -> None:
    heavy = SETTINGS.model_copy(
        update={
            "rank": SETTINGS.rank.model_copy(
                update={"weights": SETTINGS.rank.weights.model_copy(update={"police_incident": 2.0})}
            )
        }
    )
    one, two = (rank(**inputs({"A": {POLICE: [1] * 24}}, settings=s)) for s in (SETTINGS, heavy))
    assert two.ranked["points_12"][0] == 2 * one.ranked["points_12"][0]
    assert one.constants["settings"] != two.constants["settings"]


def test_months_are_read_as_calendar_months() -> None:
    row = by_person(**inputs({"A": {POLICE: [7] + [0] * 11 + [1]}}))["A"]
    assert (row["points_12"], row["contacts_12"]) == (1.0, 1)
    assert Month(2026, 3) - 12 == Month(2025, 3)
