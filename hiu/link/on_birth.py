"""On birth: how far two dates of birth, or a date and an age, agree."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.link.levels import CODE, Codes, Ints

C = pl.col


def birth(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    code = CODE["dob"]
    year, month, day = (nodes[c].fill_null(0).to_numpy() for c in ("year", "month", "day"))
    y, m, d = year[a] == year[b], month[a] == month[b], day[a] == day[b]
    out = np.full(len(a), code["different"], dtype=np.uint8)
    out[y] = code["same_year"]
    out[(y & m) | (y & d) | (m & d)] = code["two_parts"]
    out[_one_digit(nodes, a, b)] = code["typo"]
    out[y & (month[a] == day[b]) & (day[a] == month[b])] = code["day_month_swapped"]
    out[y & m & d] = code["exact"]
    first = (month == 1) & (day == 1)
    out[(out == code["exact"]) & first[a]] = code["exact_estimated"]
    guessed = (first[a] != first[b]) & (out != code["typo"])
    out[guessed] = _age(nodes, a[guessed], b[guessed])
    missing = (year[a] == 0) | (year[b] == 0)
    out[missing] = _age(nodes, a[missing], b[missing])
    return out


def _one_digit(nodes: pl.DataFrame, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Dates that differ in one digit, or in two neighbouring digits exchanged."""
    text = nodes["dob"].dt.strftime("%d%m%Y").fill_null("        ").to_list()
    digits = np.array([list(t.encode()) for t in text], dtype=np.int8).reshape(-1, 8)
    x, y = digits[a], digits[b]
    unlike = x != y
    count = unlike.sum(axis=1)
    exchanged = (x[:, :-1] == y[:, 1:]) & (x[:, 1:] == y[:, :-1]) & unlike[:, :-1] & unlike[:, 1:]
    one: NDArray[np.bool_] = (count == 1) | ((count == 2) & exchanged.any(axis=1))
    return one


def _age(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    """A date of birth or age against an age."""
    code = CODE["dob"]
    born = nodes.select(pl.coalesce(C("year").cast(pl.Float64), C("birth_year").cast(pl.Float64)))["year"].to_numpy()
    gap = np.abs(born[a] - born[b])
    out = np.full(len(a), code["age_differs"], dtype=np.uint8)
    out[gap <= 7] = code["age_loose"]
    out[gap <= 3] = code["age_near"]
    out[gap <= 1] = code["age_agrees"]
    out[np.isnan(gap)] = code["missing"]
    return out
