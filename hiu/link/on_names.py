"""On names: how far two people's names agree, aliases, nicknames, swaps and slips allowed for."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from hiu.link.levels import CODE, Codes, Ints, coded
from hiu.link.names import known, members, shares, sound

C = pl.col
_GIVEN, _FAMILY = CODE["given"], CODE["family"]
_RARE, _COMMON = 0.0002, 0.0025
_PRIOR_ROWS = 20_000
_UNLISTED = 0.00005


class Names:
    """One kind of name (given or family) as codes, with what comparing two of them needs."""

    def __init__(self, kind: str, people: pl.DataFrame) -> None:
        """`people`: name, who (anything that tells people apart; null when the name only needs a code)."""
        self.kind = kind
        count = people.group_by("name").agg(n=C("who").drop_nulls().n_unique()).sort("name")
        self.text: list[str] = count["name"].to_list()
        self.code = {name: k for k, name in enumerate(self.text)}
        self.sound = np.array(count.select(sound(C("name")))["name"].to_list(), dtype=object)
        self.listed = np.array([name in known(kind) for name in self.text])
        self.share = self._share(count)
        self.groups = [members(kind).get(name, frozenset()) for name in self.text]

    def _share(self, count: pl.DataFrame) -> NDArray[np.float64]:
        """Share of people with each name: the list's, outweighed by the rows at hand as they grow."""
        listed = shares(self.kind)
        prior = np.array([listed.get(name, _UNLISTED) for name in self.text])
        n = count["n"].to_numpy().astype(np.float64)
        share: NDArray[np.float64] = (prior * _PRIOR_ROWS + n) / (_PRIOR_ROWS + n.sum())
        return share

    def codes(self, values: pl.Series) -> Ints:
        """The code of each name."""
        return values.replace_strict(self.code, default=self.code.get("", 0), return_dtype=pl.Int64).to_numpy()


def name_levels(names: Names, left: Ints, right: Ints) -> Codes:
    """Level of each pair of name codes: missing, exact (by rarity), nickname or part, typo, sound, close, different."""
    size = len(names.text)
    both = np.minimum(left, right) * size + np.maximum(left, right)
    distinct, back = np.unique(both, return_inverse=True)
    return _distinct_names(names, distinct // size, distinct % size)[back]


def _distinct_names(names: Names, a: Ints, b: Ints) -> Codes:
    code = CODE[names.kind]
    out = np.full(len(a), code["different"], dtype=np.uint8)
    text = np.array(names.text, dtype=object)
    left, right = text[a], text[b]
    length = np.array([len(name) for name in names.text])
    short, long = np.minimum(length[a], length[b]), np.maximum(length[a], length[b])
    edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=3, dtype=np.int32)
    alike = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
    slip = ((edits == 1) & (short >= 2) & (long >= 3)) | ((edits == 2) & (short >= 6)) | ((edits <= 3) & (short >= 9))
    slip |= (alike >= 0.93) & (short >= 5) & (edits <= 3)
    both_known = names.listed[a] & names.listed[b]
    heard = (names.sound[a] == names.sound[b]) & (short >= 3)
    out[slip & both_known] = code["close"]
    out[heard & ~both_known] = code["sound"]
    out[slip & ~both_known] = code["typo"]
    if names.kind == "given":
        begins = np.fromiter((x.startswith(y) or y.startswith(x) for x, y in zip(left, right, strict=True)), np.bool_,
                             len(left))  # fmt: skip
        out[begins & (short >= 3)] = code["nickname"]
        out[begins & (short <= 2)] = code["initial"]
    else:
        out[_parts(left, right, short)] = code["part"]
    related = [k for k in np.flatnonzero(out != code.get("initial", 255)) if names.groups[a[k]] & names.groups[b[k]]]
    out[related] = code["nickname"] if names.kind == "given" else code["sound"]
    same = a == b
    out[same] = code["exact"]
    out[same & (names.share[a] < _RARE)] = code["exact_rare"]
    out[same & (names.share[a] > _COMMON)] = code["exact_common"]
    if names.kind == "given":
        out[same & (long == 1)] = code["initial"]
    out[short == 0] = code["missing"]
    return out


def _parts(left: NDArray[np.object_], right: NDArray[np.object_], short: Ints) -> NDArray[np.bool_]:
    """Composite family names that share a part, or are the same when written as one word."""
    out = np.zeros(len(left), dtype=np.bool_)
    spaced = np.fromiter((" " in x or " " in y for x, y in zip(left, right, strict=True)), np.bool_, len(left))
    for k in np.flatnonzero(spaced & (short >= 3)):
        x, y = {p for p in left[k].split() if len(p) > 2}, {p for p in right[k].split() if len(p) > 2}
        out[k] = bool(x & y) or left[k].replace(" ", "") == right[k].replace(" ", "")
    return out


def both_names(nodes: pl.DataFrame, a: Ints, b: Ints) -> tuple[Codes, Codes]:
    aliases = _aliases(nodes)
    given, family = Names("given", _people(nodes, aliases, "given")), Names("family", _people(nodes, aliases, "family"))
    g, f = given.codes(nodes["given"]), family.codes(nodes["family"])
    first, last = name_levels(given, g[a], g[b]), name_levels(family, f[a], f[b])
    _middles(nodes, given, a, b, first)
    _swaps(nodes, given, a, b, first, last)
    _alias_levels(nodes, aliases, (given, family), (a, b), first, last)
    return first, last


def _people(nodes: pl.DataFrame, aliases: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Every name that may be compared as `kind`, with the dates of birth it is seen with in its own place."""
    nobody = pl.lit(None, dtype=pl.Date)
    middle = nodes.select(name=C("middle").str.extract(r"^(\S+)").fill_null(""), who=nobody)
    other = [frame.select(name=C(c), who=nobody) for frame in (nodes, aliases) for c in ("given", "family")]
    return pl.concat(
        [
            nodes.select(name=C(kind), who=C("dob")),
            middle,
            *other,
            pl.DataFrame({"name": [""]}).select("name", who=nobody),
        ]
    )


def _aliases(nodes: pl.DataFrame) -> pl.DataFrame:
    """Alternative names: node, given, family. A lone word is tried as a given name with the family kept."""
    return (
        nodes.filter(C("aliases").is_not_null())
        .select("node", name=C("aliases").str.split("|"), own=C("family"))
        .explode("name")
        .with_columns(given=C("name").str.extract(r"^(\S+)"), family=C("name").str.extract(r"^\S+ (.+)$"))
        .select("node", C("given").fill_null(""), family=pl.coalesce("family", "own"))
    )


def _poor(level: Codes, kind: str) -> NDArray[np.bool_]:
    code = CODE[kind]
    return np.isin(level, [code["missing"], code["close"], code["different"]])


def _good(level: Codes, kind: str) -> NDArray[np.bool_]:
    code = CODE[kind]
    return ~np.isin(level, [code["missing"], code["close"], code["different"], code.get("initial", 255)])


def _middles(nodes: pl.DataFrame, names: Names, a: Ints, b: Ints, first: Codes) -> None:
    """A given name that is the other's middle name."""
    middle = names.codes(nodes["middle"].str.extract(r"^(\S+)").fill_null(""))
    given = names.codes(nodes["given"])
    empty = names.code.get("", -1)
    at = np.flatnonzero(_poor(first, "given") & ((middle[a] != empty) | (middle[b] != empty)))
    hit = _good(name_levels(names, given[a[at]], middle[b[at]]), "given")
    hit |= _good(name_levels(names, middle[a[at]], given[b[at]]), "given")
    first[at[hit]] = _GIVEN["middle"]


def _swaps(nodes: pl.DataFrame, names: Names, a: Ints, b: Ints, first: Codes,
           last: Codes) -> None:  # fmt: skip
    """Given and family name written in each other's place."""
    given, family = names.codes(nodes["given"]), names.codes(nodes["family"])
    at = np.flatnonzero(_poor(first, "given") & _poor(last, "family"))
    hit = _good(name_levels(names, given[a[at]], family[b[at]]), "given")
    hit &= _good(name_levels(names, family[a[at]], given[b[at]]), "given")
    first[at[hit]], last[at[hit]] = _GIVEN["swapped"], _FAMILY["swapped"]


def _alias_levels(nodes: pl.DataFrame, aliases: pl.DataFrame, names: tuple[Names, Names], ends: tuple[Ints, Ints],
                  first: Codes, last: Codes) -> None:  # fmt: skip
    """Known-as and former names, compared as sets: the best pairing of either's names counts."""
    if aliases.is_empty():
        return
    has = np.isin(np.arange(nodes.height), aliases["node"].to_numpy())
    a, b = ends
    at = np.flatnonzero((has[a] | has[b]) & (_poor(first, "given") | _poor(last, "family")))
    own = nodes.select("node", "given", "family")
    every = pl.concat([own, aliases.select(pl.col("node").cast(own.schema["node"]), "given", "family")])
    ways = (
        pl.DataFrame({"pair": at, "a": a[at], "b": b[at]}, schema_overrides={"a": pl.UInt32, "b": pl.UInt32})
        .join(every, left_on="a", right_on="node")
        .join(every, left_on="b", right_on="node", suffix="_b")
    )
    given, family = names
    g = name_levels(given, given.codes(ways["given"]), given.codes(ways["given_b"]))
    f = name_levels(family, family.codes(ways["family"]), family.codes(ways["family_b"]))
    hit = _good(g, "given") & _good(f, "family")
    won = np.unique(ways["pair"].to_numpy()[hit])
    first[won] = np.where(_poor(first[won], "given"), _GIVEN["alias"], first[won])
    last[won] = np.where(_poor(last[won], "family"), _FAMILY["alias"], last[won])


def middle(nodes: pl.DataFrame, a: Ints, b: Ints) -> Codes:
    code = CODE["middle"]
    full = coded(nodes["middle"].replace("", None))
    first = coded(nodes["middle"].str.slice(0, 1).replace("", None))
    letter = (nodes["middle"].str.len_chars() == 1).to_numpy()
    out = np.full(len(a), code["different"], dtype=np.uint8)
    out[(first[a] == first[b]) & (letter[a] | letter[b])] = code["initial"]
    out[full[a] == full[b]] = code["exact"]
    out[(full[a] < 0) | (full[b] < 0)] = code["missing"]
    return out
