"""What the police did under criminal law is in no published table: the list is of people to offer support to."""

from __future__ import annotations

import polars as pl
import pytest

from hiu.sources import load_sources
from pipelines.steps.kept import of_source


def sent(closed: list[str]) -> pl.DataFrame:
    """A police contact of each of some people, with the code by which it was closed."""
    details = [f'{{"closing_code": "{one}"}}' for one in closed]
    return pl.DataFrame({"person_id": [f"P{n}" for n in range(len(closed))], "details": details}).with_columns(
        source=pl.lit("police"), event_id="person_id", spell_id=pl.lit(None, pl.String), quotes=pl.lit(None, pl.String)
    )


def published(closed: list[str]) -> set[str]:
    return set(of_source(sent(closed), load_sources()["police"], [])["outcome"])


@pytest.mark.parametrize(
    ("closed", "shown"),
    [
        ("Arrested", "outcome withheld"),
        ("ARREST - DOMESTIC", "outcome withheld"),
        ("Charged to court", "outcome withheld"),
        ("Community Resolution", "outcome withheld"),
        ("Penalty notice (PND)", "outcome withheld"),
        ("Bailed", "outcome withheld"),
        ("Arrested after self-harm", "outcome withheld: self-harm"),
        ("Detained section 136", "Detained section 136"),
        ("Cardiac arrest, ambulance", "Cardiac arrest, ambulance"),
        ("Discharged from hospital", "Discharged from hospital"),
        ("No further action", "outcome withheld"),
        ("Crime Recorded", "outcome withheld"),
        ("Safe and Well", "Safe and Well"),
    ],
)
def test_an_outcome_under_criminal_law_is_not_published(closed: str, shown: str) -> None:
    """Nor that there was none, or what is left out would tell of an arrest. Danger in the same words stays."""
    assert published([closed] * 5) == {shown}


def test_what_was_done_to_one_person_alone_is_not_said_to_be_missing() -> None:
    assert published(["Arrested", *["Advice given"] * 5]) == {"outcome withheld", "Advice given"}
