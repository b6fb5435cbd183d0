"""Rows with one key: what is lost is said, and nothing is said where nothing is."""

import polars as pl
from quality_frames import records

from hiu.quality.repeated import repeated_rows
from hiu.sources import load_sources

SOURCE = load_sources()["ambulance"]
VEHICLES = ["K1", "K2"]


def _two(vehicles: list[str], **columns: list[object]) -> list[str]:
    base = {"record_id": ["A", "A"], "family": ["QUILL"] * 2, "given": ["ADA", None], "nhs_number": [None] * 2}
    frame = records(2, **{**base, "measures": [["ambulance_call"]] * 2, "dob": [None] * 2, **columns})
    sent = pl.DataFrame({"Vehicle": vehicles, "CAD": ["A", "A"], "source_row": frame["source_row"]})
    return repeated_rows(frame, sent, SOURCE)


def test_a_leg_whose_count_is_lost_is_said() -> None:
    (line,) = _two(VEHICLES, measures=[["ambulance_call", "ambulance_deployment"], ["ambulance_call"]])
    assert line.startswith("1 of 2 rows will not count: each is replaced by a later row")
    assert "They differ from it in 'Vehicle', and 1 may count as ambulance_deployment" in line
    assert "[key] record (of one event) or event in sources/ambulance.toml" in line
    (line,) = _two(VEHICLES)
    assert "They differ from it in 'Vehicle'. If" in line


def test_rows_that_change_nothing_are_not_said() -> None:
    assert _two(["K1", "K1"]) == []
    assert _two(VEHICLES, family=["QUILL", "BIRCH"], measures=[["ambulance_deployment"], []]) == []
    assert _two(VEHICLES, version=["1", "2"]) == []
    assert _two(VEHICLES, record_id=["A", "B"]) == []
    assert _two(VEHICLES, family=["QUILL", None], given=["ADA", None], nobody=[False, True]) == []
    assert _two(VEHICLES, family=[None] * 2, given=[None] * 2, nobody=[True] * 2) == []
