"""A person sheet from the command line: for supported people, and for others only with a recorded reason."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pypdf
import pytest
from areakit import LAST
from typer.testing import CliRunner

from hiu.errors import UsageError
from hiu.govern import audit, records
from hiu.model.govern import DISCLOSURES, OVERRIDES
from pipelines.cli import app
from pipelines.common.place import Place
from pipelines.papers.sheets import write_sheet

NOW = datetime(2026, 4, 9, 10, 0, tzinfo=UTC)
REASON = "Urgent safeguarding review"


def person(place: Place, access: str) -> str:
    folder = place.published_folder(LAST)
    assert folder
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("access") == access).sort("rank")
    if ranked.is_empty():
        pytest.fail(f"the invented area has nobody who is {access}")
    return str(ranked["person_id"][0])


def events(place: Place) -> list[dict[str, object]]:
    found = [entry["event"] for entry in audit.read(place.audit)]
    return [one for one in found if one["type"] != records.ADDING]


def test_a_candidate_has_no_sheet_without_a_reason_and_a_name(place_after: Place, tmp_path: Path) -> None:
    who, before = person(place_after, "candidate"), events(place_after)
    for override, by in ((None, None), (REASON, None), (None, "Dr Oakes"), ("  ", "Dr Oakes")):
        with pytest.raises(UsageError, match="needs --override REASON and --by NAME"):
            write_sheet(place_after, who, None, tmp_path / "out", override=override, by=by, now=NOW)
    assert not (tmp_path / "out").exists() and events(place_after) == before


def test_an_override_is_recorded_before_the_sheet_and_named_on_it(place_after: Place, tmp_path: Path) -> None:
    who = person(place_after, "candidate")
    path = write_sheet(place_after, who, None, tmp_path / "out", override=REASON, by="Dr Oakes", now=NOW)
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    assert path.name == f"sheet-{who}-2026-03.pdf" and len(reader.pages) >= 2
    drawn = (
        f"This person is not supported. Dr Oakes asked for the sheet, giving this reason: {REASON.rstrip('.')}. Whether"
    )
    assert drawn in " ".join(reader.pages[0].extract_text().split())
    rows = records.read(place_after.records, OVERRIDES).to_dicts()
    assert [(row["person_id"], row["reason"], row["by"], row["until"]) for row in rows] == [
        (who, REASON, "Dr Oakes", NOW.date())
    ]
    left = records.read(place_after.records, DISCLOSURES).filter(pl.col("what") == "person sheet").to_dicts()
    assert [(row["person_id"], row["recipient"], row["necessity"]) for row in left] == [(who, "clinician", REASON)]
    logged = [event for event in events(place_after) if event["type"] == "sheet_override"]
    assert [event["by"] for event in logged] == ["Dr Oakes"] and logged[0]["person"]
    assert who not in json.dumps(logged), "the log holds a token"
    assert REASON not in json.dumps(events(place_after)), (
        "a reason may hold a name: it is in the record, not in the log"
    )
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_a_supported_person_s_sheet_is_entered_too(place_after: Place, tmp_path: Path) -> None:
    who = person(place_after, "supported")
    path = write_sheet(place_after, who.lower(), "2026-03", tmp_path / "one.PDF", override=None, by=None, now=NOW)
    assert path == tmp_path / "one.PDF" and path.read_bytes().startswith(b"%PDF-")
    assert records.read(place_after.records, OVERRIDES).is_empty()
    assert events(place_after)[-1]["what"] == "person sheet"


def test_the_command_says_where_it_went_and_what_was_wrong(place_after: Place, tmp_path: Path) -> None:
    run = CliRunner()
    common = ["--site", str(place_after.home), "--curated", str(place_after.curated), "--out", str(tmp_path)]
    good = run.invoke(
        app, ["sheet", person(place_after, "candidate"), "2026-03", *common, "--override", REASON, "--by", "Dr O"]
    )
    assert good.exit_code == 0 and "recorded" in good.output and list(tmp_path.glob("sheet-*.pdf"))
    bad = run.invoke(app, ["sheet", "HIU-NOBODY22", *common])
    assert bad.exit_code == 2
