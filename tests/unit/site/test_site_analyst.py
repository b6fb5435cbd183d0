"""What forty questions of a new analyst found: each number beside a count of its own, each column with a meaning."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.month import Month
from hiu.rank.reports.cohorts import concentration, discharges
from hiu.rank.reports.trend import series, target
from hiu.site.published import Published
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from pipelines.common.place import Place

C = pl.col
Change = Callable[[pl.DataFrame], pl.DataFrame]


def changed(place: Place, **tables: Change) -> Published:
    """The month with some of its tables changed as they lie on the disk."""
    folder = hiu.open(place.home, curated=place.curated).latest.folder
    for name, change in tables.items():
        path = folder / f"{name}.parquet"
        change(pl.read_parquet(path)).write_parquet(path)
    return hiu.open(place.home, curated=place.curated).latest


def events(like: pl.DataFrame, *rows: dict[str, object]) -> pl.DataFrame:
    """Rows of the timeline, added to it."""
    usual = {"counted": True, "start_day_only": False}
    return like.vstack(pl.DataFrame([{**usual, **row} for row in rows], schema=like.schema))


def test_a_detentions_own_police_log_is_no_other_contact(place_after: Place) -> None:
    at = hiu.open(place_after.home, curated=place_after.curated).latest.month.start
    day = pl.Series([at]).cast(pl.Datetime("us"))[0]

    def change(timeline: pl.DataFrame) -> pl.DataFrame:
        own = timeline.filter(C("dataset") != "s136").with_columns(quotes=pl.lit(None, pl.String))
        who = own["person_id"].drop_nulls().unique().sort().head(3).to_list()
        own = own.filter(~C("person_id").is_in(who))
        hour = timedelta(hours=1)
        rows: list[dict[str, object]] = []
        for person, quotes, flagged in zip(who, ("police:L0", None, None), (False, True, False), strict=True):
            n, one = len(rows), {"person_id": person}
            rows.append(
                {**one, "start": day, "source": "s136", "event_id": f"H{n}", "dataset": "s136", "quotes": quotes}
            )
            log = {**one, "start": day - hour, "source": "police", "event_id": f"L{n}"}
            rows.append({**log, "dataset": "police_incident"})
            again = "counted once, with the other agency's record of it"
            rows += [{**log, "dataset": "s136", "counted": False, "reason_not_counted": again}] if flagged else []
        return events(own, *rows)

    found = changed(place_after, timeline=change).cohort().around("s136")
    near = {row["other"]: (row["events"], row["before"]) for row in found.table("around").to_dicts()}
    assert near["any"] == (3, 1) and near["police_incident"] == (3, 1)
    assert any("same occurrence" in line and "2 left out" in line for line in found.sentences)


def test_what_has_no_time_of_day_is_said(run: Published) -> None:
    timeline = run.table("timeline").to_polars()
    recent = timeline.filter(C("dataset") == "mha_assessment", C("start") >= (run.month - 11).start, "counted")
    told = " ".join(run.cohort().around("mha_assessment").sentences)
    untimed = recent.filter("start_day_only").height
    assert untimed and f"{untimed:,} Mental Health Act assessments were sent without a time of day" in told
    assert "Of 0" not in told
    asked = run.cohort().around("mh_bed_day"), run.cohort().gaps("mh_bed_day")
    assert all("spells of" in found.title for found in asked)


def test_a_spells_discharge_ends_its_stay(place_after: Place) -> None:
    """The table stay has the end: admissions and the time to the next contact take it from there."""

    def change(stay: pl.DataFrame) -> pl.DataFrame:
        at = date(2026, 3, 10)
        moved = stay.head(1).with_columns(
            start=pl.lit(date(2026, 3, 2)).cast(pl.Datetime("us")),
            end=pl.lit(at).cast(pl.Datetime("us")),
            ended=pl.lit("spell"),
            first_night=pl.lit(date(2026, 3, 2)),
            day_out=pl.lit(at),
            leave_start=pl.lit(date(2026, 3, 5)),
            leave_end=pl.lit(date(2026, 3, 7)),
            spell=pl.lit("S9"),
        )
        second = moved.with_columns(
            start=pl.lit(date(2026, 3, 8)).cast(pl.Datetime("us")),
            first_night=pl.lit(date(2026, 3, 8)),
            event_id=pl.lit("W9"),
            leave_start=pl.lit(None, pl.Date),
            leave_end=pl.lit(None, pl.Date),
        )
        return moved.vstack(second.select(moved.columns))

    run = changed(place_after, stay=change)
    one = run.admissions().row(0, named=True)
    assert (one["end"].date(), one["ended"]) == (date(2026, 3, 10), "spell")
    assert (one["nights"], one["leave_nights"]) == (6, 2), "eight nights, two of them on leave; none counted twice"
    inside = run.admissions(on=date(2026, 3, 9))
    assert inside["start"].to_list() == [run.admissions()["start"][0]], "both calls give the spell's own start"
    assert run.admissions(on="2026-03-05").height == 0, "on leave that night"


def test_nights_are_those_that_are_counted(run: Published) -> None:
    demand = run.table("monthly_demand").filter(C("dataset") == "mh_bed_day").to_polars()
    first = run.month - 400
    found = run.admissions(months=400).filter(C("start") >= first.start).to_polars()
    own = demand.group_by("person_id").agg(C("n").sum()).filter(C("n") > 0)
    seen = found.group_by("person_id").agg(C("nights").sum(), C("start").min())
    inside = seen.filter(C("start") >= demand["month"].min())
    both = inside.join(own, on="person_id")
    assert both.height and both["nights"].to_list() == both["n"].to_list()


def test_a_contact_on_the_day_of_discharge_is_said(run: Published) -> None:
    stay = {"person_id": ["A"], "spell": ["s"], "ended": ["spell"], "nobody": [False]}
    days = {"start": [date(2026, 1, 2)], "end": [date(2026, 1, 5)]}
    own = pl.DataFrame({**stay, **days}).with_columns(C("start", "end").cast(pl.Datetime("us")))
    seen = pl.DataFrame({"person_id": ["A"], "start": [date(2026, 1, 5)], "counted": [True]})
    found = discharges(own, seen.lazy().with_columns(C("start").cast(pl.Datetime("us"))), Month(2026, 3)).to_dicts()
    assert [(one["again"], one["same_day"]) for one in found] == [(False, True)]


def test_everybody_is_everybody(run: Published) -> None:
    totals = run.table("monthly_total").to_polars().filter("supplied")
    assert totals["nobody"].sum() > 0, "the area has rows that name nobody"
    for name in totals["dataset"].unique():
        own = totals.filter(C("dataset") == name).sort("month")
        trend = run.cohort().trend(name).table(name).to_polars().drop_nulls("n")
        assert trend["n"].to_list() == (own["n"] + own["nobody"]).to_list()
        assert trend["nobody"].to_list() == own["nobody"].to_list()
    some = run.cohort(run.people()).trend("police_incident").table("police_incident")
    assert set(some["nobody"].drop_nulls()) == {0}


def test_a_month_published_before_there_were_totals_is_read(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    (run.folder / "monthly_total.parquet").unlink()
    table = hiu.open(place_after.home, curated=place_after.curated).latest.cohort().trend("s136").table("s136")
    assert table["nobody"].sum() == 0


def test_the_flow_is_of_the_list_as_it_is_made(run: Published) -> None:
    found = run.cohort().flow()
    who, counts = found.table("who").to_polars(), found.table("flow").to_polars()
    top = run.settings.rank.top
    last = who.filter(C("month") == run.month.start, C("place").is_not_null()).sort("place")
    listed = run.ranked(top)
    assert (
        last["person_id"].to_list() == listed["person_id"].to_list()
        and last["place"].to_list() == listed["rank"].to_list()
    )
    for month, stayed, entered, left in counts.iter_rows():
        own = who.filter(C("month") == month)["change"].to_list()
        assert [own.count(one) for one in ("stayed", "entered", "left")] == [stayed, entered, left]


def test_the_sources_of_one_agency_are_one(run: Published) -> None:
    agency = {"s136": "mh", "mha": "mh", "mh_beds": "mh"}
    for sources, agencies in run.people().select("sources", "agencies").drop_nulls().iter_rows():
        assert agencies == len({agency.get(one, one) for one in sources.split("|")})
    told = "|".join(run.cohort().together().table("agencies")["agencies"])
    assert not {"mha", "mh_beds", "s136"} & set(told.split("|")) and "mh" in told.split("|")


def test_midnight_is_a_time_where_it_was_sent_as_one(place_after: Place) -> None:
    def change(timeline: pl.DataFrame) -> pl.DataFrame:
        own = timeline.filter("counted", C("dataset") == "police_incident").head(2)
        at = pl.lit(date(2026, 3, 6)).cast(pl.Datetime("us"))
        return own.with_columns(start=at, start_day_only=pl.Series([False, True]))

    found = changed(place_after, timeline=change).hour_of_week("police_incident")
    assert found.table("hours").filter(C("day") == "Fri")["00-04"].to_list() == [1]
    assert any(line.startswith("1 of 2 were sent as a date") for line in found.sentences)


def test_under_18s_are_said_and_can_be_had(run: Published) -> None:
    both = run.table("ranked").to_polars()
    young = both.filter(C("list") == "under_18")
    assert young.height and f"{young.height} under-18" in run.ranked().title
    assert run.ranked(under_18=True)["person_id"].sort().to_list() == young["person_id"].sort().to_list()
    assert "adults" in run.compare(run.month).title


@pytest.mark.parametrize("given", ["2026-03-15", "2026-03", 202603, date(2026, 3, 15), Month(2026, 3)])
def test_a_month_may_be_given_by_a_day(run: Published, given: object) -> None:
    assert Month.read(given) == Month(2026, 3)  # type: ignore[arg-type]
    assert run.person(1).records(given).height >= 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda run: run.admissions(on=20260331), "'20260331' is not a day: expected the form 2026-03-10"),
        (lambda run: run.admissions(on="2026-02-30"), "'2026-02-30' is not a day"),
        (lambda run: run.person(1).records("2026-02-30"), "'2026-02-30' is not a day"),
        (lambda run: run.cohort().trend("s136", target_from="tomorrow"), "is not a month"),
        (lambda run: run.sql("select person_id, end from support"), '"end"'),
    ],
)
def test_a_mistake_is_answered_in_words(run: Published, ask: Callable[[Published], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ask(run)


def test_the_target_may_begin_in_a_month_given_as_a_number(run: Published) -> None:
    one, other = (run.cohort().trend("s136", target_from=at) for at in (202601, "2026-01"))
    assert one.sentences == other.sentences
    assert run.sql('select person_id, "end" from support').columns == ["person_id", "end"]


def test_a_share_of_few_people_is_left_out() -> None:
    rows = [(f"P{n}", "police", f"e{n}", date(2026, 3, 1), True) for n in range(20)]
    frame = pl.DataFrame(rows, schema=["person_id", "source", "event_id", "start", "counted"], orient="row")
    shares = concentration(frame.lazy().with_columns(C("start").cast(pl.Datetime("us"))), Month(2026, 3))[0]
    assert shares["share_of_people"].to_list() == [0.05, 0.1, 0.2, 0.5, 1.0] and shares["people"][0] == 1


def test_a_title_says_what_is_left_of_the_table(run: Published) -> None:
    whole = run.person(1).events()
    assert whole.head(1).title == f"{whole.title} (1 of its {whole.height:,} rows)" or whole.height == 1
    assert whole.sort("start").title == whole.title and whole.head(1).all_rows().title == whole.head(1).title


def test_who_had_no_contact_is_said_beside_others(run: Published) -> None:
    found = run.cohort([1, 2]).beside(run.people())
    counts = run.people().filter(C("contacts") == 0).height
    row = found.table("groups").row(1, named=True)
    assert row["without"] == counts and (not counts or any("counted as 0" in line for line in found.sentences))


def test_an_interval_holds_its_own_estimate() -> None:
    months = pl.date_range(date(2025, 1, 1), date(2026, 3, 1), "1mo", eager=True)
    values = pl.DataFrame({"month": months, "n": [1] * 9 + [0] * 6})
    found = target(values, begin=Month(2025, 10))
    assert found is not None and found.low <= found.change <= found.high


def test_one_month_is_compared_with_nothing(run: Published) -> None:
    one = run.table("coverage").filter(C("month") == run.month.start).to_polars()
    table = series("police_incident", month=run.month, demand=run.table("monthly_demand"), coverage=one)
    assert table.height == 1


def test_what_hides_everything_says_so(run: Published) -> None:
    shared = run.cohort().flow().to_share()
    cells = {cell for name in ("stayed", "entered", "left") for cell in shared.table("flow")[name]}
    assert (cells == {"*"}) == any("says nothing to others" in line for line in shared.sentences)


GIVEN: dict[str, tuple[object, ...]] = {"table": ("timeline",), "around": ("police_incident",), "compare": (202603,)}
NOT_ASKED = {"sql", "person", "why", "month", "pair", "decision", "decide", "undo", "widget", "draft", "review"}


def answers(run: Published) -> Iterator[tuple[str, Listing]]:
    """Every table of everything that the library answers with."""
    one = run.cohort([1, 2])
    held = (run, run.ranked(), run.person(1), run.cohort(), one, run.quality(), run.linkage(), run.definitions())
    for what in (*held, run.review(), run.places()):
        base = set(dir(pl.DataFrame)) if isinstance(what, pl.DataFrame) else set()
        for name, job in inspect.getmembers(type(what), inspect.isfunction):
            if name.startswith("_") or name in base | NOT_ASKED or (isinstance(what, Listing) and name == "compare"):
                continue
            try:
                found = getattr(what, name)(*GIVEN.get(name, ()))
            except UsageError as error:
                assert "cohort()" in str(error) or "cohort(people)" in str(error), f"{name}: {error}"
                continue
            tables = (
                found.tables.values() if isinstance(found, Finding) else [found] if isinstance(found, Listing) else []
            )
            yield from ((f"{type(what).__name__}.{name}", table) for table in tables)
            assert job.__doc__


def test_every_column_of_every_table_has_a_meaning(run: Published) -> None:
    silent = [
        f"{name}: {column}"
        for name, table in answers(run)
        for column, meaning in table.columns().iter_rows()
        if len(meaning) < 4
    ]
    assert silent == []


def test_a_column_means_what_it_holds() -> None:
    from hiu.site.show.meaning import meaning

    assert "place" in meaning("list", "sentence") and "audit" not in meaning("list", "sentence")
    assert "source codes it" in meaning("reasons", "reason")
    assert "-1" in meaning("course", "month")
    assert meaning("", "of my own") == ""
