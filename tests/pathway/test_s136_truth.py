"""An invented area's section 136 pathway against the truth: all that is planted is found, nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from areakit import NOW, run
from pathway_kit import cheaply, source_of, tables_of_rows

from hiu.govern.init import init_site
from hiu.month import Month
from hiu.sources import load_sources
from hiu.synth import synthesise
from hiu.synth.site import write_sources
from pipelines.common.place import open_place
from pipelines.pathway.s136.annual import SPLITS
from pipelines.pathway.s136.rows import detentions
from pipelines.pathway.years import cells_of

LAST = Month(2026, 3)
C = pl.col
Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, pl.DataFrame]:
    """The tables of seven months of an area where much happens, and the truth of each detention."""
    folder = tmp_path_factory.mktemp("area")
    synthesise(folder, people=600, months=7, seed=19, last_month=LAST, pathway=True, rate=60)
    files = sorted((folder / "raw").glob("*/s136_pathway.csv"))
    text = pl.concat(pl.read_csv(file, infer_schema=False) for file in files)
    truth = pl.read_parquet(folder / "truth" / "s136_detentions.parquet")
    who = dict(truth.select("detention_id", C("who").cast(pl.String)).iter_rows())
    numbered = C("event_id").str.slice(0, 7).replace_strict(who, return_dtype=pl.String)
    source = source_of("s136_pathway", tmp_path_factory.mktemp("sources"))
    made = tables_of_rows(source, text, [LAST - back for back in range(6, -1, -1)], numbered)
    people = {"person_id": pl.String, "dob": pl.Date, "sex": pl.String}
    return {**made, "people": pl.DataFrame(schema=people)}, truth


def test_every_detention_is_there_once_and_judged_as_it_was_made(area: tuple[Tables, pl.DataFrame]) -> None:
    tables, truth = area
    assert truth.height > 150 and set(truth["over"]) == {"yes", "no", "unknown"}
    columns = ("detention_id", "over", "limit_hours", "clock_minutes")
    found = tables["s136_clock"].select(columns).sort("detention_id")
    assert found.rows() == truth.select(columns).sort("detention_id").rows()


def test_every_planted_exception_is_found_and_nothing_else(area: tuple[Tables, pl.DataFrame]) -> None:
    tables, truth = area
    found = set(tables["s136_exception"].select("detention_id", "code").iter_rows())
    codes = truth.select("detention_id", code=C("exceptions").str.split("|")).explode("code").filter(C("code") != "")
    assert found == set(codes.iter_rows()) and len(set(codes["code"])) == 6


def test_cells_of_the_return_are_the_truths_before_any_is_hidden(area: tuple[Tables, pl.DataFrame]) -> None:
    tables, truth = area
    months = [LAST - back for back in range(6, -1, -1)]
    cells = cells_of(detentions(tables), "s136_detention", SPLITS, months)
    found = {cell.group: (cell.value, cell.people) for cell in cells}
    true = (
        truth.with_columns(
            police_conveyance_reason=pl.when(conveyance="police")
            .then("police_conveyance_reason")
            .when(C("conveyance").is_not_null())
            .then(pl.lit("no police vehicle")),
            outcome=pl.when(C("kind").is_in(["open", "open_over"])).then(pl.lit("still open")).otherwise("outcome"),
            sex=C("recorded_sex"),
            age_band=pl.Series([_band(age) for age in truth["age"]]),
        )
        .with_columns(C(pl.String).fill_null("not recorded"))
        .with_columns(place=_later_place())
    )
    wanted = {}
    for split in SPLITS:
        for row in (
            true.with_columns(all=1).group_by("all", *split).agg(pl.len(), C("who").n_unique()).iter_rows(named=True)
        ):
            group = "&".join(f"{name}={row[name]}" for name in split) or "everybody"
            wanted[group] = (row["len"], row["who"])
    assert found == wanted


def _band(age: int) -> str:
    return _BANDS[sum(age >= low for low in (18, 25, 35, 45, 55, 65))]


_BANDS = ("under 18", "18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over")


def _later_place() -> pl.Expr:
    """A transfer ends in the place of its second row."""
    return pl.when(C("kind").str.starts_with("transfer")).then(pl.lit("Bluebell Suite")).otherwise("place")


@pytest.mark.slow
def test_a_detention_of_both_is_counted_once_in_a_whole_run(tmp_path: Path) -> None:
    """The police, the log of detentions and the pathway alone: matching has its part in it here."""
    home = tmp_path / "area"
    offered = ["s136_pathway"]
    init_site(home, name="S136", synthetic=True, today=NOW.date(), sources=[*sorted(load_sources()), *offered])
    write_sources(home, pathway=offered)
    cheaply(home)
    synthesise(home / "data", people=2500, months=3, seed=5, last_month=LAST, pathway=True, rate=20)
    for path in (home / "data" / "raw").rglob("*.*"):
        if path.is_file() and path.name not in ("police_incidents.csv", "s136_pathway.csv", "mha_s136_log.xlsx"):
            path.unlink()
    folder = run(open_place(home)).published
    assert folder
    found = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("s136_counted", "s136_detention", "links")}
    truth = pl.read_parquet(home / "data" / "truth" / "s136_detentions.parquet")
    assert set(found["s136_detention"]["detention_id"]) == set(truth["detention_id"])
    assert found["s136_counted"].height >= 0.98 * truth.height > 90
    assert pl.read_parquet(folder / "monthly_demand.parquet").filter(dataset="s136")["n"].sum() <= truth.height
    assert found["s136_counted"].select("source", "event_id").is_unique().all()
    assert found["links"].filter(source="s136_pathway", status="counted").is_empty()
