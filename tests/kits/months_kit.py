"""Small deliveries of three months, and what an intake of them said and what was counted: no paper is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from areakit import table
from traps.intake_traps import counted as counted_in
from traps.intake_traps import take_in

from hiu.month import Month
from pipelines.common.place import open_place
from pipelines.run import Outcome
from pipelines.steps.intake.intake import Intake

ED = "Attendance ID,Arrival,Surname,First name,Birth date,Discharge status\n"
POLICE = "Log,Person seq,Created,Role,Surname,Forename,DOB\n"
MONTHS = [Month(2025, 9), Month(2025, 10), Month(2025, 11)]


def ed(*rows: tuple[str, str]) -> str:
    return ED + "".join(f"{key},{day} 07:15,Vale,Rhys,09/10/1966,182992009\n" for key, day in rows)


def police(*days: str) -> str:
    rows = (f"T{day[:5]},1,{day} 11:00,Subject,Thorne,Iris,03/04/1971\n" for day in days)
    return POLICE + "".join(rows)


@dataclass(frozen=True)
class Taken:
    """What an intake said and what was counted of it: no paper is made, where no test looks at one."""

    intake: Intake
    tables: dict[str, pl.DataFrame]


def take(home: Path, month: Month) -> Taken:
    """What lies in a site's raw folder, taken in and counted."""
    intake, _, _ = take_in(place := open_place(home), month)
    with counted_in(place, month) as warehouse:
        return Taken(intake, {name: warehouse.read(name) for name in ("monthly_demand", "coverage", "stay")})


def of(found: Outcome | Taken, name: str) -> pl.DataFrame:
    return found.tables[name] if isinstance(found, Taken) else table(found, name)


def counted(found: Outcome | Taken, dataset: str) -> dict[str, int]:
    rows = of(found, "monthly_demand").filter(pl.col("dataset") == dataset, pl.col("n") > 0)
    sums = rows.group_by("month").agg(pl.col("n").sum()).sort("month")
    return {str(Month.of(day)): n for day, n in sums.iter_rows()}


def supplied(found: Outcome | Taken, dataset: str) -> dict[str, bool]:
    rows = of(found, "coverage").filter(pl.col("dataset") == dataset).sort("month")
    return {str(Month.of(day)): there for day, there in rows.select("month", "supplied").iter_rows()}
