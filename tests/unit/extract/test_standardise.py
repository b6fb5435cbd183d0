"""Standardise: cells to records, facts and quarantine, for small tables and for the whole sample."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from hiu import model
from hiu.extract.files.find import find_deliveries
from hiu.extract.files.read import RawTable, read_table
from hiu.extract.standardise import Standardised, standardise
from hiu.month import Month
from hiu.sources import Source, load_sources

SITE = Path(__file__).parents[2] / "sites" / "sample" / "sources"
SAMPLE = Path(__file__).resolve().parents[3] / ".." / "shared" / "sample"
REFUSED = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}
PERIOD = Month(2024, 6)


def raw(rows: list[dict[str, str | None]], refused: list[tuple[int, str | None, str, str]] | None = None) -> RawTable:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String)).with_row_index("source_row", 1)
    aside = pl.DataFrame(refused or [], schema=REFUSED, orient="row")
    return RawTable(frame.cast({"source_row": pl.Int64}), aside, len(rows) + aside.height, headers, [])


def run(
    source: Source,
    *rows: dict[str, str | None],
    period: Month | None = PERIOD,
    synthetic: bool = True,
    refused: list[tuple[int, str | None, str, str]] | None = None,
) -> Standardised:
    done = standardise(
        raw(list(rows), refused), source, delivery_id="d1", source_file="x.csv", period=period, synthetic=synthetic
    )
    assert done.records.columns == model.RECORD.names
    assert done.facts.columns == model.FACT.names
    assert done.quarantine.columns == model.QUARANTINE.names
    return done


def one(source: Source, row: dict[str, str | None]) -> dict[str, object]:
    return run(source, row).records.row(0, named=True)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Source]:
    return load_sources()


def police(**changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "Log": "L1",
        "Person seq": "1",
        "Created": "01/06/2024 03:33",
        "Role": "SUBJECT",
        "Nominal": "NOWAK, Piotr",
        "DOB": "26/05/1990",
        "Age": None,
        "Sex": "M",
        "Address": "94 Albert Rise",
        "Postcode": "BS221EU",
        "Niche PID": "as 010",
        "NHS number": "999 820 5468",
        "S136": "N",
        "Closing code 1": "ADVICE GIVEN",
        "Closing code 2": None,
    }
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def ambulance(**changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "CAD number": "C1",
        "Deployment ID": "C1/1",
        "Call connected": "2024-05-31T23:30:00Z",
        "On scene": "2024-06-01T00:00:00Z",
        "Surname": "DAY",
        "Forename": "CON",
        "Home postcode": "BS1 4ND",
        "Incident postcode": "BS14ND",
        "Incident address": "1 KING ST",
        "Outcome": "CONVEYED",
    }
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def ward(**changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "WardStayID": "W1",
        "StartDateWardStay": "01-Jun-2024",
        "StartTimeWardStay": "20:51",
        "EndDateWardStay": "05-Jun-2024",
        "NHSNumber": "9998205468",
        "LeaveStartDate": None,
        "LeaveEndDate": None,
        "DischDateHospProvSpell": None,
        "LegalStatus": "136",
    }
    return row | changes


def test_a_row_becomes_a_record(shipped: dict[str, Source]) -> None:
    record = one(shipped["police"], police())
    assert record["event_id"] == "L1" and record["record_id"] == "L1|1"
    assert record["start"] == datetime(2024, 6, 1, 3, 33) and record["period"] == date(2024, 6, 1)
    assert record["measures"] == ["police_subject"] and not record["quarantined"]
    assert (record["given"], record["family"], record["name_text"]) == ("PIOTR", "NOWAK", "Piotr Nowak")
    assert (record["dob"], record["sex"], record["nhs_number"]) == (date(1990, 5, 26), "M", "9998205468")
    assert (record["house"], record["street"], record["postcode"]) == ("94", "ALBERT RISE", "BS22 1EU")
    assert record["local_ids"] == "niche:AS010" and record["nobody"] is False
    assert json.loads(str(record["details"]))["role"] == "subject"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (None, ["police_subject"]),
        ("INFORMANT", ["police_caller"]),
        ("aggrieved", ["police_victim"]),
        ("MISPER", ["police_missing"]),
        ("Suspect", ["police_suspect"]),
        ("WITNESS", ["police_witness"]),
        ("officer", []),
    ],
)
def test_roles_decide_the_measure(shipped: dict[str, Source], role: str | None, expected: list[str]) -> None:
    assert one(shipped["police"], police(Role=role))["measures"] == expected


def test_s136_is_counted_for_the_subject_only(shipped: dict[str, Source]) -> None:
    assert one(shipped["police"], police(S136="Yes"))["measures"] == ["police_subject", "s136_police"]
    assert one(shipped["police"], police(S136="Y", Role="CALLER"))["measures"] == ["police_caller"]


def test_a_duplicate_log_names_its_parent(shipped: dict[str, Source]) -> None:
    marked = police(**{"Closing code 1": "Duplicate of Log", "Closing code 2": "L0"})
    assert one(shipped["police"], marked)["duplicate_of"] == "L0"
    assert one(shipped["police"], police(**{"Closing code 2": "NO TRACE"}))["duplicate_of"] is None


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"Log": " "}, "Log", "key_missing"),
        ({"Created": None}, "Created", "date_missing"),
        ({"Created": "2024-13-45"}, "Created", "date_unreadable"),
        ({"Created": "01/06/1924 03:33"}, "Created", "date_implausible"),
        ({"Created": "01/09/2024 03:33"}, "Created", "date_implausible"),
    ],
)
def test_a_row_that_cannot_be_counted_is_set_aside_and_keeps_its_identity(
    shipped: dict[str, Source], changes: dict[str, str | None], column: str, code: str
) -> None:
    done = run(shipped["police"], police(**changes), police())
    assert done.quarantine.select("source_row", "column", "code").rows() == [(1, column, code)]
    assert done.records["quarantined"].to_list() == [True, False]
    assert done.records["family"].to_list() == ["NOWAK", "NOWAK"]
    assert not any(str(value) in done.quarantine["reason"][0] for value in changes.values() if value and value.strip())


def test_rows_refused_at_intake_are_in_quarantine_alone(shipped: dict[str, Source]) -> None:
    done = run(shipped["police"], police(), refused=[(2, None, "width", "3 cells, expected 15")])
    assert done.records.height == 1 and done.quarantine.row(0, named=True)["code"] == "width"


def test_births_and_ages(shipped: dict[str, Source]) -> None:
    assert one(shipped["police"], police(DOB="17/08/94"))["dob"] == date(1994, 8, 17)
    unknown = one(shipped["police"], police(DOB="01/01/1900", Age="approx 28"))
    assert (unknown["dob"], unknown["age"], unknown["birth_year"]) == (None, 28, 1996)
    assert one(shipped["police"], police(DOB="02/06/2024"))["dob"] is None


@pytest.mark.parametrize(
    ("sent", "age"),
    [
        ("28", 28),
        ("approx 28", 28),
        ("28 yrs", 28),
        ("30s", 35),
        ("25-30", 25),
        ("18 months", 1),
        ("6 wks", 0),
        ("199", None),
        ("NK", None),
    ],
)
def test_ages(shipped: dict[str, Source], sent: str, age: int | None) -> None:
    assert one(shipped["police"], police(Age=sent))["age"] == age


def test_nobody_is_a_row_without_name_number_or_birth(shipped: dict[str, Source]) -> None:
    bare: dict[str, str | None] = {"DOB": None, "NHS_number": None, "Niche_PID": None}
    assert one(shipped["police"], police(Nominal="UNKNOWN MALE", **bare))["nobody"] is True
    assert one(shipped["police"], police(Nominal=None, **bare))["nobody"] is True
    assert one(shipped["police"], police(Nominal="SMITH", **bare))["nobody"] is False
    assert one(shipped["police"], police(Nominal=None, DOB=None, NHS_number=None))["local_ids"] == "niche:AS010"


def test_the_local_number_of_an_unknown_person_is_no_evidence(shipped: dict[str, Source]) -> None:
    record = one(shipped["police"], police(Nominal="UNKNOWN MALE", DOB="01/01/1900", NHS_number=None))
    assert record["nobody"] is True and record["local_ids"] is None
    assert one(shipped["police"], police(Nominal="UNKNOWN MALE", DOB=None))["nobody"] is False


def test_the_test_range_is_no_evidence_at_a_live_site(shipped: dict[str, Source]) -> None:
    done = run(shipped["police"], police(), synthetic=False)
    assert done.records["nhs_number"][0] is None and done.quarantine.is_empty()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["ambulance_call", "ambulance_deployment"]),
        ({"On_scene": None}, ["ambulance_call"]),
        ({"Outcome": "NO PATIENT FOUND"}, ["ambulance_call"]),
        ({"Outcome": "HEAR AND TREAT"}, ["ambulance_call"]),
        ({"Outcome": None}, ["ambulance_call", "ambulance_deployment"]),
    ],
)
def test_calls_and_deployments(shipped: dict[str, Source], changes: dict[str, str | None], expected: list[str]) -> None:
    assert one(shipped["ambulance"], ambulance(**changes))["measures"] == expected


def test_where_the_ambulance_went_is_home_only_when_the_postcodes_agree(shipped: dict[str, Source]) -> None:
    home = one(shipped["ambulance"], ambulance())
    assert (home["house"], home["street"]) == ("1", "KING STREET")
    for changes in (
        {"Incident_postcode": "BS1 5ND"},
        {"Home_postcode": None},
        {"Home_postcode": "BS1", "Incident_postcode": "BS1"},
    ):
        away = one(shipped["ambulance"], ambulance(**changes))
        assert away["house"] is None and "1 KING ST" in str(away["details"])


def test_months_are_of_local_time(shipped: dict[str, Source]) -> None:
    assert one(shipped["ambulance"], ambulance())["start"] == datetime(2024, 6, 1, 0, 30)


@pytest.mark.parametrize(
    ("status", "category", "expected"),
    [
        ("182992009", "1", ["ed_requiring_treatment"]),
        (None, None, ["ed_requiring_treatment"]),
        ("182992009.0", "2", ["ed_requiring_treatment"]),
        ("1066321000000107", "1", ["ed_left_during_treatment", "left_before_treatment"]),
        ("1066301000000103", "1", ["left_before_treatment"]),
        ("63238001", "1", ["ed_death"]),
        ("dead on arrival at hospital", "1", ["ed_death"]),
        ("75004002", "1", ["ed_requiring_treatment", "ed_death"]),
        ("182992009", "4", []),
    ],
)
def test_attendances_requiring_treatment(
    shipped: dict[str, Source], status: str | None, category: str | None, expected: list[str]
) -> None:
    row = {
        "Attendance ID": "E1",
        "Arrival date": "2024-06-05",
        "Arrival time": "03:12:00",
        "Attendance category": category,
        "Discharge status code": status,
        "Provider": "RA7",
        "Hospital number": "W1001",
    }
    record = one(shipped["ed"], row)
    assert record["measures"] == expected
    assert record["start"] == datetime(2024, 6, 5, 3, 12) and record["local_ids"] == "ed:ra7:W1001"


def test_a_code_rounded_by_a_spreadsheet_is_set_aside(shipped: dict[str, Source]) -> None:
    row: dict[str, str | None] = {
        "Attendance ID": "E1",
        "Arrival date": "2024-06-05",
        "Discharge status code": "1.06632E+15",
    }
    assert run(shipped["ed"], row).quarantine["code"].to_list() == ["code_rounded"]


def test_resend_markers(shipped: dict[str, Source]) -> None:
    row: dict[str, str | None] = {
        "Attendance ID": "E1",
        "Arrival date": "2024-06-05",
        "CDS update type": "1",
        "CDS extract date": "05/07/2024",
        "Ambulance call ID": "C1",
    }
    record = one(shipped["ed"], row)
    assert (
        record["deleted"] is True and record["version"] == "2024-07-05T00:00:00" and record["related"] == "ambulance:C1"
    )


def test_ward_stays(shipped: dict[str, Source]) -> None:
    record = one(shipped["mh_beds"], ward(LeaveStartDate="02-Jun-2024", LeaveEndDate="03-Jun-2024"))
    assert (record["start"], record["end"]) == (datetime(2024, 6, 1, 20, 51), datetime(2024, 6, 5))
    assert (record["leave_start"], record["leave_end"]) == (date(2024, 6, 2), date(2024, 6, 3))
    assert json.loads(str(record["details"]))["legal_status"] == "s136"
    assert one(shipped["mh_beds"], ward(EndDateWardStay="01-Jun-2024"))["quarantined"] is False


@pytest.mark.parametrize("end", [None, "31/12/9999", "01/01/1900"])
def test_an_open_stay_has_no_end(shipped: dict[str, Source], end: str | None) -> None:
    record = one(shipped["mh_beds"], ward(EndDateWardStay=end))
    assert record["end"] is None and record["quarantined"] is False


def test_stays_that_end_before_they_start_are_set_aside(shipped: dict[str, Source]) -> None:
    done = run(
        shipped["mh_beds"],
        ward(EndDateWardStay="31-May-2024"),
        ward(EndDateWardStay=None, DischDateHospProvSpell="01-May-2024"),
    )
    assert done.quarantine["code"].to_list() == ["ends_before_start"] * 2
    assert done.quarantine["column"].to_list() == ["EndDateWardStay", "DischDateHospProvSpell"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("Section 2", ["mha_completed"]),
        (None, ["mha_completed"]),
        ("Assessment not completed", ["mha_not_completed"]),
        ("Cancelled - no doctor", ["mha_not_completed"]),
    ],
)
def test_mha_assessments_completed_or_not(shipped: dict[str, Source], outcome: str | None, expected: list[str]) -> None:
    assert (
        one(shipped["mha"], {"Ref": "1", "Assessment date": "01/06/2024", "Outcome": outcome})["measures"] == expected
    )


def caseload(**changes: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "Ref": "H1",
        "Name": "Anna Dumitru",
        "DOB": "05/06/62",
        "Start date": "24/12/2024",
        "Consent": "Yes",
        "Consent date": "02/01/2025",
        "Contacts": "01/02/2025 visit (police: Y); 03/02/2025 phone (N); 05/02/2025",
        "RQM history": "24/12/2024 L4 I5 High | 30/01/2025 L2,I1 Low| 01/02/2025 Medium",
    }
    return row | {key.replace("_", " "): value for key, value in changes.items()}


def test_facts_of_a_register(shipped: dict[str, Source]) -> None:
    done = run(shipped["caseload"], caseload(), period=None)
    facts = {fact: part.sort("position") for (fact,), part in done.facts.group_by("fact")}
    assert facts["start"]["at"].to_list() == [date(2024, 12, 24)]
    assert facts["consent"].select("at", "value").rows() == [(date(2025, 1, 2), "given")]
    graded = facts["grading"].select("position", "at", "likelihood", "impact", "grade", "role").rows()
    assert graded == [
        (1, date(2024, 12, 24), 4, 5, "High", "clinical"),
        (2, date(2025, 1, 30), 2, 1, "Low", "clinical"),
        (3, date(2025, 2, 1), None, None, "Medium", "clinical"),
    ]
    met = facts["contact"].select("at", "value", "police_present").rows()
    assert met == [
        (date(2025, 2, 1), "visit", True),
        (date(2025, 2, 3), "phone", False),
        (date(2025, 2, 5), None, None),
    ]
    assert done.records.select("period", "dob", "quarantined").row(0) == (None, date(1962, 6, 5), False)


@pytest.mark.parametrize("history", ["24/12/2024 L4 I9 High", "soon L4 I5 High", "24/12/2024 L4 I5 Enormous"])
def test_a_fact_that_cannot_be_read_is_told_and_the_others_hold(shipped: dict[str, Source], history: str) -> None:
    done = run(shipped["caseload"], caseload(RQM_history=history), period=None)
    assert done.quarantine.select("column", "code").rows() == [("RQM history", "fact_unreadable")]
    assert "grading" not in done.facts["fact"].to_list() and "consent" in done.facts["fact"].to_list()


def test_a_code_not_listed_is_kept_or_set_aside_as_the_source_says(shipped: dict[str, Source]) -> None:
    source = shipped["police"]
    strict = source.model_copy(
        update={"fields": source.fields | {"role": source.fields["role"].model_copy(update={"unlisted": "quarantine"})}}
    )
    assert run(source, police(Role="PASSENGER")).quarantine.is_empty()
    assert run(strict, police(Role="PASSENGER")).quarantine["code"].to_list() == ["code_unlisted"]


def test_an_empty_delivery_is_an_empty_table(shipped: dict[str, Source]) -> None:
    table = raw([police()])
    empty = RawTable(table.frame.clear(), table.refused, 0, table.headers, [])
    done = standardise(empty, shipped["police"], delivery_id="d", source_file="f", period=PERIOD, synthetic=True)
    assert done.records.is_empty() and done.facts.is_empty() and done.quarantine.is_empty()


Sampled = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, int]
EVERY = [9, pytest.param(1, marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=EVERY, ids=lambda every: f"one file in {every}")
def sample(request: pytest.FixtureRequest) -> Sampled:
    """Records, rows set aside, the truth and how many rows were received: of every ninth file, and of every file."""
    if not (SAMPLE / "raw").is_dir():
        pytest.skip("the sample area is not beside this checkout")
    sources = load_sources(SITE)
    records, quarantine, received = [], [], 0
    files = find_deliveries(SAMPLE / "raw", sources).deliveries[request.param - 1 :: request.param]
    for found in files:
        table = read_table(found.path, sources[found.source], name=found.name, max_bytes=10**9, max_ratio=200)
        done = standardise(
            table,
            sources[found.source],
            delivery_id=f"{found.name}/{found.source}",
            source_file=found.name,
            period=found.period,
            synthetic=True,
        )
        assert done.records.filter(~pl.col("quarantined")).height + done.quarantine.height == table.received
        records.append(done.records)
        quarantine.append(done.quarantine)
        received += table.received
    truth = pl.read_parquet(SAMPLE / "truth" / "rows.parquet")
    read = pl.DataFrame({"source": [one.source for one in files], "source_file": [one.name for one in files]})
    truth = truth.join(read, on=["source", "source_file"], how="semi")
    return pl.concat(records), pl.concat(quarantine), truth, received


def test_every_row_of_the_sample_is_accounted_for(sample: Sampled) -> None:
    records, quarantine, truth, received = sample
    key = ["source", "source_file", "source_row"]
    assert received == truth.height == records.height
    assert truth.join(records, on=key, how="anti").is_empty()
    assert set(quarantine["code"]) == {"ends_before_start"}


def test_the_sample_rows_that_name_nobody_are_found(sample: Sampled) -> None:
    rows = sample[2].join(sample[0], on=["source", "source_file", "source_row"])
    assert rows.filter(pl.col("nobody") & (pl.col("evidence") != "none")).is_empty()
    assert rows.filter(~pl.col("nobody") & (pl.col("evidence") == "none")).height <= 1  # 'Unknown Fenale'


def test_the_sample_events_fall_in_their_true_local_months(sample: Sampled) -> None:
    rows = sample[2].join(sample[0].filter(pl.col("source") != "caseload"), on=["source", "source_file", "source_row"])
    assert rows.filter(pl.col("start").dt.strftime("%Y-%m") != pl.col("month")).is_empty()
