"""Areas by a second maker: people, agencies and errors, imagined without sight of how the product invents people.

Nor was it seen how the product matches them. `make` fills a site, and the same seed gives the same files. Seed 101 is a
city whose people come and go, 102 a rural area of settled families, 103 a seaside town with hostels and visitors; every
number that describes an area is drawn anew.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .area import Area

__all__ = ["Area", "make"]
AGREEMENT = """
[[agreements]]
source = "mh_register"
start = 2006-01-01
end = 2046-12-31
reference = "synthetic data: no agreement needed"
signed_by = "the generator"
"""


def make(site: Path, *, seed: int, people: int = 20_000, months: int = 24, last: date = date(2026, 3, 1)) -> Area:
    """Invent an area and write files, mappings, truth and the agreement of its register into a site folder."""
    area = Area(seed, people, months, last)
    area.write(site)
    settings = site / "site.toml"
    if settings.exists():
        settings.write_text(settings.read_text(encoding="utf-8") + AGREEMENT, encoding="utf-8")
    return area
