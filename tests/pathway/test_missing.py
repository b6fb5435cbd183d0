"""The papers about people missing from hospital: suppression, the funnel, the list under the gate."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW
from attacker import FEW, ROUNDED, Programme, reading
from pathway_kit import kept, same_when_made_again

from hiu.govern import records
from hiu.model import PATHWAY
from hiu.model.frames import schema
from hiu.model.govern import DISCLOSURES
from hiu.publish.board.paper import Grid
from hiu.publish.pathway.forms import files
from hiu.publish.pathway.missing_chart import Site, site_chart
from hiu.publish.pathway.part import Chart, Part
from hiu.publish.stamp import Stamp
from pipelines.common.place import Place, open_place
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.pathway.counts import month_cells
from pipelines.pathway.missing.listing import missing_list
from pipelines.pathway.missing.report import DATASET, SPLITS, missing_report
from pipelines.pathway.missing.rows import episodes
from pipelines.pathway.missing.sites import limits, standing
from pipelines.pathway.shown import Shown
from pipelines.pathway.write import shown_tables, stamp_for, tables_of

STAMP = Stamp(
    site="Testshire", month=LAST, run_id="2026-03-x", built=NOW, data_to=date(2026, 3, 31), settings_version="s"
)


def invented(count: int, *, months: int = 1, site: str = "Ash", often: int = 0) -> dict[str, pl.DataFrame]:
    """So many episodes a month at a site and at Oak, each of somebody else, and `often` more at Elm; nights in each."""
    rows, legs, beds = [], [], []
    every = [LAST - back for back in range(months)]
    for month in every:
        for at in range(2 * count + often):
            where = site if at < count else ("Oak" if at < 2 * count else "Elm")
            key = {"delivery_id": str(month), "source_row": at, "person_id": f"P{month}-{at}"}
            made = datetime(month.year, month.number, 1 + at % 27, 22)
            about = {"episode_id": f"E{month}-{at}", "nobody": False, "reported_at": made, "site": where}
            about |= {"site_by": "report", "kind": "absconded", "poor": ("yes", "no")[at % 2], "still_missing": False}
            rows.append(
                key | about | {"out_of_order": False, "in_window": 1 + at % 2, "earlier": at % 2, "grab_pack": "yes"}
            )
            legs.append(key | {"table": "missing_episode", "leg": "to_report", "minutes": at, "out_of_order": False})
        own = [{"site": where, "month": month.start, "nights": 10} for where in ("Ash", "Oak", "Elm")]
        beds += [bed | {"person_id": f"B{bed['site']}-{at}"} for bed in own for at in range(60)]
    feed = [{"month": month.start, "table": "missing_episode", "supplied": True} for month in every]
    frames = {"missing_judged": rows, "missing_episode": [], "leg": legs, "site_night": beds, "feed_month": feed}
    return {name: pl.DataFrame(own, schema=schema(PATHWAY[name])) for name, own in frames.items()}


def grid(part: Part, title: str) -> Grid:
    return next(one for one in part.grids if one.title == title)


def test_fewer_than_eight_people_have_no_figure() -> None:
    part = missing_report(invented(3), stamp=STAMP, breaks={})
    text = " ".join(
        cell for one in part.grids if one.title != "Sites against the funnel" for row in one.rows for cell in row[1:]
    )
    assert not re.search(r"\b[1-9]\d*\b", text)
    assert part.lead[0] == "How many people were reported missing in Mar 2026 can't be shown."


def test_the_figures_of_a_month() -> None:
    part = missing_report(invented(40), stamp=STAMP, breaks={})
    assert part.lead[0] == "About 80 episodes were reported in Mar 2026."
    assert grid(part, "How they were reported").rows[:2] == (("Poor", "40", "50%"), ("Not poor", "40", "50%"))
    assert grid(part, "Grab pack, of people who went missing before").rows[0] == ("Yes", "40", "100%")
    assert grid(part, "How long it took").rows[0] == ("Last seen to report", "0 h 40", "1 h 10", "80", "0")
    assert grid(part, "Episodes by site").rows == (("Ash", "40", "50%"), ("Oak", "40", "50%"))


def test_a_month_that_was_not_supplied_is_missing() -> None:
    tables = invented(40)
    late = Stamp(**{**vars(STAMP), "month": LAST + 1})
    part = missing_report(tables, stamp=late, breaks={})
    assert part.lead == ("Apr 2026 was not supplied.",) and part.grids == () and part.charts == ()


def test_a_site_above_its_limit_is_problematic_volume_and_one_without_beds_is_said_to_be() -> None:
    part = missing_report(invented(10, months=12, often=30), stamp=STAMP, breaks={})
    rows = {row[0]: row[1:] for row in grid(part, "Sites against the funnel").rows}
    assert rows["Elm"] == ("problematic volume: above the 99.8% limit", "360", "7200", "50.0")
    assert rows["Ash"][0] == "below the 99.8% limit" and rows["Ash"][1:] == rows["Oak"][1:]
    assert next(chart.alt.partition(",")[0] for chart in part.charts) == "Missing episodes by site"
    other = missing_report(invented(10, months=12, site="The General"), stamp=STAMP, breaks={})
    rows = {row[0]: row[1:] for row in grid(other, "Sites against the funnel").rows}
    assert rows["The General"][:1] == ("no bed days of it were sent",) and rows["The General"][2:] == (
        "none sent",
        "not shown",
    )


def test_names_in_a_funnel_cover_neither_each_other_nor_a_site() -> None:
    """Seven wards outside the limits, six of them alike: whose name finds no room is in the table alone."""
    alike = [Site(f"Honeybourne Ward {n}", 250 + n, 4000 + 200 * n) for n in range(6)]
    sites = [*alike, Site("Kingsholm Ward", 1060, 6900)]
    lines = [
        {"days": days, "middle": 90} | {name: 1000 * end / days for name, end in limits(0.09 * days).items()}
        for days in (10, 1000, 4000, 7000)
    ]
    svg = site_chart(sites, lines, "2025/26").svg
    text = r"translate\(([-\d.]+),([-\d.]+)\)[^>]*>((?:Honeybourne|Kingsholm) Ward[^<]*)<"
    names = [(float(x), float(y), 6 * len(name)) for x, y, name in re.findall(text, svg)]
    assert "Kingsholm Ward<" in svg and 1 < len(names) < len(sites)
    for at, (x, y, width) in enumerate(names):
        assert all(abs(x - a) >= (width + w) / 2 or abs(y - b) >= 9 for a, b, w in names[:at]), names


def test_a_funnel_in_which_nothing_can_be_shown_has_no_limits() -> None:
    """It said that limits were about a rate of 0.0, which nobody had counted."""
    tables = invented(3)
    tables["site_night"] = tables["site_night"].filter(pl.col("site") != "Elm")
    note = grid(missing_report(tables, stamp=STAMP, breaks={}), "Sites against the funnel").note
    assert "no limits" in note and "0.0" not in note


def test_a_share_of_nobody_is_not_read_as_none_of_them() -> None:
    part = missing_report(invented(10), stamp=STAMP, breaks={})
    nobody = missing_report(_first(invented(10)), stamp=STAMP, breaks={})
    assert [line for line in part.lead if line.endswith("share of them: 100%.")]
    assert [line for line in nobody.lead if line.endswith("share of them: nothing to count.")]


def _first(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same where nobody had gone missing before."""
    return tables | {"missing_judged": tables["missing_judged"].with_columns(earlier=pl.lit(0))}


def test_thousands_have_commas_in_every_form_and_words_such_as_the_number_of_a_log_have_none() -> None:
    rows = (("20261", "7200"), ("20262", "14400"))
    part = missing_report(invented(3), stamp=STAMP, breaks={})
    part = replace(part, grids=(Grid("Nights", ("Log", "Nights"), rows),), charts=(), shaded=frozenset({"Nights"}))
    made = files(part)
    text = made["missing-2026-03.html"].decode()
    assert "14,400" in text and "7,200" in text and "20261" in text and "20,261" not in text
    assert 'heat5">14,400<' in text, "the larger is the darkest still"
    with zipfile.ZipFile(io.BytesIO(made["missing-2026-03.xlsx"])) as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "styles"))
    assert "<v>14400</v>" in sheet and "<v>20261</v>" not in sheet
    assert "#,##0" in styles, "figures with commas in Excel too"


def test_limits_are_those_of_a_poisson_count() -> None:
    lines = limits(100.0)
    assert (round(lines["low"]), round(lines["high"])) == (81, 121)
    assert limits(0.0)["low"] == 0.0 and limits(1.0)["far_low"] == 0.0
    assert standing(Site("A", 120, 1000), 0.1) == "as chance would have it"
    assert standing(Site("A", 121, 1000), 0.1).endswith("95% limit")


def test_a_person_with_more_than_half_of_the_nights_hides_the_sites_bed_days() -> None:
    tables = invented(10, months=12)
    more = pl.when(pl.col("person_id") == "BAsh-1").then(10_000).otherwise("nights").alias("nights")
    tables["site_night"] = tables["site_night"].with_columns(more)
    rows = {
        row[0]: row for row in grid(missing_report(tables, stamp=STAMP, breaks={}), "Sites against the funnel").rows
    }
    assert rows["Ash"][1] == "not shown" and not rows["Ash"][3].isdigit()


@pytest.fixture
def place(desk_home: Path, tmp_path: Path) -> Place:
    shutil.copytree(desk_home, tmp_path / "site")
    return open_place(tmp_path / "site")


def listed(place: Place) -> Part:
    month, folder, tables = tables_of(place, None, "missing_judged")
    shown = shown_tables(place, tables, NOW.date())
    return missing_list(place, shown, stamp=stamp_for(place, month, folder, NOW), by="Ward manager", now=NOW)


def test_the_list_names_repeats_and_rows_to_look_at_and_is_entered_before(place: Place) -> None:
    part = listed(place)
    (again,) = grid(part, "People missing again").rows
    assert again[0].startswith("Aldous Penrose") and again[1:] == ("Ash Ward", "2")
    rows = grid(part, "To look at").rows
    assert [row[:2] for row in rows] == [
        ("Poor reporting", "M1"),
        ("No grab pack at a later episode", "M2"),
        ("Not found by the month's end", "M1"),
        ("Not found by the month's end", "M4"),
    ]
    assert rows[-1][-1] == "nobody named" and rows[1][3] == "Ash Ward"
    entry = records.history(place.records, DISCLOSURES).filter(what="missing list").to_dicts()
    assert [(one["recipient"], one["by"], one["people"]) for one in entry] == [("group", "Ward manager", 1)]


def test_who_may_not_be_named_is_withheld(place: Place) -> None:
    person = (
        pl.read_parquet(place.which(None)[1] / "missing_judged.parquet").filter(episode_id="M1")["person_id"].item()
    )
    change = BasisChange(allow=None, deny="objection", end=None, purpose=None, recipient=None, until=None)
    record_change(place, person, change, evidence="letter", by="Officer", now=NOW - timedelta(days=1))
    part = listed(place)
    assert "Penrose" not in str(part.grids) and [row[1] for row in grid(part, "To look at").rows] == ["M4"]
    assert grid(part, "People missing again").note == "Nobody has a repeat this month."


def test_a_month_shows_the_same_when_it_is_looked_back_at() -> None:
    rows = episodes(invented(9, months=2))
    alone, both = (
        month_cells(rows, DATASET, SPLITS, [LAST - 1], Shown()),
        month_cells(rows, DATASET, SPLITS, [LAST - 1, LAST], Shown()),
    )
    assert {cell.key: cell.shown for cell in alone}.items() <= {cell.key: cell.shown for cell in both}.items()
    assert {cell.shown for cell in alone} >= {"20"}


def test_who_was_found_in_the_next_month_stays_missing_at_the_end_of_their_own() -> None:
    first = invented(9, months=2)
    late = pl.col("reported_at").dt.day() > 15
    before = pl.col("reported_at").dt.month() == (LAST - 1).number
    first["missing_judged"] = first["missing_judged"].with_columns(still_missing=late)
    found = (
        first["missing_judged"]
        .filter(late & before)
        .select("delivery_id", "source_row", found_at=pl.lit(datetime(2026, 3, 2)))
    )
    second = first | {
        "missing_judged": first["missing_judged"].with_columns(still_missing=late & ~before),
        "missing_episode": found,
    }
    own, again = (month_cells(episodes(tables), DATASET, SPLITS, [LAST - 1], Shown()) for tables in (first, second))
    assert own == again and any(cell.group == "still_missing=yes" for cell in own)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are not drawn: what they are of is asked elsewhere."""
    monkeypatch.setattr("pipelines.pathway.trends.trend_chart", lambda *_, **__: "<svg/>")
    monkeypatch.setattr("pipelines.pathway.missing.sites.site_chart", lambda *_: Chart(svg="<svg/>", alt=""))


@pytest.mark.usefixtures("undrawn")
def test_a_paper_made_again_shows_what_it_first_showed() -> None:
    one, fewer = invented(40), invented(38)
    assert same_when_made_again(
        lambda shown: missing_report(one, stamp=STAMP, breaks={}, shown=shown),
        lambda shown: missing_report(fewer, stamp=STAMP, breaks={}, shown=shown),
    )


@pytest.mark.usefixtures("undrawn")
def test_a_later_paper_looks_back_at_what_was_first_shown_and_so_does_a_year() -> None:
    shown = Shown()
    before = Stamp(**{**vars(STAMP), "month": LAST - 1})
    missing_report(invented(40, months=12), stamp=before, breaks={}, shown=shown)
    missing_report(invented(40, months=12), stamp=STAMP, breaks={}, shown=shown)
    again = kept(shown)
    part = missing_report(invented(36, months=13), stamp=STAMP, breaks={}, shown=again)
    assert {row[2] for row in grid(part, "Sites against the funnel").rows} == {"480", "0"}
    assert again.of(LAST - 1).cells == shown.of(LAST - 1).cells and not again.new & set((LAST - 11).through(LAST))
    alt = next(chart.alt for chart in part.charts if "a month" in chart.alt)
    assert alt.endswith("Mar 2026: 80, usual variation. Mean 80.")


def few_still_missing(n: int, few: int, leg: str) -> dict[str, pl.DataFrame]:
    """`n` episodes of one site, of which the first `few` were not found by the month's end."""
    tables = invented(n)
    judged = tables["missing_judged"].filter(pl.col("site") == "Ash")
    found = judged.with_row_index("at").with_columns(still_missing=pl.col("at") < few).drop("at")
    legs = found.filter(~pl.col("still_missing")).select("delivery_id", "source_row")
    both = tables["leg"].join(legs, on=["delivery_id", "source_row"]).with_columns(leg=pl.lit(leg))
    return tables | {"missing_judged": found, "leg": both.select(tables["leg"].columns)}


@pytest.mark.parametrize(
    ("leg", "words"), [("missing", "Report to found"), ("return_interview", "Found to return interview")]
)
@pytest.mark.parametrize(("n", "few"), [(63, 3), (64, 2), (66, 6), (80, 7), (41, 1), (63, 30)])
def test_what_was_found_with_both_times_does_not_tell_how_few_were_not_found(
    n: int, few: int, leg: str, words: str
) -> None:
    """All 65 and 60 found with both times proved that fewer than 8 were still missing."""
    part = missing_report(few_still_missing(n, few, leg), stamp=STAMP, breaks={})
    both = next(row for row in grid(part, "How long it took").rows if row[0] == words)[3]
    [still] = [line for line in part.lead if line.startswith("Not found by")]
    programme = Programme()
    [every] = re.findall(r"About (\d+) episodes", part.lead[0]) or ["*"]
    for name, text in (("all", every), ("both", both), ("still", still.removesuffix(".").split(": ")[1])):
        programme.add({name: 1.0}, *reading(text))
    rows = {row[0]: row[1] for row in grid(part, "How they were reported").rows}
    for name, text in rows.items():
        programme.add({name: 1.0}, *reading(text))
    programme.add(dict.fromkeys(rows, 1.0) | {"all": -1.0}, 0, 0)
    programme.add({"all": 1.0, "both": -1.0, "still": -1.0}, 0, 1_000_000)
    low, high, _ = programme.ends({"still": 1.0}, 2 * ROUNDED, FEW)
    assert (few >= FEW) or (high >= FEW and high - low >= 2 * ROUNDED), (every, both, still, low, high)
    assert both.isdigit() == (few >= FEW), "what tells nothing is shown"
