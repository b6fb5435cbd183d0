"""What is given to a method: every argument of every documented one that is out of range or of a wrong kind is refused
in words, and a list of under-18s answers about nobody else."""

from __future__ import annotations

import inspect
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import hiu
from hiu.errors import UsageError
from hiu.site.opened import Opened
from hiu.site.published import Published
from hiu.sources.file import NAME
from pipelines.setup.api import CLASSES, public

C = pl.col
GIVEN = {
    "ranked.why": {"who": 1},
    "ranked.compare": {"first": 1, "second": 2},
    "run.sql": {"query": "select 1"},
    "run.person": {"who": 1},
    "run.why": {"who": 1},
    "run.table": {"name": "people"},
    "cohort.around": {"dataset": "s136"},
    "finding.table": {"name": "cohort"},
    "site.draft": {"source": "police", "file": "x.csv"},
    "review.decision": {"at": 0},
    "review.decide": {"decision": "unsure"},
}
"""What a method needs beside the argument that is wrong."""
NEVER = [b"x", object(), {}, [object()], 1j]
"""Meant by no argument; an empty dict is an empty list of nothing to some."""
NUMBERS = [-1, 10**7, 10**30, True, "x", "", 1.5, float("nan"), float("inf"), [1]]
FINE = {
    "review.head n -1",  # as polars has it: all but the last
    "review.head n 10000000",
    f"review.head n {10**30}",
    "cohort.around hours 1.5",
    "run.what_if half_life 1.5",
    "run.what_if half_life 10000000",
}
"""Numbers that are meant."""


def objects(run: Published, area: Path) -> dict[str, object]:
    """One of each object that this month has."""
    found = {"site": hiu.open(area), "run": run, "ranked": run.ranked(), "cohort": run.cohort(), "review": run.review()}
    found |= {"person": run.person(run.ranked(1)["rank"][0]), "quality": run.quality(), "linkage": run.linkage()}
    return found | {"definitions": run.definitions(), "finding": run.cohort().cost(), "listing": run.people()}


def asked(run: Published, area: Path) -> list[tuple[str, object, inspect.Parameter]]:
    """Every argument of every documented method: how the method is called, of which object, and the argument."""
    own, kinds = objects(run, area), dict(CLASSES)
    return [
        (f"{called}.{name}", one, parameter)
        for called, one in own.items()
        for name, what in public(kinds[called])
        if inspect.isfunction(what)
        for parameter in inspect.signature(what).parameters.values()
        if parameter.name != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]


def test_every_argument_of_a_wrong_kind_or_out_of_range_is_refused_in_words(run: Published, area: Path) -> None:
    each, wrong = asked(run, area), []
    for call, one, parameter in each:
        kinds = {kind.partition("[")[0] for kind in str(parameter.annotation).split(" | ")}
        number = kinds <= {"int", "float", "None"}
        for value in [*NEVER, *(NUMBERS if number else []), *([] if "int" in kinds or "bool" in kinds else [True])]:
            empty = value == {} and not kinds <= {"str", "int", "float", "bool", "None"}
            if empty or f"{call} {parameter.name} {value}" in FINE:
                continue
            try:
                getattr(one, call.partition(".")[2])(**{**GIVEN.get(call, {}), parameter.name: value})
            except UsageError:
                continue
            except Exception as error:
                wrong.append(f"{call}({parameter.name}={value!r}): {type(error).__name__}: {error}")
            else:
                wrong.append(f"{call}({parameter.name}={value!r}) was accepted")
    assert wrong == [] and len(each) > 70


@pytest.mark.parametrize("rank", [0, -1, 10**6])
def test_a_rank_of_nobody_is_refused(run: Published, rank: int) -> None:
    own = run.ranked()
    asks = [run.person, run.why, run.cohort, own.why, lambda at: run.cohort([at]), lambda at: own.compare(1, at)]
    for ask in asks:
        with pytest.raises(UsageError, match=rf"^no rank {rank} in "):
            ask(rank)
    with pytest.raises(UsageError, match=rf"^no rank {rank} of the under-18s in "):
        run.ranked(under_18=True).why(rank)


def test_the_under_18s_list_answers_about_under_18s(run: Published) -> None:
    whole = pl.read_parquet(run.folder / "ranked.parquet").sort("rank")
    own, adults = whole.filter(list="under_18"), whole.filter(list="adult")
    found, (rank, person, sentence) = run.ranked(under_18=True), own.select("rank", "person_id", "sentence").row(0)
    assert found.why(rank) == found.why(person) and found.why(rank).startswith(sentence)
    assert run.ranked().why(rank).startswith(adults.filter(rank=rank)["sentence"].item())
    for report in ("sensitivity", "equality"):
        with pytest.raises(UsageError, match=rf"adults' list alone: run\.ranked\(\)\.{report}\(\)"):
            getattr(found, report)()
    for one, other in ((person, adults["person_id"][0]), (person, person)):
        for ask in (found, run.ranked()):
            with pytest.raises(UsageError, match="two people of one list"):
                ask.compare(one, other)
    assert "of the adults and of the under-18s" in found.moves().title
    if own.height > 1:
        both = found.compare(*own["rank"][:2])
        assert all(one in both for one in own["person_id"][:2])


def test_a_name_that_no_source_can_have_is_refused(area: Path) -> None:
    for name in ("amb x", "", "AMB", "../x"):
        assert not NAME.fullmatch(name)
        with pytest.raises(UsageError, match="is no name of a source"):
            hiu.open(area).draft(name, area / "site.toml")


def test_numbers_of_a_pandas_frame_are_taken(run: Published) -> None:
    rank, listed = run.ranked().to_pandas()["rank"].to_numpy()[0], run.ranked()
    assert not isinstance(rank, int)
    assert run.person(rank).person_id == listed["person_id"][0] and run.why(who=rank) == listed.why(int(rank))
    assert run.people(months=np.int64(3)).equals(run.people(months=3))


def test_why_somebody_left_the_list_is_said(run: Published, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    shutil.copytree(run.folder, folder)
    ranked, people = (pl.read_parquet(folder / f"{name}.parquet") for name in ("ranked", "people"))
    died, younger, quiet, after = ranked.filter(list="adult").sort("rank")["person_id"][:4]
    day = pl.when(person_id=died).then(run.month.end).when(person_id=after).then(run.month.after)
    people.with_columns(died=day).write_parquet(folder / "people.parquet")
    other = pl.when(person_id=younger).then(pl.lit("under_18")).otherwise("list").alias("list")
    ranked.filter(~C("person_id").is_in([died, quiet, after])).with_columns(other).write_parquet(
        folder / "ranked.parquet"
    )
    later = Published(run.month, folder, run.opened)
    found = later.compare(run.month).to_polars()
    left = dict(found.filter(C("rank").is_null()).select("person_id", "why_left").iter_rows())
    quietly = "nothing counted in 12 months"
    assert left == {died: "recorded as having died", younger: "on the list of under-18s now"} | dict.fromkeys(
        (quiet, after), quietly
    )
    assert found.filter(C("rank").is_not_null())["why_left"].null_count() == found.height - 4 > 0
    assert later.person(died).why().endswith(": a death is recorded.")
    assert "death" not in later.person(after).why()


def test_a_list_is_compared_with_the_last_one_published_before_it(run: Published, monkeypatch: Any) -> None:
    there = run.opened.folders()
    earlier = str(run.month - 3)
    whole = {**there, earlier: there[str(run.month)]}
    monkeypatch.setattr(Opened, "folders", lambda _: {one: whole[one] for one in (earlier, str(run.month))})
    assert run.compare().title.endswith(f"beside that of {(run.month - 3).title}")
