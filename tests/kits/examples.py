"""How many examples a property test tries: few in the quick suite, many in `make slow`."""

from __future__ import annotations

import hypothesis

QUICK, SLOW, MORE = "hiu", "slow", 25

hypothesis.settings.register_profile(QUICK, deadline=None, max_examples=30)  # a busy machine is no fault of the code
hypothesis.settings.register_profile(SLOW, deadline=None, max_examples=50 * MORE)


def examples(quick: int, slow: int | None = None) -> int:
    """For a test whose examples are costly: `quick`, or `slow` in `make slow` (else MORE times as many)."""
    return (slow or quick * MORE) if hypothesis.settings.get_current_profile_name() == SLOW else quick
