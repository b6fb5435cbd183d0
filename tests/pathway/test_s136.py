"""The section 136 pathway through a whole run: rows kept, joined, judged, and never demand twice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from hiu.engine.pathway import legs
from hiu.extract.files.find import takes
from hiu.sources import Source, load_sources


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def test_rows_of_a_transfer_stay_and_an_undated_one_is_kept(desk_month: Path) -> None:
    rows = table(desk_month, "s136_pathway").sort("detention_id", "arrived_at")
    assert rows.select("detention_id", "place", "nobody").rows() == [
        ("T1", "ED B", False),
        ("T1", "Suite A", False),
        ("T2", None, True),
        ("T3", None, False),
    ]
    assert rows["outcome"].to_list() == [None] * 4 and rows["outcome_recorded"].to_list()[2:] == ["recorded"] * 2
    assert table(desk_month, "quarantine").filter(source="s136_pathway").is_empty()


def test_a_detention_is_one_and_its_clock_starts_at_the_first_arrival(desk_month: Path) -> None:
    found = table(desk_month, "s136_detention").join(table(desk_month, "s136_clock"), on="detention_id")
    shown = found.select("detention_id", "at", "transfers", "clock_minutes", "limit_hours", "over", "still_open")
    assert shown.sort("detention_id").rows() == [
        ("T1", datetime(2026, 3, 3, 10, 30), 1, 1500, 24, "yes", False),
        ("T2", datetime(2026, 3, 10, 10), None, 840, 24, "no", False),
        ("T3", datetime(2026, 3, 11, 10), None, None, 24, "unknown", False),
    ]
    codes = table(desk_month, "s136_exception").select("code", "detention_id").sort("detention_id").rows()
    assert codes == [("over_limit", "T1"), ("over_unknown", "T3")]


def test_a_detention_of_both_is_one_event_of_the_counts(desk_month: Path) -> None:
    joined = table(desk_month, "s136_counted").select("detention_id", "source", "event_id", "how").rows()
    assert joined == [("T1", "police", "P1", "person_and_time")]
    demand = table(desk_month, "monthly_demand").filter((pl.col("dataset") == "s136") & (pl.col("n") > 0))
    assert demand["n"].to_list() == [1]
    assert set(table(desk_month, "links").filter(source="s136_pathway", status="counted")["event_id"]) == set()


def test_an_escalation_has_the_hours_that_passed(desk_month: Path) -> None:
    hours = table(desk_month, "leg").filter(table="place_escalation")
    assert hours.select("leg", "minutes", "person_id").rows() == [("resolution", 60, None)]
    row = table(desk_month, "place_escalation").row(0, named=True)
    assert (row["about"], row["level"], row["place"]) == ("hbpos_full", "silver", "Suite A")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("2025-10-26 01:30", "2025-10-26 03:00", (150, 90, 150, False)),  # either 01:30
        ("2025-10-26 00:30", "2025-10-26 01:30", (60, 60, 120, False)),
        ("2025-10-26 01:50", "2025-10-26 01:10", (20, 0, 20, False)),  # in order if the second is the later one
        ("2026-03-29 01:30", "2026-03-29 04:00", (None, 90, 150, False)),  # a time that no clock showed
        ("2026-03-29 04:00", "2026-03-29 03:59", (None, None, None, True)),
    ],
)
def test_a_leg_has_the_fewest_and_most_minutes_of_its_readings(
    first: str, second: str, found: tuple[int | None, int | None, int | None, bool]
) -> None:
    times = {"arrived_at": [first], "accepted_at": [second]}
    columns = {name: pl.Series(value).str.to_datetime("%Y-%m-%d %H:%M") for name, value in times.items()}
    nothing = ("detained_at", "police_released_at", "medically_cleared_at", "assessed_at", "ended_at", "clock_from")
    empty = dict.fromkeys(
        (*nothing, "clock_to", "bed_requested_at", "bed_found_at", "extension_at"), pl.lit(None, pl.Datetime("us"))
    )
    row = pl.DataFrame(columns).with_columns(
        **empty, delivery_id=pl.lit("d"), source_row=pl.lit(1, pl.Int64), person_id=pl.lit("P")
    )
    made = legs({"s136_detention": row}).filter(leg="arrived_to_accepted")
    assert made.select("minutes", "least", "most", "out_of_order").row(0) == found


def test_a_file_of_the_pathway_is_not_the_log_of_detentions(tmp_path: Path) -> None:
    (tmp_path / "s136_pathway.toml").write_text('extends = "s136_pathway"\n', encoding="utf-8", newline="\n")
    sources = load_sources(tmp_path)
    assert _takers("2026-03/s136_pathway.csv", sources) == ["s136_pathway"]
    assert _takers("2026-03/s136 log.csv", sources) == ["s136"]


def _takers(name: str, sources: dict[str, Source]) -> list[str]:
    return [source.name for source in sources.values() if takes(source, name)]
