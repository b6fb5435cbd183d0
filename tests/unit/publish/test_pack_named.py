"""Whom the pack, its PDF, the workbook and the minutes name is whom the logs hold: those who may be shown, no other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import fastexcel
import pack_area
import polars as pl
import publish_frames as frames
import pytest
from pdf_text import text_of

from hiu.model import PUBLISHED
from hiu.publish.access import gated
from hiu.publish.meeting.minutes import minutes_pdf
from hiu.publish.pack.page import named, pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.workbook.write import workbook

PICTURE = "<svg xmlns='http://www.w3.org/2000/svg'/>"
LISTED = pack_area.plain_names(6)
UNLISTED = {
    "Quentin Supported": "HIU-QQQQ2222",
    "Wanda Withoutconsent": "HIU-WWWW2222",
    "Xavier Left": "HIU-XXXX2222",
    "Yusuf Met": "HIU-YYYY2222",
    "Zelda Ended": "HIU-ZZZZ2222",
    "Victor Joined": "HIU-VVVV2222",
    "Ulla Refused": "HIU-UUUU2222",
}
MAY = {"Quentin Supported", "Xavier Left", "Yusuf Met"}
"""Who has no row and is named all the same: the meeting has to follow them up."""


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    """Six people listed; beside them a supported one without a row, one 120th whose support lacks consent, one out of
    the first places, one with an open action, one whose support ended, one whose records were joined, one who refused
    support."""
    out, ids = pack_area.tables(LISTED, minors=0), UNLISTED
    since, of = date(2025, 1, 6), PUBLISHED
    rows = [
        {"person_id": ids["Quentin Supported"], "start": since, "consent": "given", "contacts": 4},
        {"person_id": ids["Wanda Withoutconsent"], "start": since, "contacts": 9, "plan_review_at": since},
        {"person_id": ids["Zelda Ended"], "start": since, "end": date(2026, 3, 9), "consent": "given", "contacts": 5},
        {"person_id": ids["Victor Joined"], "offered": since, "consent": "refused"},
    ]
    told = [
        {"kind": "left", "person_id": ids["Xavier Left"], "what": "Was 4th.", "rank_before": 4},
        {"kind": "merged", "person_id": ids["Victor Joined"], "what": "Records joined."},
    ]
    met = {"action": "ring the ward", "action_owner": "K. Reed", "action_due": "2026-03-31", "action_done": ""}
    about = {"person_id": ids["Yusuf Met"], "month": date(2026, 2, 1), "entered_at": datetime(2026, 3, 12, 10)}
    about |= {"author": "A. Chair", "pack_id": "p", "row_version": 1}
    old = {"person_id": ids["Ulla Refused"], "month": date(2025, 2, 1), "entered_at": datetime(2025, 3, 12, 10)}
    entries = [
        *({**about, "field": name, "value": value} for name, value in met.items()),
        {**about, **old, "field": "decision", "value": "no offer"},
    ]
    last = [frames.ranked_row(120 + k, one, access="candidate") for k, one in enumerate(ids.values()) if k]
    out["ranked"] = pl.concat([out["ranked"].drop("permitted"), frames.frame(of["ranked"], last).drop("permitted")])
    out["people"] = pl.concat([out["people"], frames.people({one: name for name, one in ids.items()})])
    for name, more in (("support", rows), ("changes", told), ("meeting_entry", entries)):
        out[name] = pl.concat([out[name], frames.frame(of[name], more)])
    return dict(gated(out, [*out["people"]["person_id"]]))


@pytest.fixture(scope="module")
def texts(tables: dict[str, pl.DataFrame]) -> dict[str, str]:
    """What each file says."""
    stamp, settings = pack_area.stamp(), pack_area.settings(len(LISTED))
    view = pack_view(tables, stamp=stamp, settings=settings)
    series = pack_area.series({**tables, "ranked": tables["ranked"].head(len(LISTED))})
    sat = [{"began": datetime(2026, 4, 9, 9), "at": datetime(2026, 4, 9, 11), "attended": "K. Reed", "by": "K. Reed"}]
    book = fastexcel.read_excel(workbook(tables, stamp=stamp, settings=settings, key=b"k" * 32))
    sheets = [book.load_sheet(name, header_row=None).to_polars() for name in book.sheet_names]
    return {
        "pack.html": pack_page(view, series),
        "pack.pdf": text_of(pack_pdf(view, series, {one.person_id: PICTURE for one in series})),
        "minutes.pdf": text_of(minutes_pdf(view, tables["meeting_entry"], sat)),
        "workbook": "\n".join(str(cell) for sheet in sheets for row in sheet.rows() for cell in row),
    }


def test_every_name_in_a_file_is_of_somebody_entered_in_the_logs(texts: dict[str, str], tables: Any) -> None:
    entered = set(named(tables, pack_area.LAST, pack_area.settings(len(LISTED))))
    names = dict(tables["people"].select("name_text", "person_id").iter_rows())
    found = {file: {name for name in names if name in text} for file, text in texts.items()}
    assert {names[name] for file in found.values() for name in file} == entered
    assert set.union(*found.values()) - set(LISTED) == MAY
    for file, inside in found.items():
        assert set(LISTED) <= inside or file == "minutes.pdf"


def test_nothing_is_shown_of_who_may_not_be_shown_but_how_many(texts: dict[str, str]) -> None:
    for file, text in texts.items():
        assert UNLISTED["Wanda Withoutconsent"] not in text and UNLISTED["Zelda Ended"] not in text, file
    for file in ("pack.html", "pack.pdf"):
        assert "Support also goes on for 1 person of whom consent" in texts[file]
        assert "Support ended for 1 person without a row here" in texts[file]
        assert (
            "nothing counted in 12 months. By the caseload support goes on. Whether the person is alive" in texts[file]
        )


def test_an_action_due_on_the_last_day_is_not_overdue(texts: dict[str, str]) -> None:
    assert "K. Reed, 31 Mar 2026: open" in texts["pack.pdf"]
