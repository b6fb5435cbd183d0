"""The papers about offers short of detention: suppression, the rates, the comparison, the list under the gate."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from pathway_kit import same_when_made_again

from hiu.govern import records
from hiu.model import PATHWAY
from hiu.model.frames import schema
from hiu.model.govern import DISCLOSURES
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.part import Part
from hiu.publish.stamp import Stamp
from hiu.rank.reports.beside import FEWEST, After, Beside
from pipelines.common.place import Place, open_place
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.pathway.offers.compared import TITLE, compared_grid, offer_year, sentences
from pipelines.pathway.offers.listing import offers_list
from pipelines.pathway.offers.report import offers_report
from pipelines.pathway.shown import Shown
from pipelines.pathway.write import shown_tables, stamp_for, tables_of

STAMP = Stamp(
    site="Testshire", month=LAST, run_id="2026-03-x", built=NOW, data_to=date(2026, 3, 31), settings_version="s"
)


def invented(count: int, *, after: int = 0, before: str = "2026-02-10 20:00") -> dict[str, pl.DataFrame]:
    """So many people offered something in March and in February, and as many not; everybody had a contact, and each of
    those offered something `after` more of them."""
    made = {"person_id": "", "nobody": False, "service": "triage_car", "offered": "yes", "taken_up": "yes"}
    made |= {"considered": "yes", "used": "no", "minutes": 40, "onward_referral": "yes", "delivery_id": "d"}
    made |= {"taken_not_offered": False, "used_not_considered": False}
    rows, seen = [], []
    start = datetime.fromisoformat(before)
    for at in range(count):
        taken = {"taken_up": ("yes", "no", "unknown", "yes")[at % 4], "used": ("yes", "no")[at % 2]}
        who = f"P{at}"
        rows.append(made | taken | {"person_id": who, "offer_id": f"M{at}", "at": datetime(2026, 3, 5, 12)})
        rows.append(made | {"person_id": who, "offer_id": f"F{at}", "at": start + timedelta(hours=1)})
        seen += [(who, start)] + [(who, start + timedelta(days=2 + n)) for n in range(after + at % 2)]
        seen += [(f"N{at}", start)] + [(f"N{at}", start + timedelta(days=40 + n)) for n in range(at % 2)]
        seen += [(f"N{at}", start + timedelta(days=3))]
    counted = [(one, when, "police_incident", True) for one, when in seen]
    months = [(one.start, "police_incident", "police", True) for one in (LAST - 14).through(LAST)]
    feed = [{"month": LAST.start, "table": "offer", "supplied": True}]
    names = sorted({one for one, _ in seen})
    return {
        "offer_judged": pl.DataFrame(rows, schema=schema(PATHWAY["offer_judged"])),
        "feed_month": pl.DataFrame(feed, schema=schema(PATHWAY["feed_month"])),
        "timeline": pl.DataFrame(counted, schema=["person_id", "start", "dataset", "counted"], orient="row"),
        "coverage": pl.DataFrame(months, schema=["month", "dataset", "source", "supplied"], orient="row"),
        "people": pl.DataFrame(
            {"person_id": names, "dob": date(1980, 1, 1), "birth_year": None, "named": True, "died": None},
            schema_overrides={"died": pl.Date},
        ),
    }


def report(tables: dict[str, pl.DataFrame], shown: Shown | None = None) -> Part:
    return offers_report(tables, stamp=STAMP, breaks={}, minimum_age=18, shown=shown)


def grid(part: Part, title: str) -> Grid:
    return next(one for one in part.grids if one.title == title)


def test_fewer_than_eight_people_have_no_figure() -> None:
    part = report(invented(3))
    text = " ".join(cell for one in part.grids for row in one.rows for cell in row[1:])
    assert not re.search(r"\b[1-9]\d*\b", text.replace("section 136", ""))
    assert part.lead[0] == "How many offers were made in Mar 2026 can't be shown."
    assert grid(part, TITLE).note.startswith("Too few people to compare")


def test_the_rates_of_a_month_and_nothing_that_was_avoided() -> None:
    part = report(invented(40))
    assert part.lead[:3] == (
        "About 40 offers were made in Mar 2026.",
        "Taken up, share of all offers: 50%.",
        "Section 136 used when it was considered: 50% (considered at 40 contacts).",
    )
    rows = (
        ("Offers made", "40", ""),
        ("Taken up", "20", "50%"),
        ("Not taken up", "10", "25%"),
        ("Not known", "10", "25%"),
    )
    assert grid(part, "Offers, and whether they were taken up").rows == rows
    assert grid(part, "Section 136, when it was considered").rows[1:3] == (
        ("Used", "20", "50%"),
        ("Not used", "20", "50%"),
    )
    assert grid(part, "Offers by service").rows[0] == ("Triage car", "40", "40", "20", "10", "10", "50%")
    assert grid(part, "Section 136, when it was considered, by service").rows[-1][-1] == "50%"
    assert grid(part, "Time at the scene").rows == (("All services", "40", "40"),)
    assert not [one.title for one in part.grids if "avoid" in one.title.lower()]


def test_contacts_after_an_offer_stand_beside_those_of_people_alike() -> None:
    part = report(invented(40, after=1))
    (week, month) = grid(part, TITLE).rows
    assert week[:3] == ("In the next 7 days", "150", "100") and month[1:3] == ("150", "100")
    assert week[3] == "+50" and week[4].startswith("+3")
    assert "The difference does not show cause" in grid(part, TITLE).note
    assert any("This does not show cause." in line for line in part.lead)


def test_one_persons_contacts_hide_the_comparison() -> None:
    one = {"days": 7, "offered": 1.0, "others": 1.0, "low": -0.1, "high": 0.1}
    for about, shown in (({"fewest": 8, "largest": 0.5}, True), ({"fewest": 7, "largest": 0.1}, False)):
        found = Beside(offered=FEWEST, others=FEWEST, alone=0, after=(After(**one, **about),))  # type: ignore[arg-type]
        assert (compared_grid(found, LAST).rows[0][1] == "100") == shown == bool(sentences(found))
    dominated = After(**one, fewest=20, largest=0.51)  # type: ignore[arg-type]
    assert compared_grid(Beside(offered=20, others=20, alone=0, after=(dominated,)), LAST).rows[0][1:] == ("*",) * 4


def test_a_years_offers_are_over_for_thirty_days_at_its_end_and_never_change_with_the_month() -> None:
    assert (str(offer_year(LAST)[0]), str(offer_year(LAST)[-1])) == ("2025-03", "2026-02")
    assert offer_year(LAST) == offer_year(LAST + 11) and offer_year(LAST + 12)[0] == offer_year(LAST)[0] + 12
    last = datetime.combine(offer_year(LAST)[-1].after, datetime.min.time())
    assert last + timedelta(days=30) <= datetime.combine(LAST.after, datetime.min.time())


def test_a_month_that_was_not_supplied_is_missing() -> None:
    late = Stamp(**{**vars(STAMP), "month": LAST + 1})
    part = offers_report(invented(40), stamp=late, breaks={}, minimum_age=18)
    assert part.lead == ("Apr 2026 was not supplied.",) and part.grids == () and part.charts == ()


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def listed(place: Place) -> Part:
    month, folder, tables = tables_of(place, None, "offer_judged")
    shown = shown_tables(place, tables, NOW.date())
    return offers_list(place, shown, stamp=stamp_for(place, month, folder, NOW), by="Triage lead", now=NOW)


def test_the_list_names_rows_to_put_right_and_people_offered_something_again(place: Place) -> None:
    part = listed(place)
    (again,) = grid(part, "People offered something again").rows
    assert again[0].startswith("Aldous Penrose") and again[1:] == ("2", "1")
    rows = grid(part, "Records to put right").rows
    assert [(row[0], row[1]) for row in rows] == [
        ("Taken, but not offered", "O3"),
        ("Section 136 used, but not considered", "O4"),
    ]
    assert rows[0][3] == "Not recorded" and rows[1][-1] == "nobody named"
    entry = records.history(place.records, DISCLOSURES).filter(what="offers list").to_dicts()
    assert [(one["recipient"], one["by"], one["people"]) for one in entry] == [("group", "Triage lead", 2)]
    assert "1 person offered something again" in part.lead[0] and "1 people" not in part.lead[0]


def test_who_may_not_be_named_is_withheld(place: Place) -> None:
    judged = pl.read_parquet(place.which(None)[1] / "offer_judged.parquet")
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    who = judged.filter(offer_id="O1")["person_id"].item()
    record_change(place, who, change, evidence="letter", by="Officer", now=NOW - timedelta(days=1))
    part = listed(place)
    assert "Penrose" not in str(part.grids)
    assert grid(part, "People offered something again").note == "Nobody was offered something twice this month."


def test_a_paper_made_again_shows_what_it_first_showed() -> None:
    one, more = invented(40), invented(43, after=1)
    assert same_when_made_again(lambda shown: report(one, shown), lambda shown: report(more, shown))
