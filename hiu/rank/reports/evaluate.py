"""Did support work? Contacts after it began against those expected without it, power first, or why there's no answer.

The estimate is rank.reports.estimate's (docs/evaluation.md). It is not a trial: people were chosen, not drawn by lot.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hiu.month import Month
from hiu.rank.reports.estimate import FALL, WIDTH, Entrants, Estimate, estimate, findable, first_entry, power, windows
from hiu.rank.reports.panel import AFTER, BEFORE, NEVER, Area, area
from hiu.settings import Settings

LEAST_PEOPLE, LEAST_EXPECTED = 8, 50
LEAST_PEOPLE_SAVINGS = 20
TOO_LITTLE = "there is too little history from before support began"


@dataclass(frozen=True)
class Evaluation:
    """The answer, or why there is none (`refused`).

    `power_sentence` comes first, whatever the result. `left_out`: reason -> people supported who could not be
    compared. `breaks`: a sentence for each change of policy inside the comparison. `course`: month (from entry,
    1 = the first of support; 0 = the last before), observed, expected, low, high (contacts by all compared people
    in that month; the band is the interval of the total). `calendar`: month, observed (of people in their 6
    months), expected, low, high. `by_dataset`: dataset, observed, expected (split as these people's contacts were
    in the 12 months before). `comparison`: the supported beside everybody who was on the list in the months in which
    they entered and was not supported by then: group, people, contacts a person in the 6 months before entry, in the
    6 after, and those expected from the past alone (for the supported, adjusted by the others). `savings_refused`
    says why no money may be quoted.
    """

    refused: str
    power_sentence: str = ""
    sentence: str = ""
    people: int = 0
    observed: float = 0.0
    expected: float = 0.0
    effect: float = 0.0
    low: float = 0.0
    high: float = 0.0
    se: float = 0.0
    power: float = 0.0
    unaided: float = 0.0
    before_after: float = 0.0
    drift: float = 1.0
    k: float = 1.0
    alpha: float = 0.0
    windows: int = 0
    savings_refused: str = ""
    left_out: dict[str, int] | None = None
    breaks: tuple[str, ...] = ()
    course: pl.DataFrame | None = None
    calendar: pl.DataFrame | None = None
    by_dataset: pl.DataFrame | None = None
    comparison: pl.DataFrame | None = None


def evaluate(
    *,
    month: Month,
    demand: pl.DataFrame,
    coverage: pl.DataFrame,
    people: pl.DataFrame,
    support: pl.DataFrame,
    settings: Settings,
) -> Evaluation:
    """Evaluate support up to a month. Frames have the columns of model.MONTHLY_DEMAND, COVERAGE, PEOPLE, SUPPORT.

    Contacts are police, ambulance and ED together; bed nights and detentions are other units and not in it.
    """
    site = area(month, demand, coverage, people, support, settings.rank.minimum_age)
    entrants = Entrants.of(site.panel)
    left_out = _left_out(site, entrants)
    if reason := _too_little(site, entrants, left_out):
        return Evaluation(reason, left_out=left_out)
    found = estimate(site.panel, settings.rank.seed)
    first = _power_sentence(found)
    people_, total = len(entrants.person), float(found.expected.sum())
    if people_ < LEAST_PEOPLE or total < LEAST_EXPECTED:
        reason = (
            f"too few to tell: {people_} people with {total:.0f} contacts expected; at least {LEAST_PEOPLE} "
            f"people and {LEAST_EXPECTED} expected contacts are needed."
        )
        return Evaluation(reason, first, people=people_, left_out=left_out)
    return _answer(site, found, first, left_out, settings.policy_breaks)


def _answer(site: Area, found: Estimate, first: str, left_out: dict[str, int], breaks: dict[str, date]) -> Evaluation:
    low, high = found.interval
    few = len(found.entrants.person) < LEAST_PEOPLE_SAVINGS
    return Evaluation(
        refused="",
        power_sentence=first,
        sentence=result_sentence(found),
        people=len(found.entrants.person),
        observed=float(found.entrants.observed.sum()),
        expected=float(found.expected.sum()),
        effect=found.effect,
        low=low,
        high=high,
        se=found.se,
        power=power(found.se),
        unaided=found.unaided,
        before_after=float(found.entrants.observed.sum() / found.before - 1) if found.before else 0.0,
        drift=found.drift,
        k=found.k,
        alpha=found.alpha,
        windows=len(windows(site.panel)),
        savings_refused=f"no savings are quoted for fewer than {LEAST_PEOPLE_SAVINGS} people" if few else "",
        left_out=left_out,
        breaks=_breaks(site, found, breaks),
        course=_course(site, found),
        calendar=_calendar(site, found),
        by_dataset=_by_dataset(site, found),
        comparison=_comparison(site, found),
    )


def result_sentence(found: Estimate) -> str:
    """The sentence: seen, expected, the difference with its interval, what it amounts to, and the unaided change."""
    low, high = found.interval
    if high < 0:
        verdict = "Fewer contacts than expected"
    elif low > 0:
        verdict = "More contacts than expected"
    else:
        verdict = f"No reliable difference: cannot rule out {_change(low)}, nor {_change(high)}"
    fall = f"people chosen when their contacts were highest fall by about {-found.unaided:.0%} even without support"
    usual = fall if found.unaided < 0 else "these people were not chosen when their contacts were highest"
    return (
        f"{found.entrants.observed.sum():.0f} contacts; {found.expected.sum():.0f} expected without support; "
        f"{found.effect:+.0%} ({low:+.0%} to {high:+.0%}); {usual}. {verdict}."
    )


def _change(value: float) -> str:
    return f"a {'fall' if value < 0 else 'rise'} of {abs(value):.0%}"


def _power_sentence(found: Estimate) -> str:
    return (
        f"Before the result: with {len(found.entrants.person)} people and {found.expected.sum():.0f} expected "
        f"contacts, a true fall of {FALL:.0%} would be detected in {power(found.se):.0%} of such programmes; the "
        f"smallest fall detected in 80% is {findable(found.se):.0%}."
    )


def _too_little(site: Area, entrants: Entrants, left_out: dict[str, int]) -> str:
    """Why no estimate can be made at all; empty if it can."""
    panel, began = site.panel, first_entry(site.panel)
    if began >= NEVER:
        return "nobody has been supported yet."
    if not windows(panel):
        usable = int(panel.supplied[: max(0, began)].sum())
        start = site.months[0] + began
        return (
            f"{TOO_LITTLE}: the first person was supported from {start.title}, and {usable} "
            f"month{'' if usable == 1 else 's'} before that were supplied by every contact source; {BEFORE + AFTER} in "
            f"a row are needed ({BEFORE} before and {AFTER} after) to know what would have happened without it."
        )
    if not len(entrants.person):
        why = "; ".join(f"{count} {reason}" for reason, count in left_out.items())
        return f"nobody supported can be compared yet: {why}."
    return ""


def _left_out(site: Area, entrants: Entrants) -> dict[str, int]:
    panel = site.panel
    start = panel.start[np.setdiff1d(panel.supported, entrants.person)]
    died = panel.died[np.setdiff1d(panel.supported, entrants.person)]
    recent = start + AFTER > len(panel.supplied)
    early = start < BEFORE
    dead = ~recent & ~early & (died < start + AFTER)
    found = {
        f"followed up for less than {AFTER} months": int(recent.sum()),
        f"with less than {BEFORE} months of history before": int((early & ~recent).sum()),
        f"who died in the {AFTER} months": int(dead.sum()),
        "with a month that a source did not supply": int((~recent & ~early & ~dead).sum()),
        "with a start date but consent refused": site.refused,
    }
    return {reason: count for reason, count in found.items() if count}


def _breaks(site: Area, found: Estimate, breaks: dict[str, date]) -> tuple[str, ...]:
    """Policy breaks between the first month learned from and the last followed up."""
    first = site.months[windows(site.panel)[0] - BEFORE].start
    entry = site.months[int(found.entrants.month.min())].start
    last = site.months[int(found.entrants.month.max()) + AFTER - 1].end
    out = []
    for name, day in sorted(breaks.items(), key=lambda pair: pair[1]):
        if first <= day <= last:
            title, during = f"{day.day} {Month.of(day).title}", "while people were followed up"
            when = "in months on which the expected figure rests" if day < entry else during
            out.append(f"{name} ({title}) began {when}, so some of a difference may come from it.")
    return tuple(out)


def _band(found: Estimate, expected: float) -> tuple[float, float]:
    """What would be seen without any effect: the interval of the total, around an expectation."""
    return expected * float(np.exp(-WIDTH * found.se)), expected * float(np.exp(WIDTH * found.se))


def _course(site: Area, found: Estimate) -> pl.DataFrame:
    who, start = found.entrants.person, found.entrants.month
    steady = float(found.expected.sum()) / AFTER
    band = (steady, *_band(found, steady))
    months = range(-BEFORE, AFTER)
    rows = [(k + 1, float(site.panel.n[who, start + k].sum()), *(band if k >= 0 else (None,) * 3)) for k in months]
    return pl.DataFrame(rows, schema=_SHAPE | {"month": pl.Int64}, orient="row")


def _calendar(site: Area, found: Estimate) -> pl.DataFrame:
    who, start = found.entrants.person, found.entrants.month
    rows = []
    for t in range(int(start.min()), int(start.max()) + AFTER):
        inside = (start <= t) & (t < start + AFTER)
        expected = float(found.expected[inside].sum()) / AFTER
        seen = float(site.panel.n[who[inside], t].sum())
        rows.append((site.months[t].start, seen, expected, *_band(found, expected)))
    return pl.DataFrame(rows, schema=_SHAPE, orient="row")


_SHAPE = {"month": pl.Date, "observed": pl.Float64, "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64}


def _comparison(site: Area, found: Estimate) -> pl.DataFrame:
    panel, who, start = site.panel, found.entrants.person, found.entrants.month
    before = sum(float(panel.n[p, t - AFTER : t].sum()) for p, t in zip(who, start, strict=True))
    own = before, float(found.entrants.observed.sum()), float(found.expected.sum())
    rows, seen = [("supported", len(who), *(n / len(who) for n in own))], np.zeros(3)
    people: set[int] = set()
    for t, count in zip(*np.unique(start, return_counts=True), strict=True):
        others = panel.on_list(int(t))
        people |= set(others.tolist())
        n = panel.n[others, t - AFTER : t].sum(), panel.after(int(t), others).sum()
        seen += count * np.array([len(others), *n])
    per = [float(n / seen[0]) if seen[0] else 0.0 for n in seen[1:]]
    rows.append(("not supported, same months", len(people), *per, per[1] / found.drift))
    names = ("before", "after", "expected")
    return pl.DataFrame(rows, schema=["group", "people", *names], orient="row")


def _by_dataset(site: Area, found: Estimate) -> pl.DataFrame:
    who, start = found.entrants.person, found.entrants.month
    pairs = list(zip(who, start, strict=True))
    each = []
    for d in site.contacts:
        n = site.past.monthly([d])
        before, after = (sum(n[p, t + k : t + m].sum() for p, t in pairs) for k, m in ((-BEFORE, 0), (0, AFTER)))
        each.append((site.past.datasets[d], float(before), float(after)))
    total, expected = max(1e-9, sum(before for _, before, _ in each)), float(found.expected.sum())
    rows = [(name, after, expected * before / total) for name, before, after in each]
    schema = {"dataset": pl.String, "observed": pl.Float64, "expected": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
