"""Change labels: is a person's contact count reliably above or below their own earlier months?

Rule and constants: docs/ranking.md. Recent months R_k are compared with the n <= 12 months before
them by a beta test that allows for ordinary ups and downs (phi). Only like is compared with like: a
contact source that did not supply every recent month, or began too recently to have a past, is left out
of both sides, and an earlier month that lacks one of the compared sources is left out of the baseline.
A site without any contact source compares nights in a bed, or what else there is.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from hiu.model import LABELS
from hiu.model.units import MOST_OUT
from hiu.rank.listing.history import Beds, Flags, Floats, History, beds_of
from hiu.rank.listing.reasons import amounts, community_words, counted, label_sentence, span_words
from hiu.rank.listing.sentence import say_each_row
from hiu.settings import Labels

BASELINE = 12


@dataclass(frozen=True, kw_only=True)
class Window:
    """The last k months against the n before them: `R` and `B` per person over the sources compared.

    `seen` is all that was counted in the months there are (`months`, k at most), compared or not. `left_out` did not
    supply all of the k; `late` began too recently to have a past, and since when; `base` names the n months.
    """

    k: int
    n: int
    R: Floats
    B: Floats
    seen: Floats
    months: int
    left_out: tuple[str, ...] = ()
    late: tuple[tuple[str, str], ...] = ()
    base: str = ""
    beds: Beds | None = None
    wards: tuple[Floats, Floats] | None = None

    @cached_property
    def outside(self) -> tuple[Floats, Floats]:
        """`R` and `B` as they are held against days in the community: of people whose nights differ without the months
        that they spent on a ward (`wards` = their contacts in these)."""
        if self.beds is None or self.wards is None:
            return self.R, self.B
        recent, before = (np.where(self.beds.differ, n, 0.0) for n in self.wards)
        return self.R - recent, self.B - before

    @cached_property
    def at_risk(self) -> tuple[Floats, Floats]:
        """Months in which the person could be met in the community: of the last k, and of the n before.

        Nights in a bed are taken off where they differ by more than MOST_NIGHTS from the usual of the n months:
        nobody in hospital calls for help. Everybody else has k and n.
        """
        k, n = np.full(len(self.R), float(self.k)), np.full(len(self.R), float(self.n))
        if self.beds is None or not self.n:
            return k, n
        differ, floor = self.beds.differ, 1 / 30
        k[differ] = np.maximum(floor, self.k * (1 - self.beds.recent / self.beds.days)[differ])
        n[differ] = np.maximum(floor, self.n * (1 - self.beds.before / self.beds.days_before)[differ])
        return k, n

    @cached_property
    def expected(self) -> Floats:
        """Contacts the earlier months lead one to expect in the last k, for as many days in the community."""
        k, n = self.at_risk
        return k * self.outside[1] / np.maximum(n, 1 / 30) if self.n else np.zeros(len(self.R))

    def probability(self, phi: float) -> Floats:
        """P(k): near 1 = more than before, near 0 = fewer; 0.5 without a baseline."""
        from scipy.special import betaincc

        if not self.n:
            return np.full(len(self.R), 0.5)
        found = self._usual(phi)
        if self.beds is not None and (differ := self.beds.differ).any():
            k, n = (months[differ] for months in self.at_risk)
            R, B = (counts[differ] for counts in self.outside)
            risked = betaincc(R / phi + 0.5, B / phi + 0.5, k / (k + n))
            # nights can take a label away and never give one: contacts from a ward would count as a rise
            plain = found[differ]
            found[differ] = np.where(np.abs(risked - 0.5) < np.abs(plain - 0.5), risked, plain)
        return found

    def _usual(self, phi: float) -> Floats:
        """The same for k and n whole months."""
        from scipy.special import betaincc

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


def window(history: History, k: int, least: int = 6) -> Window:
    """The last k months and up to 12 before them, over sources that supplied all k and had begun `least` months before.

    Where no source had begun by then, those that supplied all k are compared.
    """
    senders, last = _sending(history), len(history.months)
    recent = list(range(max(0, last - k), last))
    whole = [d for d in senders if len(recent) == k and history.supplied[d, recent].all()]
    old = [d for d in senders if _first_month(history, d) <= last - k - least]
    late = [d for d in senders if old and d not in old]
    kept = [d for d in whole if d not in late]
    base = [t for t in range(max(0, last - k - BASELINE), last - k) if kept and history.supplied[kept, t].all()]
    nights = history.rows(history.nights)
    beds = None if set(nights) & set(senders) else beds_of(history, recent, base)
    wards = None if beds is None else (_sum(history, kept, recent, nights), _sum(history, kept, base, nights))
    return Window(
        k=k,
        n=len(base),
        R=_sum(history, kept, recent),
        B=_sum(history, kept, base),
        seen=_sum(history, senders, recent),
        months=len(recent),
        left_out=tuple(history.datasets[d] for d in senders if d not in whole and d not in late) if last > k else (),
        late=tuple((history.datasets[d], history.months[_first_month(history, d)].title) for d in late),
        base=span_words([history.months[t] for t in base]),
        beds=beds,
        wards=wards,
    )


def _community(window: Window, unit: str) -> Floats:
    """Of each person what is said of days in the community; empty where these are not what is compared."""
    words = np.full(len(window.R), "", dtype=object)
    if window.beds is not None:
        for at in np.flatnonzero(window.beds.differ):
            R, B = (float(counts[at]) for counts in window.outside)
            words[at] = community_words(window.beds, int(at), R, B, unit=unit, earlier=window.base)
    return words


def dispersion(history: History, people: Flags, least: int = 6) -> float:
    """phi: variance over mean within `people`, pooled over the 12 months before the last 3 (those fully supplied).

    The last 3 are left out so that a change is not taken for noise and cannot hide itself; so is a source that began
    too recently to have a past, unless there is no other.
    """
    senders, last = _sending(history), len(history.months)
    rows = [d for d in senders if _first_month(history, d) <= last - 3 - least] or senders
    first = max(0, last - BASELINE - 3)
    used = [t for t in range(first, last - 3) if rows and history.supplied[rows, t].all()]
    if len(used) < 2:
        return 1.0
    months = np.zeros(last, dtype=np.bool_)
    months[used] = True
    sure = people & ~history.lacks(months)  # a missing number would pass for a quiet month
    monthly = np.stack([_sum(history, rows, [t])[sure] for t in used])
    mean = float(monthly.mean(axis=0).sum())
    return max(1.0, float(monthly.var(axis=0, ddof=1).sum()) / mean) if mean else 1.0


def labels(history: History, rules: Labels, phi: float) -> PersonLabels:
    """Label every person of the history; precedence as in docs/ranking.md.

    A number that is missing of one person is to that person's label as a month that was not supplied.
    """
    parts = [(them, _labels(part, rules, phi)) for them, part in history.alike(BASELINE + 6)]
    back = np.argsort(np.concatenate([them for them, _ in parts]))
    label = pl.concat([made.label for _, made in parts]).gather(back)
    return PersonLabels(label, pl.concat([made.sentence for _, made in parts]).gather(back), phi)


def _labels(history: History, rules: Labels, phi: float) -> PersonLabels:
    quoted = {k: window(history, k, rules.least_baseline) for k in (1, 3, 6)}
    p = {k: seen.probability(phi) for k, seen in quoted.items()}
    three = quoted[3]
    nights = np.asarray(np.sum([history.seen(name, 1) for name in history.nights], axis=0))
    up = _rise(quoted, p, rules.escalating_3, rules.escalating_1, rules)
    down = _fall(quoted, p, rules.deescalating, rules)
    rising = _rise(quoted, p, rules.rising_3, rules.rising_1, rules)
    falling = _fall(quoted, p, rules.falling, rules)
    quiet = _quiet(history, rules.quiet_months)
    new = (three.n < rules.least_baseline) | _only_late(history, rules.least_baseline)
    tests: list[Floats | Flags] = [new, nights >= rules.hospital_days, up, down, quiet, rising, falling]
    code = np.select([np.asarray(hit, dtype=bool) for hit in tests], range(len(tests)), len(tests))
    label = pl.Series(LABELS).gather(code)  # in the order in which they hold, WITHIN USUAL RANGE where none does
    fired = {"ESCALATING": up, "RISING": rising, "DE-ESCALATING": down, "FALLING": falling}
    months = np.select([(label == name).to_numpy() for name in fired], list(fired.values()), 3)
    of = [months == k for k in quoted]
    columns = {"label": label, "k": months.astype(np.int64), "nights": nights, "beside": _beside(history)}
    columns |= {
        what: np.select(of, [getattr(one, what) for one in quoted.values()]) for what in ("seen", "R", "expected")
    } | {"R": np.select(of, [one.outside[0] for one in quoted.values()])}
    words, month = counted(history.datasets[d] for d in _sending(history)), history.months[-1].title

    own = [_community(one, words[1]) for one in quoted.values()]
    columns["community"] = np.select(of, own, "").astype(str)

    def say(
        name: str, k: int, nights: float, beside: str, seen: float, compared: float, expected: float, community: str
    ) -> str:
        if name == "IN HOSPITAL":
            return f"{nights:.0f} nights in hospital in {month}; contacts are not compared."
        return label_sentence(
            quoted[k],
            new=name == "NEW",
            chance=name == LABELS[-1] and abs(compared - expected) >= rules.least_difference,
            least=rules.least_baseline,
            unit=words,
            beside=beside,
            seen=seen,
            compared=compared,
            expected=expected,
            community=community,
        )

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
    """Nothing for so many months, and every source was there to see it, at least since it began."""
    senders, last = _sending(history), len(history.months)
    begin = max(0, last - months)
    here = [history.supplied[d, max(begin, _first_month(history, d)) :].all() for d in senders]
    if not all(here) or not any(_first_month(history, d) <= begin for d in senders):
        return np.zeros(len(history.people), dtype=np.bool_)
    return np.asarray(_sum(history, senders, list(range(begin, last))) == 0)


def _only_late(history: History, least: int) -> Flags:
    """People whom only sources know that began too recently to have a past."""
    old = [d for d, at in enumerate(history.joined) if at is not None and at <= len(history.months) - 3 - least]
    if not old:
        return np.ones(len(history.people), dtype=np.bool_)
    return np.asarray(history.n[old].sum(axis=(0, 2)) == 0)


def _sending(history: History) -> list[int]:
    """Sources that supplied any of the last 12 months: of contacts; where there is none of nights, else of anything."""
    everything = tuple(name for name in history.datasets if name not in (*history.contacts, *history.nights))
    for names in (history.contacts, history.nights, everything):
        if senders := [d for d in history.rows(names) if history.whole[d, -BASELINE:].any()]:
            return senders
    return []


def _first_month(history: History, d: int) -> int:
    at = history.joined[d]
    return len(history.months) if at is None else at


def _beside(history: History) -> list[str]:
    """What is counted of each person in the last 3 months that the label does not compare, in words."""
    named = [name for d, name in enumerate(history.datasets) if d not in _sending(history)]
    totals = pl.DataFrame({name: history.seen(name, 3) for name in named})
    if not named:
        return [""] * len(history.people)
    words = say_each_row(totals, lambda *n: amounts(dict(zip(named, n, strict=True))))
    return words.to_list()


def _sum(history: History, rows: list[int], months: list[int], wards: list[int] | None = None) -> Floats:
    """Of some months; with the rows of nights in a bed, `wards`, only of those that a person spent on a ward."""
    total = np.zeros(len(history.people))
    for t in months:
        own = history.n[rows, :, t].sum(axis=0, dtype=np.float64)
        if wards is not None:
            month = history.months[t]
            out = (month.end - month.start).days + 1 - history.n[wards, :, t].sum(axis=0, dtype=np.float64)
            own = np.where(out <= MOST_OUT, own, 0.0)
        total += own
    return total
