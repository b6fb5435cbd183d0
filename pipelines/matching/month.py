"""A published month as a notebook holds it; no step of a run reaches this, so a changed view publishes nothing anew."""

from datetime import datetime

from hiu.site import Published
from hiu.site.opened import Opened
from pipelines.common.place import Place


def published_month(place: Place, month: str | None, now: datetime, *, purpose: str = "support") -> Published:
    """A published month, the latest if not named, with its site."""
    return Published(
        *place.which(month), Opened(place.home, place.settings, place.curated, lambda: now, False, None, purpose)
    )
