"""How well people are matched on invented areas whose seeds the weights never saw.

    python tests/bench/link_unseen.py [--people 20000 60000] [--seed 31] [--folder DIR]

Prints a Markdown table: B-cubed over linkable rows, and the share of rows in the wrong cluster. Areas are made once.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from link_areas import score, synthetic

from hiu.link import link
from hiu.settings import Linking


def main() -> None:
    """Make, link, score."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, nargs="+", default=[20_000, 60_000])
    ask.add_argument("--seed", type=int, default=31)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-link-areas")
    asked = ask.parse_args()
    print("| people | rows | precision | recall | F1 | rows in the wrong cluster |\n|---|---|---|---|---|---|")
    for people in asked.people:
        area = synthetic(asked.folder / f"{asked.seed}-{people}", people, asked.seed)
        found = score(area, link(area.identity, settings=Linking(), events=area.events).clusters)
        print(
            f"| {people:,} | {found['rows']:,.0f} | {found['precision']:.4f} | {found['recall']:.4f} "
            f"| {found['f1']:.4f} | {found['wrong']:.2%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
