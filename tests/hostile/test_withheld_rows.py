"""How many rows of a person were sent can't be told from anything that an analyst is given once the person objected."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from areakit import LAST
from hostile_kit import LATER, Objected, forbid

from hiu.govern.login import login
from hiu.publish.release.counted import counted
from hiu.publish.release.working import whole_table
from hiu.settings import Role
from hiu.site.opened import Opened
from hiu.site.published import Published
from pipelines.access.remake import withhold
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.govern.verify import verify_site

C = pl.col
ROLES = get_args(Role)
LINKS = "select delivery_id, count(*) as n, sum((status = 'quarantined')::int) as aside from links group by all"


def _month(place: Place) -> Published:
    _, folder = place.which(None)
    return Published(LAST, folder, Opened(place.home, place.settings, place.curated, lambda: LATER, by="Ann Lyst"))


@pytest.fixture
def apart(place_after: Place) -> Place:
    """A site with roles: who reads its months need not be who runs it."""
    return replace(place_after, settings=place_after.settings.model_copy(update={"roles": {login(): ROLES}}))


@pytest.fixture
def objected(apart: Place, tmp_path: Path) -> Objected:
    """The same after its first person objected and the month was made anew; the month's folder before and after."""
    after = apart.which(None)[1]
    before = shutil.copytree(after, tmp_path / "before" / after.name)
    person = str(pl.read_parquet(after / "ranked.parquet").sort("rank")["person_id"][0])
    forbid(apart, person)
    assert withhold(apart, LATER, Reporter(quiet=True))
    return apart, person, before, after


def _told(run: Published) -> dict[str, object]:
    """What an analyst learns by subtraction: 0 or nothing if it tells of nobody."""
    links = run.sql(LINKS).to_polars()
    sent = run.sql("select * from deliveries").to_polars().join(links, on="delivery_id", how="left")
    fields = run.quality().fields().to_polars().join(links, on="delivery_id")
    numbers = run.sql("select source_row from links union all select source_row from stay").to_polars()
    page = re.search(r"received ([\d,]+) = staged ([\d,]+)", (run.folder / "quality.html").read_text(encoding="utf-8"))
    assert page and sent.height > 20 and fields.height > 100
    return {
        "received": int((sent["received"] - sent["n"].fill_null(0)).abs().sum()),
        "quarantined": int((sent["quarantined"] - sent["aside"].fill_null(0)).abs().sum()),
        "size of the files": sent["bytes"].drop_nulls().len(),
        "rows of fields": fields.filter(C("rows") > C("n")).height,
        "filled cells": fields.filter(C("filled") > C("n")).height,
        "row numbers": numbers["source_row"].drop_nulls().len(),
        "rows of tables": run.tables().to_polars().filter(C("table") == "links")["rows"][0] - int(links["n"].sum()),
        "working tables": len(run.manifest.get("working", {})),
        "page": int(page[1].replace(",", "")) - int(links["n"].sum()),
    }


@pytest.mark.parametrize("made_anew", [True, False])
def test_nothing_is_left_over(apart: Place, made_anew: bool) -> None:
    """Before the month is made anew too: the page alone is then still the old one, as everything in the folder is."""
    before = _told(_month(apart))
    assert before["size of the files"], "nobody is withheld: all is shown"
    person = pl.read_parquet(apart.which(None)[1] / "ranked.parquet").sort("rank")["person_id"][0]
    forbid(apart, str(person))
    if made_anew:
        assert withhold(apart, LATER, Reporter(quiet=True))
    after = _told(_month(apart))
    if not made_anew:
        assert after.pop("page")
    assert {what: n for what, n in after.items() if n} == {}


def test_a_site_without_roles_keeps_the_exact_counts(place_after: Place) -> None:
    """There every login may give `hiu verify` and read the files: shares would keep nothing from anybody."""
    folder = place_after.which(None)[1]
    before = pl.read_parquet(folder / "field_quality.parquet")
    forbid(place_after, str(pl.read_parquet(folder / "ranked.parquet").sort("rank")["person_id"][0]))
    assert withhold(place_after, LATER, Reporter(quiet=True))
    assert pl.read_parquet(folder / "field_quality.parquet").equals(before)
    assert _month(place_after).sql("select source_row from links").to_polars()["source_row"].is_not_null().any()


def test_a_field_is_told_in_steps_that_hide_a_person(objected: Objected) -> None:
    """Shares in steps of a twentieth of the rows that may be shown, and what is filled still adds up."""
    after = objected[3]
    shown, whole = (pl.read_parquet(read(after, "field_quality")) for read in (_shown, whole_table))
    assert shown.height == whole.height
    assert shown.filter(C("filled") != C("read") + C("missing") + C("unreadable") + C("unknown")).is_empty()
    assert shown.filter(C("filled") > C("rows")).is_empty()
    steps = shown.filter(C("read") == C("filled"), C("rows") > 0)
    assert steps.select((C("filled") - (C("filled") / C("rows") * 20).round() * C("rows") / 20).abs().max()).item() <= 1
    lost = [(C("unreadable") + C("unknown") > 0).alias("lost")]
    assert shown.select(lost).equals(whole.select(lost)), "that a cell could not be read is still said"


def _shown(folder: object, name: str) -> object:
    return folder / f"{name}.parquet"  # type: ignore[operator]


def test_what_is_quoted_is_counted_of_who_is_shown() -> None:
    quotes = pl.DataFrame(
        [("ed", "ambulance", "found", "9", 40, 40), ("ed", "ambulance", "A9", "9", 10, 0)],
        schema=["source", "quoted", "form", "usual", "rows", "found"],
        orient="row",
    )
    timeline = pl.DataFrame(
        {"person_id": ["A"] * 10 + ["B"] * 40, "source": "ed", "event_id": [str(n) for n in range(50)]}
    ).with_columns(start=pl.lit(LAST.start).cast(pl.Datetime), quotes=pl.lit("ambulance:") + C("event_id"))
    tables = {"quotes": quotes, "timeline": timeline}
    found = counted(tables, {**tables, "timeline": timeline.filter(C("person_id") != "A")}, LAST, received=True)[
        "quotes"
    ]
    assert found.select("form", "rows", "found").rows() == [("found", 32, 32), ("A9", 8, 0)]


def test_a_warning_says_no_number_of_rows(objected: Objected) -> None:
    sent = {
        "38% shorter than usual: 1,204 rows that can be read; usually 1,942": "shorter than usual",
        "2.7 times as long as usual: 8 rows that can be read; usually 3": "longer than usual",
        "NHS No: 54 filled, 47 read (7 not read, most look like 9999999999)": "NHS No: some filled, some read "
        "(some not read, most look like 9999999999)",
        "12 of 230 rows: no date": "some of some rows: no date",
        "replaced on 2026-03-04 by 2026-03/b.csv": "replaced on 2026-03-04 by 2026-03/b.csv",
    }
    after = objected[3]
    tables = {name: pl.read_parquet(whole_table(after, name)) for name in ("links", "deliveries")}
    tables["deliveries"] = tables["deliveries"].head(len(sent)).with_columns(warning=pl.Series(list(sent)))
    found = counted(tables, {**tables, "links": pl.read_parquet(after / "links.parquet")}, LAST, received=True)[
        "deliveries"
    ]
    assert found["warning"].to_list() == list(sent.values())


def test_the_whole_reconciliation_stays_with_who_runs_the_site(
    objected: Objected, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _, before, after = objected
    whole, shown = (pl.read_parquet(read(after, "deliveries")) for read in (whole_table, _shown))
    assert whole.drop("warning").equals(pl.read_parquet(before / "deliveries.parquet").drop("warning"))
    gone = int(whole["received"].sum() - shown["received"].sum())
    assert verify_site(place) == 0
    assert gone > 0 and f"rows of people who may not be shown: {gone:,}" in capsys.readouterr().out
