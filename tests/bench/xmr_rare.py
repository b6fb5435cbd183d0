"""How often a control chart flags a month by chance alone: `python tests/bench/xmr_rare.py --series 1000 --seed 1`.

Series of 24 months of a steady count, Poisson or (variance 2 and 3 times the mean) negative binomial.
"""

import argparse

import numpy as np

from hiu.rank.reports.xmr import OUTSIDE, xmr

MEANS = (0.2, 0.5, 1, 2, 3, 5, 8, 10, 12, 15, 20)


def false_alarms(mean: float, spread: int, *, series: int, seed: int, counts: bool = True) -> tuple[float, float]:
    """Share of months flagged, and of months outside the limits, of a count of which nothing changed."""
    rng = np.random.default_rng(seed)
    whole = (
        rng.poisson(mean, (series, 24))
        if spread == 1
        else rng.negative_binomial(mean / (spread - 1), 1 / spread, (series, 24))
    )
    flags = [one for row in whole for one in xmr(row.tolist(), counts=counts).flags]
    return float(np.mean([bool(one) for one in flags])), float(np.mean([OUTSIDE in one for one in flags]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    print("variance/mean  mean  flagged  outside  |  without the rule for counts: flagged  outside")
    for spread in (1, 2, 3):
        for mean in MEANS:
            own, plain = (
                false_alarms(mean, spread, series=wanted.series, seed=wanted.seed, counts=counts)
                for counts in (True, False)
            )
            print(f"{spread:13} {mean:5} {own[0]:8.1%} {own[1]:8.1%}  | {plain[0]:8.1%} {plain[1]:8.1%}")


if __name__ == "__main__":
    main()
