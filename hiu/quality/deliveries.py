"""Several deliveries of one source asked at once: what each one's rows say, exactly as if it were asked alone.

A question costs Great Expectations milliseconds however few the rows, so a hundred small deliveries cost as much as a
hundred large ones. Here their rows are one batch: what differs from delivery to delivery (the last day a start may
have) is a column beside them, and a key must be unique within its own delivery. Only questions of single rows are put
so; those of a delivery as a whole (its length, how many cells are empty) stay with `check.check_delivery`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiu.quality.batch import Spec, flatten, holds_at_once, holds_where_sound, sound_rows, to_pandas
from hiu.quality.check import ROW_COUNT, Answers, evaluate, parameters, refuse_exception

Ints = NDArray[np.int64]
_OF_TYPE = "expect_column_values_to_be_of_type"
_DELIVERY, _SOUND = "delivery:number", "delivery:sound"
_UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")
_BETWEEN = "expect_column_values_to_be_between"


def ask_together(deliveries: Sequence[pl.DataFrame], suite: Spec) -> list[Answers]:
    """For each delivery (records or facts of one source) its answers for `check.check_delivery`.

    A delivery without rows, or with a column of a type that is not expected, has none: it is asked alone.
    """
    wanted = {n: one for n, one in enumerate(suite["expectations"]) if _of_rows(one)}
    flats = {k: flatten(frame, list(wanted.values())) for k, frame in enumerate(deliveries) if frame.height}
    typed = [k for k, flat in flats.items() if _typed(flat, wanted)]
    if not typed:
        return [{} for _ in deliveries]
    fit = [k for k in typed if flats[k].schema == flats[typed[0]].schema]
    batch = pl.concat([_with_limits(flats[k], deliveries[k], k) for k in fit])
    failing = _failing(batch, [(n, question) for n, one in wanted.items() for question in _questions(one)])
    sent = np.concatenate([deliveries[k]["source_row"].to_numpy() for k in fit])
    owner = batch[_DELIVERY].to_numpy()
    answers: list[Answers] = [dict.fromkeys(wanted, (True, [])) if k in fit else {} for k in range(len(deliveries))]
    for n, places in failing.items():
        for k in np.unique(owner[places]):
            answers[int(k)][n] = (False, sent[places[owner[places] == k]].tolist())
    return answers


def _of_rows(one: Spec) -> bool:
    return one["type"] != ROW_COUNT and "mostly" not in one["kwargs"]


def _typed(flat: pl.DataFrame, wanted: Mapping[int, Spec]) -> bool:
    return all(holds_at_once(flat, one) for one in wanted.values() if one["type"] == _OF_TYPE)


def _limit(name: str) -> str:
    return f"limit:{name}"


def _with_limits(flat: pl.DataFrame, delivery: pl.DataFrame, number: int) -> pl.DataFrame:
    """The delivery's number and its parameters, as columns; one that is not known is null, and nothing fails by it."""
    dates = parameters(delivery)
    limits = {_limit(name): pl.lit(dates.get(name), pl.Float64) for name in ("latest_day", "latest_year", "period_end")}
    sound = sound_rows(delivery).alias(_SOUND)
    return flat.with_columns(pl.lit(number, pl.Int64).alias(_DELIVERY), sound, **limits)


def _questions(one: Spec) -> Iterator[Spec]:
    """The questions of a whole batch that together say what this one says of a delivery."""
    kind, kwargs = one["type"], one["kwargs"]
    if kind in _UNIQUE:
        columns = kwargs.get("column_list", [kwargs.get("column")])
        kind, kwargs = _UNIQUE[1], {"column_list": [_DELIVERY, *columns], "ignore_row_if": "any_value_is_missing"}
    differing = {key: value["$PARAMETER"] for key, value in kwargs.items() if isinstance(value, dict)}
    for key, name in differing.items():
        column, limit = kwargs["column"], _limit(name)
        larger, smaller = (limit, column) if key == "max_value" else (column, limit)
        yield _question(
            one,
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A=larger,
            column_B=smaller,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )
    rest = {key: value for key, value in kwargs.items() if key not in differing}
    if kind != _BETWEEN or any(rest.get(key) is not None for key in ("min_value", "max_value")):
        yield _question(one, kind, **rest)


def _question(one: Spec, kind: str, /, **kwargs: Any) -> Spec:
    return {"type": kind, "kwargs": kwargs, "meta": one["meta"]}


def _failing(batch: pl.DataFrame, questions: list[tuple[int, Spec]]) -> dict[int, Ints]:
    """Place of the expectation -> places in the batch of the rows that do not meet it."""
    sound = batch[_SOUND]
    asked = {m: question for m, (_, question) in enumerate(questions) if not holds_where_sound(batch, question, sound)}
    frame = to_pandas(batch, list(asked.values()), pl.int_range(batch.height, eager=True))
    verdicts = evaluate(frame, asked, {}, rows=False)
    for m, result in verdicts.items():
        refuse_exception(asked[m], result)
    broken = {m: question for m, question in asked.items() if not verdicts[m].success}
    found: dict[int, list[int]] = {}
    for m, result in evaluate(frame, broken, {}, rows=True).items():
        found.setdefault(questions[m][0], []).extend(result.result["unexpected_index_list"])
    return {n: np.unique(np.array(places, dtype=np.int64)) for n, places in found.items()}
