"""The verdict that the quality page opens with: whether the month is fit to publish, and the month's own problems."""

from collections.abc import Iterator
from dataclasses import dataclass

from hiu.extract.months.other_months import MISFILED
from hiu.publish.quality.data import Quality
from hiu.publish.words.text import count_of, join_words

SERIOUS_ASIDE = 0.2
"""Share of a delivery's rows set aside from which its month is not fit to publish."""

NOTED_ASIDE = 0.01
"""Share from which a delivery's rows set aside are named among the month's problems."""

NOTED_UNREAD = 0.05
"""Share of a field's filled cells that can't be read from which it is named among them."""


MOST = 5
"""Files that no source takes, named among the month's problems; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """A sentence about the month, and whether it alone makes the list unfit to publish."""

    sentence: str
    serious: bool = False


@dataclass(frozen=True)
class Verdict:
    """`grade` is fit, care or not; `title` says it in words, and `problems` why, the serious first."""

    grade: str
    title: str
    problems: list[Problem]


TITLES = {
    "fit": "Fit to publish",
    "care": "Fit to publish with care: read the points below first",
    "not": "Not fit to publish until the points in bold are put right",
}


def verdict(quality: Quality) -> Verdict:
    """What the month's own deliveries, registers, fields and feeds come to; of earlier months, what is misfiled."""
    problems = sorted(_problems(quality), key=lambda problem: not problem.serious)
    grade = "not" if any(problem.serious for problem in problems) else "care" if problems else "fit"
    return Verdict(grade, TITLES[grade], problems)


def _problems(quality: Quality) -> Iterator[Problem]:
    if not quality.balanced:
        yield Problem("Rows are lost: what was received is not what was staged and set aside.", serious=True)
    yield from _feeds(quality)
    yield from (Problem(f"Refused, so nothing of it is counted: {reason}.", serious=True) for reason in quality.refused)
    yield from (Problem(f"Nothing of this file is counted. {reason}.") for reason in quality.not_taken[:MOST])
    if (more := len(quality.not_taken) - MOST) > 0:
        yield Problem(f"Nor of {count_of(more, 'further file')} that no source takes: 'hiu status' names them.")
    for row in quality.deliveries:
        if row["current"]:
            yield from _delivery(row)
        elif MISFILED in str(row["warning"]):
            yield Problem(f"{row['source_file']} ({row['source']}): {row['warning']}.")
    yield from (Problem(f"{sentence}.") for sentence in quality.quotes)
    for row in quality.fields:
        lost = int(row["filled"]) - int(row["read"]) - int(row["missing"])
        if lost > NOTED_UNREAD * int(row["filled"]):
            cells = f"{lost:,} of {row['filled']:,} cells of {row['field']} can't be read"
            yield Problem(f"{row['source_file']} ({row['source']}): {cells}.")
    if quality.misfits:
        yield Problem("Records agree otherwise than the matching model expects: see 'How good the matching is'.")
    if quality.conflicts:
        people = sum(int(row["people"]) for row in quality.conflicts)
        yield Problem(f"{count_of(people, 'contradiction')} about people to settle: see 'What contradicts itself'.")


def _feeds(quality: Quality) -> Iterator[Problem]:
    """A feed that never came is no problem of the month; one that came in a month before is."""
    missing = [feed["title"] for feed in quality.feeds if not feed["now"] and feed["gaps"] and feed["ever"]]
    if missing and not any(feed["now"] for feed in quality.feeds):
        yield Problem("Nothing was supplied for the month.", serious=True)
    elif missing:
        yield Problem(f"Not supplied for the month: {join_words(missing)}. People whom only these know may be missing.")


def _delivery(row: dict[str, object]) -> Iterator[Problem]:
    received, aside = int(str(row["received"])), int(str(row["quarantined"]))
    file = f"{row['source_file']} ({row['source']})"
    if received and aside > NOTED_ASIDE * received:
        sentence = f"{file}: {aside:,} of {received:,} rows are set aside."
        yield Problem(sentence, serious=aside > SERIOUS_ASIDE * received)
    if row["warning"]:
        yield Problem(f"{file}: {row['warning']}.")
