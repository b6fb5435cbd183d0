"""Explain: why two descriptions are, or are not, taken for one person, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hiu.errors import UsageError
from hiu.link.candidates.block import join
from hiu.link.compare.pairs import compare
from hiu.link.describe import nodes
from hiu.link.describe.names import shares
from hiu.link.describe.words import LIST_WEIGHS, UNLISTED
from hiu.link.levels import FIELDS, NAMES, Codes, Reals
from hiu.link.model import scorer
from hiu.link.model.scorer import JOINED, TERMS
from hiu.settings import Linking

C = pl.col

MEANING: dict[str, tuple[str, str]] = {
    "given": ("Given name", "given"),
    "family": ("Family name", "family"),
    "middle": ("Middle names", "middle"),
    "dob": ("Date of birth or age", "dob"),
    "place": ("Address", "postcode"),
    "nhs_number": ("NHS number", "nhs_number"),
    "sex": ("Sex", "sex"),
    "local_id": ("Local identifiers", "local_ids"),
    "kin": ("Relative or namesake", ""),
    "event": ("Same event quoted", ""),
}
"""Field -> how it is shown to people, and the identity column beside it."""


@dataclass(frozen=True)
class PairExplanation:
    """fields: field, title, left, right, level, weight (log2): each field in the model's order, each pair of fields
    that adds or takes something ("given+dob"), the prior last. The weights add up to `weight`.

    rarity: sentences that say how common the names and the address are (no value of a person in them).
    """

    fields: pl.DataFrame
    weight: float
    probability: float
    model: str
    rarity: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The answer and its strongest reasons."""
        ranked = self.fields.filter(C("field") != "prior").sort("weight", "field", descending=[True, False])
        best = [f"{r['title'].lower()} ({r['level']})" for r in ranked.head(3).iter_rows(named=True) if r["weight"] > 0]
        worst = [
            f"{r['title'].lower()} ({r['level']})" for r in ranked.tail(2).iter_rows(named=True) if r["weight"] < 0
        ]
        parts = [f"probability {self.probability:.3f} that they are one person"]
        parts += [f"for: {', '.join(best)}"] if best else []
        parts += [f"against: {', '.join(worst)}"] if worst else []
        return "; ".join(parts)


def explain_pair(
    identity: pl.DataFrame,
    identity_a: str,
    identity_b: str,
    *,
    settings: Linking,
    events: pl.DataFrame | None = None,
    model: scorer.Scorer | None = None,
) -> PairExplanation:
    """Compare two identities as the matcher would. `identity` is the whole table: rarity is judged on it.

    Raises UsageError for an identity that isn't in it.
    """
    model = scorer.load() if model is None else model
    for wanted in (identity_a, identity_b):
        if wanted not in identity["identity_id"]:
            raise UsageError(f"no description '{wanted}': links and review_queue have the ids")
    able = identity.filter(nodes.comparable() | C("identity_id").is_in([identity_a, identity_b]))
    described = nodes.build(able, settings, {identity_a, identity_b})
    home = dict(described.member.select("identity_id", "node").iter_rows())
    pair = join(np.array([home[identity_a]]), np.array([home[identity_b]]))
    seen = None
    if events is not None:
        seen = events.join(described.member, on="identity_id").select("node", "source", "event").unique()
    levels = compare(described.frame, pair, seen)
    parts = model.sized(len(described)).contributions(levels)[0]
    weight = float(parts.sum())
    probability = float(scorer.probability(np.array([weight]))[0])
    beside = {i: identity.row(by_predicate=C("identity_id") == i, named=True) for i in (identity_a, identity_b)}
    rows = [
        _line(k, field, levels[0, k], parts[k], beside[identity_a], beside[identity_b]) for k, field in enumerate(NAMES)
    ]
    rows += _together(levels[0], parts)
    rows.append(("prior", "Before any evidence", None, None, "", float(parts[-1])))
    fields = pl.DataFrame(rows, schema=["field", "title", "left", "right", "level", "weight"], orient="row")
    return PairExplanation(fields, weight, probability, model.version, _rarity(identity, *beside.values()))


def _rarity(identity: pl.DataFrame, *sides: dict[str, object]) -> tuple[str, ...]:
    """How common each name is (by dates of birth it is seen with, and the list), and how many share an address."""
    out = []
    for kind, title in (("given", "given name"), ("family", "family name")):
        for value in dict.fromkeys(str(side[kind]) for side in sides if side[kind]):
            seen = identity.filter(C(kind).is_not_null()).group_by(kind).agg(n=C("dob").drop_nulls().n_unique())
            n, every = int(seen.filter(C(kind) == value)["n"].sum()), int(seen["n"].sum())
            share = (shares(kind).get(value, UNLISTED) * LIST_WEIGHS + n) / (LIST_WEIGHS + every)
            out.append(f"{title}: about 1 person in {1 / share:,.0f}")
    for code in dict.fromkeys(str(side["postcode"]) for side in sides if side["postcode"]):
        at = identity.filter(C("postcode") == code)["dob"].drop_nulls().n_unique()
        kind = "postcode" if " " in code else "postcode district"
        out.append(f"{kind}: {at} date{'' if at == 1 else 's'} of birth seen there")
    return tuple(out)


def title_of(field: str) -> str:
    """How a field, or two together ("given+dob"), is shown to people."""
    first, *rest = (MEANING[name][0] for name in field.split(JOINED))
    return " with ".join([first, *(title[0].lower() + title[1:] for title in rest)])


def titles() -> list[tuple[str, str]]:
    """Field and title, in the order people are shown them."""
    return [(field, title) for field, (title, _) in MEANING.items()]


def _line(
    k: int, field: str, level: np.uint8, weight: float, left: dict[str, object], right: dict[str, object]
) -> tuple[str, str, str | None, str | None, str, float]:
    beside = [side_text(side, field) for side in (left, right)]
    return field, MEANING[field][0], beside[0], beside[1], FIELDS[field][int(level)].replace("_", " "), float(weight)


def _together(levels: Codes, parts: Reals) -> Iterator[tuple[str, str, None, None, str, float]]:
    """What two fields together add to what each says by itself."""
    for term, weight in zip(TERMS, parts, strict=False):
        if len(term) > 1 and weight:
            both = (FIELDS[name][int(levels[NAMES.index(name)])].replace("_", " ") for name in term)
            field = JOINED.join(term)
            yield field, title_of(field), None, None, " with ".join(both), float(weight)


def side_text(side: dict[str, object], field: str) -> str | None:
    """What a description says of a field, as text; None if nothing."""
    column = MEANING[field][1]
    if field == "place":
        parts = [str(side[c]) for c in ("house", "street", "postcode") if side[c]]
        return " ".join(parts) or None
    if field == "dob" and side["dob"] is None and side["birth_year"] is not None:
        return f"about {side['birth_year']}"
    value = side.get(column) if column else None
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return None if value is None else str(value)


def holding_links(pairs: pl.DataFrame, members: list[str]) -> pl.DataFrame:
    """What holds a cluster together: the strongest links that join all its descriptions, strongest first.

    pairs: Linkage.pairs · members: identity ids. The last row is the weakest link: without it the cluster is two.
    """
    inside = pairs.filter(C("identity_a").is_in(members), C("identity_b").is_in(members), C("together"))
    ordered = inside.sort("match_weight", "identity_a", "identity_b", descending=[True, False, False])
    root = {member: member for member in members}

    def top(member: str) -> str:
        while root[member] != member:
            member = root[member]
        return member

    keep = []
    for k, (a, b) in enumerate(ordered.select("identity_a", "identity_b").iter_rows()):
        if top(a) != top(b):
            root[max(top(a), top(b))] = min(top(a), top(b))
            keep.append(k)
    return ordered[keep]


def conflicts(identity: pl.DataFrame, members: list[str]) -> dict[str, list[str]]:
    """What disagrees inside a cluster: NHS numbers, dates of birth, sexes, where there is more than one."""
    inside = identity.filter(C("identity_id").is_in(members))
    found = {c: sorted(str(v) for v in inside[c].drop_nulls().unique()) for c in ("nhs_number", "dob", "sex")}
    return {column: values for column, values in found.items() if len(values) > 1}
