"""A cohort large enough for figures to be shown, with planted names and numbers; and the board paper of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import polars as pl
import publish_frames as frames

from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.publish.board.paper import Board, sound
from hiu.settings import Settings
from pipelines.access.releases import Past
from pipelines.papers.commissioner import board as job
from pipelines.papers.export import board_files

NOW = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)
MONTHS = 30
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SETTINGS = Settings(name="Sample area")
PLANTED = ("Zanzibara", "Quixotic", "Halloumi", "Wombatson")
NHS = "9990001112"
POSTCODE = "ZQ7 9XY"
TEAM = "Kumquat Recovery Team"


def ids(count: int, seed: int = 3) -> list[str]:
    dice = random.Random(seed)
    return sorted({"HIU-" + "".join(dice.choices(ALPHABET, k=8)) for _ in range(count)})


@cache
def tables(count: int = 140, seed: int = 3, last: Month = frames.LAST) -> dict[str, pl.DataFrame]:
    """Published tables of a cohort as at a month: the same events whichever month they are cut off at."""
    people, dice = ids(count, seed), random.Random(seed)
    out = {name: frames.frame(table, []) for name, table in PUBLISHED.items()}
    months = frames.months(MONTHS)
    rows = []
    for place, person in enumerate(people):
        level = 3.0 if place < 30 else 0.5
        for month in months:
            for dataset, share in (
                ("police_incident", 0.4),
                ("ambulance_deployment", 0.3),
                ("ed_attendance", 0.5),
                ("mh_bed_day", 0.02),
                ("s136", 0.008),
                ("mha_assessment", 0.01),
            ):
                n = sum(dice.random() < level * share / 4 for _ in range(4)) * (9 if dataset == "mh_bed_day" else 1)
                if n:
                    rows.append(
                        {"person_id": person, "month": month.start, "dataset": dataset, "n": n, "supplied": True}
                    )
    demand = frames.frame(PUBLISHED["monthly_demand"], rows)
    out["monthly_demand"] = demand.filter(pl.col("month") <= last.start)
    out["coverage"] = frames.coverage(MONTHS).filter(pl.col("month") <= last.start)
    ranked = [
        frames.ranked_row(i, person, access="supported" if 5 <= i < 17 else "candidate", sentence=f"{i}: {PLANTED[1]}")
        for i, person in enumerate(people, 1)
    ]
    out["ranked"] = frames.frame(PUBLISHED["ranked"], ranked)
    out["people"] = frames.people({person: f"{PLANTED[i % 4]} {PLANTED[i % 3]}son" for i, person in enumerate(people)})
    out["people"] = out["people"].with_columns(
        nhs_number=pl.lit(NHS),
        postcode=pl.lit(POSTCODE),
        aliases=pl.lit(PLANTED[2]),
        sex=pl.Series([("F", "M", "F", "X")[i % 4 if i < 12 else i % 2] for i in range(len(people))]),
        dob=pl.Series([date(1950 + i % 55, 1 + i % 12, 3) for i in range(len(people))]),
    )
    out["support"] = frames.support(
        [
            {
                "person_id": person,
                "start": date(2025, 3, 1 + i),
                "consent": "given",
                "lead_clinician": f"Dr {PLANTED[3]}",
                "cmht": TEAM,
            }
            for i, person in enumerate(people[4:16])
        ]
    )
    return out


def whole(
    held: Mapping[str, pl.DataFrame],
    month: Month = frames.LAST,
    before: Past | None = None,
    settings: Settings = SETTINGS,
) -> job.MonthPaper:
    place: Any = SimpleNamespace(settings=settings)
    return job.paper(place, month, f"{month}-20260408T091200Z-abc123", held, NOW, before or Past())


@cache
def first() -> job.MonthPaper:
    """The paper of the cohort as it stands, made once."""
    return whole(tables())


def made(held: Mapping[str, pl.DataFrame], month: Month = frames.LAST, before: Past | None = None) -> Board:
    return sound(whole(held, month, before).board)


def after(paper: job.MonthPaper) -> Past:
    """What the recipient has once a paper is released."""
    cells = [replace(cell, release=cell.release or f"board-{paper.board.month}") for cell in paper.cells]
    kept = {cell.key: cell for cell in [*cells, *paper.past.cells]}
    return Past(tuple(kept.values()), paper.released.ground, paper.answers)


@cache
def paper(month: Month = frames.LAST) -> Board:
    return made(tables(last=month), month)


@cache
def files() -> dict[str, bytes]:
    return board_files(first(), SETTINGS.policy_breaks)
