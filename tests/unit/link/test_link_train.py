"""Fitting weights to labelled pairs: what moves, what is held, and that repeats cost nothing."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import numpy as np
import pytest

from hiu.errors import SettingsError
from hiu.link.levels import CODE, FIELDS, NAMES, Levels
from hiu.link.model import candidate
from hiu.link.model import fit as fitting
from hiu.link.model.fit import FIXED_LEVELS, UNCORRECTED_LEVELS, Ridge, fit
from hiu.link.model.labels import Labels
from hiu.link.model.scorer import TERMS, WeightTable, log_odds, with_later

BASE: dict[str, Any] = with_later(
    json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
)
KINDS = [
    {"given": "exact", "family": "exact", "dob": "exact", "place": "sector"},
    {"given": "exact_common", "family": "exact_common", "dob": "different", "place": "different"},
    {"given": "different", "family": "exact", "dob": "exact", "place": "house", "kin": "twin"},
    {"given": "nickname", "family": "typo", "dob": "two_parts"},
]


def drawn(n: int) -> tuple[Levels, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """n pairs of a few kinds, some of one person and some of two, of unlike weights."""
    rng = np.random.default_rng(5)
    kinds = np.zeros((len(KINDS), len(NAMES)), dtype=np.uint8)
    for row, told in zip(kinds, KINDS, strict=True):
        for field, level in told.items():
            row[NAMES.index(field)] = CODE[field][level]
    kind = rng.integers(0, len(KINDS), n)
    same = rng.random(n) < np.array([0.9, 0.1, 0.5, 0.7])[kind]
    return kinds[kind], same, rng.choice([0.25, 0.5, 1.0], n)


def test_what_a_model_says_of_each_kind_of_pair_comes_to_what_was_seen_of_it_and_the_rest_stay() -> None:
    levels, same, weight = drawn(2000)
    fitted = fit(levels, same, weight, BASE, Ridge(alone=0.1, together=None), fixed=FIXED_LEVELS)
    made, now = fitted["weights"], BASE["weights"]
    said = WeightTable(fitted).contributions(levels).sum(axis=1)
    for kind in np.unique(levels, axis=0):
        at = (levels == kind).all(axis=1)
        share = float(np.average(same[at], weights=weight[at]))
        assert said[at][0] == pytest.approx(log_odds(share), abs=0.1)
    free = {(field, level) for kind in KINDS for field, level in kind.items()} - FIXED_LEVELS
    still = [(field, level) for field, names in FIELDS.items() for level in names[1:] if (field, level) not in free]
    assert [made[field][level] for field, level in still] == [now[field][level] for field, level in still]
    assert len(free) > 5
    assert all(made[field][level] != now[field][level] for field, level in free)


def test_what_is_held_hard_stays_and_only_the_start_moves() -> None:
    made = fit(*drawn(500), BASE, Ridge(alone=1e9, together=1e9))
    assert made["weights"] == BASE["weights"]
    assert made["together"] == BASE["together"]
    assert made["prior"] != BASE["prior"]
    assert fit(*drawn(500), BASE, Ridge(alone=1.0), prior=False)["prior"] == BASE["prior"]


def test_pairs_that_agree_alike_count_by_their_weights_together_and_are_fitted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    levels, same, weight = drawn(400)
    once = fit(levels, same, weight, BASE, Ridge(alone=5.0))
    fitted: list[int] = []
    plain = fitting._shown_together
    monkeypatch.setattr(fitting, "_shown_together", lambda some: fitted.append(len(some)) or plain(some))
    again = fit(np.tile(levels, (50, 1)), np.tile(same, 50), np.tile(weight / 50, 50), BASE, Ridge(alone=5.0))
    assert again == once
    assert fitted == [2 * len(KINDS)]


def met(**levels: str) -> Levels:
    """One pattern of agreement."""
    row = np.zeros((1, len(NAMES)), dtype=np.uint8)
    for field, level in levels.items():
        row[0, NAMES.index(field)] = CODE[field][level]
    return row


def test_two_fields_that_mean_more_together_than_apart_are_told_from_each_alone() -> None:
    """Either sign alone is two people, both at once are one: no sum of fields can say that."""
    kinds = [met(place="house", sex="same"), met(place="house", sex="different"), met(place="district", sex="same")]
    kinds.append(met(place="district", sex="different"))
    levels = np.repeat(np.concatenate(kinds), 500, axis=0)
    same = np.repeat([True, False, False, True], 500)
    weight = np.ones(len(levels))
    alone, both = (
        WeightTable(fit(levels, same, weight, BASE, Ridge(alone=1.0, together=t))).contributions(np.concatenate(kinds))
        for t in (None, 1.0)
    )
    assert ((alone.sum(axis=1) > 0) != [True, False, False, True]).any()
    assert ((both.sum(axis=1) > 0) == [True, False, False, True]).all()
    assert both.shape == (4, len(TERMS) + 1)
    assert np.abs(both[:, TERMS.index(("place", "sex"))]).min() > 1


def test_a_level_that_no_other_field_corrects_weighs_by_itself() -> None:
    """A hostel in which everybody of one sex is one person: seen, and learned, unless the level is left out."""
    levels = np.repeat(np.concatenate([met(place="shared", sex=sex) for sex in ("same", "different")]), 500, axis=0)
    same, weight = np.repeat([True, False], 500), np.ones(len(levels))
    start: dict[str, Any] = {**BASE, "together": {}}
    learned, left = (
        fit(levels, same, weight, start, Ridge(alone=1e9, together=1.0), uncorrected=some)["together"]
        for some in (frozenset(), UNCORRECTED_LEVELS)
    )
    assert set(learned["place+sex"]) == {"shared+same", "shared+different"}
    assert left == {}


def test_two_numbers_that_all_else_says_are_one_persons_teach_nothing() -> None:
    alike = met(given="exact", family="exact_rare", dob="exact", place="house", sex="same")
    twin = met(given="different", family="exact", dob="exact", place="house", kin="twin")
    levels, same = np.concatenate([alike, alike, twin]), np.array([True, False, False])
    places = np.arange(3)
    labels = Labels(
        levels=levels, same=same, weight=np.ones(3), left=places, right=places, owners=list("abc"), descriptions=6
    )
    kept = candidate._plausible(labels, BASE)
    assert kept.same.tolist() == [True, False]
    assert (kept.levels == np.concatenate([alike, twin])).all()


def test_a_model_file_that_weighs_levels_that_are_none_is_refused() -> None:
    for named in (
        {"given+dob": {"exact+exakt": 1.0}},
        {"given+nhs_number": {"exact+same": 1.0}},
        {"dob": {"exact": 1}},
    ):
        with pytest.raises(SettingsError, match="no levels"):
            WeightTable({**BASE, "together": named})


def test_what_two_fields_say_together_is_part_of_what_the_model_depends_on() -> None:
    more, none = (WeightTable({**BASE, "together": t}) for t in ({"given+dob": {"exact+exact": 1.0}}, {}))
    assert more.frozen != none.frozen
    pattern = met(given="exact", dob="exact")
    assert more.contributions(pattern).sum() == pytest.approx(none.contributions(pattern).sum() + 1)
