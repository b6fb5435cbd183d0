"""Find: people by a scrap of name, alias, date of birth, postcode or number, typing errors and all."""

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from hiu.link.describe.names import members

C = pl.col
_NEAR = 0.84
_ID = re.compile(r"HIU-[A-Z2-7]+", re.I)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})?\b", re.I)
_DAY = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_NUMBER = re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b|\b\d{6,10}\b")
_YEAR = re.compile(r"\b(19|20)\d{2}\b")


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a search text says: name words (folded), day or year of birth, postcode, number, person id."""

    words: list[str]
    born: date | None = None
    year: int | None = None
    postcode: str | None = None
    number: str | None = None
    person: str | None = None


def parse_query(text: str) -> Query:
    """Take a search text apart; what isn't an id, date, number, postcode or year is a name."""
    rest = text.strip()
    person, rest = _cut_out(_ID, rest)
    day, rest = _cut_out(_DAY, rest)
    number, rest = _cut_out(_NUMBER, rest)
    year, rest = _cut_out(_YEAR, rest)
    postcode, rest = _cut_out(_POSTCODE, rest)
    words = [word.upper() for word in re.findall(r"[^\W\d_]+", rest.replace("'", ""))]
    return Query(
        words=words,
        born=_date(day) if day else None,
        year=int(year[0]) if year else None,
        postcode=" ".join(part.upper() for part in postcode.groups() if part) if postcode else None,
        number=re.sub(r"\D", "", number[0]) if number else None,
        person=person[0].upper() if person else None,
    )


def _cut_out(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    found = pattern.search(text)
    return found, text if found is None else text[: found.start()] + " " + text[found.end() :]


def _date(found: re.Match[str]) -> date | None:
    day, month, year, *iso = found.groups()
    numbers = [int(iso[2]), int(iso[1]), int(iso[0])] if iso[0] else [int(day), int(month), int(year)]
    if numbers[2] < 100:
        numbers[2] += 1900 if numbers[2] > 25 else 2000
    try:
        return date(numbers[2], numbers[1], numbers[0])
    except ValueError:
        return None


class Finder:
    """People indexed by the words of their names; build once, search often.

    people: columns of model.PEOPLE (person_id, name_text, aliases, dob, birth_year, nhs_number, postcode).
    """

    def __init__(self, people: pl.DataFrame) -> None:
        self.people = people.with_row_index("at")
        text = pl.concat_str(C("name_text").fill_null(""), pl.lit(" "), C("aliases").fill_null(""))
        pieces = self.people.select("at", piece=text.str.split(" ")).explode("piece")
        distinct = pieces["piece"].unique()
        # each is folded once, however many people bear it
        folded = distinct.to_frame().with_row_index("place").with_columns(word=_fold(C("piece")).str.split(" "))
        words = folded.explode("word").filter(C("word") != "")
        self.words: list[str] = words["word"].to_list()
        self.distinct, self.piece_of_word = len(distinct), words["place"].to_numpy()
        self.pieces = pieces["piece"].cast(pl.Enum(distinct)).to_physical().to_numpy()
        self.holders = pieces["at"].to_numpy()

    def find(self, text: str, limit: int = 20) -> pl.DataFrame:
        """The people who fit best: the people's columns and `fit` (0 to 1), best first, ties by person_id."""
        query = parse_query(text)
        parts = [self._named(query.words)] if query.words else []
        parts += [fit for fit in (self._plain(expr) for expr in _evidence(query)) if fit is not None]
        if not parts:
            return self.people.drop("at").clear().with_columns(fit=pl.lit(None, dtype=pl.Float64))
        fit = np.mean(parts, axis=0) if len(parts) > 1 else parts[0]
        found = self.people.with_columns(fit=pl.Series(fit, dtype=pl.Float64)).filter(C("fit") >= 0.5)
        return found.drop("at").sort("fit", "person_id", descending=[True, False]).head(limit)

    def _plain(self, expr: pl.Expr) -> NDArray[np.float64]:
        return self.people.select(expr.fill_null(0.0).cast(pl.Float64)).to_series().to_numpy()

    def _named(self, words: list[str]) -> NDArray[np.float64]:
        """Mean fit of the query's words, each on the person's best word."""
        total = np.zeros(self.people.height)
        for word in words:
            near = process.cdist([word], self.words, scorer=JaroWinkler.similarity, dtype=np.float32)[0]
            near[self._variants(word)] = np.maximum(near[self._variants(word)], 0.95)
            if len(word) <= 2:
                near = np.array([0.9 * w.startswith(word) + 0.1 * (w == word) for w in self.words], dtype=np.float32)
            near[near < _NEAR] = 0
            of_piece = np.zeros(self.distinct, dtype=np.float32)
            np.maximum.at(of_piece, self.piece_of_word, near)
            best = np.zeros(self.people.height, dtype=np.float32)
            np.maximum.at(best, self.holders, of_piece[self.pieces])
            total += best
        return total / len(words)

    def _variants(self, word: str) -> NDArray[np.int64]:
        """Index words that are another form of the same given name."""
        table = members("given")
        mine = table.get(word)
        found = [k for k, other in enumerate(self.words) if mine and mine & table.get(other, frozenset())]
        return np.array(found, dtype=np.int64)


def find(query: str, people: pl.DataFrame, limit: int = 20) -> pl.DataFrame:
    """Search once; build a Finder to search often."""
    return Finder(people).find(query, limit)


def _fold(text: pl.Expr) -> pl.Expr:
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    for odd, even in (("Ł", "L"), ("Ø", "O"), ("Đ", "D"), ("ß", "SS"), ("Æ", "AE"), ("'", ""), ("’", "")):
        plain = plain.str.replace_all(odd, even, literal=True)
    return plain.str.replace_all(r"[^A-Z]+", " ").str.strip_chars()


def _evidence(query: Query) -> list[pl.Expr]:
    """How well each plain fact of the query fits: 1 the same, .8 a slip, 0 not."""
    year = pl.coalesce(C("dob").dt.year().cast(pl.Int64), C("birth_year").cast(pl.Int64))
    out = []
    if query.person:
        out.append(C("person_id").str.starts_with(query.person))
    if query.born:
        d = query.born
        part = (year == d.year).cast(pl.Float64) * 0.5 + 0.3 * (C("dob").dt.month() == d.month)
        swapped = (year == d.year) & (C("dob").dt.month() == d.day) & (C("dob").dt.day() == d.month)
        out.append(pl.when(C("dob") == d).then(1.0).when(swapped).then(0.9).otherwise(part.fill_null(0)))
    if query.year:
        gap = (year - query.year).abs()
        out.append(pl.when(gap == 0).then(1.0).when(gap == 1).then(0.7).otherwise(0.0))
    if query.postcode:
        out.append(C("postcode").str.starts_with(query.postcode))
    if query.number:
        out.append(C("nhs_number").str.starts_with(query.number))
    return [expr.cast(pl.Float64) for expr in out]
