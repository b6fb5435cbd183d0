"""Sequences of three monthly releases attacked in whole numbers: protected cells found, share shown, seconds a release.

    python tests/bench/release_solver.py 200

Areas of 300 to 3,000 people with objections, erasures, late rows and under-18s between the releases. Then one release
of 10,000 people, for its time alone.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from pipelines.access.releases import Past

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / room) for room in ("kits", "hostile")]

import release_kit as kit  # noqa: E402
from test_release_sequences import exposed  # noqa: E402

SIZES = (300, 800, 1500, 3000)


def main(sequences: int, first: int = 0) -> None:
    """Print a line a sequence, then the totals."""
    tried, found, shares, seconds, refused = 0, 0, [], [], 0
    for seed in range(first, first + sequences):
        area, dice, past = kit.invent(SIZES[seed % 4], seed), np.random.default_rng(seed), Past()
        for step in range(3):
            if step:
                kit.happen(area, dice)
            at = time.perf_counter()
            made, past = kit.release(area, kit.LAST + step, past)
            seconds.append(time.perf_counter() - at)
            shares.append(made.solved.share)
            refused += bool(made.solved.refused)
        some, hits = exposed(past)
        tried, found = tried + some, found + len(hits)
        print(f"{seed}: {SIZES[seed % 4]} people, {some} protected cells, {len(hits)} found {hits[:2]}", flush=True)
    low, mean = min(shares), sum(shares) / len(shares)
    print(f"{sequences} sequences: {found} of {tried} protected cells found; {refused} releases refused")
    print(f"share shown: mean {mean:.3f}, lowest {low:.3f}")
    print(f"a release: mean {np.mean(seconds):.1f} s, at most {max(seconds):.1f} s")
    area = kit.invent(10_000, 1)
    at = time.perf_counter()
    kit.release(area, kit.LAST, Past())
    print(f"10,000 people: {time.perf_counter() - at:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
