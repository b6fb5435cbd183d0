"""The end of an agreement: the other site is left out at once, and what was exchanged is listed for deletion."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.basis.agreements import in_force
from hiu.model.govern import CROSSINGS
from hiu.network.letters import Withdrawal
from pipelines.common.place import Paths, Place
from pipelines.network import store
from pipelines.network.partners import Partner, agreed, enter, partner_of, register, seed_of, source_of
from pipelines.network.store import Taken


def withdraw(place: Place, name: str, purpose: str, *, by: str, now: datetime) -> tuple[Path, list[str]]:
    """End the agreement with a site: nothing is exchanged with it from now on, and what is kept here is deleted.

    The file that tells the other site, and a line for each session that it has to delete.
    """
    from hiu.network.envelope import header, seal

    partner = partner_of(place, name)
    lines = exchanged(place, name, purpose)
    sessions = _end(place, name, purpose, "to_delete", by=by, now=now)
    # a file of its own for each site and purpose of a day
    label = f"W{now:%Y%m%d}-{sha256(f'{name}|{purpose}'.encode()).hexdigest()[:12].upper()}"
    letter = Withdrawal(purpose=purpose, sessions=sessions)
    content = seal(
        header(place.settings.name, name, label, "withdrawal"), letter, seed=seed_of(place), public=partner.public
    )
    return store.put(place, label, "withdrawal", content), lines


def withdrawn_there(place: Place, partner: Partner, letter: Withdrawal, label: str, *, by: str, now: datetime) -> Taken:
    """The other site has ended the agreement: what is kept here is deleted, and nothing more is exchanged."""
    sessions = _end(place, partner.name, letter.purpose, "deleted", by=by, now=now)
    return Taken(label, partner.name, "withdrawal", None, deleted=tuple(sessions))


def exchanged(place: Place, name: str, purpose: str) -> list[str]:
    """A line for each session with a site for a purpose: when, how far it came, of how many people."""
    rows = records.history(place.records, CROSSINGS).filter(
        pl.col("kind") == "session", pl.col("partner") == name, pl.col("purpose") == purpose
    )
    grouped = rows.group_by("crossing_id", maintain_order=True).agg("recorded_at", "stage", "people")
    sessions = [
        f"{one}: begun on {at[0]:%Y-%m-%d}, {', '.join(stages)}; {people[0]} people of this site"
        for one, at, stages, people in grouped.iter_rows()
    ]
    return sessions + bundles(place, name, purpose, "sent")


def bundles(place: Paths, name: str, purpose: str, way: str) -> list[str]:
    """A line for each bundle of figures that was `sent` to a site or `received` from it for a purpose."""
    rows = register(place, "bundle", name).filter(
        pl.col("purpose") == purpose, pl.col("crossing_id").str.ends_with(f":{way}")
    )
    months = [one.split(":")[-2] for one in rows["crossing_id"].sort()]
    return [f"the bundle of figures of {month}" for month in months]


def overview(place: Place, now: datetime) -> list[str]:
    """What stands with each site: its agreements, its sessions, and what is to be deleted."""
    lines = []
    for name in register(place, "site")["partner"]:
        lines.append(f"{name}: its key was compared")
        sessions = register(place, "session", name)
        purposes = {
            *sessions["purpose"],
            *register(place, "bundle", name)["purpose"],
            *(p for p in ("support", "planning") if in_force(place.settings, source_of(name, p), now.date())),
        }
        for purpose in sorted(purposes):
            lines += _standing(place, name, purpose, sessions.filter(pl.col("purpose") == purpose), now)
    return lines or [
        "no other site is known here: 'hiu cross --card' writes this site's card, for another one to take in"
    ]


def _standing(place: Place, name: str, purpose: str, sessions: pl.DataFrame, now: datetime) -> list[str]:
    try:
        one = agreed(place, name, purpose, now.date())
    except HiuError:
        left = sessions.filter(pl.col("stage") != "deleted")["crossing_id"].to_list()
        lines = [f"  {purpose}: no agreement in force; nothing is exchanged"]
        kept = sorted(set(left) & set(store.sessions(place)))
        lines += [f"  to delete here: {', '.join(kept)} ('hiu cross {name} --withdraw' does)"] if kept else []
        left += bundles(place, name, purpose, "sent")
        lines += [f"  to delete here: {one}, wherever it was put" for one in bundles(place, name, purpose, "received")]
        return lines + ([f"  to delete at {name}: {', '.join(left)}"] if left else [])
    lines = [f"  {purpose}: agreement {one.reference} until {one.end}"]
    lines += [f"  {way}: {bundle}" for way in ("sent", "received") for bundle in bundles(place, name, purpose, way)]
    for row in sessions.iter_rows(named=True):
        pairs = "" if row["pairs"] is None else f", {row['pairs']} pairs"
        gone = "" if row["crossing_id"] in store.sessions(place) else "; nothing is kept of it here"
        lines.append(f"  {row['crossing_id']}: {row['stage']}, {row['people']} people{pairs}{gone}")
    return lines


def _end(place: Place, name: str, purpose: str, stage: str, *, by: str, now: datetime) -> list[str]:
    rows = register(place, "session", name).filter(pl.col("purpose") == purpose)
    enter(place, f"W:{name}:{purpose}", now, kind="withdrawal", partner=name, purpose=purpose, stage="withdrawn", by=by)
    for row in register(place, "bundle", name).filter(pl.col("purpose") == purpose).iter_rows(named=True):
        about = {key: row[key] for key in ("kind", "partner", "purpose", "agreement")}
        enter(place, row["crossing_id"], now, **{**about, "stage": "to_delete", "by": by})
    for row in rows.iter_rows(named=True):
        store.forget(place, row["crossing_id"])
        about = {key: row[key] for key in ("kind", "partner", "purpose", "agreement", "people", "pairs")}
        enter(place, row["crossing_id"], now, **{**about, "stage": stage, "by": by})
    return rows["crossing_id"].to_list()
