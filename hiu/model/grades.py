"""The risk matrix (G43): the band of likelihood x impact, each 1 to 5."""

CUTS = {"High": 15, "Medium": 5, "Low": 1}
"""Band -> the least product that is in it; to 4 Low, 5 to 12 Medium, from 15 High."""


def band_of(product: int) -> str:
    """The band of likelihood x impact."""
    return next(band for band, least in CUTS.items() if product >= least)
