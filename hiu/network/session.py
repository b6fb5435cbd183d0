"""One exchange between two sites, step by step: from a letter and what the site remembers, the next letter.

A asks, B answers, A returns, B sends encodings of the near ones, A says the result; then each site's reviewer releases
pairs to the other. Until the other has, a site whose program is unchanged and that keeps no letters knows how many
pairs there are, and of those of the first stage not whose they are. docs/network.md says against
whom this does not hold.
"""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import polars as pl

from hiu.errors import InputRefused
from hiu.network import letters
from hiu.network.blind import POINT, Points, blinded, keyed, multiplied, order, with_dummies
from hiu.network.encode import BYTES, encoded, invented, matches
from hiu.network.letters import Answer, Ask, Encodings, Entries, Release, Result, Return
from hiu.network.pairs import find_pairs
from hiu.network.subjects import SLOTS, slot_values

FEWEST = 100
"""Entries of the shortest list that is taken part with: a count over fewer could tell of one person."""

SHARED = 20
"""Entries that may share one value in a short list, a hundredth of a longer one: 6 did at the most of 20,000 people."""


@dataclass(frozen=True)
class Keys:
    """The key of both sites for one session, and the site's own secret of that session (32 bytes each)."""

    pair: bytes
    secret: bytes


@dataclass(frozen=True)
class Memory:
    """What a site remembers of a session. `people`: whose each entry is, None for an invented one."""

    people: list[str | None]
    numbered: str
    met: str = ""
    """The list of the site that asked, blinded by both, until it is returned."""
    decided: dict[str, int] = field(default_factory=dict)
    """Pair of the first stage -> the other site's entry in it."""
    encoded: list[str | None] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    """What a pair with each of our encodings is called."""
    most_alike: int = 0
    """The most pairs that the other site can find among our encodings: how many of its entries are near."""
    alike: dict[str, str] = field(default_factory=dict)
    """Pair of the second stage -> our person in it."""
    unknown: list[str] = field(default_factory=list)
    """Pairs of the second stage in which our side is an invented entry."""
    released: dict[str, str] = field(default_factory=dict)
    """Pair that was released here -> who reviewed it."""
    disclosed: dict[str, str] = field(default_factory=dict)
    """Pair that the other site's reviewer released -> our person in it."""

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.decided) + len(self.alike)

    def revealed(self) -> dict[str, str]:
        """Pairs that both reviewers released, and our person in each."""
        return {ref: person for ref, person in sorted(self.disclosed.items()) if ref in self.released}

    def given(self) -> dict[str, str]:
        """Pairs that were released here, and our person in each, where the site can tell who it is."""
        return {ref: one for ref, one in sorted({**self.alike, **self.disclosed}.items()) if ref in self.released}


def ask(people: pl.DataFrame, keys: Keys, *, purpose: str, agreement: str) -> tuple[Memory, Ask]:
    """The first letter, of people as SUBJECT has them. Raises InputRefused for too few."""
    memory, mine = _list(people, keys)
    return memory, Ask(purpose=purpose, agreement=agreement, mine=mine)


def answer(people: pl.DataFrame, keys: Keys, letter: Ask, *, agreement: str) -> tuple[Memory, Answer]:
    """The answer of the other site."""
    memory, mine = _list(people, keys)
    theirs = _mixed(_points(letter.mine), letter.mine.numbered, keys)
    return replace(memory, met=theirs.model_dump_json()), Answer(agreement=agreement, mine=mine, yours=theirs)


def give_back(memory: Memory, keys: Keys, letter: Answer) -> tuple[Memory, Return]:
    """The other site's list back to it. Raises InputRefused if there are more pairs than an exchange may find."""
    mine, theirs = _points(letter.yours, len(memory.people)), multiplied(_points(letter.mine), keys.secret)
    found = find_pairs(mine, theirs, (_bools(letter.yours), _bools(letter.mine)))
    _within_limit(len(found.decided) + len({one.theirs for one in found.near}), len(mine), len(theirs))
    decided = {pair.ref: pair.theirs for pair in found.decided}
    near = sorted({pair.theirs for pair in found.near})
    # the list goes back as it was blinded by both, in an order of ours: whose a pair is stays ours to say
    back = _reordered(theirs, letter.mine.numbered, keys)
    return replace(memory, decided=decided), Return(yours=back, near=near)


def encode_near(memory: Memory, people: pl.DataFrame, keys: Keys, letter: Return) -> tuple[Memory, Encodings]:
    """Encodings of our people who are near somebody, of those in `people` alone, among invented ones."""
    mine, asked = _points(letter.yours, len(memory.people)), Entries.model_validate_json(memory.met)
    theirs, places = _points(asked), order(len(asked.numbered), keys.secret, "mixed")
    found = find_pairs(mine, theirs, (_bools(letter.yours), _bools(asked)))
    _within_limit(len(found.decided) + len({one.mine for one in found.near}), len(mine), len(theirs))
    if len(set(letter.near)) != len({one.mine for one in found.near}) or max(letter.near, default=0) >= len(mine):
        raise InputRefused(
            "network_near", "asks for encodings of other entries than those that are near; nothing was sent"
        )
    near = _of(people, [memory.people[one] for one in letter.near])
    made = pl.concat([near, invented(people, near.height, keys.secret)])
    mixed = order(made.height, keys.secret, "encodings")
    made = made[mixed]
    whose = [None if person == "" else person for person in made["person_id"]]
    bits = encoded(made, _encoding_key(keys))
    sent = Encodings(
        bits=letters.pack(bits), numbered=_numbered(made), near=sorted({places[one.theirs] for one in found.near})
    )
    decided = {pair.ref: places[pair.theirs] for pair in found.decided}
    refs = [_reference(one.tobytes()) for one in bits]
    return replace(memory, met="", decided=decided, encoded=whose, refs=refs, most_alike=len(sent.near)), sent


def decide(memory: Memory, people: pl.DataFrame, keys: Keys, letter: Encodings) -> tuple[Memory, Result]:
    """Which of the encodings are people of ours who are near."""
    if max(letter.near, default=0) >= len(memory.people):
        raise InputRefused("network_near", "names entries that the list does not have; nothing of it was used")
    bits = letters.unpack(letter.bits, BYTES)
    if len(bits) != len(letter.numbered):
        raise InputRefused("network_form", "holds encodings without their flags; nothing of it was used")
    _within_limit(len(memory.decided) + len(letter.near), len(memory.people), len(memory.people))
    near = _of(people, [memory.people[one] for one in letter.near])
    own = _numbered(near)
    found = matches(encoded(near, _encoding_key(keys)), bits, ([one == "1" for one in own], _flags(letter.numbered)))
    refs = [_reference(bits[one.theirs].tobytes()) for one in found]
    alike = {ref: near["person_id"][one.mine] for ref, one in zip(refs, found, strict=True)}
    places = {ref: one.theirs for ref, one in zip(refs, found, strict=True)}
    return replace(memory, alike=alike), Result(decided=len(memory.decided), alike=places)


def finish(memory: Memory, letter: Result) -> Memory:
    """The result as the site that answered keeps it; pairs with somebody invented are dropped.

    Raises InputRefused for pairs that this site does not find itself: another number, another name, an encoding twice.
    """
    own = dict(enumerate(memory.refs))
    named = all(own.get(place) == ref for ref, place in letter.alike.items())
    if letter.decided != len(memory.decided) or not named or len(letter.alike) > memory.most_alike:
        raise InputRefused("network_result", "counts other pairs than this site: end this exchange and begin another")
    found = {ref: memory.encoded[place] for ref, place in letter.alike.items()}
    ours = {ref: person for ref, person in found.items() if person is not None}
    return replace(memory, alike=ours, unknown=sorted(found.keys() - ours.keys()))


def release(memory: Memory, refs: Collection[str] | None, reviewer: str) -> tuple[Memory, Release]:
    """Let the other site know whose some pairs are (None: all of them). Raises InputRefused for a pair there is not."""
    every = {*memory.decided, *memory.alike}
    chosen = every if refs is None else set(refs)
    if chosen - every:
        raise InputRefused("network_pair", f"no such pair: {', '.join(sorted(chosen - every))}")
    places = {ref: place for ref, place in sorted(memory.decided.items()) if ref in chosen}
    letter = Release(reviewer=reviewer, places=places, alike=sorted(chosen & set(memory.alike)))
    return replace(memory, released={**dict.fromkeys(sorted(chosen), reviewer), **memory.released}), letter


def hear(memory: Memory, letter: Release) -> Memory:
    """Our people in pairs that the other site's reviewer released.

    Raises InputRefused for pairs or entries that there are not, an invented entry, and one entry in two pairs.
    """
    people = dict(enumerate(memory.people))
    shared = {ref: person for ref, place in letter.places.items() if (person := people.get(place)) is not None}
    taken = {person for ref, person in memory.disclosed.items() if ref in memory.decided and ref not in shared}
    alike = {ref: memory.alike[ref] for ref in letter.alike if ref in memory.alike}
    strange = {*letter.places} - {*memory.decided} or {*letter.alike} - {*memory.alike, *memory.unknown}
    twice = len({*shared.values()} - taken) < len(letter.places)
    changed = any(memory.disclosed.get(ref, person) != person for ref, person in shared.items())
    if strange or twice or changed:
        raise InputRefused(
            "network_pair", "names pairs or entries that there are not, or one of them twice; nothing of it was used"
        )
    return replace(memory, disclosed={**memory.disclosed, **shared, **alike})


def _list(people: pl.DataFrame, keys: Keys) -> tuple[Memory, Entries]:
    """A site's own list, in an order that its secret makes, with invented entries."""
    people = people.sort("person_id")
    size = with_dummies(people.height)
    if size < FEWEST:
        raise InputRefused(
            "network_few",
            f"{people.height} people may be in an exchange, which with invented ones are {size} entries; fewer than "
            f"{FEWEST} would let a count tell of one person",
        )
    places = order(size, keys.secret, "own")
    points = blinded(slot_values(people), pair=keys.pair, secret=keys.secret)[places]
    ids = [*people["person_id"], *[None] * (size - people.height)]
    # an invented entry has a number as often as a real one
    own = people["nhs_number"].is_not_null().to_list()
    has = [own[one % people.height] for one in range(size)]
    numbered = letters.flags([has[one] for one in places])
    return Memory(people=[ids[one] for one in places], numbered=numbered), Entries(
        points=letters.pack(points), numbered=numbered
    )


def _mixed(points: Points, numbered: str, keys: Keys) -> Entries:
    """Another site's list blinded by our secret too, in an order that only this site knows."""
    return _reordered(multiplied(points, keys.secret), numbered, keys)


def _reordered(points: Points, numbered: str, keys: Keys) -> Entries:
    places = order(len(points), keys.secret, "mixed")
    return Entries(points=letters.pack(points[places]), numbered="".join(numbered[one] for one in places))


def _points(entries: Entries, size: int | None = None) -> Points:
    """The points of a letter. Raises InputRefused for a list that is too short, or not as long as it was sent."""
    points = letters.unpack(entries.points, len(SLOTS), POINT)
    if len(points) != len(entries.numbered) or len(points) < FEWEST or size not in (None, len(points)):
        raise InputRefused(
            "network_few", f"holds a list of {len(points)} entries, which is too short or not the one that was sent"
        )
    _require_different(points)
    return points


def _require_different(points: Points) -> None:
    """Raises InputRefused for a list in which an entry stands twice, or one value of more entries than people share."""
    each = [frozenset(one.tobytes() for one in entry) for entry in points]
    often = max(Counter(point for entry in each for point in entry).values())
    if len(set(each)) < len(each) or often > max(SHARED, len(each) // 100):
        raise InputRefused(
            "network_twice",
            f"holds an entry twice, or one value in {often} of {len(each)} entries, as no list of people does; nothing "
            "of it was used",
        )


def _within_limit(pairs: int, mine: int, theirs: int) -> None:
    most = max(50, min(mine, theirs) // 10)
    if pairs > most:
        raise InputRefused(
            "network_limit",
            f"{pairs} pairs are more than the {most} that an exchange between lists of this size may find: somebody "
            "has put in a list that is not theirs, or the areas are one. Nothing was sent",
        )


def _of(people: pl.DataFrame, ids: list[str | None]) -> pl.DataFrame:
    """Those of some people who may be in an exchange and have a birth, in the order of their ids."""
    return people.filter(pl.col("person_id").is_in([one for one in ids if one]), pl.col("dob").is_not_null()).sort(
        "person_id"
    )


def _reference(bits: bytes) -> str:
    return hashlib.sha256(bits).hexdigest()[:12].upper()


def _encoding_key(keys: Keys) -> bytes:
    return keyed(keys.pair, "encodings")


def _numbered(people: pl.DataFrame) -> str:
    return letters.flags(people["nhs_number"].is_not_null().to_list())


def _flags(text: str) -> list[bool]:
    return [one == "1" for one in text]


def _bools(entries: Entries) -> list[bool]:
    return _flags(entries.numbered)
