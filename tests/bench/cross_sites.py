"""The same people in three areas, found by exchanges: recall and precision over pairs, time, memory, and what leaves.

Run: python tests/bench/cross_sites.py [PEOPLE] [SEED]

Three invented areas of PEOPLE (20,000) people; 3 % of everybody is in two of them, a tenth of these in three. Who is in
another area has moved there, is seen by a second hospital, goes by another family name, or has no NHS number there, a
quarter each; every area's agencies describe everybody two to five times, with slips. Each two areas exchange as the
command does, every letter sealed and opened. Somebody described without a birth and a number can't be in an exchange,
and counts as missed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "kits"))
from cross_kit import AreaPeople, areas

from hiu.network import session
from hiu.network.envelope import header, open_sealed, public_key, seal, shared_key
from hiu.network.letters import Letter
from hiu.network.session import Keys
from hiu.network.subjects import subjects

SEEDS = (b"n" * 32, b"s" * 32)


@dataclass(frozen=True)
class Found:
    """Pairs that an exchange found, seconds of processor, and bytes of each step."""

    pairs: list[tuple[int, int]]
    processor: float
    sizes: Counter[str]


def carried(letter: Letter, step: str, writer: int, sizes: Counter[str]) -> Letter:
    """A letter as the other site reads it, its file sealed and opened."""
    head = header("one", "other", "X1-2", step)
    content = seal(head, letter, seed=SEEDS[writer], public=public_key(SEEDS[1 - writer]))
    sizes[step] += len(content)
    return open_sealed(content, step, seed=SEEDS[1 - writer], public=public_key(SEEDS[writer]))


def exchange(one: AreaPeople, other: AreaPeople, name: str) -> Found:
    """A whole exchange, both reviewers releasing every pair: whom of the truth each pair puts together."""
    mine, theirs = (subjects(area.people, area.descriptions) for area in (one, other))
    sizes, before = Counter[str](), sum(os.times()[:2])
    pair = shared_key(SEEDS[0], public_key(SEEDS[1])) + name.encode()
    a, b = Keys(pair, f"a{name}".encode() * 8), Keys(pair, f"b{name}".encode() * 8)
    at_a, ask = session.ask(mine, a, purpose="support", agreement="bench")
    at_b, answer = session.answer(theirs, b, carried(ask, "ask", 0, sizes), agreement="bench")  # type: ignore[arg-type]
    at_a, back = session.give_back(at_a, a, carried(answer, "answer", 1, sizes))  # type: ignore[arg-type]
    at_b, near = session.encode_near(at_b, theirs, b, carried(back, "return", 0, sizes))  # type: ignore[arg-type]
    at_a, result = session.decide(at_a, mine, a, carried(near, "encodings", 1, sizes))  # type: ignore[arg-type]
    at_b = session.finish(at_b, carried(result, "result", 0, sizes))  # type: ignore[arg-type]
    at_a, from_a = session.release(at_a, None, "Dr A")
    at_b, from_b = session.release(at_b, None, "Dr B")
    at_a, at_b = session.hear(at_a, from_b), session.hear(at_b, from_a)
    there = at_b.revealed()
    pairs = [(one.truth[p], other.truth[there[ref]]) for ref, p in at_a.revealed().items() if ref in there]
    sent = len(near.numbered), len([person for person in at_b.encoded if person])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {name}: {len(at_a.decided)} pairs by the first stage, {len(at_b.alike)} by the second; {sent[0]} "
          f"encodings sent, {sent[1]} of them of people; {memory:.2f} GB at the most", flush=True)  # fmt: skip
    return Found(pairs, sum(os.times()[:2]) - before, sizes)


def main() -> None:
    """Print what was found and missed. Two processes: one for each core that is promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=int, nargs="?", default=20_000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    given = parser.parse_args()
    size, seed = given.people, given.seed
    sites = areas(size, seed=seed)
    begun, two = time.monotonic(), list(itertools.combinations(range(len(sites)), 2))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(exchange, *zip(*((sites[a], sites[b], f"{a}{b}") for a, b in two), strict=True)))
    there = sum(len(set(sites[a].truth.values()) & set(sites[b].truth.values())) for a, b in two)
    pairs = [pair for one in found for pair in one.pairs]
    right = sum(p == q for p, q in pairs)
    print(f"{len(sites)} areas of {size} (seed {seed}): {there} pairs, {len(pairs)} found, {right} of them right")
    print(f"recall {right / there:.4f}, precision {right / len(pairs):.4f}")
    print(f"{time.monotonic() - begun:.0f} s on the clock, {sum(one.processor for one in found):.0f} s of processor")
    print("megabytes of one exchange: " + ", ".join(f"{step} {n / 1e6:.1f}" for step, n in found[0].sizes.items()))


if __name__ == "__main__":
    main()
