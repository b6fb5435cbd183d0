"""Which rows of a column can only be day first, which only month first, and which of the others are in doubt."""

from dataclasses import dataclass

import polars as pl

from hiu.extract.dates.formats import SLIPS, in_order
from hiu.month import Month


@dataclass(frozen=True, kw_only=True)
class Orders:
    """By row: `wrong` can only be of the other order than the mapping's, `right` only of the mapping's; `either` can be
    both, and of these `doubt` are those of which nothing else says which.
    """

    wrong: pl.Series
    right: pl.Series
    either: pl.Series
    doubt: pl.Series

    @property
    def slip(self) -> bool:
        """Whether the wrong rows put no other row in doubt: they are set aside, and the rest is used.

        So it is where no row can be read both ways; and where the wrong rows are one to SLIPS at most of those that can
        only be the mapping's, and so few that, if the rows in doubt were mixed as these are, less than one would be
        swapped.
        """
        wrong, right, doubt = (int(rows.sum()) for rows in (self.wrong, self.right, self.doubt))
        return not self.either.any() or (wrong * SLIPS <= right and wrong * doubt < right)


def orders_of(texts: pl.Series, order: str, period: Month | None, *, packed: bool = False) -> Orders:
    """Look at each date in figures by both orders; `order` is the mapping's, 'day' or 'month' first.

    A date that can be read both ways is in no doubt if it is the same either way, or falls into `period`, the month
    that the delivery is for, only as the mapping reads it. `packed` as in_order.
    """
    own, other = (in_order(texts, which, packed=packed) for which in (order, "month" if order == "day" else "day"))
    either = (own.is_not_null() & other.is_not_null() & (own.dt.date() != other.dt.date())).fill_null(False)
    settled = _within(own, period) & ~_within(other, period) if period else pl.Series([False])
    return Orders(
        wrong=own.is_null() & other.is_not_null(),
        right=own.is_not_null() & other.is_null(),
        either=either,
        doubt=either & ~settled,
    )


def _within(stamps: pl.Series, period: Month) -> pl.Series:
    return stamps.dt.date().is_between(period.start, period.after, closed="left").fill_null(False)
