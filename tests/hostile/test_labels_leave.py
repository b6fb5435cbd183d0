"""No label that leaves tells a person or acts in a spreadsheet: areas of a crosswalk, marts, groups, every CSV."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from mart_kit import folder_of, wanted

from hiu.govern.release.canary import people, sweep, tells
from hiu.publish.board.paper import Grid
from hiu.publish.pages import environment
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.labels import NAMED, unnamed
from hiu.publish.pathway.part import Part
from hiu.publish.release.folder import read_manifest, stamp_in
from pipelines.access.wording import people_of
from pipelines.common.place import Place, open_place
from pipelines.fetch.mart import make_mart
from pipelines.govern.canaries import canaries
from pipelines.papers.places.write import _tables
from pipelines.run import Outcome

ACTS = '=HYPERLINK("http://127.0.0.1/";"open")'
KNOWN = people(["Jennifer Melham", "Barbara Ward"], ["9990000018"])


@pytest.fixture(scope="module")
def labelled(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[str]]:
    """The area with a crosswalk whose labels are somebody's: its published places, as a run would have made them."""
    assert published.published
    curated = tmp_path_factory.mktemp("labels") / "curated"
    shutil.copytree(area / "data" / "curated", curated)
    place = open_place(area, curated=curated)
    folder = place.which(None)[1]
    row = pl.read_parquet(folder / "people.parquet").drop_nulls(["nhs_number", "dob", "postcode"])
    row = row.filter(pl.col("name_text").str.contains(r"^[A-Za-z]{3,} [A-Za-z]{4,}$")).sort("person_id")
    one = row.to_dicts()[0]
    first, last = str(one["name_text"]).split()
    told = [
        f"{last} {one['dob']:%d.%m.%Y}",
        f"99 High Street {one['postcode']}",
        f"{last} {first[0]}",
        one["nhs_number"],
    ]
    path = folder / "event_place.parquet"
    frame = pl.read_parquet(path)
    names = frame["borough"].drop_nulls().unique().sort().to_list()
    new = dict(zip(names, [ACTS, *map(str, told)], strict=False))
    units = {str(unit): str(one["name_text"]) for unit in frame["command_unit"].drop_nulls().unique().sort()[:1]}
    frame.with_columns(pl.col("borough").replace(new), pl.col("command_unit").replace(units)).write_parquet(path)
    return place, [*new.values(), *units.values()]


def test_areas_are_named_by_nobody(labelled: tuple[Place, list[str]]) -> None:
    place, told = labelled
    found = _tables(place, LAST, place.which(None)[1])["event_place"]
    for column in ("borough", "command_unit"):
        assert set(found[column].drop_nulls()) & set(told) <= {ACTS} and NAMED in found[column].to_list()


def test_a_mart_names_nobody_and_its_csv_acts_nowhere(labelled: tuple[Place, list[str]]) -> None:
    place, told = labelled
    make_mart(place, wanted(csv=True), now=NOW)
    folder = folder_of(place)
    text = (folder / "dim_place.csv").read_text(encoding="utf-8-sig")
    assert not [one for one in told if one != ACTS and one in text] and "'=HYPERLINK" in text
    cells = [cell for path in folder.glob("*.csv") for row in _rows(path) for cell in row]
    assert cells and not [cell for cell in cells if cell and cell[0] in "=+-@\t" and not _figure(cell)]
    swept = [path for path in sorted(folder.glob("*.parquet")) if sweep(path.name, path.read_bytes(), people_of(place))]
    assert swept == []


def test_the_canary_looks_at_marts(labelled: tuple[Place, list[str]]) -> None:
    place, told = labelled
    planted = place.curated / "mart" / "analyst" / str(LAST) / "dim_place.csv"
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f"borough\n{told[-1]}\n", encoding="utf-8")
    assert any("mart/analyst" in hit and "name" in hit for hit in canaries(place)[1])


@pytest.mark.parametrize(
    "label",
    [
        *(
            "Mitchell B GL1 8QD",
            "12 Elm Road",
            "Elm 07.01.63",
            "j. melham",
            "MELHAM J",
            "Melham, J. again",
            "Ms J Melham",
        ),
        *("J A Melham", "Jennifer M", "Jen\u202enifer Melham", "ring 01452 555 0123", "Melham Jennifer"),
    ],
)
def test_a_label_tells_somebody_in_any_form(label: str) -> None:
    assert tells(label, KNOWN)
    groups = pl.DataFrame({"person_id": ["P1", "P2"], "group": [label, "Elm"]})
    assert unnamed(groups, KNOWN)["group"].to_list() == [NAMED, "Elm"]


def test_a_label_of_a_place_stays() -> None:
    for label in (
        "Ward B",
        "Elm Ward",
        "Unit 4",
        "St John's",
        "Forest of Dean",
        "East Mercia ICB",
        "Camden & Islington",
    ):
        assert not tells(label, KNOWN), label


def test_no_form_of_a_paper_turns_the_direction_of_writing(labelled: tuple[Place, list[str]]) -> None:
    text, stamp = "Elm \u202etinU\u2066 \x07<script>", stamp_in(read_manifest(labelled[0].which(None)[1]))
    grid = Grid(text, ("Place", "n"), ((text, "1"),), text)
    part = Part(name="x", title="x", stamp=stamp, marking="x", lead=(text,), grids=(grid,), notes=(text,))
    for name, content in files(part).items():
        for sign in ("\u202e", "\u2066", "\x07"):
            assert name.endswith("pdf") or sweep_text(name, content, sign) == [], name
    assert environment().from_string("{{ text }}").render(text=text) == "Elm tinU &lt;script&gt;"


def sweep_text(name: str, content: bytes, sign: str) -> list[str]:
    from hiu.govern.erase.unpack import texts

    parts = [(where, part) for where, part in texts(name, content) if where != name or not name.endswith("xlsx")]
    return [where for where, part in parts if sign.encode() in part]


def _rows(path: Path) -> list[tuple[str | None, ...]]:
    return pl.read_csv(path, infer_schema=False).rows()


def _figure(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).isdigit()
