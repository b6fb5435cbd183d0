"""A run keeps to `memory_limit`: what does not fit is put on the disk, and every table is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from areakit import PlaceOf, run, same

from hiu.model import PUBLISHED
from pipelines.run import Outcome

LITTLE = "40MB"
"""With half of it the small area can't be counted: the run says so, and what to raise."""


@pytest.mark.slow
def test_a_run_in_little_memory_gives_the_same_tables(place_of: PlaceOf, published: Outcome) -> None:
    place = place_of()
    little = replace(place, settings=place.settings.model_copy(update={"memory_limit": LITTLE}))
    same(run(little), published, *(set(PUBLISHED) - {"deliveries", "quarantine", "field_quality"}))
