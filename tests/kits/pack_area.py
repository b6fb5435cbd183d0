"""An invented group for tests of the pack: people, gates, meetings, changes, matches, and names of every kind."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import publish_frames as frames

from hiu.model import LABELS, PUBLISHED
from hiu.publish.access import gated
from hiu.publish.charts.data import PersonSeries
from hiu.publish.charts.data import series as series_of
from hiu.publish.stamp import Stamp
from hiu.settings import Rank, Settings

LAST = frames.LAST
BREAKS = {"Right Care Right Person": date(2025, 1, 15)}
FAMILY = ("Ashgrove", "Birchall", "Carrow", "Dunmore", "Elmsley", "Fairholt", "Garsdale", "Hollin", "Ingram", "Jessop")
GIVEN = ("Amina", "Bogdan", "Caitlin", "Dafydd", "Eve", "Farai", "Grace", "Hamza", "Isla", "Joan")
SECRET = "speak to Zebedee Quillfeather first"
"""A note with a name in it, as people write them."""


def person_id(index: int) -> str:
    """HIU- and eight letters and digits, by position."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "HIU-" + "".join(digits[(index * 7919 >> shift) % 32] for shift in range(0, 40, 5))


def plain_names(count: int) -> list[str]:
    """Different names, none part of another or of a word of the page."""
    return [f"{GIVEN[k % 10]} {FAMILY[k // 10 % 10]}{'xvz'[k // 100 % 3] * (1 + k // 100)}" for k in range(count)]


def settings(count: int) -> Settings:
    """A site whose meeting discusses everybody."""
    return Settings(name="Area <1>", rank=Rank(top=count), policy_breaks=BREAKS)


def stamp(**more: Any) -> Stamp:
    """Of an invented run."""
    about: dict[str, Any] = {
        "site": "Area <1>",
        "month": LAST,
        "run_id": "2026-03-20260408T091200-abc123",
        "built": frames.STAMPED,
        "data_to": LAST.end,
        "settings_version": "1a2b3c4d",
        "audit_head": "9f8e" * 16,
    }
    return Stamp(**{**about, **more})


def tables(names: Sequence[str], *, months: int = 24, minors: int = 2, seed: int = 1) -> dict[str, pl.DataFrame]:
    """Published tables past the gate: each third person supported, the last `minors` under 18."""
    dice = random.Random(seed)
    ids = [person_id(index) for index in range(len(names))]
    out = {name: frames.frame(table, []) for name, table in PUBLISHED.items()}
    out["coverage"] = frames.coverage(
        months, {"ambulance_deployment": (months - 4, months - 3), "mh_bed_day": (months - 1,)}
    )
    out["monthly_demand"] = _without_gaps(
        frames.demand(
            {one: frames.busy(seed * 1000 + k, months, level=1 + k % 4, beds=k % 9) for k, one in enumerate(ids)}
        ),
        out["coverage"],
    )
    out["ranked"] = frames.frame(PUBLISHED["ranked"], [_ranked(k, one, len(ids), minors) for k, one in enumerate(ids)])
    out["people"] = frames.people(dict(zip(ids, names, strict=True)))
    out["support"] = frames.support([_support(one, dice) for one in ids[::3]])
    out["changes"] = frames.frame(PUBLISHED["changes"], _changes(ids))
    out["meeting_entry"] = frames.frame(PUBLISHED["meeting_entry"], _entries(ids))
    out["review_queue"] = frames.frame(PUBLISHED["review_queue"], _queue(ids))
    return dict(gated(out, [*ids, person_id(9999)]))


def series(found: dict[str, pl.DataFrame], *, data_to: date | None = None) -> list[PersonSeries]:
    """Everybody's months, with names, as the run makes them."""
    ids = found["ranked"].sort("list", "rank")["person_id"].to_list()
    return list(series_of(ids, found, LAST, show_names=True, breaks=BREAKS, data_to=data_to))


def _without_gaps(demand: pl.DataFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """No figure where nothing was supplied."""
    missing = coverage.filter(~pl.col("supplied")).select("month", "dataset")
    return demand.join(missing, on=["month", "dataset"], how="anti")


def _ranked(index: int, one: str, count: int, minors: int) -> dict[str, Any]:
    young = index >= count - minors
    rank = index - (count - minors) + 1 if young else index + 1
    graded = index % 4
    more = (
        {"risk_source": "not assessed", "risk_band": None, "rank_if_low": rank + 9, "rank_if_high": 1}
        if not graded
        else {}
    )
    band = ("High", "Medium", "Low")[graded - 1] if graded else None
    row = {
        "label": LABELS[index % len(LABELS)],
        "access": "candidate" if index % 3 else "supported",
        "list": "under_18" if young else "adult",
        "risk_band": band,
        "certainty": "ABC"[min(2, index * 3 // count)],
        "contacts_3": None if index == 4 else (index * 13) % 29,
        "intensity": 90.0 / rank,
        "estimated": index % 5 == 0,
        "label_sentence": f"{(index * 13) % 29} contacts in 3 months; 3 would be usual, going by Jan to Dec 2025.",
        **more,
    }
    return frames.ranked_row(rank, one, **row)


def _support(one: str, dice: random.Random) -> dict[str, Any]:
    start = date(2025, 1 + dice.randrange(12), 1 + dice.randrange(28))
    return {
        "person_id": one,
        "offered": start,
        "consent": "given",
        "consent_at": start,
        "permission": "granted",
        "permission_at": start,
        "capacity": "reviewed",
        "capacity_at": date(2025, 12, 1),
        "notice_at": start,
        "start": start,
        "plan_at": start,
        "plan_review_at": dice.choice([date(2026, 3, 10), date(2026, 4, 20), date(2026, 9, 1)]),
        "cmht": "North team",
        "lead_clinician": "Dr Oakes",
    }


def _changes(ids: Sequence[str]) -> list[dict[str, Any]]:
    kinds = ("new", "rising", "falling", "returned")
    rows: list[dict[str, Any]] = [
        {
            "kind": kinds[k % 4],
            "person_id": one,
            "what": f"Now {k + 1}, was {k + 3}: from 4 to 7 police incidents: severity score 7, was 4, in 3 months.",
            "rank_now": k + 1,
        }
        for k, one in enumerate(ids[:20])
    ]
    return [*rows, {"kind": "left", "person_id": person_id(9999), "what": "No contact in 12 months.", "rank_before": 4}]


def _entries(ids: Sequence[str]) -> list[dict[str, Any]]:
    """The February meeting: a decision, a note, actions done and not; and one about the list of March itself, which
    the pack shows beside its person alone."""
    common = {"author": "A. Chair", "pack_id": "2026-02-aaaaaa", "row_version": 1}
    about = {"month": date(2026, 2, 1), **common}

    def at(minute: int, month: int = 3) -> datetime:
        return datetime(2026, month, 11, 10, minute)

    said = {"decision": "offer support", "owner": "Sgt Vale", "next_review": "2026-03-20", "notes": SECRET}
    rows = [{"person_id": ids[0], "field": k, "value": v, "entered_at": at(0), **about} for k, v in said.items()]
    for minute, person, due, done in (
        (1, ids[1], "2026-03-15", ""),
        (2, ids[2], "2026-05-01", ""),
        (3, ids[0], "2026-03-01", "yes"),
    ):
        action = {
            "action": f"Action {minute}: {SECRET}",
            "action_owner": "K. Reed",
            "action_due": due,
            "action_done": done,
        }
        rows += [
            {"person_id": person, "field": k, "value": v, "entered_at": at(minute), **about} for k, v in action.items()
        ]
    later = {"month": date(2026, 3, 1), **common}
    return [*rows, {"person_id": ids[1], "field": "decision", "value": "not yet seen", "entered_at": at(0, 4), **later}]


def _queue(ids: Sequence[str]) -> list[dict[str, Any]]:
    pairs = (
        (ids[0], ids[1], 0.4),
        (ids[2], person_id(9999), 0.2),
        (person_id(9998), person_id(9997), 0.9),
        (ids[1], ids[1], 0.0),
    )
    return [
        {
            "identity_a": f"a{k}",
            "identity_b": f"b{k}",
            "person_a": a,
            "person_b": b,
            "match_weight": 1.0,
            "match_probability": 0.62,
            "priority": priority,
            "why": "likely the same, kept apart",
        }
        for k, (a, b, priority) in enumerate(pairs)
    ]
