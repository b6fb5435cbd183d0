"""Contacts of everybody by month, cut into 'the 12 months before' and 'the 6 months after' for the evaluation.

A window begins at a month t: x are the mean contacts a month 1-3, 4-6 and 7-12 months before t, y the contacts
in the 6 months from t. Only months that every contact source supplied can be part of one (docs/evaluation.md).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.model import CONTACTS
from hiu.model.ages import age_on
from hiu.month import Month
from hiu.rank.listing.history import Flags, Floats, History, history, months_since

BEFORE, AFTER = 12, 6
NEVER = 10**6
"""Month index that stands for never."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Panel:
    """Contacts by person and month, and who was supported from when.

    `n[p, t]` contacts; `supplied[t]` every contact source supplied month t; `start[p]` the month in which support
    started, `died[p]` the month of death (NEVER if none); `aside[p]` people on neither side of the comparison.
    """

    n: Floats
    supplied: Flags
    start: Ints
    died: Ints
    aside: Flags

    @property
    def supported(self) -> Ints:
        """Positions of the people supported at some time, whatever is known of them."""
        return np.flatnonzero((self.start < NEVER) & ~self.aside)

    def whole(self, t: int) -> bool:
        """The 18 months of the window that begins at t are there and supplied."""
        return t >= BEFORE and t + AFTER <= len(self.supplied) and bool(self.supplied[t - BEFORE : t + AFTER].all())

    def before(self, t: int, people: Ints | Flags) -> Floats:
        """x1, x2, x3 of some people: mean contacts a month, 1-3, 4-6 and 7-12 months before t."""
        n = self.n[people]
        return np.stack([n[:, t - 3 : t].mean(1), n[:, t - 6 : t - 3].mean(1), n[:, t - 12 : t - 6].mean(1)], axis=1)

    def after(self, t: int, people: Ints | Flags) -> Floats:
        """y: contacts in the 6 months from t."""
        return np.asarray(self.n[people, t : t + AFTER].sum(axis=1), dtype=np.float64)

    def on_list(self, t: int) -> Ints:
        """Who was on the list at t (a contact in the 12 months before) and not supported by then.

        People whose support begins later in the window belong here: leaving them out would leave out those
        who are about to peak, and everyone else would seem to fall.
        """
        seen = self.n[:, t - BEFORE : t].sum(axis=1) > 0
        return np.flatnonzero(seen & ~self.aside & (self.start > t) & (self.died >= t + AFTER))


@dataclass(frozen=True)
class Area:
    """The panel of a site, with what its rows and columns stand for; `contacts` are the data sets of contacts in `past`
    that were ever supplied."""

    panel: Panel
    people: pl.Series
    months: list[Month]
    past: History
    contacts: list[int]
    refused: int


def area(
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    support: pl.DataFrame,
    minimum_age: int,
) -> Area:
    """The panel of named adults as at a month. Frames have the columns of hiu.model.

    Someone with a start date whose latest consent is 'refused' was not supported, yet was approached: they are
    set aside. Someone who withdrew later stays among the supported, or leaving early would flatter the result.
    """
    adults = people.filter(pl.col("named") & ~_young(month, minimum_age)).select("person_id", "died").sort("person_id")
    past = history(adults["person_id"], month, demand, coverage)
    rows = [d for d in past.rows(CONTACTS) if past.supplied[d].any()]
    starts = support.filter(pl.col("start") <= month.end).select("person_id", "start", "consent")
    table = adults.join(starts, on="person_id", how="left", maintain_order="left")
    aside = (table["consent"] == "refused").fill_null(False) & table["start"].is_not_null()
    n = past.monthly(rows)
    supplied: Flags = np.zeros(len(past.months), dtype=np.bool_)
    if rows:
        supplied = np.asarray(past.supplied[rows].all(axis=0), dtype=np.bool_)
    first = past.months[0]
    panel = Panel(n, supplied, _since(table["start"], first), _since(table["died"], first), aside.to_numpy())
    return Area(panel, adults["person_id"], past.months, past, rows, int(aside.sum()))


def _young(month: Month, minimum_age: int) -> pl.Expr:
    """Under the age at the month's end."""
    return (age_on(month.end) < minimum_age).fill_null(False)


def _since(days: pl.Series, first: Month) -> Ints:
    """Month index of each day; NEVER where there is none."""
    return pl.select(months_since(first, pl.lit(days)).fill_null(NEVER)).to_series().to_numpy()
