"""The verdict of the quality page: fit, with care, or not, and why."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import publish_frames as frames
from pack_area import stamp

from hiu.model import REFUSED_FILE
from hiu.model.frames import schema
from hiu.model.words import NOT_TAKEN
from hiu.month import Month
from hiu.publish.quality.data import quality
from hiu.publish.quality.page import quality_page
from hiu.publish.quality.verdict import Verdict, verdict

MARCH = Month(2026, 3)


def judged(**over: pl.DataFrame) -> Verdict:
    return verdict(quality({**frames.published(), **over}, MARCH))


def deliveries(*, quarantined: int = 0, warning: str | None = None) -> pl.DataFrame:
    """The deliveries, each with so many rows set aside and a warning."""
    frame = frames.published()["deliveries"].with_columns(
        quarantined=pl.lit(quarantined, pl.Int64), warning=pl.lit(warning, pl.String)
    )
    return frame.with_columns(staged=pl.col("received") - pl.col("quarantined"))


def everything() -> pl.DataFrame:
    return frames.published()["coverage"].with_columns(supplied=pl.lit(True))


def test_a_month_in_which_all_came_and_was_read_is_fit() -> None:
    fit = judged(deliveries=deliveries(), coverage=everything())
    assert (fit.grade, fit.title, fit.problems) == ("fit", "Fit to publish", [])


def test_a_warning_asks_for_care() -> None:
    care = judged(deliveries=deliveries(warning="26% shorter than usual"), coverage=everything())
    assert care.grade == "care"
    assert all(problem.sentence.endswith("26% shorter than usual.") for problem in care.problems)


def test_a_feed_that_stopped_asks_for_care_and_none_at_all_is_not_fit() -> None:
    coverage = everything()
    late = pl.col("month") == MARCH.start
    one = coverage.with_columns(supplied=~(late & (pl.col("dataset") == coverage["dataset"][0])))
    assert judged(deliveries=deliveries(), coverage=one).grade == "care"
    none = coverage.with_columns(supplied=~late)
    assert judged(deliveries=deliveries(), coverage=none).problems[0].serious


def test_many_rows_set_aside_are_not_fit_and_the_worst_comes_first() -> None:
    many = judged(deliveries=deliveries(quarantined=5, warning="odd"), coverage=everything())
    assert many.grade == "not"
    assert many.problems[0].serious
    assert "set aside" in many.problems[0].sentence


def test_a_row_that_is_lost_is_not_fit() -> None:
    lost = deliveries().with_columns(staged=pl.col("staged") - 1)
    assert judged(deliveries=lost, coverage=everything()).grade == "not"


def test_a_field_that_can_not_be_read_and_a_model_that_does_not_fit_ask_for_care() -> None:
    found = quality({**frames.published(), "deliveries": deliveries(), "coverage": everything()}, MARCH)
    row = {"source": "ed", "source_file": "ed.csv", "field": "outcome", "filled": 100, "read": 90, "missing": 1}
    care = verdict(replace(found, fields=[row]))
    assert [one.sentence for one in care.problems] == ["ed.csv (ed): 9 of 100 cells of outcome can't be read."]
    assert not verdict(replace(found, fields=[row | {"read": 95}])).problems
    assert verdict(replace(found, misfits=["surname: agrees in 60%, expected 90%"])).grade == "care"


def test_files_that_no_source_takes_ask_for_care_and_are_not_called_refused() -> None:
    rows = [(f"2026-03/{n}.csv", NOT_TAKEN, f"2026-03/{n}.csv: no source takes this file") for n in range(7)]
    strays = pl.DataFrame(rows, schema=schema(REFUSED_FILE), orient="row")
    care = judged(deliveries=deliveries(), coverage=everything(), refused_file=strays)
    assert care.grade == "care" and len(care.problems) == 6
    first = "Nothing of this file is counted. 2026-03/0.csv: no source takes this file."
    assert care.problems[0].sentence == first
    assert care.problems[-1].sentence.startswith("Nor of 2 further files that no source takes")
    refused = strays[:1].with_columns(code=pl.lit("not_text"))
    assert judged(deliveries=deliveries(), coverage=everything(), refused_file=refused).grade == "not"


def test_what_became_of_the_rows_adds_up_to_what_was_received() -> None:
    """Rows of a delivery that was replaced stood among those of the deliveries that hold."""
    tables = frames.published()
    hold, gone = tables["deliveries"].head(2).with_columns(replaced_by=pl.Series([None, "d9"], dtype=pl.String)), 4
    ids = [hold["delivery_id"][0]] * 10 + [hold["delivery_id"][1]] * gone
    links = pl.concat([tables["links"].head(1)] * len(ids)).with_columns(delivery_id=pl.Series(ids))
    found = quality({**tables, "deliveries": hold, "links": links}, MARCH)
    assert sum(row["rows"] for row in found.statuses) == found.received == 10 and found.rows_replaced == gone


def test_where_nobody_may_be_shown_no_list_is_empty() -> None:
    """The page had "What became of the rows: ." and a table of matching without a row."""
    tables = frames.published()
    lists = ("What became of the rows", "Matching, by source")
    whole = quality_page(tables, stamp=stamp())
    nobody = quality_page({**tables, "links": tables["links"].clear()}, stamp=stamp())
    assert all(words in whole and words not in nobody for words in lists)
