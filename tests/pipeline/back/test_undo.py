"""A delivery is taken back once: the command repeated changes nothing; the one before is named by its id."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run, table
from typer.testing import CliRunner

from hiu.errors import UsageError
from hiu.govern import records
from hiu.model import WITHDRAWN
from pipelines.back.undo import undo
from pipelines.cli import app
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome

FILE = f"{LAST}/police_incidents.csv"
WHY = {"reason": "sent in error", "by": "operator"}


def held(outcome: Outcome) -> list[str]:
    """Ids of the file's deliveries in force."""
    rows = table(outcome, "deliveries").filter(pl.col("replaced_by").is_null(), pl.col("source_file") == FILE)
    return rows["delivery_id"].to_list()


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.fixture(scope="module")
def correction(area: Path, two_months: Outcome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder with raw and curated after a corrected file; the ids of its first delivery and of the second."""
    folder = tmp_path_factory.mktemp("correction")
    assert two_months.published
    for part in ("raw", "curated"):
        shutil.copytree(two_months.published.parents[2] / part, folder / part)
    path = folder / "raw" / FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    after = run(open_place(area, raw=folder / "raw", curated=folder / "curated"), at=at(1))
    [first], [second] = held(two_months), held(after)
    return folder, first, second


@pytest.fixture
def corrected(correction: tuple[Path, str, str], area: Path, tmp_path: Path) -> tuple[Place, str, str]:
    """The area after a corrected file, in folders of the test's own; the ids of its two deliveries."""
    folder, first, second = correction
    for part in ("raw", "curated"):
        shutil.copytree(folder / part, tmp_path / part)
    return open_place(area, raw=tmp_path / "raw", curated=tmp_path / "curated"), first, second


@pytest.mark.slow
def test_repeating_it_takes_nothing_more_back_before_the_run_and_after(corrected: tuple[Place, str, str]) -> None:
    place, first, second = corrected
    assert undo(place, FILE, **WHY, now=at(2))["delivery_id"] == second
    taken = records.history(place.records, WITHDRAWN)
    for ran in (False, True):
        if ran:
            assert held(run(place, at=at(3))) == [first]
        for which in (FILE, second):
            with pytest.raises(UsageError, match="nothing was changed") as told:
                undo(place, which, **WHY, now=at(4))
            assert "already, on 8 Apr 2026 by operator: sent in error" in str(told.value)
            assert second in str(told.value) and str(told.value).endswith(f"name its id: {first}")
        assert records.history(place.records, WITHDRAWN).equals(taken)


def test_the_one_before_is_taken_back_by_its_id_and_then_there_is_none_left(corrected: tuple[Place, str, str]) -> None:
    place, first, second = corrected
    undo(place, FILE, **WHY, now=at(2))
    assert undo(place, first, **WHY, now=at(3))["delivery_id"] == first
    outcome = run(place, at=at(4))
    assert held(outcome) == [] and f"police: nothing supplied for {LAST.title}; shown as missing" in outcome.warnings
    with pytest.raises(UsageError, match=f"taken back already.*{second}") as told:
        undo(place, FILE, **WHY, now=at(5))
    assert "name its id" not in str(told.value)


def test_a_delivery_that_another_replaced_is_not_in_force(corrected: tuple[Place, str, str]) -> None:
    place, first, _ = corrected
    with pytest.raises(UsageError, match="in force; nothing was changed"):
        undo(place, first, **WHY, now=at(2))


@pytest.mark.slow
def test_put_in_force_again_or_sent_anew_it_can_be_taken_back_again(corrected: tuple[Place, str, str]) -> None:
    place, first, second = corrected
    undo(place, FILE, **WHY, now=at(2))
    run(place, at=at(3))
    undo(place, FILE, **WHY, now=at(4), redo=True)
    assert undo(place, FILE, **WHY, now=at(5))["delivery_id"] == second, "no run since"
    path = place.raw / FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    [third] = held(run(place, at=at(6)))
    assert third not in (first, second)
    assert undo(place, FILE, **WHY, now=at(7))["delivery_id"] == third
    with pytest.raises(UsageError, match=f"taken back already.*{third}"):
        undo(place, FILE, **WHY, now=at(8))


def test_the_command_ends_with_the_code_of_nothing_to_do(place_after: Place) -> None:
    line = ["undo", FILE, "--reason", "sent in error", "--by", "operator", "--site", str(place_after.home)]
    line += ["--curated", str(place_after.curated)]
    codes = [CliRunner().invoke(app, line).exit_code for _ in range(2)]
    assert codes == [0, 2] and records.history(place_after.records, WITHDRAWN).height == 1
