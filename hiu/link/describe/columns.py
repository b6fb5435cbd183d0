"""Columns: the nodes as arrays of small numbers and digests, which is all that blocking and comparing read."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hiu.extract.values.people.sound import sound
from hiu.link.describe.hashes import Hashes, fold, hash_values, key, mix, numbers
from hiu.link.describe.words import Words
from hiu.link.levels import Codes, Flags, Ints, Reals

C = pl.col
NUMBERED = 0.05
"""The share of descriptions with a number or local number below which an area is a register without numbers."""
_MANY_DOBS = 3
_LONE_PEOPLE, _LONE_SEVERAL = 100, 0.05
"""An agency gives a person one number if, of so many people or more, at most this share have two of its scheme."""
_EPOCH = 10**6


@dataclass(frozen=True)
class Entries:
    """Several values a node: `node` and `value`, beside each other, in order of node."""

    node: Ints
    value: Hashes


@dataclass(frozen=True, kw_only=True)
class LocalIds:
    """Local identifiers: of each node the first (digest, text, scheme, crowded), how many, and all as a table.

    lone: digests of the schemes of which a person has one number.
    """

    one: Hashes
    text: pl.Series
    scheme: Hashes
    crowd: Flags
    count: Ints
    every: pl.DataFrame
    lone: Hashes


@dataclass(frozen=True, kw_only=True)
class Columns:
    """One entry a node in each array. Word codes are numbers of `words`; digests are 0 where there is nothing."""

    words: Words
    given: Ints
    family: Ints
    middle: Ints
    middles: Ints
    middles_text: pl.Series
    bands: dict[str, Codes]
    aliases: pl.DataFrame
    year: Ints
    month: Ints
    day: Ints
    born: Reals
    aged: Flags
    sex: Codes
    number: Hashes
    number_text: pl.Series
    postcode: Ints
    postcodes: pl.Series
    house: Hashes
    address: Hashes
    shared: Flags
    local: LocalIds
    events: pl.DataFrame

    def __len__(self) -> int:
        return len(self.given)

    @property
    def numbers_usual(self) -> bool:
        """Whether descriptions are told apart by numbers here, so that one without any says less than others do."""
        return float(((self.number > 0) | (self.local.count > 0)).mean()) >= NUMBERED if len(self) else True


def columns(frame: pl.DataFrame, events: pl.DataFrame | None = None, at: Ints | None = None) -> Columns:
    """The columns of nodes.Nodes.frame, or of some rows of nodes.Nodes.plain (each of `at` is a node).

    events: node, source, event (references shared across sources).
    """
    use = slice(None) if at is None else at
    node = np.arange(frame.height) if at is None else _node_of_row(at, frame.height)
    empty = frame.select(C("given", "family", "middle").fill_null(""))
    first = empty["middle"].str.extract(r"^(\S+)").fill_null("")
    aliases = _aliases(frame, node)
    words = Words([empty["given"], empty["family"], first, aliases["given"], aliases["family"]])
    given, family = words.codes(empty["given"])[use], words.codes(empty["family"])[use]
    days = frame["dob"].to_physical().cast(pl.Int64).fill_null(-_EPOCH).to_numpy()[use] + _EPOCH
    parts = frame.select(C("dob").dt.year(), month=C("dob").dt.month(), day=C("dob").dt.day())
    year, month, day = (part.fill_null(0).cast(pl.Int64).to_numpy()[use] for part in parts)
    birth_year = frame["birth_year"].cast(pl.Float64).to_numpy()[use]
    middles, middles_text = _codes_of(frame["middle"].replace("", None))
    postcode, postcodes = _codes_of(frame["postcode"])
    house = hash_values(frame["house"])[use]
    return Columns(
        words=words,
        given=given,
        family=family,
        middle=words.codes(first)[use],
        middles=middles[use],
        middles_text=middles_text,
        bands={kind: words.band(kind, code, days) for kind, code in (("given", given), ("family", family))},
        aliases=aliases.with_columns(g=words.codes(aliases["given"]), f=words.codes(aliases["family"])),
        year=year,
        month=month,
        day=day,
        born=np.where(year > 0, year, birth_year),
        aged=(year == 0) & ~np.isnan(birth_year),
        sex=_codes_of(frame["sex"].replace("X", None))[0].astype(np.uint8)[use],
        number=hash_values(frame["nhs_number"])[use],
        number_text=frame["nhs_number"].gather(at) if at is not None else frame["nhs_number"],
        postcode=postcode[use],
        postcodes=postcodes,
        house=house,
        address=key(house, hash_values(frame["street"])[use]),
        shared=frame["shared"].to_numpy()[use],
        local=_local_ids(frame, node),
        events=_events(events),
    )


def _node_of_row(at: Ints, size: int) -> Ints:
    """The node of each row, -1 for a row that isn't a node's first."""
    node = np.full(size, -1, dtype=np.int64)
    node[at] = np.arange(len(at))
    return node


def signature(cols: Columns, digest: Hashes, node_id: pl.Series, able: Flags) -> Hashes:
    """A digest of all that bears on a node's keys and levels: what it says, and what others say of its values."""
    flags = cols.bands["given"][cols.given].astype(np.uint64) | (
        cols.bands["family"][cols.family].astype(np.uint64) << np.uint64(2)
    )
    flags |= cols.shared.astype(np.uint64) << np.uint64(4) | able.astype(np.uint64) << np.uint64(5)
    several = np.zeros(len(cols), dtype=np.uint64)
    ids = cols.local.every
    crowded = mix(ids["code"].to_numpy() + ids["crowd"].cast(pl.UInt64).to_numpy())
    np.add.at(several, ids["node"].to_numpy(), crowded)
    names = cols.aliases
    np.add.at(several, names["node"].to_numpy(), hash_values(names["name"]))
    met = cols.events
    np.add.at(several, met["node"].to_numpy(), fold(hash_values(met["source"]), hash_values(met["event"])))
    return fold(digest, hash_values(node_id), flags, several)


def _codes_of(values: pl.Series) -> tuple[Ints, pl.Series]:
    """A small number for each value, 0 for null, and the values in order of their numbers, the first null."""
    distinct = values.drop_nulls().unique().sort()
    codes = values.cast(pl.String).cast(pl.Enum(distinct.cast(pl.String))).to_physical().cast(pl.Int64)
    every = pl.concat([pl.Series(values.name, [None], dtype=values.dtype), distinct])
    return (codes + 1).fill_null(0).to_numpy(), every


def _aliases(frame: pl.DataFrame, node: Ints) -> pl.DataFrame:
    """Alternative names: node, name, given, family. A lone word is tried as a given name with the family kept."""
    found = (
        frame.select("aliases", own=C("family").fill_null(""), node=pl.Series(node))
        .filter(C("aliases").is_not_null(), C("node") >= 0)
        .select("node", name=C("aliases").str.split("|"), own="own")
        .explode("name")
        .with_columns(given=C("name").str.extract(r"^(\S+)"), family=C("name").str.extract(r"^\S+ (.+)$"))
        .select("node", "name", C("given").fill_null(""), "own", family=pl.coalesce("family", "own"))
        .sort("node", maintain_order=True)
    )
    return found.join(_of_many(found), on="name", how="anti", maintain_order="left").drop("own")


def _of_many(aliases: pl.DataFrame) -> pl.DataFrame:
    """Other names that stand beside several family names that do not sound alike: they are nobody's evidence."""
    several = aliases.filter(C("own") != "").select("name", "own").unique()
    several = several.filter(pl.len().over("name") > 1)
    heard = several.with_columns(first=C("own").str.slice(0, 1), sound=sound(C("own")))
    counts = heard.group_by("name").agg(firsts=C("first").n_unique(), sounds=C("sound").n_unique())
    return counts.filter((C("firsts") > 1) & (C("sounds") > 1)).select("name")


def _local_ids(frame: pl.DataFrame, node: Ints) -> LocalIds:
    rows = frame.select(
        "given", "family", C("local_ids").alias("one"), C("dob").to_physical().cast(pl.Int64), node=pl.Series(node)
    )
    rows = rows.filter(C("one").is_not_null(), C("node") >= 0)
    several = rows["one"].str.contains("|", literal=True)
    if several.any():
        rows = rows.with_columns(C("one").str.split("|")).explode("one")
    rows = rows.with_columns(scheme=C("one").str.extract(r"^([^:]*):"))
    scheme, lone = hash_values(rows["scheme"]), hash_values(_lone_schemes(rows))
    ids = rows.select("node", "dob", code=pl.Series(hash_values(rows["one"])), scheme=pl.Series(scheme))
    seen = ids.select("code", "dob").unique().group_by("code").len().filter(C("len") > _MANY_DOBS)["code"]
    ids = ids.with_columns(crowd=pl.Series(np.isin(ids["code"].to_numpy(), seen.to_numpy()))).drop("dob")
    at, size = ids["node"].to_numpy(), int(node.max(initial=-1)) + 1
    count, first = np.bincount(at, minlength=size), np.full(size, rows.height)
    first[at[::-1]] = np.arange(rows.height)[::-1]
    text = rows["one"].extend(pl.Series([""])).gather(first)
    one, scheme, crowd = np.zeros(size, np.uint64), np.zeros(size, np.uint64), np.zeros(size, np.bool_)
    # backwards, so that the first of several stays
    for target, name in ((one, "code"), (scheme, "scheme"), (crowd, "crowd")):
        target[at[::-1]] = ids[name].to_numpy()[::-1]
    return LocalIds(one=one, text=text, scheme=scheme, crowd=crowd, count=count, every=ids, lone=lone)


def _lone_schemes(rows: pl.DataFrame) -> pl.Series:
    """The schemes of which a person, by full name and date of birth, hardly ever has two numbers; in order."""
    whole = rows.filter(pl.all_horizontal(C("given", "family", "dob", "scheme").is_not_null()))
    people = whole.group_by("given", "family", "dob", "scheme").agg(several=C("one").n_unique() > 1)
    found = people.group_by("scheme").agg(pl.len(), C("several").mean())
    return found.filter(C("len") >= _LONE_PEOPLE, C("several") <= _LONE_SEVERAL)["scheme"].sort()


def _events(events: pl.DataFrame | None) -> pl.DataFrame:
    if events is None or events.is_empty():
        return pl.DataFrame(schema={"node": pl.Int64, "source": pl.String, "event": pl.String})
    return events.select(C("node").cast(pl.Int64), "source", "event").unique()


def digits(values: Ints) -> Hashes:
    """A digest of small numbers of which 0 is nothing."""
    return numbers(np.where(values > 0, values, -1))
