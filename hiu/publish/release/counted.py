"""Tables of a published month that count people or rows, counted anew of the rows that stand beside them.

Whoever is taken out of a month's tables has to be out of its counts too: a count less the rows beside it is theirs.
"""

import polars as pl

from hiu.month import Month
from hiu.publish.release.received import deliveries, fields, quotes
from hiu.publish.rows import Tables, instead

C = pl.col
ROW = ("delivery_id", "source_row")
CELL = ("address", "month")
MADE_OF = {
    "quarantine": ("links",),
    "traits": (),
    "monthly_total": ("monthly_demand",),
    "equality": ("ranked", "people"),
    "link_quality": ("links", "people", "descriptions"),
    "address_demand": ("descriptions",),
    "deliveries": ("links",),
    "field_quality": ("links",),
    "quotes": ("timeline",),
}
"""Tables that count people or rows, and those that say of whom."""
RECEIVED = ("deliveries", "field_quality", "quotes")
"""Those that say what was received."""


def counted(whole: Tables, left: Tables, month: Month, *, received: bool = False) -> Tables:
    """What is `left` of a month's `whole` tables without some people, with its counts made anew of it; `received`: what
    was received too, of the rows that are left.

    Estimates of pairs stay. A table of an earlier version, without a column that it would be counted by, is left empty.
    """
    made = {
        name: _made(name, whole, left, month)
        for name, parts in MADE_OF.items()
        if left.keys() >= {name, *parts} and left[name].height and (received or name not in RECEIVED)
    }
    return instead(left, made)


def unnumbered(tables: Tables) -> Tables:
    """Tables that people leave after they were published: how much was restated counted them, so it is taken out."""
    if "changes" not in tables:
        return tables
    ours = (C("kind") == "restated") & C("person_id").is_null()
    what = C("what").str.replace_all(r"\b\d+ (added|removed)\b", "some $1")
    changes = tables["changes"].with_columns(what=pl.when(ours).then(what).otherwise("what"))
    return instead(tables, {"changes": changes})


def _made(name: str, whole: Tables, left: Tables, month: Month) -> pl.DataFrame:
    try:
        return _anew(name, whole, left, month)
    except pl.exceptions.ColumnNotFoundError:
        return left[name].clear()


def _anew(name: str, whole: Tables, left: Tables, month: Month) -> pl.DataFrame:
    found = left[name]
    match name:
        case "quarantine":
            gone = whole["links"].join(left["links"], on=ROW, how="anti")
            return found.join(gone, on=ROW, how="anti", maintain_order="left")
        case "traits":
            return _households(found)
        case "deliveries":
            return deliveries(found, whole["links"], left["links"])
        case "field_quality":
            return fields(found, whole["links"], left["links"])
        case "quotes":
            return quotes(found, left["timeline"], month)
        case "monthly_total":
            return _totals(found, left["monthly_demand"])
        case "equality":
            # it brings statistics, which a mere look at a list does without
            from hiu.rank.reports.equality.audit import audit_of_list

            return audit_of_list(month=month, ranked=left["ranked"], people=left["people"], top=_places(whole))
        case "link_quality":
            from hiu.link.review.quality import counted_anew

            return counted_anew(found, left["links"], left["people"], left["descriptions"], month.end)
        case _:
            return _addresses(found, whole, left)


def _totals(found: pl.DataFrame, demand: pl.DataFrame) -> pl.DataFrame:
    own = demand.filter(C("n") > 0).group_by("month", "dataset").agg(had=C("n").sum(), who=pl.len().cast(pl.Int64))
    joined = found.join(own, on=["month", "dataset"], how="left", maintain_order="left")
    anew = (pl.when("supplied").then(C(new).fill_null(0)).alias(old) for old, new in (("n", "had"), ("people", "who")))
    return joined.with_columns(anew).select(found.columns)


def _households(found: pl.DataFrame) -> pl.DataFrame:
    """Whoever is left alone of a household is in none, and the numbers have no gap."""
    several = found.filter(C("person_id").len().over("household_id") > 1, C("household_id").is_not_null())
    number = C("person_id").min().over("household_id").rank("dense").cast(pl.Int64)
    again = several.select("person_id", household_id=number)
    others = found.drop("household_id")
    return others.join(again, on="person_id", how="left", maintain_order="left").select(found.columns)


def _places(whole: Tables) -> int:
    """The last of the first places that a month's audit was of. One that is empty stays a place."""
    first = int(whole["equality"].filter(C("characteristic") == "sex")["top"].sum())
    ranks = whole["ranked"].filter(C("list") == "adult")["rank"].sort()
    return int(ranks[first - 1]) if 0 < first <= len(ranks) else 0


def _addresses(found: pl.DataFrame, whole: Tables, left: Tables) -> pl.DataFrame:
    """Less the calls of who is gone; an address that then has fewer than any had is not one with many calls."""
    alone = _homes(whole).join(_homes(left), on="address", how="anti")
    others = found.join(alone, on="address", how="anti", maintain_order="left")
    if not whole.keys() >= {"links", "timeline"}:
        return others
    were, are = (_calls(others, whole, tables["links"]) for tables in (whole, left))
    gone = were.join(are, on=CELL, how="left", suffix="_now")
    gone = gone.select(*CELL, *(C(name) - C(f"{name}_now").fill_null(0) for name in ("calls", "people")))
    less = others.join(gone, on=CELL, how="left", maintain_order="left", suffix="_gone")
    less = less.with_columns(C(name) - C(f"{name}_gone").fill_null(0) for name in ("calls", "people"))
    return less.filter(C("calls") >= found["calls"].min()).select(found.columns)


def _homes(tables: Tables) -> pl.DataFrame:
    """identity_id, and its address as `address_demand` writes it."""
    address = (C("house") + " ").fill_null("") + C("street") + (", " + C("postcode")).fill_null("")
    return tables["descriptions"].select("identity_id", address=address).drop_nulls("address")


def _calls(found: pl.DataFrame, whole: Tables, links: pl.DataFrame) -> pl.DataFrame:
    """Calls and people at the addresses found, by month, of the people in `links`."""
    homes = _homes(whole).join(found, on="address", how="semi")
    calls = whole["timeline"].filter(dataset="ambulance_call")
    calls = calls.with_columns(month=C("start").dt.truncate("1mo").dt.date())
    rows = links.join(homes, on="identity_id").join(calls, on=["person_id", "source", "event_id"])
    counts = C("event_id").n_unique().cast(pl.Int64), C("person_id").n_unique().cast(pl.Int64)
    return rows.group_by(CELL).agg(counts[0].alias("calls"), counts[1].alias("people"))
