"""What was sent of the three areas of each contact, as keys of a crosswalk; in which area that lies is asked later."""

from collections.abc import Collection, Iterator, Mapping, Sequence

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


def event_keys(rows: pl.DataFrame, sources: Mapping[str, Source], places: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table event_key, from those of the question contact_rows: each contact has at least one row for its
    home, incident and provider, with a null key where nothing was sent. `places`: the table place. Of the keys that a
    value may be those are given that are in it, or else the first.
    """
    place_keys = set(places.select("kind", "key").iter_rows())
    parts = [
        _of_source(own, sources[str(name)], place_keys) for (name,), own in rows.group_by("source") if name in sources
    ]
    return pl.concat([pl.DataFrame(schema=EVENT_KEY), *(part.select(*EVENT_KEY) for part in parts)])


def _of_source(rows: pl.DataFrame, source: Source, place_keys: Keys) -> pl.DataFrame:
    fields = sorted(source.kept)
    decoded = C("details").str.json_decode(pl.Struct(dict.fromkeys(fields, pl.String))).struct.unnest()
    kept = rows.with_columns(decoded) if fields else rows
    about = _about(kept, source)
    sent = pl.concat(list(_sent(kept, source)))
    keyed = sent.join(_keys(sent, place_keys), on=["area", "value"], how="left")
    every = about.join(pl.DataFrame({"area": ["home", "incident", "provider"]}), how="cross")
    found = every.join(keyed, on=[*CONTACT, "area"], how="left")
    return found.with_columns(C("field").fill_null(0), C("sent").fill_null(0), C("turn").fill_null(0))


def _about(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """One row a contact: whether it was about mental health, and what it counts."""
    about_health = _mental_health(rows, source)
    return rows.group_by(CONTACT).agg(
        C("start").min(),
        C("contacts").max(),
        agency=pl.lit(source.agency).first(),
        mental_health=about_health.max(),  # of several rows one that says so is enough
    )


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


def _sent(rows: pl.DataFrame, source: Source) -> Iterator[pl.DataFrame]:
    """CONTACT, area, field, sent and value: what rows say of each area, each value of a field once."""
    wanted: list[tuple[str, Sequence[str]]] = [("home", ["postcode"]), *source.areas.items()]
    for area, fields in wanted:
        for turn, field in enumerate(fields, 1):
            own = rows.select(*CONTACT, value=C(field)).drop_nulls("value").unique()
            number = C("value").rank("dense").over(CONTACT).cast(pl.Int64)
            yield own.select(*CONTACT, "value", area=pl.lit(area), field=pl.lit(turn, pl.Int64), sent=number)


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
