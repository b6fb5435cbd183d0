"""Joining: from which probability two descriptions are one person, so that few rows are on a wrong record.

The matcher's own doubts say how many rows a wrong link would have moved: of each link without which a person would be
two, its chance to be wrong times the rows on its smaller side. The looser the line, the more of them.
"""

from dataclasses import dataclass

import polars as pl

from hiu.link.match import Cuts, Linkage
from hiu.link.model.candidate import LINES
from hiu.link.people.decisions import empty
from hiu.link.review.doubts import weak_links, with_ends
from hiu.link.review.quality import doubted_rows

C = pl.col
UNPROVED = LINES.index(0.7)
"""The place in LINES of the loosest for a model learned without numbers: nothing has shown its doubts to be right, and
a wrong join is as bad as two missed ones."""
EVEN, HALF = 0.5, 0.5
"""Where a register says so little that many joins are in doubt, as many rows as a site wants on a wrong record at most
would leave nearly everybody unjoined. There half of the rows may be that even odds would put on one."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """link_at: the probability from which pairs join · wrong: the expected share of rows on a wrong record ·

    wanted: the share that the site wants at most · allowed: that which the line was drawn by · tried: link_at, wrong,
    people, of each that was tried, in order.
    """

    link_at: float
    wrong: float
    wanted: float
    allowed: float
    tried: pl.DataFrame


def where_to_join(
    cuts: Cuts, identity: pl.DataFrame, decisions: pl.DataFrame | None, wanted: float, *, unproved: bool = False
) -> Line:
    """The loosest of LINES with at most the wanted share of rows on a wrong record; the strictest if none has.

    identity: identity_id, rows, nhs_number, nobody · wanted: share of rows that name somebody · unproved: the model was
    learned without numbers. Then no line below UNPROVED is drawn, and the share is HALF of what would be wrong from
    EVEN on if that is more.
    """
    tried: dict[float, tuple[float, int]] = {}

    def wrong(link_at: float) -> float:
        linked = cuts.at(link_at)
        tried[link_at] = (expected_wrong(linked, identity, decisions), linked.clusters["cluster"].n_unique())
        return tried[link_at][0]

    allowed = max(wanted, HALF * wrong(EVEN)) if unproved else wanted
    low, high = UNPROVED if unproved else 0, len(LINES) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wrong(LINES[middle]) <= allowed else (middle + 1, high)
    if LINES[low] not in tried:
        wrong(LINES[low])
    rows = [(line, *found) for line, found in sorted(tried.items())]
    table = pl.DataFrame(rows, schema=["link_at", "wrong", "people"], orient="row")
    return Line(link_at=LINES[low], wrong=tried[LINES[low]][0], wanted=wanted, allowed=allowed, tried=table)


def expected_wrong(linked: Linkage, identity: pl.DataFrame, decisions: pl.DataFrame | None = None) -> float:
    """The share of rows that name somebody which are expected on a wrong record, under a model of the area's own."""
    people = identity.select("identity_id", "rows", "nhs_number").join(
        linked.clusters.select("identity_id", "cluster"), on="identity_id"
    )
    loose = weak_links(with_ends(linked.pairs, people), empty() if decisions is None else decisions)
    return doubted_rows(loose) / max(int(identity.filter(~C("nobody"))["rows"].sum()), 1)
