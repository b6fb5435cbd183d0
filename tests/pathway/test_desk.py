"""The desk's report and list: aggregates under disclosure control, people under the gate, none without a source."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from areakit import LAST, NOW
from pathway_kit import same_when_made_again
from pdf_boxes import faults as pdf_faults

from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.release.bounds import System
from hiu.govern.release.cells import EVERYBODY, Cell
from hiu.govern.release.disclosure import HIDDEN
from hiu.govern.release.solver import _parts, _sums, solve
from hiu.model import PATHWAY
from hiu.model.frames import schema
from hiu.model.govern import DISCLOSURES
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import Stamp
from pipelines.common.place import Place, open_place
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.pathway.counts import Counts, month_cells
from pipelines.pathway.desk import LOG_SPLITS, desk_report
from pipelines.pathway.desk_list import desk_list
from pipelines.pathway.shown import Shown, open_shown
from pipelines.pathway.write import shown_tables, stamp_for, tables_of, write_part

STAMP = Stamp(
    site="Testshire", month=LAST, run_id="2026-03-x", built=NOW, data_to=date(2026, 3, 31), settings_version="s"
)


def invented(month_of: dict[int, int]) -> dict[str, pl.DataFrame]:
    """Tables of a desk: in each month (1 to 12 of 2025, 13 and on of 2026) so many logs, all of different people."""
    logs, legs = [], []
    for number, count in month_of.items():
        for at in range(count):
            opened = datetime(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1 + at % 27, at % 24)
            row = {
                "delivery_id": f"d{number}",
                "source_row": at,
                "log_id": f"L{number}-{at}",
                "person_id": f"P{number}-{at}",
            }
            row |= {"nobody": False, "opened_at": opened, "closed_at": opened + timedelta(hours=1)}
            row |= {
                "call_type": ("suicidal", "missing_person")[at % 20 == 0],
                "area": "bristol",
                "deployed": ("yes", "no")[at % 2],
            }
            logs.append(row)
            leg = {key: row[key] for key in ("delivery_id", "source_row", "person_id")}
            legs.append(
                {**leg, "table": "desk_log", "leg": "first_health_contact", "minutes": at, "out_of_order": False}
            )
    months = [date(2025 + (n - 1) // 12, (n - 1) % 12 + 1, 1) for n in month_of]
    feed = [{"month": month, "table": "desk_log", "supplied": True} for month in months]
    rows = {"desk_log": logs, "leg": legs, "feed_month": feed, "desk_incident": [], "desk_exception": []}
    return {name: pl.DataFrame(own, schema=schema(PATHWAY[name])) for name, own in rows.items()}


def grid(part: Part, title: str) -> Grid:
    return next(one for one in part.grids if one.title == title)


def test_small_counts_are_hidden_and_cannot_be_worked_out() -> None:
    part = desk_report(invented({15: 100}), stamp=STAMP, breaks={})
    made = grid(part, "Logs by call type and area")
    assert made.columns == ("", "Bristol", "All") and made.rows[-1] == ("All", "100", "100")
    assert {row[0]: row[1:] for row in made.rows[:-1]} == {"Missing person": ("*", "*"), "Suicidal": ("*", "*")}
    assert grid(part, "What was sent").rows[0] == ("Somebody sent", "50", "50", "0", "50%")
    assert grid(part, "Minutes").rows[0][:3] == ("First contact with health staff", "50", "90")


def test_fewer_than_eight_people_have_no_figure_at_all() -> None:
    part = desk_report(invented({15: 7}), stamp=STAMP, breaks={})
    text = " ".join(cell for one in part.grids for row in one.rows for cell in row[1:])
    assert not re.search(r"\b[1-9]\d*\b", text.replace("136", "").replace("999", ""))
    assert grid(part, "Minutes").rows[0][1:3] == ("*", "*")
    assert part.lead[0] == "How many logs were opened in Mar 2026 can't be shown."


def test_one_person_with_more_than_half_of_the_logs_hides_the_total() -> None:
    tables = invented({15: 40})
    one = pl.when(pl.col("source_row") < 30).then(pl.lit("P")).otherwise("person_id").alias("person_id")
    tables["desk_log"] = tables["desk_log"].with_columns(one)
    assert grid(desk_report(tables, stamp=STAMP, breaks={}), "Logs by call type and area").rows[-1][-1] == "*"


def test_a_month_not_supplied_is_missing_and_a_chart_needs_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.pathway.trends.trend_chart", lambda *_, **__: "<svg/>")
    monkeypatch.setattr("pipelines.pathway.desk.LOG_SPLITS", LOG_SPLITS[:5])  # the whole and the shares: quick
    seven = desk_report(invented(dict.fromkeys((8, 9, 10, 11, 13, 14, 15), 60)), stamp=STAMP, breaks={})
    assert [chart.alt.partition(",")[0] for chart in seven.charts][:2] == ["Logs opened a month", "Somebody sent"]
    assert desk_report(invented(dict.fromkeys(range(10, 16), 60)), stamp=STAMP, breaks={}).charts == ()
    missing = desk_report(invented({14: 60}), stamp=STAMP, breaks={})
    assert missing.lead == ("Mar 2026 was not supplied.",) and missing.grids == ()


def test_every_form_has_the_same_figures() -> None:
    part = desk_report(invented({15: 100}), stamp=STAMP, breaks={})
    made = files(part)
    assert sorted(made) == ["desk-2026-03.html", "desk-2026-03.pdf", "desk-2026-03.xlsx"]
    book = fastexcel.read_excel(made["desk-2026-03.xlsx"])
    sheet = book.load_sheet("2 Logs by weekday and hour", header_row=None, skip_rows=5, dtypes="string").to_polars()
    assert sheet.rows() == [tuple(row) for row in grid(part, "Logs by weekday and hour").rows]
    page = made["desk-2026-03.html"].decode()
    assert "OFFICIAL: aggregate figures" in page and "heat5" in page and "<script" not in page
    assert pdf_faults(made["desk-2026-03.pdf"]) == []


def referred(months: dict[int, int]) -> dict[str, pl.DataFrame]:
    """Referrals of so many people in each month: every seventh out of scope, every fifth not accepted."""
    rows = [
        {
            "delivery_id": f"r{number}",
            "source_row": at,
            "referral_id": f"R{number}-{at}",
            "person_id": f"P{number}-{at}",
            "nobody": False,
            "asked_at": datetime(2026, number - 12, 1 + at % 27),
            "direction": ("link_officer_to_desk", "desk_to_link_officer")[at % 9 == 0],
            "accepted": ("yes", "no")[at % 5 == 0],
            "scope": ("in", "out")[at % 7 == 0],
        }
        for number, count in months.items()
        for at in range(count)
    ]
    scopes = [{name: row[name] for name in ("delivery_id", "source_row", "scope")} for row in rows]
    sent = [{name: value for name, value in row.items() if name != "scope"} for row in rows]
    made = {"referral": sent, "desk_scope": scopes}
    return {name: pl.DataFrame(own, schema=schema(PATHWAY[name])) for name, own in made.items()}


def test_the_reports_of_two_months_do_not_tell_together_what_each_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later report looks back at the earlier month for its charts: with fewer splits it would show its total."""
    decided: list[list[Cell]] = []

    def watched(*args: Any) -> list[Cell]:
        decided.append(month_cells(*args))
        return decided[-1]

    monkeypatch.setattr("pipelines.pathway.counts.month_cells", watched)
    tables = invented({14: 20, 15: 20}) | referred({14: 20, 15: 20})
    feed = tables["feed_month"]
    tables["feed_month"] = pl.concat([feed, feed.with_columns(table=pl.lit("referral"))])
    for month in (LAST - 1, LAST):
        desk_report(tables, stamp=replace(STAMP, month=month), breaks={})
    for name in ("desk_log", "referral"):
        own, later = (
            {cell.key: cell for cell in cells if cell.months == (str(LAST - 1),)}
            for cells in decided
            if cells and cells[0].dataset == name
        )
        shown = [one if (one := later.get(key, cell)).shown != HIDDEN else cell for key, cell in own.items()]
        system = System(shown, _sums(shown))
        small = [cell for cell in shown if cell.small]
        assert small and (name == "referral" or own["events", name, EVERYBODY, (str(LAST - 1),)].shown == HIDDEN)
        for cell in small:
            limits = system.limits(cell)
            assert cell.is_safe(limits.low, limits.high), f"{cell.title} is bounded by {limits}"
        assert later == own


def test_sums_of_a_split_bind_the_solver() -> None:
    def cell(group: str, value: int) -> Cell:
        about = {"people": value, "most": 1, "months": ("2026-03",), "dataset": "desk_log"}
        return Cell(measure="events", group=group, value=value, **about)  # type: ignore[arg-type]

    cells = [cell("everybody", 46), cell("type=a", 40), cell("type=c", 6)]
    solved = {one.group: one.shown for one in solve(cells).cells}
    assert solved["type=c"] == "*" and list(solved.values()).count("*") == 2
    assert len(_parts(cells)) == 1 and len(_parts([*cells, cell("type=a&area=x", 40)])) == 3
    limits = System(list(solve(cells).cells), _parts(cells)).limits(cells[2])
    assert limits.width >= 10


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def listed(place: Place) -> Part:
    month, folder, tables = tables_of(place, None, "desk_log")
    shown = shown_tables(place, tables, NOW.date())
    return desk_list(place, shown, stamp=stamp_for(place, month, folder, NOW), by="Service manager", now=NOW)


def test_the_list_names_people_and_is_entered_before(place: Place) -> None:
    part = listed(place)
    assert {row[0] for row in grid(part, "Exceptions").rows} == {
        "Closed without an outcome",
        "Accepted without a patient record",
    }
    assert (
        grid(part, "People at the desk again").rows[0][1] == "2"
        and "Penrose" in grid(part, "People at the desk again").rows[0][0]
    )
    entry = records.history(place.records, DISCLOSURES).filter(what="desk list").to_dicts()
    assert [(one["recipient"], one["by"], one["people"]) for one in entry] == [("group", "Service manager", 1)]
    assert read(place.audit)[-1]["event"]["type"] in ("disclosed", "look", "reads", "records_added")


def test_who_objects_is_withheld_with_their_rows(place: Place) -> None:
    _, _, tables = tables_of(place, None, "desk_log")
    person = str(tables["desk_log"].filter(log_id="P1")["person_id"].item())
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, person, change, evidence="letter", by="Officer", now=NOW)
    part = listed(place)
    assert grid(part, "Exceptions").rows == () and grid(part, "People at the desk again").rows == ()
    text = b"".join(files(part).values())
    assert b"Penrose" not in text and person.encode() not in text


def test_files_are_for_their_owner_alone_and_in_the_log(place: Place) -> None:
    paths = write_part(place, listed(place), None, NOW)
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o600] * 3
    assert paths[0].parent == place.curated / "exports" / "pathway" / "2026-03"
    last = read(place.audit)[-1]["event"]
    assert (last["type"], last["part"], last["files"]) == ("pathway_paper", "desk-list", 3)


def test_the_command_says_one_sentence_where_there_is_no_desk(
    area: Path, published: object, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.commands.pathway import desk

    desk(month=None, site=area, curated=None, out=None, names=False, by=None)
    assert "no source of the control-room desk" in capsys.readouterr().out
    assert not (area / "data" / "curated" / "exports" / "pathway").exists()


@pytest.mark.slow
def test_a_paper_made_again_shows_what_it_first_showed() -> None:
    one, fewer = invented({15: 18}), invented({15: 14})
    assert same_when_made_again(
        lambda shown: desk_report(one, stamp=STAMP, breaks={}, shown=shown),
        lambda shown: desk_report(fewer, stamp=STAMP, breaks={}, shown=shown),
    )


def test_what_was_first_shown_is_entered_before_a_paper_is_written_and_names_nobody(place: Place) -> None:
    shown = open_shown(place, "desk")
    first = desk_report(invented({15: 18}), stamp=STAMP, breaks={}, shown=shown)
    write_part(place, first, None, NOW, shown=shown)
    (path,) = (place.curated / "exports" / "register" / "pathway-desk").iterdir()
    assert path.name == f"{LAST}.json" and not re.search(r"P15-|L15-", path.read_text(encoding="utf-8"))
    again = open_shown(place, "desk")
    second = desk_report(invented({15: 14}), stamp=STAMP, breaks={}, shown=again)
    assert second.grids == first.grids and not again.new
    path.write_text(path.read_text(encoding="utf-8").replace("20", "25"), encoding="utf-8")
    with pytest.raises(HiuError, match="changed since it was written"):
        desk_report(invented({15: 14}), stamp=STAMP, breaks={}, shown=open_shown(place, "desk"))


def test_other_splits_than_were_shown_are_decided_after_those() -> None:
    shown = Shown()
    cells = [Cell(measure="events", dataset="d", group=EVERYBODY, months=(str(LAST),), value=40, people=40, most=1)]
    part = [replace(cells[0], group=f"a={name}", value=n, people=n) for name, n in (("x", 37), ("y", 3))]
    assert [cell.shown for cell in shown.cells(LAST, "d", [()], cells)] == ["40"]
    later = [replace(cells[0], value=60, people=60), *part]
    found = {cell.group: cell.shown for cell in shown.cells(LAST, "d", [(), ("a",)], later)}
    assert found[EVERYBODY] == "40" and found["a=y"] == HIDDEN and not (found["a=x"] or "").isdigit()


def test_where_a_months_whole_is_hidden_no_part_beside_it_bounds_it() -> None:
    rows = pl.DataFrame({"person_id": [f"P{at}" for at in range(12)]})
    key = ("events", "d", EVERYBODY, (str(LAST),))
    assert Counts("d", {key: HIDDEN}).part(LAST, rows) == HIDDEN and Counts("d", {key: "15"}).part(LAST, rows) == "10"
