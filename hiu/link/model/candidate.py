"""Candidate: a model of an area's own, from its trusted NHS numbers, and how it does on people it did not see.

The numbers are the labels and are hidden from the model: a pair of descriptions with one trusted number is one
person, with two is two. Pairs are found without the number, and found again where they say as little as descriptions
without a number do (`unnumbered`). What is said of how well it does is cross-fitted: the people are in five parts, and
each part is judged by a model that was fitted to the other four.

Where the numbers are too few the model is learned from how descriptions agree (`unlabelled`), beside the labels that
there are, and what is said of how well it does is its own expectation.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from hiu.errors import HiuError
from hiu.link.levels import FIELDS, Flags, Ints, Levels, Reals
from hiu.link.model.agreement import shares_seen
from hiu.link.model.em import Patterns
from hiu.link.model.fit import Ridge, fit
from hiu.link.model.labels import Labels, labelled_pairs
from hiu.link.model.scorer import HELD_BACK, ModelFile, WeightTable, probability, values_at
from hiu.link.model.unlabelled import area_patterns, fit_unlabelled
from hiu.link.model.unnumbered import as_unnumbered
from hiu.settings import Linking

C = pl.col
LEAST = 300
"""Labelled pairs of one person, and of two people, that numbers need to teach a model by themselves."""
FEWEST = 30
"""Pairs of one person that agreement must be expected to show: fewer teach nothing, as the model in force, to which
the new one is drawn back, counts as `em.PSEUDO_PAIRS`."""
ENOUGH = 5000
"""Labelled pairs from which numbers alone teach a model; with fewer it is learned from agreement as well."""
ONE_PERSON = 10.0
"""Weight (log2 odds, without the numbers) from which two numbers are taken for one person's: 999 in a thousand."""
RIDGE = Ridge()
PARTS = 5
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)
LINES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Probabilities that are tried as the one from which pairs join."""
THRESHOLDS = (0.05, 0.1, *LINES, 0.99)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """values: the model as JSON holds it · weights: field, level, before, after, same, different (labelled pairs) ·

    together: fields, levels, before, after, of pairs of fields, furthest moved first · calibration: model, low, high,
    pairs, predicted, seen · thresholds: model, threshold, precision, recall, joined, wrong, missed (pairs: joined, of
    those of two people; of one person, not joined) · pairs, same: labelled pairs, and those of one person.
    Calibration and thresholds are cross-fitted. unlabelled: learned from agreement for want of numbers; then the counts
    and thresholds are the model's own expectation of the candidate pairs, and there is no calibration.
    """

    values: ModelFile
    weights: pl.DataFrame
    together: pl.DataFrame
    calibration: pl.DataFrame
    thresholds: pl.DataFrame
    pairs: int
    same: int
    unlabelled: bool = False

    def text_with(self, *, link_at: float, before: float) -> str:
        """The model file, with the probability from which pairs join: the same bytes for the same model.

        before: that of the model in force. The file also holds how both did on people that this one was not fitted to.
        """
        judged = {"in force": self._held_back("in force", before), "candidate": self._held_back("candidate", link_at)}
        values = {**self.values, "link_at": link_at, HELD_BACK: None if self.unlabelled else judged}
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"

    def _held_back(self, model: str, link_at: float) -> dict[str, int]:
        row = self.thresholds.filter(pl.col("model") == model, pl.col("threshold") == link_at)
        return row.select("joined", "wrong", "missed").row(0, named=True)


def trusted(identity: pl.DataFrame) -> pl.DataFrame:
    """Whose each description is, by its NHS number: identity_id, person_id (the number).

    A number is trusted unless it is seen with more than two dates of birth, with two sexes, or with more than two
    family names and more than two given names: those are shared or mistyped.
    """
    carriers = identity.filter(C("nhs_number").is_not_null(), C("rows") > 0)
    kinds = {name: C(name).drop_nulls().n_unique() for name in ("dob", "given", "family")}
    sexes = C("sex").filter(C("sex") != "X").n_unique()
    about = carriers.group_by("nhs_number").agg(**kinds, sexes=sexes)
    sound = about.filter(C("dob") <= 2, C("sexes") <= 1, (C("given") <= 2) | (C("family") <= 2))
    return carriers.join(sound.select("nhs_number"), on="nhs_number").select("identity_id", person_id="nhs_number")


def candidate(
    identity: pl.DataFrame, events: pl.DataFrame | None, base: ModelFile, *, settings: Linking, made: str
) -> Candidate:
    """Fit a model to an area. `base`: the model in force, as in model.json · made: how, for its file.

    Raises HiuError if there is too little to learn from.
    """
    labels = labelled_pairs(identity, trusted(identity), settings, events, hide_number=True)
    base = values_at(base, labels.descriptions)
    labels = _plausible(labels, base)
    unlabelled = _too_few(labels)
    if unlabelled:
        fitted, judged, levels = _learned_from_agreement(area_patterns(identity, events, settings, labels), base)
    else:
        taught = labels.plus(_said_with_less(identity, events, base, settings))
        fitted, judged, levels = _fitted(taught, base), _cross_fitted(taught, labels, base), labels.levels
    seen, pairs = (judged.seen, judged.pairs) if unlabelled else (labels.same.astype(np.float64), np.ones(len(levels)))
    fitted |= {"expected": shares_seen(levels, pairs, WeightTable(fitted))}
    fitted |= {"made": made, "version": "site-" + _digest({**fitted, "version": "", "made": ""})}
    weighed = {"in force": judged.before, "candidate": judged.after}
    return Candidate(
        values=fitted,
        weights=_weights(base, fitted, levels, seen, pairs),
        together=_together(base, fitted),
        calibration=_calibration({} if unlabelled else weighed, judged),
        thresholds=_thresholds(weighed, judged, settings.link_at),
        pairs=len(labels.same),
        same=int(labels.same.sum()),
        unlabelled=unlabelled,
    )


def _plausible(labels: Labels, base: ModelFile) -> Labels:
    """The labels without those of two numbers that all other evidence gives to one person: people do have two numbers.

    A few hundred such pairs would teach that descriptions alike in everything are often two people.
    """
    weight = WeightTable(base).contributions(labels.levels).sum(axis=1)
    return labels.only(labels.same | (weight < ONE_PERSON))


def _said_with_less(
    identity: pl.DataFrame, events: pl.DataFrame | None, base: ModelFile, settings: Linking
) -> list[Labels]:
    """The labels again, where half of the descriptions say as little as those without a number, one half at a time."""
    owned = trusted(identity)
    halves = as_unnumbered(identity, owned)
    return [_plausible(labelled_pairs(some, owned, settings, events, hide_number=True), base) for some in halves]


def _too_few(labels: Labels) -> bool:
    same = int(labels.same.sum())
    return len(labels.same) < ENOUGH or min(same, len(labels.same) - same) < LEAST


def _fitted(labels: Labels, base: ModelFile) -> ModelFile:
    return fit(labels.levels, labels.same, labels.weight, base, RIDGE)


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """Pairs to judge by: their weight under the model in force and the candidate, and the chance of one person.

    pairs: how many pairs each stands for · count: how much each counts in a share.
    """

    before: Reals
    after: Reals
    seen: Reals
    pairs: Reals
    count: Reals


def _cross_fitted(taught: Labels, labels: Labels, base: ModelFile) -> _Judged:
    """Labels whose both ends are in one part, judged by a model that was taught the other four."""
    (left, right), (first, second) = _parts(labels), _parts(taught)
    found: list[tuple[Reals, Reals, Flags]] = []
    for k in range(PARTS):
        judge = labels.only((left == k) & (right == k))
        models = base, _fitted(taught.only((first != k) & (second != k)), base)
        before, after = (_weigh(model, judge.levels) for model in models)
        found.append((before, after, judge.same))
    before, after, seen = (np.concatenate(column) for column in zip(*found, strict=True))
    # of pairs of two people only one in five is judged, those with both in one part; of one person all are
    count = np.where(seen, 1.0, float(PARTS))
    return _Judged(before=before, after=after, seen=seen.astype(np.float64), pairs=np.ones(len(seen)), count=count)


def _learned_from_agreement(patterns: Patterns, base: ModelFile) -> tuple[ModelFile, _Judged, Levels]:
    """The model, the candidate pairs by its own expectation, and their levels. Raises HiuError if there are too few.

    Labelled pairs teach, but are counted as candidates already.
    """
    fitted, chance = fit_unlabelled(patterns, base)
    compared = np.isnan(patterns.same)
    levels, pairs, chance = patterns.levels[compared], patterns.pairs[compared], chance[compared]
    if (expected := float((pairs * chance).sum())) < FEWEST:
        raise HiuError(
            f"too few descriptions of one person to train on: about {expected:.0f} pairs; expected {FEWEST}. "
            "The model in force stays."
        )
    before, after = (_weigh(model, levels) for model in (base, fitted))
    return fitted, _Judged(before=before, after=after, seen=chance, pairs=pairs, count=pairs), levels


def _weigh(model: ModelFile, levels: Levels) -> Reals:
    found: Reals = WeightTable(model).contributions(levels).sum(axis=1)
    return found


def _parts(labels: Labels) -> tuple[Ints, Ints]:
    """The part that each pair's two people are in."""
    part = np.array([hashlib.sha256(f"part|{name}".encode()).digest()[0] % PARTS for name in labels.owners], np.int64)
    return part[labels.left], part[labels.right]


def _digest(values: ModelFile) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8")).hexdigest()[:8]


def _weights(before: ModelFile, after: ModelFile, levels: Levels, seen: Reals, pairs: Reals) -> pl.DataFrame:
    rows, one, two = [], pairs * seen, pairs * (1 - seen)
    for k, (field, names) in enumerate(FIELDS.items()):
        for code, name in enumerate(names[1:], start=1):
            at = levels[:, k] == code
            old, new = (float(model["weights"][field][name]) for model in (before, after))
            rows.append((field, name, old, new, round(float(one[at].sum())), round(float(two[at].sum()))))
    rows.append(
        ("prior", "", float(before["prior"]), float(after["prior"]), round(float(one.sum())), round(float(two.sum())))
    )
    return pl.DataFrame(rows, schema=["field", "level", "before", "after", "same", "different"], orient="row")


def _together(before: ModelFile, after: ModelFile) -> pl.DataFrame:
    """What pairs of fields weigh together, in both models; those that moved furthest first."""
    tables = [model.get("together", {}) for model in (before, after)]
    rows = []
    for pair in sorted({*tables[0], *tables[1]}):
        old, new = (table.get(pair, {}) for table in tables)
        rows += [(pair, both, float(old.get(both, 0.0)), float(new.get(both, 0.0))) for both in sorted({*old, *new})]
    found = pl.DataFrame(rows, schema=["fields", "levels", "before", "after"], orient="row")
    far = (C("after") - C("before")).abs()
    typed = found.cast({"before": pl.Float64, "after": pl.Float64})
    return typed.sort(far, "fields", "levels", descending=[True, False, False])


def _calibration(weighed: dict[str, Reals], judged: _Judged) -> pl.DataFrame:
    """Of pairs in a band of probability: the mean predicted, and the share that are one person."""
    rows, count = [], judged.count
    for model, weight in weighed.items():
        p = probability(weight)
        for low, high in pairwise(BINS):
            at = (p >= low) & ((p < high) if high < 1 else (p <= high))
            if n := int(at.sum()):
                predicted, seen = (float(np.average(values[at], weights=count[at])) for values in (p, judged.seen))
                rows.append((model, low, high, n, predicted, seen))
    typed = {"model": pl.String, "low": pl.Float64, "high": pl.Float64, "pairs": pl.Int64}
    return pl.DataFrame(rows, schema={**typed, "predicted": pl.Float64, "seen": pl.Float64}, orient="row")


def _thresholds(weighed: dict[str, Reals], judged: _Judged, link_at: float) -> pl.DataFrame:
    rows = []
    one, two = judged.pairs * judged.seen, judged.pairs * (1 - judged.seen)
    for model, weight in weighed.items():
        p = probability(weight)
        for cut in sorted({*THRESHOLDS, link_at}):
            at = p >= cut
            precision = float(np.average(judged.seen[at], weights=judged.count[at])) if at.any() else 1.0
            right, wrong, every = (float(some.sum()) for some in (one[at], two[at], one))
            counts = round(right + wrong), round(wrong), round(every - right)
            rows.append((model, cut, precision, right / max(every, 1), *counts))
    names = ["model", "threshold", "precision", "recall", "joined", "wrong", "missed"]
    return pl.DataFrame(rows, schema=names, orient="row")
