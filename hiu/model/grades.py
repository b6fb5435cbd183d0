"""The risk matrix (G43): the band of likelihood x impact, each 1 to 5."""

BAND_FROM = {"Low": 1, "Medium": 5, "High": 15}
"""Band -> the least likelihood x impact in it, lowest first (risk_grading.sql has the same; a test compares them)."""
NOT_ASSESSED = "not assessed"
"""Source and band of a risk that nobody graded."""


def band_of(likelihood: int, impact: int) -> str:
    """The band of a grading, each of its two parts 1 to 5."""
    return next(band for band, least in reversed(BAND_FROM.items()) if likelihood * impact >= least)


def bands_in_words() -> str:
    """The matrix in words: `to 4 Low, 5 to 12 Medium, from 15 High`."""
    products: dict[str, list[int]] = {band: [] for band in BAND_FROM}
    for likelihood, impact in ((one, other) for one in range(1, 6) for other in range(1, 6)):
        products[band_of(likelihood, impact)].append(likelihood * impact)
    low, medium, high = products.values()
    return f"to {max(low)} Low, {min(medium)} to {max(medium)} Medium, from {min(high)} High"
