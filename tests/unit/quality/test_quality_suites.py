"""Suites: generated from model and TOML, the same text everywhere, and the committed JSON is what the gate runs."""

import json
from pathlib import Path

import pytest
from quality_frames import SOURCE

from hiu.model import FACT
from hiu.quality.suites import check_suites, site_sources, suite, suite_files, suite_text, write_suites
from hiu.sources import Source, load_sources

REPOSITORY = Path(__file__).resolve().parents[3]


def columns_of(source: Source) -> set[str]:
    return {one["meta"]["column"] for one in suite(source)["expectations"]}


def without(*fields: str) -> Source:
    values = SOURCE.model_dump()
    return Source.model_validate(values | {"fields": {k: v for k, v in values["fields"].items() if k not in fields}})


def test_the_committed_json_is_current() -> None:
    sources = load_sources()
    assert {"police", "ambulance", "ed", "mh_beds", "s136", "mha", "caseload"} <= sources.keys()
    assert check_suites(sources, REPOSITORY / "expectations") == []


def test_great_expectations_reads_every_committed_suite() -> None:
    gx = pytest.importorskip("great_expectations")
    paths = sorted((REPOSITORY / "expectations").glob("*.json"))
    assert len(paths) >= 7
    for path in paths:
        written = json.loads(path.read_text(encoding="utf-8"))
        read = gx.ExpectationSuite(**written)
        assert read.name == path.stem
        assert [one.expectation_type for one in read.expectations] == [one["type"] for one in written["expectations"]]


def test_every_expectation_says_severity_code_column_and_reason() -> None:
    for made in (suite(SOURCE), suite(SOURCE, FACT)):
        for one in made["expectations"]:
            assert one["meta"]["severity"] in ("gate", "warn")
            assert one["meta"]["code"].replace("_", "").isalpha()
            assert one["meta"]["column"] or one["meta"]["code"] == "unusual_volume"
            assert len(one["meta"]["reason"].split()) > 2


def test_the_text_is_deterministic_and_round_trips() -> None:
    again = Source.model_validate(json.loads(SOURCE.model_dump_json()))
    assert suite_files({"wards": SOURCE}) == suite_files({"wards": again})
    assert json.loads(suite_text(suite(SOURCE))) == suite(SOURCE)
    assert suite_files({"wards": SOURCE}).keys() == {"wards.json", "wards.fact.json"}


def test_only_columns_the_source_can_fill_are_asked_about() -> None:
    assert {"dob", "nhs_number", "leave_end", "version", "details.ward", "related"} <= columns_of(SOURCE)
    fewer = without("nhs_number", "dob", "leave_start", "leave_end", "age", "call")
    assert not columns_of(fewer) & {"dob", "nhs_number", "leave_start", "leave_end", "related"}


def test_code_lists_and_measures_come_from_the_toml() -> None:
    sets = {
        one["kwargs"]["column"]: one["kwargs"]["value_set"]
        for one in suite(SOURCE)["expectations"]
        if "value_set" in one["kwargs"]
    }
    assert sets["details.ward"] == ["acute", "picu"]
    assert sets["sex"] == ["F", "M", "X"]
    measures = next(one for one in suite(SOURCE)["expectations"] if one["meta"]["code"] == "unknown_measure")
    assert "mh_stay|mh_other" in measures["kwargs"]["regex"]


def test_write_then_check_and_every_way_of_being_out_of_date(tmp_path: Path) -> None:
    folder, sources = tmp_path / "expectations", {"wards": SOURCE}
    assert [problem.rsplit(": ")[1] for problem in check_suites(sources, folder)] == ["missing", "missing"]
    assert {path.name for path in write_suites(sources, folder)} == {"wards.json", "wards.fact.json"}
    assert check_suites(sources, folder) == []
    assert write_suites(sources, folder) == []
    path = folder / "wards.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git may check out on Windows
    assert check_suites(sources, folder) == []
    path.write_text(path.read_text(encoding="utf-8").replace("picu", "Picu"), encoding="utf-8")
    assert [str(path) in problem and "hiu suites" in problem for problem in check_suites(sources, folder)] == [True]
    assert write_suites(sources, folder) == [path]
    changed = SOURCE.model_copy(update={"earliest": 2001})
    assert len(check_suites({"wards": changed}, folder)) == 1
    (folder / "old.json").write_text("{}", encoding="utf-8")
    assert ["of no known source" in problem for problem in check_suites(sources, folder)] == [True]


def test_a_site_keeps_the_suites_of_what_it_added_or_changed() -> None:
    changed = SOURCE.model_copy(update={"earliest": 2001})
    shipped = {"a": SOURCE, "b": SOURCE}
    assert site_sources({"a": SOURCE, "b": changed, "c": SOURCE}, shipped).keys() == {"b", "c"}
