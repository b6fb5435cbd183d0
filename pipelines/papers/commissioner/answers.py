"""Two answers of the board paper: did support work, and the s136 target; each from the figures shown, or why not.

The evaluation is the same question every month. Once answered it is repeated until 8 more people can be compared,
since the difference of two answers would tell of those who were added, objected or were erased in between.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from hiu.govern.release.cells import Cell, first_text
from hiu.govern.release.disclosure import FEWEST, HIDDEN, round_count
from hiu.month import Month
from hiu.publish.board.paper import Bars
from hiu.publish.words.text import count_of
from hiu.rank.reports.estimate import Entrants
from hiu.rank.reports.evaluate import Evaluation, evaluate
from hiu.rank.reports.panel import area
from hiu.rank.reports.trend import series, target
from hiu.settings import Settings
from hiu.stats import Z95
from pipelines.access.releases import Past
from pipelines.papers.commissioner.cells import S136, WITHIN, Released, spans

FALL, BASELINE = 0.15, 12

ENOUGH = 0.8
"""Chance of detecting a true fall of 30% from which an evaluation can be judged."""
CLUSTERED = 2.0
"""How much wider than by chance alone months of detentions vary, taken where the months themselves are hidden."""
CAUTION = "People are chosen when their contacts are highest, and most fall by themselves; this is not a trial."
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
        return Answer((f"No answer can be given: {_reason(evaluation)}", *left, CAUTION), None, 0)
    seen = Entrants.of(area(month, **own, minimum_age=settings.rank.minimum_age).panel).observed.tolist()
    cells = _cells(month, seen)
    if HIDDEN in (cell.shown for cell in cells):
        reason = "Whether support worked can't be shown: one person accounts for more than half of the contacts."
        return Answer((reason, *left, CAUTION), None, 0)
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
    expected = max(1, round_count(round(evaluation.expected)))
    verdict = (
        "fewer contacts than expected"
        if evaluation.high < 0
        else "more contacts than expected"
        if evaluation.low > 0
        else "no reliable difference"
    )
    low, high = _fifth(evaluation.low), _fifth(evaluation.high)
    sentences = (
        f"About {people} people could be compared. {_detectable(evaluation.power)}",
        f"Contacts in the 6 months after support began: about {observed}; about {expected} expected anyway: "
        f"{observed / expected - 1:+.0%} (about {low:+.0f}% to {high:+.0f}%): {verdict}.",
        "Without support, contacts of people chosen when these were highest change by about "
        f"{_fifth(evaluation.unaided):+.0f}%.",
    )
    bars = Bars(
        title="Contacts in 6 months: seen, and expected anyway",
        categories=("Expected anyway", "Seen"),
        series={"Contacts": (expected, observed)},
        alt=f"Two bars. {sentences[1]}",
        caption="The bars alone say nothing of chance: see the range above.",
    )
    savings = (
        f"Savings: {evaluation.savings_refused}."
        if evaluation.savings_refused
        else "Savings are not quoted in this paper: they are too uncertain to stand without their range."
    )
    return Answer((*sentences, *evaluation.breaks, *left, savings, CAUTION), bars, evaluation.people, cells)


def _detectable(power: float) -> str:
    """Whether so few people can show anything: how often a true fall of 30% would be detected."""
    often = round(power * 5)
    times = f"a 30% fall would be detected {count_of(often, 'time') if often else 'less than once'} in 5"
    return f"{'Large enough to judge' if power >= ENOUGH else 'Too small to judge'}: {times}."


def _repeated(past: Past, people: int) -> Answer | None:
    """The answer as last released, unless enough people came since for a new one."""
    old = past.answers.get("evaluation")
    if not isinstance(old, dict) or not old["people"] or people >= old["people"] + FEWEST:
        return None
    bars = old["bars"]
    if bars is not None:
        series = {name: tuple(values) for name, values in bars["series"].items()}
        bars = Bars(**{**bars, "categories": tuple(bars["categories"]), "series": series})
    return Answer(tuple(old["sentences"]), bars, old["people"])


def target_answer(month: Month, tables: Mapping[str, pl.DataFrame], released: Released) -> tuple[str, ...]:
    """The s136 target (-15% in 6 months, due now) from the totals shown, or why it can't be shown."""
    table = series(S136, month=month, demand=tables["monthly_demand"], coverage=tables["coverage"])
    begin = month - (WITHIN - 1)
    aim_text = f"Target: section 136 detentions 15% lower in the {WITHIN} months from {begin.title} than before."
    if target(table, begin=begin, fall=FALL, within=WITHIN) is None:
        return (aim_text, "It can't be judged: it needs 6 supplied months before it, with detentions, and one since.")
    months = [released.ground.months(S136, span) for span in spans(month)]
    before, since = (released.events(S136, span) for span in months)
    if not (before.isdigit() and since.isdigit()):
        return (
            aim_text,
            f"Whether the section 136 target was met can't be shown: fewer than {FEWEST} people were detained in one "
            "of the periods, one person accounts for more than half of the detentions, or such a figure could be "
            "worked out.",
        )
    change, low, high = _change(int(before), int(since), len(months[0]), len(months[1]), _spread(released, months[0]))
    verdict = "met" if high <= -FALL else "not met" if low > -FALL else "cannot tell"
    words = {
        "met": "the target is met",
        "not met": "the target is not met",
        "cannot tell": "too few to say whether the target is met",
    }[verdict]

    return (
        aim_text,
        f"About {since} detentions since, about {before} in the {BASELINE} months before; a month, "
        f"about {_fifth(change):+.0f}% ({_fifth(low):+.0f}% to {_fifth(high):+.0f}%): {words}. Not causal.",
    )


def _change(before: int, since: int, months: int, recent: int, spread: float) -> tuple[float, float, float]:
    """The change of the monthly mean, and its 95% interval, from the totals shown."""
    if not before:
        return 0.0, -1.0, float("inf")
    ratio = max(since, 0.5) / recent / (before / months)
    error = Z95 * math.sqrt(spread * (1 / before + 1 / max(since, 0.5)))
    return ratio - 1, ratio * math.exp(-error) - 1, ratio * math.exp(error) - 1


def _spread(released: Released, months: Sequence[str]) -> float:
    """The baseline's variance over its mean, at least 1, in halves, of the months as they are shown.

    Where most of them are not shown it is CLUSTERED: detentions of one person come together, so that a range as if each
    stood alone would be too narrow.
    """
    counts = [int(text) for month in months if (text := released.events(S136, (month,))).isdigit()]
    if len(counts) * 2 < len(months) or not sum(counts):
        return CLUSTERED
    return max(1.0, math.ceil(float(np.var(counts, ddof=1)) / float(np.mean(counts)) * 2) / 2)


def _reason(evaluation: Evaluation) -> str:
    """Why there is none, without counts or anybody's dates."""
    if evaluation.people:
        return "too few people or contacts to tell."
    if evaluation.refused.startswith("support starts too early"):
        return "support starts too early in the history to learn how people with such a past go on unaided."
    if evaluation.refused.startswith("nobody supported can be compared"):
        return "nobody supported can be compared yet (too little time before or after support began)."
    return evaluation.refused


def _left_out(evaluation: Evaluation) -> tuple[str, ...]:
    reasons = list(evaluation.left_out or {})
    return (f"Left out were people {', and people '.join(reasons)}.",) if reasons else ()


def _fifth(share: float) -> float:
    """A share in per cent, to the nearest 5."""
    return round(min(share, 9.95) * 20) * 5
