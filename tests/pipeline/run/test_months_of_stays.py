"""Ward stays filed under a month that they were not reported for: they count nothing there, and every run says so."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from months_kit import MONTHS, counted, ed, supplied, take
from traps.intake_traps import Trap, make_site

from hiu.extract.stays import reported_months

WARDS = "Reporting Period,Ward stay ID,Provider,NHS number,Surname,Forename,DOB,Start date ward stay,End date ward stay"
MOSS = "9990000018,Moss,Ada,02/02/1981"
VALE = "9990000026,Vale,Tom,03/03/1982"
LOCKE = "9990000034,Locke,Joan,04/04/1983"


def wards(period: str, *stays: str) -> str:
    return WARDS + "\n" + "".join(f"{period},{stay}\n" for stay in stays)


OPEN, ENDED, LEFT_OUT = (
    f"A1,RQ1,{MOSS},20/09/2025,",
    f"B1,RQ1,{VALE},02/10/2025,05/10/2025",
    f"C1,RQ1,{LOCKE},25/10/2025,",
)
ENDED_TOO = f"C1,RQ1,{LOCKE},25/10/2025,28/10/2025"
SEPTEMBER, OCTOBER = (OPEN,), (OPEN, ENDED, LEFT_OUT)
EARLIER = {"2025-09/mh_wards.csv": wards("2025-09", *SEPTEMBER), "2025-10/mh_wards.csv": wards("2025-10", *OCTOBER)}
NIGHTS = {"2025-09": 11, "2025-10": 31 + 3 + 7}


@pytest.mark.parametrize("period", ["2025-10", "01/10/2025 to 31/10/2025"])
def test_a_report_of_the_month_before_supplies_nothing_and_is_said_until_it_is_moved(
    period: str, tmp_path: Path
) -> None:
    """October's report sent again as November's: 30 nights that nobody sent were counted for each open stay."""
    wrong = wards(period, *OCTOBER[:1], LEFT_OUT)
    files = {**EARLIER, "2025-11/mh_wards Nov 2025.csv": wrong, "2025-11/ed_.csv": ed(("A", "05/11/2025"))}
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    for _ in range(2):
        outcome = take(place.home, MONTHS[2])
        assert supplied(outcome, "mh_bed_day") == {"2025-09": True, "2025-10": True, "2025-11": False}
        assert counted(outcome, "mh_bed_day") == NIGHTS
        [said] = [line for line in outcome.intake.warnings if "filed under Nov 2025" in line]
        assert "2 of 2 rows are of Oct 2025" in said and "No row is of Nov 2025" in said
        assert "move it to a folder 2025-10 and rename it, for its name says Nov 2025, then: hiu run" in said
        assert "open_not_resent" not in outcome.tables["stay"]["ended"].to_list()


def test_beside_the_right_report_one_filed_wrongly_keeps_no_stay_open(tmp_path: Path) -> None:
    """A stay that November's report left out went on to the end of November, since October's lay beside it."""
    files = {
        **EARLIER,
        "2025-11/mh_beds A.csv": wards("2025-10", OPEN, LEFT_OUT),
        "2025-11/mh_wards.csv": wards("2025-11", OPEN),
    }
    outcome = take(make_site(Trap(files=files, exit=0), tmp_path / "site").home, MONTHS[2])
    assert counted(outcome, "mh_bed_day") == {**NIGHTS, "2025-11": 30}


def test_of_a_folder_and_a_name_the_name_wins_and_that_is_said_whatever_else_is(tmp_path: Path) -> None:
    files = {**EARLIER, "2025-10/mh_wards Nov 2025.csv": wards("2025-10", OPEN, LEFT_OUT)}
    files["2025-11/ed_.csv"] = ed(("A", "05/11/2025"))
    place = make_site(Trap(files=files, exit=0), tmp_path / "site")
    outcome = take(place.home, MONTHS[2])
    assert not supplied(outcome, "mh_bed_day")["2025-11"]
    assert any("its path names Oct 2025 and Nov 2025: read as Nov 2025" in line for line in outcome.intake.warnings)
    assert any("2 of 2 rows are of Oct 2025" in line and "rename it" in line for line in outcome.intake.warnings)
    (place.raw / "2025-10/mh_wards Nov 2025.csv").rename(place.raw / "2025-10/mh_wards again.csv")
    after = take(place.home, MONTHS[2])
    assert not any("its path names" in line or "filed under" in line for line in after.intake.warnings), (
        after.intake.warnings
    )
    assert counted(after, "mh_bed_day") == NIGHTS


@pytest.mark.parametrize(
    ("stays", "there"), [((OPEN, "D1," + OPEN[3:], ENDED, ENDED_TOO), True), ((ENDED, ENDED_TOO), False)]
)
def test_stays_without_a_period_are_of_each_month_that_they_touch_and_the_doubt_is_said(
    stays: tuple[str, ...], there: bool, tmp_path: Path
) -> None:
    bare = "".join(line.partition(",")[2] for line in wards("", *stays).splitlines(keepends=True))
    files = {**EARLIER, "2025-11/mh_wards.csv": bare, "2025-11/ed_.csv": ed(("A", "05/11/2025"))}
    outcome = take(make_site(Trap(files=files, exit=0), tmp_path / "site").home, MONTHS[2])
    assert supplied(outcome, "mh_bed_day")["2025-11"] == there
    doubt = "No stay begins or ends in Nov 2025: look whether it is a file of the month before"
    assert any((doubt if there else "No row is of Nov 2025") in line for line in outcome.intake.warnings)


def test_a_reporting_period_is_the_month_that_people_write_and_what_names_none_stays() -> None:
    said = ["2025-10", "Oct 2025", "October-25", "202510", "01/10/2025", "2025-10-31T00:00:00", "1507", "Q3", None]
    assert reported_months(pl.Series(said)).to_list() == ["2025-10"] * 7 + ["Q3", None]
