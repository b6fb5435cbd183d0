"""What the makers of extracts share: an extract in the making, its rows' truth, late rows, and rows made unreadable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.month import Month
from hiu.synth import clock
from hiu.synth.clock import Times
from hiu.synth.lists import Flags, Generator, Ints, Words
from hiu.synth.people.clerk import Clerk, Descriptions
from hiu.synth.people.episodes import Episodes


@dataclass(frozen=True)
class Span:
    """The months an area is made for."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        """How many."""
        return self.last.since(self.first) + 1

    def index(self, utc: Times) -> Ints:
        """Month of each moment, in local time, from 0; outside the span it is below 0 or `months` and more."""
        return self.of_days(clock.to_local(utc))

    def of_days(self, local: NDArray[np.datetime64]) -> Ints:
        """Month of each local date, from 0."""
        return (local.astype("datetime64[M]") - np.datetime64(str(self.first), "M")).astype(np.int64)

    def inside(self, utc: Times) -> Flags:
        """Which moments fall in the span."""
        index = self.index(utc)
        return (index >= 0) & (index < self.months)


@dataclass
class Extract:
    """One source's rows: `text` as sent, `truth` (a row each) as it was.

    truth columns: who, deliver (month index), at (orders the file), event, month (index it counts in), counted,
    low, high (flags for the narrowest and widest defensible count), evidence, linkable, key (distinct thing
    counted by the main rule), planted (why the row can't be loaded, or null), detention (the s136 detention, or null).
    """

    source: str
    text: pl.DataFrame
    truth: pl.DataFrame

    def take(self, rows: NDArray[np.int64]) -> Extract:
        """The rows at these places."""
        return Extract(self.source, self.text[rows], self.truth[rows])

    def plus(self, other: Extract) -> Extract:
        """Both, one after the other."""
        return Extract(self.source, pl.concat([self.text, other.text]), pl.concat([self.truth, other.truth]))


@dataclass(frozen=True, kw_only=True)
class System:
    """One agency's system as it makes an extract: chance, the months, what happened, its clerks, and its mess so far.

    The first clerk writes for all, save in a hospital each of ED. `mess`: rows or things of each kind of mess.
    """

    rng: Generator
    span: Span
    episodes: Episodes
    clerks: tuple[Clerk, ...]
    mess: Counter[str]

    def describe(self, who: Ints, utc: Times) -> Descriptions:
        """Rows about people at moments."""
        return self.clerks[0].describe(who, clock.to_local(utc).astype("datetime64[D]"))

    def late(self, month: Ints, part: float, kind: str) -> Ints:
        """Month each is delivered in: its own, or for a random part one or two later (never after the last)."""
        delay = np.where(self.rng.random(len(month)) < part, self.rng.integers(1, 3, len(month)), 0)
        deliver = np.clip(month + delay, 0, self.span.months - 1)
        self.mess[kind] += int((deliver > month).sum())
        return deliver

    def again(self, extract: Extract, part: float, kind: str) -> Extract:
        """With a random part of the rows sent again, unchanged, a month later."""
        early = extract.truth["deliver"].to_numpy() < self.span.months - 1
        repeated = (self.rng.random(len(extract.text)) < part) & early
        copy = extract.take(np.flatnonzero(repeated))
        copy.truth = copy.truth.with_columns(pl.col("deliver") + 1)
        self.mess[kind] += int(repeated.sum())
        return extract.plus(copy)

    def spoil(
        self, extract: Extract, among: Flags, column: str, values: Sequence[str | None], part: float, code: str
    ) -> Extract:
        """With `column` of a random part of `among` (at least one row) made unreadable; such rows count nowhere."""
        at = np.flatnonzero(among)
        if not len(at):
            return extract
        rows = np.sort(self.rng.choice(at, max(1, int(len(at) * part)), replace=False))
        bad = pl.Series([values[k] for k in self.rng.integers(len(values), size=len(rows))], dtype=pl.String)
        text = extract.text.with_columns(extract.text[column].scatter(rows, bad))
        hit = pl.Series(np.isin(np.arange(len(extract.text)), rows))
        flags = [(pl.col(name) & ~hit).alias(name) for name in ("counted", "low", "high")]
        mark = pl.when(hit).then(pl.lit(code)).otherwise(pl.col("planted")).alias("planted")
        self.mess[code] += len(rows)
        return Extract(extract.source, text, extract.truth.with_columns(*flags, mark))


def texts(columns: Mapping[str, NDArray[Any]]) -> pl.DataFrame:
    """Columns of text; an empty text is a blank cell."""
    made = [pl.Series(name, values.tolist(), dtype=pl.String) for name, values in columns.items()]
    return pl.DataFrame(made).with_columns(pl.all().replace("", None))


def truth(
    seen: Descriptions,
    counted: Flags,
    low: Flags | None = None,
    high: Flags | None = None,
    *,
    event: Words,
    key: Words | None = None,
    **columns: NDArray[Any],
) -> pl.DataFrame:
    """The truth of rows, as Extract describes it; `columns` are who, at, deliver and month.

    Left out, `low` is `counted`, `high` is every row, and `key` is the event.
    """
    every = np.ones(len(counted), dtype=bool)
    flags = {"counted": counted, "low": counted if low is None else low, "high": every if high is None else high}
    frame = pl.DataFrame({**columns, "at": columns["at"].astype("datetime64[us]"), **flags, "linkable": seen.linkable})
    texts = {"event": event, "evidence": seen.evidence, "key": event if key is None else key}
    words = [pl.Series(name, values.tolist(), dtype=pl.String) for name, values in texts.items()]
    return frame.with_columns(*words, planted=pl.lit(None, dtype=pl.String), detention=pl.lit(None, dtype=pl.String))


def detentions(episode: Ints, flagged: Flags) -> pl.Series:
    """The detention a row is about, where flagged: the same for the police's row and the place of safety's."""
    return pl.Series([f"D{e}" if flag else None for e, flag in zip(episode, flagged, strict=True)], dtype=pl.String)


def upper(values: Words, which: Flags) -> Words:
    """Capitals where flagged."""
    out = values.copy()
    out[which] = [value.upper() for value in values[which]]
    return out


def stamps(moments: pl.Series | NDArray[np.datetime64], form: str) -> Words:
    """Moments or dates as text in a strftime form; NaT is empty."""
    series = moments if isinstance(moments, pl.Series) else pl.Series(_fine(moments))
    return np.asarray(series.dt.strftime(form).fill_null("").to_numpy(), dtype=object)


def _fine(moments: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return moments if moments.dtype == "datetime64[D]" else moments.astype("datetime64[us]")
