"""Labels that say as little as descriptions without a number do, and a model file for an area of a given size."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import polars as pl
from link_kit import table, who

from hiu.link.model.candidate import trusted
from hiu.link.model.labels import labelled_pairs
from hiu.link.model.scorer import WeightTable, values_at, with_later
from hiu.link.model.unnumbered import DESCRIBED, as_unnumbered
from hiu.settings import Linking

BASE: dict[str, Any] = with_later(
    json.loads((resources.files("hiu.link.model") / "model.json").read_text(encoding="utf-8"))
)
HOME = "12, OAK ROAD, BS3 1AB"
NUMBERED = 12


def area(thin: int) -> pl.DataFrame:
    """Six people described twice, with a number and all else, and some names with a year of birth and no more."""
    rich = [
        who(f"r{k:02}", "ANN LEE", "1980-11-07", sex="F", home=HOME, nhs=f"9{k // 2:09}", ids=f"niche:{k}")
        for k in range(NUMBERED)
    ]
    return table([*rich, *(who(f"t{k:02}", "JOHN SMITH", born=1958) for k in range(thin))])


def test_each_half_says_as_little_as_what_has_no_number_and_the_other_half_and_all_others_stay() -> None:
    identity = area(3)
    halves = as_unnumbered(identity, trusted(identity))
    assert len(halves) == 2
    lost: list[set[str]] = []
    for seen in halves:
        before, after = (some.sort("identity_id") for some in (identity, seen))
        assert after["identity_id"].to_list() == before["identity_id"].to_list()
        changed = before.filter(
            pl.Series([one != other for one, other in zip(before.rows(), after.rows(), strict=True)])
        )
        lost.append(set(changed["identity_id"]))
        thin = after.filter(pl.col("identity_id").is_in(changed["identity_id"].implode()))
        assert thin.select("dob", "sex", "postcode", "house", "local_ids").null_count().row(0) == (thin.height,) * 5
        assert set(thin.select("given", "family", "birth_year").rows()) == {("ANN", "LEE", 1980)}
        assert thin["nhs_number"].null_count() == 0
    assert min(map(len, lost)) > 0
    assert lost[0].isdisjoint(lost[1])
    assert lost[0] | lost[1] == {f"r{k:02}" for k in range(NUMBERED)}


def test_what_is_drawn_does_not_depend_on_the_order_of_rows() -> None:
    identity = area(3)
    one, other = (as_unnumbered(some, trusted(identity)) for some in (identity, identity.reverse()))
    assert all(a.sort("identity_id").equals(b.sort("identity_id")) for a, b in zip(one, other, strict=True))


def test_where_every_description_has_a_number_there_is_nothing_to_take_after() -> None:
    identity = area(0)
    assert as_unnumbered(identity, trusted(identity)) == []
    assert set(DESCRIBED) < set(identity.columns)


def test_labels_of_several_keep_every_pair_and_name_its_people() -> None:
    identity = area(3)
    owned = trusted(identity)
    parts = [
        labelled_pairs(some, owned, Linking(), hide_number=True) for some in (identity, *as_unnumbered(identity, owned))
    ]
    whole = parts[0].plus(parts[1:])
    assert len(whole.same) == sum(len(part.same) for part in parts)
    named = [(part.owners[a], part.owners[b]) for part in parts for a, b in zip(part.left, part.right, strict=True)]
    assert [(whole.owners[a], whole.owners[b]) for a, b in zip(whole.left, whole.right, strict=True)] == named
    assert ((whole.left == whole.right) == whole.same).all()


def test_a_model_fitted_at_the_size_of_an_area_starts_as_it_would_match_there() -> None:
    large = values_at(BASE, 4 * BASE["descriptions"])
    assert large["prior"] == BASE["prior"] - 2
    for size in (1000, 4 * BASE["descriptions"], 16 * BASE["descriptions"]):
        one, other = (WeightTable(values).sized(size) for values in (BASE, large))
        assert one.prior == other.prior or size < 4 * BASE["descriptions"]
    assert values_at(BASE, 1000) == BASE | {"descriptions": float(BASE["descriptions"])}
