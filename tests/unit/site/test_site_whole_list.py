"""The whole list month by month, and lines of the analyst's page that lead to a figure not found before."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pandas as pd
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.site.published import Published
from hiu.synth.groups import write_groups, write_population
from pipelines.common.place import Place

C = pl.col
PAGE = Path(__file__).parents[3] / "docs" / "analyst.md"
SINCE = pd.Timestamp("2025-04-01")
"""From when the queries of the page count."""


def of(run: Published, name: str) -> pd.DataFrame:
    """A table as it was published."""
    return pd.read_parquet(run.folder / f"{name}.parquet")


def adults(run: Published) -> list[str]:
    """The list of adults, first to last."""
    listed = of(run, "ranked")
    return listed[listed["list"] == "adult"].sort_values("rank")["person_id"].to_list()


def rows_of(section: str) -> list[str]:
    """The rows of a table of the page."""
    rows = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0].splitlines()
    return [row for row in rows if row.startswith("| ")]


def ask(run: Published, part: str, section: str = "More questions, a line each") -> pl.DataFrame:
    """What the one line of the page that has these words in it answers."""
    (line,) = [one for row in rows_of(section) for one in re.findall("`(.*?)`", row) if part in one]
    found = eval(line, {"run": run, "pl": pl, "C": C, "first": run.cohort(run.ranked(20))})
    return found.to_polars() if hasattr(found, "to_polars") else found


def with_earlier(place: Place, **without: list[str]) -> Published:
    """The month with others published before it (`ago_1`), each as today's without some people."""
    run, pointer = hiu.open(place.home, curated=place.curated).latest, place.curated / "CURRENT.json"
    current = json.loads(pointer.read_text(encoding="utf-8"))
    for ago, gone in without.items():
        month = run.month - int(ago.removeprefix("ago_"))
        folder = run.folder.with_name(f"{month}-as-it-was")
        copytree(run.folder, folder)
        ranked = pl.read_parquet(folder / "ranked.parquet")
        ranked.filter(~C("person_id").is_in(gone)).write_parquet(folder / "ranked.parquet")
        current["months"][str(month)] = folder.name
    pointer.write_text(json.dumps(current), encoding="utf-8")
    return hiu.open(place.home, curated=place.curated).latest


def test_the_flow_of_the_whole_list_is_that_of_its_lengths(place_after: Place) -> None:
    run = with_earlier(place_after, ago_1=[])
    ranked = pl.read_parquet(run.folder / "ranked.parquet")
    shorter = ranked.filter((C("list") != "adult") | (C("rank") <= 30))
    shorter.write_parquet(run.folder / "ranked.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    found, lists = run.cohort().flow(9, top="all"), run.lists(9)
    assert lists["adults"].max() > lists["adults"][-1] == run.ranked().height == 30
    own = lists.filter(C("joined").is_not_null()).select("month", "joined", "left")
    flow = found.table("flow").filter(C("month").is_in(own["month"].implode()))
    assert flow.select("month", "entered", "left").rows() == own.rows() and own.height >= 3
    there = found.table("who").filter(C("change") != "left").to_polars().group_by("month").len()
    adults_by_month = dict(lists.select("month", "adults").iter_rows())
    assert dict(there.iter_rows()).items() <= adults_by_month.items()
    assert "of those on the list were not there" in found.sentences[0]
    with pytest.raises(UsageError, match=r"flow\('every'\): the list has .* give a whole number .*, or \"all\""):
        run.cohort().flow(top="every")


def answer(run: Published, part: str) -> pl.DataFrame:
    """What the one of the ten questions that has these words in it answers."""
    section = PAGE.read_text(encoding="utf-8").split("## Ten questions\n")[1].split("\n## ")[0]
    blocks = [one.split("```")[0] for one in section.split("```python\n")[1:]]
    scope: dict[str, Any] = {"run": run, "pl": pl}
    exec(next(one for one in blocks if part in one), scope)
    return scope["answer"].to_polars()


def test_those_who_came_back_to_the_list_were_away_in_between(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    one, two = adults(run)[:2]
    run = with_earlier(place_after, ago_1=[one, two], ago_2=[two], ago_3=[])
    gone = {(one, (run.month - 1).start, run.month.start), (two, (run.month - 2).start, run.month.start)}
    found = ask(run, "back=").filter(C("person_id").is_in([one, two]))
    assert set(found.select("person_id", "gone", "back").rows()) == gone
    assert dict(found.select("person_id", "months").iter_rows()) == {one: 1, two: 2}
    months = dict(ask(run, "on_list=").iter_rows())
    who = run.cohort().flow(36, top="all").table("who").filter(C("change") != "left")
    assert months == who["person_id"].value_counts().to_pandas().set_index("person_id")["count"].to_dict()


def test_those_who_joined_half_a_year_ago_are_looked_for_now(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    one, two, three = adults(run)[:3]
    run = with_earlier(place_after, ago_3=[one, two, three], ago_2=[three])
    ranked = pl.read_parquet(run.folder / "ranked.parquet")
    ranked.filter(C("person_id") != two).write_parquet(run.folder / "ranked.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    (line,) = [row.split("`")[1] for row in rows_of("More questions, a line each") if "joined=pl.len()" in row]
    line = line.replace("flow(7", "flow(3").replace("month - 6", "month - 2")  # data of fewer months are here
    assert eval(line, {"run": run, "pl": pl, "C": C}).row(0) == (2, 1)


def test_calls_not_conveyed_are_calls_none_of_whose_people_were(run: Published) -> None:
    calls = of(run, "timeline").query("dataset == 'ambulance_call'")
    for part, own in (("", calls), ("as not_conveyed", calls[calls["person_id"].isin(adults(run))])):
        seen: dict[tuple[pd.Timestamp, str], list[object]] = {}
        for row in own[own["start"] >= SINCE].itertuples():
            seen.setdefault((row.start.to_period("M").to_timestamp(), row.event_id), []).append(row.outcome)
        each: dict[pd.Timestamp, list[int]] = {}
        for (month, _), outcomes in seen.items():
            texts = [one for one in outcomes if isinstance(one, str)]
            conveyed = any("conveyed" in one.split("|") for one in texts)
            turn = each.setdefault(month, [0, 0, 0])
            turn[0] += 1
            turn[1] += bool(texts) and not conveyed
            turn[2] += not texts
        found = ask(run, part) if part else answer(run, "as not_conveyed")
        assert {pd.Timestamp(row[0]): [row[1], *row[3:]] for row in found.iter_rows()} == each
        assert sum(one[1] for one in each.values()) > 0


def write_conflicts(path: Path, person: str, *, alone: bool = False) -> None:
    """Writes a death that no register says among what does not agree, or alone."""
    there = pl.read_parquet(path)
    row = dict.fromkeys(there.columns) | {"person_id": person, "what": "death_to_check", "sources": "ed"}
    own = pl.DataFrame([row | {"rows": 1}], schema=there.schema)
    pl.concat([there.clear() if alone else there, own]).write_parquet(path)


def test_who_may_have_died_and_who_left_are_asked_in_a_line(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    one, path = run.ranked(1)["person_id"][0], run.folder / "conflicts.parquet"
    write_conflicts(path, one)
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    own = pd.read_parquet(path).query("what == 'death_to_check'")["person_id"]
    assert [row for row in rows_of("Where an answer is") if "died" in row and "why_left" in row]
    found = ask(run, "death_to_check", "Where an answer is")
    assert sorted(found["person_id"]) == sorted(own) and one in set(found["person_id"])


def test_contacts_of_mental_health_after_a_detention_are_within_7_days(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    timeline = pl.read_parquet(run.folder / "timeline.parquet")
    stays = timeline.filter("counted", C("start") >= SINCE, dataset="mh_bed_day").head(2)
    turns = ((0, "1h"), (1, "8d"))  # one before its stay by an hour, one by more than 7 days
    held = [stays[at].with_columns(C("start").dt.offset_by(f"-{ago}"), dataset=pl.lit("s136")) for at, ago in turns]
    day = held[0].with_columns(C("start").dt.truncate("1d"), start_day_only=True, dataset=pl.lit("mha_assessment"))
    pl.concat([timeline, *held, day]).write_parquet(run.folder / "timeline.parquet")
    seen = of(run, "timeline")
    seen, until = seen[seen["counted"]], pd.Timestamp((run.month.end - timedelta(days=7)).isoformat())
    held = seen[(seen["dataset"] == "s136") & (seen["start"] >= SINCE) & (seen["start"] < until)]
    found = {row[0]: row[1:] for row in ask(run, "as followed").iter_rows()}
    assert held.shape[0] > 0 and set(found) == {"mh_bed_day", "mha_assessment"}
    for dataset, (detentions, followed) in found.items():
        other = seen[seen["dataset"] == dataset]
        own = 0
        for row in held.itertuples():
            theirs = other[other["person_id"] == row.person_id]
            gap = theirs["start"] - row.start
            same = theirs["start_day_only"] & (theirs["start"] == row.start.normalize())
            own += bool((same | ((gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=7)))).any())
        assert (detentions, followed) == (len(held), own), dataset
    assert min(one[1] for one in found.values()) > 0


def test_the_invented_population_has_the_groups_and_boroughs_of_the_area(run: Published, tmp_path: Path) -> None:
    people = run.people(area="borough")
    write_groups(tmp_path / "groups.csv", people["person_id"])
    write_population(tmp_path / "population.csv", people["borough"])
    for by in ("borough", "deprivation", ["borough", "deprivation"]):
        found = run.groups(by, groups=tmp_path / "groups.csv", population=tmp_path / "population.csv").to_polars()
        known = found.drop_nulls([by] if isinstance(by, str) else by)
        assert known["per_1000"].null_count() == 0 and known.height >= 5
        assert known["per_1000"].to_list() == pytest.approx((known["listed"] / known["population"] * 1000).to_list())
    assert set(pl.read_csv(tmp_path / "population.csv")["note"]) == {"invented"}
    with pytest.raises(UsageError, match=r"pop\.csv: there is no such file in the working folder$"):
        run.groups("borough", population="pop.csv")


def test_addresses_with_most_contacts_are_households(run: Published) -> None:
    assert any("addresses" in row for row in rows_of("Where an answer is"))
    own = of(run, "traits").dropna(subset=["household_id"]).set_index("person_id")["household_id"]
    n = of(run, "monthly_demand")
    counted = n["dataset"].isin(["police_incident", "ambulance_deployment", "ed_attendance"])
    n = n[(pd.to_datetime(n["month"]) >= SINCE) & counted]
    each = n.assign(home=n["person_id"].map(own)).groupby("home")["n"].sum()
    found = ask(run, "limit 10")
    assert found["contacts"].to_list() == sorted(map(int, each), reverse=True)[:10]
    assert dict(found.select("household_id", "contacts").iter_rows()).items() <= each.to_dict().items()


def test_messages_are_short_and_say_what_may_be_given(run: Published) -> None:
    said = not_among("no file 'file_7'", "file_7", [f"file_{one}" for one in range(211)])
    assert len(said) < 300 and "Did you mean 'file_7'" in said and "and 203 more" in said
    assert not_among("no x", "x", ["a", "b"]).endswith("There are: a, b.")
    for words, wrong in (
        (r"groups\(\[\]\): give at least one characteristic", lambda: run.groups([])),
        (r"It takes: dataset, of=.*those with = by name", lambda: run.cohort().trend("ed_attendance", "logs")),
        (r"^13 is not a month", lambda: hiu.open(run.opened.home).month(13)),
        (r"'ed' is a source: \.fields\(\)\.filter", lambda: run.quality().fields("ed")),
    ):
        with pytest.raises(UsageError, match=words):
            wrong()


def test_one_conflict_is_in_the_singular(place_after: Place) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    one, path = run.ranked(1)["person_id"][0], run.folder / "conflicts.parquet"
    write_conflicts(path, one, alone=True)
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    assert run.person(one).conflicts().title == f"{one}: 1 thing that does not agree"
