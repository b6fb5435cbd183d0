"""Near tombstones: an erased person's rows known again though the name or the birth was written with a slip.

Of each erased person keyed digests are kept of forms of their names, each bound to a birth or a place: none can be
read, and none says anything of another person's. A row is set aside for a person to settle when, at one and the same
birth or place, its given name and its family name both meet forms of one erased person.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import polars as pl

from hiu.govern.erase.forms import Forms, Name, one_digit_wrong, swapped, two_parts
from hiu.govern.erase.tombstone import token

CODE = "erased_person?"
REASON = (
    "The row may be of a person whose record was erased here, written otherwise. Look at the row in the file, then "
    "'hiu erase --release ROW' if it is somebody else, or 'hiu erase --confirm ROW'"
)
_GATE, _TRAIT = 5, 16
"""Digits of a digest that says whether to look closer at a birth or place, and of one that is evidence."""
_YEARS_OFF = 2
_READ = ("given", "middle", "family", "aliases", "dob", "birth_year", "postcode", "house", "street")

Traits = Mapping[str, frozenset[str]]
"""Erasure -> the digests kept of the person."""


@dataclass(frozen=True)
class Anchor:
    """A birth, a place or both, at which names are compared, how far a name may differ there, and what has to meet."""

    text: str
    loose: bool
    need: str = "both"


def traits_of(records: pl.DataFrame, key: bytes) -> frozenset[str]:
    """The digests to keep of an erased person. `records` has the columns of RECORD: all rows of that person."""
    rows = [_Described(row) for row in _distinct(records)]
    forms = Forms(name for row in rows for name in row.names)
    years = sorted({row.year for row in rows if row.year})
    found = set()
    for row in rows:
        for anchor in row.whereabouts.of_erased(years):
            found.add(token(anchor.text, key)[:_GATE])
            found |= {_trait(anchor, part, key) for part in _parts(row.names, forms, anchor)}
    return frozenset(found)


def near_rows(records: pl.DataFrame, traits: Traits, keys: Sequence[bytes]) -> pl.DataFrame:
    """`delivery_id`, `source_row`, `erasure` of rows that may be of an erased person, one erasure a row."""
    schema = {"delivery_id": pl.String, "source_row": pl.Int64, "erasure": pl.String}
    every = frozenset().union(*traits.values())
    if not every or records.is_empty():
        return pl.DataFrame(schema=schema)
    of: dict[str, set[str]] = defaultdict(set)
    for erasure, digests in traits.items():
        for one in digests:
            of[one].add(erasure)
    found = [hit for key in keys for hit in _met(records, of, key)]
    rows = records.select("delivery_id", "source_row").with_row_index("at")
    hits = pl.DataFrame(found, schema={"at": pl.UInt32, "erasure": pl.String}, orient="row")
    return rows.join(hits, on="at").sort("at", "erasure").unique("at", keep="first").select(*schema)


def _met(records: pl.DataFrame, of: Mapping[str, set[str]], key: bytes) -> Iterator[tuple[int, str]]:
    """Numbers of rows and the erasures they meet. Names come last: few births and places are an erased person's."""

    @cache
    def marked(anchor: str) -> bool:
        return token(anchor, key)[:_GATE] in of

    seen: dict[_Whereabouts, list[Anchor]] = {}
    closer = []
    for at, values in enumerate(records.select(_READ).iter_rows(named=True)):
        where = _Whereabouts.of(values)
        if where not in seen:
            seen[where] = [anchor for anchor in where.of_sent(marked) if marked(anchor.text)]
        if seen[where]:
            closer.append((at, tuple(_names(values)), seen[where]))
    forms = Forms(name for _, names, _ in closer for name in names)
    for at, names, anchors in closer:
        yield from ((at, erasure) for anchor in anchors for erasure in _agree(names, forms, anchor, of, key))


def _agree(names: Iterable[Name], forms: Forms, anchor: Anchor, of: Mapping[str, set[str]], key: bytes) -> set[str]:
    """Erasures whose person's names agree at an anchor: given with given and family with family, or both swapped."""
    found: set[str] = set()
    for given, family in names:
        for first, last in ((given, family), (family, given)):
            met = {"g": _erasures("g", forms.given(first, erased=False, loose=anchor.loose), anchor, of, key)}
            # a family name is looked at only where the given name agrees, or where there is none
            lasts = forms.family(last, loose=anchor.loose) if met["g"] or not first else ()
            met["f"] = _erasures("f", lasts, anchor, of, key)
            found |= met["g"] & met["f"]
            found |= _without_one(first, last, met, anchor)
    return found


def _without_one(first: str, last: str, met: Mapping[str, set[str]], anchor: Anchor) -> set[str]:
    """At one birth and one place a given name is enough, since a family name changes; so is a family name alone."""
    if anchor.need == "both":
        return set()
    return (met["g"] if len(first) > 1 else set()) | (met["f"] if not first and last else set())


def _erasures(role: str, parts: Iterable[str], anchor: Anchor, of: Mapping[str, set[str]], key: bytes) -> set[str]:
    return {one for part in parts for one in of.get(_trait(anchor, f"{role} {part}", key), ())}


def _parts(names: Iterable[Name], forms: Forms, anchor: Anchor) -> set[str]:
    found = set()
    for given, family in names:
        found |= {f"g {form}" for form in forms.given(given, erased=True, loose=anchor.loose)}
        found |= {f"f {form}" for form in forms.family(family, loose=anchor.loose)}
    return found


def _trait(anchor: Anchor, part: str, key: bytes) -> str:
    return token(f"{anchor.text}\x1f{part}", key)[:_TRAIT]


def _distinct(records: pl.DataFrame) -> Iterator[dict[str, object]]:
    yield from records.select(_READ).unique(maintain_order=True).iter_rows(named=True)


@dataclass(frozen=True)
class _Whereabouts:
    """When and where a row says that somebody was born and lives."""

    born: date | None
    year: int | None
    places: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "_Whereabouts":
        born = row["dob"] if isinstance(row["dob"], date) else None
        year = row["birth_year"] if isinstance(row["birth_year"], int) else None
        return cls(born, born.year if born else year, tuple(_places(row)))

    def of_erased(self, years: Iterable[int]) -> Iterator[Anchor]:
        """At what a row of an erased person is to be known again; `years` = those in which any row says they were born.

        Where the row that is sent has no birth, its year of birth may not contradict; where none of the erased person's
        has, whatever birth is sent is taken.
        """
        yield from self._births()
        if self.born and (other := swapped(self.born)):
            yield Anchor(f"born {other}", True)
        around = sorted({near for year in years for near in range(year - _YEARS_OFF, year + _YEARS_OFF + 1)})
        for place in self.places:
            yield from (Anchor(f"{year} at {place}", True) for year in around)
            yield Anchor(f"at {place}", True)
            yield from [] if around else [Anchor(f"only at {place}", True)]

    def of_sent(self, marked: Callable[[str], bool]) -> Iterator[Anchor]:
        """At what a row that was sent is compared; of the places only those at which an erased person lived."""
        places = tuple(place for place in self.places if marked(f"at {place}"))
        yield from replace(self, places=places)._births()
        for place in places:
            if self.year is None:
                yield Anchor(f"at {place}", True)
            elif not self.born:
                yield Anchor(f"{self.year} at {place}", True)
            yield Anchor(f"only at {place}", True)

    def _births(self) -> Iterator[Anchor]:
        if self.born is None:
            return
        yield Anchor(f"born {self.born}", True)
        yield from (Anchor(f"about {form}", False) for form in one_digit_wrong(self.born))
        for place in self.places:
            yield Anchor(f"born {self.born} at {place}", True, "one")
            yield from (Anchor(f"about {form} at {place}", False) for form in two_parts(self.born))


class _Described:
    """How one row describes a person, as far as names, births and places go."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.names = tuple(_names(row))
        self.whereabouts = _Whereabouts.of(row)
        self.year = self.whereabouts.year


def _names(row: Mapping[str, object]) -> Iterator[Name]:
    given, middle, family = (str(row[name] or "") for name in ("given", "middle", "family"))
    if given or family:
        yield given, family
    if middle and family:
        yield middle.split()[0], family
    for alias in str(row["aliases"] or "").split("|"):
        first, _, last = alias.partition(" ")
        if first:
            yield first, last or family


def _places(row: Mapping[str, object]) -> Iterator[str]:
    postcode, house, street = (str(row[name] or "") for name in ("postcode", "house", "street"))
    if len(postcode) > 4:
        yield postcode
    if house and street:
        yield f"{house} {street}"
