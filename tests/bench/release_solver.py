"""Sequences of three monthly releases attacked in whole numbers: protected quantities found, share shown, seconds.

    python tests/bench/release_solver.py 200 sequences.jsonl

Areas of 300 to 3,000 people with objections, erasures, merged records, late rows and months and under-18s between the
releases. Each sequence is a line of the file, and those that it has already are not run again. At the end one release
of 10,000 people, for its time alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "kits")]

import release_kit as kit  # noqa: E402
from attacker import attack  # noqa: E402

SIZES = (300, 800, 1500, 3000)


def run(seed: int, people: int, releases: int = 3) -> dict[str, object]:
    """One sequence: what was tried and found, what was refused, the share shown and the seconds of each release."""
    area, dice, reader = kit.invent(people, seed), np.random.default_rng(seed), kit.Recipient()
    shares, seconds, refused, said = [], [], 0, []
    for step in range(releases):
        said += kit.happen(area, dice) if step else []
        at = time.perf_counter()
        made = reader.take(area, kit.LAST + step)
        seconds.append(round(time.perf_counter() - at, 2))
        shares.append(round(made.solved.share, 3))
        refused += bool(made.solved.refused)
    result = attack(reader.published, reader.truth)
    counts = {"tried": result.tried, "found": result.found, "open": result.open, "refused": refused}
    return {"seed": seed, "people": people, **counts, "shares": shares, "seconds": seconds, "said": said}


def main(sequences: int, kept: Path) -> None:
    """Run what is not in the file yet, then print the totals."""
    done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    for seed in sorted(set(range(sequences)) - {row["seed"] for row in done}):
        done.append(run(seed, SIZES[seed % 4]))
        with kept.open("a") as stream:
            stream.write(json.dumps(done[-1]) + "\n")
    tried, found, undecided, refused = (
        sum(row[name] if isinstance(row[name], int) else len(row[name]) for row in done)
        for name in ("tried", "found", "open", "refused")
    )
    shares, seconds = ([one for row in done for one in row[name]] for name in ("shares", "seconds"))
    print(f"{len(done)} sequences: {found} of {tried} found, {undecided} not settled; {refused} releases refused")
    print(f"share shown: mean {np.mean(shares):.3f}, lowest {min(shares):.3f}")
    print(f"a release: mean {np.mean(seconds):.1f} s, at most {max(seconds):.1f} s")
    area, at = kit.invent(10_000, 1), time.perf_counter()
    kit.Recipient().take(area, kit.LAST)
    print(f"10,000 people: {time.perf_counter() - at:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
