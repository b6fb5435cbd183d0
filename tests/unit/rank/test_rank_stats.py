"""The statistics rooms share: the library's answers are those of the published formulas, to the last digits told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.stats import Z95, benjamini_hochberg, wilson


@given(hits=st.integers(0, 5000), others=st.integers(0, 5000))
def test_wilson_is_the_formula_of_1927(hits: int, others: int) -> None:
    of = hits + others
    if not of:
        assert wilson(0, 0) == (0.0, 1.0)
        return
    z2, p = Z95**2, hits / of
    middle, half = p + z2 / (2 * of), Z95 * np.sqrt(p * (1 - p) / of + z2 / (4 * of**2))
    low, high = max(0.0, (middle - half) / (1 + z2 / of)), min(1.0, (middle + half) / (1 + z2 / of))
    assert wilson(hits, of) == pytest.approx((low, high), rel=0, abs=1e-12)


@given(p=st.lists(st.floats(0, 1, width=16), max_size=30), rate=st.sampled_from([0.03, 0.07, 0.1]))
def test_flags_are_those_of_the_step_up_rule(p: list[float], rate: float) -> None:
    ordered = sorted(p)
    passed = [k for k, value in enumerate(ordered, 1) if value <= rate * k / len(p)]
    line = ordered[passed[-1] - 1] if passed else -1.0
    assert benjamini_hochberg(np.array(p), rate) == [value <= line for value in p]
