"""Two answers of the board paper: did support work, and the s136 target; each in rounded figures, or why not."""

from collections.abc import Mapping

import polars as pl

from hiu.govern.release.disclosure import FEWEST, HIDDEN, count_text, event_total, is_dominated, round_count
from hiu.month import Month
from hiu.publish.board.paper import Bars
from hiu.rank.reports.estimate import Entrants
from hiu.rank.reports.evaluate import Evaluation, evaluate
from hiu.rank.reports.panel import area
from hiu.rank.reports.trend import series, target
from hiu.settings import Settings

S136 = "s136"
FALL, WITHIN, BASELINE = 0.15, 6, 12
CAUTION = "People are chosen at a peak and most fall by themselves; this is not a trial."


def evaluation_answer(
    month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings
) -> tuple[tuple[str, ...], Bars | None]:
    """What may be said of the evaluation, and its bars; or the reason why there is no answer."""
    own = {name: tables[name] for name in ("coverage", "people", "support")} | {"demand": tables["monthly_demand"]}
    evaluation = evaluate(month=month, settings=settings, **own)
    left = _left_out(evaluation)
    if evaluation.refused:
        return (f"No answer can be given: {_reason(evaluation)}", *left, CAUTION), None
    seen = Entrants.of(area(month, **own, minimum_age=settings.rank.minimum_age).panel).observed.tolist()
    if event_total(seen) == HIDDEN or is_dominated(seen):
        return ("The answer can't be shown: one person holds more than half of the contacts.", *left, CAUTION), None
    expected, observed = round_count(round(evaluation.expected)), round_count(round(evaluation.observed))
    verdict = (
        "fewer contacts than expected"
        if evaluation.high < 0
        else "more contacts than expected"
        if evaluation.low > 0
        else "no reliable difference"
    )
    sentences = (
        f"About {round_count(evaluation.people)} people could be compared. Power first: a true fall of 30% would be "
        f"found in {_fifth(evaluation.power):.0f}% of such programmes.",
        f"Contacts in the 6 months after support began: about {observed}; about {expected} expected anyway: "
        f"{evaluation.effect:+.0%} ({evaluation.low:+.0%} to {evaluation.high:+.0%}): {verdict}.",
        f"People picked at a peak change by about {_fifth(evaluation.unaided):+.0f}% unaided.",
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
        else "Savings are not quoted in this paper; 'hiu evaluate' gives them with their range."
    )
    return (*sentences, *evaluation.breaks, *left, savings, CAUTION), bars


def target_answer(month: Month, tables: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """The s136 target (-15% in 6 months, due now) from rounded totals, or why it can't be shown."""
    table = series(S136, month=month, demand=tables["monthly_demand"], coverage=tables["coverage"])
    begin = month - (WITHIN - 1)
    aim = target(table, begin=begin, fall=FALL, within=WITHIN)
    aim_text = f"Target: section 136 detentions 15% lower in the {WITHIN} months from {begin.title} than before."
    if aim is None:
        return (aim_text, "It can't be judged: it needs 6 supplied months before it, with detentions, and one since.")
    spans = ((begin - BASELINE, begin - 1), (begin, month))
    totals = [event_total(_each(tables["monthly_demand"], *span)) for span in spans]
    if HIDDEN in totals:
        return (
            aim_text,
            f"It can't be shown: fewer than {FEWEST} people were detained in one of the periods, or one person "
            "accounts for more than half of the detentions.",
        )
    words = {
        "met": "the target is met",
        "not met": "the target is not met",
        "cannot tell": "it can't be told whether the target is met",
    }[aim.verdict]
    change, low, high = (_fifth(value) for value in (aim.change, aim.low, aim.high))
    return (
        aim_text,
        f"About {totals[1]} detentions since, about {totals[0]} in the {BASELINE} months before; a month, "
        f"about {change:+.0f}% ({low:+.0f}% to {high:+.0f}%): {words}. Not causal.",
    )


def _each(demand: pl.DataFrame, first: Month, last: Month) -> list[float]:
    own = demand.filter(pl.col("dataset") == S136, pl.col("n") > 0, pl.col("month").is_between(first.start, last.start))
    return own.group_by("person_id").agg(pl.col("n").sum())["n"].cast(pl.Float64).to_list()


def _reason(evaluation: Evaluation) -> str:
    """Why there is none, without its exact counts."""
    return "too few people or contacts to tell." if evaluation.people else _general(evaluation.refused)


def _general(reason: str) -> str:
    """A refusal's reason; one that counts people is put in general words."""
    if reason.startswith("nobody supported can be compared"):
        return "nobody supported can be compared yet (too little time before or after support began)."
    return reason


def _left_out(evaluation: Evaluation) -> tuple[str, ...]:
    return tuple(
        f"Left out: {_people(count_text(count))} {reason}." for reason, count in (evaluation.left_out or {}).items()
    )


def _people(text: str) -> str:
    return f"fewer than {FEWEST}" if text == HIDDEN else f"about {text}"


def _fifth(share: float) -> float:
    """A share in per cent, to the nearest 5."""
    return round(share * 20) * 5
