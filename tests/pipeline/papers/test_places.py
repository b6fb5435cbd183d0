"""Places from raw rows to paper: areas as the drops say, figures under disclosure control, names under the gate."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, table

from hiu.errors import HiuError
from hiu.govern import reads, records
from hiu.model import TABLES
from hiu.model.govern import DISCLOSURES
from hiu.places import Crosswalk, crosswalk
from hiu.places.keys import contact_areas, event_keys
from hiu.publish.release.folder import verify_release
from pipelines.access.releases import kept_export
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.common.work import Work
from pipelines.papers.places.cells import TOTAL, UNKNOWN, Part, decide
from pipelines.papers.places.figures import Counted, _row
from pipelines.papers.places.write import AREAS, _kept, write_figures, write_people
from pipelines.run import Outcome
from pipelines.steps.places import place_tables

HIDDEN = ("*", "not shown", "")


@pytest.fixture(scope="module")
def written(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The area with its figures by area written once: the solver takes seconds. Read it; copy it to change it."""
    assert published.published
    curated = tmp_path_factory.mktemp("places") / "curated"
    shutil.copytree(area / "data" / "curated", curated)
    place = open_place(area, curated=curated)
    assert write_figures(place, None, folder=None, now=NOW) == curated / "exports" / "places" / str(LAST)
    return place


@pytest.fixture(scope="module")
def unit(area: Path) -> dict[str, str]:
    """Police area and postcode district -> command unit, straight from the area's own file."""
    rows = pl.read_csv(area / "places" / "synthetic.csv")
    units = dict(rows.filter(pl.col("kind") == "area").select("key", "command_unit").rows())
    districts = rows.filter(pl.col("kind") == "district").select("key", "borough").rows()
    return {**units, **{district: units[borough] for district, borough in districts}}


@pytest.fixture(scope="module")
def places(published: Outcome) -> pl.DataFrame:
    return table(published, "event_place")


def test_every_contact_has_its_three_areas_once_and_a_reason_where_one_is_not_known(
    places: pl.DataFrame, published: Outcome
) -> None:
    key = ["person_id", "source", "event_id"]
    assert places.group_by(key).agg(pl.col("area").sort().str.join(" "))["area"].unique().to_list() == [
        "home incident provider"
    ]
    assert places.filter(pl.col("known_by").is_null() == pl.col("not_known").is_null()).is_empty()
    counted = table(published, "timeline").filter(
        pl.col("counted"), ~pl.col("dataset").is_in(["ambulance_call", "left_before_treatment", "mha_not_completed"])
    )
    assert set(places.select(key).rows()) == set(counted.select(key).rows())


def test_contacts_that_are_looked_up_together_lie_where_each_alone_would(place_after: Place) -> None:
    given = place_after.crosswalk.rows
    turn = (LAST - 1).start
    ending = given.with_columns(valid_to=pl.when(pl.col("kind") != "site").then(pl.lit(turn)))
    vars(place_after)["crosswalk"] = Crosswalk(
        pl.concat(
            [
                ending,
                given.filter(kind="area").with_columns(
                    valid_from=pl.lit(turn + timedelta(1)), command_unit=pl.lit("Another unit")
                ),
            ]
        )
    )
    with open_warehouse(place_after) as warehouse:
        work = Work(place_after, LAST, "run", NOW, warehouse, Reporter(quiet=True), "")
        together = place_tables(work)["event_place"]
        rows = warehouse.ask("contact_rows", since=(LAST - 11).start, after=LAST.after)
        places = place_after.crosswalk.rows
        warehouse.put("place", places)
        warehouse.put("event_key", event_keys(contact_areas(rows, place_after.sources, places), places))
        warehouse.build("event_place", temporary=True)
        alone = warehouse.read("event_place")
    assert together.sort(TABLES["event_place"].key).equals(alone.sort(TABLES["event_place"].key))
    assert {"Another unit", None} < set(together["command_unit"]), "the crosswalk turns within the months"
    assert "not_on_that_day" in set(together["not_known"])


def test_months_of_the_twelve_that_nobody_supplied_are_said_to_be_missing(written: Place) -> None:
    page = (written.curated / "exports" / "places" / str(LAST) / f"places-{LAST}.html").read_text(encoding="utf-8")
    (line,) = re.findall(r"Of the 12 months not all were supplied: ([^.]+)\. What was not is missing, not zero", page)
    assert "police incidents 5" in line and "ED attendances 5" in line


def test_the_unit_of_every_police_incident_is_that_of_the_area_in_its_row(
    places: pl.DataFrame, area: Path, unit: dict[str, str]
) -> None:
    sent = {}
    for path in (area / "data" / "raw").glob("*/police*"):
        for row in pl.read_csv(path, encoding="cp1252", infer_schema=False).iter_rows(named=True):
            sent[row["Incident URN"]] = row["Local Policing Area"]
    found = places.filter(pl.col("source") == "police", pl.col("area") == "incident")
    assert found.height > 50
    assert [one for one, said in found.select("event_id", "command_unit").rows() if unit[sent[one]] != said] == []


def test_home_and_incident_of_an_ambulance_row_are_kept_apart(
    places: pl.DataFrame, area: Path, unit: dict[str, str]
) -> None:
    own = places.filter(pl.col("source") == "ambulance").pivot("area", index="event_id", values="command_unit")
    assert own.filter(pl.col("incident").is_null(), pl.col("home").is_not_null()).height > 0, "not taken from the home"
    sent: dict[str, set[str]] = {}
    for path in (area / "data" / "raw").glob("*/amb*"):
        rows = pl.read_csv(path, separator="|", quote_char=None, infer_schema=False, truncate_ragged_lines=True)
        for event, postcode in rows.select("Incident No", "Scene Postcode").drop_nulls().rows():
            sent.setdefault(event, set()).add(postcode.upper().replace(" ", "")[:-3])
    units = {event: {unit.get(district) for district in districts} for event, districts in sent.items()}
    wrong = [
        (event, said, units.get(event))
        for event, said in own.select("event_id", "incident").rows()
        if {said} != units.get(event, {None})
    ]
    assert wrong == []


def test_a_site_without_a_crosswalk_sees_none_of_it(
    place_after: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = Place(tmp_path / "bare", place_after.settings, place_after.sources)
    for write in (write_figures, write_people):
        assert write(bare, None, folder=tmp_path / "out", now=NOW) is None
    assert capsys.readouterr().out.count("This site has no crosswalk of places") == 2
    assert not (tmp_path / "out").exists()


def test_a_month_published_before_there_was_a_crosswalk_says_how_it_gets_one(place_after: Place) -> None:
    folder = place_after.which(None)[1]
    (folder / "event_place.parquet").unlink()
    with pytest.raises(
        HiuError, match="before the site had a crosswalk of places: 'hiu run 2026-03' publishes it anew"
    ):
        write_figures(place_after, None, folder=None, now=NOW)


def test_a_release_is_whole_with_and_without_the_table(published: Outcome) -> None:
    assert published.published
    assert verify_release(published.published) == []


def test_figures_are_hidden_or_rounded_name_nobody_and_are_the_same_in_every_form(
    written: Place, published: Outcome
) -> None:
    folder = written.curated / "exports" / "places" / str(LAST)
    assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".pdf", ".xlsx"]
    page = (folder / f"places-{LAST}.html").read_text(encoding="utf-8")
    kept = kept_export(written, AREAS, str(LAST))
    assert kept
    texts = [cell.shown for cell in kept.cells if cell.shown is not None]
    assert all(text in HIDDEN or (text.isdigit() and int(text) % 5 == 0) for text in texts)
    assert [cell.title for cell in kept.cells if cell.small and cell.shown not in (None, *HIDDEN)] == []
    people = table(published, "people")
    told = [*people["person_id"], *people["nhs_number"].drop_nulls(), *people["name_text"].drop_nulls()]
    assert [one for one in told if one in page] == []
    sheets = pl.read_excel(io.BytesIO((folder / f"places-{LAST}.xlsx").read_bytes()), sheet_id=0, has_header=False)
    cells = {str(cell) for sheet in sheets.values() for row in sheet.rows() for cell in row}
    shown = set(re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", page))
    assert shown - cells == set()


def test_limits_lie_about_the_rate_of_places_that_are_known() -> None:
    """Two units alike, beside many contacts whose unit nobody sent: these say nothing of either unit."""
    shown = {"East": ("1000", "300"), "West": ("1000", "280"), UNKNOWN: ("5000", "4000")}
    texts = {(TOTAL, "events", "contacts"): "7000", (TOTAL, "events", "repeat"): "4580"}
    for name, pair in shown.items():
        part = Part("incident", "command_unit", name)
        texts |= {(part, "events", what): text for what, text in zip(("contacts", "repeat"), pair, strict=True)}
    counted = Counted(month=LAST, cells=(), spread={"incident command_unit": 1.0}, people={}, files=())
    rows = [_row(counted, texts, Part("incident", "command_unit", name), {}) for name in shown]
    assert [row[6:] for row in rows] == [
        ("300", "246 to 334", "within the limits"),
        ("280", "246 to 334", "within the limits"),
        ("", "", ""),
    ]


def test_figures_are_repeated_until_twelve_months_are_over(area: Path, written: Place, tmp_path: Path) -> None:
    shutil.copytree(written.curated, tmp_path / "curated")
    place = open_place(area, curated=tmp_path / "curated")
    first = (place.curated / "exports" / "places" / str(LAST) / f"places-{LAST}.html").read_text(encoding="utf-8")
    kept = kept_export(place, AREAS, str(LAST))
    path = place.which(None)[1] / "event_place.parquet"
    pl.read_parquet(path).filter(pl.col("start") > datetime(2026, 1, 1)).write_parquet(path)
    again = write_figures(place, None, folder=tmp_path / "two", now=NOW)
    assert again
    second = (again / f"places-{LAST}.html").read_text(encoding="utf-8")
    rows = r"<tr>.*</tr>"
    assert re.findall(rows, second) == re.findall(rows, first), "what was shown once is not counted anew"
    assert kept_export(place, AREAS, str(LAST)) == kept
    assert _kept(place, LAST + 11) and not _kept(place, LAST + 12)
    assert _kept(place, LAST - 11) and not _kept(place, LAST - 12)


def test_figures_need_a_basis_for_planning(place_after: Place) -> None:
    own = [one for one in place_after.settings.basis if one.purpose != "planning"]
    bare = replace(place_after, settings=place_after.settings.model_copy(update={"basis": tuple(own)}))
    with pytest.raises(HiuError, match="purpose 'planning'"):
        write_figures(bare, None, folder=None, now=NOW)


def test_the_list_is_of_people_who_may_be_shown_and_is_entered_first(place_after: Place) -> None:
    folder = write_people(place_after, None, folder=None, now=NOW)
    assert folder
    page = (folder / f"places-people-{LAST}.html").read_text(encoding="utf-8")
    entered = records.history(place_after.records, DISCLOSURES).filter(what="list for command units")
    shown = set(re.findall(r"HIU-[A-Z2-7]{8}", page))
    assert shown and entered["people"].to_list() == [len(shown)]
    log = b"".join(
        path.read_bytes() for path in reads.folder_of(place_after.settings, place_after.curated).glob("*.jsonl")
    )
    assert b"list for command units" in log
    assert (folder / f"places-people-{LAST}.html").stat().st_mode & 0o077 == 0


def test_without_a_basis_nobody_is_on_the_list(place_after: Place) -> None:
    bare = replace(place_after, settings=place_after.settings.model_copy(update={"basis": ()}))
    folder = write_people(bare, None, folder=None, now=NOW)
    assert folder
    page = (folder / f"places-people-{LAST}.html").read_text(encoding="utf-8")
    assert re.findall(r"HIU-[A-Z2-7]{8}", page) == []
    assert "Nobody may be shown." in page


def test_the_solver_hides_what_subtraction_would_give_back() -> None:
    """A unit of two boroughs, of 93 contacts and of three: 95 and 95 would say that the small one has four at most."""
    from hiu.model import TABLES
    from hiu.model.frames import schema

    rows = []
    for person in range(32):
        borough = "Small" if not person else "Large"
        for n in range(3):
            about = {"person_id": f"P{person}", "event_id": f"{person}-{n}", "source": "police", "agency": "police"}
            about |= {"start": datetime(2026, 3, 1), "contacts": 1, "mental_health": True}
            rows += [
                {**about, "area": one, "command_unit": "Unit", "borough": borough, "trust": "Trust"}
                for one in ("home", "incident", "provider")
            ]
    solved = decide(pl.DataFrame(rows, schema=schema(TABLES["event_place"])), LAST)
    shown = {cell.group: str(cell.shown) for cell in solved.cells if cell.measure == "events"}
    for what in ("contacts", "mental_health", "repeat"):
        assert shown[f"incident borough: Small, {what}"] == "*"
        wholes = [shown[f"incident command_unit: Unit, {what}"], shown[f"any area: whole, {what}"]]
        assert not (shown[f"incident borough: Large, {what}"].isdigit() and any(text.isdigit() for text in wholes))
    assert solved.refused == ()


def test_the_files_of_a_site_bear_on_what_is_published(area: Path) -> None:
    before = open_place(area).crosswalk
    assert before.files == ("synthetic.csv",)
    assert crosswalk(("london",), area / "places").rows.height > before.rows.height
    assert date(2020, 1, 1) in set(before.rows["valid_from"])
