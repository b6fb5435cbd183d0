"""The list by group: the site's own groups of people, any traits of theirs, and its length month by month."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.govern.audit import read
from hiu.govern.release.disclosure import HIDDEN
from hiu.site.opened import Opened
from hiu.site.published import Published
from hiu.site.views.shared import shared_groups
from hiu.synth.groups import ETHNIC, FIFTHS, write_groups
from pipelines.common.place import Place

C = pl.col


@pytest.fixture(scope="module")
def file(run: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented file of groups of everybody."""
    path = tmp_path_factory.mktemp("groups") / "groups.csv"
    write_groups(path, pl.read_parquet(run.folder / "people.parquet")["person_id"])
    return path


def test_the_invented_groups_are_of_everybody_and_the_same_again(run: Published, file: Path, tmp_path: Path) -> None:
    people = pl.read_parquet(run.folder / "people.parquet")["person_id"]
    write_groups(tmp_path / "again.csv", people.shuffle(3))
    assert (tmp_path / "again.csv").read_bytes() == file.read_bytes()
    found = pd.read_csv(file, dtype=str).fillna("")
    assert sorted(found["person_id"]) == sorted(people)
    assert set(found["deprivation"]) == set(FIFTHS) and set(found["ethnic_group"]) == set(ETHNIC)


def test_people_have_the_columns_of_the_file(run: Published, file: Path) -> None:
    found, own = run.people(groups=file), pd.read_csv(file, dtype=str).set_index("person_id")
    assert found.height == run.people().height and found.drop("deprivation", "ethnic_group").equals(run.people())
    for column in ("deprivation", "ethnic_group"):
        then = own[column][found["person_id"].to_list()]
        assert found[column].to_list() == [None if pd.isna(one) else one for one in then]
    assert all(found.columns().to_polars()["meaning"])
    again = run.people("ed_attendance", months=3, area="borough", groups=str(file))
    assert {"deprivation", "borough"} <= set(again.columns)


def test_the_list_by_own_group_beside_everybody(run: Published, file: Path) -> None:
    found = run.groups("deprivation", groups=file)
    every = run.people(groups=file).to_pandas()
    own = {
        "first": every[every["rank"] <= 2].groupby("deprivation").size(),
        "listed": every[every["list"] == "adult"].groupby("deprivation").size(),
        "people": every.groupby("deprivation").size(),
        "contacts": every.groupby("deprivation")["contacts"].sum(),
    }
    for row in found.to_polars().iter_rows(named=True):
        assert {name: row[name] for name in own} == {name: n.get(row["deprivation"], 0) for name, n in own.items()}
    assert found.table("counts")["listed"].sum() == run.ranked().height and all(found.columns().to_polars()["meaning"])
    assert found.title == "The list of Mar 2026 by deprivation"


def test_any_two_traits_are_counted_together(run: Published) -> None:
    found = run.groups(["borough", "age_band"]).table("counts")
    every = run.people(area="borough").to_pandas().fillna({"borough": "", "age_band": ""})
    own = every.groupby(["borough", "age_band"]).size().to_dict()
    assert {(a or "", b or ""): n for a, b, n in found.select("borough", "age_band", "people").iter_rows()} == own
    assert run.groups(["sex", "sex"]).to_polars().equals(run.groups("sex").to_polars())


def test_what_others_may_read_has_no_group_of_few() -> None:
    counts = {"group": ["a", "b", "few", None, "g"], "listed": [40, 20, 2, 12, 0], "people": [90, 28, 5, 30, 40]}
    found = shared_groups(pl.DataFrame(counts), ["group"])
    assert found["group"].to_list() == ["a", "not recorded", "g", "other groups", "all"]
    cells = {row[0]: row[1:] for row in found.iter_rows()}
    assert cells["other groups"] == (HIDDEN, HIDDEN) and cells["all"] == ("75", "120") and cells["g"] == ("0", "40")
    assert [one[0] for one in cells.values()].count(HIDDEN) >= 2, "the total less the others would give it back"
    assert "few" not in str(found.to_dicts())


def test_to_share_of_groups_is_rounded_and_names_nobody(run: Published, file: Path) -> None:
    shared = run.groups(["sex", "deprivation"], groups=file).to_share()
    texts = [one for name in ("listed", "others") for one in shared.table("counts")[name]]
    assert all(one == HIDDEN or int(one) % 5 == 0 for one in texts) and HIDDEN in texts
    assert not re.search("HIU-", str(shared)) and all(shared.columns().to_polars()["meaning"])


def test_rates_are_per_1000_of_the_population_given(run: Published, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "population.csv"
    path.write_text('deprivation,population\n2,"4,000"\n3,500\n3,500\nelsewhere,70\n', encoding="utf-8")
    found = run.groups("deprivation", groups=file, population=path)
    rows = {row["deprivation"]: row for row in found.to_polars().iter_rows(named=True)}
    assert rows["2"]["per_1000"] == rows["2"]["listed"] / 4 and rows["3"]["per_1000"] == rows["3"]["listed"]
    assert rows["elsewhere"]["listed"] == rows["elsewhere"]["per_1000"] == 0 and rows[FIFTHS[0]]["per_1000"] is None
    for row in found.to_share().table("counts").iter_rows(named=True):
        if row["group"] == "2":
            assert row["per_1000"] == (HIDDEN if row["listed"] == HIDDEN else f"{int(row['listed']) / 4:.1f}")


def test_a_crosswalk_with_residents_gives_the_rate_of_its_areas(
    run: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hiu.site.views.places import Places

    monkeypatch.setattr(Places, "_people_there", lambda self, level: {"Stroud": 2000} if level == "borough" else {})
    row = run.groups("borough").to_polars().filter(borough="Stroud").row(0, named=True)
    assert row["per_1000"] == row["listed"] / 2 and "per_1000" not in run.groups("sex").to_polars().columns


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,group\nHIU-AAAAAAAA,a\n", "expected a column person_id; found id, group"),
        ("person_id,group\nHIU-AAAAAAAA,a\nHIU-BBBBBBBB,a\nHIU-AAAAAAAA,b\n", "line 4, column person_id: expected one"),
        ("person_id,sex\nHIU-AAAAAAAA,a\n", "column sex: it comes from the agencies' rows"),
        ("person_id,age_band\nHIU-AAAAAAAA,a\n", "column age_band: it comes from"),
    ],
)
def test_a_file_that_is_none_of_groups_is_refused(run: Published, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "groups.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(words)) as raised:
        run.people(groups=tmp_path / "groups.csv")
    assert "HIU-" not in str(raised.value)


def test_what_is_no_group_or_population_is_refused(run: Published, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "population.csv"
    path.write_text("sex,population\nF,many\n", encoding="utf-8")
    for ask, words in (
        (lambda: run.groups("ethnicity"), r"no group 'ethnicity'.*groups=\"groups.csv\""),
        (lambda: run.groups("ethnicgroup", groups=file), "Did you mean 'ethnic_group'"),
        (lambda: run.groups([]), r"groups\(\[\]\): give at least one"),
        (lambda: run.groups(["borough", "trust"]), "borough and trust: people are counted by one kind"),
        (lambda: run.groups("sex", population=path), "line 2, column population: expected a whole.*found 'many'"),
        (lambda: run.groups("deprivation", groups=file, population=path), "expected a column deprivation; found sex"),
        (lambda: run.groups("sex", groups=tmp_path / "none.csv"), "none.csv: there is no such file$"),
    ):
        with pytest.raises(UsageError, match=words):
            ask()


def looks(place: Place) -> list[dict[str, object]]:
    files = sorted((place.curated / "reads").glob("*.jsonl"))
    return [entry["event"] for path in files for entry in read(path)]


def test_a_former_id_is_followed_and_strangers_are_counted(place_after: Place, tmp_path: Path) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    one, two = run.ranked(2)["person_id"]
    aliases = pl.read_parquet(run.folder / "aliases.parquet")
    merged = {
        "old_id": ["HIU-AAAAAAAA", "HIU-BBBBBBBB"],
        "person_id": [one, two],
        "kind": "merge",
        "month": date(2026, 2, 1),
    }
    row = pl.DataFrame(merged).select(C(name).cast(kind) for name, kind in aliases.schema.items() if name in merged)
    pl.concat([aliases, row], how="diagonal").write_parquet(run.folder / "aliases.parquet")
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    rows = [("HIU-AAAAAAAA", "x", " u "), ("HIU-BBBBBBBB", "x", "u"), (two, "y", "u"), ("HIU-CCCCCCCC", "z", "w")]
    pl.DataFrame(rows, schema=["person_id", "a", "b"], orient="row").write_csv(tmp_path / "own.csv")
    before = len(looks(place_after))
    found = run.people(groups=tmp_path / "own.csv")
    assert found.filter(person_id=one).select("a", "b").rows() == [("x", "u")]
    assert found.filter(person_id=two).select("a", "b").rows() == [(None, "u")], "two rows that differ are no group"
    assert "own.csv: 1 row is of nobody here whom you may look at" in found.title
    assert found["b"].null_count() == found.height - 2
    run.groups("b", groups=tmp_path / "own.csv")
    run.groups("sex")
    lines = looks(place_after)[before:]
    assert [line["what"] for line in lines] == ["people", "groups"] and lines[1]["people"] == 2


def test_groups_of_whom_no_basis_lets_anybody_ask_are_empty(
    place_after: Place, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Opened.permitted
    monkeypatch.setattr(Opened, "permitted", lambda self, ids: replace(whole(self, ids), ids=frozenset()))
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    found = run.people(groups=file)
    assert found["deprivation"].null_count() == found.height > 0
    counts = run.groups("deprivation", groups=file)
    assert counts.to_polars().select("deprivation", "people").rows() == [(None, found.height)]
    assert f"{pl.read_csv(file).height:,} rows are of nobody here" in " ".join(counts.sentences)


def test_the_length_of_the_lists_by_month(place_after: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    run = hiu.open(place_after.home, curated=place_after.curated).latest
    found = run.lists(3)
    ranked = pl.read_parquet(run.folder / "ranked.parquet")
    here = dict(ranked["list"].value_counts().iter_rows())
    last = found.row(-1, named=True)
    assert (last["adults"], last["under_18"]) == (here["adult"], here["under_18"]) and last["still"] == here["adult"]
    assert last["published"] and not found["published"][0] and found.height == 3
    assert found.title.startswith(
        "The lists by month: 1 of 3 as published, the others by the data and settings of today"
    )
    demand = pd.read_parquet(run.folder / "monthly_demand.parquet")
    people = pd.read_parquet(run.folder / "people.parquet").set_index("person_id")
    before: set[str] | None = None
    for month in (run.month - ago for ago in (2, 1, 0)):
        end = pd.Timestamp(month.end)
        seen = pd.to_datetime(demand["month"])
        recent = (seen <= end) & (seen >= pd.Timestamp((month - 11).start)) & (demand["n"] > 0)
        own = people.loc[sorted(set(demand[recent]["person_id"]) & set(people[people["named"]].index))]
        own = own[~(pd.to_datetime(own["died"]) <= end)]
        born = pd.to_datetime(own["dob"])
        age = (end.year - born.dt.year - ((born.dt.month * 100 + born.dt.day) > end.month * 100 + end.day)).fillna(
            end.year - own["birth_year"].astype("float")
        )
        grown = set(own[~(age < 18)].index)
        row = found.filter(month=month.start).row(0, named=True)
        assert (row["adults"], row["under_18"]) == (len(grown), len(own) - len(grown))
        if before is not None:
            assert (row["joined"], row["left"]) == (len(grown - before), len(before - grown))
        before = grown
    current = json.loads((place_after.curated / "CURRENT.json").read_text(encoding="utf-8"))
    earlier = str(run.month - 1)
    assert earlier not in current["months"]
    monkeypatch.setattr(
        "hiu.site.opened.Opened.folders", lambda self: {earlier: run.folder.name, str(run.month): run.folder.name}
    )
    again = run.lists(2)
    assert again["published"].all() and again["adults"].to_list() == [here["adult"]] * 2
    assert again.select("joined", "left", "died").row(1) == (0, 0, 0) and again.title.startswith(
        "The lists by month: 2 of 2 as published"
    )
