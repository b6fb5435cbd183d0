"""The first N of a list are the first N people on it who may be shown; `rank` is the meeting's place, also beside an
empty one."""

from __future__ import annotations

import doctest
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST
from hostile_kit import LATER, forbid

import hiu
from hiu.errors import LookRefused, UsageError
from hiu.rank.reports.equality.audit import equality, groups_of
from hiu.site import Site
from hiu.site.compact import common, numbered_common
from hiu.site.opened import Opened
from hiu.site.published import Published
from pipelines.access.remake import withhold
from pipelines.common.place import open_place
from pipelines.common.progress import Reporter
from pipelines.setup.api import CLASSES

C = pl.col
TOP = 10
EMPTY = (1, 3, 6)
"""Places of people who may be shown to nobody."""


@pytest.fixture(scope="module")
def run(area: Path, just_published: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A list of which three of the first ten places are empty, and of which the first ten are discussed. Read it."""
    curated = tmp_path_factory.mktemp("first") / "curated"
    shutil.copytree(just_published, curated)
    place = open_place(area, curated=curated)
    ranked = pl.read_parquet(place.which(None)[1] / "ranked.parquet").filter(list="adult").sort("rank")
    for rank in EMPTY:
        forbid(place, ranked["person_id"][rank - 1])
    withhold(place, LATER, Reporter(quiet=True))
    rank = place.settings.rank.model_copy(update={"top": TOP})
    settings = place.settings.model_copy(update={"rank": rank})
    opened = Opened(place.home, settings, place.curated, lambda: LATER, by="Ann Lyst")
    found = published(place.which(None)[1], opened)
    assert not set(EMPTY) & set(found.ranked()["rank"]) and found.ranked().height > 2 * TOP
    return found


def published(folder: Path, opened: Opened) -> Published:
    """The run as if it had been published under these settings."""
    found = Published(LAST, folder, opened)
    found.manifest["settings_version"] = opened.settings.version
    return found


def first(run: Published, top: int = TOP) -> list[str]:
    return run.ranked().to_polars().sort("rank").head(top)["person_id"].to_list()


FIRST: dict[str, Callable[[Published], list[str]]] = {
    "ranked": lambda run: run.ranked(TOP)["person_id"].to_list(),
    "cohort": lambda run: run.cohort(run.ranked(TOP)).people or [],
    "cost": lambda run: run.cohort().cost().table("people")["person_id"].unique().to_list(),
    "flow": lambda run: _last(run).sort("place")["person_id"].to_list(),
}


def _last(run: Published) -> pl.DataFrame:
    found = run.cohort().flow(top=TOP).table("who").to_polars()
    return found.filter(C("month") == run.month.start, C("change") != "left")


@pytest.mark.parametrize("name", FIRST)
def test_the_first_are_the_first_who_may_be_shown(run: Published, name: str) -> None:
    assert sorted(FIRST[name](run)) == sorted(first(run))


def test_the_definitions_are_met_among_the_same_people(run: Published, tmp_path: Path) -> None:
    run = published(Path(shutil.copytree(run.folder, tmp_path / run.folder.name)), run.opened)
    path = run.folder / "ranked.parquet"
    ranked = pl.read_parquet(path)
    one = pl.when(C("person_id").is_in(first(run)[4:])).then(pl.lit("frequent|often")).otherwise(pl.lit("often"))
    ranked.with_columns(presets=one).write_parquet(path)
    found = run.definitions().presets().sort("definition").to_polars().rows()
    assert found == [("frequent", TOP - 4, TOP - 4), ("often", ranked.height, TOP)]


def test_nothing_changed_moves_nobody(run: Published) -> None:
    found = run.what_if()
    assert f"{TOP} stay, 0 enter and 0 leave" in found.sentences[0]
    listed = found.table("list").to_polars()
    assert listed["place"].equals(listed["place_before"]) and listed["place"].to_list() == [*range(1, len(listed) + 1)]
    usual = run.ranked().sensitivity().table("people").filter(C("place") <= TOP)
    assert listed.head(TOP)["person_id"].to_list() == usual["person_id"].to_list()
    ranks = dict(run.ranked().select("person_id", "rank").iter_rows())
    assert dict(listed.select("person_id", "rank").iter_rows()) == ranks


@pytest.mark.parametrize("life", [1, 12])
def test_another_half_life_changes_what_sensitivity_says_it_does(run: Published, life: int) -> None:
    effect = run.definitions().effect("half-life").filter(C("scenario") == f"half-life {life}").row(0, named=True)
    assert "{stay} stay, {enter} enter and {leave} leave".format(**effect) in run.what_if(half_life=life).sentences[0]


def test_risk_moves_as_many_in_as_out(run: Published) -> None:
    moved = run.ranked().equality().table("moved by risk").filter(C("characteristic") == "sex")
    assert moved["frequency"].sum() == moved["top"].sum() == TOP
    assert moved["came_in"].sum() == moved["went_out"].sum()
    frames, ranked = common(run, "sex", "sources", "nhs_number"), pl.read_parquet(run.folder / "ranked.parquet")
    own = ranked.filter(list="adult").sort("rank").with_columns(rank=pl.int_range(1, pl.len() + 1))
    found = equality(**frames, ranked=own, groups=groups_of(frames["people"], run.month))
    assert moved.to_polars().equals(found.moved.filter(C("characteristic") == "sex"))


def test_numbers_in_place_of_ids_stand_for_the_same_rows(run: Published) -> None:
    ids, numbers = numbered_common(run, "sex")
    frames = common(run, "sex")
    assert ids.is_sorted() and ids.n_unique() == len(ids) == frames["people"].height
    for name in ("people", "demand"):
        again = numbers[name].with_columns(person_id=ids.gather(numbers[name]["person_id"]))
        own = again.select(C(frames[name].columns)).cast(frames[name].schema)
        assert own.sort(own.columns).equals(frames[name].sort(own.columns))


def test_titles_say_that_places_between_are_empty(run: Published) -> None:
    words = f"who may be shown ({len(EMPTY)} places belong to people who may not)"
    said = [run.ranked(TOP).title, run.cohort().cost().title, run.definitions().presets().title]
    said += [run.ranked().sensitivity().title, run.what_if().sentences[0]]
    assert [one for one in said if words not in one] == []
    assert "(1 place belongs to somebody who may not)" in run.ranked(1).title


def test_an_empty_place_is_named_with_those_beside_it(run: Published) -> None:
    for ask in (lambda: run.person(3), lambda: run.ranked().compare(2, 3), lambda: run.cohort([2, 3])):
        with pytest.raises(UsageError, match=r"rank 3 .* may not be shown\. The nearest who may are at 2 and 4"):
            ask()
    last = run.ranked()["rank"].max()
    with pytest.raises(UsageError, match=f"no rank {last + 5} .* the last is {last}"):
        run.person(last + 5)


def test_a_place_without_a_basis_names_those_beside_it(run: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = run.ranked()["person_id"][1]
    monkeypatch.setattr(Opened, "withheld", lambda *_: frozenset({apart}))
    with pytest.raises(LookRefused, match="The nearest who may are at 2 and 5"):
        Published(run.month, run.folder, run.opened).person(4)


def test_the_pages_examples_are_of_ranks_that_are_there(
    run: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "analyst.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0].partition("listed = ")[1:]
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {"run": run, "pl": pl, "C": C, "site": Site(run.opened), "hiu": hiu}
    exec("".join(code), found)
    assert found["one"] == 2 and found["two"] == 4
    given = found | {"first": run.cohort(run.ranked(20))}
    for row in page.split("## More questions, a line each")[1].split("\n## ")[0].splitlines():
        lines = re.findall("`(.*?)`", row) if row.startswith("| ") else []
        for line in (one for one in lines if re.search(r"\(\[?\d", one)):  # test_site_forty.py asks every line
            assert eval(line, dict(given)) is not None
    classes = [
        one for _, one in CLASSES if one.__name__ not in ("Cohort", "Places")
    ]  # a title of two people; a crosswalk
    runner = doctest.DocTestRunner()
    for test in (test for one in classes for test in doctest.DocTestFinder(recurse=False).find(one, globs=dict(found))):
        runner.run(test)
    assert runner.tries and runner.failures == 0
