"""Linking at scale: seconds, peak memory and B-cubed on one synthetic area.

    python tests/bench/link_scale.py [--people 130000] [--seed 21] [--folder DIR]

130,000 people give about 490,000 rows and 300,000 identities. Prints a Markdown row for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import psutil
from link_areas import score, synthetic

from hiu.link import Finder, link
from hiu.settings import Linking


class _Peak:
    """The most memory the process held while the block ran (MB, sampled every 50 ms)."""

    def __enter__(self) -> _Peak:
        self.megabytes, self._over = 0.0, threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            self.megabytes = max(self.megabytes, psutil.Process().memory_info().rss / 2**20)


def main() -> None:
    """Make the area if it isn't there, link it, and print what it took."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=130_000)
    ask.add_argument("--seed", type=int, default=21)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    asked = ask.parse_args()
    area = synthetic(asked.folder / f"{asked.people}-{asked.seed}", asked.people, asked.seed)
    with _Peak() as peak:
        start = time.perf_counter()
        linked = link(area.identity, settings=Linking(), events=area.events)
        took = time.perf_counter() - start
    got = score(area, linked.clusters)
    people = area.identity.rename({"identity_id": "person_id"})
    finder = Finder(people)
    start = time.perf_counter()
    finder.find("jon smyth 1984")
    search = time.perf_counter() - start
    cells = [
        f"{got['rows']:,} rows",
        f"{area.identity.height:,} identities",
        f"{took:.1f} s",
        f"peak {peak.megabytes:.0f} MB",
        *(f"{name} {got[name]:.4f}" for name in ("precision", "recall", "f1", "wrong")),
        f"find {search:.3f} s",
    ]
    print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
