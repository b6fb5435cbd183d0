"""Masked people: initials and a year, for screens that others may see."""

from collections.abc import Collection

import polars as pl

from hiu.model import RELEASED

SHOWN = ("person_id", "person_a", "person_b", "old_id", "identity_id", "identity_a", "identity_b", "sex", "birth_year")
"""Personal columns that a masked table keeps: ids that mean nothing outside the site, sex and year of birth."""

NAMES = ("name_text", "lead_clinician")
"""Personal columns shown as initials; every other personal column is left out."""

NOBODY = "(no name)"


def initials(name: str | None) -> str:
    """`Anna de Vries` as `A. d. V.`; a row without a name as `(no name)`."""
    parts = (name or "").replace(",", " ").split()
    return " ".join(f"{part[0]}." for part in parts) or NOBODY


def initials_of(column: str) -> pl.Expr:
    """The same of a whole column; an empty name is `(no name)`, an empty clinician stays empty."""
    parts = pl.col(column).str.replace_all(r"[,\s]+", " ").str.strip_chars().str.split(" ")
    short = parts.list.eval(pl.element().str.slice(0, 1) + ".").list.join(" ").replace(".", NOBODY)
    return (short.fill_null(NOBODY) if column == "name_text" else short).alias(column)


def personal(table: str) -> list[str]:
    """The personal columns of a published table."""
    return [column.name for column in RELEASED[table].columns if column.personal]


def read(table: str, column: str) -> bool:
    """Whether a masked table needs a column of the file at all."""
    return column not in personal(table) or column in (*SHOWN, *NAMES, "dob")


def masked_sql(table: str, columns: Collection[str]) -> dict[str, str]:
    """The same for a query that reads the file itself: column -> SQL of what may be seen of it."""
    gone = {name for name in personal(table) if name not in (*SHOWN, *NAMES)}
    found = {name: _initials_sql(name) if name in NAMES else f'"{name}"' for name in columns if name not in gone}
    if "dob" in columns and "birth_year" in found:
        found["birth_year"] = 'coalesce("birth_year", year("dob"))'
    return found


def _initials_sql(column: str) -> str:
    """SQL of `initials_of`."""
    plain = f"""trim(regexp_replace("{column}", '[,\\s]+', ' ', 'g'))"""
    short = (
        f"list_aggregate(list_transform(string_split({plain}, ' '), lambda part: part[1] || '.'), 'string_agg', ' ')"
    )
    text = f"""CASE WHEN "{column}" IS NULL THEN NULL WHEN {plain} = '' THEN '{NOBODY}' ELSE {short} END"""
    return f"coalesce({text}, '{NOBODY}')" if column == "name_text" else text


def masked(table: str, frame: pl.DataFrame, shown: Collection[str] = ()) -> pl.DataFrame:
    """A published table with initials for names, year for date of birth, and no number or address.

    Rows of the people in `shown` are whole; with any, every column stays and is empty in the other rows.
    """
    if "dob" in frame.columns:
        frame = frame.with_columns(birth_year=pl.coalesce(pl.col("birth_year"), pl.col("dob").dt.year()))
    columns = [name for name in personal(table) if name in frame.columns]
    short = [initials_of(name) for name in NAMES if name in columns]
    hidden = [name for name in columns if name not in (*SHOWN, *NAMES)]
    if not shown or "person_id" not in frame.columns:
        return frame.with_columns(short).drop(hidden)
    open_ = pl.col("person_id").is_in(list(shown))
    blank = [pl.when(open_).then(name).alias(name) for name in hidden]
    return frame.with_columns(
        *(pl.when(open_).then(one.meta.output_name()).otherwise(one).alias(one.meta.output_name()) for one in short),
        *blank,
    )
