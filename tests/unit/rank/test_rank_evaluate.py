"""Did support work: the estimate on made-up worlds, its refusals, and what is said."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from rank_area import MARCH, SETTINGS, coverage, demand, people, support

from hiu.rank.reports.estimate import findable, power
from hiu.rank.reports.evaluate import Evaluation, evaluate
from hiu.rank.reports.expected import Rows, train
from hiu.rank.reports.panel import NEVER, Panel

POLICE, MONTHS = "police_incident", 36


@pytest.fixture(scope="module")
def worlds() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "bench" / "evaluate_worlds.py"
    spec = importlib.util.spec_from_file_location("evaluate_worlds", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def panel(n: np.ndarray[Any, Any], start: dict[int, int] | None = None) -> Panel:
    who, months = n.shape
    starts = np.full(who, NEVER)
    for p, t in (start or {}).items():
        starts[p] = t
    nobody = np.zeros(who, dtype=bool)
    return Panel(n.astype(float), np.ones(months, dtype=bool), starts, np.full(who, NEVER), nobody)


def test_in_a_world_without_change_everyone_is_expected_as_before() -> None:
    n = np.repeat(np.arange(1, 41)[:, None], 24, axis=1)
    rows = Rows.of(panel(n), [12, 15, 18])
    model = train(rows)
    assert len(rows.y) == 120 and model.k == pytest.approx(1) and model.rest == pytest.approx(1)
    assert model.expected(rows.x) == pytest.approx(rows.y)
    assert (model.beta >= 0).all()


def test_people_supported_later_stay_in_the_comparison_until_then() -> None:
    found = panel(np.ones((3, 36)), {0: 20, 1: 24})
    assert found.on_list(20).tolist() == [1, 2] and found.on_list(24).tolist() == [2]
    assert found.whole(12) and found.whole(30) and not found.whole(11) and not found.whole(31)


@pytest.mark.parametrize("effect", [pytest.param(0.0, marks=pytest.mark.slow), -0.3])
def test_the_truth_is_found_where_before_and_after_fails(worlds: ModuleType, effect: float) -> None:
    names = ("persistent", "bursts", "regression to the mean")
    found = [worlds.trials(name, effect, 30, 12, 5) for name in names]
    ours, plain = (worlds.summary(np.concatenate([one[m] for one in found]), effect) for m in worlds.METHODS)
    assert abs(ours["bias"]) < 0.09 and ours["coverage"] >= 0.85
    assert plain["bias"] < -0.15 and plain["coverage"] < 0.3
    assert effect or (ours["claims"] < 0.15 and plain["claims"] > 0.85)


def test_power_grows_with_certainty() -> None:
    assert power(0.05) > 0.99 > power(0.12) > power(0.3) > 0.02
    assert findable(0.1) < findable(0.2) < 1
    assert power(0.15, findable(0.15)) == pytest.approx(0.8)


def run(starts: dict[str, date], months: int = MONTHS, busy: int = 20, **changed: Any) -> Evaluation:
    """60 people; the first of them busy, all with some ups and downs; those of `starts` supported."""
    rng = np.random.default_rng(1)
    counts = {f"P{i:02}": {POLICE: rng.poisson(3 if i < busy else 1, months).tolist()} for i in range(60)}
    given = {
        "month": MARCH,
        "demand": demand(counts),
        "coverage": coverage(months),
        "people": people(list(counts)),
        "support": support(*({"person_id": p, "start": day, "consent": "given"} for p, day in starts.items())),
        "settings": SETTINGS,
    }
    return evaluate(**{**given, **changed})


TEN = {f"P{i:02}": date(2025, 3, 5 + i) for i in range(10)}


def test_a_verdict_and_everything_beside_it() -> None:
    found = run(TEN)
    assert not found.refused and found.people == 10 and found.windows > 0
    assert found.low < found.effect < found.high and found.low < 0 < found.high
    assert "expected without support" in found.sentence and "cannot rule out" in found.sentence
    assert found.power_sentence.startswith("Before the result: with 10 people")
    assert "fewer than 20 people" in found.savings_refused
    assert found.course is not None and found.course["observed"][-6:].sum() == found.observed
    assert found.calendar is not None and found.calendar["expected"].sum() == pytest.approx(found.expected)
    assert found.by_dataset is not None and found.by_dataset["observed"].sum() == found.observed
    assert found.by_dataset["expected"].sum() == pytest.approx(found.expected)
    assert found.comparison is not None
    own, others = found.comparison.to_dicts()
    assert (own["people"], own["after"] * 10) == (10, found.observed) and others["people"] > 0
    assert own["expected"] * 10 == pytest.approx(found.expected)
    assert others["after"] / others["expected"] == pytest.approx(found.drift)


def test_the_same_frames_give_the_same_answer_in_any_order() -> None:
    rng = np.random.default_rng(1)
    counts = {f"P{i:02}": {POLICE: rng.poisson(3 if i < 20 else 1, MONTHS).tolist()} for i in range(60)}
    shuffled = run(
        TEN, demand=demand(counts).sample(fraction=1, shuffle=True, seed=3), people=people(list(counts)).reverse()
    )
    assert shuffled.sentence == run(TEN).sentence


@pytest.mark.parametrize(
    ("starts", "months", "reason"),
    [
        ({}, MONTHS, "nobody has been supported yet"),
        (TEN, 24, "there is too little history"),
        (dict.fromkeys(TEN, date(2025, 12, 1)), MONTHS, "10 followed up for less than 6 months"),
        (dict(list(TEN.items())[:7]), MONTHS, "too few to tell: 7 people"),
    ],
)
def test_refusals_say_why(starts: dict[str, date], months: int, reason: str) -> None:
    found = run(starts, months)
    assert reason in found.refused and not found.sentence and found.course is None


def test_too_few_expected_contacts_are_refused() -> None:
    quiet = {f"P{i:02}": date(2025, 3, 1) for i in range(50, 58)}
    found = run(quiet, busy=0)
    assert "too few to tell" in found.refused and "50 expected contacts" in found.refused
    assert found.power_sentence


def test_people_who_cannot_be_compared_are_counted() -> None:
    starts = {**TEN, "P20": date(2025, 12, 1)}
    died = {"P21": date(2025, 5, 1)}
    rows = [{"person_id": p, "start": d, "consent": "given"} for p, d in {**starts, "P21": date(2025, 3, 1)}.items()]
    rows.append({"person_id": "P22", "start": date(2025, 3, 1), "consent": "refused"})
    found = run({}, support=support(*rows), people=people([f"P{i:02}" for i in range(60)], died=died))
    assert found.people == 10
    assert found.left_out == {
        "followed up for less than 6 months": 1,
        "who died in the 6 months": 1,
        "with a start date but consent refused": 1,
    }


def test_a_month_not_supplied_cannot_be_part_of_a_window() -> None:
    gap = coverage(MONTHS, missing=((POLICE, MARCH - 10),))
    found = run(TEN, coverage=gap)
    assert "10 with a month that a source did not supply" in found.refused


def test_policy_breaks_within_the_comparison_are_marked() -> None:
    breaks = {"New rule": date(2024, 1, 1), "Later rule": date(2025, 5, 1), "Long ago": date(2020, 1, 1)}
    found = run(TEN, settings=SETTINGS.model_copy(update={"policy_breaks": breaks}))
    assert [text.split(" (")[0] for text in found.breaks] == ["New rule", "Later rule"]
    assert (
        "months on which the expected figure rests" in found.breaks[0]
        and "while people were followed up" in found.breaks[1]
    )


def test_an_under_18_or_unnamed_person_is_on_neither_side() -> None:
    everyone = [f"P{i:02}" for i in range(60)]
    found = run(TEN, people=people(everyone, dob={"P00": date(2015, 1, 1)}, named={"P01": False}))
    assert found.people == 8
    assert isinstance(found.by_dataset, pl.DataFrame)
