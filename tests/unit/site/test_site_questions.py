"""More questions, whose answers named somebody who was in a bed, counted a log twice or were of another list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.model.units import night_sets
from hiu.month import Month
from hiu.rank.reports.cohorts import by_share
from hiu.site.published import Published
from pipelines.common.place import Place

C = pl.col
Ask = Callable[[Published], object]


def latest(place: Place) -> Published:
    return hiu.open(place.home, curated=place.curated).latest


def raw(run: Published, name: str) -> pl.DataFrame:
    return pl.read_parquet(run.folder / f"{name}.parquet")


def test_somebody_in_a_bed_is_seen_every_night(place_after: Place) -> None:
    run = latest(place_after)
    stay = raw(run, "stay").filter(~C("nobody"))
    here, left = stay["person_id"].drop_nulls().unique().sort()[:2]
    end = run.month.start
    long = stay.head(1).with_columns(start=pl.datetime(2020, 1, 1), first_night=pl.date(2020, 1, 1))
    on = long.with_columns(person_id=pl.lit(here), end=None, ended=pl.lit("open"), day_out=run.month.after)
    out = long.with_columns(
        person_id=pl.lit(left), end=pl.lit(end).cast(pl.Datetime), ended=pl.lit("sent"), day_out=end
    )
    rows = pl.concat([on, out], how="vertical_relaxed").select(stay.columns).cast(stay.schema)  # type: ignore[arg-type]
    rows.write_parquet(run.folder / "stay.parquet")
    gone = C("person_id").is_in([here, left]) & (C("start") >= (run.month - 3).start)
    raw(run, "timeline").filter(~gone).write_parquet(run.folder / "timeline.parquet")
    found = {row["person_id"]: row for row in latest(place_after).people().to_dicts()}
    assert (found[here]["last_seen"], found[here]["days_since"]) == (run.month.end, 0)
    assert found[left]["last_seen"] == end and found[left]["days_since"] == (run.month.end - end).days
    own = {row["person_id"]: row for row in latest(place_after).people("mh_bed_day").to_dicts()}
    assert own[here]["days_since"] == 0 and own[left]["last_seen"] == end


def test_whoever_was_seen_at_all_has_a_day_on_which_they_were(run: Published) -> None:
    found = run.people().to_polars()
    assert found["last_seen"].null_count() == 0 and (found["days_since"] >= 0).all()
    assert (found["last_seen"] >= found["last_contact"].dt.date()).all()
    sets = raw(run, "coverage")["dataset"].unique().implode()
    events = raw(run, "timeline").filter("counted", C("dataset").is_in(sets), C("start") < run.month.after)
    latest_of = events.group_by("person_id").agg(C("start").max().dt.date())
    assert (found.join(latest_of, on="person_id").select(C("last_seen") >= C("start"))["last_seen"]).all()


def test_a_table_of_one_data_set_has_nothing_of_the_others(run: Published) -> None:
    whole, own = run.people(), run.people("police_incident").to_polars()
    assert set(whole.columns) - set(own.columns) == {"nights", "agencies", "sources"}
    events = raw(run, "timeline").filter("counted", C("dataset") == "police_incident", C("start") < run.month.after)
    last = own.join(events.group_by("person_id").agg(C("start").max()), on="person_id", how="left")
    assert last["last_contact"].equals(last["start"]) and last["last_seen"].equals(last["start"].dt.date())
    assert run.people("police_incident").columns().filter(C("meaning") == "").is_empty()


def test_the_first_places_are_those_of_the_adults(run: Published) -> None:
    found, young = run.people().to_polars(), run.ranked(under_18=True)
    assert found.filter(C("rank") <= 5)["person_id"].sort().equals(run.ranked(5)["person_id"].sort())
    both = found.drop_nulls("rank_under_18").sort("rank_under_18")
    assert both["person_id"].to_list() == young["person_id"].to_list() and not both["rank"].count()
    assert both.height, "no under-18s in the area: this shows nothing"


def test_a_log_with_two_people_is_one_log(place_after: Place) -> None:
    run = latest(place_after)
    events, month = raw(run, "timeline"), run.month
    own = events.filter("counted", C("dataset") == "police_incident", C("start") >= month.start)
    own = own.filter(C("start") < month.after)
    before = run.cohort().trend("police_incident", of="logs").table("police_incident")
    nobody = int(before["nobody"][-1])
    assert before["n"][-1] - nobody == own.select("source", "event_id").n_unique()
    other = raw(run, "ranked").filter(~C("person_id").is_in(own["person_id"].implode()))["person_id"][0]
    again = own.head(1).with_columns(person_id=pl.lit(other))
    pl.concat([events, again]).write_parquet(run.folder / "timeline.parquet")
    one = pl.DataFrame({"person_id": [other], "month": [month.start], "dataset": ["police_incident"]})
    demand = raw(run, "monthly_demand")
    rest = demand.join(one, on=one.columns, how="anti")
    whole = one.with_columns(n=pl.lit(1, pl.Int64), supplied=True)
    pl.concat([rest, whole.select(demand.columns)]).write_parquet(run.folder / "monthly_demand.parquet")
    found = latest(place_after).cohort()
    people, logs = found.trend("police_incident"), found.trend("police_incident", of="logs")
    assert logs.table("police_incident")["n"].to_list() == before["n"].to_list()
    assert people.table("police_incident")["n"][-1] > logs.table("police_incident")["n"][-1]
    assert "once for each person in it" in people.sentences[0] and "each once)" in logs.sentences[0]
    assert "once for each person in it" in people.title and logs.title.endswith("each event once")
    assert set(found.trend(of="logs").tables).isdisjoint({"mh_bed_day"})
    some = latest(place_after).cohort([other]).trend("police_incident", of="logs").table("police_incident")
    assert some["n"][-1] == 1


def test_a_log_that_names_somebody_and_somebody_unknown_is_one(place_after: Place) -> None:
    run = latest(place_after)
    before = run.cohort().trend("police_incident", of="logs").table("police_incident")["n"].to_list()
    links, events = raw(run, "links"), raw(run, "timeline")
    named = events.filter("counted", C("dataset") == "police_incident", C("start") >= run.month.start)
    # a log with a row of somebody unknown has added its one already: a second row would add nothing
    log = named.join(links.filter(how="nobody"), on=["source", "event_id"], how="anti").row(0, named=True)
    row = links.filter(C("source") == log["source"]).head(1)
    row = row.with_columns(event_id=pl.lit(log["event_id"]), how=pl.lit("nobody"), status=pl.lit("counted"))
    pl.concat([links, row]).write_parquet(run.folder / "links.parquet")
    totals = raw(run, "monthly_total")
    here = (C("month") == Month.of(log["start"]).start) & (C("dataset") == "police_incident")
    totals = totals.with_columns(nobody=C("nobody") + here.cast(pl.Int64))
    totals.write_parquet(run.folder / "monthly_total.parquet")
    after = latest(place_after).cohort().trend("police_incident", of="logs").table("police_incident")["n"].to_list()
    assert after == before


def test_spells_that_were_open_are_told_from_those_that_began(run: Published) -> None:
    found = run.admissions()
    began = found.filter(C("start").dt.date() >= (run.month - 11).start).height
    assert f"{began} began in these months" in found.title and f"{found.height} spell" in found.title


def test_every_code_of_a_row_set_aside_is_among_the_expectations(run: Published) -> None:
    aside = run.quality().quarantine().to_polars().group_by("source", "code").agg(C("rows").sum())
    found = run.quality().expectations().to_polars()
    assert found["rows"].sum() == aside["rows"].sum() > 0
    assert found.join(aside, on=["source", "code", "rows"], how="semi").height == aside.height


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.cohort().trend("s136", fall=2), "fall=2: give the share"),
        (lambda run: run.cohort().trend("s136", fall=0), "fall=0: give the share"),
        (lambda run: run.cohort().trend("s136", within=0), "0 months: give a whole number"),
        (lambda run: run.cohort().trend(of="calls"), "a trend is not of 'calls'"),
        (lambda run: run.cohort().trend("mh_bed_day", of="logs"), "counts nights, which have no logs"),
        (lambda run: run.ranked(99_999), r"ranked\(99999\): the list has"),
        (lambda run: run.ranked(99_999, under_18=True), r"ranked\(99999\): the list has"),
        (lambda run: run.places().team(99_999), r"team\(99999\): the list has"),
        (lambda run: run.places().tasking(-1), r"tasking\(-1\): the list has"),
        (lambda run: run.people(months="12"), "expected a whole number; found '12'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(run: Published, ask: Ask, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)


def test_a_purpose_that_there_is_not_is_refused_as_the_site_is_opened(area: Path) -> None:
    with pytest.raises(UsageError, match=r"'suport' is not a purpose. Did you mean 'support'"):
        hiu.open(area, purpose="suport")


def test_records_of_a_month_that_was_not_supplied_say_so(run: Published) -> None:
    person = run.person(1)
    assert "missing here and not zero" in person.records("2001-01").title
    assert "missing" not in person.records(run.month, "police_incident").title
    assert "missing" not in person.records().title


def test_nights_are_of_the_sets_that_count_nights(run: Published) -> None:
    sets = list(night_sets(raw(run, "coverage")))
    year = C("month").is_between((run.month - 11).start, run.month.start)
    nights = raw(run, "monthly_demand").filter(year, C("dataset").is_in(sets))["n"].sum()
    assert run.people()["nights"].sum() == nights > 0


def test_points_by_data_set_are_the_points_of_the_list(run: Published) -> None:
    for rank in (1, 2, 7):
        person = run.person(rank)
        found, place = person.points().to_polars(), person.row()
        assert found["points_12"].sum() == pytest.approx(place["points_12"]) and found.height
        assert found["points_3"].sum() == pytest.approx(place["points_3"])
        assert found["share"].sum() == pytest.approx(1)


def test_the_flow_of_more_places_and_more_months(run: Published) -> None:
    usual, more = run.cohort().flow(), run.cohort().flow(3, top=7)
    assert more.table("flow").height == 3 and usual.table("flow").height > 3
    for month, rows in more.table("who").to_polars().filter(C("change") != "left").group_by("month"):
        assert rows["place"].sort().to_list() == list(range(1, 8)), month
    last = more.table("who").filter(C("month") == run.month.start, C("change") != "left").sort("place")
    assert last["person_id"].to_list() == run.ranked(7)["person_id"].to_list()
    assert "of the first 7 " in more.sentences[0]
    with pytest.raises(UsageError, match=r"flow\(0\): the list has"):
        run.cohort().flow(top=0)


def test_the_days_by_which_half_had_a_contact() -> None:
    found = by_share(pl.Series([1, 2, 3, 4]), pl.Series([True, True, True, False]))
    assert found.rows() == [(0.25, 1), (0.5, 2), (0.75, 3)]
    few = by_share(pl.Series([5, 30, 30, 30]), pl.Series([True, False, False, False]))
    assert few["days"].to_list() == [5, None, None]
    assert by_share(pl.Series([], dtype=pl.Int64), pl.Series([], dtype=pl.Boolean))["days"].to_list() == [None] * 3


def test_hours_of_the_week_one_by_one(run: Published) -> None:
    one, four = run.hour_of_week("ed_attendance", hours=1), run.hour_of_week("ed_attendance")
    single, blocks = one.table("hours").to_polars(), four.table("hours").to_polars()
    assert one.sentences == four.sentences and single.width == 25
    for at, name in enumerate(blocks.columns[1:]):
        parts = single.select(pl.sum_horizontal(single.columns[1 + 4 * at : 5 + 4 * at]))
        assert parts.to_series().to_list() == blocks[name].to_list()
    with pytest.raises(UsageError, match="blocks of 5 hours: give one of 1, 2, 3"):
        run.hour_of_week(hours=5)


def test_two_sexes_are_an_oddity(place_after: Place) -> None:
    run = latest(place_after)
    rows = raw(run, "descriptions")
    one = rows.filter(C("sex") == "F")["person_id"][0]
    other = rows.filter(C("person_id") == one).head(1).with_columns(sex=pl.lit("M"), identity_id=pl.lit("new"))
    assert "two sexes" not in " ".join(run.linkage().oddities().filter(C("person_id") == one)["odd"])
    pl.concat([rows, other]).write_parquet(run.folder / "descriptions.parquet")
    found = latest(place_after).linkage().oddities().filter(C("person_id") == one)
    assert "two sexes" in found["odd"][0]


def test_rows_with_and_without_a_number_and_whether_they_were_joined(run: Published) -> None:
    found = run.quality().unmatched("nhs_number").to_polars()
    rows = raw(run, "links").filter(C("status") == "counted")
    rows = rows.join(raw(run, "descriptions").select("identity_id", "nhs_number"), on="identity_id", how="left")
    own = rows.filter(C("source") == "ed", C("nhs_number").is_null())
    line = found.filter(C("source") == "ed", C("nhs_number") == "no").row(0, named=True)
    assert line["rows"] == own.height
    assert line["joined"] == pytest.approx((~own["how"].is_in(["single", "nobody"])).mean())
    assert found["rows"].sum() == rows.height and set(found["nhs_number"]) == {"yes", "no"}


def test_a_finding_without_tables_says_why(run: Published) -> None:
    found = run.cohort().evaluate()
    assert not found.tables, "the area is large enough: this shows nothing"
    with pytest.raises(UsageError, match=r"'Did support work.' has no tables: No verdict"):
        found.table("comparison")


def test_the_week_of_some_people_and_of_logs(run: Published) -> None:
    first = run.ranked(3)
    found = run.cohort(first).hour_of_week("police_incident")
    events = raw(run, "timeline").filter("counted", C("dataset") == "police_incident", ~C("start_day_only"))
    events = events.filter(C("start").is_between((run.month - 11).start, run.month.after, closed="left"))
    for cells, own in (
        (found, events.filter(C("person_id").is_in(first["person_id"].implode()))),
        (run.hour_of_week("police_incident"), events),
    ):
        n = cells.table("hours").to_polars().drop("day").sum_horizontal().sum()
        assert n == own.select("source", "event_id").n_unique() > 0
    assert found.title.startswith("3 people: police incidents")
    assert run.person(1).hour_of_week(hours=12).table("hours").width == 3


@pytest.mark.parametrize("query", ["select count(*) months from ranked", "select rank as x, 1440.0 days from ranked"])
def test_a_query_that_cannot_be_read_says_where(run: Published, query: str) -> None:
    with pytest.raises(UsageError, match=r"can't be read at '(months|days)': a name of your own stands after AS"):
        run.sql(query)


def test_rows_without_a_value_are_the_blank_ones_too(run: Published) -> None:
    for found in run.quality().fields().iter_rows(named=True):
        assert found["without"] == found["rows"] - found["read"] - found["unreadable"] - found["unknown"]
    blank = run.quality().fields().filter(C("filled") < C("rows"))
    assert blank.height and (blank["without"] > blank["missing"]).all()


def test_totals_say_who_is_left_out_of_them(run: Published) -> None:
    everybody, some = run.cohort().trend(), run.cohort(run.ranked(2)).trend()
    assert "may be shown to nobody are left out" in everybody.sentences[-1]
    assert not [line for line in some.sentences if "left out" in line]
    for found in (everybody, run.sql("select n from monthly_total")):
        words = found.columns().filter(C("column") == "n")["meaning"].unique()
        assert all("may be shown" in one for one in words), words


def test_days_after_a_discharge_are_those_asked_for(run: Published) -> None:
    usual, asked = run.cohort().next_contact(), run.cohort().next_contact(days=[30, 3, 7, 28])
    both = asked.to_polars().join(usual.to_polars(), on="days", how="semi")
    assert asked.to_polars()["days"].to_list() == [3, 7, 28, 30] and both["days"].to_list() == [7, 28]
    assert both.equals(usual.to_polars().filter(C("days").is_in([7, 28]))) and "within 30 days" in asked.sentences[0]
    assert asked.sentences[1:] == usual.sentences[1:] and "within 28 days" in usual.sentences[0]
    assert asked.to_share().to_polars().equals(usual.to_share().to_polars()), "what may leave is of fixed days"
    assert any("a new stay too" in line for line in usual.sentences)
    for wrong in ([-1], ["7"], [True], [1.5]):
        with pytest.raises(UsageError, match="days: give a whole number from 0"):
            run.cohort().next_contact(days=wrong)  # type: ignore[arg-type]


def test_contacts_of_agencies_together_are_of_data_sets_alone(run: Published) -> None:
    found, since = run.cohort().together(), (run.month - 11).start
    counted = raw(run, "timeline").filter(
        C("counted"), C("dataset").is_in(raw(run, "coverage")["dataset"].unique().implode())
    )
    inside = counted.filter(C("start") >= since, C("start") < run.month.after, C("dataset") != "mh_bed_day")
    beds = raw(run, "stay").filter(~C("nobody"), C("first_night") < run.month.after, C("day_out") > since)
    key = ["person_id", "source", "event_id", "start"]
    began = counted.filter(C("start") >= since, C("start") < run.month.after, C("dataset") == "mh_bed_day")
    whole = pl.concat([inside.select(key), began.select(key), beds.select(key)]).unique()
    assert found.to_polars()["contacts"].sum() == whole.height
    words = found.columns().filter(C("column") == "contacts")["meaning"].item()
    assert "no side measures" in words


def test_names_are_alike(run: Published) -> None:
    person = run.person(1)
    assert set(person.timeline().columns) > {"start", "end"} and set(person.events().columns) > {"start", "end"}
    review = run.review()
    assert review.columns == review.listing().columns and review.columns().height == len(review.columns)
