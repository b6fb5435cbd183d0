"""Where contacts were, at a site that has a crosswalk: the table event_place. Other sites have none."""

import polars as pl

from hiu.model import TABLES
from hiu.places.crosswalk import AREAS
from hiu.places.keys import contact_areas, event_keys
from pipelines.common.work import Work

C = pl.col
MONTHS = 12


def place_tables(work: Work) -> dict[str, pl.DataFrame]:
    """The areas of the contacts of the 12 months to the month's end; empty without a crosswalk."""
    given = work.place.crosswalk
    if not given:
        return {}
    since = (work.month - (MONTHS - 1)).start
    rows = work.warehouse.ask("contact_rows", since=since, after=work.month.after)
    contacts = contact_areas(rows, work.place.sources, given.rows)
    alike = ["area", "text", "era"]
    spots = contacts.unique(alike, keep="any").with_row_index("spot").with_columns(C("spot").cast(pl.String))
    # a spot stands as a contact of its own
    named = spots.with_columns(person_id="spot", source=pl.lit(""), event_id=pl.lit(""))
    work.warehouse.put("place", given.rows)
    work.warehouse.put("event_key", event_keys(named, given.rows))
    work.warehouse.build("event_place", temporary=True)
    found = work.warehouse.read("event_place").select("known_by", "not_known", *AREAS, spot="person_id")
    for name in ("event_place", "event_key", "place"):
        work.warehouse.drop(name)
    where = spots.select(*alike, "spot").join(found, on="spot")
    return {"event_place": contacts.join(where, on=alike, maintain_order="left").select(TABLES["event_place"].names)}
