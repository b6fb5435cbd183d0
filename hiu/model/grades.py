"""The risk matrix (G43): the band of likelihood x impact, each 1 to 5."""

CUTS = {"High": 15, "Medium": 5, "Low": 1}
"""Band -> the least product that is in it, highest first."""


def band_of(product: int) -> str:
    """The band of likelihood x impact."""
    return next(band for band, least in CUTS.items() if product >= least)


def in_words() -> str:
    """The matrix in words: `to 4 Low, 5 to 12 Medium, from 15 High`."""
    products = sorted({likelihood * impact for likelihood in range(1, 6) for impact in range(1, 6)})
    high, medium, low = ([product for product in products if band_of(product) == band] for band in CUTS)
    return f"to {low[-1]} Low, {medium[0]} to {medium[-1]} Medium, from {high[0]} High"
