"""Cells of a field that nothing was made of: do they say 'not known', or are they words and values we cannot read?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from hiu.extract.files.quotable import is_ordinary, may_name
from hiu.extract.values.address import NOWHERE
from hiu.extract.values.codes import YEAR_OF_BIRTH, not_known, whole
from hiu.extract.values.dates import NEVER, read_dates
from hiu.extract.values.text import looks_of
from hiu.fold import folded
from hiu.plain import one_line
from hiu.sources import FieldSpec, Source

MOST_WORDS = 12
"""Unknown code words that are named; more different ones are hardly a code list."""

_NO_NUMBER = r"^(?:[0\s/.:-]+|[9\s/.:-]+|(?i:x+|n/?a|none|null|temp|test))$"
_NO_SEX = ("u", "x", "z", "0", "n")
_NO_POSTCODE = r"(?i)^\s*ZZ\s?99"
_PERSONAL = (
    r",|@|[0-9]{5}|(?:[0-9][ .-]?){9}|[0-9]+[/.-][0-9]+[/.-][0-9]+|^(?i:[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2})$"
)
"""What no code word looks like, and a name, a number, a date or a postcode does: never quoted."""
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """Counts of cells by what they are, how most of the unreadable ones look, and the unknown words."""

    missing: int = 0
    unreadable: int = 0
    unknown: int = 0
    out_of_range: int = 0
    looks: str | None = None
    words: str | None = None


def sort_out(left: pl.DataFrame, key: str, source: Source) -> Leftover:
    """What the cells are: text, unknown, nobody, aside, named and who by row, all of them filled and not read.

    A word of a personal field is never quoted, nor one that looks as a name, date or number does, nor one that could
    name a person of the file.
    """
    spec = source.fields.get(key)
    type_ = spec.type if spec else "time"
    far = _out_of_range(left["text"], key, spec)
    empty = names_nothing(pl.col("text"), spec) if spec else pl.lit(False)
    never = (far == "never").fill_null(False)
    is_word = pl.lit(True) if type_ == "sex" else pl.col("unknown")
    missing = ~pl.col("unknown") & (_missing(type_) | empty | never)
    cells = left.select(
        "text", "aside", "named", "who", missing=missing, word=is_word & ~missing, far=(far == "far").fill_null(False)
    )
    unreadable = ~cells["missing"] & ~cells["word"]
    found, absent, words = unreadable & ~cells["far"], int(cells["missing"].sum()), int(cells["word"].sum())
    return Leftover(
        missing=absent,
        unreadable=cells.height - absent - words,
        unknown=words,
        out_of_range=int((unreadable & cells["far"]).sum()),
        looks=looks_of(cells["text"].filter(found)),
        words=_words(cells.filter("word", ~pl.col("aside"))) if type_ != "sex" else None,
    )


def _missing(type_: str) -> pl.Expr:
    text = pl.col("text")
    found = not_known(text, coded=type_ == "code")
    if type_ in ("name", "given", "family", "aliases", "local_id"):
        found |= pl.col("nobody")
    if type_ in ("dob", "date", "timestamp", "time", "age", "nhs_number", "local_id", "postcode", "integer"):
        found |= text.str.contains(_NO_NUMBER)
    if type_ in ("postcode", "address"):
        found |= text.str.contains(f"(?i){NOWHERE}") | text.str.contains(_NO_POSTCODE)
    return found | text.str.to_lowercase().is_in(_NO_SEX) if type_ == "sex" else found


def _out_of_range(texts: pl.Series, key: str, spec: FieldSpec | None) -> pl.Expr:
    """Of each cell 'never' (a date that means not known), 'far' (read, and not believed) or null."""
    if spec is None or (spec.type not in ("dob", "date", "timestamp") and key != "age"):
        return pl.lit(None, pl.String)
    if spec.type == "age":
        text = pl.col("text")
        return pl.when(text.str.contains(r"^[0-9]{3,}$") & ~text.str.contains(_NO_NUMBER)).then(pl.lit("far"))
    day = pl.lit(read_dates(texts, spec.formats))
    far = day.is_not_null() | (pl.col("text").str.contains(YEAR_OF_BIRTH) & (spec.type == "dob"))
    return pl.when(day.is_in(NEVER)).then(pl.lit("never")).when(far).then(pl.lit("far"))


def names_nothing(text: pl.Expr, spec: FieldSpec) -> pl.Expr:
    """A code that the list says means no value."""
    empty = [sent.lower() for sent, ours in spec.codes.items() if not ours]
    return whole(text).str.to_lowercase().is_in(empty) if empty else pl.lit(False)


def _words(cells: pl.DataFrame) -> str | None:
    """The unknown words with their rows, the commonest first; of those that could name a person only how many."""
    if cells.is_empty():
        return None
    counts = cells.group_by("text").agg(pl.len(), pl.col("who").n_unique(), pl.col("named").unique())
    counts = counts.sort("len", "text", descending=[True, False])
    if counts.height > max(3 * MOST_WORDS, cells.height // 2):
        return None
    quotable = [
        f"{one_line(word)} {rows:,}"
        for word, rows, people, named in counts.iter_rows()
        if _quotable(word, people, named)
    ]
    shown = quotable[:MOST_WORDS]
    more = counts.height - len(shown)
    hidden = f" and {more:,} other word{'s' * (more > 1)} (not shown)" if more else ""
    return f"{', '.join(shown)}{hidden}" if shown else None


def _quotable(word: str, people: int, named: Iterable[str | None]) -> bool:
    """A short word that stands in more than one person's rows, or that is ordinary, and that can name nobody."""
    plain = folded(word)
    if len(plain) > _LONGEST or re.search(_PERSONAL, plain) or may_name(word, named):
        return False
    return people > 1 or is_ordinary(plain)
