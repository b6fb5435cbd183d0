"""Demand by area: who repeats, what areas add up to, the first hundredth, funnels, and whom units and trusts share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.places.demand import clustering, demand, persons, position, shared_people
from hiu.places.tasking import UNKNOWN, tasking
from hiu.publish.charts.reports import funnel_chart
from hiu.stats import Z95, funnel

EVENT_PLACE = schema(TABLES["event_place"])


def contacts(*rows: tuple[str, str, bool | None, dict[str, str | None]], agency: str = "police") -> pl.DataFrame:
    """Contacts as person, event, whether about mental health, and the unit (or trust) of each of its areas."""
    made: list[dict[str, Any]] = []
    for person, event, about, units in rows:
        for area in ("home", "incident", "provider"):
            name = units.get(area)
            row = {"person_id": person, "event_id": event, "source": "s", "agency": agency, "contacts": 1}
            row |= {"start": datetime(2026, 3, 1), "mental_health": about, "area": area}
            row |= {"command_unit": name, "borough": name, "trust": name, "not_known": None if name else "not_sent"}
            made.append(row)
    return pl.DataFrame(made, schema=EVENT_PLACE)


def test_a_person_repeats_wherever_the_contacts_were_and_areas_add_up() -> None:
    places = contacts(
        ("P1", "a", True, {"incident": "East"}),
        ("P1", "b", True, {"incident": "West"}),
        ("P2", "c", True, {"incident": "East"}),
        ("P2", "d", False, {"incident": "East"}),
        ("P3", "e", None, {"incident": "West"}),
        ("P1", "f", True, {}),
    )
    found = demand(places, "incident", "command_unit")
    columns = ["place", "contacts", "mental_health", "repeat_people", "repeat"]
    assert found.select(columns).rows() == [("East", 3, 2, 1, 1), ("West", 2, 1, 1, 1), (None, 1, 1, 1, 1)]
    whole = persons(places, "incident", "whole").select("contacts", "mental_health", "repeat").sum().row(0)
    assert whole == tuple(found.select("contacts", "mental_health", "repeat").sum().row(0)) == (6, 4, 3)


def test_the_three_areas_are_not_taken_for_each_other() -> None:
    places = contacts(("P1", "a", True, {"home": "East", "incident": "West"}), ("P1", "b", True, {"home": "East"}))
    assert demand(places, "home", "borough")["place"].to_list() == ["East"]
    assert demand(places, "incident", "borough")["place"].to_list() == ["West", None]
    assert demand(places, "provider", "trust")["place"].to_list() == [None]


def test_a_place_that_is_not_known_has_no_limits() -> None:
    places = contacts(("P1", "a", True, {"incident": "East"}), ("P1", "b", True, {}))
    assert demand(places, "incident", "borough")["position"].to_list() == ["within the limits", None]


@pytest.mark.parametrize(("people", "first"), [(1, 1), (100, 1), (101, 2), (200, 2)])
def test_the_first_hundredth_is_of_the_people_with_most_contacts_about_mental_health(people: int, first: int) -> None:
    many = [("P0", f"x{n}", True, {"incident": "East"}) for n in range(9)]
    others = [(f"P{n}", f"y{n}", True, {"incident": "East"}) for n in range(1, people)]
    row = demand(contacts(*many, *others), "incident", "borough").row(0, named=True)
    assert row["first_people"] == first
    assert row["first_share"] == pytest.approx((9 + first - 1) / (9 + people - 1))


def test_limits_are_those_of_the_binomial_widened_by_how_contacts_cluster() -> None:
    low, high = funnel(0.2, 100, Z95)
    assert (low, high) == (pytest.approx(0.2 - 1.96 * 0.04), pytest.approx(0.2 + 1.96 * 0.04))
    wide = funnel(0.2, 100, Z95, 4.0)
    assert wide[1] - 0.2 == pytest.approx(2 * (high - 0.2))
    assert clustering(pl.Series([1, 1, 1])) == 1.0
    assert clustering(pl.Series([3, 1])) == pytest.approx(10 / 4)
    assert clustering(pl.Series([], dtype=pl.Int64)) == 1.0


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.2, "within the limits"),
        (0.3, "within the limits"),
        (0.31, "above the limits of 95%"),
        (0.41, "above the limits of 99.8%"),
        (0.09, "below the limits of 95%"),
        (0.0, "below the limits of 99.8%"),
    ],
)
def test_a_rate_is_said_against_its_limits(rate: float, words: str) -> None:
    assert position(rate, (0.1, 0.3), (0.05, 0.4)) == words


def test_a_funnel_is_drawn_with_the_names_of_areas_outside_it_alone() -> None:
    points = [("Inside", 1000, 200.0), ("Outside", 900, 400.0), ("Small", 10, 400.0)]
    svg = funnel_chart(points, 0.2, 1.0, title="T", sentence="S", axis="Contacts", per=1000, width=300)
    assert [name for name, _, _ in points if f">{name}<" in svg] == ["Outside"]


def test_rates_by_population_are_of_places_that_give_it() -> None:
    places = contacts(
        *[(f"P{n}", f"{n}{m}", True, {"home": "East" if n else "West"}) for n in range(3) for m in range(2)]
    )
    found = demand(places, "home", "borough", {"East": 20_000})
    assert found.select("place", "population_rate").rows() == [("East", pytest.approx(2.0)), ("West", None)]


def test_people_are_shared_by_the_unit_of_an_incident_and_the_trust_that_gave_care() -> None:
    places = contacts(
        ("P1", "a", True, {"incident": "East"}),
        ("P1", "b", True, {"provider": "ELFT"}),
        ("P2", "c", True, {"incident": "East", "provider": "ELFT"}),
        ("P3", "d", True, {"home": "East", "provider": "ELFT"}),
        ("P4", "e", True, {"incident": "East"}),
    )
    assert shared_people(places).rows() == [("East", "ELFT", 2)]
    assert shared_people(places, "home").rows() == [("East", "ELFT", 1)]


def listed(*people: tuple[str, str, str]) -> pl.DataFrame:
    rows = [(at, *one, "4 contacts", "adult") for at, one in enumerate(people, 1)]
    return pl.DataFrame(rows, ["rank", "person_id", "access", "label", "label_sentence", "list"], orient="row")


NO_SUPPORT = pl.DataFrame(
    schema={"person_id": pl.String, "cmht": pl.String, "plan_at": pl.Date, "plan_review_at": pl.Date}
)


def test_a_person_is_tasked_to_the_unit_of_most_contacts_to_both_of_a_tie_and_to_none_that_is_not_known() -> None:
    places = contacts(
        ("P1", "a", True, {"incident": "East"}),
        ("P1", "b", True, {"incident": "East"}),
        ("P1", "c", True, {"incident": "West"}),
        ("P2", "d", True, {"incident": "East"}),
        ("P2", "e", True, {"incident": "West"}),
        ("P3", "f", True, {"home": "East"}),
    )
    people = listed(*[(f"P{n}", "candidate", "QUIET") for n in (1, 2, 3, 4)])
    found = tasking(people, places, NO_SUPPORT, date(2026, 3, 31))
    assert found.select("command_unit", "person_id", "contacts", "home").rows() == [
        ("East", "P1", 2, ""),
        ("East", "P2", 1, ""),
        ("West", "P2", 1, ""),
        (UNKNOWN, "P3", 0, "East"),
        (UNKNOWN, "P4", 0, ""),
    ]


def test_what_there_is_to_settle_is_said_and_plans_only_of_people_supported() -> None:
    first = contacts(("P1", "a", True, {"incident": "East", "provider": "ELFT"}))
    more = contacts(("P1", "b", True, {"incident": "West", "provider": "SLaM"}), agency="mh")
    ed = contacts(("P1", "c", True, {"incident": "East"}), agency="ed")
    support = pl.DataFrame(
        {"person_id": ["P1"], "cmht": [None], "plan_at": [date(2025, 1, 1)], "plan_review_at": [date(2025, 7, 1)]},
        schema=NO_SUPPORT.schema,
    )
    for access, lacking in (
        ("supported", "No community mental health team is named. The plan was due for review on 1 Jul 2025."),
        ("candidate", "No community mental health team is named."),
    ):
        people = listed(("P1", access, "ESCALATING"))
        row = tasking(people, pl.concat([first, more, ed]), support, date(2026, 3, 31)).row(0, named=True)
        assert row["partnership"] == (
            "In contact: police, ED, mental health; agree which of them leads. Contacts in 2 command units: East, "
            "West. Care from 2 trusts: ELFT, SLaM."
        )
        assert row["prevention"] == lacking
        assert row["intervention"] == "4 contacts"
    quiet = tasking(listed(("P1", "candidate", "QUIET")), first, support, date(2026, 3, 31)).row(0, named=True)
    assert (quiet["partnership"], quiet["intervention"]) == ("", "")
