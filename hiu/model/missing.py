"""What is said of numbers that are missing of one person in months that were supplied (table missing_count)."""

from collections.abc import Iterator

import polars as pl

from hiu.model.words import many
from hiu.month import Month

_WHY = {
    "suppressed": "suppressed by the sender",
    "empty": "sent without a number",
    "set_aside": "set aside as not usable",
}
LEAST = "Read any total that includes such a month as 'at least'."


def missing_sentences(missing: pl.DataFrame, last: Month, months: int = 12) -> dict[str, str]:
    """person_id -> a sentence for each data set and reason, of those of the last so many months that lack a number.

    `missing` has the columns of model.MISSING_COUNT: "3 months of ED attendances for this person were suppressed by the
    sender (Jan 2026 to Mar 2026): missing, not nought. Read any total that includes such a month as 'at least'."
    """
    recent = missing.filter(pl.col("month").is_between((last - (months - 1)).start, last.start))
    found = recent.sort("month").group_by("person_id", "dataset", "reason").agg(pl.col("month"))
    words: dict[str, list[str]] = {}
    for person_id, dataset, reason, days in found.sort("person_id", "dataset", "reason").iter_rows():
        words.setdefault(person_id, []).append(_sentence(dataset, reason, [Month.of(day) for day in days]))
    return {person_id: " ".join([*sentences, LEAST]) for person_id, sentences in words.items()}


def _sentence(dataset: str, reason: str, months: list[Month]) -> str:
    one = len(months) == 1
    counted = f"{len(months)} month{'' if one else 's'} of {many(dataset)} for this person {'was' if one else 'were'}"
    return f"{counted} {_WHY[reason]} ({', '.join(_spans(months))}): missing, not nought."


def _spans(months: list[Month]) -> Iterator[str]:
    """Months in words: of three or more in a row the first and the last."""
    run: list[Month] = []
    for at, month in enumerate(months):
        run.append(month)
        if at + 1 == len(months) or months[at + 1] != month + 1:
            yield from [f"{run[0].title} to {run[-1].title}"] if len(run) > 2 else [each.title for each in run]
            run = []
