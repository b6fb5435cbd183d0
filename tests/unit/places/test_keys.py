"""What was sent of the areas of contacts: values of several rows, and contacts that are looked up together."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.places.keys import contact_areas, event_keys
from hiu.sources import load_sources

SOURCES = load_sources()
PLACES = pl.DataFrame(
    [
        {"kind": "district", "key": "BS3", "borough": "South", "valid_from": None, "valid_to": date(2026, 1, 31)},
        {"kind": "district", "key": "BS3", "borough": "East", "valid_from": date(2026, 2, 1), "valid_to": None},
        {"kind": "postcode", "key": "BS5 1AA", "borough": "North", "valid_from": None, "valid_to": None},
    ],
    schema=schema(TABLES["place"]),
)


def row(event: str, day: date, postcode: str | None, scene: str | None = None) -> dict[str, object]:
    """A row of the question contact_rows, of the ambulance service."""
    return {
        "source": "ambulance", "event_id": event, "person_id": f"P-{event}", "contacts": 1, "under_the_act": False,
        "start": datetime(day.year, day.month, day.day, 9), "stay": False, "postcode": postcode,
        "details": None if scene is None else f'{{"incident_postcode":"{scene}"}}',
    }  # fmt: skip


def areas(*rows: dict[str, object]) -> pl.DataFrame:
    types = {"postcode": pl.String, "details": pl.String}
    return contact_areas(pl.DataFrame(list(rows), schema_overrides=types), SOURCES, PLACES)


def test_contacts_that_say_the_same_on_days_of_one_era_are_alike() -> None:
    before, after = date(2026, 1, 31), date(2026, 2, 1)
    found = areas(row("a", before, "BS3 1AA"), row("b", date(2026, 1, 2), "BS3 1AA"), row("c", after, "BS3 1AA"))
    home = found.filter(area="home").sort("event_id")
    assert home["text"].to_list() == ["BS3 1AA"] * 3
    assert home["era"].to_list()[0] == home["era"].to_list()[1] < home["era"].to_list()[2]
    assert found["area"].to_list() == ["home", "incident", "provider"] * 3
    assert found.filter(area="incident")["text"].to_list() == [""] * 3


def test_rows_of_one_contact_give_each_value_once_with_the_keys_that_the_crosswalk_has() -> None:
    day = date(2026, 2, 3)
    found = areas(row("a", day, "BS5 1AA", "BS3 2ZZ"), row("a", day, "BS3 9QQ", "BS3 2ZZ"), row("a", day, None))
    keys = event_keys(found, PLACES).select("area", "field", "sent", "kind", "key").sort("area", "sent").rows()
    assert keys == [
        ("home", 1, 1, "district", "BS3"),
        ("home", 1, 2, "postcode", "BS5 1AA"),
        ("incident", 1, 1, "district", "BS3"),
        ("provider", 0, 0, None, None),
    ]


def test_without_contacts_there_is_nothing_to_look_up() -> None:
    none = contact_areas(pl.DataFrame([row("a", date(2026, 2, 3), None)]).clear(), SOURCES, PLACES)
    assert none.is_empty() and event_keys(none, PLACES).is_empty()
