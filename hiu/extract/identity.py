"""Who a row is about: the identity columns of a record, each read once per distinct value."""

import re
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from hiu.extract.shared_numbers import FLAG, numbering, shared
from hiu.extract.values.address import read_address
from hiu.extract.values.codes import AGE_FOR_BIRTH, SEX, YEAR_OF_BIRTH, coded, local_id, read_age, whole
from hiu.extract.values.dates import read_births
from hiu.extract.values.nhs_number import nhs_number
from hiu.extract.values.people.initials import initials, initials_in, of_initials
from hiu.extract.values.people.names import Name, Order, read_name, read_parts
from hiu.extract.values.people.several import MAY_BE_TWO, Comma, comma_parts, parted_by, two_in_cells, two_people
from hiu.extract.values.plain import plain_homes, plain_names
from hiu.extract.values.postcode import read_postcodes
from hiu.extract.values.text import per_value
from hiu.sources import Source

_NAMES = ("name", "given", "middle", "family", "aliases")
_NAME_TYPE = {**dict.fromkeys(Name._fields, pl.String), "unknown": pl.Boolean}
_SIMPLE = re.compile(r"(?:[\w .,'/:|*+&-]|[\^$]|\\[bsd.]|\((?:\?:|(?!\?))|[)?])*")
"""Forms that mean the same to polars as to Python, and are asked of a whole column at once."""
_AGE_APART = 5
"""Years by which an age may be off before it contradicts the birth beside it: ages are estimates."""
_ADDRESS_TYPE = pl.Struct({"house": pl.String, "street": pl.String})


def identities(
    cells: pl.DataFrame, source: Source, start: pl.Series, at: pl.Series, *, synthetic: bool
) -> pl.DataFrame:
    """The identity columns of model.IDENTITY_COLUMNS, age, nobody, flags and doubts, in the order of `cells`; and
    `about_birth`: whether an age or a year stands in place of a date of birth. Local numbers that are flagged as
    `shared` (hiu/extract/shared_numbers.py) are no evidence.

    `start` is when each row's event began, what an age is counted back from; births may not come after `at`, nor may
    a year stand alone that is later, or more than 115 years before it.
    Local numbers of a row whose name says 'unknown' are dropped: they are made up for the visit, or shared.
    A birth that the row itself contradicts (after the event, or against the age) is in `doubts` and is no evidence.
    """
    births = _births(cells, source, at).alias("dob")
    unread = _unread_births(cells, births)
    frame = (
        _names(cells, source)
        .with_columns(
            births,
            _ages(unread).alias("age"),
            _sex(cells, source).alias("sex"),
            _of(cells, nhs_number(_text(cells, "nhs_number"), synthetic=synthetic)).alias("nhs_number"),
            _postcodes(cells, "postcode").alias("postcode"),
            _addresses(cells, source).alias("home"),
            _about_birth(unread).alias("about_birth"),
            _birth_years(unread).alias("year"),
            start.alias("start"),
            at.dt.year().alias("at"),
        )
        .unnest("home")
    )
    frame = _doubted(_settled_initials(frame), cells, source)
    after = (pl.col("year") > pl.col("start").dt.year()).fill_null(False)  # read as no year, and the row is kept
    frame = frame.with_columns(pl.when(~after).then("year"))
    frame = frame.with_columns(shared(cells, frame, source))
    frame = frame.with_columns(_local_ids(cells, source, frame).alias("local_ids"))
    unnamed = pl.all_horizontal(pl.col("given", "family", "nhs_number", "dob").is_null())
    frame = frame.with_columns(pl.when(~(pl.col("unknown").fill_null(False) & unnamed)).then("local_ids"))
    born = pl.when(pl.col("dob").is_null() & (pl.col("doubts") != "age").fill_null(True)).then(
        pl.coalesce("year", pl.col("start").dt.year() - pl.col("age"))
    )
    # a date of birth identifies nobody beside a name that names nobody, such as that of a test record
    evidence = pl.col("given", "family", "nhs_number", "local_ids").is_not_null()
    nobody = ~pl.any_horizontal(evidence) & (pl.col("dob").is_null() | pl.col("unknown").fill_null(False))
    frame = frame.with_columns(nobody=nobody, birth_year=born.cast(pl.Int64))
    return frame.drop("year", "at").rename({"text": "name_text"})


def _settled_initials(frame: pl.DataFrame) -> pl.DataFrame:
    """Initials that are a word for nobody too are somebody's, where a birth or an NHS number stands beside them."""
    doubtful = pl.col("unknown") & pl.col("family").is_not_null()
    born = pl.any_horizontal(pl.col("dob", "nhs_number").is_not_null())
    family = pl.when(~doubtful | born).then("family").alias("family")
    return frame.with_columns(family, (pl.col("unknown") & ~(doubtful & born)).alias("unknown"))


def _unread_births(cells: pl.DataFrame, births: pl.Series) -> pl.DataFrame:
    """The cells without the births that were read, none of which is an age or a year: mostly the column goes."""
    if "dob" not in cells.columns or births.null_count() == cells["dob"].null_count():
        return cells.drop("dob", strict=False)
    return cells.with_columns(dob=pl.when(births.is_null()).then("dob"))


def _ages(cells: pl.DataFrame) -> pl.Series:
    """Ages from their own column, else from cells of births that say an age ('about 35')."""
    texts = [pl.col("age")] if "age" in cells.columns else []
    if "dob" in cells.columns:
        texts.append(pl.when(pl.col("dob").str.contains(AGE_FOR_BIRTH)).then("dob"))
    return per_value(_of(cells, pl.coalesce(texts)), read_age, pl.Int64) if texts else _none(cells, pl.Int64)


def _birth_years(cells: pl.DataFrame) -> pl.Series:
    """Years of birth that stand in a column of ages or of births: four figures of this century or the last."""
    years = [pl.col(name).str.extract(YEAR_OF_BIRTH).cast(pl.Int64) for name in ("age", "dob") if name in cells.columns]
    return _of(cells, pl.coalesce(years)) if years else _none(cells, pl.Int64)


def _about_birth(cells: pl.DataFrame) -> pl.Series:
    text = _text(cells, "dob")
    return _of(cells, text.str.contains(AGE_FOR_BIRTH) | text.str.contains(YEAR_OF_BIRTH))


def _doubted(frame: pl.DataFrame, cells: pl.DataFrame, source: Source) -> pl.DataFrame:
    """With `doubts`: how a row contradicts the birth it gives, which then is no evidence."""
    years = (pl.col("start").dt.date() - pl.col("dob")).dt.total_days() / 365.25
    against = ((years - pl.col("age")).abs() > _AGE_APART + 1).fill_null(False)
    lived = pl.col("at") - pl.col("year")
    late = pl.lit(_born_late(frame, cells, source)) | (lived < 0).fill_null(False)
    year = pl.when(lived.is_between(0, 115).fill_null(True)).then("year")
    frame = frame.with_columns(late=late, against=against, year=year)
    doubts = [pl.when(flag).then(pl.lit(code)) for flag, code in (("late", "born_after"), ("against", "age"))]
    dob = pl.when(~pl.col("against")).then("dob")
    return frame.with_columns(pl.coalesce(doubts).alias("doubts"), dob.alias("dob")).drop("late", "against")


def _born_late(frame: pl.DataFrame, cells: pl.DataFrame, source: Source) -> pl.Series:
    """Rows whose birth reads as a day after their own event, however its year is taken."""
    late = pl.repeat(False, cells.height, dtype=pl.Boolean(), eager=True).alias("late")
    if "dob" not in cells.columns:
        return late
    rows = (cells["dob"].is_not_null() & frame["dob"].is_null() & frame["start"].is_not_null()).arg_true()
    if rows.is_empty():
        return late
    never = pl.repeat(None, len(rows), dtype=pl.Datetime("us"), eager=True)
    born = read_births(cells["dob"].gather(rows), source.fields["dob"].formats, never)
    return late.scatter(rows.filter((born > frame["start"].gather(rows).dt.date()).fill_null(False)), True)


def _of(cells: pl.DataFrame, value: pl.Expr) -> pl.Series:
    return cells.with_columns(value.alias("of"))["of"]


def _text(cells: pl.DataFrame, field: str) -> pl.Expr:
    return pl.col(field) if field in cells.columns else pl.lit(None, pl.String)


def _none(cells: pl.DataFrame, type: pl.DataType | type[pl.DataType] = pl.String) -> pl.Series:
    return pl.Series([None], dtype=type).new_from_index(0, cells.height)


def _postcodes(cells: pl.DataFrame, field: str) -> pl.Series:
    return read_postcodes(cells[field]) if field in cells.columns else _none(cells)


def _names(cells: pl.DataFrame, source: Source) -> pl.DataFrame:
    fields = [field for field in _NAMES if field in cells.columns]
    if not fields:
        return pl.DataFrame({name: _none(cells, type) for name, type in _NAME_TYPE.items()})
    unknown = [re.compile(form, re.IGNORECASE) for form in source.unknown_names]
    order = source.fields["name"].order if "name" in source.fields else "auto"
    sent = cells.select(pl.col(field).alias(f"sent_{field}") for field in fields)
    distinct = sent.unique(maintain_order=True)
    plain = plain_names(distinct)
    usual = plain["plain"] & ~_matching(distinct, plain, unknown)
    easy = distinct.hstack(plain.drop("plain")).filter(usual)
    hard = distinct.filter(~usual)
    separators = tuple(source.fields[field].separator for field in fields)
    comma = comma_parts(cells["name"]) if "name" in fields else ""
    two = hard.select(pl.any_horizontal(pl.all().str.contains(MAY_BE_TWO)).fill_null(False)).to_series()
    short = "name" in fields and of_initials(cells["name"])
    letters = hard["sent_name"].is_in(initials_in(hard["sent_name"], unknown)) if short else ~two & two
    more = (order, tuple(unknown), separators, comma)
    asked = zip(hard.iter_rows(), hard.to_series(fields.index("name") if short else 0), two, letters, strict=True)
    read = [initials(name) if apart else _name(tuple(fields), row, *more, two) for row, name, two, apart in asked]
    hard = hard.hstack(pl.DataFrame(read, schema=_NAME_TYPE, orient="row"))
    table = pl.concat([hard, easy], how="diagonal").with_columns(pl.col("unknown").fill_null(False))
    return sent.join(table, on=sent.columns, how="left", nulls_equal=True, maintain_order="left").select(*_NAME_TYPE)


def _matching(sent: pl.DataFrame, plain: pl.DataFrame, forms: Sequence[re.Pattern[str]]) -> pl.Series:
    """Whether a form fits a plain name as it was sent, or as it is read, either way round."""
    if not forms:
        return pl.repeat(False, sent.height, dtype=pl.Boolean(), eager=True)
    given, family = pl.concat_str(["given", "middle"], separator=" ", ignore_nulls=True), pl.col("family")
    ways = [
        given + " " + family,
        family + " " + given,
        family + ", " + given,
        family,
        *(pl.col(name) for name in sent.columns),
    ]
    texts = pl.concat([sent, plain], how="horizontal")
    simple = [f.pattern for f in forms if _SIMPLE.fullmatch(f.pattern)]
    found = texts.select(_any_form(ways, "|".join(simple)).alias("found"))["found"]
    if other := [form for form in forms if form.pattern not in simple]:
        lists = texts.select(pl.concat_list(ways).alias("ways"))["ways"]
        found |= pl.Series([any(f.fullmatch(text) for f in other for text in way if text) for way in lists])
    return found


def _any_form(ways: Sequence[pl.Expr], form: str) -> pl.Expr:
    """Whether the form fits any of the texts whole; an empty text fits none."""
    whole = rf"^(?i:{form})$"
    return pl.any_horizontal([(way.str.contains(whole) & (way != "")).fill_null(False) for way in ways])


@lru_cache(maxsize=50_000)
def _name(
    fields: tuple[str, ...],
    row: tuple[str | None, ...],
    order: Order,
    unknown: tuple[re.Pattern[str], ...],
    separators: tuple[str, ...],
    comma: Comma,
    may_be_two: bool,
) -> Name:
    """One name, by the fields that it stands in; the same people come in every file. Without `may_be_two` it has no
    mark by which two people are told."""
    sent, marks = dict(zip(fields, row, strict=True)), dict(zip(fields, separators, strict=True))
    others = sent.get("aliases")
    if others and (mark := marks["aliases"]):
        others = others.replace(mark, ";")
    if whole := sent.get("name"):
        mark = marks["name"]
        if may_be_two and two_people(whole, but=mark, comma=comma):
            return Name(unknown=True)
        return read_name(parted_by(whole, mark, order), order, unknown, others)
    given = " ".join(filter(None, (sent.get("given"), sent.get("middle"))))
    family = sent.get("family")
    if may_be_two and (two_people(f"{given} {family or ''}") or two_in_cells(given, family)):
        return Name(unknown=True)
    return read_parts(given, family, others, unknown)


def _births(cells: pl.DataFrame, source: Source, at: pl.Series) -> pl.Series:
    if "dob" not in cells.columns:
        return _none(cells, pl.Date)
    return read_births(cells["dob"], source.fields["dob"].formats, at)


def _sex(cells: pl.DataFrame, source: Source) -> pl.Series:
    codes = (source.fields["sex"].codes if "sex" in source.fields else {}) or SEX
    sex = coded(whole(_text(cells, "sex")), codes, unlisted="null")
    return _of(cells, pl.when(sex.is_in(("F", "M", "X"))).then(sex))


def _addresses(cells: pl.DataFrame, source: Source) -> pl.Series:
    specs = {field: source.fields[field] for field in source.fields if field in cells.columns}
    given = [field for field, spec in specs.items() if spec.type == "address"]
    if not given:
        return _none(cells, _ADDRESS_TYPE)
    plain, tied = ([field for field in given if bool(specs[field].home_if) == tie] for tie in (False, True))
    home = pl.concat_str(plain, separator=", ", ignore_nulls=True) if plain else _text(cells, "")
    texts = [pl.when(home != "").then(home)]
    texts += [pl.when(_same_home(cells, specs[field].home_if)).then(pl.col(field)) for field in tied]
    return _homes(_of(cells, pl.coalesce(texts)))


def _homes(sent: pl.Series) -> pl.Series:
    distinct = sent.drop_nulls().unique(maintain_order=True)
    plain = plain_homes(distinct)
    easy = plain.select(distinct.alias("text"), pl.struct("house", "street").alias("home")).filter(plain["plain"])
    rest = distinct.filter(~plain["plain"])
    hard = pl.DataFrame({"text": rest, "home": pl.Series([read_address(text) for text in rest], dtype=_ADDRESS_TYPE)})
    return sent.to_frame("text").join(pl.concat([easy, hard]), on="text", how="left", maintain_order="left")["home"]


def _same_home(cells: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Where the postcode fields hold one and the same full postcode."""
    read = pl.DataFrame({field: _postcodes(cells, field) for field in fields})
    first, *rest = (pl.col(field) for field in fields)
    full = first.str.contains(" ", literal=True)
    return read.select(pl.all_horizontal([full, *(first == other for other in rest)]).fill_null(False)).to_series()


def _local_ids(cells: pl.DataFrame, source: Source, people: pl.DataFrame) -> pl.Series:
    """Scheme and number of each local number, but for those that `people` flags as shared."""
    labelled = []
    for field, spec in source.fields.items():
        if spec.type != "local_id" or field not in cells.columns:
            continue
        number = cells.select(local_id(pl.col(field), spec.drop).alias(field)).to_series()
        if (flag := f"{FLAG}{field}") in people.columns:
            number = number.set(people[flag], None)
        label = pl.concat_str([*numbering(cells, field, source), pl.col(field)]).alias(field)
        labelled.append(cells.with_columns(number).select(label))
    if not labelled:
        return _none(cells)
    if len(labelled) == 1:
        return labelled[0].to_series().alias("ids")
    ids = pl.concat(labelled, how="horizontal")
    joined = pl.concat_list(ids.columns).list.drop_nulls().list.unique().list.sort().list.join("|")
    return ids.select(pl.when(joined != "").then(joined).alias("ids")).to_series()
