"""How far each mapped field of a delivery was read: its cells held against what standardising made of them.

Nothing is read a second time in another way: a cell counts as read if the record has a value from it. Only of the cells
that are left over is asked what they are: words and dates for 'not known', words that no list has, values not believed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from hiu import model
from hiu.extract.events import DAYS, ENDS, STAMPS
from hiu.extract.files.columns import fact_key, time_key
from hiu.extract.measures import unknown_key
from hiu.extract.rates.leftover import Leftover, names_nothing, sort_out
from hiu.extract.shared_numbers import FLAG
from hiu.extract.values.codes import (
    ROUNDED,
    YES_NO,
    digits_lost,
    local_id,
    not_known,
    still_open,
    unknown_words,
    unlisted,
)
from hiu.extract.values.dates import read_dates
from hiu.extract.values.postcode import read_postcodes
from hiu.extract.values.text import NULLS
from hiu.extract.values.times import read_times
from hiu.model.frames import TYPES
from hiu.sources import FieldSpec, Packed, Source

_MADE = {
    "name": ("given", "family"),
    "given": ("given",),
    "middle": ("middle", "given"),
    "family": ("family",),
    "aliases": ("aliases", "family"),
    "age": ("age", "birth_year"),
    "sex": ("sex",),
    "nhs_number": ("nhs_number",),
    "postcode": ("postcode",),
}
"""Fields that describe a person -> the columns of the record, any of which has a value where the cell was read."""

_WHOLE_NUMBER = r"^[+-]?[0-9][0-9,]*$"


@dataclass(frozen=True, kw_only=True)
class Made:
    """What standardising made of the rows of a delivery, each frame in the order of `cells`.

    cells: source_row and the tidied text by field · times: as events.read_times · people: as identity.identities ·
    unknown: as unknown_codes · facts: as facts.read_facts · aside: whether the row was set
    aside.
    """

    cells: pl.DataFrame
    times: pl.DataFrame
    people: pl.DataFrame
    unknown: pl.DataFrame
    facts: pl.DataFrame
    aside: pl.Series


def unknown_codes(cells: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Of every coded field whether its cell holds a word that the source does not list, `unknown_key(field)`, and
    whether one that means no value, `<field>@nothing`. Asked once of each different word.
    """
    coded = {field: spec for field, spec in source.fields.items() if field in cells.columns and spec.coded}
    words = cells.select(pl.col(field).unique().implode() for field in coded)
    tests = dict[str, tuple[str, pl.Expr]]()
    for field, spec in coded.items():
        word = pl.col(field).explode()
        tests[unknown_key(field)] = field, unknown_words(word, code_list(spec), spec.accepts)
        tests[f"{field}@nothing"] = field, _means_nothing(word, spec)
    found = words.select(
        pl.col(field).explode().filter(test).implode().alias(name) for name, (field, test) in tests.items()
    )
    return cells.select(
        pl.col(field).is_in(found[name]).fill_null(False).alias(name) for name, (field, _) in tests.items()
    )


def _means_nothing(word: pl.Expr, spec: FieldSpec) -> pl.Expr:
    nothing = names_nothing(word, spec) | (not_known(word, coded=True) & unlisted(word, code_list(spec)))
    return nothing | word.str.contains(ROUNDED) if spec.type == "code" else nothing


def code_list(spec: FieldSpec) -> dict[str, str]:
    """The words a field may hold: its own codes, and of a yes or no the usual spellings too."""
    return {**YES_NO, **spec.codes} if spec.type == "boolean" else spec.codes


def read_rates(sent: pl.DataFrame, source: Source, columns: Mapping[str, str], made: Made) -> pl.DataFrame:
    """field, header and the counts, `looks` and `words` of model.FIELD_QUALITY: a row a mapped field, and a fact."""
    fields = {key: header for key, header in columns.items() if key in made.cells.columns}
    times = made.times.select(pl.all().name.prefix("time:"))
    who = made.people.select(pl.all().name.prefix("who:"))
    frame = pl.concat([made.cells, times, who, made.unknown], how="horizontal")
    left = frame.select("source_row", *(_left(frame, key, source).alias(key) for key in fields))
    no = pl.repeat(False, made.cells.height, dtype=pl.Boolean(), eager=True)
    nobody = made.people["unknown"].fill_null(False) if "unknown" in made.people.columns else no
    about = {"nobody": nobody, "aside": made.aside, "unknown": no, **_about_whom(made)}
    rows = [
        _row(sent[header], made, key, source, left[key], about) | {"field": key.replace("@", ", "), "header": header}
        for key, header in fields.items()
    ]
    rows += _facts(sent, source, columns, made.facts)
    schema = {one.name: TYPES[one.type].polars for one in model.FIELD_QUALITY.columns}
    kept = {name: type for name, type in schema.items() if name not in ("delivery_id", "source", "source_file")}
    return pl.DataFrame(rows, schema=kept)


def _row(
    sent: pl.Series, made: Made, key: str, source: Source, left: pl.Series, about: Mapping[str, pl.Series]
) -> dict[str, object]:
    cell = made.cells[key]
    there, nothing, rest = len(cell) - cell.null_count(), 0, Leftover()
    goes_on = 0
    if sent.null_count() < cell.null_count():
        emptied = sent.filter(cell.is_null() & sent.is_not_null()).str.strip_chars()
        nothing = int((~emptied.is_in(NULLS)).sum())
        goes_on = _goes_on(emptied) if key in ENDS else 0
    if n := int(left.sum()):
        rest = sort_out(_leftover(made, key, about).filter(left), key, source)
    counts = {"missing": rest.missing + nothing - goes_on, "unreadable": rest.unreadable, "unknown": rest.unknown}
    more = {"out_of_range": rest.out_of_range, "looks": rest.looks, "words": rest.words}
    return {"rows": len(cell), "filled": there + nothing, "read": there - n + goes_on, **counts, **more}


def _goes_on(emptied: pl.Series) -> int:
    """Ends that say that the stay goes on: they were read, and mean that there is none."""
    return int(emptied.to_frame("text").select(still_open(pl.col("text")).sum()).item())


def _leftover(made: Made, key: str, about: Mapping[str, pl.Series]) -> pl.DataFrame:
    """text, unknown (of the code list), nobody (its name says so), aside, named and who of each cell."""
    flag = unknown_key(key)
    unknown = made.unknown[flag] if flag in made.unknown.columns else about["unknown"]
    return pl.DataFrame({**about, "text": made.cells[key], "unknown": unknown})


def _about_whom(made: Made) -> dict[str, pl.Series]:
    """Of each row the name (`named`) and what tells one person's rows from another's (`who`); one without is alone."""
    parts = ("given", "family", "dob", "nhs_number", "local_ids")
    there = made.people.select(pl.col(name).cast(pl.String) for name in parts)
    whole = there.select(pl.concat_str(pl.all().fill_null(""), separator=" ").str.strip_chars()).to_series()
    row = made.cells["source_row"].cast(pl.String)
    return {
        "named": there.select(pl.concat_str("given", "family", separator=" ", ignore_nulls=True)).to_series(),
        "who": pl.select(pl.when(whole != "").then(whole).otherwise(row)).to_series(),
    }


def _left(frame: pl.DataFrame, key: str, source: Source) -> pl.Expr:
    """Where a cell is filled and the record has no value of it."""
    return pl.col(key).is_not_null() & ~_is_read(frame, key, source).fill_null(False)


def _is_read(frame: pl.DataFrame, key: str, source: Source) -> pl.Expr:
    spec = source.fields.get(key)
    if spec is None:
        return pl.lit(read_times(frame[key]).is_not_null()) if key.endswith(time_key("")) else pl.lit(True)
    if key in (*STAMPS, *DAYS):
        return pl.col(f"time:{key}").is_not_null()
    if key == "dob":
        return pl.col("who:dob").is_not_null() | (pl.col("who:about_birth") & pl.col("who:birth_year").is_not_null())
    if key in _MADE:
        return pl.any_horizontal(pl.col(f"who:{part}").is_not_null() for part in _MADE[key])
    if spec.coded:
        return ~(pl.col(unknown_key(key)) | pl.col(f"{key}@nothing"))
    if spec.type == "related" or key in source.decisive:
        return _of_type(frame, key, spec) & ~not_known(pl.col(key)) & pl.lit(not digits_lost(frame[key]))
    return _of_type(frame, key, spec)


def _of_type(frame: pl.DataFrame, key: str, spec: FieldSpec) -> pl.Expr:
    text = pl.col(key)
    if spec.type == "local_id":
        found = pl.col("who:local_ids").str.contains(pl.lit(":") + local_id(text, spec.drop), literal=True)
        flag = pl.col(f"who:{FLAG}{key}") if f"who:{FLAG}{key}" in frame.columns else pl.lit(False)
        return (found & pl.lit(not digits_lost(frame[key]))) | flag  # a shared number is told in a warning of its own
    if spec.type == "address" and not spec.home_if:
        return pl.col("who:house").is_not_null() | pl.col("who:street").is_not_null()
    if spec.type in ("date", "timestamp"):
        return pl.lit(read_dates(frame[key], spec.formats).is_not_null())
    if spec.type == "postcode":
        return pl.lit(read_postcodes(frame[key]).is_not_null())
    if spec.type == "integer":
        return text.str.contains(_WHOLE_NUMBER)
    return ~text.str.contains(ROUNDED)


def _facts(
    sent: pl.DataFrame, source: Source, columns: Mapping[str, str], facts: pl.DataFrame
) -> Iterator[dict[str, object]]:
    """Facts of a register: a cell is unreadable if any of its pieces is, and unknown if a word of it is in no list."""
    named: set[str] = set()
    for index, packed in enumerate(source.facts):
        header = columns.get(fact_key(index))
        if header is None:
            continue
        filled = sent.filter(pl.col(header).str.strip_chars() != "").height
        own = facts.filter((pl.col("fact") == packed.fact) & (pl.col("column") == header))
        unread = own.filter(~pl.col("readable"))["source_row"].unique()
        other = own.filter(_unlisted(packed) & ~pl.col("source_row").is_in(unread.implode()))["source_row"].n_unique()
        name = f"{packed.fact}{f', {packed.role}' if packed.role else ''}"
        name = name if name not in named else f"{name}, {header}"
        named.add(name)
        yield {
            "field": name,
            "header": header,
            "rows": sent.height,
            "filled": filled,
            "read": filled - len(unread) - other,
            "missing": 0,
            "unreadable": len(unread),
            "unknown": other,
            "out_of_range": 0,
            "looks": None,
            "words": None,
        }


def _unlisted(packed: Packed) -> pl.Expr:
    """A value that the list of the fact's words lacks: whether consent was given, say, is then not known."""
    words = sorted({word.lower() for word in packed.codes.values()})
    return (~pl.col("value").str.to_lowercase().is_in(words)).fill_null(False) if packed.codes else pl.lit(False)
