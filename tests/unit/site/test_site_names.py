"""Names: masked unless asked for and allowed, and every showing is a line in the audit log."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.govern.audit import read, verify
from hiu.site import Site
from hiu.site.show.mask import initials, initials_of, masked
from pipelines.common.place import open_place
from pipelines.run import Outcome

C = pl.col


@pytest.fixture
def mine(area: Path, published: Outcome, tmp_path: Path) -> Path:
    """The synthetic area in a folder of the test's own."""
    home = tmp_path / "site"
    shutil.copytree(area, home)
    return home


def told(home: Path) -> list[dict[str, object]]:
    """Events of names shown in the audit log."""
    log = home / "data" / "curated" / "audit.jsonl"
    return [line["event"] for line in read(log) if line["event"]["type"] == "names_shown"]


def whole(home: Path) -> pl.DataFrame:
    folder = hiu.open(home).latest.folder
    return pl.read_parquet(folder / "people.parquet")


def open_without_basis(home: Path) -> Site:
    text = (home / "site.toml").read_text(encoding="utf-8")
    kept = text.replace('recipient = "analyst"', 'recipient = "commissioner"')
    assert kept != text
    (home / "site.toml").write_text(kept, encoding="utf-8", newline="\n")
    return hiu.open(home)


def test_whole_columns_of_initials_are_those_of_one_name() -> None:
    names = ["Anna de Vries", "O'BRIEN, Seán", None, "  ", "", "Ō", "van  der   Berg,Jo"]
    frame = pl.DataFrame({"name_text": names, "lead_clinician": names})
    assert frame.select(initials_of("name_text")).to_series().to_list() == [initials(name) for name in names]
    assert frame.select(initials_of("lead_clinician")).to_series()[2] is None


def test_names_are_shown_when_asked_for_and_it_is_logged_once(mine: Path) -> None:
    names = dict(whole(mine).select("person_id", "name_text").iter_rows())
    run = hiu.open(mine).latest
    first = run.ranked(1)["person_id"][0]
    assert told(mine) == []
    shown = run.ranked(3, show_names=True)
    assert shown["name"].to_list() == [names[one] for one in shown["person_id"]]
    run.ranked(3, show_names=True)
    person = run.person(first, show_names=True)
    assert names[first] in repr(person) and "nhs_number" in person.descriptions().columns
    assert [event["what"] == "ranked" for event in told(mine)] == [True, False]
    assert first not in (mine / "data" / "curated" / "audit.jsonl").read_text(encoding="utf-8"), "ids are tokens there"
    assert all(event["people"] and event["by"] for event in told(mine))
    place = open_place(mine)
    assert verify(place.audit, place.key_for("audit")) == []
    log = (mine / "data" / "curated" / "audit.jsonl").read_text(encoding="utf-8")
    assert [name for name in names.values() if name and len(name) > 5 and name in log] == []


def test_a_whole_site_may_be_opened_with_names(mine: Path) -> None:
    run = hiu.open(mine, show_names=True).latest
    people = run.table("people")
    assert people.filter(C("named"))["nhs_number"].drop_nulls().len() > 10
    assert run.sql("select count(nhs_number) as n from people")["n"][0] > 10
    assert run.table("people", show_names=False).columns == hiu.open(mine).latest.table("people").columns


def test_what_the_basis_withholds_stays_masked(mine: Path) -> None:
    run = open_without_basis(mine).latest
    shown = run.ranked(5, show_names=True)
    assert shown.equals(run.ranked(5))
    assert "nhs_number" not in run.table("people", show_names=True).columns
    assert [event["people"] for event in told(mine)] == [0, 0]
    assert all(int(str(event["withheld"])) > 0 for event in told(mine))


def test_of_a_table_only_the_permitted_rows_are_whole() -> None:
    two = {"person_id": ["HIU-A", "HIU-B"], "name_text": ["Ann Lee", "Bo Ray"], "birth_year": [1980, 1990]}
    frame = pl.DataFrame({**two, "nhs_number": ["1", "2"]}).with_columns(dob=pl.lit(None, pl.Date))
    found = masked("people", frame, {"HIU-B"})
    assert found["name_text"].to_list() == ["A. L.", "Bo Ray"] and found["nhs_number"].to_list() == [None, "2"]


def test_reading_writes_the_read_log_alone(mine: Path) -> None:
    def files() -> dict[Path, int]:
        everything = (path for path in mine.rglob("*") if path.is_file() and path.parent.name != "reads")
        return {path: path.stat().st_mtime_ns for path in everything}

    before, run = files(), hiu.open(mine).latest
    for ask in (run.ranked, run.quality, run.linkage, run.review, run.not_supplied):
        repr(ask())
    run.person(1).chart()
    assert files() == before
