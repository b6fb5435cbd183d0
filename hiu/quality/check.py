"""The check of a delivery: its rows against its suite. The only module that imports Great Expectations.

Great Expectations echoes the values it dislikes in its results. Here it is asked for row numbers only, its
own log and progress bars are off, and nothing of a result but counts and row numbers leaves this module.
Its import takes seconds, so it happens at the first delivery and never when there is none.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, TypedDict

import polars as pl

from hiu.month import Month
from hiu.quality.batch import Spec, flatten, holds_where_sound, sound_rows, to_pandas

LATE = timedelta(days=32)
"""A start this long after the last day of its delivery's month is a wrong date (the same rule as when it is read)."""

FAILED_SCHEMA = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}
ROW_COUNT = "expect_table_row_count_to_be_between"
_WHETHER_HELD = {"result_format": "BOOLEAN_ONLY"}
_ROW_NUMBERS = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "return_unexpected_index_query": False}


class ExpectationOutcome(TypedDict):
    """What became of one expectation: counts only."""

    expectation: str
    column: str
    code: str
    severity: str
    passed: bool
    failed_count: int


@dataclass(frozen=True)
class CheckResult:
    """A delivery, checked.

    failed: source_row, column, code, reason: one row per record to quarantine, by the first expectation it
    fails. warnings: sentences for a person. checked: one entry per expectation that was asked.
    """

    failed: pl.DataFrame
    warnings: list[str]
    checked: list[ExpectationOutcome]


Outcome = tuple[bool, list[int]]
"""Whether an expectation held, and the rows that do not meet it (all of them, if it is of no single row)."""

Answers = dict[int, Outcome]
"""Outcomes of one delivery by the place of the expectation in its suite."""


def check_delivery(
    records: pl.DataFrame, suite: Spec, *, usual: int | None, shorter: float = 0.25, answers: Answers | None = None
) -> CheckResult:
    """Hold one delivery's records (or facts: any frame with source_row) against its suite.

    `usual` is the source's median rows per delivery, None when there is no history; a delivery `shorter`
    (a share) than it, or more than twice it, is warned about if chance would not do that (twice the square
    root of the usual number). Rows already quarantined are not failed again. `answers` holds what is known
    already of this delivery (deliveries.py): the rest is asked.
    """
    if records.is_empty():
        return CheckResult(pl.DataFrame(schema=FAILED_SCHEMA), _empty(usual), [])
    values, answers = parameters(records, usual, shorter), answers or {}
    wanted = {n: one for n, one in enumerate(suite["expectations"]) if _applies(one, values, records.height)}
    open_ = {n: one for n, one in wanted.items() if n not in answers and not _usual_length(one, values, records.height)}
    found = answers | dict(zip(open_, _outcomes(records, list(open_.values()), values), strict=True))
    return _result(records, [(one, found.get(n, (True, []))) for n, one in wanted.items()], usual)


def parameters(records: pl.DataFrame, usual: int | None = None, shorter: float = 0) -> dict[str, Any]:
    """What a suite's `$PARAMETER`s stand for in this delivery; one that is not known has no entry."""
    found = records["period"].max() if "period" in records.columns else None
    values = {"latest_day": 99991231, "latest_year": 9999}
    if isinstance(found, date):
        end = Month.of(found).end
        values = {"latest_day": _number(end + LATE), "latest_year": (end + LATE).year, "period_end": _number(end)}
    if usual:
        chance = 2 * math.sqrt(usual)  # small files differ by half from month to month and mean nothing by it
        low, high = min(usual * (1 - shorter), usual - chance), max(usual * 2, usual + chance)
        values |= {"usual_low": max(0, math.ceil(low)), "usual_high": math.floor(high)}
    return values


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def _applies(one: Spec, values: Spec, rows: int) -> bool:
    needed = [value["$PARAMETER"] for value in one["kwargs"].values() if isinstance(value, dict)]
    return all(name in values for name in needed) and rows >= one["meta"].get("least_rows", 0)


def _usual_length(one: Spec, values: Spec, rows: int) -> bool:
    """A count of rows within its bounds, which needs no asking."""
    return one["type"] == ROW_COUNT and bool(values["usual_low"] <= rows <= values["usual_high"])


def _outcomes(records: pl.DataFrame, wanted: list[Spec], values: Spec) -> list[Outcome]:
    """Whether each held, asked first of all of them (quick); then which rows, of those that did not."""
    flat = flatten(records, wanted)
    sound = sound_rows(records)
    questions = {n: one for n, one in enumerate(wanted) if not holds_where_sound(flat, one, sound, values)}
    frame = to_pandas(flat, list(questions.values()), records["source_row"])
    verdicts = evaluate(frame, questions, values, rows=False)
    broken = {n: one for n, one in questions.items() if not verdicts[n].success}
    types = [n for n, one in broken.items() if one["meta"]["code"] == "wrong_type"]
    if types:  # nothing else can be asked of a column of another type, and the whole delivery is set aside
        return [(n not in types, records["source_row"].to_list() if n in types else []) for n in range(len(wanted))]
    for n, result in verdicts.items():
        refuse_exception(questions[n], result)
    results = evaluate(frame, broken, values, rows=True)
    return [(n not in broken, _failing(results[n], records) if n in broken else []) for n in range(len(wanted))]


def evaluate(frame: Any, questions: Mapping[int, Spec], values: Spec, *, rows: bool) -> dict[int, Any]:
    """Results of Great Expectations by the number of the question (it answers in an order of its own).

    `rows`: with the index of each failing row, else only whether each held.
    """
    if not questions:
        return {}
    import great_expectations as gx

    numbered = [{"type": one["type"], "kwargs": one["kwargs"], "meta": {"n": n}} for n, one in questions.items()]
    try:
        batch = _definition().get_batch(batch_parameters={"dataframe": frame})
        suite = gx.ExpectationSuite(name="delivery", expectations=numbered)
        results = _ROW_NUMBERS if rows else _WHETHER_HELD
        answer = batch.validate(suite, result_format=results, expectation_parameters=dict(values))
    except Exception as error:  # its message may hold a value: only its type goes on
        raise RuntimeError(f"the suite could not be evaluated: {type(error).__name__}") from None
    return {int(result.expectation_config.meta["n"]): result for result in answer.results}


def refuse_exception(one: Spec, result: Any) -> None:
    """A question that could not be put is a bug of ours, not a failing row. The message it has may hold a value."""
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else list(info.values())
    if any(part["raised_exception"] for part in parts):
        raise RuntimeError(f"{one['type']} on '{one['meta']['column']}' could not be evaluated") from None


def _failing(result: Any, records: pl.DataFrame) -> list[int]:
    """Row numbers; every row if the expectation is of the whole delivery (a type, a row count)."""
    rows = result.result.get("unexpected_index_list")
    return records["source_row"].to_list() if rows is None else [int(row) for row in rows]


def _result(records: pl.DataFrame, outcomes: list[tuple[Spec, Outcome]], usual: int | None) -> CheckResult:
    aside = _quarantined(records)
    failed: dict[int, tuple[str, str, str]] = {}
    warnings: list[str] = []
    checked: list[ExpectationOutcome] = []
    for one, (success, rows) in outcomes:
        meta, new = one["meta"], set(rows) - aside
        why = (meta["column"], meta["code"], meta["reason"])
        bad = bool(new) and not success
        if bad and meta["severity"] == "gate":
            failed |= dict.fromkeys(new - failed.keys(), why)
        elif bad:
            warnings.append(_sentence(meta, len(new), records.height, usual))
        checked.append(_outcome_of(one, len(new) if bad else 0))
    rows_out = [(row, *why) for row, why in sorted(failed.items())]
    return CheckResult(pl.DataFrame(rows_out, schema=FAILED_SCHEMA, orient="row"), warnings, checked)


def _outcome_of(one: Spec, count: int) -> ExpectationOutcome:
    meta, kind = one["meta"], one["type"]
    column, code, severity = meta["column"], meta["code"], meta["severity"]
    passed = not count
    return {
        "expectation": kind,
        "column": column,
        "code": code,
        "severity": severity,
        "passed": passed,
        "failed_count": count,
    }


def _quarantined(records: pl.DataFrame) -> set[int]:
    if "quarantined" not in records.columns:
        return set()
    return set(records.filter(pl.col("quarantined"))["source_row"].to_list())


def _sentence(meta: Spec, count: int, rows: int, usual: int | None) -> str:
    if meta["code"] == "unusual_volume" and usual:
        ratio = rows / usual
        far = f"{1 - ratio:.0%} shorter than" if ratio < 1 else f"{ratio:.1f} times as long as"
        return f"{far} usual: {_rows(rows)} that can be read; usually {usual:,}"
    return f"{count:,} of {_rows(rows)}: {meta['reason']}"


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _empty(usual: int | None) -> list[str]:
    # a file that usually holds a handful may well hold none
    return [f"no row that can be read; usually {usual:,}"] if usual and usual > 2 * math.sqrt(usual) else []


@cache
def _definition() -> Any:
    """One in-memory context for the whole run: nothing on disk, no usage statistics, no bars, no log of values."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("delivery").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("whole")
