"""Small deliveries of three months, and what their runs counted and found supplied."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from areakit import NOW, run, table

from hiu.month import Month
from pipelines.common.place import Place
from pipelines.run import Outcome

ED = "Attendance ID,Arrival,Surname,First name,Birth date,Discharge status\n"
POLICE = "Log,Person seq,Created,Role,Surname,Forename,DOB\n"
MONTHS = [Month(2025, 9), Month(2025, 10), Month(2025, 11)]


def ed(*rows: tuple[str, str]) -> str:
    return ED + "".join(f"{key},{day} 07:15,Vale,Rhys,09/10/1966,182992009\n" for key, day in rows)


def police(*days: str) -> str:
    rows = (f"T{day[:5]},1,{day} 11:00,Subject,Thorne,Iris,03/04/1971\n" for day in days)
    return POLICE + "".join(rows)


def counted(outcome: Outcome, dataset: str) -> dict[str, int]:
    rows = table(outcome, "monthly_demand").filter(pl.col("dataset") == dataset, pl.col("n") > 0)
    sums = rows.group_by("month").agg(pl.col("n").sum()).sort("month")
    return {str(Month.of(day)): n for day, n in sums.iter_rows()}


def supplied(outcome: Outcome, dataset: str) -> dict[str, bool]:
    rows = table(outcome, "coverage").filter(pl.col("dataset") == dataset).sort("month")
    return {str(Month.of(day)): there for day, there in rows.select("month", "supplied").iter_rows()}


def runs(place: Place, *months: Month) -> list[Outcome]:
    return [run(place, month, at=NOW + timedelta(hours=hour)) for hour, month in enumerate(months)]
