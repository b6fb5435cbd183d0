"""Certainty and plausible ranks: sure cases, speed, repeatability, and large areas."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from hiu.rank.listing.history import Floats
from hiu.rank.listing.intensity import Constants
from hiu.rank.listing.uncertainty import Posterior, Uncertainty, in_the_first, uncertainty

HELD = Constants(m=0.7, phi=1.5, b0=1.5)
N = 4.83


def posterior(S: Floats, seed: int = 0, share: float = 0.1) -> Posterior:
    """People in rank order, a share of them assessed."""
    rng = np.random.default_rng(seed)
    assessed = rng.random(len(S)) < share
    risk = np.where(assessed, np.sqrt(rng.integers(1, 6, len(S)) * rng.integers(1, 6, len(S))), 3.0)
    order = np.argsort(-HELD.expected(S, N) * risk, kind="stable")
    return Posterior.of(S[order], N, HELD, risk[order], assessed[order])


def simulate(post: Posterior, *, top: int = 20, draws: int = 1000, seed: int = 1, keep: int = 5000) -> Uncertainty:
    return uncertainty(post, top=top, draws=draws, seed=seed, keep=keep)


def heavy_tailed(people: int, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(rng.poisson(rng.gamma(0.15, 5.0, people) * N) * 1.0)


def test_people_far_apart_are_certain() -> None:
    sure = simulate(posterior(np.array([4000.0] * 3 + [1.0] * 30), share=1), top=3)
    assert sure.certainty == ["A"] * 3 + ["C"] * 30
    assert sure.high[:3].max() == 3 and sure.low[3:].min() == 4


def test_people_alike_differ_by_chance_alone() -> None:
    alike = simulate(Posterior.of(np.full(40, 9.0), N, HELD, np.full(40, 3.0), np.ones(40, dtype=bool)), top=20)
    assert set(alike.certainty) == {"B"}
    assert alike.p == pytest.approx(np.full(40, 0.5), abs=0.08)
    assert alike.low.max() <= 21 and alike.high.min() >= 20


def test_the_shares_of_all_people_add_up_to_the_places() -> None:
    assert simulate(posterior(heavy_tailed(900))).p.sum() == pytest.approx(20)


def test_the_posterior_is_the_one_of_the_methods() -> None:
    post = posterior(np.array([10.0, 2.0]), share=1)
    assert post.shape[0] / post.rate * 3 == pytest.approx(HELD.expected(np.array([10.0, 2.0]), N).max())
    assert post.rate == pytest.approx((1.5 + N) / (1.5 * 1.5))


def test_not_being_assessed_widens_the_range() -> None:
    S = np.sort(heavy_tailed(300, 3))[::-1].copy()
    known = np.ones(300, dtype=bool)
    unknown = known.copy()
    unknown[10] = False
    risk = np.resize([1.5, 3.0, 4.5], 300)
    risk[10] = 3.0
    wide, narrow = (simulate(Posterior.of(S, N, HELD, risk, flags)) for flags in (unknown, known))
    assert wide.high[10] - wide.low[10] > narrow.high[10] - narrow.low[10]


def test_the_same_seed_gives_the_same_answer_and_another_seed_nearly_so() -> None:
    post = posterior(heavy_tailed(2000))
    one, again, other = simulate(post), simulate(post), simulate(post, seed=2)
    assert np.array_equal(one.p, again.p) and np.array_equal(one.low, again.low)
    assert np.abs(one.p - other.p).max() < 0.08


def test_ranges_hold_the_rank_itself() -> None:
    found = simulate(posterior(heavy_tailed(700)))
    place = np.arange(1, 701)
    assert (found.low <= place).all() and (found.high >= place).all()


@pytest.fixture(scope="module")
def full_and_part() -> tuple[Uncertainty, Uncertainty]:
    """Of 12,000 people all are drawn, and only the first 3,000."""
    post = posterior(heavy_tailed(12_000))
    return simulate(post, keep=12_000), simulate(post, keep=3000)


def test_leaving_the_far_end_undrawn_changes_nothing_at_the_top(full_and_part: tuple[Uncertainty, Uncertainty]) -> None:
    full, part = full_and_part
    assert full.certainty[:200] == part.certainty[:200]
    assert np.abs(full.p - part.p)[:1000].max() <= 0.01
    gap = np.abs(full.high - part.high)[:300] / full.high[:300]
    assert gap.max() < 0.05 and np.abs(full.low - part.low)[:300].max() <= 3
    assert (part.p[3000:] == 0).all() and full.p[3000:].max() < 0.02


def test_the_undrawn_have_ranges_too(full_and_part: tuple[Uncertainty, Uncertainty]) -> None:
    full, part = full_and_part
    middle = slice(3000, 9000)
    assert np.median(np.abs(np.log(part.low[middle] / full.low[middle]))) < 0.1
    assert np.median(np.abs(np.log(part.high[middle] / full.high[middle]))) < 0.1


@pytest.mark.parametrize(("people", "keep", "top"), [(400, 5000, 20), (900, 300, 20), (7, 5000, 20), (50, 50, 50)])
def test_the_shares_alone_are_those_of_the_whole(people: int, keep: int, top: int) -> None:
    post = posterior(np.sort(heavy_tailed(people))[::-1])
    whole = uncertainty(post, top=top, draws=500, seed=4, keep=keep)
    assert np.array_equal(in_the_first(post, top=top, draws=500, seed=4, keep=keep), whole.p)


def test_nobody_is_no_trouble() -> None:
    assert simulate(Posterior.of(np.zeros(0), 0.0, HELD, np.zeros(0), np.zeros(0, dtype=bool))).certainty == []


@pytest.mark.parametrize("block", [1, 37, 1000])
def test_how_many_people_are_drawn_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    post = posterior(heavy_tailed(700))
    one = simulate(post, draws=60, keep=300)
    first = in_the_first(post, top=20, draws=60, seed=1, keep=300)
    monkeypatch.setattr("hiu.rank.listing.uncertainty._BLOCK", block)
    other = simulate(post, draws=60, keep=300)
    for name in ("p", "low", "high"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(first, in_the_first(post, top=20, draws=60, seed=1, keep=300)) and first.sum() > 0


def test_draws_take_hardly_more_memory_than_their_values() -> None:
    post = Posterior.of(np.full(9000, 9.0), N, HELD, np.full(9000, 3.0), np.ones(9000, dtype=bool))
    simulate(post, draws=10)  # what it loads is loaded
    tracemalloc.start()
    try:
        simulate(post, draws=1000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 3 * 5000 * 1000 * 4, f"{most / 1e6:.0f} MB for values of 20 MB"
