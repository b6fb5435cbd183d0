"""What an analyst asks next: nights by ward, a flow of the lists as they were published, words given wrongly, points of
a window, a data set's concentration, beds around an event."""

from __future__ import annotations

import inspect
import json
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.fuzzy import nearest
from hiu.month import Month
from hiu.site.published import Published
from hiu.site.show.suggest import answering
from hiu.site.tables import Tables
from pipelines.common.place import Place
from pipelines.run import Outcome
from pipelines.setup.api import CLASSES, api, public

C = pl.col


@pytest.fixture(scope="module")
def run(area: Path, published: Outcome) -> Published:
    assert published.published
    return hiu.open(area).latest


def latest(place: Place) -> Published:
    return hiu.open(place.home, curated=place.curated).latest


def test_nights_by_ward_add_up_to_the_nights_that_are_counted(run: Published) -> None:
    found = run.cohort().nights(24).table("wards")
    own = run._whole("monthly_demand").filter(C("dataset") == "mh_bed_day", C("n") > 0)
    expected = own.group_by("month").agg(nights=C("n").sum()).sort("month")
    assert found.group_by("month").agg(C("nights").sum()).sort("month").equals(expected)
    one = own["person_id"][0]
    few = run.cohort([one]).nights(24).table("wards")
    assert few["nights"].sum() == own.filter(C("person_id") == one)["n"].sum() and few["people"].max() == 1


def test_a_night_in_two_wards_is_of_the_later_one(place_after: Place) -> None:
    folder = place_after.which(None)[1]
    stay, timeline = (pl.read_parquet(folder / f"{name}.parquet") for name in ("stay", "timeline"))
    first = stay.filter(~C("nobody"), C("event_id").is_in(timeline["event_id"].implode())).head(1)
    days = {"first_night": date(2026, 3, 1), "day_out": date(2026, 3, 6), "leave_start": None, "leave_end": None}
    one = first.with_columns(pl.lit(day, pl.Date).alias(name) for name, day in days.items())
    one = one.with_columns(start=pl.datetime(2026, 3, 1, 9), end=pl.datetime(2026, 3, 6, 9))
    two = one.with_columns(event_id=pl.lit("later"), start=pl.datetime(2026, 3, 4, 9), first_night=date(2026, 3, 4))
    pl.concat([one, two]).write_parquet(folder / "stay.parquet")
    row = timeline.filter(C("event_id") == first["event_id"][0]).head(1).with_columns(ward=pl.lit("Alder"))
    later = row.with_columns(event_id=pl.lit("later"), ward=pl.lit("Birch"))
    pl.concat([row, later]).write_parquet(folder / "timeline.parquet")
    found = latest(place_after).cohort().nights(1).table("wards").select("ward", "nights", "people").rows()
    assert found == [("Alder", 3, 1), ("Birch", 2, 1)]


def test_the_flow_is_of_the_lists_that_were_published(place_after: Place) -> None:
    run, pointer = latest(place_after), place_after.curated / "CURRENT.json"
    earlier, folder = run.month - 1, run.folder.with_name(f"{run.month - 1}-as-it-was")
    copytree(run.folder, folder)
    current = json.loads(pointer.read_text(encoding="utf-8"))
    current["months"][str(earlier)] = folder.name
    pointer.write_text(json.dumps(current), encoding="utf-8")
    path = folder / "ranked.parquet"
    adults = pl.read_parquet(path).filter(list="adult").sort("rank")
    pl.concat([adults.tail(1), adults.head(adults.height - 1)]).with_columns(
        rank=pl.int_range(1, adults.height + 1, dtype=adults.schema["rank"])
    ).write_parquet(path)
    found = latest(place_after).cohort().flow(2, top=5)
    who = found.table("who").filter(C("month") == earlier.start, C("change") != "left").sort("place")
    assert who["person_id"].to_list() == [adults["person_id"][-1], *adults["person_id"].head(4)]
    assert "2 of 3 lists as published, the others ranked anew with the data of today" in found.title
    assert "ranked anew" not in latest(place_after).cohort().flow(1, top=5).title


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.cohort().flow(month=3), r"flow\(\) takes no 'month'. Did you mean 'months'\? It takes"),
        (lambda run: run.cohort().flow(under_18=True), r"flow\(\) takes no 'under_18'. It takes: months, top=\."),
        (lambda run: run.cohort().around(), r"around\(\): missing a required argument: 'dataset'"),
        (lambda run: run.ranked(20, True), r"ranked\(\): too many positional arguments. It takes: top, under_18="),
        (lambda run: run.people(month=3), r"people\(\) takes no 'month'"),
        (lambda run: hiu.open(site=".", naem=1), r"open\(\) takes no 'naem'"),
        (lambda run: run.people(area="district"), r"no level 'district'\. There are"),
        (lambda run: run.ranked().person, r"The month has: run.person"),
        (
            lambda run: run.people().to_share(),
            r"Listing has no 'to_share'\. together\(\), flow\(\).*'hiu export board'",
        ),
        (lambda run: run.cohort().to_share, r"Cohort has no 'to_share'\. together\(\)"),
        (lambda run: run.cohort().trend().to_share(), r"figures are exact\. together\(\).*'hiu export board'"),
        (lambda run: run.ranked().compare(1, 1), r"two people of one list; found one person twice$"),
        (lambda run: run.sql("select count(died) from people"), r"^'died' is masked: .*run\.compare\(\).*why_left"),
        (lambda run: run.sql("select month from (select 1)"), r"No published table is in the query: run\.tables\(\)"),
        (lambda run: run.compare("2019-13"), r"'2019-13' is not a month: expected the form 2026-03$"),
        (lambda run: run.compare("2019-01"), r"2019-01 is not published.* run\.cohort\(\)\.flow\(\)"),
    ],
)
def test_what_a_method_does_not_take_is_answered_in_words(run: Published, ask: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)  # type: ignore[operator]


def test_one_number_of_days_is_taken_as_it_is_meant(run: Published) -> None:
    one, listed = (run.cohort().next_contact(days=days).table("days") for days in (7, [7]))
    assert one.equals(listed) and one["days"].to_list() == [7]


def test_a_flow_says_from_when_there_are_data(run: Published) -> None:
    first = Month.of(run.table("coverage").filter("supplied")["month"].min())
    most = run.month.since(first)  # months between the first list and the last
    found = run.cohort().flow(most + 12)
    assert found.table("flow").height == most
    full = (first + 11).title
    assert f"Data begin in {first.title}: no list is older, and those before {full} rest on fewer" in repr(found)
    assert any(f"of {most + 12} months" in line for line in found.sentences)
    assert most < 12 or "Data begin" not in repr(run.cohort().flow(most - 11))


def test_everybody_is_not_said_to_be_fewer_where_nobody_is_left_out(run: Published) -> None:
    said = run.cohort().trend("ed_attendance").sentences[-1]
    assert "may be shown to nobody" in said and "may have sent more" in said


def test_every_public_method_answers_an_unknown_word() -> None:
    walked = 0
    for _, one in CLASSES:
        for name, method in public(one):
            takes = inspect.isfunction(method) and list(inspect.signature(method).parameters.values())
            if takes and not any(each.kind is each.VAR_KEYWORD for each in takes):
                with pytest.raises(UsageError, match=rf"{name}\(\) takes no 'no_such_word'"):
                    method(object(), no_such_word=1)
                walked += 1
    assert walked > 90


def test_a_mistake_inside_a_method_stays_what_it_is() -> None:
    @answering
    def half(n: int) -> int:
        return len(n)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="has no len"):
        half(2)


@pytest.mark.parametrize(
    ("word", "choices", "right"),
    [
        ("district", ["icb", "trust", "borough"], None),
        ("person", ["join", "filter"], None),
        ("n", ["under_18", "top"], None),
        ("ed", ["mh_bed_day", "ed_attendance"], "ed_attendance"),
        ("attendance", ["ed_attendance", "s136"], "ed_attendance"),
        ("borogh", ["icb", "borough"], "borough"),
        ("NHS No", ["nhs_number", "dob"], "nhs_number"),
    ],
)
def test_a_guess_is_near(word: str, choices: list[str], right: str | None) -> None:
    assert nearest(word, choices) == right


def test_points_of_any_window_are_those_of_the_list(run: Published) -> None:
    for months in (3, 12):
        found = run.people(months=months).filter(C("list").is_not_null()).select("person_id", "points")
        both = found.to_polars().join(run._whole("ranked"), on="person_id")
        assert both.height and both["points"].to_list() == pytest.approx(both[f"points_{months}"].to_list())


def test_people_without_a_home_in_an_area_are_counted_in_the_title(run: Published) -> None:
    found = run.people(months=36, area="borough")
    none = found["borough"].null_count()
    assert none and f"no borough for {none:,} of {found.height:,}" in found.title


def test_concentration_is_of_a_data_set_too(run: Published) -> None:
    found = run.cohort().concentration("ed_attendance")
    people = run.people("ed_attendance").filter(C("contacts") > 0)
    shares = found.table("shares").filter(C("share_of_people") == 1)
    assert shares.select("people", "contacts").row(0) == (people.height, people["contacts"].sum())
    assert "ED attendances" in found.title
    with pytest.raises(UsageError, match="nights"):
        run.cohort().concentration("mh_bed_day")


def test_beds_are_around_an_event_and_no_contact(place_after: Place) -> None:
    path = place_after.which(None)[1] / "timeline.parquet"
    rows = pl.read_parquet(path)
    one = rows.filter("counted", dataset="police_incident", start_day_only=False).head(1)
    bed = rows.filter(dataset="mh_bed_day").head(1)
    after = {"person_id": one["person_id"][0], "start": one["start"][0] + timedelta(hours=10)}
    bed = bed.with_columns(pl.lit(value, rows.schema[name]).alias(name) for name, value in after.items())
    pl.concat([one, bed.with_columns(start_day_only=False, counted=True)]).write_parquet(path)
    found = latest(place_after).cohort().around("police_incident", hours=72).table("around")
    each = {other: (before, after) for other, before, after in found.select("other", "before", "after").iter_rows()}
    assert each["mh_bed_day"] == (0, 1) and each["any"] == (0, 0)


def test_deliveries_of_a_field_have_their_month_and_whether_they_hold(run: Published) -> None:
    found = run.quality().fields()
    deliveries = run._whole("deliveries").select("delivery_id", "period", "replaced_by")
    assert {"period", "replaced_by"} <= set(found.columns)
    assert found.join(deliveries, on="delivery_id", suffix="_own").filter(C("period") != C("period_own")).height == 0


def test_the_parts_of_a_finding_have_entries_of_their_own() -> None:
    page = api()
    for part in ("title -> str", "sentences -> tuple[str, ...]", "charts -> tuple[Chart, ...]", "tables -> dict"):
        assert f"### `finding.{part}" in page


def test_the_next_contact_may_be_of_one_data_set(run: Published) -> None:
    every, ed = run.cohort().next_contact(), run.cohort().next_contact("ed_attendance")
    assert any("ED attendances alone" in line for line in ed.sentences)
    first, second = (one.table("days").filter(C("days") <= 28)["share"].to_list() for one in (every, ed))
    assert first and all(alone <= share for alone, share in zip(second, first, strict=True))
    with pytest.raises(UsageError, match="Did you mean 'ed_attendance'"):
        run.cohort().next_contact("ed_attendances")


COUNTS = {
    "select count(*) as n from links": False,
    "select source, count(person_id) as n from links group by all": False,
    "select status from (select * from links)": True,
    "select * from links": True,
    "select count(distinct identity_id) as n from links": True,
    "select count(*) as n from links natural join descriptions": True,
    "select columns('identity.*') from links": True,
    "select links from links": True,
    "from links": True,
    "select to_json(l) as j from links l": True,
    "select count(l.*) as n from links l": True,
    "select list_transform([l], lambda r: r.identity_id) as ids from links l": True,
    'select l."IDENTITY_ID" from links l': True,
    "select count(*) as n from links join descriptions using (identity_id)": True,
}


@pytest.mark.parametrize("query", COUNTS)
def test_ids_of_descriptions_are_worked_out_where_a_query_reads_them(
    run: Published, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, whole = [], Tables._table
    monkeypatch.setattr(Tables, "_table", lambda self, name, **how: asked.append(name) or whole(self, name, **how))
    found = run.sql(query)
    assert found.height and ("links" in asked) is COUNTS[query]
