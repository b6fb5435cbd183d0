"""The section 136 report, return and list: small figures hidden, also across a year; people under the gate."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from areakit import LAST, NOW
from pathway_kit import kept, same_when_made_again
from split_attacker import attack

from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.release.bounds import System
from hiu.govern.release.solver import _sums, solve
from hiu.model import PATHWAY
from hiu.model.frames import schema
from hiu.model.govern import DISCLOSURES
from hiu.month import Month
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.part import Chart, Part
from hiu.publish.pathway.s136_charts import Spot, funnel_chart
from hiu.publish.stamp import Stamp
from pipelines.common.place import Place, open_place
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.pathway.counts import Counts
from pipelines.pathway.s136.annual import Year, return_csv
from pipelines.pathway.s136.escalations import escalation_grids, escalation_report
from pipelines.pathway.s136.figures import funnel_lines, hours_of_police, standing, target_of
from pipelines.pathway.s136.listing import s136_list
from pipelines.pathway.s136.report import cells_by_month, s136_report
from pipelines.pathway.s136.rows import detentions
from pipelines.pathway.shown import Shown
from pipelines.pathway.write import shown_tables, stamp_for, tables_of
from pipelines.pathway.years import cells_of, decided_after, year_title, year_to

STAMP = Stamp(
    site="Testshire", month=LAST, run_id="2026-03-x", built=NOW, data_to=date(2026, 3, 31), settings_version="s"
)
C = pl.col
Tables = dict[str, pl.DataFrame]


def invented(counts: dict[int, int], **more: Callable[[int], object]) -> Tables:
    """Tables of so many detentions in each month of 2025 (13 and on: 2026), all of different people.

    Every tenth is over the limit, every fifth in Suite B; `more`: a column of a detention, from its number.
    """
    found, clocks, legs = [], [], []
    for number, count in counts.items():
        for at in range(count):
            began = datetime(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1 + at % 27, at % 24)
            one = {"detention_id": f"T{number}-{at}", "person_id": f"P{number}-{at}"}
            place = {"delivery_id": f"d{number}", "source_row": at}
            own = {"at": began, "detained_at": began, "nobody": False, "rows": 1, "ended": True}
            own |= {"consulted": "yes", "conveyance": "ambulance", "place": ("Suite A", "Suite B")[at % 5 == 0]}
            own |= {
                "force_area": "Avon",
                "outcome": "discharged",
                "age": 30,
                "recorded_sex": "F",
                "first_place": "hbpos",
            }
            found.append(one | place | own | {name: value(at) for name, value in more.items()})
            clock = {"limit_hours": 24, "clock_minutes": 600, "over": ("no", "yes")[at % 10 == 0]}
            clocks.append(one | clock | {"still_open": False, "out_of_order": False})
            for leg, minutes in (("handover", 60), ("arrived_to_accepted", at)):
                row = {"table": "s136_detention", "leg": leg, "minutes": minutes, "least": minutes, "most": minutes}
                legs.append(place | row | {"person_id": one["person_id"], "out_of_order": False})
    feed = [{"month": _start(number), "table": "s136_pathway", "supplied": True} for number in counts]
    rows = {"s136_detention": found, "s136_clock": clocks, "leg": legs, "feed_month": feed}
    made = {name: pl.DataFrame(rows.get(name, []), schema=schema(PATHWAY[name])) for name in (*rows, *EMPTY)}
    return made | {"people": pl.DataFrame(schema={"person_id": pl.String, "dob": pl.Date, "sex": pl.String})}


EMPTY = ("s136_exception", "s136_counted", "s136_pathway")


def _start(number: int) -> date:
    return date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of the months are not drawn: what they are of is asked elsewhere."""
    monkeypatch.setattr("pipelines.pathway.trends.trend_chart", lambda *_, **__: "<svg/>")


def grid(part: Part, title: str) -> Grid:
    return next(one for one in part.grids if one.title == title)


@pytest.mark.usefixtures("undrawn")
def test_the_report_of_a_month() -> None:
    part, year = s136_report(invented({15: 100}), stamp=STAMP, breaks={})
    assert part.lead[0] == "About 100 detentions began in Mar 2026."
    assert grid(part, "Against the limit").rows == (
        ("Over the limit", "10", "10%"),
        ("Within it", "90", "90%"),
        ("Can't be known", "0", "0%"),
    )
    assert grid(part, "Steps of the way").rows[1] == ("Arrived to accepted", "50", "90", "100", "0")
    assert grid(part, "Steps of the way").rows[0] == ("Detained to arrived", "*", "*", "0", "0")
    waits = grid(part, "Waits for handover, by place").rows
    assert waits == (
        ("Suite A", "80", "80", "60", "60"),
        ("Suite B", "20", "20", "60", "60"),
        ("All", *["100"] * 2, *["60"] * 2),
    )
    assert year.title == "2025/26" and year.supplied_words == "1 of its 12 months supplied"
    made = files(part)
    assert sorted(made) == ["s136-2026-03.html", "s136-2026-03.pdf", "s136-2026-03.xlsx"]
    assert "How long each step takes" in made["s136-2026-03.html"].decode()
    assert grid(part, "Places against the funnel").note.endswith("Limits about the share of these places, 10%.")
    few, _ = s136_report(invented({15: 5}), stamp=STAMP, breaks={})
    assert grid(few, "Places against the funnel").note.endswith("No place can be shown, so there are no limits.")


@pytest.mark.parametrize(
    ("people", "median", "ninth"), [(13, "*", "*"), (20, "10", "*"), (70, "35", "*"), (90, "45", "80")]
)
def test_a_median_or_percentile_is_no_value_of_a_few(people: int, median: str, ninth: str) -> None:
    """It is shown only where 8 people at least lie on either side of it: the second longest of 10 is somebody's."""
    part, _ = s136_report(invented({15: people}), stamp=STAMP, breaks={})
    assert grid(part, "Steps of the way").rows[1][1:3] == (median, ninth)
    way = next((chart.alt for chart in part.charts if chart.alt.startswith("How long")), "")
    assert ("90th" in way.partition("Arrived to accepted")[2].partition(";")[0]) is (ninth != "*")


def test_a_median_is_hidden_with_the_number_of_its_group() -> None:
    """A place that is hidden because another is must not be bounded by its median."""
    rows = pl.DataFrame({"person_id": [f"P{at}" for at in range(40)], "minutes": [60] * 40})
    key = ("events", "s136", "place=A", (str(LAST),))
    assert Counts("s136", {key: "*"}).quantiles(LAST, rows, "place=A") == ("*", "*")
    assert Counts("s136", {key: "40"}).quantiles(LAST, rows, "place=A") == ("60", "60")


@pytest.mark.usefixtures("undrawn")
def test_a_month_not_supplied_is_missing_and_few_people_have_no_figure() -> None:
    missing, _ = s136_report(invented({14: 60}), stamp=STAMP, breaks={})
    assert missing.lead == ("Mar 2026 was not supplied.",) and missing.grids == () and missing.charts == ()
    few, year = s136_report(invented({15: 7}), stamp=STAMP, breaks={})
    assert few.lead[0] == "How many detentions began in Mar 2026 can't be shown."
    shown = {cell for one in few.grids for row in one.rows for cell in row if cell.isdigit() and cell != "0"}
    assert shown == set() and year.text() == "*"


@pytest.mark.usefixtures("undrawn")
def test_neither_a_year_nor_its_months_tell_what_the_other_hides() -> None:
    tables = invented({13: 40, 14: 30, 15: 35}, outcome=lambda at: ("discharged", "s3")[at % 9 == 0])
    supplied = [LAST - 2, LAST - 1, LAST]
    months = cells_by_month(detentions(tables), supplied, Shown())
    _, year = s136_report(tables, stamp=STAMP, breaks={})
    every = [*months, *year.cells]
    small = [cell for cell in every if cell.small]
    assert small and all(not (cell.shown or "").isdigit() for cell in small)
    system = System(every, _sums(every))
    for cell in small:
        limits = system.limits(cell)
        assert cell.is_safe(limits.low, limits.high), cell.title
    assert year.text() == "105" and year.text("outcome=s3") == "15"


@pytest.mark.parametrize(
    ("seed", "names"),
    [
        (11, ("East: 1", "East: 2", "", "-")),
        *(pytest.param(seed, "ABCD", marks=pytest.mark.slow) for seed in (11, 16, 37)),
        pytest.param(37, ("East: 1", "East: 2", "", "-"), marks=pytest.mark.slow),
    ],
)
def test_a_reader_of_all_months_and_of_their_year_bounds_nothing_that_is_hidden(
    seed: int, names: Sequence[str]
) -> None:
    """A year's places by limit are made of months in which places and limits are shown, each by itself."""
    dice = np.random.default_rng(seed)
    size = int(dice.integers(20, 90))
    when, place = dice.integers(0, 12, size), dice.integers(0, 4, size)
    over = np.where(dice.random(size) < 0.75, "no", np.where(dice.random(size) < 0.5, "yes", "unknown"))
    months = list((LAST - 11).through(LAST))
    found = {"thing": range(size), "person_id": range(size), "month": [months[at].start for at in when]}
    rows = pl.DataFrame(found | {"place": [names[at] for at in place], "over": over.tolist()})
    splits = [(), ("place",), ("over",)]
    first = [cell for month in months for cell in solve(cells_of(rows, "s136", splits, [month])).cells]
    year = decided_after(cells_of(rows, "s136", [*splits, ("place", "over")], months), first)
    result = attack([*first, *year])
    assert result.tried > 50 and result.found == result.open == []


def test_a_return_is_of_a_year_that_is_over_and_holds_no_formula() -> None:
    assert [str(month) for month in (year_to(LAST)[0], year_to(LAST)[-1])] == ["2025-04", "2026-03"]
    assert str(year_to(LAST - 1)[-1]) == "2025-03" and year_title(year_to(LAST)) == "2025/26"
    _, year = s136_report(invented({15: 40}, place=lambda _: '=cmd|"x"'), stamp=STAMP, breaks={})
    rows = list(csv.DictReader(io.StringIO(return_csv(year).decode("utf-8-sig"))))
    first = {"from": "2026-03", "to": "2026-03", "months_supplied": "1"}
    assert rows[0] == first | {"split": "All detentions", "value": "", "detentions": "40"}
    assert [row["value"] for row in rows if row["split"] == "Place of safety"] == ['cmd "x"']
    assert [row["detentions"] for row in rows if row["value"] == "25 to 34"] == ["40"]
    assert all(not row["value"].startswith(("=", "+", "-", "@")) for row in rows)
    assert return_csv(Year(year.months, (), ())).decode("utf-8-sig").count("\n") == 1


def test_one_person_with_most_of_the_hours_hides_them() -> None:
    rows = pl.DataFrame({"month": [LAST.start] * 9, "person_id": [f"P{n}" for n in range(9)], "place": ["A"] * 9})
    assert hours_of_police(rows.with_columns(minutes=pl.lit(60)), LAST).text(LAST) == "10"
    assert hours_of_police(rows.with_columns(minutes=pl.Series([6000] + [60] * 8)), LAST).text(LAST) == "*"


def test_a_funnel_is_wide_for_few_and_a_place_is_judged_by_it() -> None:
    lines = funnel_lines(0.1, 200)
    assert lines[0]["far_high"] > lines[-1]["far_high"] > 0.1 > lines[-1]["far_low"]  # type: ignore[operator]
    assert round(float(lines[-1]["high"]), 3) == round(0.1 + 1.96 * (0.09 / lines[-1]["n"]) ** 0.5, 3)  # type: ignore[arg-type, operator]
    assert standing(0.15, 0.1, 100) == "as chance would have it"
    assert standing(0.17, 0.1, 100) == "above the 95% limit" and standing(0.3, 0.1, 100) == "above the 99.8% limit"
    assert standing(0.0, 0.1, 200) == "below the 99.8% limit"


def test_the_name_of_a_place_with_nobody_over_the_limit_does_not_cover_the_axis() -> None:
    spots = [Spot("Suite A", 150, 0.2), Spot("Suite B", 200, 0.0), Spot("Suite C", 210, 0.2)]
    svg = funnel_chart(spots, funnel_lines(0.1, 210), "2025/26").svg
    (at,) = re.findall(r"translate\([\d.]+,([\d.-]+)\)[^>]*>Suite B<", svg)
    assert float(at) < 220, "the axis is at 220"


def test_a_target_needs_its_months_and_says_its_interval() -> None:
    months = list((LAST - 17).through(LAST))
    counts: dict[Month, int | None] = {month: 100 if month < LAST - 5 else 60 for month in months}
    assert "-40% (" in target_of(LAST, months, counts) and "the target is met" in target_of(LAST, months, counts)
    assert "can't be shown" in target_of(LAST, months, counts | {LAST - 7: None})
    assert "needs 6 supplied months" in target_of(LAST, months[-8:], counts)
    assert "needs 6 supplied months" in target_of(LAST, [], {})


def test_escalations_are_counted_once_by_place(desk_month: Path) -> None:
    tables = {path.stem: pl.read_parquet(path) for path in desk_month.glob("*.parquet")}
    by_place, levels = escalation_grids(tables, LAST)
    assert by_place.rows == (("Suite A", "1", "0", "0", "0", "1.0", "0"), ("All", "1", "0", "0", "0", "1.0", "0"))
    assert ("Silver", "1") in levels.rows
    alone = escalation_report(tables, stamp=STAMP)
    assert alone.grids == (by_place, levels) and sorted(files(alone))[0] == "s136-2026-03.html"
    (missing,) = escalation_grids(tables, LAST - 1)
    assert missing.rows == () and missing.note == "Feb 2026 was not supplied."


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def listed(place: Place) -> Part:
    month, folder, tables = tables_of(place, None, "s136_pathway")
    shown = shown_tables(place, tables, NOW.date())
    return s136_list(place, shown, stamp=stamp_for(place, month, folder, NOW), by="Section 136 lead", now=NOW)


def test_the_list_names_people_says_why_and_is_entered_before(place: Place) -> None:
    part = listed(place)
    (over,) = grid(part, "Over the limit").rows
    assert over[0] == "T1" and "Penrose" in over[1] and over[2:6] == ("3 Mar 2026 10:30", "Suite A", "24 h", "25 h 00")
    assert over[-1] == "Not written, or still under way"
    assert [row[:2] for row in grid(part, "Records to put right").rows] == [("Can't be judged", "T3")]
    entry = records.history(place.records, DISCLOSURES).filter(what="s136 list").to_dicts()
    assert [(one["recipient"], one["by"], one["people"]) for one in entry] == [("group", "Section 136 lead", 2)]
    assert read(place.audit)[-1]["event"]["type"] in ("disclosed", "look", "reads", "records_added")


def test_who_objects_is_withheld_with_their_rows(place: Place) -> None:
    _, _, tables = tables_of(place, None, "s136_pathway")
    person = str(tables["s136_detention"].filter(detention_id="T1")["person_id"].item())
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, person, change, evidence="letter", by="Officer", now=NOW + timedelta(minutes=1))
    part = listed(place)
    assert grid(part, "Over the limit").rows == () and len(grid(part, "Records to put right").rows) == 1
    text = b"".join(files(part).values())
    assert b"Penrose" not in text and person.encode() not in text


def test_the_command_writes_the_papers_and_says_one_sentence_where_there_is_no_source(
    place: Place, area: Path, published: object, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.commands.pathway import s136

    s136(month=None, site=place.home, curated=None, out=None, names=False, by=None)
    folder = place.curated / "exports" / "pathway" / "2026-03"
    assert (
        (folder / "s136-return-2025-26.csv")
        .read_bytes()
        .startswith(b"\xef\xbb\xbffrom,to,months_supplied,split,value,detentions")
    )
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    capsys.readouterr()
    s136(month=None, site=area, curated=None, out=None, names=False, by=None)
    assert "no source of the section 136 pathway" in capsys.readouterr().out


@pytest.mark.usefixtures("undrawn")
def test_a_paper_and_a_return_made_again_show_what_they_first_showed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.pathway.s136.report.way_chart", lambda *_: Chart(svg="<svg/>", alt=""))
    one, fewer = invented({15: 60}), invented({15: 57})
    assert same_when_made_again(
        lambda shown: s136_report(one, stamp=STAMP, breaks={}, shown=shown)[0],
        lambda shown: s136_report(fewer, stamp=STAMP, breaks={}, shown=shown)[0],
    )
    shown = Shown()
    _, first = s136_report(one, stamp=STAMP, breaks={}, shown=shown)
    _, second = s136_report(fewer, stamp=STAMP, breaks={}, shown=kept(shown))
    assert return_csv(first) == return_csv(second) != return_csv(s136_report(fewer, stamp=STAMP, breaks={})[1])
