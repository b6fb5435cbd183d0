"""Local: what only a site knows about its names, numbers and sources, put before the matcher.

Extra nicknames and spellings become other names a person is known by; local numbers a site does not trust are left
out; two sources that never share a person are kept apart, also through a third, unless a reviewer said otherwise.
"""

from itertools import permutations
from typing import Any

import polars as pl

from hiu.errors import ContradictoryDecision, HiuError
from hiu.link.match import Linkage, link
from hiu.link.people.decisions import Book, empty, in_force
from hiu.settings import Linking

C = pl.col
RULE = "rule of the site"
"""Who is said to have decided, where linking.never_shared parts two descriptions."""
_PASSES = 20


def with_site_names(identity: pl.DataFrame, settings: Linking) -> pl.DataFrame:
    """Identities as the matcher should see them: the site's own names added, its untrusted local numbers left out."""
    out = identity
    if settings.untrusted_ids:
        out = out.with_columns(local_ids=_trusted_ids(set(settings.untrusted_ids)))
    for column, groups in (("given", settings.nicknames), ("family", settings.spellings)):
        if groups:
            out = _add_aliases(out, column, groups)
    return out


def link_under_site_rules(
    identity: pl.DataFrame, *, settings: Linking, decisions: pl.DataFrame | None = None, **more: Any
) -> Linkage:
    """Link under a site's own rules; the same arguments and answer as hiu.link.link.

    Where linking.never_shared is broken the descriptions are parted and everything is linked again, until it holds.
    Raises HiuError if it never does.
    """
    seen = with_site_names(identity, settings)
    decisions = empty() if decisions is None else decisions
    parted: set[tuple[str, str]] = set()
    for _ in range(_PASSES):
        linked = link(seen, settings=settings, decisions=_with_partings(decisions, parted), **more)
        fresh = _rule_breaches(linked.clusters, identity, settings, decisions, parted)
        if not fresh:
            return linked
        parted |= fresh
    raise HiuError(
        f"linking.never_shared: after {_PASSES} rounds of parting found {len(fresh)} pairs of two such sources in one "
        "person; expected none. Take the rule out of site.toml, or decide the pairs ('hiu decide')."
    )


def _trusted_ids(schemes: set[str]) -> pl.Expr:
    trusted = ~pl.element().str.extract(r"^([^:]*)").is_in(list(schemes))
    return C("local_ids").str.split("|").list.eval(pl.element().filter(trusted)).list.join("|").replace("", None)


def _add_aliases(identity: pl.DataFrame, column: str, groups: tuple[str, ...]) -> pl.DataFrame:
    """Every other name of the group, with the rest of the name as it is, among the aliases."""
    rows = [pair for line in groups for pair in permutations(dict.fromkeys(line.upper().split()), 2)]
    table = pl.DataFrame(rows, schema={column: pl.String, "other": pl.String}, orient="row").unique().sort(pl.all())
    rest = {"given": C("other") + " " + C("family"), "family": C("given") + " " + C("other")}[column]
    named = identity.select("identity_id", "given", "family").join(table, on=column)
    more = named.select("identity_id", name=rest).drop_nulls().group_by("identity_id").agg("name")
    both = pl.concat_list(C("aliases").str.split("|").fill_null([]), C("name").fill_null([])).list.unique().list.sort()
    joined = identity.join(more, on="identity_id", how="left", maintain_order="left")
    return joined.with_columns(aliases=both.list.join("|").replace("", None)).drop("name")


def _with_partings(decisions: pl.DataFrame, parted: set[tuple[str, str]]) -> pl.DataFrame:
    rows = [{"identity_a": a, "identity_b": b, "decision": "different", "reviewer": RULE} for a, b in sorted(parted)]
    more = pl.DataFrame(rows, schema=dict.fromkeys(("identity_a", "identity_b", "decision", "reviewer"), pl.String))
    return pl.concat([decisions, more], how="diagonal")


def _rule_breaches(
    clusters: pl.DataFrame,
    identity: pl.DataFrame,
    settings: Linking,
    decisions: pl.DataFrame,
    parted: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """Pairs of one cluster, each of one source alone, that a rule says are two; not where a reviewer joined them."""
    where = clusters.select("identity_id", "cluster").join(identity.select("identity_id", "sources"), on="identity_id")
    book, out = Book(in_force(_with_partings(decisions, parted))), set[tuple[str, str]]()
    for one, other in settings.never_shared:
        sides = [where.filter(C("sources") == source) for source in (one, other)]
        both = sides[0].join(sides[1], on="cluster").select("identity_id", "identity_id_right")
        for a, b in both.sort(pl.all()).rows():
            try:
                book.add(min(a, b), max(a, b), "different")
            except ContradictoryDecision:
                continue
            out.add((min(a, b), max(a, b)))
    return out - parted
