"""Keys: what two nodes must share, one rule after another, to be worth comparing.

A null part makes a null key, and a null key joins nothing. A rule may lie inside an earlier one: whoever shares
its key shares the other's too, so it matters only where the other's key is too common to be used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from hiu.link.describe.columns import Columns, Entries, digits
from hiu.link.describe.hashes import Hashes, hash_values, key, numbers
from hiu.link.describe.names import groups
from hiu.link.describe.words import Words
from hiu.link.levels import Flags, Ints

C = pl.col


FEW, SOME = 10, 30
"""Nodes that may share a wide key: names that few bear are worth comparing though birth and place do not agree, and
one name with an age though the other name does not; the second, where the other name begins alike."""


class Rule(NamedTuple):
    """The view whose entries are keyed, the parts of the key, the rule it lies inside, and how many may share a key.

    The last is beside `linking.block_limit`, which holds for every rule. bare: used only where hardly anybody has a
    number, so that one name with an age may be all that two descriptions share.
    """

    view: str
    parts: str
    inside: str = ""
    most: int = sys.maxsize
    bare: bool = False

    @property
    def name(self) -> str:
        return f"{self.view}: {self.parts}"


RULES = tuple(
    Rule(*line)
    for line in (
        ("known", "name"),
        ("born", "born given_sound family_sound"),
        ("born", "born home"),
        ("born", "born g1 family_sound outward"),
        ("born", "born given_sound outward f1"),
        ("node", "heard year"),
        ("node", "heard outward"),
        ("node", "year low high g1"),
        ("node", "year low high f1"),
        ("node", "number"),
        ("node", "dob family_sound"),
        ("node", "dob given_sound"),
        ("node", "dob g1 f1", "node: year low high g1"),
        ("node", "year home", "born: born home"),
        ("node", "dob home", "node: year home"),
        ("node", "dob outward g1", "node: year low high g1"),
        ("node", "year month family_sound g1"),
        ("node", "year day family_sound g1"),
        ("node", "month day family_sound g1"),
        ("node", "year month given_sound f1"),
        ("node", "year day given_sound f1"),
        ("node", "month day given_sound f1"),
        ("node", "year given_sound family_sound", "node: heard year"),
        ("node", "year g3 f3"),
        ("node", "given_sound family_sound sector", "node: heard outward"),
        ("node", "name", "known: name"),
        ("node", "given home"),
        ("node", "family home"),
        ("node", "g1 f1 home"),
        ("node", "month day home"),
        ("node", "site g1"),
        ("node", "site family_sound"),
        ("node", "name outward", "node: name"),
        ("node", "m1 family year"),
        ("node", "m1 given dob", "node: dob given_sound"),
        ("nick", "group family_sound year"),
        ("nick", "group family_sound home"),
        ("nick", "group dob"),
        ("node", "either year", "node: heard year"),
        ("node", "either home"),
        ("part", "part dob"),
        ("part", "part g1 year month"),
        ("known", "name year", "known: name"),
        ("known", "name home", "known: name"),
        ("local", "value"),
        ("event", "value"),
        ("node", "home site", "", FEW),
        ("node", "heard", "", FEW),
        ("node", "g3 f3", "", FEW),
        ("nick", "group family_sound", "", FEW),
        ("node", "g1 family", "", FEW),
        ("node", "m1 family_sound", "", FEW),
        ("node", "m1 given_sound", "", FEW),
        ("born", "born given", "", FEW, True),
        ("born", "born family", "", FEW, True),
        ("born", "born given f1", "", SOME, True),
        ("born", "born family g1", "", SOME, True),
    )
)
"""In an order in which a rule follows the one it lies inside."""
NUMBER = {rule.name: k for k, rule in enumerate(RULES)}


def rules_for(numbers_usual: bool) -> list[tuple[int, Rule]]:
    """The rules that are used, with their numbers, where descriptions usually have a number or where not."""
    return [(k, rule) for k, rule in enumerate(RULES) if not (rule.bare and numbers_usual)]


@dataclass(frozen=True)
class View:
    """Entries to be keyed: the node of each, and its parts by name (those of the node if not its own)."""

    node: Ints | None
    own: dict[str, Hashes]
    nodes: dict[str, Hashes]

    def key(self, parts: str) -> Hashes:
        """The key of each entry; 0 where a part is missing."""
        return key(*(self._part(part) for part in parts.split()))

    def only(self, wanted: Flags) -> View:
        """The entries of some nodes."""
        if self.node is None:
            return View(np.flatnonzero(wanted), {}, self.nodes)
        use = np.flatnonzero(wanted[self.node])
        return View(self.node[use], {name: part[use] for name, part in self.own.items()}, self.nodes)

    def _part(self, name: str) -> Hashes:
        if name in self.own:
            return self.own[name]
        return self.nodes[name] if self.node is None else self.nodes[name][self.node]


def views(cols: Columns) -> dict[str, View]:
    """Every kind of entry by name."""
    nodes, local = _parts(cols), cols.local.every
    return {
        "node": View(None, {}, nodes),
        "nick": _view(nodes, "group", _nicknames(cols)),
        "part": _view(nodes, "part", _family_parts(cols)),
        "known": _all_names(cols, nodes),
        "born": _view(nodes, "born", _births(cols)),
        "local": _view(nodes, "value", Entries(local["node"].to_numpy(), local["code"].to_numpy())),
        "event": _view(nodes, "value", Entries(cols.events["node"].to_numpy(), hash_values(cols.events["event"]))),
    }


def _view(nodes: dict[str, Hashes], name: str, entries: Entries) -> View:
    return View(entries.node, {name: entries.value}, nodes)


def _parts(cols: Columns) -> dict[str, Hashes]:
    words, given, family = cols.words, cols.given, cols.family
    dated = cols.year > 0
    low, high = np.minimum(cols.day, cols.month), np.maximum(cols.day, cols.month)
    text, own = cols.postcodes, ~cols.shared
    full = pl.select(pl.when(text.str.contains(" ", literal=True)).then(text)).to_series()
    name, either, heard = _whole_names(cols)
    g1, g3 = words.first(1), words.first(3)
    return {
        "given": words.digest[given],
        "family": words.digest[family],
        "m1": words.digest[cols.middle],
        "given_sound": words.sound[given],
        "family_sound": words.sound[family],
        "g1": g1[given],
        "f1": g1[family],
        "g3": g3[given],
        "f3": g3[family],
        "name": name,
        "either": either,
        "heard": heard,
        "dob": numbers(np.where(dated, (cols.year * 16 + cols.month) * 32 + cols.day, -1)),
        "year": digits(cols.year),
        "born": digits(cols.year),
        "month": digits(cols.month),
        "day": digits(cols.day),
        "low": digits(low),
        "high": digits(high),
        "home": np.where(own, hash_values(full)[cols.postcode], 0),
        "site": np.where(own, cols.address, 0),
        "outward": hash_values(text.str.extract(r"^(\S+)"))[cols.postcode],
        "sector": hash_values(text.str.extract(r"^(\S+ \d)"))[cols.postcode],
        "number": cols.number,
    }


def _whole_names(cols: Columns) -> tuple[Hashes, Hashes, Hashes]:
    """Of nodes with both names: the name, the same in either order, and how it sounds in either order."""
    words, g, f = cols.words, cols.given, cols.family
    missing = (g == words.nothing) | (f == words.nothing)
    text = words.text
    name = hash_values(text.gather(g) + " " + text.gather(f))
    a, b = words.digest[g], words.digest[f]
    either = key(np.minimum(a, b), np.maximum(a, b))
    a, b = words.sound[g], words.sound[f]
    # a word may have no sound at all; two such are alike
    heard = key(np.minimum(a, b) + np.uint64(1), np.maximum(a, b) + np.uint64(1))
    for part in (name, either, heard):
        part[missing] = 0
    return name, either, heard


def _nicknames(cols: Columns) -> Entries:
    code = pl.DataFrame({"name": cols.words.text, "word": np.arange(len(cols.words))})
    nicknames = groups("given").join(code, on="name").sort("word", "group")
    return _spread_by_word(
        cols.given, nicknames["word"].to_numpy(), numbers(nicknames["group"].cast(pl.Int64).to_numpy()), cols.words
    )


def _family_parts(cols: Columns) -> Entries:
    text = pl.DataFrame({"word": np.arange(len(cols.words)), "part": cols.words.text.str.split(" ")}).explode("part")
    return _spread_by_word(cols.family, text["word"].to_numpy(), hash_values(text["part"]), cols.words)


def _spread_by_word(names: Ints, word: Ints, value: Hashes, words: Words) -> Entries:
    """The values of each node's word. `word`, `value`: beside each other, in order of word."""
    count = np.bincount(word, minlength=len(words))
    start = np.cumsum(count) - count
    node = np.repeat(np.arange(len(names)), count[names])
    within = np.arange(len(node)) - np.repeat(np.cumsum(count[names]) - count[names], count[names])
    return Entries(node, value[np.repeat(start[names], count[names]) + within])


def _all_names(cols: Columns, nodes: dict[str, Hashes]) -> View:
    own = np.flatnonzero(nodes["name"])
    node = np.concatenate([own, cols.aliases["node"].to_numpy()])
    name = np.concatenate([nodes["name"][own], hash_values(cols.aliases["name"])])
    return View(node, {"name": name}, nodes)


def _births(cols: Columns) -> Entries:
    """A date of birth meets an age a year either side."""
    dated, aged = np.flatnonzero(cols.year > 0), np.flatnonzero(cols.aged)
    age = cols.born[aged].astype(np.int64)
    node = np.concatenate([dated, aged, aged, aged])
    return Entries(node, numbers(np.concatenate([cols.year[dated], age - 1, age, age + 1])))
