"""Sites that few sources supply: each is ranked by the points there are, and no sentence says what is not so."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_area import SETTINGS, demand, inputs, months

from hiu.model import DATASETS
from hiu.rank import rank
from hiu.rank.listing.ranking import Ranking

POLICE, AMBULANCE, ED, BEDS = "police_incident", "ambulance_deployment", "ed_attendance", "mh_bed_day"
NIGHTS = "net_night"
Counts = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, kw_only=True)
class Site:
    """Data sets with how many months each was supplied, its unit and its source; counts; and what must come of it.

    `order` is the whole list from the first place, `labels`, `contacts` and `certainty` by person, `says` words of the
    two sentences, `silent` words that neither has.
    """

    supplied: dict[str, int]
    counts: Counts
    units: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    order: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    says: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: dict[str, tuple[str, ...]] = field(default_factory=dict)
    surest: str = "A"


def listed(site: Site) -> Ranking:
    """The list of a site."""
    span = months(max(site.supplied.values()))
    rows = [
        {
            "month": month.start,
            "dataset": name,
            "source": site.sources.get(name, name),
            "unit": site.units.get(name, "event"),
            "supplied": month in months(count),
        }
        for name, count in site.supplied.items()
        for month in span
    ]
    coverage = pl.DataFrame(rows, schema_overrides={"month": pl.Date})
    weights = SETTINGS.rank.weights.model_copy(update={"extra": site.points})
    with_points = SETTINGS.model_copy(update={"rank": SETTINGS.rank.model_copy(update={"weights": weights})})
    return rank(**inputs(site.counts, coverage=coverage, demand=demand(site.counts), settings=with_points))


LATE = {POLICE: 24, ED: 24, AMBULANCE: 1}
SITES = {
    "beds alone": Site(
        supplied={BEDS: 4},
        units={BEDS: NIGHTS},
        counts={"A": {BEDS: [3] * 4}, "B": {BEDS: [25] * 4}, "C": {BEDS: [9] * 4}},
        order="BCA",
        surest="B",
        says={"B": ("75 nights in a bed in 3 months", "only mental-health bed days count")},
        silent={"B": ("contact",)},
    ),
    "beds alone for two years": Site(
        supplied={BEDS: 24},
        units={BEDS: NIGHTS},
        counts={"A": {BEDS: [4] * 24}, "B": {BEDS: [0] * 21 + [9, 10, 11]}, "C": {BEDS: [3] * 18 + [0] * 6}},
        labels={"A": "WITHIN USUAL RANGE", "B": "ESCALATING"},
        says={"C": ("No nights in a bed in",)},
        silent={"A": ("contact",), "B": ("contact",), "C": ("contact",)},
        surest="B",
    ),
    "a lifeboat alone": Site(
        supplied={"lifeboat_launch": 5},
        counts={"A": {"lifeboat_launch": [1] * 5}, "B": {"lifeboat_launch": [8] * 5}},
        order="BA",
        contacts={"B": 24, "A": 3},
        says={"B": ("24 contacts in 3 months", "only lifeboat launches count")},
        surest="B",
    ),
    "a crisis house alone": Site(
        supplied={"crisis_house_night": 5},
        units={"crisis_house_night": NIGHTS},
        counts={"A": {"crisis_house_night": [2] * 5}, "B": {"crisis_house_night": [16] * 5}},
        order="BA",
        contacts={"B": 0},
        labels={"B": "NEW"},
        surest="B",
    ),
    "own points are the site's": Site(
        supplied={"crisis_line_call": 6, "fire_visit": 6},
        points={"crisis_line_call": 0.1, "fire_visit": 2},
        counts={"A": {"crisis_line_call": [9] * 6}, "B": {"fire_visit": [1] * 6}},
        order="BA",
    ),
    "own points of nothing": Site(
        supplied={POLICE: 12, "crisis_line_call": 12},
        points={"crisis_line_call": 0},
        counts={"A": {"crisis_line_call": [9] * 12, POLICE: [1] * 12}, "B": {POLICE: [2] * 12}},
        order="BA",
        surest="B",
    ),
    "rows of police again count once": Site(
        supplied={POLICE: 12, "welfare_check": 12},
        sources={POLICE: "police", "welfare_check": "police"},
        counts={"A": {"welfare_check": [9] * 12, POLICE: [1] * 12}, "B": {POLICE: [2] * 12}},
        order="BA",
        contacts={"A": 3},
        surest="B",
    ),
    "detentions alone": Site(
        supplied={"s136": 12},
        counts={"A": {"s136": [0] * 10 + [1, 1]}, "B": {"s136": [0] * 11 + [1]}},
        order="AB",
        says={"A": ("2 section 136 detentions in 3 months",)},
        surest="B",
    ),
    "assessments and detentions": Site(
        supplied={"s136": 12, "mha_assessment": 12},
        counts={"A": {"s136": [1] * 12}, "B": {"mha_assessment": [1] * 11 + [2]}},
        order="BA",
        silent={"A": ("No contacts",), "B": ("No contacts",)},
    ),
    "ambulance joined this month": Site(
        supplied=LATE,
        counts={"A": {POLICE: [1] * 24}, "B": {AMBULANCE: [4]}, "C": {POLICE: [2] * 20 + [0] * 4}},
        labels={"A": "WITHIN USUAL RANGE", "B": "NEW", "C": "DE-ESCALATING"},
        contacts={"B": 4},
        says={"B": ("4 contacts", "since Mar 2026"), "A": ("Ambulance deployments since Mar 2026",)},
        silent={"B": ("No contacts", "not supplied"), "A": ("not supplied",)},
    ),
    "both know": Site(
        supplied=LATE,
        counts={"A": {POLICE: [1] * 24, AMBULANCE: [5]}, "B": {POLICE: [1] * 24}},
        contacts={"A": 8},
        labels={"A": "WITHIN USUAL RANGE"},
        says={"A": ("8 contacts in 3 months; 3 of them compared, 3 would be usual",)},
        order="AB",
    ),
    "quiet but for the one that joined": Site(
        supplied=LATE,
        counts={"A": {POLICE: [1] * 12 + [0] * 3, AMBULANCE: [2]}, "B": {POLICE: [1] * 12 + [0] * 3}},
        labels={"B": "QUIET"},
        says={"A": ("2 contacts in 3 months",)},
        silent={"A": ("No contacts",)},
    ),
    "joined five months ago": Site(
        supplied={POLICE: 24, ED: 24, AMBULANCE: 5},
        counts={"A": {POLICE: [1] * 24}, "B": {AMBULANCE: [3, 2, 0, 0, 0]}},
        labels={"A": "WITHIN USUAL RANGE", "B": "NEW"},
    ),
    "joined long enough ago": Site(
        supplied={POLICE: 24, ED: 24, AMBULANCE: 9},
        counts={"A": {POLICE: [1] * 24}, "B": {AMBULANCE: [0] * 6 + [3, 3, 3]}},
        labels={"B": "ESCALATING"},
        silent={"B": ("too recent to compare",)},
    ),
    "fire joined": Site(
        supplied={POLICE: 24, ED: 24, "fire_incident": 2},
        counts={"A": {POLICE: [1] * 24}, "B": {"fire_incident": [1, 6]}},
        labels={"B": "NEW"},
        contacts={"B": 7},
        says={"B": ("Fire incidents since Feb 2026",)},
    ),
    "beds joined": Site(
        supplied={POLICE: 24, ED: 24, BEDS: 1},
        units={BEDS: NIGHTS},
        counts={"A": {POLICE: [1] * 24}, "B": {BEDS: [20]}},
        labels={"A": "WITHIN USUAL RANGE", "B": "NEW"},
        says={"B": ("but 20 nights in a bed",)},
    ),
    "one month of everything": Site(
        supplied=dict.fromkeys(DATASETS, 1),
        counts={"A": {POLICE: [2], BEDS: [4]}, "B": {ED: [1]}, "C": {"s136": [2]}},
        labels=dict.fromkeys("ABC", "NEW"),
        says={"A": ("2 contacts in 1 month", "only 1 month supplied"), "C": ("but 2 section 136 detentions",)},
        silent={"A": ("No contacts", "not supplied")},
        order="CAB",
        surest="B",
    ),
    "two months of everything": Site(
        supplied=dict.fromkeys(DATASETS, 2),
        counts={"A": {POLICE: [2, 3]}, "B": {ED: [1, 0]}},
        says={"A": ("5 contacts in 2 months", "only 2 months supplied")},
        order="AB",
        surest="B",
    ),
    "all level": Site(
        supplied={POLICE: 24, ED: 24},
        counts={name: {POLICE: [1] * 24} for name in "ABCD"},
        order="ABCD",
        says=dict.fromkeys("ABCD", ("Tied: 4 people are level in places 1 to 4",)),
        surest="B",
    ),
    "nothing that counts": Site(
        supplied={"welfare_check": 6},
        points={"welfare_check": 0},
        counts={name: {"welfare_check": [n] * 6} for n, name in enumerate("ABC", 1)},
        says=dict.fromkeys("ABC", ("Tied: 3 people",)),
        surest="B",
    ),
    "two level below one": Site(
        supplied={POLICE: 24, ED: 24},
        counts={"A": {POLICE: [9] * 24}, "B": {ED: [1] * 24}, "C": {POLICE: [1] * 24}},
        order="ABC",
        says={"C": ("Tied: 2 people are level in places 2 to 3",)},
        silent={"A": ("Tied",)},
    ),
    "nights beside police": Site(
        supplied={BEDS: 24, POLICE: 24},
        units={BEDS: NIGHTS},
        counts={"A": {POLICE: [1] * 24, BEDS: [2] * 24}, "B": {BEDS: [12] * 24}},
        order="BA",
        says={"B": ("No contacts in 3 months, but 36 nights in a bed",)},
    ),
}


@pytest.mark.parametrize("name", SITES)
def test_a_site_is_ranked_by_what_there_is(name: str) -> None:
    site = SITES[name]
    table = listed(site).ranked
    rows = {row["person_id"]: row for row in table.iter_rows(named=True)}
    said = {who: f"{row['label_sentence']} {row['sentence']}" for who, row in rows.items()}
    if site.order:
        assert "".join(table["person_id"]) == site.order
    assert {who: rows[who]["label"] for who in site.labels} == site.labels, said
    assert {who: rows[who]["contacts_3"] for who in site.contacts} == site.contacts
    for who, words in site.says.items():
        assert all(word in said[who] for word in words), said[who]
    for who, words in site.silent.items():
        assert not any(word in said[who] for word in words), said[who]
    assert min(table["certainty"]) >= site.surest
    for row in rows.values():
        level = table.filter(pl.col("intensity") == row["intensity"])["rank"]
        assert row["rank_low"] <= level.min() and level.max() <= row["rank_high"]  # type: ignore[operator]


NAMES = (*DATASETS, "fire_incident", "crisis_house_night")
AREAS = st.fixed_dictionaries(
    {
        "supplied": st.dictionaries(st.sampled_from(NAMES), st.integers(1, 20), min_size=1),
        "counts": st.lists(
            st.dictionaries(st.sampled_from(NAMES), st.lists(st.integers(0, 6), min_size=20, max_size=20)),
            min_size=1,
            max_size=6,
        ),
    }
)


@settings(max_examples=examples(20, 1500), deadline=None)
@given(AREAS)
def test_no_sentence_denies_what_was_counted(area: dict[str, object]) -> None:
    supplied: dict[str, int] = area["supplied"]  # type: ignore[assignment]
    people: list[dict[str, list[int]]] = area["counts"]  # type: ignore[assignment]
    counts = {
        f"P{i}": {name: numbers[-supplied[name] :] for name, numbers in person.items() if name in supplied}
        for i, person in enumerate(people)
    }
    units = {BEDS: NIGHTS, "crisis_house_night": NIGHTS}
    for row in listed(Site(supplied=supplied, counts=counts, units=units)).ranked.iter_rows(named=True):
        if row["contacts_3"]:
            assert "No contact" not in row["label_sentence"], row
            assert row["label"] != "QUIET"
        recent = sum(n for numbers in counts[row["person_id"]].values() for n in numbers[-3:])
        if recent and row["label"] != "DE-ESCALATING":
            assert "No contacts in" not in row["label_sentence"] or ", but " in row["label_sentence"], row
