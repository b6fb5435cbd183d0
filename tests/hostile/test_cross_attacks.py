"""What somebody can learn of encodings who knows everybody's names, births and homes: with the keys, and without.

First versions, by the authors of the encoding; `docs/network.md` says by which functions others get the same.
The worst case: everybody of the area is encoded (an exchange encodes only those who are near somebody), the attacker
knows the whole area, and the two are the same people.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from cross_kit import areas
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from hiu.network.subjects import subjects

OURS, GUESSED = b"the key of both sites, of a session" * 2, b"another key" * 4
Reals = NDArray[np.float32]


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """An area's people who have a birth."""
    pytest.importorskip("pprl_core")
    area = areas(900, sites=2, seed=11)[0]
    return subjects(area.people, area.descriptions).filter(pl.col("dob").is_not_null())


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Reals:
    bits = [np.unpackbits(side, axis=1).astype(np.float32) for side in (one, other)]
    both: Reals = bits[0] @ bits[1].T
    return 2 * both / (bits[0].sum(axis=1)[:, None] + bits[1].sum(axis=1)[None, :])


def traits(bits: NDArray[np.uint8]) -> Reals:
    """What a node of the graph of likenesses looks like whatever the key: its nearest, their nearest, its bits."""
    graph = alike(bits, bits)
    np.fill_diagonal(graph, 0)
    order = np.argsort(-graph, axis=1)[:, :5]
    near = -np.sort(-graph, axis=1)[:, :40]
    beyond = near[:, :5][order].reshape(len(bits), -1)
    spread = np.quantile(graph, [0.1, 0.5, 0.9], axis=1).T
    ones = np.unpackbits(bits, axis=1).mean(axis=1)[:, None]
    found = np.hstack([near, beyond, spread, ones])
    return np.asarray((found - found.mean(axis=0)) / (found.std(axis=0) + 1e-9), dtype=np.float32)


@pytest.mark.slow
def test_matching_the_graphs_of_a_whole_area_finds_at_most_one_in_a_hundred(people: pl.DataFrame) -> None:
    """The attacker makes the same graph of the people by a key of their own, and matches nodes at the least cost."""
    from hiu.network.encode import encoded

    seen, own = encoded(people, OURS), encoded(people, GUESSED)
    mixed = np.random.default_rng(1).permutation(len(seen))
    seen = seen[mixed]
    a, b = traits(seen), traits(own)
    cost = ((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(cost)
    right = float((mixed[rows] == columns).mean())
    print(f"graph matching: {right:.2%} of {len(seen)} re-identified")
    assert right <= 0.01


@pytest.mark.slow
def test_a_dictionary_without_the_key_finds_nobody(people: pl.DataFrame) -> None:
    from hiu.network.encode import ALIKE, encoded

    seen, words = encoded(people, OURS), encoded(people, GUESSED)
    likeness = alike(seen, words)
    assert (likeness >= ALIKE).sum() == 0
    assert float((likeness.argmax(axis=1) == np.arange(len(seen))).mean()) <= 0.01


@pytest.mark.slow
def test_a_dictionary_with_the_key_finds_who_is_encoded_as_the_docs_say(people: pl.DataFrame) -> None:
    """Not a protection: a partner who breaks the agreement. It is why only those who are near are ever encoded."""
    from hiu.network.encode import encoded

    seen, words = encoded(people, OURS), encoded(people, OURS)
    assert float((alike(seen, words).argmax(axis=1) == np.arange(len(seen))).mean()) > 0.95
