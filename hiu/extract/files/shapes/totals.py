"""Rows that add up other rows: totals, sub-totals, averages and counts, which describe nobody.

A row that says who it is about, by a birth, a number
or a second part of a name, is never one, whatever its words.
"""

import re
from collections.abc import Sequence

import polars as pl

from hiu.extract.files.header import squash
from hiu.extract.files.shapes.months import month_of_header
from hiu.extract.values.people.given import given_names
from hiu.extract.values.totals import ANY_TOTAL, TOTAL, plain
from hiu.sources import Source

_MAYBE = (
    r"(?i)total|cyfanswm|^\W*(all|every|sum|average|avg|mean|median|max|min|percent|per cent|overall|row|record|head|"
    r"count|number|no|nos|whole|entire)"
)
_NAMES = ("name", "given", "family", "aliases")
_NUMBERS = ("nhs_number", "local_id")
_SMALL = re.compile(r"[\d.,%£\s-]{0,7}")
_FIGURES = re.compile(r"[\d.,%£()/: -]*|(?:\d{1,4}[ /-])?[a-z]{3,9}[ /-]?\d{2,4}")
_WORD_SAYS = "a total, an average or a count of other rows, as its words say: it describes nobody"
_SUMS = "its numbers are the sums of the rows above it, and nothing says whom it is about: a total, which is nobody"
_FEWEST = 3


def total_rows(records: pl.DataFrame, headers: Sequence[str], source: Source) -> pl.DataFrame:
    """source_row, column, code ('total') and reason of the records that add up others; `records` has c0, c1, ..."""
    types = _types(headers, source)
    names = [f"c{place}" for place in range(len(headers))]
    able = records.filter(pl.any_horizontal(pl.col(names).is_in(_words(records.select(names)))))
    found: dict[int, tuple[str | None, str]] = {
        row: (headers[place], _WORD_SAYS)
        for row, *cells in able.select("source_row", *names).iter_rows()
        if (place := _label(cells, types, source)) is not None
    }
    if source.kind == "counts" and not source.file.fill_down:
        found |= dict.fromkeys(_sums(records, headers, types, source, set(found)), (None, _SUMS))
    rows = [(row, column, "total", reason) for row, (column, reason) in sorted(found.items())]
    schema = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _words(cells: pl.DataFrame) -> list[str]:
    """The different cells that may say that their row is a total; few of a large file do."""
    each = cells.select(pl.all().unique().implode())
    every = pl.concat(each[name][0] for name in cells.columns)
    return [cell for cell in {*every.filter(every.str.contains(_MAYBE))} if ANY_TOTAL.fullmatch(plain(cell))]


def _types(headers: Sequence[str], source: Source) -> list[str]:
    """Of each column the type of the field that reads it, 'key' for one that names the event, '' for any other."""
    read = {squash(word): name for name, spec in source.fields.items() for word in spec.columns}
    fields = [read.get(squash(header), "") for header in headers]
    keys = {*source.key.event, *source.key.record} - {"month", "start"}
    types = [source.fields[field].type if field else "" for field in fields]
    return ["key" if f in keys and t not in _NUMBERS else t for f, t in zip(fields, types, strict=True)]


def _label(cells: Sequence[str | None], types: Sequence[str], source: Source) -> int | None:
    """The place of the word that says so, if nothing in the row says whom it is about."""
    texts = [plain(cell) for cell in cells]
    first = next((place for place, text in enumerate(texts) if text), -1)
    people = {*_NAMES, *_NUMBERS, "dob", "key"}
    named = bool(people - {"key"} & set(types))
    for place, text in enumerate(texts):
        here = types[place] in people or place == first or not named
        if not (ANY_TOTAL if here else TOTAL).fullmatch(text):
            continue
        if any(_says_who(t, types[at], named) for at, t in enumerate(texts) if at != place):
            return None
        own = source.kind in ("events", "stays") and any(
            t and types[at] == "key" and not ANY_TOTAL.fullmatch(t) and not _SMALL.fullmatch(t)
            for at, t in enumerate(texts)
        )
        return None if own and not (here and TOTAL.fullmatch(text)) else place
    return None


def _says_who(text: str, type_: str, named: bool) -> bool:
    """Whether a cell says whom the row is about; in a table of unknown columns any word does."""
    if not text or ANY_TOTAL.fullmatch(text):
        return False
    if not named:
        return not _FIGURES.fullmatch(text)
    if type_ in _NAMES:
        return any(map(str.isalpha, text))
    if type_ == "dob":
        return len(re.sub(r"\W", "", text)) >= 6
    return type_ in (*_NUMBERS, "postcode", "address") and not _SMALL.fullmatch(text)


def _sums(
    records: pl.DataFrame, headers: Sequence[str], types: Sequence[str], source: Source, already: set[int]
) -> list[int]:
    """Rows whose numbers are the sums of those above, since the last total or in all, and that nobody is named in."""
    wide = source.file.unpivot
    of = {name: [squash(word) for word in spec.columns] for name, spec in source.fields.items()}
    if wide:
        columns = [f"c{at}" for at, header in enumerate(headers) if month_of_header(header, wide.month)]
    else:
        columns = [f"c{at}" for at, header in enumerate(headers) if squash(header) in of.get("n", ())]
    month = next((f"c{at}" for at, header in enumerate(headers) if squash(header) in of.get("month", ())), None)
    if not columns or records.height <= _FEWEST:
        return []
    numbers = [pl.col(column).str.replace_all(",", "").cast(pl.Float64, strict=False) for column in columns]
    cells = records.select(numbers).fill_null(0).rows()
    rows, who = (
        records["source_row"].to_list(),
        [_who(row, types) for row in records.select(f"c{at}" for at in range(len(headers))).iter_rows()],
    )
    usual = 2 * sum(who_ == "sure" for who_ in who) > len(who)
    months = records[month].to_list() if month and not wide else [None] * len(rows)
    found = list[int]()
    block, whole = _Sums(), _Sums()
    for at, row in enumerate(rows):
        if row in already:
            block = _Sums()
            continue
        able = who[at] != "sure" and (usual or who[at] != "a name")
        last = at + 1 == len(rows) or (not wide and months[at + 1] != months[at])
        if able and any(one.adds_to(cells[at], months[at], usual or last, wide=bool(wide)) for one in (block, whole)):
            found.append(row)
            block = _Sums()
            continue
        for one in (block, whole):
            one.add(cells[at], months[at])
    return found


class _Sums:
    """What the rows so far come to, column by column; of a row a month, by month too."""

    def __init__(self) -> None:
        self.rows: dict[str | None, int] = {}
        self.sums: dict[str | None, list[float]] = {}

    def add(self, numbers: Sequence[float], month: str | None) -> None:
        for key in {month, None}:
            before = self.sums.setdefault(key, [0.0] * len(numbers))
            self.sums[key] = [one + other for one, other in zip(before, numbers, strict=True)]
            self.rows[key] = self.rows.get(key, 0) + any(numbers)

    def adds_to(self, numbers: Sequence[float], month: str | None, likely: bool, *, wide: bool) -> bool:
        """Whether the numbers are these sums, of rows and numbers too many for chance."""
        there = [number for number in numbers if number]
        many = (len(there) > 1 or likely) if wide else likely
        enough = self.rows.get(month, 0) >= (2 if wide and len(there) > 1 else _FEWEST)
        return bool(there) and many and enough and list(numbers) == self.sums.get(month)


def _who(cells: Sequence[str | None], types: Sequence[str]) -> str:
    """'sure' of a row with a birth or a number of a person, 'a name' of one with a given name in it, else ''."""
    texts = [(plain(cell), type_) for cell, type_ in zip(cells, types, strict=True)]
    if any(type_ in ("dob", *_NUMBERS) and _says_who(text, type_, True) for text, type_ in texts):
        return "sure"
    words = {word.upper() for text, type_ in texts if type_ in _NAMES for word in text.split()}
    return "a name" if words & given_names() else ""
