"""A list beside another: of an earlier month, or of definitions that the site does not use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.month import Month
from hiu.rank.listing.population import place_among
from hiu.settings import Rank, Settings
from hiu.site.compact import numbered_common, numbered_table
from hiu.site.first import first_of, shown_places
from hiu.site.ids import followed, ids_and_merges
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables
from hiu.site.views.ranked import names_of
from hiu.toml_words import explain

C = pl.col
KEPT = ("person_id", "rank", "label", "contacts_3", "contacts_12", "intensity")


def compare(run: Tables, earlier: Tables, under_18: bool) -> Listing:
    """The whole list beside that of an earlier month: ranks, and how many places up; under the ids of today."""
    from hiu.rank.listing.population import absent

    own = C("list") == ("under_18" if under_18 else "adult")
    places, before = (one._scan("ranked").filter(own).select(KEPT).collect() for one in (run, earlier))
    lost = before.join(run._scan("people").select("person_id").collect(), on="person_id", how="anti")["person_id"]
    ids, became = ids_and_merges(run) if len(lost) else ([], {})
    here = set(ids)
    today = {one: followed(one, here, became) for one in lost}
    before = before.with_columns(C("person_id").replace(today)).sort("rank")
    before = before.unique("person_id", keep="first", maintain_order=True)
    found = places.join(before, on="person_id", how="full", coalesce=True, suffix="_before")
    found = found.with_columns(moved_up=C("rank_before").cast(pl.Int64) - C("rank").cast(pl.Int64))
    columns = ["rank", "rank_before", "moved_up", "person_id", "name", "label", "label_before"]
    columns += [f"{name}{side}" for name in ("contacts_3", "contacts_12", "intensity") for side in ("", "_before")]
    names = names_of(run, places["person_id"])
    whose, others = ("under-18s", "adults") if under_18 else ("adults", "under-18s")
    gone = found.filter(C("rank").is_null())["person_id"]
    why = absent(gone, run._whole("people", "person_id", "named", "died"), run.month)
    other = run._scan("ranked").filter(~own, C("person_id").is_in(gone.implode())).select("person_id").collect()
    why |= dict.fromkeys(other["person_id"], f"on the list of {others} now")
    left = C("person_id").replace_strict(why, default=None, return_dtype=pl.String)
    found = found.join(names, on="person_id", how="left").select(*columns, why_left=left)
    found = found.sort("rank", "rank_before", nulls_last=True)
    title = f"The list of {whose} of {run.month.title} beside that of {earlier.month.title}"
    return Listing(
        found, title, empty={"rank": "not listed", "rank_before": "not listed", "moved_up": "-"}, kind="compare"
    )


def what_if(
    run: Tables,
    counting: str | Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    drop_roles: str | Collection[str] = (),
    half_life: float | None = None,
) -> Finding:
    """The list under other definitions beside that of the same people under the present ones; nothing is recorded."""
    from hiu.rank import rank
    from hiu.rank.reports.sensitivity import COUNTED, recounted

    names = [counting] if isinstance(counting, str) else [*counting]
    if wrong := [name for name in names if name not in COUNTED]:
        raise UsageError(not_among(f"no way of counting '{wrong[0]}'", wrong[0], COUNTED))
    ids, common = numbered_common(run)
    side = [measure for name in names for measure in COUNTED[name][1]]
    where = C("measure").is_in(side)
    extra = numbered_table(run, ids, "monthly_extra", "month", "measure", "n", where=where)
    demand, changes = common["demand"], names
    for name in names:
        demand = recounted(demand, extra, name)
    extra = extra.clear()  # of the list without labels nothing else is made of it
    if roles := {drop_roles} if isinstance(drop_roles, str) else set(drop_roles):
        demand = _without_roles(demand, run._scan("timeline"), roles, ids)
        changes.append(f"without police incidents in which the person was only {' or '.join(sorted(roles))}")
    own, found = run.settings.rank, _rank_settings(run.settings.rank, weights or {}, half_life)
    changes += [f"{name} counts {found.weights.by_dataset()[name]:g}" for name in weights or {}]
    changes += [] if half_life is None else [f"half-life {found.half_life:g} months"]
    support, gradings = (numbered_table(run, ids, name) for name in ("support", "risk_grading"))
    before = _present(gradings=gradings, **common)
    before = before.with_columns(person_id=ids.gather(before["person_id"]))
    common |= {"demand": demand, "settings": run.settings.model_copy(update={"rank": found})}
    again = rank(**common, extra=extra, support=support, gradings=gradings, adults_alone=True, ids=ids).ranked
    again = again.select("list", "rank", "person_id", "contacts_3", "intensity", "sentence")
    del common, demand  # beside the sentences of everybody there is no room for more
    return _beside(run, before, again, changes, own.top)


def _present(
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    settings: Settings,
    gradings: pl.DataFrame,
) -> pl.DataFrame:
    """The adults' places under the present definitions: person_id, place_before."""
    from hiu.rank.listing.history import history
    from hiu.rank.listing.population import population
    from hiu.rank.listing.ranking import base_of
    from hiu.rank.listing.risk import risk
    from hiu.rank.reports.cohorts import first_by

    who = population(month, demand, people, settings.rank.minimum_age)
    base = base_of(who, history(who["person_id"], month, demand, coverage), coverage, settings)
    ordered = first_by(base, risk(month, gradings), who.height).to_frame()
    return ordered.select("person_id", place_before=pl.int_range(1, pl.len() + 1))


def _rank_settings(own: Rank, weights: Mapping[str, float], half_life: float | None) -> Rank:
    """The settings of the rank with other weights or half-life, checked as those of a site are."""
    values = own.model_dump()
    for name, weight in weights.items():
        if name not in own.weights.by_dataset():
            raise UsageError(not_among(f"no weight '{name}'", name, own.weights.by_dataset()))
        part = values["weights"]["extra"] if name in own.weights.extra else values["weights"]
        part[name] = weight
    if half_life is not None:
        values["half_life"] = half_life
    try:
        return Rank.model_validate(values)
    except ValidationError as error:
        raise UsageError(explain(Path("what_if"), error, Rank)) from None


def _without_roles(demand: pl.DataFrame, timeline: pl.LazyFrame, roles: set[str], ids: pl.Series) -> pl.DataFrame:
    """The counts without the incidents in which a person had no other part than `roles`."""
    sent = "role" in timeline.collect_schema()
    texts = timeline.select(C("role").drop_nulls().unique()).collect()["role"].to_list() if sent else []
    if not texts:
        raise UsageError("no roles are published for this month: its sources sent none, or 'hiu run' made it earlier")
    there = sorted({role for text in texts for role in text.split("|")})
    if wrong := sorted(set(roles) - set(there)):
        raise UsageError(not_among(f"no role '{wrong[0]}'", wrong[0], there))
    alone = [text for text in texts if roles >= set(text.split("|"))]
    dropped = timeline.filter("counted", C("role").is_in(alone), C("dataset") == "police_incident")
    month = C("start").dt.truncate("1mo").dt.date()
    less = dropped.group_by("person_id", month=month).agg(less=pl.len().cast(pl.Int64)).collect()
    less = less.with_columns(person_id=place_among(less["person_id"], ids))
    police = C("dataset") == "police_incident"
    own = demand.filter(police).join(less, on=["person_id", "month"], how="left")
    own = own.with_columns(n=C("n") - C("less").fill_null(0)).drop("less").filter(C("n").is_null() | (C("n") > 0))
    return pl.concat([demand.filter(~police), own])


def _beside(run: Tables, before: pl.DataFrame, again: pl.DataFrame, changes: list[str], top: int) -> Finding:
    """The new list with the places under the present settings, both of the people who may be shown, and how the first
    N differ."""
    published = shown_places(run)
    names = published.join(names_of(run, published["person_id"]), on="person_id", how="left")
    new = again.filter(C("list") == "adult").rename({"rank": "place"})
    found = new.select("place", "person_id", "contacts_3", "intensity", "sentence").join(
        names, on="person_id", how="left"
    )
    found = found.join(before, on="person_id", how="left").sort("place")
    order = ["place", "place_before", "rank", "person_id", "name", "contacts_3", "intensity", "sentence"]
    first, old = (
        set(one.filter(C(at) <= top)["person_id"]) for one, at in ((found, "place"), (before, "place_before"))
    )
    sentence = (
        f"Of {first_of(run, top)}, {len(first & old)} stay, {len(first - old)} enter and {len(old - first)} leave. "
        f"What was changed: {'; '.join(changes) or 'nothing'}. Nothing of this is published."
    )
    title = f"What if: the list of {run.month.title} under other definitions"
    empty = {"place_before": "not listed", "rank": "not listed"}
    return Finding(title, [sentence], {"list": Listing(found.select(order), title, empty=empty, kind="list")})
