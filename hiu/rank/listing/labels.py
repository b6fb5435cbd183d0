"""Change labels: is a person's contact count reliably above or below their own earlier months?

Rule and constants: docs/ranking.md. Recent months R_k are compared with the n <= 12 months before
them by a beta test that allows for ordinary ups and downs (phi). Only like is compared with like: a
contact source that did not supply every recent month is left out of both sides, and an earlier month
that lacks one of the compared sources is left out of the baseline.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.special import betaincc

from hiu.model import CONTACTS, LABELS, many
from hiu.rank.listing.history import Flags, Floats, History
from hiu.rank.listing.sentence import say_each_row
from hiu.settings import Labels

BASELINE = 12


@dataclass(frozen=True)
class Window:
    """The last k months against the n before them: contacts `R` and `B` per person, sources left out."""

    k: int
    n: int
    R: Floats
    B: Floats
    left_out: tuple[str, ...]

    @cached_property
    def expected(self) -> Floats:
        """Contacts the earlier months lead one to expect in the last k."""
        return self.k * self.B / max(1, self.n)

    def probability(self, phi: float) -> Floats:
        """P(k): near 1 = more than before, near 0 = fewer; 0.5 without a baseline."""
        if not self.n:
            return np.full(len(self.R), 0.5)
        # Few distinct pairs of counts exist: evaluating each once is what keeps a large area fast.
        width = float(self.B.max(initial=0)) + 1
        pairs, back = np.unique(self.R * width + self.B, return_inverse=True)
        tail = betaincc(pairs // width / phi + 0.5, pairs % width / phi + 0.5, self.k / (self.k + self.n))
        return np.asarray(tail[back], dtype=np.float64)


@dataclass(frozen=True)
class PersonLabels:
    """The label of each person, the reason in a sentence, and the dispersion used."""

    label: pl.Series
    sentence: pl.Series
    phi: float


def window(history: History, k: int) -> Window:
    """Contacts in the last k months and in up to 12 before them, over sources that supplied all k."""
    senders, last = _sending(history), len(history.months)
    recent = list(range(max(0, last - k), last))
    kept = [d for d in senders if len(recent) == k and history.supplied[d, recent].all()]
    base = [t for t in range(max(0, last - k - BASELINE), last - k) if kept and history.supplied[kept, t].all()]
    left_out = tuple(history.datasets[d] for d in senders if d not in kept)
    return Window(k, len(base), _sum(history, kept, recent), _sum(history, kept, base), left_out)


def dispersion(history: History, people: Flags) -> float:
    """phi: variance over mean within `people`, pooled over the 12 months before the last 3 (those fully supplied).

    The last 3 are left out so that a change is not taken for noise and cannot hide itself.
    """
    rows = _sending(history)
    first = max(0, len(history.months) - BASELINE - 3)
    used = [t for t in range(first, len(history.months) - 3) if rows and history.supplied[rows, t].all()]
    if len(used) < 2:
        return 1.0
    monthly = np.stack([_sum(history, rows, [t])[people] for t in used])
    mean = float(monthly.mean(axis=0).sum())
    return max(1.0, float(monthly.var(axis=0, ddof=1).sum()) / mean) if mean else 1.0


def labels(history: History, rules: Labels, phi: float) -> PersonLabels:
    """Label every person of the history; precedence as in docs/ranking.md."""
    quoted = {k: window(history, k) for k in (1, 3, 6)}
    p = {k: seen.probability(phi) for k, seen in quoted.items()}
    three = quoted[3]
    nights = history.seen("mh_bed_day", 1)
    up = _rise(quoted, p, rules.escalating_3, rules.escalating_1, rules)
    down = _fall(quoted, p, rules.deescalating, rules)
    rising = _rise(quoted, p, rules.rising_3, rules.rising_1, rules)
    falling = _fall(quoted, p, rules.falling, rules)
    quiet = _quiet(history, rules.quiet_months)
    new = np.full(len(nights), three.n < rules.least_baseline)
    tests: list[Floats | Flags] = [new, nights >= rules.hospital_days, up, down, quiet, rising, falling]
    code = np.select([np.asarray(hit, dtype=bool) for hit in tests], range(len(tests)), len(tests))
    label = pl.Series(LABELS).gather(code)  # in the order in which they hold, STEADY where none does
    fired = {"ESCALATING": up, "RISING": rising, "DE-ESCALATING": down, "FALLING": falling}
    months = np.select([(label == name).to_numpy() for name in fired], list(fired.values()), 3)
    of = [months == k for k in quoted]
    seen, expected = (np.select(of, [getattr(one, what) for one in quoted.values()]) for what in ("R", "expected"))
    columns = {"label": label, "k": months.astype(np.int64), "nights": nights, "seen": seen, "expected": expected}

    def say(name: str, k: int, nights: float, seen: float, expected: float) -> str:
        return _sentence(name, quoted[k], nights, seen, expected, history.months[-1].title)

    return PersonLabels(label, say_each_row(pl.DataFrame(columns), say), phi)


def _rise(seen: dict[int, Window], p: dict[int, Floats], at_3: float, at_1: float, rules: Labels) -> Floats:
    """Window that says 'more' (3 or 1 months), 0 if neither: three months first, as the steadier evidence."""
    one, three = seen[1], seen[3]
    by_3 = (p[3] >= at_3) & (three.R - three.expected >= rules.least_difference)
    by_1 = (p[1] >= at_1) & (one.R - one.expected >= rules.least_difference)
    by_1 &= one.n >= rules.least_baseline
    return np.where(by_3, 3.0, np.where(by_1, 1.0, 0.0))


def _fall(seen: dict[int, Window], p: dict[int, Floats], at: float, rules: Labels) -> Floats:
    """Window that says 'fewer' (3 or 6 months), 0 if neither."""
    three, six = seen[3], seen[6]
    by_3 = (p[3] <= at) & (three.expected - three.R >= rules.least_difference)
    by_6 = (p[6] <= at) & (six.expected - six.R >= rules.least_difference)
    by_6 &= (p[3] < rules.deescalating_6_unless_3) & (six.n >= rules.least_baseline)
    return np.where(by_3, 3.0, np.where(by_6, 6.0, 0.0))


def _quiet(history: History, months: int) -> Flags:
    """No contact, and every contact source was there to see one."""
    senders = _sending(history)
    if not senders or not history.supplied[senders, -months:].all():
        return np.zeros(len(history.people), dtype=np.bool_)
    last = len(history.months)
    return np.asarray(_sum(history, senders, list(range(max(0, last - months), last))) == 0)


def _sending(history: History) -> list[int]:
    """Contact sources that supplied any of the last 12 months."""
    return [d for d in history.rows(CONTACTS) if history.supplied[d, -BASELINE:].any()]


def _sum(history: History, rows: list[int], months: list[int]) -> Floats:
    total = np.zeros(len(history.people))
    for d in rows:
        for t in months:
            total += history.n[d, :, t]
    return total


def _sentence(label: str, window: Window, nights: float, seen: float, expected: float, month: str) -> str:
    if label == "IN HOSPITAL":
        return f"{nights:.0f} nights in hospital in {month}; contacts are not compared."
    recent = f"{_contacts(seen)} in {'1 month' if window.k == 1 else f'{window.k} months'}"
    if label == "NEW":
        earlier = "month" if window.n == 1 else "months"
        return f"{recent}; only {window.n} earlier {earlier} to compare with, too few for a label."
    without = ""
    if window.left_out:
        without = f" Without {_names_of(window.left_out)}: not supplied throughout."
    return f"{recent}; {_number(expected)} expected from the previous {window.n}.{without}"


def _contacts(count: float) -> str:
    return "No contacts" if count == 0 else f"{count:.0f} contact{'' if count == 1 else 's'}"


def _number(expected: float) -> str:
    return f"{expected:.0f}" if expected >= 0.95 or expected < 0.05 else f"{expected:.1f}"


def _names_of(datasets: tuple[str, ...]) -> str:
    return " and ".join(many(name) for name in datasets)
