"""A model in which two fields may weigh together: sums are exact, lines are what a run would give, drawn by doubts."""

from __future__ import annotations

import json
from importlib import resources
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from link_kit import decided, table, who

from hiu.errors import SettingsError
from hiu.link import explain_pair, link
from hiu.link.joining import expected_wrong, where_to_join
from hiu.link.levels import CODE, COMBINATIONS, FIELDS, NAMES
from hiu.link.match import Cuts
from hiu.link.model.candidate import LINES
from hiu.link.model.scorer import TERMS, WeightTable
from hiu.publish.charts.matching import steps
from hiu.settings import Linking

BASE: dict[str, Any] = json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
GIVEN, FAMILY = ("ANN", "ANNE", "JOHN", "JON", "BILL"), ("LEE", "SMITH", "SMYTH", "PATEL")
BORN, HOMES = ("1980-11-07", "1980-07-11", "1958-01-30", None), ("12, OAK ROAD, BS3 1AB", "7, ELM CLOSE, TA1 2CD", None)


def pairwise(seed: int = 3) -> WeightTable:
    """The shipped weights, with a random correction for every two levels of every two fields."""
    rng = np.random.default_rng(seed)
    together = {
        "+".join(term): {
            f"{one}+{other}": float(rng.normal()) for one, other in product(*(FIELDS[name][1:] for name in term))
        }
        for term in TERMS
        if len(term) == 2
    }
    return WeightTable({**BASE, "together": together, "version": "pairwise"})


def people(n: int = 60) -> pl.DataFrame:
    """n descriptions that agree in many ways."""
    rng = np.random.default_rng(9)
    rows = []
    for k in range(n):
        given, family, born, home = (rng.choice(list(values)) for values in (GIVEN, FAMILY, BORN, HOMES))
        more = {"home": home} if home else {}
        rows.append(who(f"{k:02}", f"{given} {family}", born, sex=str(rng.choice(["F", "M"])), rows=1 + k % 4, **more))
    return table(rows)


@pytest.mark.parametrize("pairs", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_what_explain_says_of_pairs_adds_up_to_their_weight(pairs: int) -> None:
    identity, model, rng = people(), pairwise(), np.random.default_rng(4)
    scored = link(identity, settings=Linking(review_from=0), model=model).pairs
    weight = {(a, b): w for a, b, w in scored.select("identity_a", "identity_b", "match_weight").iter_rows()}
    seen = 0
    for _ in range(pairs):
        a, b = sorted(f"{k:02}" for k in rng.choice(60, 2, replace=False))
        found = explain_pair(identity, a, b, settings=Linking(), model=model)
        assert abs(found.fields["weight"].sum() - found.weight) < 1e-9
        assert set(NAMES) < set(found.fields["field"])
        if (a, b) in weight:
            seen += 1
            assert abs(weight[a, b] - found.weight) < 1e-9
    assert seen > pairs / 10


def test_two_fields_together_are_named_with_both_levels_and_have_a_bar_of_their_own() -> None:
    found = explain_pair(people(), "00", "01", settings=Linking(), model=pairwise())
    both = found.fields.filter(pl.col("field") == "given+family").row(0, named=True)
    assert both["title"] == "Given name with family name"
    assert " with " in both["level"]
    bars = steps(found.fields)
    assert bars[-1]["end"] == pytest.approx(found.weight, abs=1e-3)
    assert any(bar["title"].startswith("Given name with family name: ") for bar in bars)


@pytest.mark.parametrize("link_at", [0.2, 0.5, 0.9])
def test_a_line_that_is_tried_gives_what_a_run_at_it_gives(link_at: float) -> None:
    identity, decisions = people(), decided(("00", "01", "different"))
    cuts = Cuts(identity, settings=Linking(), lowest=0.2, model=pairwise(), decisions=decisions)
    run = link(identity, settings=Linking(link_at=link_at), model=pairwise(), decisions=decisions)
    assert cuts.at(link_at).clusters.equals(run.clusters)
    assert cuts.at(link_at).pairs.equals(run.pairs)
    with pytest.raises(ValueError, match="below"):
        cuts.at(0.1)


def test_the_line_is_the_loosest_at_which_no_more_rows_than_wanted_are_expected_wrong() -> None:
    identity = people()
    cuts = Cuts(identity, settings=Linking(), lowest=LINES[0])
    expected = {line: expected_wrong(cuts.at(line), identity) for line in LINES}
    assert len(set(expected.values())) > 3
    for wanted in (0.0, sorted(expected.values())[4], 1.0):
        found = where_to_join(cuts, identity, None, wanted)
        assert found.wrong == expected[found.link_at]
        fit = [line for line in LINES if expected[line] <= wanted]
        assert found.link_at == min(fit, default=LINES[-1])
        assert found.tried["link_at"].is_sorted()


def test_a_model_without_numbers_may_put_half_of_what_even_odds_would_on_a_wrong_record_and_is_never_loose() -> None:
    identity = people()
    cuts = Cuts(identity, settings=Linking(), lowest=LINES[0])
    expected = {line: expected_wrong(cuts.at(line), identity) for line in LINES}
    for wanted in (0.0, 1.0):
        found = where_to_join(cuts, identity, None, wanted, unproved=True)
        assert found.allowed == max(wanted, expected[0.5] / 2)
        assert found.link_at == min(
            [at for at in LINES if at >= 0.7 and expected[at] <= found.allowed], default=LINES[-1]
        )


def test_a_model_made_before_a_level_weighs_it_as_it_did() -> None:
    local = {level: weight for level, weight in BASE["weights"]["local_id"].items() if level != "typo"}
    older = WeightTable({**BASE, "weights": {**BASE["weights"], "local_id": {**local, "different": -3.5}}})
    k, codes = NAMES.index("local_id"), FIELDS["local_id"]
    assert older.table[k, codes.index("typo")] == older.table[k, codes.index("different")] == -3.5
    both = COMBINATIONS.index(("given", "family"))
    common, frequent = (CODE["given"][level] for level in ("exact_common", "exact_frequent"))
    assert older.table[0, frequent] == older.table[0, common] == BASE["weights"]["given"]["exact_common"]
    corrected = older.together[both][
        np.ix_([common, frequent], [CODE["family"][x] for x in ("exact_common", "exact_frequent")])
    ]
    assert (corrected == BASE["together"]["given+family"]["exact_common+exact_common"]).all()
    with pytest.raises(SettingsError, match="no weight for 'local_id': different"):
        WeightTable({**BASE, "weights": {**BASE["weights"], "local_id": {"same": 1.0, "same_crowded": 0.5}}})
