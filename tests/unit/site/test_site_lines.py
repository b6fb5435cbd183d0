"""What the fourth round of questions found, and the lines of the analyst's page against the published tables."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.publish.hours import pattern
from hiu.site.published import Published
from pipelines.common.place import Place
from pipelines.run import Outcome

C = pl.col
PAGE = Path(__file__).parents[3] / "docs" / "analyst.md"


@pytest.fixture(scope="module")
def run(area: Path, published: Outcome) -> Published:
    assert published.published
    return hiu.open(area).latest


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select p.died from people p", "^'died' is masked"),
        ('select "P"."died" from people "P" join ranked r using (person_id)', "^'died' is masked"),
        ("select p.foo from people p", "^no column 'foo'"),
        ("with q as (select * from people) select q.died from q", "^'died' is masked"),
        ("select person_id from ranked r join people p on r.person_id = p.person_id", "Ambiguous reference"),
        ("select max(at) from risk_grading", "^'at' is a word of SQL too"),
        ("select role, at from risk_grading", "^'at' is a word of SQL too"),
        ("select end from support", "^'end' is a word of SQL too"),
        ("select count(*) from missing_judged", "^this site has no table 'missing_judged'"),
        ("select * from peeple", "Did you mean 'people'"),
    ],
)
def test_a_query_that_fails_is_told_what_is_wrong_with_it(run: Published, query: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        run.sql(query)
    assert "missing_judged" not in str(raised.value) or "missing_judged" in query


def test_a_table_without_a_source_is_told_from_a_mistyped_one(run: Published) -> None:
    with pytest.raises(UsageError, match=r"^this site has no table 'missing_judged'"):
        run.table("missing_judged")
    with pytest.raises(UsageError, match="Did you mean 'people'"):
        run.table("peeple")


def test_nights_are_of_those_who_had_any(run: Published) -> None:
    demand = pd.read_parquet(run.folder / "monthly_demand.parquet")
    year = pd.to_datetime(demand["month"]) >= pd.Timestamp((run.month - 11).start)
    own = demand[year & (demand["dataset"] == "mh_bed_day") & (demand["n"] > 0)]
    listed = own[own["person_id"].isin(run.ranked()["person_id"].to_list())]
    nights, people = int(listed["n"].sum()), listed["person_id"].nunique()
    said = run.cohort(run.ranked()).nights().sentences[0]
    assert 0 < people < len(run.ranked())
    assert said.startswith(f"{nights:,} nights of {people:,} people (of {len(run.ranked()):,}) in ")
    every = int(own["n"].sum()), own["person_id"].nunique()
    assert run.cohort().nights().sentences[0].startswith("{:,} nights of {:,} people in ".format(*every))


def test_the_sentence_of_the_week_speaks_of_blocks_that_the_table_has(run: Published) -> None:
    said = pattern({(0, 20): 10}, "event", 1)
    assert said == "Most often between 20:00 and 21:00 on Mon, 10 of 10 events with a time"
    found = run.hour_of_week(hours=1)
    hours = re.findall(r"between (\d\d):00 and (\d\d):00", found.sentences[0])
    assert all(f"{begin}-{end}" in found.table("hours").columns for begin, end in hours)
    table = found.table("hours").to_polars()
    most = table.select(pl.max_horizontal(pl.exclude("day")).max()).item()
    assert not hours or f", {most:,} of " in found.sentences[0]


def test_the_sentence_of_the_next_contact_speaks_of_the_days_asked(run: Published) -> None:
    found = run.cohort().next_contact(days=(3, 7))
    share = found.to_polars().filter(days=7)["share"].item()
    assert f"within 7 days {share:.0%} had another contact" in found.sentences[0]


SINCE = pd.Timestamp("2025-04-01")
"""From when the queries of the page count."""
CONTACTS = ("police_incident", "ambulance_deployment", "ed_attendance")


def ask(run: Published, part: str) -> pl.DataFrame:
    """What the one line of the page that has these words in it answers."""
    section = PAGE.read_text(encoding="utf-8").split("## More questions, a line each")[1].split("\n## ")[0]
    (line,) = [one for one in re.findall("`(.*?)`", section) if part in one]
    scope = {"run": run, "pl": pl, "C": C, "first": run.cohort(run.ranked(20))}
    found = eval(line, scope)
    return found.to_polars() if hasattr(found, "to_polars") else found


def of(run: Published, name: str) -> pd.DataFrame:
    """A table as it was published."""
    return pd.read_parquet(run.folder / f"{name}.parquet")


def adults(run: Published) -> list[str]:
    """The list of adults, first to last."""
    listed = of(run, "ranked")
    return listed[listed["list"] == "adult"].sort_values("rank")["person_id"].to_list()


def demand(run: Published) -> pd.DataFrame:
    """Twelve months of everybody's demand."""
    whole = of(run, "monthly_demand")
    return whole[(pd.to_datetime(whole["month"]) >= SINCE) & (whole["n"] > 0)]


def test_pairs_of_agencies_are_those_of_the_timeline_and_the_stays(run: Published) -> None:
    seen, stay = of(run, "timeline"), of(run, "stay")
    seen = seen[seen["dataset"].isin(of(run, "coverage")["dataset"])]  # a side measure is no contact
    seen = seen[seen["counted"] & (seen["start"] >= SINCE) & (seen["start"] < pd.Timestamp(run.month.after))]
    lies = (pd.to_datetime(stay["day_out"]) > SINCE) & ~stay["nobody"] & stay["person_id"].notna()
    own = pd.concat([seen[["person_id", "source"]], stay[lies][["person_id", "source"]]])
    own["agency"] = own["source"].replace(dict.fromkeys(("mh_beds", "mha", "s136"), "mh"))
    own = own[["person_id", "agency"]].drop_duplicates()
    both = own.merge(own, on="person_id")
    both = both[both["agency_x"] < both["agency_y"]].groupby(["agency_x", "agency_y"]).size().to_dict()
    assert {(a, b): n for a, b, n in ask(run, "extract_all").iter_rows()} == both and len(both) > 1


def test_the_gini_coefficient_is_the_mean_difference_over_twice_the_mean(run: Published) -> None:
    own = demand(run)
    n = own[own["dataset"] == "ed_attendance"].groupby("person_id")["n"].sum().to_list()
    apart = sum(abs(a - b) for a in n for b in n) / len(n) ** 2
    assert ask(run, "gini")["gini"][0] == pytest.approx(apart / (2 * sum(n) / len(n))) and apart > 0


def test_own_prices_are_of_the_list_of_adults(run: Published) -> None:
    price = {"ed_attendance": 200, "ambulance_deployment": 300, "police_incident": 150, "mh_bed_day": 400}
    own = demand(run)
    own = own[own["person_id"].isin(adults(run)) & own["dataset"].isin(price)]
    assert ask(run, "pounds")["pounds"][0] == (own["n"] * own["dataset"].map(price)).sum() > 0


def test_stays_among_the_first_are_runs_of_months(run: Published) -> None:
    found = run.cohort().flow(36, top=20).table("who").to_polars()
    months = sorted(set(found["month"]))
    there = {(one, month) for one, month in found.filter(C("place").is_not_null()).select("person_id", "month").rows()}
    begins = {(one, month) for one, month in found.filter(change="entered").select("person_id", "month").rows()}
    runs: dict[tuple[str, object], int] = {}
    for one in sorted({person for person, _ in there}):
        at = None
        for month in months:
            if (one, month) not in there:
                at = None
                continue
            at = month if at is None else at
            runs[one, at] = runs.get((one, at), 0) + 1
    stays = ask(run, "turn=")
    assert sorted(stays["months"].to_list()) == sorted(runs.values()) and len(runs) > 20
    assert stays.filter("begun").height == len(begins)
    now = {one: begin for (one, begin), n in runs.items() if months.index(begin) + n == len(months)}  # type: ignore[arg-type]
    assert stays.filter(~C("ended")).height == len(now) == 20
    since = ask(run, "since=")
    assert since["person_id"].to_list() == adults(run)[:20] and set(now) == set(adults(run)[:20])
    recent = months[-24:][0]
    for one, begin in since.select("person_id", "since").iter_rows():
        began = now[one]
        assert (begin == began) if (one, began) in begins and began >= recent else begin is None  # type: ignore[operator]
    for span in (2, 12):  # the list of so many months ago is told from the month after it
        ago = run.cohort().flow(span + 1, top=20).table("who")
        then = ago.filter(C("month") == (run.month - span).start, C("place").is_not_null())["person_id"]
        after = C("month") == (run.month - (span - 1)).start
        before = run.cohort().flow(span, top=20).table("who").filter(after, C("change") != "entered")["person_id"]
        assert set(before) == set(then) and (len(then) or span > 2)
    assert ask(run, "run.month - 11") == len(set(then) & set(adults(run)[:20]))


def test_the_list_by_doubtful_rows(run: Published) -> None:
    links = of(run, "links")
    links = links[(links["status"] == "counted") & links["person_id"].isin(adults(run))]
    low = ((links["how"] == "model") & (links["match_probability"] < 0.95)).groupby(links["person_id"])
    some, every = low.any().sum(), low.all().sum()
    assert ask(run, "no_other").row(0) == (some, every)
    assert ask(run, "as doubtful")["doubtful"].to_list() == low.sum()[adults(run)[:20]].to_list()


def test_whoever_is_supported_is_named_also_on_no_list(run: Published) -> None:
    support = of(run, "support")
    current = support[support["start"].notna() & support["end"].isna()]
    found = ask(run, "plan_review_at from support")
    assert sorted(found["person_id"]) == sorted(current["person_id"]) and len(current)
    planned = set(current[current["plan_at"].notna()]["person_id"])
    assert ask(run, 'C("end").is_null()')["person_id"].to_list() == [
        one for one in adults(run)[:20] if one not in planned
    ]


def test_the_first_source_is_of_people_who_are_named(run: Published) -> None:
    people, seen = of(run, "people"), of(run, "timeline")
    new = people[people["named"] & (pd.to_datetime(people["first_seen"]) >= SINCE)]["person_id"]
    first = seen.sort_values(["start", "source"]).drop_duplicates("person_id").set_index("person_id")["source"]
    assert dict(ask(run, "first_seen_by").iter_rows()) == {
        (None if pd.isna(source) else source): n for source, n in first.reindex(new).value_counts(dropna=False).items()
    }


def test_lines_beside_each_other_are_of_the_same_months(run: Published) -> None:
    seen = of(run, "timeline")
    seen = seen[seen["counted"] & (seen["start"] >= SINCE)]
    for part, dataset in (
        ("select site", "ed_attendance"),
        ("from timeline where dataset = 's136' and counted", "s136"),
    ):
        assert ask(run, part)["n"].sum() == (seen["dataset"] == dataset).sum()
    assert (seen["dataset"] == "ed_attendance").any()


def test_quarters_are_those_that_a_statistician_gives(run: Published) -> None:
    for part, column in (('"contacts"].describe', "contacts"), ('"nights"].describe', "nights")):
        found = dict(ask(run, part).iter_rows())
        own = run.people().filter(C("list") == "adult") if column == "contacts" else run.admissions()
        own = own if column == "contacts" else own.filter(C("ended") != "open")
        each = own[column].to_pandas().quantile([0.25, 0.5, 0.75]).to_list()
        assert [float(found[one]) for one in ("25%", "50%", "75%")] == each


def test_people_are_counted_over_the_period_that_the_page_gives(run: Published) -> None:
    seen = of(run, "timeline")
    seen = seen[seen["counted"] & seen["dataset"].isin(CONTACTS) & (seen["start"] < pd.Timestamp(run.month.after))]
    for months, sets, part, least in (
        (12, CONTACTS[2:], 'run.people("ed_attendance").filter', 10),
        (3, CONTACTS, ">= 5", 5),
    ):
        since = pd.Timestamp((run.month - (months - 1)).start)
        own = seen[seen["dataset"].isin(sets) & (seen["start"] >= since)]
        n = own.drop_duplicates(["person_id", "source", "event_id"]).groupby("person_id").size()
        assert sorted(ask(run, part)["person_id"]) == sorted(n[n >= least].index)


def test_oddities_are_of_both_kinds_that_the_line_asks_for(run: Published) -> None:
    whole = run.linkage().oddities().to_polars()
    kinds = whole["odd"].str.split("|")
    either = whole.filter(kinds.list.contains("two dates of birth") | kinds.list.contains("two sexes"))
    found = ask(run, "two sexes")
    assert sorted(found["person_id"]) == sorted(either["person_id"]) and len(found)


def of_each_stay(run: Published) -> dict[str | None, int]:
    """Stays that ended in 12 months by the source that saw the person first from the day after, None for none."""
    stays, seen = of(run, "stay"), of(run, "timeline")
    stays = stays[~stays["nobody"]].assign(end=lambda one: pd.to_datetime(one["end"]))
    spells = stays.groupby(["person_id", "spell"])["end"].agg(["max", "count", "size"]).reset_index()
    gone = spells[(spells["count"] == spells["size"]) & (spells["max"] >= SINCE)]
    seen = seen[seen["counted"] & seen["dataset"].isin([*CONTACTS, "mh_bed_day"])].sort_values("start")
    first: dict[str | None, int] = {}
    for person, at in zip(gone["person_id"], gone["max"].dt.normalize(), strict=True):
        after = seen[(seen["person_id"] == person) & (seen["start"].dt.normalize() > at)]["source"].to_list()
        first |= {(source := after[0] if after else None): first.get(source, 0) + 1}
    return first


def test_the_first_source_after_a_stay(run: Published) -> None:
    assert dict(ask(run, "arg_min(source, start)").iter_rows()) == of_each_stay(run)


def test_a_contact_on_the_day_of_discharge_is_not_after_the_stay(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    day, closed = C("end").dt.truncate("1d"), ~C("nobody") & C("end").is_not_null()
    stay = pl.read_parquet(run.folder / "stay.parquet").with_columns(end=day)
    timeline = pl.read_parquet(run.folder / "timeline.parquet")
    early = stay.filter(closed).select("person_id", start=C("end") + pl.duration(minutes=30))
    like = timeline.filter("counted", dataset="police_incident").head(1).drop("person_id", "start")
    pl.concat([timeline, early.join(like, how="cross").select(timeline.columns)]).write_parquet(
        run.folder / "timeline.parquet"
    )
    stay.write_parquet(run.folder / "stay.parquet")
    first = of_each_stay(run)
    assert dict(ask(run, "arg_min(source, start)").iter_rows()) == first and early.height and len(first) > 1


def test_each_of_the_first_20_has_a_row_also_who_has_none(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    demand, one = pl.read_parquet(run.folder / "monthly_demand.parquet"), adults(run)[6]
    demand.filter(C("person_id") != one).write_parquet(run.folder / "monthly_demand.parquet")
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if "each of the first 20" in row]
    found = {line: ask(run, line) for row in rows for line in re.findall("`(run.*?)`", row)}
    ranks = of(run, "ranked").set_index("person_id")["rank"][adults(run)[:20]].to_list()
    each = {line: frame for line, frame in found.items() if "rank" in frame.columns}
    assert len(each) == len(rows) == 4
    assert all(sorted(frame["rank"]) == ranks for frame in each.values())
    assert sum(frame.filter(rank=ranks[6]).row(0)[-1] is None for frame in each.values()) >= 2


def test_places_moved_in_three_months_are_those_of_both_lists(run: Published) -> None:
    own, then = adults(run), run.cohort().flow(4, top="all").table("who")
    then = then.filter(C("month") == (run.month - 3).start, C("place").is_not_null())
    before = dict(then.select("person_id", "place").iter_rows())
    moved = {one: before[one] - place for place, one in enumerate(own, 1) if one in before}
    found = ask(run, "moved_up=")
    assert dict(found.drop_nulls().select("person_id", "moved_up").iter_rows()) == moved and len(moved) > 20
    assert found["moved_up"].drop_nulls().is_sorted(descending=True)


def counted(run: Published, *sets: str) -> pd.DataFrame:
    """What counts of some data sets, in the order in which it began."""
    seen = of(run, "timeline")
    return seen[seen["counted"] & seen["dataset"].isin(sets)].sort_values("start", kind="stable")


def test_attendances_again_and_episodes_go_by_the_time_since_the_one_before(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    timeline = pl.read_parquet(run.folder / "timeline.parquet")
    one = timeline.filter("counted", dataset="ed_attendance").sort("start").head(2)
    near = [one.with_columns(C("start").dt.offset_by(by), event_id=C("event_id") + by) for by in ("71h", "7d", "15d")]
    pl.concat([timeline, *near]).write_parquet(run.folder / "timeline.parquet")
    again: dict[pd.Timestamp, list[int]] = {}
    for _, own in counted(run, "ed_attendance").groupby("person_id"):
        starts = own["start"].to_list()
        for at, later in zip(starts, [*starts[1:], None], strict=True):
            month = again.setdefault(at.to_period("M").to_timestamp(), [0, 0])
            month[0] += 1
            month[1] += later is not None and later - at <= pd.Timedelta(hours=72)
    assert {pd.Timestamp(month): [n, m] for month, n, m in ask(run, "as later").iter_rows()} == again
    assert sum(m for _, m in again.values()) > 0
    episodes = 0
    for _, own in counted(run, *CONTACTS).groupby("person_id"):
        gap = own["start"].diff()
        episodes += int(((gap.isna() | (gap >= pd.Timedelta(days=7))) & (own["start"] >= SINCE)).sum())
    assert ask(run, "as episodes")["episodes"][0] == episodes > 0


def test_out_of_hours_is_the_evening_the_night_and_the_weekend(run: Published) -> None:
    seen = counted(run, *CONTACTS)
    seen = seen[(seen["start"] >= SINCE) & ~seen["start_day_only"].isin([True])]
    minute = seen["start"].dt.hour * 60 + seen["start"].dt.minute
    out = (minute < 8 * 60) | (minute >= 18 * 60 + 30) | (seen["start"].dt.dayofweek > 4)
    shares = out.groupby(seen["source"]).mean().to_dict()
    assert dict(ask(run, "isodow").iter_rows()) == pytest.approx(shares) and 0 < min(shares.values()) < 1


def test_moves_are_from_one_month_with_an_address_to_the_next(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    homes = pl.read_parquet(run.folder / "event_place.parquet")
    one = homes.filter(C("area") == "home").drop_nulls("borough").head(1)
    far = pl.lit("Elsewhere")
    later = [one.with_columns(start=C("start").dt.offset_by(ago), borough=far) for ago in ("2mo", "3mo")]
    pl.concat([homes, *later]).write_parquet(run.folder / "event_place.parquet")
    own = of(run, "event_place").query("area == 'home'").dropna(subset=["borough"]).sort_values("start")
    own["month"] = own["start"].dt.to_period("M").dt.to_timestamp()
    own = own.drop_duplicates(["person_id", "month"], keep="last")
    own["was"] = own.groupby("person_id")["borough"].shift()
    moved = own[own["was"].notna() & (own["was"] != own["borough"])]
    found = ask(run, "moved_from")
    each = moved.groupby(["month", "was", "borough"]).size().to_dict()
    assert {(pd.Timestamp(month), *rest): n for month, *rest, n in found.iter_rows()} == each
    assert "Elsewhere" in set(moved["borough"])


def test_households_are_counted_by_their_people(run: Published) -> None:
    homes = of(run, "traits").dropna(subset=["household_id"])
    own = demand(run)
    n = own[own["dataset"].isin(CONTACTS)].groupby("person_id")["n"].sum()
    homes["n"] = homes["person_id"].map(n).fillna(0)
    each = homes.groupby("household_id").agg(people=("person_id", "size"), n=("n", "sum"))
    rows = each.groupby("people").agg(households=("n", "size"), n=("n", "sum"))
    found = [tuple(map(int, row)) for row in ask(run, "as households").iter_rows()]
    assert found == [(people, row.households, row.n) for people, row in rows.iterrows()] and found


def test_outcomes_of_calls_are_counted_each(run: Published) -> None:
    calls = of(run, "timeline").query("dataset == 'ambulance_call'")
    calls = calls[calls["start"] >= SINCE].drop_duplicates(["source", "event_id", "outcome"])
    calls = calls.assign(ended=calls["outcome"].fillna("not sent").str.split("|")).explode("ended")
    each = calls.drop_duplicates(["source", "event_id", "ended"])["ended"].value_counts().to_dict()
    assert dict(ask(run, "as ended from timeline where dataset = 'ambulance_call'").iter_rows()) == each
    assert calls["outcome"].str.contains("|", regex=False).any()
