"""Subject access: everything held about a person is in their file, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import polars as pl
import pytest
from areakit import NOW
from pdf_boxes import faults as pdf_faults
from pdf_text import text_of
from rights_kit import Known
from typer.testing import CliRunner

from hiu.engine import Engine
from hiu.errors import UsageError
from hiu.govern import audit, records
from hiu.govern.erase.residue import date_forms
from hiu.model import RECORDED, TABLES
from hiu.model.govern import DISCLOSURES, GOVERNED
from hiu.publish.release.working import whole_table
from pipelines.cli import app
from pipelines.common.place import Place, open_warehouse
from pipelines.govern.person import chapters
from pipelines.govern.person.collect import DATABASE, WRITTEN, tables_with_people
from pipelines.govern.person.elsewhere import NOT_USED
from pipelines.govern.person.redact import ANOTHER, STAFF, Redactor
from pipelines.govern.person.scope import person_scope
from pipelines.govern.person.subject import NOT_YET, Opinion, WrittenFile, write_file

ID_WORDS = ("person_id", "person_a", "person_b", "old_id", "identity_id", "identity_a", "identity_b")


def parts(written: WrittenFile) -> dict[tuple[str, str], list[dict[str, Any]]]:
    whole = json.loads(written.data.read_text(encoding="utf-8"))
    return {(part["place"], part["table"] or part["title"]): part["rows"] for part in whole["parts"]}


@cache
def pdf_text(written: WrittenFile) -> str:
    """What the PDF says, every run of blanks one."""
    return text_of(written.pdf)


def frames(place: Place, warehouse: Engine) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Every table there is, whatever it is about."""
    for name in warehouse.tables():
        if name not in {**RECORDED, **GOVERNED}:
            yield DATABASE, name, warehouse.read(name)
    for name, table in {**RECORDED, **GOVERNED}.items():
        yield WRITTEN, name, records.history(place.records, table)
    for folder in sorted(place.published.iterdir()):
        for path in sorted(folder.glob("*.parquet")):
            yield folder.name, path.stem, pl.read_parquet(whole_table(folder, path.stem))


def telling(frame: pl.DataFrame, ids: set[str], rows: pl.DataFrame) -> int:
    """Rows in which an id of theirs stands in any column, or that are of a row received of theirs."""
    found = pl.Series([False] * frame.height, dtype=pl.Boolean)
    for name, kind in frame.schema.items():
        if kind == pl.String:
            found = found | frame[name].is_in(sorted(ids)).fill_null(False)
    if {"delivery_id", "source_row"} <= set(frame.columns) and frame.height:
        there = frame.join(rows.with_columns(own=True), on=rows.columns, how="left", maintain_order="left")["own"]
        found = found | there.fill_null(False)
    return int(found.sum())


def test_every_table_is_in_the_file_or_said_to_be_about_nobody() -> None:
    """A new table fails here until somebody decides which chapter of a person's file it is in."""
    about, nobody = set(chapters.TABLES_OF), set(chapters.NOT_ABOUT_ANYBODY)
    assert set(TABLES) <= about | nobody and not about & nobody
    assert set(tables_with_people()) - about == {"breaches", "meeting", "partner"}, "free text without names"
    for name in nobody:
        assert not {*ID_WORDS} & set(TABLES[name].names if name in TABLES else ()), name


def test_everything_held_is_in_it(known: Known, written: WrittenFile) -> None:
    found = parts(written)
    with open_warehouse(known.place) as warehouse:
        scope = person_scope(known.place, warehouse, known.person)
        assert scope.rows.height >= 140 and {*known.former} < scope.ids, "some 140 rows, two merges"
        seen = 0
        for place, name, frame in frames(known.place, warehouse):
            if name == "disclosures":
                frame = frame.filter(pl.col("recipient") != "the person")  # this very file
            n = telling(frame, set(scope.all_ids), scope.rows)
            assert len(found.get((place, name), [])) == n, f"{place}, {name}"
            seen += n > 0
    assert seen > 40
    kinds = {name for name, table in GOVERNED.items() if "person_id" in table.names} - {"corrections"}
    assert {(WRITTEN, kind) for kind in {*kinds, "meeting_entry", "decisions"}} <= set(found), "every kind of record"
    whole = json.loads(written.data.read_text(encoding="utf-8"))
    lacking = {one["ground"]: one["times"] for one in whole["withheld"] if one["what"] == "cells of rows as sent"}
    lacking.pop(NOT_USED)
    cells = found["agencies' files", "Your rows as the agencies sent them"]
    assert len(cells) + sum(lacking.values()) == scope.rows.height and len(cells) > 130


def test_values_are_as_held(known: Known, written: WrittenFile) -> None:
    found = parts(written)
    with open_warehouse(known.place) as warehouse:
        scope = person_scope(known.place, warehouse, known.person)
        record = warehouse.read("record").join(scope.rows, on=["delivery_id", "source_row"], how="semi")
    rows = {(row["delivery_id"], row["source_row"]): row for row in found[DATABASE, "record"]}
    for row in record.iter_rows(named=True):
        said = rows[row["delivery_id"], row["source_row"]]
        for name in ("event_id", "name_text", "nhs_number", "postcode", "local_ids", "details"):
            assert said[name] == row[name], name
        assert said["dob"] == (row["dob"].isoformat() if row["dob"] else None)
    folder = known.place.which(None)[1].name
    assert found[folder, "ranked"][0]["sentence"] in written.page.read_text(encoding="utf-8").replace("&#39;", "'")


def test_the_pdf_says_what_the_page_says(known: Known, written: WrittenFile) -> None:
    said, whole = pdf_text(written), json.loads(written.data.read_text(encoding="utf-8"))
    for part in whole["parts"]:
        if part["shown"]:
            assert " ".join(part["title"].split()) in said, part["title"]
    with open_warehouse(known.place) as warehouse:
        scope = person_scope(known.place, warehouse, known.person)
        own = warehouse.read("record").join(scope.rows, on=["delivery_id", "source_row"], how="semi")
    events, dense = [str(event) for event in own["event_id"].drop_nulls()], said.replace(" ", "")
    assert len(events) >= 140
    assert all(event in dense for event in events) and known.person in said
    assert "What is left out, and why" in said and "/StructTreeRoot" in pikepdf.open(written.pdf).Root


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_nothing_of_the_pdf_is_over_anything_else(written: WrittenFile, every: int) -> None:
    assert pdf_faults(written.pdf.read_bytes(), every=every) == []


def test_nobody_else_is_in_it(known: Known, written: WrittenFile) -> None:
    with open_warehouse(known.place) as warehouse:
        scope = person_scope(known.place, warehouse, known.person)
        people = set(warehouse.rows("cluster", "person_id")["person_id"]) - scope.ids
    names = {str(name) for name in scope.others["name_text"] - scope.own["name_text"] if " " in str(name)}
    numbers = scope.others["nhs_number"] - scope.own["nhs_number"]
    assert known.other["name_text"] in names and known.other["nhs_number"] in numbers and len(names) > 100
    born = known.other["dob"]
    assert isinstance(born, date)
    for text in (written.page.read_text(encoding="utf-8"), written.data.read_text(encoding="utf-8"), pdf_text(written)):
        assert not [name for name in names if name in text]
        assert not [number for number in numbers if str(number) in text]
        assert not [one for one in (*people, *scope.other_identities) if one in text]
        assert not [form for form in date_forms(born) if form.decode() in text.upper()]
    assert ANOTHER in written.data.read_text(encoding="utf-8")


def test_what_is_left_out_is_named_with_its_ground(known: Known, written: WrittenFile) -> None:
    whole = json.loads(written.data.read_text(encoding="utf-8"))
    grounds = {one["what"]: one["ground"] for one in whole["withheld"]}
    assert "Schedule 2, paragraph 16" in grounds["family_consents, column member"]
    assert "staff" in grounds["decisions, column reviewer"] and "staff" in grounds["holds, column by"]
    assert "What is left out, and why" in written.page.read_text(encoding="utf-8")
    assert written.free_texts > 0 and not written.named_so


@pytest.mark.slow
def test_staff_are_named_where_the_site_says_so(known: Known) -> None:
    assert "Reviewer Rowe" not in _text(known.place, known.person)
    settings = known.place.settings
    governance = settings.governance.model_copy(update={"name_staff": True})
    named = replace(known.place, settings=settings.model_copy(update={"governance": governance}))
    text = _text(named, known.person)
    assert "Reviewer Rowe" in text and STAFF not in text


def _text(place: Place, person: str) -> str:
    made = write_file(place, person, asked_by="A", by="Officer", opinion=None, folder=None, now=NOW)
    return made.data.read_text(encoding="utf-8")


def test_it_is_logged_by_token_and_entered_as_disclosed(known: Known, written: WrittenFile) -> None:
    assert written.page.exists()
    [*_, event] = [one["event"] for one in audit.read(known.place.audit) if one["event"]["type"] != records.ADDING]
    assert event["what"] == "file of the person's own data" and known.person not in json.dumps(event)
    rows = records.read(known.place.records, DISCLOSURES).filter(person_id=known.person, recipient="the person")
    assert set(rows["basis"]) == {"UK GDPR 15"} and "Officer Oakes" in set(rows["by"])


def acts(log: Path) -> int:
    """How many lines of the log are more than the digests of records and of read logs."""
    return sum(
        entry["event"]["type"] not in ("records_bound", "reads_bound", records.ADDING) for entry in audit.read(log)
    )


@pytest.mark.parametrize("given", [("--by", "Officer"), ("--for", "A Person"), ("--for", " ", "--by", "Officer")])
def test_it_is_refused_without_who_asks_and_who_makes_it(known: Known, given: tuple[str, ...]) -> None:
    site = ["--site", str(known.place.home), "--curated", str(known.place.curated)]
    before = acts(known.place.audit)
    result = CliRunner().invoke(app, ["subject", known.person, *given, *site])
    assert result.exit_code == UsageError.exit_code and "is needed" in result.output
    assert acts(known.place.audit) == before


NO_OPINION = {
    "nobody was asked": (),
    "no day": ("--opinion-of", "Consultant psychiatrist"),
    "nobody by name or post": ("--opinion-on", "2026-04-01"),
    "a day ahead": ("--opinion-of", "Consultant psychiatrist", "--opinion-on", "2999-01-01"),
    "over six months ago": ("--opinion-of", "Consultant psychiatrist", "--opinion-on", "2025-10-07"),
}


@pytest.mark.parametrize("what", NO_OPINION)
def test_no_health_data_are_handed_over_without_an_opinion_on_serious_harm(known: Known, what: str) -> None:
    site = ["--site", str(known.place.home), "--curated", str(known.place.curated)]
    before = acts(known.place.audit), sorted(known.place.curated.glob("subject/*"))
    asked = ("--for", "A Person", "--by", "Officer", *NO_OPINION[what])
    result = CliRunner().invoke(app, ["subject", known.person, *asked, *site])
    assert result.exit_code == UsageError.exit_code and "--opinion-on" in result.output
    assert (acts(known.place.audit), sorted(known.place.curated.glob("subject/*"))) == before


def test_an_opinion_counts_for_six_months() -> None:
    opinion = Opinion(of="Consultant psychiatrist", on=date(2026, 3, 1))
    assert opinion.text(date(2026, 9, 1)).endswith("Consultant psychiatrist, on 1 Mar 2026.")
    with pytest.raises(UsageError, match="last 6 months"):
        opinion.text(date(2026, 9, 2))


def test_the_file_says_whose_opinion_it_rests_on(known: Known, written: WrittenFile) -> None:
    said = "not likely to cause serious harm: Consultant psychiatrist, on 1 Mar 2026"
    assert said in pdf_text(written) and said in written.page.read_text(encoding="utf-8")
    rows = records.read(known.place.records, DISCLOSURES).filter(recipient="the person")
    assert rows["proportionality"].str.contains(said, literal=True).any(), "it is on record, too"


@pytest.mark.slow
def test_a_draft_is_for_the_health_professional_and_says_so(changed: Known) -> None:
    made = write_file(changed.place, changed.person, asked_by="A", by="B", opinion=None, folder=None, now=NOW)
    assert made.pdf.name == f"{changed.person}-draft.pdf" and NOT_YET in pdf_text(made)
    assert NOT_YET in made.page.read_text(encoding="utf-8")
    to = records.read(changed.place.records, DISCLOSURES).filter(pl.col("what").str.starts_with("draft"))["recipient"]
    assert to.to_list() == ["health professional"], "nothing was handed to the person"


@pytest.mark.slow
def test_a_former_id_gives_the_same_file_and_nobody_is_nobody(known: Known, tmp_path: Path) -> None:
    made = write_file(
        known.place, known.former[0].lower(), asked_by="A", by="B", opinion=None, folder=tmp_path / "out", now=NOW
    )
    assert made.person_id == known.person and made.page.parent == tmp_path / "out"
    with pytest.raises(UsageError, match="no person"):
        write_file(known.place, "HIU-AAAAAAAA", asked_by="A", by="B", opinion=None, folder=None, now=NOW)


@pytest.mark.slow
def test_cells_of_a_file_that_was_changed_since_are_somebody_elses_perhaps(changed: Known) -> None:
    known = changed
    for path in known.place.raw.rglob("*.csv"):
        path.write_bytes(path.read_bytes() + b"\n")
    made = write_file(known.place, known.person, asked_by="A", by="B", opinion=None, folder=None, now=NOW)
    assert ("agencies' files", "Your rows as the agencies sent them") not in parts(made)
    whole = json.loads(made.data.read_text(encoding="utf-8"))
    assert any("as it was taken in" in one["ground"] for one in whole["withheld"])


TEXTS = {
    "{name}": "{other}", "rang {name} again": "rang {other} again", "{turned}": "{other}", "{spaced} is": "{other} is",
    "number {number}": "number {other}", "number {grouped}": "number {other}", "born {born}": "born {other}",
    "Mr Quillfeather rang": "{other} rang", "HIU-ABCDEFGH": "{other}", "seen 2026-03-04": "seen 2026-03-04",
}  # fmt: skip


@pytest.mark.parametrize("written_as", TEXTS)
def test_others_in_a_text_are_taken_out_however_they_are_written(known: Known, written_as: str) -> None:
    with open_warehouse(known.place) as warehouse:
        redactor = Redactor(person_scope(known.place, warehouse, known.person))
    name, number, born = (known.other[key] for key in ("name_text", "nhs_number", "dob"))
    first, *_, last = str(name).split()
    digits = str(number)
    values = {
        "name": str(name).lower(), "turned": f"{last.upper()}, {first}", "spaced": f"{first}  {last}",
        "number": digits, "grouped": f"{digits[:3]} {digits[3:6]} {digits[6:]}", "born": f"{born:%d/%m/%Y}",
    }  # fmt: skip
    assert redactor.text(written_as.format(**values), "here") == TEXTS[written_as].format(other=ANOTHER)
