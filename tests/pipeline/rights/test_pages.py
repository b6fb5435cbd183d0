"""The page for an inspection and the transparency record: from what is configured and recorded, nobody named."""

from __future__ import annotations

import re

import polars as pl
import pytest
from areakit import NOW
from rights_kit import Known

from hiu.govern import audit
from hiu.govern.basis.retention import DUE
from hiu.govern.pseudonym import PERSON_ID
from hiu.govern.release.disclosure import count_text
from hiu.model.govern import REVIEWS
from hiu.publish.quality.matching import TITLES
from pipelines.govern.registers import overview
from pipelines.govern.registers.breaches import add_breach
from pipelines.govern.registers.overview import WHY_DUE, chapters_of, governance_page
from pipelines.govern.registers.requests import NewRequest, add_request
from pipelines.govern.registers.transparency import TO_FILL, transparency_record
from pipelines.govern.verify import problems_of


def test_the_page_has_every_register_the_head_and_no_person(changed: Known) -> None:
    place = changed.place
    asked = NewRequest(kind="erasure", person=changed.person, asked_by=str(changed.other["name_text"]), on=None)
    add_request(place, asked, by="Officer", now=NOW)
    add_breach(place, f"{changed.other['name_text']} got a wrong letter", aware=None, people=1, by="Officer", now=NOW)
    problems = problems_of(place)
    page = governance_page(place, problems=problems, now=NOW).decode()
    chapters = chapters_of(place, NOW)
    assert len(chapters) == 9 and all(chapters.values())
    assert "erasure 1" in chapters["Requests of people about their data"][0]
    assert "Breaches entered: 1." in chapters["Breaches"][0] and "due in 72 hours" in chapters["Breaches"][1]
    assert audit.head(place.audit) in page
    assert not PERSON_ID.search(page) and str(changed.other["name_text"]) not in page


def test_the_page_says_why_each_record_is_due(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event that a review may be about, not the two that this area has."""
    events = next(column.codes for column in REVIEWS.columns if column.name == "event")
    assert set(WHY_DUE) == set(events)
    row = {"person_id": "HIU-AAAAAAAA", "since": NOW.date(), "held": False, "sentence": ""}
    due = pl.DataFrame([{**row, "event": event} for event in events], schema=DUE)
    monkeypatch.setattr(overview, "to_review", lambda *_: due)
    lines = chapters_of(known.place, NOW)["Retention and holds"]
    assert len(lines) == len(events) + 1 and all(line.endswith(": *") for line in lines[:-1]), "one is hidden"


def test_what_verify_finds_is_on_the_page(changed: Known) -> None:
    lines = changed.place.audit.read_bytes().splitlines(keepends=True)
    changed.place.audit.write_bytes(b"".join(lines[:1] + lines[2:]))
    problems = problems_of(changed.place)
    page = governance_page(changed.place, problems=problems, now=NOW).decode()
    assert problems and "does not follow the line before it" in page
    assert "everything is as the log says" not in page


def test_figures_of_the_transparency_record_are_those_published(known: Known) -> None:
    text = transparency_record(known.place, NOW.date())
    folder = known.place.which(None)[1]
    for which, count in pl.read_parquet(folder / "ranked.parquet").group_by("list").len().iter_rows():
        assert f"{which.replace('_', ' ')}: {count_text(count)}" in text
    assert "Each is rounded by itself" in text and "latest list:" not in text, "no total from which more is worked out"
    quality = pl.read_parquet(folder / "link_quality.parquet").filter(pl.col("group") == "all").drop_nulls("value")
    for row in quality.filter(pl.col("measure").is_in(list(TITLES))).iter_rows(named=True):
        counted = row["basis"] == "count" and row["low"] is None
        figure = count_text(round(row["value"])) if counted else f"{row['value']:.1%}"
        assert f"{TITLES[row['measure']]}: {figure} (" in text
    assert not re.search(r"^- \w+_\w+: ", text.split("2.4.2.4")[1].split("## ")[0], re.MULTILINE), "a measure in words"
    assert quality.filter(pl.col("value").is_between(1, 7), pl.col("low").is_null()).height, (
        "the area has a small count to hide"
    )
    assert TO_FILL in text and all(f"- {name}: " in text for name in known.place.sources)
    sections = [line[3:].split(" ")[0] for line in text.splitlines() if line.startswith("## ")]
    assert sections == ["Tier", "2.1", "2.2", "2.3", "2.4.1", "2.4.2", "2.4.3", "2.4.4", "2.5"]
    fields = [line[4:].split(" ")[0] for line in text.splitlines() if line.startswith("### ")]
    assert len(fields) == len(set(fields)) == 33 and fields == sorted(fields)
