"""Whether support may start: on permission, capacity and consent of this support, each with its day (G20-22).

What was recorded for support that has ended opens nothing: who comes back is asked anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from hiu.model.meeting import ENDING, GATE_DATES, NEEDED_TO_START, REVIEWED


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What is on record of a gate: its word, its day (None if no day was recorded), and where that is written."""

    word: str
    at: date | None
    evidence: str = ""


def gates_on_record(support: pl.DataFrame) -> dict[str, dict[str, Gate]]:
    """The gates of everybody in the table `support` (earlier meetings' included), by person and gate."""
    # a release made before outcomes were recorded has the day alone
    dated = pl.when(pl.col("capacity_at").is_not_null()).then(pl.lit(REVIEWED))
    support = support.with_columns(capacity=pl.coalesce("capacity", dated))
    out: dict[str, dict[str, Gate]] = {}
    for row in support.iter_rows(named=True):
        out[row["person_id"]] = {
            gate: Gate(word=row[gate], at=row[day], evidence=row.get(f"{gate}_evidence") or "")
            for gate, day in GATE_DATES.items()
            if row[gate]
        }
    return out


def support_ended(support: pl.DataFrame, entries: pl.DataFrame, on: date) -> dict[str, date]:
    """The day on which support last ended, of everybody whose support is over on a day.

    As the table `support` says, or as a meeting decided (model.MEETING_ENTRY, by the day it was recorded).
    """
    over = support.filter(pl.col("end") <= on).select("person_id", "end")
    decided = entries.filter(pl.col("field") == "decision", pl.col("value").is_in(ENDING))
    met = decided.select("person_id", end=pl.col("entered_at").dt.date()).filter(pl.col("end") <= on)
    last = pl.concat([over, met]).group_by("person_id").agg(pl.col("end").max())
    return dict(last.iter_rows())


def lacking(gates: Mapping[str, Gate], *, ended: date | None, on: date) -> dict[str, str]:
    """Why support may not start on a day: a gate and what is wrong with it, in words. Empty if it may.

    `ended` = the day on which earlier support ended, if there was any.
    """
    found = {gate: _lack(gates.get(gate), words, ended, on) for gate, words in NEEDED_TO_START.items()}
    return {gate: why for gate, why in found.items() if why}


def _lack(gate: Gate | None, needed: tuple[str, ...], ended: date | None, on: date) -> str:
    if gate is None or gate.word not in needed:
        return f"{' or '.join(map(repr, needed))} is not on record"
    if gate.at is None:
        return "has no date on record"
    if gate.at > on:
        return f"is dated ahead, {gate.at.isoformat()}"
    if ended is not None and gate.at <= ended:
        return f"was given on {gate.at.isoformat()}, for support that ended on {ended.isoformat()}: ask for it again"
    return ""
