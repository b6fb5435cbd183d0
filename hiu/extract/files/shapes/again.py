"""Headers in the middle of a file, as where exports are pasted under one another: said again, in another order, or with
other names for the same columns. The rows below one are read by it, or set aside; never by the header above it."""

from collections.abc import Mapping, Sequence

import polars as pl

from hiu.extract.files.header import header_fields, quoted, says_columns, squash
from hiu.sources import Source

_LOOKED_AT = 4
"""Columns in which a word of a header is looked for: no row of values has one in any of them."""
_FEWEST = 3
OTHER = "other_header"


def under_own_headers(
    records: pl.DataFrame, headers: Sequence[str], source: Source
) -> tuple[pl.DataFrame, list[int], pl.DataFrame]:
    """The records with those below another header put in the columns of the first; the source_row of each header; and
    source_row and reason of records whose header can't be matched to the first.

    `records` has c0, c1, ... and source_row. A row is a header if most of its cells, three at least, are headers of the
    file or accepted by the source; or if it has words alone, some of them those of headers, where a date should stand.
    """
    names, fields = [f"c{place}" for place in range(len(headers))], header_fields(source, headers)
    found = {
        int(str(row)): cells
        for row, *cells in _likely(records, names, headers, source)
        if _is_header(cells, headers, fields)
    }
    aside = list[pl.DataFrame]()
    for at, (row, cells) in enumerate(found.items()):
        if [squash(cell or "") for cell in cells] == [squash(header) for header in headers]:
            continue
        last = [*found][at + 1] if at + 1 < len(found) else records.height + 1
        here = pl.col("source_row").is_between(row, last, closed="none")
        places, lacks = _places(cells, headers, fields)
        if lacks:
            reason = _reason(lacks, cells, headers, fields, source)
            aside.append(records.filter(here).select("source_row", reason=pl.lit(reason)))
            continue
        moved = [pl.col(names[place]) if place is not None else pl.lit(None, pl.String) for place in places]
        records = records.with_columns(
            pl.when(here).then(other).otherwise(pl.col(name)).alias(name)
            for name, other in zip(names, moved, strict=True)
        )
    schema = {"source_row": pl.Int64, "reason": pl.String}
    return records, [*found], pl.concat(aside) if aside else pl.DataFrame(schema=schema)


def _likely(
    records: pl.DataFrame, names: Sequence[str], headers: Sequence[str], source: Source
) -> list[tuple[object, ...]]:
    """Rows with a word of a header in one of the first columns."""
    dated = _dated(headers, source)
    words = list({*headers, *(word for field in source.fields.values() for word in field.columns)} - {""})
    near = [pl.col(name).str.strip_chars().is_in(words) for name in names[:_LOOKED_AT]]
    near += [~pl.col(name).str.contains("[0-9]") for name in names if name in dated[:1]]
    rows = records.filter(pl.any_horizontal(near).fill_null(False))
    return rows.select("source_row", *names).rows()


def _dated(headers: Sequence[str], source: Source) -> list[str]:
    """The columns of dates and times, by place."""
    fields = header_fields(source, headers)
    types = [
        source.fields[f].type if (f := fields.get(squash(header), "")) in source.fields else "" for header in headers
    ]
    return [f"c{place}" for place, type_ in enumerate(types) if type_ in ("dob", "date", "timestamp")]


def _is_header(cells: Sequence[object], headers: Sequence[str], fields: Mapping[str, str]) -> bool:
    if says_columns([None if cell is None else str(cell) for cell in cells]):
        return True
    texts = [squash(str(cell)) for cell in cells if cell]
    words = {squash(header) for header in headers} | {*fields}
    hits = sum(text in words for text in texts)
    return len(set(texts)) == len(texts) and hits >= min(_FEWEST, len(headers)) and 2 * hits > len(texts)


def _places(
    cells: Sequence[object], headers: Sequence[str], fields: Mapping[str, str]
) -> tuple[list[int | None], list[str]]:
    """Of each column of the first header its place in the other, and those that are read and it lacks."""
    sent = [squash(str(cell or "")) for cell in cells]
    by_name = {name: place for place, name in enumerate(sent) if name}
    by_field = {fields[name]: place for name, place in by_name.items() if name in fields}
    keys = [*map(squash, headers)]
    out = [by_name.get(key, by_field.get(fields.get(key, ""))) for key in keys]
    read = zip(headers, keys, out, strict=True)
    return out, [header for header, key, place in read if place is None and key in fields]


def _reason(
    lacks: Sequence[str], cells: Sequence[object], headers: Sequence[str], fields: Mapping[str, str], source: Source
) -> str:
    """Which columns another header lacks, which it has instead, and the line that makes them the same."""
    accepted, key = {*fields, *map(squash, headers)}, fields[squash(lacks[0])].partition("@")[0]
    new = [str(cell).strip() for cell in cells if cell and squash(str(cell)) not in accepted]
    place = f"{f'[fields.{key}]' if key in source.fields else '[[facts]]'} in sources/{source.name}.toml"
    first = f'columns = ["{lacks[0]}", "{new[0] if len(new) == len(lacks) == 1 else "its other name"}"]'
    line = f"; it has {quoted(new)}. If those are the same, write both names of each: {first} under {place}"
    above = "a header in the middle of the file, above this row"
    return f"{above}, has no column for {quoted(lacks)}{line * bool(new)}"
