"""Labels: candidate pairs of which it is known whether they are one person, to train a model on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.link.candidates import block
from hiu.link.compare.pairs import compare
from hiu.link.describe import nodes
from hiu.link.levels import Flags, Ints, Levels, Reals
from hiu.settings import Linking

C = pl.col


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Candidate pairs: levels [pairs, fields], whether of one person, how much each counts, whose both ends are.

    A pair weighs 1 / the descriptions of the larger of its people, so that those with most don't rule the fit.
    left, right: places in `owners`, which names the people · descriptions: how many there are, of everybody.
    """

    levels: Levels
    same: Flags
    weight: Reals
    left: Ints
    right: Ints
    owners: list[str]
    descriptions: int

    def only(self, keep: Flags) -> "Labels":
        """Some of the pairs."""
        parts = {name: getattr(self, name)[keep] for name in ("levels", "same", "weight", "left", "right")}
        return Labels(**parts, owners=self.owners, descriptions=self.descriptions)

    def plus(self, others: "list[Labels]") -> "Labels":
        """These pairs and those of others; whoever has the same name in `owners` is the same person."""
        every = [self, *others]
        owners = sorted({name for each in every for name in each.owners})
        place = {name: k for k, name in enumerate(owners)}
        at = [np.array([place[name] for name in each.owners], dtype=np.int64) for each in every]
        return Labels(
            levels=np.concatenate([each.levels for each in every]),
            same=np.concatenate([each.same for each in every]),
            weight=np.concatenate([each.weight for each in every]),
            left=np.concatenate([places[each.left] for places, each in zip(at, every, strict=True)]),
            right=np.concatenate([places[each.right] for places, each in zip(at, every, strict=True)]),
            owners=owners,
            descriptions=self.descriptions,
        )


def labelled_pairs(
    identity: pl.DataFrame,
    person: pl.DataFrame,
    settings: Linking,
    events: pl.DataFrame | None = None,
    *,
    hide_number: bool = False,
) -> Labels:
    """Every candidate pair whose two ends have an owner. `person`: identity_id, person_id (whose each is).

    `hide_number`: candidates are found, and compared, as if nobody had an NHS number.
    """
    described: nodes.Nodes = nodes.build(identity.filter(nodes.comparable()), settings)
    if hide_number:
        unnumbered = described.frame.with_columns(nhs_number=pl.lit(None, dtype=pl.String))
        described = nodes.Nodes(unnumbered, described.member)
    seen = None
    if events is not None:
        seen = events.join(described.member, on="identity_id").select("node", "source", "event").unique()
    pairs = block.pairs(described.frame, settings.block_limit, seen)
    owner = described.member.join(person, on="identity_id").unique("node", keep="first").sort("node")
    owners = owner["person_id"].unique().sort()
    who = np.full(len(described), -1)
    places = pl.DataFrame({"person_id": owners}).with_row_index("place")
    who[owner["node"].to_numpy()] = owner.join(places, on="person_id", maintain_order="left")["place"].to_numpy()
    a, b = block.split(pairs)
    owned = (who[a] >= 0) & (who[b] >= 0)
    pairs, left, right = pairs[owned], who[a[owned]], who[b[owned]]
    size = np.bincount(who[who >= 0], minlength=len(owners))
    weight = 1 / np.maximum(size[left], size[right])
    levels = compare(described.frame, pairs, seen)
    return Labels(
        levels=levels,
        same=left == right,
        weight=weight,
        left=left,
        right=right,
        owners=owners.to_list(),
        descriptions=len(described),
    )
