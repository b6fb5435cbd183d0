"""What the pack and the live meeting say of incidents and of the action log, beside the list."""

from __future__ import annotations

import html
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW
from meet_kit import meeting
from pdf_text import text_of

from hiu.publish.pathway.governing import first_lines
from pipelines.access.remake import withhold_now
from pipelines.common.place import Place, open_place, published_tables
from pipelines.govern.record_basis import BasisChange, record_change

TITLE = "For the senior meeting"
DUE = "Deaths with a mandatory referral due at once and none recorded: 1."
OPEN = "Action log: 1 open, 1 of them overdue."


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def pack_of(place: Place) -> str:
    return html.unescape((place.which(None)[1] / "pack.html").read_text(encoding="utf-8"))


def test_the_pack_its_pdf_and_the_meeting_say_the_same(place: Place) -> None:
    month, folder = place.which(None)
    lines = first_lines(published_tables(folder, ["incident_judged", "action"]), month.after)
    assert DUE in lines and OPEN in lines and len(lines) == 3
    paper = text_of(folder / "pack.pdf")
    with meeting(place) as caller:
        caller.enter()
        page = html.unescape(caller.page())
    for said in (pack_of(place), paper, page):
        assert [line for line in (TITLE, *lines) if line not in said] == []


def test_an_objection_takes_an_incident_out_of_the_packs_figures(place: Place) -> None:
    incidents = pl.read_parquet(place.which(None)[1] / "incident_judged.parquet")
    (person,) = incidents.filter(mandatory="yes")["person_id"].unique().to_list()
    later = NOW + timedelta(days=1)
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, person, change, evidence="letter", by="Officer", now=later)
    withhold_now(place, later)
    assert DUE not in pack_of(place)


def test_an_action_due_on_the_last_day_of_the_month_is_open_and_not_overdue() -> None:
    days = {"action_id": ["A", "B"], "due": [date(2026, 3, 30), date(2026, 3, 31)], "done_at": [None, None]}
    own = pl.DataFrame({**days, "delivery_id": ["d", "d"], "source_row": [1, 2]})
    assert first_lines({"action": own}, date(2026, 4, 1)) == ["Action log: 2 open, 1 of them overdue."]


def test_nothing_is_said_where_nobody_sent_incidents_or_actions() -> None:
    assert first_lines({"incident_judged": pl.DataFrame(), "action": pl.DataFrame()}, NOW.date()) == []
    assert first_lines({}, NOW.date()) == []
