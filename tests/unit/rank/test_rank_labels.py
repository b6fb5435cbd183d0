"""Change labels: the check values of docs/ranking.md, precedence, and months not supplied."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, inputs

from hiu.rank import rank
from hiu.rank.listing.history import history
from hiu.rank.listing.labels import PersonLabels, labels
from hiu.settings import Labels

POLICE, AMBULANCE, ED, BEDS = "police_incident", "ambulance_deployment", "ed_attendance", "mh_bed_day"
PHI = 1.5


def label(counts: dict[str, list[int]], covered: pl.DataFrame | None = None) -> tuple[str, str]:
    """Label and sentence of one person with phi held at 1.5."""
    past = history(pl.Series(["A"]), MARCH, demand({"A": counts}), coverage() if covered is None else covered)
    found: PersonLabels = labels(past, Labels(), PHI)
    return found.label[0], found.sentence[0]


def spread(total: int, months: int) -> list[int]:
    """A total over some months, as even as can be."""
    return [total // months + (k < total % months) for k in range(months)]


def steady(base: int, recent: int, k: int) -> dict[str, list[int]]:
    """`base` contacts over 12 months, then `recent` over the last k (evenly: no single month stands out)."""
    return {POLICE: spread(base, 12) + spread(recent, k)}


@pytest.mark.parametrize(("base", "least"), [(0, 3), (6, 8), (12, 11), (24, 16), (48, 25), (96, 42)])
def test_escalating_from(base: int, least: int) -> None:
    assert label(steady(base, least, 3))[0] == "ESCALATING"
    assert label(steady(base, least - 1, 3))[0] != "ESCALATING"


@pytest.mark.parametrize(("base", "most"), [(0, None), (6, None), (12, None), (24, 0), (48, 2), (96, 10)])
def test_deescalating_on_three_months(base: int, most: int | None) -> None:
    from hiu.rank.listing.labels import window

    people = [f"P{recent:02}" for recent in range(100)]
    counts = {person: steady(base, recent, 3) for recent, person in enumerate(people)}
    seen = window(history(pl.Series(people), MARCH, demand(counts), coverage()), 3)
    by_3 = (seen.probability(PHI) <= 0.01) & (seen.expected - np.arange(100) >= 2)
    assert np.flatnonzero(by_3).tolist() == ([] if most is None else list(range(most + 1)))
    if most is not None:
        assert label(steady(base, most, 3))[0] == "DE-ESCALATING"


@pytest.mark.parametrize(("base", "most"), [(0, None), (6, None), (12, 0), (24, 2), (48, 9), (96, 26)])
def test_deescalating_on_six_months(base: int, most: int | None) -> None:
    if most is None:
        assert label(steady(base, 0, 6))[0] != "DE-ESCALATING"
        return
    assert label(steady(base, most, 6))[0] == "DE-ESCALATING"
    assert label(steady(base, most + 1, 6))[0] != "DE-ESCALATING"


def test_a_fall_over_six_months_that_has_turned_is_no_deescalation() -> None:
    turned = {POLICE: [*spread(48, 12), 0, 0, 0, *spread(9, 3)]}
    assert label(turned)[0] != "DE-ESCALATING"


def test_one_month_alone_can_escalate() -> None:
    name, said = label({POLICE: [1] * 14 + [14]})
    assert (name, said) == ("ESCALATING", "16 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025.")
    name, said = label({POLICE: [4] * 12 + [0, 0, 14]})
    assert (name, said) == ("ESCALATING", "14 contacts in 1 month; 3 would be usual, going by Mar 2025 to Feb 2026.")


def test_the_sentence_gives_the_counts() -> None:
    assert label(steady(12, 9, 3)) == ("RISING", "9 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025.")
    assert label(steady(12, 1, 3))[1] == (
        "1 contact in 3 months; 3 would be usual, going by Jan to Dec 2025; chance may bring such a difference."
    )
    assert label(steady(2, 1, 3))[1] == "1 contact in 3 months; 0.5 would be usual, going by Jan to Dec 2025."


def test_contacts_are_the_three_event_sets_and_nothing_else() -> None:
    name, said = label({POLICE: [1], AMBULANCE: [2], ED: [1], "s136": [9], "mha_assessment": [9], BEDS: [14]})
    assert (name, said[:21]) == ("ESCALATING", "4 contacts in 3 month")


def test_precedence() -> None:
    up, down = steady(0, 9, 3), steady(48, 0, 3)
    assert label({**up, BEDS: [15]})[0] == "IN HOSPITAL"
    assert label({**up, BEDS: [14]})[0] == "ESCALATING"
    assert label({**up, BEDS: [15, 14]})[0] == "ESCALATING"
    assert label({**up, BEDS: [15]}, coverage(8))[0] == "NEW"
    assert label(down)[0] == "DE-ESCALATING"
    assert label(steady(12, 0, 3))[0] == "QUIET"
    assert label(steady(12, 3, 3))[0] == "WITHIN USUAL RANGE"
    assert label(steady(24, 1, 3)) == ("FALLING", "1 contact in 3 months; 6 would be usual, going by Jan to Dec 2025.")


def test_new_means_fewer_than_six_months_to_compare_with() -> None:
    series = {POLICE: [1] * 5 + [9, 9, 9]}
    assert label(series, coverage(8)) == (
        "NEW",
        "27 contacts in 3 months; only 5 earlier months to compare with, too few for a label.",
    )
    name, said = label({POLICE: [1] * 6 + [9, 9, 9]}, coverage(9))
    assert (name, said) == ("ESCALATING", "27 contacts in 3 months; 3 would be usual, going by Jul to Dec 2025.")


# months not supplied ---------------------------------------------------------------------------------


def test_a_source_that_stopped_is_no_deescalation() -> None:
    series = {AMBULANCE: [*spread(48, 12), 0, 0, 0], POLICE: [1] * 15}
    gone = coverage(missing=tuple((AMBULANCE, MARCH - k) for k in range(3)))
    assert label(series)[0] == "DE-ESCALATING"
    assert label(series, gone) == (
        "WITHIN USUAL RANGE",
        "3 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025. "
        "Without ambulance deployments: not supplied throughout.",
    )


def test_a_source_missing_a_month_never_makes_anyone_quiet() -> None:
    assert label(steady(6, 0, 3), coverage(missing=((ED, MARCH - 1),)))[0] == "WITHIN USUAL RANGE"
    assert label(steady(6, 0, 3))[0] == "QUIET"


def test_a_month_missing_from_the_baseline_is_left_out_not_zero() -> None:
    series = {POLICE: spread(60, 12) + spread(20, 3)}
    holes = tuple((dataset, MARCH - k) for k in range(4, 9) for dataset in (POLICE, AMBULANCE, ED))
    assert label(series, coverage(missing=holes)) == (
        "WITHIN USUAL RANGE",
        "20 contacts in 3 months; 15 would be usual, going by 7 months of Jan to Dec 2025; "
        "chance may bring such a difference.",
    )


def test_nothing_can_be_said_when_no_source_supplied_the_recent_months() -> None:
    none = coverage(missing=tuple((dataset, MARCH) for dataset in (POLICE, AMBULANCE, ED)))
    assert label(steady(48, 0, 3), none)[0] == "NEW"


def test_the_labels_of_a_list_use_its_own_dispersion() -> None:
    bursts = {f"P{i}": {POLICE: [0] * 10 + [20 if t == i % 5 else 0 for t in range(5)]} for i in range(20)}
    even = {f"P{i}": {POLICE: [2] * 15} for i in range(20)}
    assert rank(**inputs(bursts)).constants["label_phi"] > 10
    assert rank(**inputs(even)).constants["label_phi"] == 1
    assert SETTINGS.labels == Labels()


def test_days_in_hospital_are_not_days_without_contacts() -> None:
    usual = {POLICE: [8] * 12 + [8, 2, 2], BEDS: [0] * 12 + [0, 22, 14]}
    name, sentence = label(usual)
    assert name == "WITHIN USUAL RANGE", "fewer contacts in as many days: the days were not as many"
    assert sentence == (
        "12 contacts in 3 months. Going by Jan to Dec 2025, 14 would be usual in the 54 of these 90 days "
        "outside hospital. Contacts per 30 days outside hospital: 6.7 in these 90 days, 7.9 in Jan to Dec 2025."
    )
    ward = {POLICE: [3, 2, 2] + [1] * 9 + [2, 0, 0], BEDS: [0, 0, 0] + [30] * 9 + [20, 0, 0]}
    _, sentence = label(ward)
    assert "Contacts per 30 days outside hospital: 0.9 in these 90 days, 2.3 in Jan to Dec 2025." in sentence
    assert "2 contacts in 3 months. Going by Jan to Dec 2025, 6 would be usual in the 70 of" in sentence, (
        "the nine contacts of months on the ward are none of the days outside"
    )
    _, sentence = label({POLICE: [3, 1] + [1] * 10 + [2, 0, 0], BEDS: [0, 20] + [29] * 10 + [20, 0, 0]})
    assert "Most of Jan to Dec 2025 was in hospital: too few days outside to say what would be usual now." in sentence
    assert "then" not in sentence, "a rate of so few days reads as a change"
    without, _ = label({POLICE: usual[POLICE]})
    assert without in ("FALLING", "DE-ESCALATING"), "the same contacts without a night in a bed are a fall"
    back = {POLICE: [2] * 12 + [8, 8, 8], BEDS: [25] * 12 + [0, 0, 0]}
    assert label(back)[0] == "WITHIN USUAL RANGE" or "expected" in label(back)[1]


def test_a_few_nights_or_nights_not_supplied_change_nothing() -> None:
    few = {POLICE: [8] * 12 + [8, 2, 2], BEDS: [0] * 12 + [0, 3, 2]}
    assert label(few) == label({POLICE: few[POLICE]})
    many = {POLICE: [8] * 12 + [8, 2, 2], BEDS: [0] * 12 + [0, 12, 14]}
    assert "in hospital" not in label(many, coverage(missing=((BEDS, MARCH - 4),)))[1]
