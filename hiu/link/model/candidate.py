"""Candidate: a model of an area's own, from its trusted NHS numbers, and what it would change.

The numbers are the labels and are hidden from the model: a pair of descriptions with one trusted number is one
person, with two is two. Pairs are found without the number. A fifth of the people are kept aside to judge by.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from hiu.errors import HiuError
from hiu.link.levels import FIELDS, Flags, Levels, Reals
from hiu.link.model.scorer import ModelFile, WeightTable, probability
from hiu.link.model.train import fit, labelled_pairs
from hiu.settings import Linking

C = pl.col
LEAST = 300
"""Labelled pairs of each kind, below which an area is too small to train on."""
RIDGE = 200.0
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """values: the model as JSON holds it · weights: field, level, before, after, same, different (labelled pairs) ·

    calibration: model, low, high, pairs, said, seen · thresholds: model, threshold, precision, recall, joined, wrong,
    missed (pairs: joined, of those of two people; of one person, not joined) · pairs, same: labelled pairs, and those
    of one person. Calibration and thresholds are of people kept aside.
    """

    values: ModelFile
    weights: pl.DataFrame
    calibration: pl.DataFrame
    thresholds: pl.DataFrame
    pairs: int
    same: int

    @property
    def text(self) -> str:
        """The model file: the same bytes for the same model."""
        return json.dumps(self.values, indent=1, ensure_ascii=False) + "\n"


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

    Raises HiuError if there are too few numbers to learn from.
    """
    owner = trusted(identity)
    aside = _judging_share(owner)
    train = _labels(identity, owner.filter(~aside), settings, events)
    judge = _labels(identity, owner.filter(aside), settings, events)
    same, other = int(train[1].sum()), int((~train[1]).sum())
    if min(same, other, int(judge[1].sum()) * 5, int((~judge[1]).sum()) * 25) < LEAST:
        raise HiuError(
            f"too few trusted NHS numbers to train on: {same} pairs of one person and {other} of two; "
            f"expected {LEAST} of each, and some to judge by. The model in force stays."
        )
    # people with a trusted number are described more often and alike: their share of one person isn't the area's
    fitted = fit(*train, base, RIDGE, prior=False)
    fitted |= {"made": made, "version": "site-" + _digest({**fitted, "version": "", "made": ""})}
    models = {"in force": WeightTable(base), "candidate": WeightTable(fitted)}
    weighed = {name: model.contributions(judge[0]).sum(axis=1) for name, model in models.items()}
    return Candidate(
        values=fitted,
        weights=_weights(base, fitted, train[0], train[1]),
        calibration=_calibration(weighed, judge[1]),
        thresholds=_thresholds(weighed, judge[1], settings.link_at),
        pairs=len(train[1]),
        same=same,
    )


def _labels(
    identity: pl.DataFrame, owner: pl.DataFrame, settings: Linking, events: pl.DataFrame | None
) -> tuple[Levels, Flags, Reals]:
    return labelled_pairs(identity, owner, settings, events, hide_number=True)


def _judging_share(owner: pl.DataFrame) -> pl.Series:
    """A fifth of the numbers, by a digest, so the same in every training."""
    drawn = [hashlib.sha256(f"aside|{number}".encode()).digest()[0] < 51 for number in owner["person_id"]]
    return pl.Series("aside", drawn, dtype=pl.Boolean)


def _digest(values: ModelFile) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8")).hexdigest()[:8]


def _weights(before: ModelFile, after: ModelFile, levels: Levels, same: Flags) -> pl.DataFrame:
    rows = []
    for k, (field, names) in enumerate(FIELDS.items()):
        for code, name in enumerate(names[1:], start=1):
            at = levels[:, k] == code
            old, new = (float(model["weights"][field][name]) for model in (before, after))
            rows.append((field, name, old, new, int((at & same).sum()), int((at & ~same).sum())))
    rows.append(("prior", "", float(before["prior"]), float(after["prior"]), int(same.sum()), int((~same).sum())))
    return pl.DataFrame(rows, schema=["field", "level", "before", "after", "same", "different"], orient="row")


def _calibration(weighed: dict[str, Reals], same: Flags) -> pl.DataFrame:
    """Said against seen: of pairs in a band of probability, the mean said and the share that are one person."""
    rows, count = [], _count(same)
    for model, weight in weighed.items():
        p = probability(weight)
        for low, high in pairwise(BINS):
            at = (p >= low) & ((p < high) if high < 1 else (p <= high))
            if n := int(at.sum()):
                predicted, seen = (float(np.average(values[at], weights=count[at])) for values in (p, same))
                rows.append((model, low, high, n, predicted, seen))
    return pl.DataFrame(rows, schema=["model", "low", "high", "pairs", "said", "seen"], orient="row")


def _thresholds(weighed: dict[str, Reals], same: Flags, link_at: float) -> pl.DataFrame:
    rows, count = [], _count(same)
    for model, weight in weighed.items():
        p = probability(weight)
        for cut in sorted({*THRESHOLDS, link_at}):
            at = p >= cut
            precision = float(np.average(same[at], weights=count[at])) if at.any() else 1.0
            right, wrong = int((at & same).sum()), int((at & ~same).sum())
            missed = int(same.sum()) - right
            rows.append((model, cut, precision, right / max(right + missed, 1), right + wrong, wrong, missed))
    names = ["model", "threshold", "precision", "recall", "joined", "wrong", "missed"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _count(same: Flags) -> Reals:
    """A pair of two people is kept aside only if both are (1 in 25), a pair of one person if they are (1 in 5)."""
    return np.where(same, 1.0, 5.0)


def _old_and_new(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    own = before.select("identity_id", old="person_id")
    return own.join(after.select("identity_id", new="person_id"), on="identity_id")


def change_counts(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """What differs between two clusterings (identity_id, person_id): people joined, split, and who they involve."""
    both = _old_and_new(before, after)
    cells = both.group_by("old", "new").len()
    joined = cells.group_by("new").len().filter(C("len") > 1)
    split = cells.group_by("old").len().filter(C("len") > 1)
    return {
        "people_before": both["old"].n_unique(),
        "people_after": both["new"].n_unique(),
        "joins": int((joined["len"] - 1).sum()),
        "splits": int((split["len"] - 1).sum()),
    }


def people_changes(before: pl.DataFrame, after: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Who would be joined or split, most rows first: kind, people (ids of before), parts, rows (that change person).

    before, after: identity_id, person_id · rows: identity_id, rows.
    """
    both = _old_and_new(before, after).join(rows, on="identity_id")
    cells = both.group_by("old", "new").agg(C("rows").sum())
    found = []
    for kind, one in (("joined", "new"), ("split", "old")):
        groups = cells.sort("rows", "old", "new", descending=[True, False, False]).group_by(one, maintain_order=True)
        less = C("rows").sum() - C("rows").max()
        changes = groups.agg(people=C("old").unique(maintain_order=True), parts=pl.len(), rows=less)
        found.append(changes.filter(C("parts") > 1).select(pl.lit(kind).alias("kind"), "people", "parts", "rows"))
    return pl.concat(found).sort("rows", C("people").list.first(), descending=[True, False])
