"""What was sent of the three areas of each contact, as keys of a crosswalk; in which area that lies is asked later.

Many contacts say the same of an area, and are looked up once: together they are a spot.
"""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from hiu.extract.measures import holds
from hiu.model import TABLES
from hiu.model.frames import schema
from hiu.places.crosswalk import key_of
from hiu.sources import Source

C = pl.col
EVENT_KEY = schema(TABLES["event_key"])
Keys = Collection[tuple[str, str]]
"""Kind and key of places."""
CONTACT = ["source", "event_id", "person_id"]
ORDER = {"incident": ("ward", "lsoa", "area", "site"), "provider": ("ward", "lsoa", "site", "area")}
"""The kinds of key that a word which is no postcode is tried as."""
_SAME = ("person_id", "start", "source", "event_id", "agency", "contacts", "mental_health")
_AREAS = ("home", "incident", "provider")
_FIELD, _VALUE = chr(30), chr(31)
"""What stands between the fields of an area, and between several values of one field."""


def contact_areas(rows: pl.DataFrame, sources: Mapping[str, Source], places: pl.DataFrame) -> pl.DataFrame:
    """The areas of each contact, from the rows of the question contact_rows: CONTACT, start, agency, contacts,
    mental_health, area, text (every value that was sent of it, by field), and era: contacts that say the same on days
    of one era lie in the same areas. `places`: the table place.
    """
    parts = [_of_source(own, sources[str(name)]) for (name,), own in rows.group_by("source") if name in sources]
    types = {name: EVENT_KEY[name] for name in _SAME} | {"text": pl.List(pl.String)}
    found = pl.concat([pl.DataFrame(schema=types), *parts]).sort("person_id", "source", "event_id")
    found = found.with_columns(area=pl.lit(list(_AREAS))).explode("area", "text")
    turns = pl.concat([places["valid_from"], places["valid_to"].dt.offset_by("1d")]).drop_nulls().unique().sort()
    return found.with_columns(era=turns.search_sorted(found["start"].cast(pl.Date), side="right"))


def event_keys(spots: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table event_key for `spots`, as `contact_areas` gives contacts: each has at least one row, with a
    null key where nothing was sent. Of the keys that a value may be those are given that are in `places`, or else the
    first.
    """
    fields = spots.select(*CONTACT, "area", sent=C("text").str.split(_FIELD))
    fields = fields.with_columns(field=pl.int_ranges(1, C("sent").list.len() + 1)).explode("sent", "field")
    values = fields.with_columns(value=C("sent").str.split(_VALUE))
    values = values.with_columns(sent=pl.int_ranges(1, C("value").list.len() + 1)).explode("value", "sent")
    keyed = values.join(_keys(values, set(places.select("kind", "key").iter_rows())), on=["area", "value"])
    found = spots.join(keyed, on=[*CONTACT, "area"], how="left")
    return found.with_columns(C("field", "sent", "turn").fill_null(0)).select(*EVENT_KEY)


def _of_source(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The contacts of one source, each with what was sent of its _AREAS."""
    fields = pl.Struct(dict.fromkeys(sorted(source.kept), pl.String))
    texts = rows.select("details").unique()
    if source.kept:
        texts = texts.select("details", C("details").str.json_decode(fields).struct.unnest())
    kept = rows.join(texts, on="details", how="left", nulls_equal=True)
    kept = kept.with_columns(agency=pl.lit(source.agency), mental_health=_mental_health(kept, source))
    wanted = dict[str, Sequence[str]]([("home", ("postcode",)), *source.areas.items()])
    values = sorted({field for names in wanted.values() for field in names})
    several = kept.select(CONTACT).is_duplicated()
    joined = (
        kept.filter(several)
        .group_by(CONTACT)
        .agg(
            C("start").min(),
            C("contacts").max(),
            C("agency").first(),
            C("mental_health").max(),  # of several rows one that says so is enough
            *(C(field).drop_nulls().unique().sort().str.join(_VALUE) for field in values),
        )
    )
    # nearly all have one row: to group them would take most of the time
    whole = pl.concat([kept.filter(~several).select(joined.columns), joined])
    each = (
        pl.concat_str([C(field).fill_null("") for field in wanted.get(area, ())] or [pl.lit("")], separator=_FIELD)
        for area in _AREAS
    )
    return whole.select(*_SAME, text=pl.concat_list(*each))


def _mental_health(rows: pl.DataFrame, source: Source) -> pl.Expr:
    """By the Act, in a mental-health service's care, or by its source's rule; null where no field of that is filled."""
    if source.agency == "mh":
        return pl.lit(True)
    fields = sorted({field for where in source.mental_health for field in where})
    if not fields:
        return pl.when("under_the_act").then(True)
    by_rule = pl.any_horizontal([holds(where, rows.columns) for where in source.mental_health])
    silent = pl.all_horizontal([C(field).is_null() for field in fields])
    return pl.when(C("under_the_act") | by_rule).then(True).when(~silent).then(False)


def _keys(sent: pl.DataFrame, place_keys: Keys) -> pl.DataFrame:
    """area, value, turn, kind and key: how each value is looked up."""
    types = {"area": pl.String, "value": pl.String, "turn": pl.Int64, "kind": pl.String, "key": pl.String}
    found: list[tuple[str, str, int, str, str]] = []
    for area, value in sent.select("area", "value").unique().rows():
        every = [(area, value, turn, *key) for turn, key in enumerate(keys_of(area, value), 1)]
        found += [row for row in every if row[3:] in place_keys] or every[:1]
    return pl.DataFrame(found, schema=types, orient="row")


def keys_of(area: str, value: str) -> list[tuple[str, str]]:
    """The keys that a value may be, of its area (home, incident or provider), the most precise first."""
    if whole := key_of("postcode", value):
        outward, inward = whole.split(" ")
        return [("postcode", whole), ("sector", f"{outward} {inward[0]}"), ("district", outward)]
    named = [(kind, key) for kind in ORDER.get(area, ()) if (key := key_of(kind, value))]
    district = key_of("district", value)
    return [*named, ("district", district)] if district else named
