"""Two answers of the board paper: did support work, and the s136 target; each from the figures shown, or why not.

The evaluation is the same question every month. Once answered it is repeated until 8 more people can be compared,
since the difference of two answers would tell of those who were added, objected or were erased in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from hiu.govern.release.cells import Cell, first_text
from hiu.govern.release.disclosure import FEWEST, HIDDEN, round_count
from hiu.month import Month
from hiu.publish.board.paper import Bars
from hiu.publish.words.text import count_of, join_words
from hiu.rank.reports.estimate import Entrants
from hiu.rank.reports.evaluate import TOO_LITTLE, Evaluation, evaluate
from hiu.rank.reports.panel import AFTER, area
from hiu.rank.reports.trend import series, target
from hiu.settings import Settings
from pipelines.access.releases import Past
from pipelines.papers.commissioner.cells import BASELINE, S136, WITHIN, Released, spans
from pipelines.papers.commissioner.changes import CLUSTERED, change_of, variation

FALL = 0.15

ENOUGH = 0.8
"""Chance of detecting a true fall of 30% from which an evaluation can be judged."""
CAUTION = "This is not a trial: people were chosen for support, not drawn by lot."
SAVINGS = "Savings are not quoted in this paper: {}."
NO_PROOF = ", which does not mean that support had no effect"
UNSPLIT = "So few people can't be split further, by agency or by group."
COMPARED = "people compared"


@dataclass(frozen=True)
class Answer:
    """The evaluation as the paper gives it: what is kept with a release, and the cells in it."""

    sentences: tuple[str, ...]
    bars: Bars | None
    people: int
    cells: tuple[Cell, ...] = ()

    def kept(self) -> dict[str, object]:
        """What the register keeps, to repeat it."""
        bars = asdict(self.bars) | {"series": dict(self.bars.series)} if self.bars else None
        return {"sentences": list(self.sentences), "bars": bars, "people": self.people}


def evaluation_answer(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings, past: Past) -> Answer:
    """What may be said of the evaluation, and its bars; or the reason why there is no answer."""
    own = {name: tables[name] for name in ("coverage", "people", "support")} | {"demand": tables["monthly_demand"]}
    evaluation = evaluate(month=month, settings=settings, **own)
    if (old := _repeated(past, evaluation.people)) is not None:
        return old
    left = _left_out(evaluation)
    if evaluation.refused:
        why = SAVINGS.format("whether support worked has no answer")
        return Answer((f"No answer can be given: {_reason(evaluation)}", *left, why, CAUTION), None, 0)
    seen = Entrants.of(area(month, **own, minimum_age=settings.rank.minimum_age).panel).observed.tolist()
    cells = _cells(month, seen)
    if HIDDEN in (cell.shown for cell in cells):
        reason = "Whether support worked can't be shown: one person accounts for more than half of the contacts."
        return Answer((reason, *left, SAVINGS.format("the answer can't be shown"), CAUTION), None, 0)
    return _answer(evaluation, cells, left)


def _cells(month: Month, seen: list[float]) -> tuple[Cell, ...]:
    months = (str(month),)
    given = [value for value in seen if value > 0]
    about = {"dataset": "evaluation", "group": COMPARED, "months": months, "people": len(given)}
    events = Cell(measure="events", value=round(sum(seen)), most=round(max(given, default=0)), **about)  # type: ignore[arg-type]
    people = Cell(measure="people", value=len(seen), most=1, **about)  # type: ignore[arg-type]
    return first_text(people), first_text(events)


def _answer(evaluation: Evaluation, cells: tuple[Cell, ...], left: tuple[str, ...]) -> Answer:
    people, observed = (int(cell.shown or 0) for cell in cells)
    began = Month.parse(cells[0].months[0]) - (AFTER - 1)
    expected, (low, high) = max(1, round_count(round(evaluation.expected))), _of_chance(observed, evaluation)
    verdict = (
        "fewer contacts than expected"
        if evaluation.high < 0
        else "more contacts than expected"
        if evaluation.low > 0
        else _NONE
    )
    saved = "no reliable difference was found" if verdict == _NONE else "the range is too wide to put a sum on it"
    sentences = (
        f"About {people} people whose support began in {began.title} or earlier could be compared, whether or not it "
        "goes on; people who died are left out, and a move away would look like a fall. "
        f"{_detectable(evaluation.power)}",
        f"In the 6 months from the month in which support began they had about {observed:,} contacts. "
        f"{_unaided(evaluation.unaided, expected)}",
        f"{observed:,} beside {expected:,} is {_more(observed / expected - 1, 1)} (range: {_more(evaluation.low)} to "
        f"{_more(evaluation.high)}): {verdict}{NO_PROOF if verdict == _NONE else ''}.",
    )
    within = "within it" if low <= observed <= high else "outside it"
    line = (
        f"Grey: what could be expected without support, {low:,} to {high:,}; the {observed:,} lie {within}."
        if high
        else ""
    )
    bars = Bars(
        title="Contacts in the 6 months after support began",
        categories=("Expected without support", "Happened"),
        series={"Contacts": (expected, observed)},
        alt=f"Two bars. {sentences[2]} {line}".rstrip(),
        caption=line,
        ranges=((low, high) if high else None, None),
    )
    after = (*evaluation.breaks, *left, SAVINGS.format(saved), UNSPLIT, CAUTION)
    return Answer((*sentences, *after), bars, evaluation.people, cells)


_NONE = "no reliable difference"


def _detectable(power: float) -> str:
    """Whether so few people can show anything: how often a true fall of 30% would be missed."""
    missed = 5 - round(power * 5)
    verdict = "They are enough" if power >= ENOUGH else "They are too few"
    return f"{verdict} to judge: a true cut by three in 10 would be missed {_times(missed)}."


def _times(missed: int) -> str:
    return {0: "hardly ever", 5: "nearly every time"}.get(missed, f"in {missed} of 5 evaluations of this size")


def _unaided(share: float, expected: int) -> str:
    """What is expected without support, and what of the rate before support goes by itself."""
    before = round_count(round(expected / (1 + _fifth(share) / 100)))
    if _fifth(share) >= 0:
        return f"Without support about {expected:,} would be expected: by itself the rate before would not have fallen."
    return (
        f"At the rate of the 3 months before there would have been about {before:,}. Support is offered when contacts "
        f"are highest, and these fall without it too, by about {-_fifth(share)}%: about {expected:,} are expected."
    )


def _of_chance(observed: int, evaluation: Evaluation) -> tuple[int, int]:
    """Between what the expected can lie by the range of the sentence; 0 and 0 where that has no end."""
    low, high = (1 + _fifth(end) / 100 for end in (evaluation.low, evaluation.high))
    return (round_count(round(observed / high)), round_count(round(observed / low))) if low > 0 else (0, 0)


def _more(share: float, step: int = 5) -> str:
    """A change in per cent, in words: `15% fewer`, `85% more`."""
    percent = round(min(share, 9.95) * 100 / step) * step
    return f"{abs(percent)}% {'fewer' if percent < 0 else 'more'}" if percent else "no change"


def _repeated(past: Past, people: int) -> Answer | None:
    """The answer as last released, unless enough people came since for a new one."""
    old = past.answers.get("evaluation")
    if not isinstance(old, dict) or not old["people"] or people >= old["people"] + FEWEST:
        return None
    bars = old["bars"]
    if bars is not None:
        series = {name: tuple(values) for name, values in bars["series"].items()}
        ranges = tuple(span and tuple(span) for span in bars.get("ranges", ()))
        bars = Bars(**{**bars, "categories": tuple(bars["categories"]), "series": series, "ranges": ranges})
    return Answer(tuple(old["sentences"]), bars, old["people"])


def target_answer(month: Month, tables: Mapping[str, pl.DataFrame], released: Released) -> tuple[str, ...]:
    """The s136 target (-15% in 6 months, due now) from the totals shown, or why it can't be judged."""
    table = series(S136, month=month, demand=tables["monthly_demand"], coverage=tables["coverage"])
    begin = month - (WITHIN - 1)
    earlier = f"{(begin - BASELINE).title} to {(begin - 1).title}"
    aim_text = (
        f"Target: in the {WITHIN} months from {begin.title}, section 136 detentions {FALL:.0%} below the monthly rate "
        f"of {earlier}."
    )
    gaps = [gap for span in spans(month) if (gap := _gap(released, span))]
    missing = (f"Not supplied: {'; '.join(gaps)}.",) if gaps else ()
    months = [released.ground.months(S136, span) for span in spans(month)]
    before, since = (released.events(S136, span) if span else "" for span in months)
    periods = (f"In {earlier} (not a year of the tables)", before), ("Since then", since)
    counted = [f"{when} about {text} detentions were counted." for when, text in periods if text.isdigit()]
    if target(table, begin=begin, fall=FALL, within=WITHIN) is None:
        return (
            aim_text,
            *missing,
            *counted,
            "It can't be judged: that needs 6 supplied months before it and one since.",
        )
    if not (before.isdigit() and since.isdigit()):
        why = (
            f"in one of the periods fewer than {FEWEST} people were detained, one person has more than half of the "
            "detentions, or such a figure could be worked out from it"
        )
        also = "besides the missing months, " if gaps else ""
        return (aim_text, *missing, *counted, f"Whether the section 136 target was met can't be shown: {also}{why}.")
    found = change_of(int(before), int(since), len(months[0]), len(months[1]), _spread(released, months[0]))
    change, low, high = found
    words = (
        "the target is met"
        if high <= -FALL
        else "the target is not met"
        if low > -FALL
        else "there are too few detentions to say whether the target is met"
    )
    return (
        aim_text,
        *missing,
        f"About {since} detentions in the {count_of(len(months[1]), 'supplied month')} since, about {before} in the "
        f"{count_of(len(months[0]), 'supplied month')} before: for each supplied month {_more(change, 1)} (range: "
        f"{_more(low)} to {_more(high)}), so {words}. This does not show that support caused it.",
    )


def _gap(released: Released, span: Sequence[str]) -> str:
    """The months of a period that were not supplied: `Nov 2025 and Jan 2026 (2 of 6 months)`."""
    given = released.ground.months(S136, span)
    lacking = [Month.parse(month).title for month in span if month not in given]
    return f"{join_words(lacking)} ({len(lacking)} of the {len(span)} months)" if lacking else ""


def _spread(released: Released, months: Sequence[str]) -> float:
    return variation(released, S136, [months]) or CLUSTERED


def _reason(evaluation: Evaluation) -> str:
    """Why there is none, without counts or anybody's dates."""
    if evaluation.people:
        return "too few people or contacts to tell."
    if evaluation.refused.startswith(TOO_LITTLE):
        return f"{TOO_LITTLE} to know what would have happened without it."
    if evaluation.refused.startswith("nobody supported can be compared"):
        return "nobody supported can be compared yet (too little time before or after support began)."
    return evaluation.refused


def _left_out(evaluation: Evaluation) -> tuple[str, ...]:
    reasons = list(evaluation.left_out or {})
    return (f"Left out were people {', and people '.join(reasons)}.",) if reasons else ()


def _fifth(share: float) -> int:
    """A share in per cent, to the nearest 5."""
    return round(min(share, 9.95) * 20) * 5
