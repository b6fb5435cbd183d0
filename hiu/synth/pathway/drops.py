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
from hiu.synth.lists import Words
from hiu.synth.people.episodes import Episodes

STAMP = "%d/%m/%Y %H:%M"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the makers start from: what happened, the police's number of each episode (else empty), ward stays as they
    were and the ward of each (empty for one that was never sent), and a system by the number of its stream of chance
    and the beginning of its clerk's name."""

    span: Span
    episodes: Episodes
    urn: Words
    stays: Stays
    wards: Words
    system: Callable[[int, str], System]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One source: its rows as text with the month (from 0) each is delivered in, and tables of truth by name."""

    source: str
    text: pl.DataFrame
    deliver: pl.Series
    truth: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def local(moments: Times) -> Words:
    """Moments as a sender writes them; NaT is an empty cell."""
    there = ~np.isnat(moments)
    shown = clock.to_local(np.where(there, moments, np.datetime64("2000-01-01T00:00:00")))
    return np.where(there, stamps(shown, STAMP), "").astype(object)


def write(folder: Path, sent: Sent, span: Span) -> None:
    """The source's file in each month's folder of `folder`/raw, and its truth in `folder`/truth."""
    for month in range(span.months):
        own = sent.text.filter(sent.deliver == month)
        path = folder / "raw" / str(span.first + month) / f"{sent.source}.csv"
        path.write_bytes(own.write_csv(line_terminator="\n").encode("utf-8"))
    for name, table in sent.truth.items():
        table.write_parquet(folder / "truth" / f"{name}.parquet", compression="zstd")
