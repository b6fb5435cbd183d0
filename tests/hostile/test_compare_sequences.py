"""Three areas exchange bundles of figures month after month: whoever keeps every bundle learns of nobody.

Between two months people object and are erased, two records turn out to be one person, support begins and ends, and
rows or whole months come late. The attacker (`tests/kits/attacker.py`) was written apart from the solver.
"""

from __future__ import annotations

import numpy as np
import pytest
import release_kit as kit
from attacker import attack

from pipelines.access.releases import Past

QUICK = ("ed_attendance", "s136")
SLOW = ("police_incident", "ed_attendance", "s136")


def bundles(seed: int, at: int, months: int, sets: tuple[str, ...]) -> tuple[kit.Recipient, list[float]]:
    """One area's bundles of so many months running, and the share shown of each; every other sequence has one of a
    year before too, after which it is given how many people left."""
    dice = np.random.default_rng([seed, at])
    people = int(dice.integers(150, 600))
    area = kit.invent(people, seed * 3 + at, sets=sets, before=20)
    for who in dice.choice(people, int(dice.integers(10, 45)), replace=False).tolist():
        area.start.setdefault(who, (kit.LAST - int(dice.integers(-2, 20))).start)
    last = kit.LAST + 2
    when = [*([last - 12] if seed % 2 else []), *(last - back for back in range(months - 1, -1, -1))]
    reader, shares = kit.Recipient(), []
    for month in when:
        made = reader.take_bundle(area, month)
        assert not made.solved.refused, made.solved.refused
        shares.append(made.solved.share)
        kit.happen(area, dice)
        for who in [who for who in area.start if dice.random() < 0.1]:
            del area.start[who]  # support ended
    return reader, shares


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 41))])
def test_nobody_is_found_by_whoever_keeps_every_bundle(seed: int) -> None:
    months, sets = 3 + seed % 4 if seed > 1 else 3, QUICK if seed == 1 else SLOW
    for at in range(3 if seed > 1 else 1):
        reader, shares = bundles(seed, at, months, sets)
        result = attack(reader.published, reader.truth)
        print(f"sequence {seed}, area {at}: {len(shares)} bundles, {result.tried} tried, {len(result.found)} found, "
              f"{len(result.open)} open, shown {min(shares):.2f} or more")  # fmt: skip
        assert result.tried > 20 and not result.found and not result.open
        assert min(shares) >= 0.5


@pytest.mark.slow
def test_the_attacker_finds_somebody_where_each_bundle_is_decided_without_those_before() -> None:
    """So finding nobody above means something: the same areas, each month as if nothing had been sent."""
    found = []
    for seed in range(4):
        area, reader = kit.invent(300, seed, sets=QUICK, before=20), kit.Recipient()
        for month in (kit.LAST, kit.LAST + 1, kit.LAST + 2):
            reader.past = Past()
            reader.take_bundle(area, month)
        found += attack(reader.published, reader.truth).found
    assert found
