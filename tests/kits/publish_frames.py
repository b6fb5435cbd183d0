"""Small invented published frames: the tables of model.PUBLISHED with a handful of people."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from hiu.model import DATASETS, PUBLISHED, Table
from hiu.model.frames import schema
from hiu.month import Month
from hiu.publish.access import mark

LAST = Month(2026, 3)
IDS = ("HIU-AAAA2222", "HIU-BBBB3333", "HIU-CCCC4444", "HIU-DDDD5555", "HIU-EEEE6666", "HIU-FFFF7777")
AGENCY = {"police_incident": "police", "ambulance_deployment": "ambulance", "ed_attendance": "ed",
          "mh_bed_day": "mh_beds", "s136": "s136", "mha_assessment": "mha"}  # fmt: skip
HOSTILE = (
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert('1')>",
    "O'Neill & Sons <b>bold</b> {{ 7 * 7 }} {% raw %}",
    "محمد العربي",
    "\u202eevil\u202c \u0000\u0007 tab\tline\nbreak",
    "Zoë 🙂🚑 Łukasz",
    "X" * 10_000,
    "",
)


def frame(table: Table, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """A frame with exactly the table's columns and types; a ranked list past the gate, with everybody permitted."""
    filled = [{name: row.get(name) for name in table.names} for row in rows]
    made = pl.DataFrame(filled, schema=schema(table))
    return mark(made, made["person_id"]) if table.name == "ranked" else made


def months(count: int = 24, last: Month = LAST) -> list[Month]:
    return (last - (count - 1)).through(last)


def coverage(count: int = 24, missing: Mapping[str, tuple[int, ...]] | None = None) -> pl.DataFrame:
    """Every data set supplied every month, but for the month positions in `missing`."""
    gaps = missing or {}
    rows = [
        {"month": m.start, "dataset": d, "source": AGENCY[d], "supplied": i not in gaps.get(d, ())}
        for i, m in enumerate(months(count))
        for d in DATASETS
    ]
    return frame(PUBLISHED["coverage"], rows)


def demand(counts: Mapping[str, Mapping[str, list[int | None]]]) -> pl.DataFrame:
    """monthly_demand of person -> data set -> figures of the latest months; zero has no row, None is missing."""
    rows = []
    for person, sets in counts.items():
        for dataset, figures in sets.items():
            for month, n in zip(months(len(figures)), figures, strict=True):
                if n != 0:
                    rows.append({"person_id": person, "month": month.start, "dataset": dataset, "n": n,
                                 "supplied": n is not None})  # fmt: skip
    return frame(PUBLISHED["monthly_demand"], rows)


def busy(seed: int, count: int = 24, level: float = 3, beds: int = 0) -> dict[str, list[int | None]]:
    """Invented figures for one person, the same for the same seed."""
    dice = random.Random(seed)
    figures: dict[str, list[int | None]] = {
        name: [min(40, int(dice.expovariate(1 / level))) for _ in range(count)] for name in DATASETS[:3]
    }
    figures["mh_bed_day"] = [dice.choice([0, 0, beds]) for _ in range(count)]
    figures["s136"] = [dice.choice([0, 0, 0, 0, 1, 2]) for _ in range(count)]
    figures["mha_assessment"] = [dice.choice([0, 0, 0, 0, 1]) for _ in range(count)]
    return figures


def ranked_row(rank: int, person_id: str, **more: Any) -> dict[str, Any]:
    """A row of the ranked list with every field filled."""
    return {
        "rank": rank, "person_id": person_id, "intensity": 40.0 / rank, "expected_points": 10.0 / rank,
        "points_3": 14.0, "points_12": 31.0, "contacts_3": 9, "contacts_12": 30, "risk": 4.0,
        "risk_source": "clinical", "risk_band": "High", "rank_if_low": None, "rank_if_high": None, "certainty": "A",
        "rank_low": max(1, rank - 2), "rank_high": rank + 5, "label": "ESCALATING",
        "label_sentence": "9 contacts in 3 months; 3 would be usual, going by Jan to Dec 2025.",
        "sentence": f"{rank}: severity score of about 7 expected in the next 3 months (14 in the last 3, 31 in the "
                    "last 12; recent months count more), times risk 4.0 (likelihood 4 x impact 4).",
        "presets": "NHS England HIU|FreCaNN", "estimated": False, "access": "candidate", "list": "adult", **more,
    }  # fmt: skip


def people(names: Mapping[str, str]) -> pl.DataFrame:
    rows = [
        {"person_id": i, "name_text": n, "named": True, "two_nhs_numbers": False, "two_dobs": False, "rows": 9,
         "identities": 2, "sources": "ambulance|police", "sex": "F", "dob": date(1980, 1, 2)}
        for i, n in names.items()
    ]  # fmt: skip
    return frame(PUBLISHED["people"], rows)


def support(rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    return frame(PUBLISHED["support"], [{"contacts": 4, **row} for row in rows])


def published(size: int = 4, names: Mapping[str, str] | None = None) -> dict[str, pl.DataFrame]:
    """A whole release: every published table, most with a few rows."""
    ids = IDS[:size]
    out = {name: frame(table, []) for name, table in PUBLISHED.items()}
    out["coverage"] = coverage(24, {"ambulance_deployment": (20, 21)})
    out["monthly_demand"] = demand({person: busy(i, beds=7) for i, person in enumerate(ids)})
    out["ranked"] = frame(PUBLISHED["ranked"], [ranked_row(i, person) for i, person in enumerate(ids, 1)])
    out["people"] = people(names or {person: f"Sample {i}" for i, person in enumerate(ids)})
    out["deliveries"] = frame(PUBLISHED["deliveries"], [delivery("d1", "police"), delivery("d2", "ed", quarantined=1)])
    out["quarantine"] = frame(PUBLISHED["quarantine"], [quarantined("d2", "ed")])
    out["links"] = frame(PUBLISHED["links"], [link("d1", i, person) for i, person in enumerate(ids, 1)])
    out["changes"] = frame(PUBLISHED["changes"], [{"kind": "new", "person_id": ids[0], "what": "New on the list."}])
    return out


def delivery(delivery_id: str, source: str, *, quarantined: int = 0, **more: Any) -> dict[str, Any]:
    return {"delivery_id": delivery_id, "source": source, "source_file": f"2026-03/{source}.csv", "sha256": "0" * 64,
            "bytes": 100, "period": LAST.start, "received": 10, "staged": 10 - quarantined, "quarantined": quarantined,
            "usual": 12, "run_id": "r1", **more}  # fmt: skip


def quarantined(delivery_id: str, source: str, row: int = 7, code: str = "date_unreadable") -> dict[str, Any]:
    return {"delivery_id": delivery_id, "source": source, "source_file": f"2026-03/{source}.csv", "source_row": row,
            "column": "Arrival", "code": code, "reason": "Not a date: expected dd/mm/yyyy"}  # fmt: skip


def link(delivery_id: str, row: int, person_id: str, source: str = "police", how: str = "number") -> dict[str, Any]:
    return {"source": source, "source_file": f"2026-03/{source}.csv", "source_row": row, "delivery_id": delivery_id,
            "status": "counted", "event_id": str(row), "identity_id": f"{row:016x}", "person_id": person_id,
            "how": how}  # fmt: skip


STAMPED = datetime(2026, 4, 8, 9, 12)
