"""Whose rows an erasure takes: the ids of a person, the ways they were described, their rows, their tombstones."""

from dataclasses import dataclass, field, fields, replace

import polars as pl

from hiu.engine import Engine
from hiu.engine.pathway import rows_quoting
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.govern.erase.held import own_tokens
from hiu.govern.erase.near import near_rows, traits_of
from hiu.govern.erase.residue import Traces
from hiu.govern.erase.tombstone import local_numbers, tokens
from hiu.model import IDENTITY_COLUMNS

ROW = ["delivery_id", "source_row"]
READ = [*ROW, "source", "source_file", "record_id", "nobody", *(column.name for column in IDENTITY_COLUMNS)]


@dataclass(frozen=True, kw_only=True)
class ErasureScope:
    """What is to be erased: `rows` (delivery_id, source_row, source_file), tombstones, and what to look for after.

    `near` = digests by which a row with a slip is known; `spared` = tokens of other people's rows that meet them.
    """

    person_id: str
    ids: frozenset[str]
    identities: frozenset[str]
    rows: pl.DataFrame
    stones: tuple[str, ...]
    shared: tuple[str, ...]
    traces: Traces
    addresses: frozenset[str] = field(default_factory=frozenset)
    near: frozenset[str] = field(default_factory=frozenset)
    spared: frozenset[str] = field(default_factory=frozenset)

    def joined(self, other: "ErasureScope") -> "ErasureScope":
        """Both scopes as one: what was found now, and what was found before part of it was taken out."""
        mine, theirs = self.traces, other.traces
        return replace(
            self,
            ids=self.ids | other.ids,
            identities=self.identities | other.identities,
            rows=pl.concat([self.rows, other.rows]).unique().sort(*ROW),
            stones=tuple(sorted({*self.stones, *other.stones})),
            shared=tuple(sorted({*self.shared, *other.shared})),
            traces=Traces(**{one.name: getattr(mine, one.name) | getattr(theirs, one.name) for one in fields(Traces)}),
            addresses=self.addresses | other.addresses,
            near=self.near | other.near,
            spared=self.spared | other.spared,
        )


def find(warehouse: Engine, person_id: str, key: bytes) -> ErasureScope:
    """Everything of a person in the warehouse. Raises UsageError if it knows nobody of that id."""
    ids = _ids(warehouse, person_id)
    identities = _identities(warehouse, ids)
    if not identities:
        people = warehouse.rows("cluster", "person_id", distinct=True)["person_id"]
        raise UsageError(f"no person '{person_id}' in the warehouse.{did_you_mean(person_id, people)}")
    records = warehouse.rows("record", *READ)
    of = warehouse.ask("row_people")
    own = of.filter(pl.col("identity_id").is_in(sorted(identities))).select(ROW)
    marked = tokens(records, key)
    stones, shared = _stones(marked, own, of, ids)
    met = marked.filter(pl.col("token").is_in(sorted(stones))).select(ROW)
    every = pl.concat([own, met, rows_quoting(warehouse, ids)]).unique()
    rows = every.join(records.select(*ROW, "source_file"), on=ROW).sort(*ROW)
    described = records.join(rows, on=ROW, how="semi")
    identities |= set(of.join(rows, on=ROW, how="semi")["identity_id"])
    near = traits_of(described, key)
    alike = near_rows(records.join(rows, on=ROW, how="anti"), {person_id: near}, [key])
    spared = own_tokens(records.join(alike, on=ROW, how="semi"), sorted(stones), key)
    whose = set(of.join(alike, on=ROW, how="semi")["person_id"].drop_nulls())
    return ErasureScope(
        person_id=person_id,
        ids=ids,
        identities=identities,
        rows=rows,
        stones=tuple(sorted(stones)),
        shared=tuple(sorted({*shared, *whose})),
        near=near,
        spared=frozenset(spared),
        traces=_traces(described, records.join(rows, on=ROW, how="anti"), ids, identities),
        addresses=_addresses(described),
    )


def _ids(warehouse: Engine, person_id: str) -> frozenset[str]:
    """The id and every former one that was merged into it."""
    became = warehouse.rows("aliases", "old_id", "person_id", where={"kind": "merge"}).rows()
    ids = {person_id}
    while more := {old for old, new in became if new in ids} - ids:
        ids |= more
    return frozenset(ids)


def _identities(warehouse: Engine, ids: frozenset[str]) -> frozenset[str]:
    """Descriptions of the person now, and those of earlier months that are nobody's now."""
    now = warehouse.rows("cluster", "identity_id", "person_id")
    then = warehouse.rows("person_ledger", "identity_id", "person_id", distinct=True)
    gone = then.join(now, on="identity_id", how="anti")
    both = pl.concat([now, gone.select(now.columns)])
    return frozenset(both.filter(pl.col("person_id").is_in(sorted(ids)))["identity_id"])


def _stones(
    marked: pl.DataFrame, own: pl.DataFrame, of: pl.DataFrame, ids: frozenset[str]
) -> tuple[set[str], tuple[str, ...]]:
    """The tokens of the person's rows that are nobody else's, and who else has the others."""
    mine = marked.join(own, on=ROW, how="semi")
    others = of.filter(~pl.col("person_id").is_in(sorted(ids)))
    theirs = marked.filter(pl.col("token").is_in(mine["token"].unique().implode())).join(others, on=ROW)
    return set(mine["token"]) - set(theirs["token"]), tuple(sorted(set(theirs["person_id"])))


def _traces(described: pl.DataFrame, others: pl.DataFrame, ids: frozenset[str], identities: frozenset[str]) -> Traces:
    """What to look for afterwards: of names and homes only those that nobody else has."""

    def own(columns: list[str]) -> set[tuple[object, ...]]:
        mine = described.select(columns).drop_nulls().unique()
        return set(mine.join(others.select(columns).unique(), on=columns, how="anti").rows())

    names = {str(name) for (name,) in own(["name_text"]) if len(str(name).replace(",", " ").split()) > 1}
    turned = set(others.select(given="family", family="given").drop_nulls().unique().rows())
    both = own(["given", "family"])
    folded = {f"{given} {family}" for given, family in both}
    folded |= {f"{family}{sep} {given}" for given, family in both if (given, family) not in turned for sep in ("", ",")}
    return Traces(
        ids | identities,
        frozenset(str(number) for (number,) in own(["nhs_number"])),
        frozenset(names | folded),
        frozenset((born, str(home)) for born, home in own(["dob", "postcode"]) if len(str(home)) > 4),  # type: ignore[misc]
        frozenset(local_numbers(described) - local_numbers(others)),
        frozenset(described["dob"].drop_nulls()),
        frozenset(described["family"].drop_nulls()),
    )


def _addresses(described: pl.DataFrame) -> frozenset[str]:
    """As `address_demand` writes them."""
    own = described.drop_nulls("street").select("house", "street", "postcode").unique().rows()
    return frozenset(
        (f"{house} " if house else "") + street + (f", {postcode}" if postcode else "")
        for house, street, postcode in own
    )
