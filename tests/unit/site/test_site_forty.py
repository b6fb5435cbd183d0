"""Questions as a chair, a commissioner and a researcher put them: what came out wrong once, and a line for each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.govern import reads
from hiu.month import Month
from hiu.rank.reports.cohorts import survival, together
from hiu.site import Site
from hiu.site.ask.around import _near, _watched
from hiu.site.ask.beside import _ratio_words
from hiu.site.published import Published
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.show.suggest import NoSuchName
from hiu.site.views.cohort import Cohort
from hiu.site.views.definitions import Definitions
from hiu.site.views.places import Places
from hiu.site.views.ranked import Ranked
from hiu.stats import chance_ratio
from hiu.synth.groups import write_groups, write_population
from pipelines.common.place import Place

C = pl.col
Ask = Callable[[Published], object]


MORE = "More questions, a line each"


def stays(*rows: tuple[str, date, date]) -> pl.DataFrame:
    """Stays with a bed: person, first night, day out."""
    frame = pl.DataFrame(rows, schema=["person_id", "first_night", "day_out"], orient="row")
    each = {"source": pl.lit("mh_beds"), "event_id": C("person_id"), "nobody": pl.lit(False)}
    return frame.with_columns(**each, start=C("first_night").cast(pl.Datetime("us")))


def test_a_stay_is_in_every_month_that_it_covers() -> None:
    types = {"person_id": pl.String, "source": pl.String, "event_id": pl.String, "counted": pl.Boolean}
    none = pl.DataFrame(schema={**types, "start": pl.Datetime("us")})
    own = stays(("A", date(2024, 1, 1), date(2026, 4, 1)), ("B", date(2024, 1, 1), date(2025, 4, 1)))
    found = together(none.lazy(), own, Month(2026, 3))
    assert found.rows() == [("mh_beds", 1, 1, 1)]


def test_an_interval_is_never_of_no_width() -> None:
    one = survival(pl.Series([30]), pl.Series([False])).row(1, named=True)
    assert one["share"] == 0 and one["low"] == 0 and one["high"] == pytest.approx(0.793, abs=0.001)
    every = survival(pl.Series([3, 3]), pl.Series([True, True]))
    assert every.height == 1


def test_a_chart_is_drawn_when_it_is_shown() -> None:
    drawn: list[int] = []
    chart = Chart(lambda: drawn.append(1) or "<svg></svg>", "words")
    assert repr(chart) == "words" and not drawn
    assert chart.svg == chart.svg == "<svg></svg>" and drawn == [1]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.cohort([]), "a cohort of nobody"),
        (lambda run: run.cohort([True]), "expected ids or ranks"),
        (lambda run: run.cohort(run.table("coverage")), "needs the column person_id"),
        (lambda run: run.cohort([1]).evaluate(), r"run.cohort\(\).evaluate\(\)"),
        (lambda run: run.cohort([1]).backtest(), r"run.cohort\(\).backtest\(\)"),
        (lambda run: run.cohort([1]).equality(), r"run.cohort\(\).equality\(\)"),
        (lambda run: run.cohort([1]).flow(), r"run.cohort\(\).flow\(\)"),
        (lambda run: run.cohort([1]).cost(1), "of a cohort of some people ask"),
        (lambda run: run.cohort().cost(0), r"cost\(0\): the list has"),
        (lambda run: run.cohort().cost(-1), r"cost\(-1\): the list has"),
        (lambda run: run.cohort().cost(99_999), r"cost\(99999\): the list has"),
        (lambda run: run.cohort().trend(["s136"]), r"trend\(dataset=\.\.\.\): expected text or None; found list"),
        (lambda run: run.quality().coverage(0), "0 months: give a whole number from 1"),
        (lambda run: run.admissions(months=0), "0 months: give a whole number from 1"),
        (lambda run: run.hour_of_week(months=-2), "-2 months"),
        (lambda run: run.sql("select frm ranked"), "is FROM written out"),
        (lambda run: run.pathway("desk"), "desk_log"),
        (lambda run: run.pathway("ranked"), "no table of the crisis pathway"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(run: Published, ask: Ask, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)


def test_people_are_given_as_one_thinks_of_them(run: Published) -> None:
    first = run.ranked(1)["person_id"][0]
    given = (1, [1], first, [first], run.ranked(1), run.ranked(1)["person_id"])
    assert {run.cohort(one).cost().title for one in given if not isinstance(one, int)} == {
        "Cost of 1 person, last 12 months, pounds"
    }
    assert run.admissions(months=1).title.split(" in ")[2].startswith("1 month to")


def test_a_month_that_is_not_supplied_has_a_reason(place_after: Place) -> None:
    folder = hiu.open(place_after.home, curated=place_after.curated).latest.folder
    deliveries, coverage = (pl.read_parquet(folder / f"{name}.parquet") for name in ("deliveries", "coverage"))
    month = coverage["month"].min()
    first, of = C("period") == month, C("source")
    sent = deliveries.filter((of != "ed") | ~first)
    sent = sent.with_columns(received=pl.when(first & (of == "ambulance")).then(0).otherwise("received"))
    gone = (C("month") == month) & of.is_in(["ed", "ambulance", "police"])
    sent.write_parquet(folder / "deliveries.parquet")
    coverage.with_columns(supplied=C("supplied") & ~gone).write_parquet(folder / "coverage.parquet")
    found = hiu.open(place_after.home, curated=place_after.curated).latest.not_supplied()
    why = dict(found.select("source", "why").iter_rows())
    assert why["ed"] == "ed: no file for this month" and "empty = " in why["ambulance"]
    assert why["police"].startswith("rows were sent")


def test_what_was_not_supplied_is_told_wherever_contacts_are_counted(place_after: Place) -> None:
    folder = hiu.open(place_after.home, curated=place_after.curated).latest.folder
    coverage = pl.read_parquet(folder / "coverage.parquet")
    gone = (C("month") == coverage["month"].max()) & (C("dataset") == "ed_attendance")
    coverage.with_columns(supplied=C("supplied") & ~gone).write_parquet(folder / "coverage.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    everybody, some = run.cohort(), run.cohort(run.ranked(2))
    counted = (
        everybody.cost(),
        everybody.together(),
        everybody.reasons(),
        everybody.around("police_incident"),
        everybody.gaps(),
        some.beside(),
    )
    for found in counted:
        assert any("missing here and not zero" in line and "ED attendances" in line for line in found.sentences), found
    lacking = pl.read_parquet(folder / "coverage.parquet").filter("supplied", C("dataset") == "ed_attendance").height
    assert f"ED attendances in {12 - lacking} of 12 months" in run.people().title
    assert "missing here and not zero: ED attendances" in run.people("ed_attendance", months=1).title
    assert "ED attendances" not in run.people("police_incident").title


def test_a_table_stays_one_whatever_is_done_with_it(run: Published) -> None:
    listed = run.ranked()
    done = (
        listed.select("rank", "label"),
        listed.with_columns(one=pl.lit(1)),
        listed.drop("sentence"),
        listed.unique("label"),
        listed.rename({"rank": "place"}),
        listed.slice(0, 1),
        listed.join(run.people(), on="person_id"),
    )
    assert all(type(one.to_polars()) is pl.DataFrame and one.title.startswith(listed.title) for one in done)
    assert done[6].height and listed.select("rank").why(1) == run.why(1)


def test_cost_tells_what_is_not_in_it(run: Published) -> None:
    assert run.cohort().cost().sentences[0].startswith("Indicative")
    said = run.cohort().cost().sentences[-1]
    assert ("too low" in said) == bool(run.cohort()._gaps())


FINDINGS: dict[str, Callable[[Published], Finding]] = {
    "trend": lambda run: run.cohort().trend(),
    "evaluate": lambda run: run.cohort().evaluate(),
    "cost": lambda run: run.cohort().cost(),
    "backtest": lambda run: run.cohort().backtest(),
    "together": lambda run: run.cohort().together(),
    "flow": lambda run: run.cohort().flow(),
    "nights": lambda run: run.cohort().nights(),
    "concentration": lambda run: run.cohort().concentration(),
    "next_contact": lambda run: run.cohort().next_contact(),
    "equality": lambda run: run.cohort().equality(),
    "reasons": lambda run: run.cohort([1, 2]).reasons(),
    "beside": lambda run: run.cohort([1, 2]).beside(),
    "around": lambda run: run.cohort().around("ed_attendance"),
    "gaps": lambda run: run.cohort().gaps(),
    "hour_of_week": lambda run: run.hour_of_week(),
    "what_if": lambda run: run.what_if(half_life=6),
    "sensitivity": lambda run: run.ranked().sensitivity(),
    "demand": lambda run: run.places().demand("home", "borough"),
    "team": lambda run: run.places().team(),
    "groups": lambda run: run.groups(),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_every_column_of_a_finding_has_a_meaning(run: Published, name: str) -> None:
    found = FINDINGS[name](run).columns()
    assert found.filter(C("meaning") == "").rows() == []


@pytest.mark.parametrize("name", sorted(set(FINDINGS) - {"trend", "demand"}))  # these have a table a data set or area
def test_the_tables_of_a_finding_are_in_its_description(run: Published, name: str) -> None:
    kinds = (Published, Ranked, Cohort, Places)
    texts = [inspect.getdoc(getattr(kind, name)) or "" for kind in kinds if name in vars(kind)]
    assert texts and [one for one in FINDINGS[name](run).tables if not any(f"`{one}`" in text for text in texts)] == []


def test_what_hangs_on_an_object_openly_is_described(run: Published) -> None:
    site = Site(run.opened)
    held = (site, run, run.ranked(), run.person(1), run.cohort([1]), run.quality(), run.linkage(), run.places())
    finding, review = run.cohort().together(), run.review("Ann Lyst")
    for one in (*held, run.definitions(), review, finding, finding.charts[0]):
        own = {name for name in vars(one) if not name.startswith("_") and name not in dir(type(one))}
        text = (inspect.getdoc(type(one)) or "").replace("`.", "`")
        assert [name for name in own if f"`{name}`" not in text] == [], type(one).__name__


def test_the_questions_of_the_analysts_page_take_a_line(
    run: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_groups(tmp_path / "groups.csv", run.people()["person_id"])
    write_population(tmp_path / "population.csv", run.people(area="borough")["borough"])
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[3] / "docs" / "analyst.md").read_text(encoding="utf-8")
    index, more = (page.split(f"## {name}\n")[1].split("\n## ")[0] for name in ("Where an answer is", MORE))
    scope = {"run": run, "pl": pl, "C": C, "first": run.cohort(run.ranked(20))}
    for section, least in ((index, 20), (more, 60)):
        rows = [row for row in section.splitlines() if row.startswith("| ")]
        lines = [line for row in rows for line in re.findall("`(run.*?|first.*?)`", row)]
        for line in lines:
            assert eval(line.replace("compare()", "compare(run.month)"), dict(scope)) is not None, line
        assert len(lines) >= least


def test_every_finding_is_walked() -> None:
    """A method that gives a finding is in FINDINGS: else nobody asks what its columns mean."""
    kinds = (Published, Cohort, Ranked, Places, Definitions)
    own = {
        n
        for kind in kinds
        for n, job in vars(kind).items()
        if getattr(job, "__annotations__", {}).get("return") == "Finding"
    }
    assert own - {"sensitivity", "hour_of_week"} <= set(FINDINGS)


def test_people_are_counted_as_the_list_counts_them(run: Published) -> None:
    found = run.people().to_polars()
    both = run.ranked().to_polars().join(found, on="person_id", how="left", suffix="_own")
    assert (both["contacts_12"] == both["contacts"].fill_null(0)).all() and both.height
    assert (both["rank"] == both["rank_own"]).all()
    agencies = run.cohort().together().table("agencies").to_polars()
    several = agencies.filter(C("agencies").str.contains("|", literal=True))["people"].sum()
    whole = found.filter(C("agencies") >= 2).height
    assert 0 < whole <= several
    ed = run.people("ed_attendance", area="borough")
    assert ed["contacts"].sum() <= found["contacts"].sum() and "borough" in ed.columns


def test_the_area_of_a_home_is_that_of_the_latest_contact_with_one(run: Published) -> None:
    homes: dict[str, tuple[datetime, str]] = {}
    for row in pl.read_parquet(run.folder / "event_place.parquet").filter(area="home").iter_rows(named=True):
        if row["borough"] and row["person_id"] and row["start"] >= homes.get(row["person_id"], (row["start"], ""))[0]:
            homes[row["person_id"]] = row["start"], row["borough"]
    found = dict(run.people(area="borough").to_polars().select("person_id", "borough").iter_rows())
    several = [one for one, (_, home) in homes.items() if found.get(one) not in (None, home)]
    assert len(several) <= len(homes) // 100, "two contacts may begin in one minute"
    assert sum(found.get(one) == home for one, (_, home) in homes.items()) > 50


def test_beds_on_a_night_are_those_of_the_stays(run: Published) -> None:
    stay = pl.read_parquet(run.folder / "stay.parquet").filter(~C("nobody"))
    night = stay.filter(C("day_out") > C("first_night"))["first_night"][0]
    lies = stay.filter(C("first_night") <= night, C("day_out") > night)
    away = lies.filter(C("leave_start") <= night, C("leave_end").is_null() | (C("leave_end") > night))
    beds = lies.join(away, on=["delivery_id", "source_row"], how="anti")
    assert run.admissions(on=night).height == run.admissions(on=str(night)).height == beds["spell"].n_unique() > 0
    with pytest.raises(UsageError, match="is not a day"):
        run.admissions(on="tomorrow")


def timeline(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["person_id", "dataset", "event_id", "start"], orient="row")
    return frame.with_columns(C("start").str.to_datetime("%Y-%m-%d %H:%M"), source=C("dataset"))


def test_what_comes_around_is_told_from_chance() -> None:
    rows = [("A", "s136", "1", "2026-03-10 12:00"), ("A", "police_incident", "2", "2026-03-10 11:00")]
    rows += [("A", "ed_attendance", "3", "2026-03-11 12:00"), ("A", "ed_attendance", "4", "2026-03-20 12:00")]
    whole = timeline(*rows, ("B", "s136", "5", "2026-01-01 12:00"))
    own = whole.filter(C("dataset") == "s136").with_row_index("at")
    none = pl.DataFrame(schema={"at": own["at"].dtype, "source_other": pl.String, "event_id_other": pl.String})
    near = {
        one: _near(own, whole, none, one, 24, _watched(whole)) for one in (None, "police_incident", "ed_attendance")
    }
    assert near[None][:3] == ("any", 2, 1) and near[None][4] == 1
    assert near["police_incident"][2:5:2] == (1, 0) and near["ed_attendance"][2:5:2] == (0, 1)
    assert near["ed_attendance"][6] == pytest.approx(1 - (1 - 1 / 78) ** 2)
    same = none.vstack(
        pl.DataFrame({"at": [0], "source_other": ["police_incident"], "event_id_other": ["2"]}, schema=none.schema)
    )
    assert _near(own, whole, same, None, 24, _watched(whole))[1:3] == (2, 0)


def test_two_groups_beside_each_other() -> None:
    assert _ratio_words((20, 2.0, 0.01), (10, 1.0, 0.01)).startswith(
        "2.00 times as many contacts a person (95% interval 1.52"
    )
    assert "no reliable difference" in _ratio_words((20, 2.0, 0.3), (10, 1.0, 0.3))
    assert _ratio_words((0, 0.0, 0.0), (10, 1.0, 0.3)).startswith("One of the two")
    assert chance_ratio(0, 3)[:2] == (0.0, 0.0) and chance_ratio(3, 0)[2] is None
    low, high = chance_ratio(10, 10)[1:]
    assert low is not None and high is not None and low * high == pytest.approx(1)


def test_a_long_list_is_entered_by_its_number_and_makes_no_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(reads, "pseudonym", lambda one, key: made.append(one) or one)
    audit = tmp_path / "audit.jsonl"
    ids = [f"HIU-{turn:08}" for turn in range(reads.FEW + 1)]
    for whom in (ids, ids[:2]):
        look = reads.Look(what="people", whom=whom, purpose="support")
        reads.enter(tmp_path / "reads", b"k" * 32, look, datetime(2026, 4, 8, tzinfo=UTC), audit)
    assert sorted(made) == ids[:2]
    found = reads.looks(tmp_path / "reads", b"k" * 32)
    assert sorted(found["people"]) == [2, reads.FEW + 1] and sorted(found["whom"].list.len()) == [0, 2]


def test_a_move_to_another_ward_is_no_stay_of_its_own(place_after: Place) -> None:
    folder = hiu.open(place_after.home, curated=place_after.curated).latest.folder
    timeline = pl.read_parquet(folder / "timeline.parquet")
    spells = timeline.filter(C("dataset") == "mh_bed_day", "counted").sort("start").unique("spell_id", keep="first")
    moved = spells.with_columns(C("start") + pl.duration(hours=20), event_id=pl.format("{}-2", "event_id"))
    pl.concat([timeline, moved]).write_parquet(folder / "timeline.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    each = spells.filter(C("start") >= (run.month - 11).start, ~C("start_day_only"))
    again = each.height - each["person_id"].n_unique()
    found = run.cohort().around("mh_bed_day").table("around").filter(C("other").is_in(["any", "mh_bed_day"]))
    assert found["events"].unique().to_list() == [each.height] and each.height
    assert run.cohort().gaps("mh_bed_day").table("gaps")["gaps"].to_list() == [again]


def test_everybody_has_whoever_is_listed_or_had_nights_alone(place_after: Place) -> None:
    folder = hiu.open(place_after.home, curated=place_after.curated).latest.folder
    demand, ranked = (pl.read_parquet(folder / f"{name}.parquet") for name in ("monthly_demand", "ranked"))
    one, two = demand.filter(C("dataset") == "mh_bed_day")["person_id"][0], ranked["person_id"][0]
    nights = C("dataset") == "mh_bed_day"
    demand = demand.filter((C("person_id") != two) & ((C("person_id") != one) | nights))
    demand.write_parquet(folder / "monthly_demand.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    found = run.people().to_polars()
    assert {one, two, *ranked["person_id"]} <= set(found["person_id"]) and found["person_id"].is_unique().all()
    year = C("month").is_between((run.month - 11).start, run.month.start)
    assert found["nights"].sum() == demand.filter(nights, year)["n"].sum() > 0
    own = run.people("ed_attendance").to_polars()
    without = own.filter(C("person_id").is_in(ranked["person_id"].implode()), C("contacts") == 0)
    assert set(ranked["person_id"]) <= set(own["person_id"]) and without.height > 0


@pytest.mark.parametrize("on", ["2010-01-01", "2030-05-01"])
def test_a_night_that_was_not_supplied_is_missing_and_not_zero(run: Published, on: str) -> None:
    with pytest.raises(UsageError, match="missing, not zero: there are those of"):
        run.admissions(on=on)
    assert " in use" in run.admissions(on=run.month.end).title
    assert "Not supplied" in run.admissions(100).title


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.cohort(run.ranked()).beside(), "nobody is left"),
        (lambda run: run.cohort([1, 2]).beside([1, 2]), "nobody is left"),
        (
            lambda run: run.sql('select t."start", s."start" from timeline t join stay s using (person_id)'),
            "two columns are called 'start'",
        ),
        (lambda run: run.cohort(1.5), "found a float"),
        (lambda run: run.ranked(0), r"ranked\(0\): the list has .* give a whole number from 1 to "),
        (lambda run: run.ranked(-1), r"ranked\(-1\): the list has"),
        (lambda run: run.ranked("20"), r"ranked\(top=\.\.\.\): expected a whole number or None; found '20'"),
        (lambda run: run.person(1.5), "expected text or a whole number; found 1.5"),
        (lambda run: run.person(None), "expected text or a whole number; found None"),
        (lambda run: run.person("1"), "A rank is given as a number"),
        (lambda run: run.cohort().cost("3"), r"cost\(top=\.\.\.\): expected a whole number"),
        (lambda run: run.sql(None), "expected text; found None"),
    ],
)
def test_what_is_not_meant_is_refused_in_words(run: Published, ask: Ask, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)


def test_people_of_a_pandas_table_and_one_person_are_a_cohort(run: Published) -> None:
    own = run.cohort(run.ranked(2)).people
    assert run.cohort(run.ranked(2).to_pandas()).people == own
    assert run.cohort(run.ranked(2).to_pandas()["person_id"]).people == own
    assert run.cohort(run.person(1)).people == run.cohort([1]).people
    with pytest.raises(UsageError, match="needs the column person_id"):
        run.cohort(run.ranked(2).to_pandas()[["rank"]])
    assert "counted in the first alone: 1 person." in " ".join(run.cohort([1]).beside([1, 2]).sentences)


def test_the_table_of_nobody_discharged_has_its_columns(run: Published) -> None:
    never = run.people().filter(~C("person_id").is_in(run.table("stay")["person_id"].drop_nulls().implode()))
    found = run.cohort(never.head(1)).next_contact().to_polars()
    assert found.columns == run.cohort().next_contact().to_polars().columns and not found.height


@pytest.mark.parametrize("name", ["monthly_demand", "support", "ranked", "timeline"])
def test_a_query_has_the_meanings_of_its_tables(run: Published, name: str) -> None:
    whole = run.tables(name).to_polars().select("column", "meaning")
    found = run.sql(f"select * from {name}").columns().to_polars()
    shown = whole.filter(C("column").is_in(found["column"].implode()))
    assert sorted(found.rows()) == sorted(shown.rows()) and found.height


def test_what_a_query_reckons_has_no_meaning_of_another_column(run: Published) -> None:
    def meanings(query: str) -> dict[str, str]:
        return dict(run.sql(query).columns().to_polars().iter_rows())

    assert meanings("select min(rank) as contacts from ranked") == {"contacts": ""}
    own = meanings("select n from monthly_demand")["n"]
    assert own and meanings("select d.n as number from monthly_demand d")["number"] == own
    inner = "with each as (select person_id, n, n * 2 as rank from monthly_demand) select n, rank from each"
    assert meanings(inner) == {"n": own, "rank": ""}
    assert meanings("select 1 as rank union all select 2") == {"rank": ""}


def test_what_the_month_has_is_named_where_a_cohort_has_it_not(run: Published) -> None:
    with pytest.raises(NoSuchName, match=r"The month has: run\.admissions"):
        run.cohort().admissions()  # type: ignore[attr-defined]


def test_figures_of_a_list_are_no_part_of_it(run: Published) -> None:
    whole = run.ranked()
    assert "of its" not in whole.select(C("contacts_12").sum()).title
    assert "of its" in whole.head(1).title and "of its" in whole.filter(C("rank") == 1).title


def test_the_flow_goes_back_as_far_as_it_is_asked(run: Published) -> None:
    two, usual = (run.cohort().flow(*months).table("flow").to_polars() for months in ([2], []))
    assert (two.height, usual.height) == (2, 4) and usual.tail(2).equals(two)
    with pytest.raises(UsageError, match="give a whole number from 1"):
        run.cohort().flow(0)


def test_a_person_joined_of_two_has_the_reasons_in_one_text(run: Published) -> None:
    odd = run.linkage().oddities().to_polars()["odd"]
    known = {"two NHS numbers", "two dates of birth", "two sexes", "very many descriptions", "a weak link"}
    assert odd.dtype == pl.String and len(odd) and set("|".join(odd).split("|")) <= known
    assert run.linkage().two_numbers().height == odd.str.split("|").list.contains("two NHS numbers").sum()


def test_under_18s_are_compared_with_their_own_list(run: Published) -> None:
    found = run.compare(run.month, under_18=True)
    own = pl.read_parquet(run.folder / "ranked.parquet").filter(C("list") == "under_18")
    assert own.height and set(own["person_id"]) == set(found["person_id"]) and "under-18s" in found.title
    assert found["rank"].to_list() == found["rank_before"].to_list() == own["rank"].sort().to_list()
