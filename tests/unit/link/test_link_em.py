"""EM without labels: what it finds where the truth is drawn, that twins stay two, and that little moves little."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from link_kit import SCHEMA, table, who

from hiu.errors import HiuError
from hiu.link import link
from hiu.link.levels import CODE, FIELDS, NAMES, Levels
from hiu.link.model import candidate
from hiu.link.model.adopted import advice
from hiu.link.model.em import Patterns, _Mixture, _said_once, _weighed_once, one_person
from hiu.link.model.scorer import WeightTable, with_later
from hiu.link.model.unlabelled import area_patterns, fit_unlabelled
from hiu.settings import Linking

BASE: dict[str, Any] = with_later(
    json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
)
ONE = {
    "given": {"exact": 0.8, "typo": 0.15, "different": 0.05},
    "family": {"exact": 0.75, "typo": 0.2, "different": 0.05},
    "dob": {"exact": 0.6, "typo": 0.3, "different": 0.1},
    "place": {"house": 0.5, "sector": 0.2, "different": 0.3},
    "sex": {"same": 0.98, "different": 0.02},
}
STRANGERS = {
    "given": {"exact": 0.01, "typo": 0.005, "different": 0.985},
    "family": {"exact": 0.004, "typo": 0.004, "different": 0.992},
    "dob": {"exact": 0.0001, "typo": 0.0003, "different": 0.9996},
    "place": {"house": 0.0005, "sector": 0.01, "different": 0.9895},
    "sex": {"same": 0.5, "different": 0.5},
}
SHARED = ("family", "dob", "place")


def test_names_in_each_others_place_count_once() -> None:
    patterns, _ = drawn(400, 0, 300)
    swapped = np.zeros((1, len(NAMES)), dtype=np.uint8)
    for field, level in (("given", "swapped"), ("family", "swapped"), ("dob", "different")):
        swapped[0, NAMES.index(field)] = CODE[field][level]
    joined = np.append(patterns.pairs, 8.0), np.append(patterns.same, np.nan)
    patterns = replace(patterns, levels=np.vstack([patterns.levels, swapped]), pairs=joined[0], same=joined[1])
    chance, weights = one_person(patterns, WeightTable(BASE))
    assert chance[-1] < 0.5
    before, after = (
        sum(model[name]["swapped"] for name in ("given", "family")) for model in (BASE["weights"], weights)
    )
    assert after < before + 6  # some pairs of one kind teach, and no field repeats what the other has said


GIVEN = ("GERHARD", "MICHAEL", "HANS", "FRANK", "PETRA", "STEFAN", "JUTTA", "DIETER")
FAMILY = ("FRIEDRICH", "MEYER", "SCHULZE", "BERGMANN", "ERNST", "FUCHS", "HOFFMANN", "BAUER")


def register(pairs: int) -> pl.DataFrame:
    """People of different names and births, each recorded twice, the second time with a slip in the family name."""
    rows = []
    for k in range(pairs):
        given, family, born = GIVEN[k % 8], FAMILY[k // 8 % 8], f"{1930 + k}-{1 + k % 12:02}-{1 + k % 27:02}"
        rows += [who(f"a{k}", f"{given} {family}", born), who(f"b{k}", f"{given} {family[:-2]}{family[-1]}", born)]
    return table(rows)


def test_a_register_of_a_few_dozen_people_is_learned_from_and_one_of_ten_is_not() -> None:
    found = candidate.candidate(register(60), None, BASE, settings=Linking(), made="")
    assert found.unlabelled
    linked = link(register(60), settings=Linking(link_at=0.7), model=WeightTable(found.values))
    assert linked.clusters["cluster"].n_unique() == 60
    with pytest.raises(HiuError, match="expected 30"):
        candidate.candidate(register(10), None, BASE, settings=Linking(), made="")


def levels_of(kind: dict[str, dict[str, float]], n: int, rng: np.random.Generator) -> Levels:
    out = np.zeros((n, len(NAMES)), dtype=np.uint8)
    for field, shares in kind.items():
        codes = [CODE[field][level] for level in shares]
        out[:, NAMES.index(field)] = rng.choice(codes, n, p=list(shares.values()))
    return out


def drawn(one: int, twins: int, strangers: int, seed: int = 3) -> tuple[Patterns, np.ndarray[Any, Any]]:
    """Candidates of three kinds beside pairs drawn at random, and for each pattern how often it is one person."""
    rng = np.random.default_rng(seed)
    twin = {**STRANGERS, **{field: ONE[field] for field in SHARED}}
    near = {**STRANGERS, "family": {"exact": 1.0}, "place": {"house": 0.5, "different": 0.5}}
    parts = [levels_of(kind, n, rng) for kind, n in ((ONE, one), (twin, twins), (near, strangers))]
    levels, back, count = np.unique(np.vstack(parts), axis=0, return_inverse=True, return_counts=True)
    truth = np.bincount(back.ravel(), np.repeat([1, 0, 0], [one, twins, strangers]), len(count)) / count
    apart, met = np.unique(levels_of(STRANGERS, 50_000, rng), axis=0, return_counts=True)
    found = Patterns(
        levels=levels,
        pairs=count.astype(np.float64),
        same=np.full(len(count), np.nan),
        apart=apart,
        apart_pairs=(met * 200.0).astype(np.float64),
        drawn=50_000,
        descriptions=5000,
    )
    return found, truth


def least_wrong(truth: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What nobody could tell apart, who sees the patterns alone."""
    least: np.ndarray[Any, Any] = np.minimum(truth, 1 - truth)
    return least


@pytest.mark.parametrize("twins", [0, 400])
def test_pairs_of_one_person_are_found_without_labels_and_twins_stay_two(twins: int) -> None:
    patterns, truth = drawn(2000, twins, 3000)
    chance = one_person(patterns, WeightTable(BASE))[0]
    wrong, least = (float((patterns.pairs * off).sum()) for off in (np.abs((chance > 0.5) - truth), least_wrong(truth)))
    assert wrong < least + 0.08 * 2000
    assert float((patterns.pairs * chance).sum()) == pytest.approx(2000, rel=0.15)
    shipped = WeightTable(BASE).contributions(patterns.levels).sum(axis=1) > 0
    assert wrong < float((patterns.pairs * np.abs(shipped - truth)).sum())


def test_the_model_says_what_em_found_and_its_contributions_add_up() -> None:
    patterns, _ = drawn(2000, 0, 3000)
    made, chance = fit_unlabelled(patterns, BASE)
    again, _ = fit_unlabelled(patterns, BASE)
    assert made == again
    model = WeightTable({**made, "version": "x"})
    weight = model.sized(patterns.descriptions).contributions(patterns.levels).sum(axis=1)
    said = 1 / (1 + np.exp2(-weight))
    assert float((patterns.pairs * np.abs(said - chance)).sum() / patterns.pairs.sum()) < 0.02
    before = WeightTable(BASE).sized(patterns.descriptions).contributions(patterns.levels).sum(axis=1)
    mistyped = patterns.levels[:, NAMES.index("dob")] == CODE["dob"]["typo"]
    assert np.average((weight - before)[mistyped], weights=patterns.pairs[mistyped]) > 2, "alone or with another field"
    assert made["weights"]["local_id"] == BASE["weights"]["local_id"]


def test_a_handful_of_pairs_hardly_moves_the_model() -> None:
    patterns, _ = drawn(6, 0, 10)
    made, _ = fit_unlabelled(patterns, BASE)
    moved = [abs(made["weights"][f][level] - BASE["weights"][f][level]) for f in FIELDS for level in FIELDS[f][1:]]
    assert max(moved) < 2.5
    assert np.median(moved) < 0.1


def test_labels_bind() -> None:
    patterns, _ = drawn(500, 0, 500)
    told = np.where(np.arange(len(patterns.pairs)) % 2 == 0, 1.0, 0.0)
    parts = {name: getattr(patterns, name) for name in Patterns.__dataclass_fields__}
    assert (one_person(Patterns(**{**parts, "same": told}), WeightTable(BASE))[0] == told).all()


def test_a_register_of_names_and_ages_alone_does_not_teach_that_names_are_swapped_as_a_rule() -> None:
    """There every pair whose family name agrees may be of relatives; those with swapped names are all that is left."""
    aged = {"dob": {"age_agrees": 0.9, "age_near": 0.1}, "place": {"different": 1.0}}
    by_chance = {"dob": {"age_agrees": 0.04, "age_differs": 0.96}, "place": {"different": 1.0}}
    rng = np.random.default_rng(3)
    one, near = (
        levels_of({**ONE, **aged}, 2000, rng),
        levels_of({**STRANGERS, "family": {"exact": 1.0}, **by_chance}, 3000, rng),
    )
    for k, field in enumerate(NAMES):
        if field in ("given", "family"):
            one[:100, k] = CODE[field]["swapped"]
    both = np.vstack([one, near])
    both[:, NAMES.index("place")] = 0
    levels, count = np.unique(both, axis=0, return_counts=True)
    apart, met = np.unique(levels_of({**STRANGERS, **by_chance}, 50_000, rng), axis=0, return_counts=True)
    apart[:, NAMES.index("place")] = 0
    found = Patterns(
        levels=levels,
        pairs=count.astype(np.float64),
        same=np.full(len(count), np.nan),
        apart=apart,
        apart_pairs=met * 200.0,
        drawn=50_000,
        descriptions=5000,
    )
    once = replace(found, levels=_said_once(found.levels), apart=_said_once(found.apart))
    mixture = _Mixture(once, _weighed_once(WeightTable(BASE)), 50.0)
    given, _ = mixture._levels_of("given", mixture.start())
    assert given[CODE["given"]["swapped"]] < 0.1
    assert given[CODE["given"]["exact"]] > 0.5


def test_an_area_gives_its_candidates_and_pairs_at_random() -> None:
    rows = [who(f"i{k:03}", f"ANN{k % 7} LEE{k % 5}", f"19{50 + k % 40}-01-02") for k in range(60)]
    identity = table(rows)
    assert set(identity.columns) == set(SCHEMA)
    found = area_patterns(identity, None, Linking())
    assert found.total == pytest.approx(found.descriptions * (found.descriptions - 1) / 2)
    assert np.isnan(found.same).all()


def test_month_by_month_and_all_at_once_give_the_same_people_under_a_learned_model() -> None:
    names = ["ANN LEE", "ANNE LEE", "JOHN SMITH", "JON SMYTH", "J SMITH", "BILL LEE"]
    rows = [
        who(f"i{k:03}", names[k % 6], f"198{k // 6 % 5}-0{1 + k % 4}-07", home=f"{k % 3}, OAK ROAD, BS3 {k % 4}AB")
        for k in range(90)
    ]
    identity = table(rows)
    learned, _ = fit_unlabelled(area_patterns(identity, None, Linking()), BASE)
    model = WeightTable({**learned, "version": "site-x"})
    memory = None
    for part in (30, 60, 90):
        some = identity.head(part)
        found = link(some, settings=Linking(), model=model, cache=memory)
        whole = link(some, settings=Linking(), model=model)
        assert found.clusters.equals(whole.clusters)
        assert found.pairs.equals(whole.pairs)
        memory = found.memory
    assert 1 < found.clusters["cluster"].n_unique() < 90


def test_labels_are_no_pairs_of_their_own_beside_the_pairs_that_were_compared() -> None:
    patterns, _ = drawn(2000, 0, 3000)
    twice = replace(
        patterns,
        levels=np.vstack([patterns.levels, patterns.levels]),
        pairs=np.concatenate([patterns.pairs, patterns.pairs]),
        same=np.concatenate([patterns.same, np.ones(len(patterns.same))]),
    )
    _, judged, levels = candidate._learned_from_agreement(twice, BASE)
    assert judged.pairs.sum() == patterns.pairs.sum()
    assert len(levels) == len(judged.seen) == len(judged.before) == len(patterns.pairs)


def test_a_model_learned_from_agreement_is_never_said_to_have_been_judged(tmp_path: Path) -> None:
    """Nor does it keep what was said of the model that it was learned from."""
    patterns, _ = drawn(2000, 0, 3000)
    held_back = {name: {"joined": 1, "wrong": 1, "missed": 1} for name in ("in force", "candidate")}
    fitted, judged, _ = candidate._learned_from_agreement(patterns, {**BASE, "held_back": held_back})
    weighed = {"in force": judged.before, "candidate": judged.after}
    made = candidate.Candidate(
        values=fitted,
        weights=pl.DataFrame(),
        together=pl.DataFrame(),
        calibration=pl.DataFrame(),
        thresholds=candidate._thresholds(weighed, judged, 0.5),
        pairs=0,
        same=0,
        unlabelled=True,
    )
    path = tmp_path / "model-x.json"
    path.write_text(made.text_with(link_at=0.7, before=0.5), encoding="utf-8")
    said = advice(tmp_path, Linking(), path)
    assert "Judged on people" not in said
    assert said.endswith("it was learned from how descriptions agree, and nothing has shown how well it does.")


def test_strangers_who_are_candidates_show_what_comes_together() -> None:
    """Where all who share a place are compared, the pairs at random no longer show that two fields are one fact."""
    patterns, truth = drawn(500, 0, 500)
    rng = np.random.default_rng(7)
    near = levels_of(STRANGERS, 20_000, rng)
    near[:, NAMES.index("place")] = CODE["place"]["house"]
    near[:, NAMES.index("middle")] = CODE["middle"]["exact"]
    near[:8_000, NAMES.index("family")] = CODE["family"]["exact"]
    other, met = np.unique(near, axis=0, return_counts=True)
    crowded = replace(
        patterns,
        levels=np.vstack([patterns.levels, other]),
        pairs=np.concatenate([patterns.pairs, met.astype(np.float64)]),
        same=np.full(len(patterns.pairs) + len(met), np.nan),
    )
    together = _Mixture(crowded, WeightTable(BASE), 50.0).together
    assert np.average(together[len(truth) :], weights=met) > 0.7


def test_a_mistyped_local_number_is_learned_though_other_evidence_settles_its_pairs() -> None:
    patterns, truth = drawn(2000, 0, 3000)
    numbered = patterns.levels.copy()
    numbered[:, NAMES.index("local_id")] = np.where(
        truth > 0.5, CODE["local_id"]["typo"], CODE["local_id"]["different"]
    )
    apart = patterns.apart.copy()
    apart[:, NAMES.index("local_id")] = CODE["local_id"]["different"]
    made, _ = fit_unlabelled(replace(patterns, levels=numbered, apart=apart), BASE)
    assert made["weights"]["local_id"]["typo"] > 5 > made["weights"]["local_id"]["different"]
