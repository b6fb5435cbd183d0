"""Two people in one cell: rows of their own where the source says what parts them, and set aside where it does not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from hiu.extract.files.columns import match_columns
from hiu.extract.files.numbering import ANOTHER
from hiu.extract.files.read import RawTable
from hiu.extract.values.people.several import MAY_BE_TWO, Comma, comma_parts, two_in_cells, two_people
from hiu.sources import Source

CODE = "two_people"
_NAMES = ("name", "given", "family")
_OF_ONE = ("name", "given", "middle", "family", "aliases", "dob", "age", "sex", "nhs_number", "local_id")
_REASON = "the name holds two people; if rows of this source may, say what parts them: several, under the field's name"


def one_person_a_row(raw: RawTable, source: Source, *, name: str) -> RawTable:
    """The table with each person of a cell in a row of their own, as `several` of the name's field parts them.

    What belongs to one person (birth, number, sex, age, other names) is parted the same way, and is left out where it
    has not as many parts: nobody can tell whose it is. Place, time and the rest stay in every row. `received` counts
    the rows so made, whose numbers are the first person's plus ANOTHER. A row with another number of given than of
    family names stays as it is, and is set aside later.
    """
    marks = {field: source.fields[field].several for field in _NAMES if field in source.fields}
    columns = match_columns(raw.headers, source, name=name)
    sent = {columns[field]: mark for field, mark in marks.items() if mark and field in columns}
    if not sent:
        return raw
    both = pl.any_horizontal(pl.col(header).str.contains(f"(?i){re.escape(mark)}") for header, mark in sent.items())
    own = [columns[field] for field, spec in source.fields.items() if field in columns and spec.type in _OF_ONE]
    found = [_apart(row, sent, own) for row in raw.frame.filter(both.fill_null(False)).iter_rows(named=True)]
    made = [row for rows in found for row in rows if len(rows) > 1]
    if not made:
        return raw
    rows = pl.DataFrame(made, schema=raw.frame.schema)
    frame = pl.concat([raw.frame.join(rows, on="source_row", how="anti"), rows]).sort("source_row")
    more = frame.height - raw.frame.height
    shared = sum(len(rows) > 1 for rows in found)
    note = (
        f"{shared:,} row{'s name' if shared > 1 else ' names'} several people: each person has a row of their own, "
        f"{more:,} row{'s' * (more > 1)} more"
    )
    return replace(raw, frame=frame, received=raw.received + more, notes=[*raw.notes, note])


def nth_person() -> pl.Expr:
    """What a further person of a row has at the end of the row's key, so that each is a record of its own."""
    return pl.lit("|person ") + (pl.col("source_row") // ANOTHER + 1).cast(pl.String)


def _apart(row: Mapping[str, object], marks: Mapping[str, str], own: Sequence[str]) -> list[dict[str, object]]:
    """The rows of each person of a row; the row alone if its names can't be separated."""
    parts = {header: _parts(row[header], mark) for header, mark in marks.items()}
    counts = {len(part) for part in parts.values() if part}
    if len(counts) != 1 or counts == {1}:
        return [dict(row)]
    size, mark = counts.pop(), next(iter(marks.values()))
    shares = {header: parts.get(header) or _parts(row[header], mark) for header in own}
    return [
        {
            **row,
            **{header: share[at] if len(share) == size else None for header, share in shares.items()},
            "source_row": int(str(row["source_row"])) + at * ANOTHER,
        }
        for at in range(size)
    ]


def _parts(cell: object, mark: str) -> list[str]:
    return [part.strip() for part in re.split(re.escape(mark), str(cell or ""), flags=re.I) if part.strip()]


def two_people_faults(cells: pl.DataFrame, columns: Mapping[str, str], source: Source) -> pl.DataFrame:
    """source_row, column, code and reason of rows whose name holds two people that no `several` parts."""
    fields = [field for field in _NAMES if field in cells.columns]
    schema = {"source_row": pl.Int64, "column": pl.String, "code": pl.String, "reason": pl.String}
    if not fields:
        return pl.DataFrame(schema=schema)
    # no name is taken for two people's without one of these marks: so hardly a row is looked at closely
    doubtful = cells.filter(pl.any_horizontal(pl.col(field).str.contains(MAY_BE_TWO) for field in fields))
    comma = comma_parts(cells["name"]) if "name" in fields else ""
    rows = doubtful.filter(
        pl.Series([_two(row, source, comma) for row in doubtful.iter_rows(named=True)], dtype=pl.Boolean)
    )
    return rows.select("source_row", column=pl.lit(columns[fields[0]]), code=pl.lit(CODE), reason=pl.lit(_REASON)).cast(
        pl.Schema(schema)
    )


def _two(row: Mapping[str, str | None], source: Source, comma: Comma) -> bool:
    if whole := row.get("name"):
        return two_people(whole, but=source.fields["name"].separator, comma=comma)
    given, family = row.get("given"), row.get("family")
    return two_people(f"{given or ''} {family or ''}") or two_in_cells(given, family)
