"""Where contacts were, at a site that has a crosswalk: the table event_place. Other sites have none."""

import polars as pl

from hiu.places.keys import event_keys
from pipelines.common.work import Work

MONTHS = 12


def place_tables(work: Work) -> dict[str, pl.DataFrame]:
    """The areas of the contacts of the 12 months to the month's end; empty without a crosswalk."""
    given = work.place.crosswalk
    if not given:
        return {}
    since = (work.month - (MONTHS - 1)).start
    rows = work.warehouse.ask("contact_rows", since=since, after=work.month.after)
    work.warehouse.put("place", given.rows)
    work.warehouse.put("event_key", event_keys(rows, work.place.sources, given.rows))
    work.warehouse.build("event_place", temporary=True)
    found = work.warehouse.read("event_place")
    for name in ("event_place", "event_key", "place"):
        work.warehouse.drop(name)
    return {"event_place": found}
