"""A ward, a place or an owner that names somebody, or that few people stand behind, is no label of a paper."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW

from hiu.govern.release.canary import people, reveals, sweep
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.labels import FEW, NAMED, plain_labels
from hiu.publish.pathway.part import Part
from pipelines.access.wording import people_of
from pipelines.common.place import Place, open_place, published_tables
from pipelines.govern.canaries import canaries
from pipelines.pathway.missing.report import missing_report
from pipelines.pathway.s136.annual import return_csv
from pipelines.pathway.s136.report import s136_report
from pipelines.pathway.senior import BESIDE, senior_page
from pipelines.pathway.shown import Shown
from pipelines.pathway.write import counted_tables, plain_tables, stamp_for, tables_of, write_part

KNOWN = people(["Siân Quillfeather", "Zebedee Ann Plumtree"], ["9990000018"])


def detentions(*places: str) -> dict[str, pl.DataFrame]:
    rows = [
        {"detention_id": f"T{n}", "person_id": f"P{n}", "delivery_id": "d", "source_row": n, "place": place}
        for n, place in enumerate(places)
    ]
    return {"s136_pathway": pl.DataFrame(rows)}


@pytest.mark.parametrize(
    "label",
    [
        "Home of Sian Quillfeather",
        "QUILLFEATHER, Siân",
        "Plumtree Zebedee again",
        "S i a n  Q u i l l f e a t h e r",
        "Si\u200bân Quill\u200bfeather",
        "Ｓｉａｎ Ｑｕｉｌｌｆｅａｔｈｅｒ",
        "Siаn Quillfeаther",
        "ward 999 000 0018",
        "ward ９９９００００018",
        "9-9-9-0-0-0-0-0-1-8",
        "ring 07700 900123",
        "as HIU-AAAA2222",
    ],
)
def test_a_label_that_tells_a_person_is_replaced_however_it_is_spelt(label: str) -> None:
    found = plain_labels(detentions(*["Elm Unit"] * 8, *[label] * 9), KNOWN)["s136_pathway"]
    assert set(found["place"]) == {"Elm Unit", NAMED}


def test_a_place_of_few_people_is_no_row_of_its_own() -> None:
    tables = detentions(*["Elm Unit"] * 7, "elm  unit", *["Griselda Plumtree's front room"] * 7)
    found = plain_labels(tables, KNOWN)["s136_pathway"]
    assert found["place"].unique().sort().to_list() == ["Elm Unit", FEW, "elm  unit"]
    assert (
        plain_labels({"place_escalation": pl.DataFrame({"place": ["Oak"]})}, KNOWN)["place_escalation"].item() == "Oak"
    )


def test_numbers_of_a_sender_that_tell_somebody_stay_apart() -> None:
    tables = {"incident": pl.DataFrame({"incident_id": ["Siân Quillfeather", "Quillfeather Sian", "I3"]})}
    assert plain_labels(tables, KNOWN)["incident"]["incident_id"].n_unique() == 3


def test_ordinary_words_are_left_alone() -> None:
    for text in (
        "Sian Ward",
        "Elm Unit 4",
        "Plumtree House",
        "A & E, B. R. I.",
        "2026-03-01 10:00",
        "136 suite, 01452",
    ):
        assert not reveals(text, KNOWN), text


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def test_no_paper_of_the_pathway_names_anybody_by_a_label(place: Place) -> None:
    month, folder, tables = tables_of(place, None, "leg")
    name = pl.lit(str(published_tables(folder, ("people",))["people"].filter("named")["name_text"].sort()[0]))
    named = {
        "place",
        "force_area",
        "site",
        "reporter_site",
        "owner",
        "organisation",
        "lead_organisation",
        "incident_id",
    }
    every = {
        key: frame.with_columns(name.alias(one) for one in named & set(frame.columns))
        for key, frame in (tables | published_tables(folder, BESIDE)).items()
    }
    everybody, stamp = people_of(place), stamp_for(place, month, folder, NOW)

    def made(tables: dict[str, pl.DataFrame]) -> dict[str, bytes]:
        paper, year = s136_report(tables, stamp=stamp, breaks=[], shown=Shown())
        missing = missing_report(tables, stamp=stamp, breaks=[], shown=Shown())
        senior = senior_page(place, tables, tables, stamp=stamp, by="Chair", now=NOW)
        return {**files(paper), **files(missing), **files(senior), "return.csv": return_csv(year)}

    def hits(found: dict[str, bytes]) -> set[str]:
        return {file for file, content in found.items() if sweep(file, content, everybody)}

    assert len(hits(made(every))) > 4, "the labels do reach the papers"
    assert not hits(made(plain_tables(place, counted_tables(place, every, NOW.date()))))


def test_the_papers_of_the_pathway_are_swept_but_not_its_lists(place: Place, tmp_path: Path) -> None:
    month, folder, _ = tables_of(place, None, "leg")
    name = str(published_tables(folder, ("people",))["people"].filter("named")["name_text"].sort()[0])
    own = open_place(place.home, curated=tmp_path / "curated")
    for kind in ("senior", "desk-list"):
        part = Part(
            name=kind, title="Title", stamp=stamp_for(place, month, folder, NOW), marking="", lead=(name,), grids=()
        )
        write_part(own, part, None, NOW)
    found = canaries(own, people_of(place))[1]
    assert any("senior-" in hit for hit in found) and not any("-list-" in hit for hit in found)
    assert name not in " ".join(found)
