"""The assurance pack of a site: made from what ran, its answers kept, nothing that a person wrote written over."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW, PlaceOf
from rights_kit import Known
from typer.testing import CliRunner

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.release.disclosure import count_text
from hiu.model import MEETING_ENTRY
from hiu.publish.assurance.content import OPEN
from hiu.publish.assurance.rag import ratings
from hiu.publish.words.text import day
from pipelines.cli import app
from pipelines.common.fingerprint import build, code
from pipelines.common.place import Place, open_place
from pipelines.govern.assurance.facts import NOTHING, facts_of, figures_of
from pipelines.govern.assurance.involvement import involvement
from pipelines.govern.assurance.pack import ANSWERS, Written, write_pack


@pytest.fixture(scope="module")
def pack(known: Known, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("pack") / "of the site"
    return folder, write_pack(known.place, folder, now=NOW)


def paper(folder: Path, name: str) -> str:
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def test_it_is_made_of_what_ran(pack: tuple[Path, Written], known: Known) -> None:
    folder, made = pack
    whole = (folder / "assurance.html").read_text(encoding="utf-8")
    tables = known.place.which(None)[1]
    listed = pl.read_parquet(tables / "ranked.parquet").filter(pl.col("list") == "adult").height
    assert (
        f"adult: {count_text(listed)}" in whole and known.place.settings.version in whole and day(NOW.date()) in whole
    )
    quality = pl.read_parquet(tables / "link_quality.parquet")
    linkage = paper(folder, "14-linkage-quality")
    for title, colour, _ in ratings(quality):
        assert f"{title}: {colour.upper()}." in linkage
    agreements = paper(folder, "04-deployment")
    assert all(f"{one.source}: {one.reference}" in agreements for one in known.place.settings.agreements)
    assert made.statements > 150 and made.places > 60 and made.completed == 0 and len(made.files) >= 20


def test_the_run_published_its_audit(pack: tuple[Path, Written], known: Known) -> None:
    audit = pl.read_parquet(known.place.which(None)[1] / "equality.parquet")
    assert set(audit["characteristic"]) == {"sex", "age"}
    text = paper(pack[0], "09-equality-impact")
    assert all(f"{of}: {group}: " in text for of, group in audit.select("characteristic", "group").iter_rows())
    assert "no power" in text, "two places of a small area"


def test_nobody_is_in_it(pack: tuple[Path, Written], known: Known) -> None:
    people = pl.read_parquet(known.place.which(None)[1] / "people.parquet")
    named = [str(one) for name in ("person_id", "nhs_number") for one in people[name].drop_nulls()]
    named += [one for one in people["name_text"].drop_nulls() if " " in one]
    for path in pack[0].iterdir():
        text = path.read_text(encoding="utf-8-sig")
        assert [one for one in named if one in text] == [], path.name


def test_each_document_says_what_is_on_record_of_its_tests(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = ["tests/pipeline/run/test_run.py::test_every_row_is_accounted_for"]
    one = {"date": "2026-11-30", "build": build(), "code": code(), "machine": "Linux", "python": "3.13"}
    record = tmp_path / "results.json"
    record.write_text(json.dumps({"make test": {**one, "tests": {"passed": passed}}}), encoding="utf-8")
    monkeypatch.setattr("pipelines.govern.assurance.pack.RECORDS", (tmp_path / "absent", record))
    write_pack(known.place, tmp_path / "p", now=NOW)
    whole = (tmp_path / "p" / "assurance.html").read_text(encoding="utf-8")
    assert "1 passed on this build (make test on 30 Nov 2026, Linux, Python 3.13)" in paper(
        tmp_path / "p", "03-safety-case"
    )
    assert whole.count("This document rests on ") >= 15 and whole.count("1 passed on this build") >= 2


def test_answers_stay_when_it_is_made_again(known: Known, tmp_path: Path) -> None:
    write_pack(known.place, tmp_path / "p", now=NOW)
    path = tmp_path / "p" / ANSWERS
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows[1][4] = "Dr A. Officer, NMC 12"
    gone = ["02-hazard-log.h99", "", "", "", "said once"]
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows([*rows, gone])
    again = write_pack(known.place, tmp_path / "p", now=NOW)
    assert again.completed == 1 and again.left_over == ["02-hazard-log.h99"]
    assert "Dr A. Officer, NMC 12" in (tmp_path / "p" / "assurance.html").read_text(encoding="utf-8")
    assert "said once" in path.read_text(encoding="utf-8-sig")
    assert write_pack(known.place, tmp_path / "p", now=NOW).completed == 1


def test_what_a_person_changed_is_not_written_over(known: Known, tmp_path: Path) -> None:
    write_pack(known.place, tmp_path / "p", now=NOW)
    (changed,) = (tmp_path / "p").glob("06-*")
    changed.write_text("our own words", encoding="utf-8")
    with pytest.raises(UsageError, match=r"06-dpia\.md changed since the pack was made"):
        write_pack(known.place, tmp_path / "p", now=NOW)
    assert changed.read_text(encoding="utf-8") == "our own words"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="holds other files"):
        write_pack(known.place, tmp_path / "other", now=NOW)


def test_before_the_first_month_it_says_that_there_is_no_figure(area: Path, tmp_path: Path) -> None:
    place = open_place(area, curated=tmp_path / "empty")
    figures = figures_of(place, NOW)
    assert {figures[name][0].text for name in ("month", "linkage", "rag", "equality")} == {NOTHING}


def test_the_colours_follow_the_lower_end() -> None:
    def graded(low: float) -> str:
        row = {"measure": "precision", "group": "all", "value": 0.999, "low": low, "high": 1.0, "n": 903}
        rated = ratings(pl.DataFrame([row]))[0]
        assert "n = 905;" in rated[2]  # rounded, as beside it
        return rated[1]

    assert [graded(low) for low in (0.995, 0.98, 0.5)] == ["green", "amber", "red"]
    shares = (("all", 0.7), ("sex: F", 0.42), ("sex: M", 0.9))
    rows = [
        {
            "measure": "seen_elsewhere",
            "group": group,
            "value": value,
            "low": value - 0.05,
            "high": value + 0.05,
            "n": 100,
        }
        for group, value in shares
    ]
    table = pl.DataFrame(rows)
    assert ratings(table)[4][1] == "red" and "sex: F" in ratings(table)[4][2]
    assert {colour for _, colour, _ in ratings(table.clear())} == {"not measured"}


def test_nothing_is_rated_by_a_few_rows() -> None:
    few = {"measure": "seen_elsewhere", "group": "age: 0-17", "value": 0.0, "low": 0.0, "high": 0.35, "n": 7}
    enough = [{**few, "group": group, "value": 0.7, "high": 0.75, "n": 500} for group in ("all", "sex: F")]
    judged = {"measure": "reviewed_joins_confirmed", "group": "all", "value": 0.0, "low": 0.0, "high": 0.35, "n": 7}
    found = ratings(pl.DataFrame([few, *enough, judged]))
    assert found[4][1] == "green" and "sex: F" in found[4][2] and "500 rows" in found[4][2]
    assert found[2][1] == "not measured" and "fewer than 100" in found[2][2]
    assert ratings(pl.DataFrame([few, enough[0]]))[4][1] == "not measured"


def test_the_part_that_people_took_is_counted(changed: Known) -> None:
    place = changed.place
    assert any(line.startswith("No decision is on record") for line in involvement(place))
    month, folder = place.which(None)
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(list="adult").sort("rank")["person_id"].to_list()
    nine = place.settings.model_copy(update={"rank": place.settings.rank.model_copy(update={"top": 9})})
    row = {"field": "decision", "value": "Offer support", "old_value": None, "author": "Chair", "pack_id": "p"}
    row |= {"row_version": 1, "entered_at": datetime(2026, 4, 9), "month": month.start}
    records.add(place, MEETING_ENTRY, [{**row, "person_id": one} for one in ranked[:19]])
    lines = involvement(Place(place.home, nine, place.sources))
    assert lines[0] == "Decisions that meetings entered: 20, by 1 person." and lines[1] == "Offer support: 20"
    assert "of the first 9 places, with a decision: 10; decisions about people further down" in lines[2]
    assert lines[2].endswith("or not on the list: 10.") and "Chair" not in " ".join(lines)


def test_the_command_says_what_it_wrote(known: Known, tmp_path: Path) -> None:
    site = ["--site", str(known.place.home), "--curated", str(known.place.curated), "--raw", str(known.place.raw)]
    said = CliRunner().invoke(app, ["assurance", "--out", str(tmp_path / "p"), *site])
    assert said.exit_code == 0 and "begin with assurance.html" in said.output and ANSWERS in said.output
    assert OPEN in (tmp_path / "p" / "assurance.html").read_text(encoding="utf-8")


def test_the_basis_has_a_version_that_moves_with_it(place_of: PlaceOf) -> None:
    """The settings' version leaves the basis out, since no figure hangs on it; what is signed has to tell it."""
    place = place_of()
    under = tuple(one.model_copy(update={"confidentiality": "section 251"}) for one in place.settings.basis)
    other = replace(place, settings=place.settings.model_copy(update={"basis": under}))
    (one, two) = (facts_of(each, NOW) for each in (place, other))
    assert one["basis_version"] != two["basis_version"] and one["settings_version"] == two["settings_version"]
