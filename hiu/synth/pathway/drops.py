"""What makers of pathway sources share: what happened, a source in the making, and how it is written by month."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from hiu.synth import clock
from hiu.synth.agencies.beds import Stays
from hiu.synth.agencies.extracts import Span, System, stamps
from hiu.synth.clock import Times
from hiu.synth.lists import Days, Ints, Words
from hiu.synth.people.episodes import Episodes

STAMP = "%d/%m/%Y %H:%M"


@dataclass(frozen=True)
class Supported:
    """People whom the team supported: who, from which day, and to which (NaT while they are)."""

    who: Ints
    start: Days
    end: Days

    def is_now(self, place: int, day: np.datetime64) -> bool:
        """Whether somebody is supported on the day before a day."""
        return bool(np.isnat(self.end[place]) or self.end[place] >= day)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the makers start from: what happened, the police's number of each episode (else empty), ward stays as they
    were and the ward of each (empty for one that was never sent), who was supported, and a system by the number of its
    stream of chance and the beginning of its clerk's name."""

    span: Span
    episodes: Episodes
    urn: Words
    stays: Stays
    wards: Words
    supported: Supported
    system: Callable[[int, str], System]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One source: its rows as text with the month (from 0) each is delivered in, and tables of truth by name.

    A register has no month: its file lies beside the months' folders. `file` names it otherwise than its source.
    """

    source: str
    text: pl.DataFrame
    deliver: pl.Series | None = None
    file: str = ""
    truth: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def local(moments: Times) -> Words:
    """Moments as a sender writes them; NaT is an empty cell."""
    there = ~np.isnat(moments)
    shown = clock.to_local(np.where(there, moments, np.datetime64("2000-01-01T00:00:00")))
    return np.where(there, stamps(shown, STAMP), "").astype(object)


def write(folder: Path, sent: Sent, span: Span) -> None:
    """The source's file in each month's folder of `folder`/raw, and its truth in `folder`/truth."""
    files = {folder / "raw": sent.text}
    if sent.deliver is not None:
        months = range(span.months)
        files = {folder / "raw" / str(span.first + month): sent.text.filter(sent.deliver == month) for month in months}
    for where, own in files.items():
        path = where / f"{sent.file or sent.source}.csv"
        path.write_bytes(own.write_csv(line_terminator="\n").encode("utf-8"))
    for name, table in sent.truth.items():
        table.write_parquet(folder / "truth" / f"{name}.parquet", compression="zstd")
