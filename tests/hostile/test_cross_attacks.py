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
from scipy.optimize import linear_sum_assignment, quadratic_assignment
from scipy.sparse.csgraph import connected_components

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


def groups(graph: Reals, strict: float) -> list[list[int]]:
    """Nodes that share a key, as far as an attacker can see: they are more alike than any two are by chance.

    strict: how many median deviations above the median likeness two of one group are.
    """
    far = graph[~np.eye(len(graph), dtype=bool)]
    line = float(np.median(far)) + strict * float(np.median(np.abs(far - np.median(far))))
    _, labels = connected_components(graph >= line, directed=False)
    return [np.flatnonzero(labels == one).tolist() for one in range(labels.max() + 1)]


def profile(graph: Reals, group: list[int]) -> Reals:
    """What a group looks like whatever the key: the sorted likenesses within it."""
    inside = graph[np.ix_(group, group)]
    return np.sort(inside[np.triu_indices(len(group), 1)])


@pytest.mark.slow
@pytest.mark.parametrize("strict", [4, 4.5, 5, 6])
def test_matching_group_by_group_finds_at_most_one_in_a_hundred(people: pl.DataFrame, strict: float) -> None:
    """Another attack: whoever shares a key is told apart from the rest, groups are paired, and each is solved alone."""
    from hiu.network.encode import encoded

    seen, own = encoded(people, OURS), encoded(people, GUESSED)
    mixed = np.random.default_rng(2).permutation(len(seen))
    a, b = (alike(side, side) for side in (seen[mixed], own))
    theirs, right, placed = groups(b, strict), 0, 0
    for group in sorted(groups(a, strict), key=len, reverse=True):
        same = [one for one in theirs if len(one) == len(group)]
        if len(group) == 1 or not same:
            continue
        shape = profile(a, group)
        best = min(same, key=lambda one: float(((profile(b, one) - shape) ** 2).sum()))
        theirs.remove(best)
        options = {"maximize": True, "rng": np.random.default_rng(1)}
        found = quadratic_assignment(a[np.ix_(group, group)], b[np.ix_(best, best)], options=options)
        right += sum(mixed[group[at]] == best[to] for at, to in enumerate(found.col_ind))
        placed += len(group)
    print(f"group by group, {strict}: {right / len(seen):.2%} of {len(seen)} re-identified, {placed} of them placed")
    assert right / len(seen) <= 0.01


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
