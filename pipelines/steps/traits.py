"""What can be said of a person without saying who it is: age band, household, and who saw them first."""

import polars as pl

from hiu.model import TRAITS
from hiu.model.ages import age_band, age_on
from hiu.month import Month

C = pl.col
HOUSEHOLD = (2, 8)
"""Fewest and most people of an address that is a household: a larger one is a hostel, a hospital or a mistake."""


def traits(people: pl.DataFrame, descriptions: pl.DataFrame, timeline: pl.DataFrame, month: Month) -> pl.DataFrame:
    """Rows of model.TRAITS, one for each of `people`, as at the month's end.

    Frames have the columns of PEOPLE, DESCRIPTIONS and TIMELINE, the last in the order of its key. A year of birth
    alone is taken as of a birthday that is past.
    """
    first = timeline.select("person_id", first_seen_by="source").unique("person_id", keep="first")
    banded = people.select("person_id", age_band=age_band(age_on(month.end)))
    found = banded.join(_households(descriptions), on="person_id", how="left").join(first, on="person_id", how="left")
    return found.select(TRAITS.names).sort("person_id")


def _households(descriptions: pl.DataFrame) -> pl.DataFrame:
    """person_id, household_id: by the address in most rows of each; numbered by the least id there."""
    whole = descriptions.drop_nulls(["house", "street", "postcode"]).filter(C("postcode").str.len_chars() > 4)
    place = ["house", "street", "postcode"]
    rows = whole.group_by("person_id", *place).agg(C("rows").sum())
    home = rows.sort("rows", *place, descending=[True, False, False, False]).unique("person_id", keep="first")
    sized = home.with_columns(size=pl.len().over(place), least=C("person_id").min().over(place))
    kept = sized.filter(C("size").is_between(*HOUSEHOLD))
    return kept.select("person_id", household_id=C("least").rank("dense").cast(pl.Int64))
