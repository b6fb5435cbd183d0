"""What every funnel has in common: how far chance reaches, at which sizes it is drawn, and where a place lies on it."""

from collections.abc import Mapping

NEAR, FAR = 1.96, 3.09
"""Standard errors within which 95 and 99.8 of 100 places lie by chance."""


def sizes(largest: int, *, least: int) -> list[int]:
    """The sizes at which limits are drawn, from `least` to a little over the largest."""
    return sorted({max(least, largest * step // 40) for step in range(1, 43)})


def place_on(limits: Mapping[str, float], value: float, *, above: str = "above") -> str:
    """Where a value lies against its limits (low, high, far_low, far_high), in words; `above`: those of a high one."""
    if limits["low"] <= value <= limits["high"]:
        return "as chance would have it"
    beyond = "95%" if limits["far_low"] <= value <= limits["far_high"] else "99.8%"
    return f"{above if value > limits['high'] else 'below'} the {beyond} limit"
