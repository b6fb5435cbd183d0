"""Rectification: a value or a link put right beside what was received, from the next run on."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from areakit import LAST, NOW, run
from rights_kit import Known
from typer.testing import CliRunner

from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError, UsageError
from hiu.govern import audit, records
from hiu.model import CORRECTIONS
from pipelines.cli import app
from pipelines.commands.govern.messages import print_disclosures
from pipelines.common.place import Place, open_warehouse
from pipelines.erase.find import find
from pipelines.erase.tables import take_out
from pipelines.govern.person import subject
from pipelines.govern.person.correct import apply_corrections
from pipelines.govern.person.rectify import Rectified, Request, rectify
from pipelines.govern.person.scope import person_scope
from pipelines.govern.person.subject import write_file
from pipelines.govern.retain import record_hold

LATER = NOW + timedelta(days=1)
BORN = date(1977, 7, 7)


def put_right(
    place: Place, which: str, *, field: str | None = None, value: str | None = None, link: str | None = None
) -> Rectified:
    about = {"reason": "as they say", "evidence": "birth certificate seen", "by": "Officer Oakes"}
    return rectify(place, which, Request(field=field, value=value, link=link, **about), now=LATER)


def own(place: Place, person: str) -> pl.DataFrame:
    with open_warehouse(place) as warehouse:
        scope = person_scope(place, warehouse, person)
        return warehouse.read("record").join(scope.rows, on=["delivery_id", "source_row"], how="semi")


def row_of(known: Known) -> str:
    row = own(known.place, known.person).filter(source="police", event_id="X0005").row(0, named=True)
    return f"{row['source_file']}:{row['source_row']}"


def apply(place: Place) -> list[str]:
    with open_warehouse(place) as warehouse:
        warehouse.ensure("received_row")
        return apply_corrections(place, warehouse)


def record_rows(place: Place) -> pl.DataFrame:
    with open_warehouse(place) as warehouse:
        return warehouse.rows("record", order=["delivery_id", "source_row"])


def test_a_run_counts_the_right_value_and_keeps_what_was_received(
    changed: Known, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subject, "as_pdf", lambda _: b"")  # not looked at here, and it is half of the cost
    place, which = changed.place, row_of(changed)
    demand = _calls(place, changed.person)
    done = put_right(place, which, field="deleted", value="yes")
    assert done.rows == 1 and done.person_id == changed.person and str(LAST) in done.months
    assert {row["recipient"] for row in done.recipients} == {"clinician", "group"}, "article 19"
    print_disclosures(place, changed.person, as_json=True)
    listed = json.loads(capsys.readouterr().out)["disclosures"]
    assert {row["recipient"] for row in listed} >= {"clinician", "group"}, "lists that had the person on them too"
    assert all(row["certain"] for row in listed) and {row["person_id"] for row in listed} == {changed.person, None}
    assert _calls(place, changed.person) == demand, "nothing changes before a run"

    outcome = run(place, LAST, at=LATER)

    assert outcome.changed and _calls(place, changed.person) == demand - 1
    with open_warehouse(place) as warehouse:
        assert warehouse.read("received_row")["deleted"].to_list() == [False]
    made = write_file(place, changed.person, asked_by="A", by="B", opinion=None, folder=None, now=LATER)
    whole = json.loads(made.data.read_text(encoding="utf-8"))
    tables = {part["table"] for part in whole["parts"]}
    assert {"corrections", "received_row"} <= tables
    assert not run(place, LAST, at=LATER + timedelta(hours=1)).changed, "done once"


def _calls(place: Place, person: str) -> int:
    with open_warehouse(place) as warehouse:
        rows = warehouse.rows("monthly_demand", where={"person_id": person, "dataset": "police_incident"})
    return int(rows["n"].sum())


@pytest.mark.slow
def test_name_number_postcode_and_an_event_s_time_are_right_in_what_the_next_run_publishes(changed: Known) -> None:
    """End to end: the person is described as they say, and an event counts in the month in which it was."""
    place, which = changed.place, row_of(changed)
    before = record_rows(place).filter(event_id="X0005").row(0, named=True)
    was = _by_month(place, changed.person)
    right = {"name": "Quillfeather, Zebedee", "nhs_number": "9990000018", "postcode": "BS1 4ND"}
    for field, value in right.items():
        assert put_right(place, changed.person, field=field, value=value).rows > 1
    put_right(place, which, field="start", value="2026-02-11T10:30")
    outcome = run(place, LAST, at=LATER)
    assert outcome.published
    links = pl.read_parquet(outcome.published / "links.parquet")
    row = links.filter(source_file=before["source_file"], source_row=before["source_row"]).row(0, named=True)
    person = str(row["person_id"])
    about = pl.read_parquet(outcome.published / "people.parquet").filter(person_id=person).row(0, named=True)
    assert about["nhs_number"] == "9990000018" and about["postcode"] == "BS1 4ND"
    assert "quillfeather" in str(about["name_text"]).casefold()
    now = _by_month(place, person)
    march, february = date(2026, 3, 1), date(2026, 2, 1)
    assert now[march] == was[march] - 1 and now.get(february, 0) == was.get(february, 0) + 1


def _by_month(place: Place, person: str) -> dict[date, int]:
    with open_warehouse(place) as warehouse:
        rows = warehouse.rows("monthly_demand", where={"person_id": person, "dataset": "police_incident"})
    return dict(rows.select("month", "n").rows())


@pytest.mark.slow
def test_a_value_of_a_person_is_put_right_in_every_row_that_has_one(changed: Known) -> None:
    before = own(changed.place, changed.person)
    filled = before.filter(pl.col("dob").is_not_null()).select("source_file", "source_row").n_unique()
    done = put_right(changed.place, changed.person, field="dob", value=str(BORN))
    assert done.rows == filled > 100 and apply(changed.place) == []
    after = own(changed.place, changed.person)
    assert after["dob"].drop_nulls().unique().to_list() == [BORN]
    assert after.drop("dob").sort(after.columns[:4]).equals(before.drop("dob").sort(after.columns[:4]))
    once = record_rows(changed.place)
    assert apply(changed.place) == [] and record_rows(changed.place).equals(once), "again, it is the same"


def test_a_correction_taken_back_leaves_the_record_as_received(changed: Known) -> None:
    before = record_rows(changed.place)
    born = before.filter(event_id="X0005")["dob"][0]
    for value in (str(BORN), "1978-08-08", str(born)):
        put_right(changed.place, row_of(changed), field="dob", value=value)
        apply(changed.place)
    assert record_rows(changed.place).equals(before)
    assert records.history(changed.place.records, CORRECTIONS).height == 3, "each stays on record"


def test_a_row_is_somebody_elses_or_nobodys(changed: Known) -> None:
    place, which, other = changed.place, row_of(changed), str(changed.other["person_id"])
    with pytest.raises(HiuError, match="is on hold"):
        put_right(place, which, link=other)
    record_hold(place, changed.person, reason="settled", by="Officer Oakes", lift=True, now=NOW)
    put_right(place, which, link=other)
    apply(place)
    moved = record_rows(place).filter(event_id="X0005").row(0, named=True)
    assert moved["nhs_number"] == changed.other["nhs_number"] and moved["name_text"] == changed.other["name_text"]
    with pytest.raises(UsageError, match="already"):
        put_right(place, which, link=changed.person)
    put_right(place, which, link="nobody")
    apply(place)
    row = record_rows(place).filter(event_id="X0005").row(0, named=True)
    assert row["nobody"] and row["name_text"] is None and row["nhs_number"] is None


def test_what_the_sender_says_later_counts_and_is_said(changed: Known) -> None:
    place = changed.place
    put_right(place, row_of(changed), field="dob", value=str(BORN))
    with open_warehouse(place) as warehouse:
        row = warehouse.rows("record", where={"event_id": "X0005"})
        delivery = warehouse.rows("record", where={"delivery_id": row["delivery_id"][0]})
        sent = pl.when(pl.col("event_id") == "X0005").then(date(1990, 1, 1)).otherwise("dob").alias("dob")
        warehouse.delete("record", "delivery_id", row["delivery_id"][0])
        warehouse.append("record", delivery.with_columns(sent))
    (note,) = apply(place)
    assert "another value was sent since" in note and str(BORN) not in note
    assert record_rows(place).filter(event_id="X0005")["dob"].to_list() == [date(1990, 1, 1)]


def test_the_log_has_a_token_and_no_value(changed: Known) -> None:
    put_right(changed.place, row_of(changed), field="dob", value=str(BORN))
    (event,) = [one["event"] for one in audit.read(changed.place.audit) if one["event"]["type"] == "rectified"]
    assert event["fields"] == ["dob"] and event["rows"] == 1
    assert changed.person not in json.dumps(event) and str(BORN) not in json.dumps(event)


def test_an_erasure_takes_the_corrected_rows_and_what_was_received(changed: Known) -> None:
    put_right(changed.place, changed.person, field="dob", value=str(BORN))
    apply(changed.place)
    with open_warehouse(changed.place) as warehouse:
        scope = find(warehouse, changed.person, changed.place.key_for("tombstone"))
        take_out(warehouse, scope)
        left = [name for name in ("record", "received_row") if warehouse.exists(name)]
        assert not [name for name in left if _has(warehouse, name, scope.rows)]


def _has(warehouse: Warehouse | object, name: str, rows: pl.DataFrame) -> bool:
    frame = warehouse.rows(name, "delivery_id", "source_row")  # type: ignore[union-attr]
    return bool(frame.join(rows, on=["delivery_id", "source_row"], how="semi").height)


WRONG = {
    "a field there is not": (("--field", "rank", "--value", "1"), "can't be put right"),
    "no value of that kind": (("--field", "dob", "--value", "7 July"), "expected the form 1980-03-31"),
    "a number that is none": (("--field", "nhs_number", "--value", "1234567890"), "check digit"),
    "both": (("--field", "dob", "--value", "1980-01-01", "--link", "nobody"), "one thing"),
    "neither": ((), "one thing"),
    "an event of a person": (("--field", "start", "--value", "2026-03-01T10:00"), "name its row"),
    "a name that names nobody": (("--field", "name", "--value", "unknown male"), "no name"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cant_be_meant_is_refused_and_nothing_recorded(known: Known, what: str) -> None:
    words, message = WRONG[what]
    result = _type(known, known.person, *words, "--reason", "r", "--source", "s", "--by", "b")
    assert result[0] == UsageError.exit_code and message in result[1]
    assert records.history(known.place.records, CORRECTIONS).is_empty()


@pytest.mark.parametrize("missing", ["--reason", "--source", "--by"])
def test_why_and_what_says_so_and_who_are_needed(known: Known, missing: str) -> None:
    given = {"--reason": "r", "--source": "s", "--by": "b"}
    words = [word for pair in given.items() if pair[0] != missing for word in pair]
    code, output = _type(known, known.person, "--field", "dob", "--value", "1980-01-01", *words)
    assert code == UsageError.exit_code and f"{missing} is needed" in output


def test_a_person_of_many_rows_costs_few_questions(changed: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row, and each correction in each run, once asked the working database for itself."""
    asked, rows = [], Warehouse.rows

    def counted(self: Warehouse, table: str, *columns: str, **more: Any) -> pl.DataFrame:
        asked.append(table)
        return rows(self, table, *columns, **more)

    monkeypatch.setattr(Warehouse, "rows", counted)
    done = put_right(changed.place, changed.person, field="name", value="Novak, Jana")
    assert apply(changed.place) == [] and done.rows > 130
    assert len(asked) < done.rows, f"{len(asked)} questions for {done.rows} rows"


def test_a_row_that_is_not_there(known: Known) -> None:
    words = ("--field", "dob", "--value", "", "--reason", "r", "--source", "s", "--by", "b")
    assert "no row 99999" in _type(known, "2026-03/police_incidents.csv:99999", *words)[1]


def _type(known: Known, *words: str) -> tuple[int, str]:
    site = ["--site", str(known.place.home), "--curated", str(known.place.curated)]
    result = CliRunner().invoke(app, ["rectify", *words, *site])
    return result.exit_code, result.output
