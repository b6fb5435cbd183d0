"""The library: which rows are of one person, what is counted, who is where on the list, and what people read of it.

Its rooms are in docs/architecture.md. What may enter this floor itself: what every room may use and what has no notion
of an agency or a person, such as a month, text without accents, a file written whole.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiu.month import Month as Month
    from hiu.site import Site as Site
    from hiu.site import open as open
    from hiu.site.published import Published as Published
    from hiu.site.review.desk import Review as Review
    from hiu.site.show.chart import Chart as Chart
    from hiu.site.show.finding import Finding as Finding
    from hiu.site.show.listing import Listing as Listing
    from hiu.site.views.cohort import Cohort as Cohort
    from hiu.site.views.definitions import Definitions as Definitions
    from hiu.site.views.draft import Draft as Draft
    from hiu.site.views.linkage import Linkage as Linkage
    from hiu.site.views.person import Person as Person
    from hiu.site.views.places import Places as Places
    from hiu.site.views.quality import Quality as Quality
    from hiu.site.views.ranked import Ranked as Ranked

# what Polars no longer needs goes back to the machine at once; it reads this when it is first imported
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")

_PLACES = {"open": "site", "Site": "site", "Published": "site.published", "Review": "site.review.desk"}
_PLACES |= {"Month": "month"} | {name: f"site.show.{name.lower()}" for name in ("Chart", "Finding", "Listing")}
_VIEWS = ("Cohort", "Definitions", "Draft", "Linkage", "Person", "Places", "Quality", "Ranked")
_PLACES |= {name: f"site.views.{name.lower()}" for name in _VIEWS}
"""What an analyst asks for by name, such as the types of what the library gives, and where it is."""


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(f"hiu.{_PLACES[name]}"), name)
    if name == "errors":
        return import_module("hiu.errors")
    raise AttributeError(f"module 'hiu' has no attribute '{name}'")


def __dir__() -> list[str]:
    """What an analyst asks for; the rooms of the library are no part of it."""
    return sorted({*_PLACES, "errors", *(name for name in globals() if name.startswith("__"))})
