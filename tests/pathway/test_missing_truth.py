"""An invented area's missing episodes against the truth: site, reporting, repeats and who is still missing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from once import once
from pathway_kit import cheaply

from pipelines.common.place import open_place
from pipelines.setup.area import make_area

C = pl.col
FEEDS = ("police_incidents.csv", "missing_episode.csv")


def make(folder: Path) -> Path:
    """An area of which only the police, the wards and the missing-persons system sent anything, its last month run."""
    make_area(folder / "area", people=9000, months=6, seed=11, last=str(LAST), now=NOW, pathway=True)
    for path in (folder / "area" / "data" / "raw").rglob("*.*"):
        if path.is_file() and path.name not in FEEDS and not path.name.startswith("mh_"):
            path.unlink()
    cheaply(folder / "area")
    assert run(open_place(folder / "area")).published
    return folder / "area"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Each episode as it was found and as it was."""
    home = once(tmp_path_factory, "missing area", make)
    (folder,) = (home / "data" / "curated" / "published").iterdir()
    truth = pl.read_parquet(home / "data" / "truth" / "missing_episodes.parquet")
    found = pl.read_parquet(folder / "missing_judged.parquet")
    assert found.height == truth.height > 100
    return truth.rename({name: f"true_{name}" for name in truth.columns if name != "episode_id"}).join(
        found, on="episode_id"
    )


@pytest.mark.slow
def test_every_report_is_judged_as_it_was_made(both: pl.DataFrame) -> None:
    assert both.filter(C("poor") != C("true_poor")).is_empty() and both["poor"].n_unique() == 3
    assert both.filter(C("still_missing") != C("true_still_missing")).is_empty()


@pytest.mark.slow
def test_ninety_eight_of_a_hundred_are_put_to_the_bed_and_site_they_were_in(both: pl.DataFrame) -> None:
    right = both.filter(C("site").eq_missing(C("true_site"))).height
    by_bed = both.filter(~C("true_named"))
    assert by_bed.height > 20 and by_bed["true_site"].null_count() and right >= 0.98 * both.height
    assert by_bed.filter(C("site").eq_missing(C("true_site"))).height >= 0.98 * by_bed.height
    assert by_bed.filter(C("site").is_not_null() & C("site").ne_missing(C("true_site"))).is_empty()


@pytest.mark.slow
def test_repeats_are_those_of_the_people_who_went_missing_again(both: pl.DataFrame) -> None:
    wrong = both.filter(C("in_window") != C("true_in_window")).height
    assert both.filter(C("true_in_window") > 1).height > 5 and wrong <= 0.05 * both.height
