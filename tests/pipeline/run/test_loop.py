"""From a decision to the new pack: only what depends on it is made again, and all of it is as a full run makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, PlaceOf, run

from hiu.govern import records
from hiu.model import MEETING_ENTRY, PUBLISHED, SECOND_OPINIONS
from hiu.month import Month
from hiu.publish.release import folder as release
from hiu.publish.release.folder import verify_release
from pipelines.access import draw
from pipelines.common.place import Place
from pipelines.run import Outcome
from pipelines.steps import publish

STAMPED = re.compile(r"\d{4}-\d\d-\d{8}T\d{6}Z-[0-9a-f]{6}|\d{4}-\d\d-[0-9a-f]{6}|[0-9a-f]{12,64}")
STEPS = {"identify", "link", "count", "rank"}


def decided(place: Place, about: Month = LAST, person: str | None = None) -> str:
    """A decision of a meeting on a month's list; whom it is about."""
    whom = person or str(pl.read_parquet(place.which(None)[1] / "ranked.parquet").sort("list", "rank")["person_id"][0])
    row = {"person_id": whom, "author": "A. Chair", "entered_at": datetime(2026, 4, 8, 10), "pack_id": "2026-03-abc123"}
    both = [("decision", "Offer support"), ("likelihood_clinical", "5"), ("impact_clinical", "5")]
    rows = [{**row, "field": name, "value": text, "month": about.start, "row_version": 1} for name, text in both]
    records.add(place, MEETING_ENTRY, rows)
    return whom


def pages(outcome: Outcome) -> dict[str, str]:
    """The text files of a folder without what names a run."""
    assert outcome.published
    names = ("pack.html", "quality.html", draw.MADE_OF)
    return {name: STAMPED.sub("", (outcome.published / name).read_text(encoding="utf-8")) for name in names}


def charts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "charts").glob("*.svg")}


def test_a_decision_on_this_list_makes_the_pack_anew_and_nothing_else(
    place_after: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    whom = decided(place_after)
    drawn: list[str] = []
    monkeypatch.setattr(draw, "draw", lambda people: drawn.extend(one.person_id for one in people) or {})
    made, read = tables_made(monkeypatch), read_of_files(monkeypatch)
    before, written = place_after.which(None)[1], list[str]()
    how = release.write_table
    monkeypatch.setattr(release, "write_table", lambda table, *more: written.append(table.name) or how(table, *more))
    outcome = run(place_after)
    monkeypatch.undo()
    assert "meeting_entry" in written and not set(written) & {*publish.KEPT, *publish.OF_STEPS}
    assert set(read) == set(publish.KEPT) and set().union(*read.values()) == {"person_id"}
    assert outcome.changed and outcome.published and not STEPS & set(outcome.seconds) and drawn == made == []
    for name in (*publish.KEPT, *publish.OF_STEPS):
        assert (outcome.published / f"{name}.parquet").read_bytes() == (before / f"{name}.parquet").read_bytes()
    assert verify_release(outcome.published) == []
    assert whom in (outcome.published / "pack.html").read_text(encoding="utf-8")


def read_of_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The columns of large tables that are read to ask whom nobody may see."""
    read: dict[str, list[str]] = {}
    how = publish.hidden

    def hidden(place: Place, tables: Mapping[str, pl.DataFrame], on: date) -> frozenset[str]:
        read.update({name: tables[name].columns for name in publish.KEPT if name in tables})
        return how(place, tables, on)

    monkeypatch.setattr(publish, "hidden", hidden)
    return read


def tables_made(monkeypatch: pytest.MonkeyPatch) -> list[Month]:
    """The months of which the tables of rows, links and contacts are made from now on."""
    made: list[Month] = []
    how = publish._tables_of_steps
    monkeypatch.setattr(publish, "_tables_of_steps", lambda work, tables: made.append(work.month) or how(work, tables))
    return made


def test_tables_that_were_changed_on_the_disk_or_that_an_opinion_bears_on_are_made_anew(
    place_after: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tables_made(monkeypatch)
    folder, whom = place_after.which(None)[1], decided(place_after)
    traits, content = folder / "traits.parquet", (folder / "traits.parquet").read_bytes()
    pl.read_parquet(traits).head(1).write_parquet(traits)
    outcome = run(place_after)
    assert made == [LAST] and outcome.published
    assert (outcome.published / "traits.parquet").read_bytes() == content
    pair = pl.read_parquet(folder / "review_queue.parquet").row(0, named=True)
    opinion = {name: pair[name] for name in ("identity_a", "identity_b")} | {"decision": "same", "reviewer": "B. Two"}
    records.add(place_after, SECOND_OPINIONS, [{**opinion, "said_at": datetime(2026, 4, 9, 10), "note": None}])
    run(place_after)
    assert made == [LAST, LAST]
    decided(place_after, person=whom)
    run(place_after)
    assert made == [LAST, LAST], "kept again, once they were made anew"


@pytest.mark.slow
def test_what_is_made_anew_after_a_decision_is_as_a_full_run_makes_it(place_after: Place, place_of: PlaceOf) -> None:
    whom = decided(place_after)
    outcome, full = run(place_after), place_of()
    decided(full, person=whom)
    again = run(full)
    assert set(again.seconds) >= STEPS and again.published
    same_in(outcome, again)


def same_in(one: Outcome, other: Outcome) -> None:
    """Every table, page and chart of two runs, but for what names a run."""
    assert one.published and other.published
    moving = {"delivery_id", "run_id", "first_loaded", "loaded_at", "at"}
    for name in PUBLISHED:
        left, right = (pl.read_parquet(out.published / f"{name}.parquet") for out in (one, other) if out.published)
        kept = [column for column in left.columns if column not in moving]
        assert left.select(kept).equals(right.select(kept)), name
    assert pages(one) == pages(other) and charts(one.published) == charts(other.published)


def test_a_grading_of_an_earlier_list_counts_and_ranks_anew_and_matches_nothing(place_after: Place) -> None:
    decided(place_after, LAST - 1)
    outcome = run(place_after)
    assert {"count", "rank"} <= set(outcome.seconds) and not {"identify", "link"} & set(outcome.seconds)
    assert outcome.published
    grading = pl.read_parquet(outcome.published / "risk_grading.parquet")
    assert 5 in grading["likelihood"].to_list()


def test_a_chart_that_was_changed_on_the_disk_is_drawn_again(place_after: Place) -> None:
    folder = place_after.which(None)[1]
    chart = next((folder / "charts").glob("*.svg"))
    made_of = json.loads((folder / draw.MADE_OF).read_text(encoding="utf-8"))
    assert set(draw.kept_charts(folder, made_of)) == set(made_of)
    assert draw.kept_charts(folder, {chart.stem: "something else"}) == {}
    whole = (folder / draw.MADE_OF).read_bytes()
    (folder / draw.MADE_OF).write_text(json.dumps({chart.stem: "something else"}), encoding="utf-8")
    assert draw.kept_charts(folder, {chart.stem: "something else"}) == {}, "an old chart does not pass for a new one"
    (folder / draw.MADE_OF).write_bytes(whole)
    chart.write_bytes(chart.read_bytes() + b" ")
    assert draw.kept_charts(folder, made_of) == {}
    (folder / draw.MADE_OF).write_text("not JSON", encoding="utf-8")
    assert draw.kept_charts(folder, made_of) == {}
