"""The sentence beside every rank: why this person is here, and how sure that is."""

from __future__ import annotations

from hiu.rank.risk import NOT_ASSESSED

_OWNER = {"clinical": "clinical", "public_safety": "public safety"}


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    suffix = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"


def amount(value: float) -> str:
    """A number of points as people say it: whole from 10, else at most one decimal."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")


def in_points(value: float) -> str:
    """The number with its unit: 1 point, 1.5 points."""
    said = amount(value)
    return f"{said} point{'' if said == '1' else 's'}"


def why(
    *,
    rank: int,
    under_18: bool,
    expected: float,
    points_3: float,
    points_12: float,
    risk: float,
    risk_source: str,
    risk_band: str,
    likelihood: int | None,
    impact: int | None,
    if_low: int | None,
    if_high: int | None,
    low: int,
    high: int,
    certainty: str,
    estimated: str,
) -> str:
    """The sentence (methods.md section 1). `estimated` names what was filled, or is empty."""
    place = ordinal(rank) + (" of the under-18s" if under_18 else "")
    reason = _risk(risk_source, risk_band, likelihood, impact, if_low, if_high)
    unsure = " (no reliable difference between the people marked B)" if certainty == "B" else ""
    return (
        f"{place}: about {in_points(expected)} expected in the next 3 months "
        f"({amount(points_3)} in the last 3, {amount(points_12)} in the last 12; recent months count more), "
        f"times risk {risk:.1f} ({reason}); plausible rank {low}-{high}, certainty {certainty}{unsure}."
        f"{f' Estimated in part: {estimated}.' if estimated else ''}"
    )


def _risk(source: str, band: str, likelihood: int | None, impact: int | None, if_low: int | None, if_high: int | None
          ) -> str:  # fmt: skip
    if source == NOT_ASSESSED:
        otherwise = f"; {ordinal(if_low)} if Low, {ordinal(if_high)} if High" if if_low and if_high else ""
        return f"not assessed, so the middle of those who are{otherwise}"
    if likelihood is None or impact is None:
        return f"{_OWNER[source]}: {band}"
    return f"{_OWNER[source]}: likelihood {likelihood} x impact {impact}"
