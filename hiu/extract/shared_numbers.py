"""Local numbers that can number nobody: one value beside many different names and births, as an age or a band has."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

import polars as pl

from hiu.sources import Source

_MOST = 3
"""Family names and births that the rows of one person may have between them: slips, other names, a marriage."""
_FEWEST_VALUES = 5
_AGE = (
    r"(?i)^(?:aged? |about |approx\.? |over |under )*[0-9]{1,3}(?:\.0)?(?: ?(?:-|–|to) ?[0-9]{1,3}|\+)?"
    r" *(?:y(?:ea)?rs?|y/?o?)?(?: old)?$"
)
_PHONE = r"^(?:(?:\+44|0044)(?:\(0\))?|\(?0)[1-9][0-9)]{8,10}$|@"
_USUAL = 0.5
_GENERATION = 15
"""Years between two births under one telephone from which no slip makes them one person's."""
FLAG = "shared:"
"""What begins the name of a column that says of a field's values whether they are shared."""


def numbering(cells: pl.DataFrame, field: str, source: Source) -> list[pl.Expr]:
    """What tells a field's numbers from those of other numberings, in small letters, and a colon."""
    pieces = re.split(r"\{(\w+)\}", source.fields[field].scheme or source.name)
    named = [pl.col(piece) if piece in cells.columns else pl.lit(None, pl.String) for piece in pieces]
    texts = [named[place] if place % 2 else pl.lit(piece) for place, piece in enumerate(pieces)]
    return [*(text.str.to_lowercase() for text in texts), pl.lit(":")]


def shared(cells: pl.DataFrame, people: pl.DataFrame, source: Source) -> list[pl.Series]:
    """Of each field of local numbers whose values do, FLAG and its name: which rows' values stand beside more people
    than one number can.

    All do where most values that stand in several rows stand beside unlike family and given names, and unlike births
    if there are any; else those of more than three of each, none of them in more than half of the rows; and telephones
    and e-mail addresses of two births a generation apart, or of two first letters and two births. `people` has given,
    family, dob and year in the order of `cells`.
    """
    fields = [field for field, spec in source.fields.items() if spec.type == "local_id" and field in cells.columns]
    found = [_shared(cells, field, people, source).alias(f"{FLAG}{field}") for field in fields]
    return [rows for rows in found if rows.any()]


def _shared(cells: pl.DataFrame, field: str, people: pl.DataFrame, source: Source) -> pl.Series:
    number = pl.concat_str([*numbering(cells, field, source), pl.col(field).str.strip_chars().str.to_uppercase()])
    value = cells.select(number.alias("value"))["value"]
    year = pl.coalesce(pl.col("dob").dt.year(), "year")
    # by the day, where it was sent: whoever has the same age was born in the same year
    born = pl.coalesce(pl.col("dob").cast(pl.String), pl.col("year").cast(pl.String))
    rows = people.select("family", "given", "dob", born=born, year=year).with_columns(value)
    named = rows.filter(pl.col("value").is_not_null(), pl.col("family").is_not_null())
    by_value = named.group_by("value").agg(
        pl.col("family").n_unique(),
        pl.col("given").str.slice(0, 1).n_unique(),
        pl.col("born").drop_nulls().n_unique(),
        pl.col("dob").drop_nulls().n_unique(),
        apart=pl.col("year").max() - pl.col("year").min(),
        most=pl.col("family").unique_counts().max(),
        rows=pl.len(),
    )
    again = by_value.filter(pl.col("rows") > 1)
    mixed = again.filter(_several(1))
    if mixed.height >= _FEWEST_VALUES and mixed.height > _USUAL * again.height:
        return cells[field].is_not_null()
    many = _several(_MOST) & (2 * pl.col("most") <= pl.col("rows"))
    two = (pl.col("apart") >= _GENERATION) | (pl.col("dob") > 1) & (pl.col("given") > 1)
    bad = again.filter(many | two if _are_phones(cells[field]) else many)["value"]
    return value.is_in(bad.implode()).fill_null(False)


def _are_phones(values: pl.Series) -> bool:
    """Whether most values are telephone numbers or e-mail addresses."""
    found = values.drop_nulls().str.replace_all(r"[\s.-]", "").str.contains(_PHONE)
    return int(found.sum()) > _USUAL * len(found)


def _several(most: int) -> pl.Expr:
    """Whether there are more names than so many, and more births if there are any."""
    return (pl.col("family") > most) & (pl.col("given") > most) & ((pl.col("born") == 0) | (pl.col("born") > most))


def shared_warnings(
    cells: pl.DataFrame, people: pl.DataFrame, columns: Mapping[str, str], source: Source
) -> Iterator[str]:
    """A sentence a field whose values, or some of them, can number nobody, or are another field's of one scheme."""
    yield from _one_scheme_for_two(cells, columns, source)
    for field in [name.removeprefix(FLAG) for name in people.columns if name.startswith(FLAG)]:
        rows = people[f"{FLAG}{field}"]
        filled, n = cells[field].count(), int(rows.sum())
        values = cells[field].filter(rows).n_unique()
        ages = cells[field].str.contains(_AGE).sum() * 2 > filled
        one = values == 1
        phones = _are_phones(cells[field])
        stand = (
            f"{columns[field]}: {values:,} value{'' if one else 's'} in {n:,} of {filled:,} rows stand{'s' * one} "
            f"beside {'several people' if phones else 'many different names'}, so no person goes by "
            f"{'it' if one else 'them'}, and matching does not use {'it' if one else 'them'}. "
        )
        toml = f"[fields.{field}] in sources/{source.name}.toml"
        if ages:
            yield f'{stand}If they are ages, write type = "age" under {toml}; take out a band of ages'
        elif phones:
            yield f"{stand}Several people may share a telephone or an address: take {toml} out"
        elif n > _USUAL * filled:
            yield f"{stand}If the column holds a code, a band or a count, take {toml} out"
        else:
            yield f"{stand}Ask the sender whether {'it stands' if one else 'they stand'} for 'not known'"


def _one_scheme_for_two(cells: pl.DataFrame, columns: Mapping[str, str], source: Source) -> Iterator[str]:
    """A sentence for two fields of one scheme whose numbers are the same in different rows: each numbers others."""
    schemes = {f: spec.scheme for f, spec in source.fields.items() if spec.type == "local_id" and f in cells.columns}
    for one, other in combinations(schemes, 2):
        apart = pl.col(other).is_in(cells[one].drop_nulls().implode()) & (pl.col(one) != pl.col(other))
        both = cells.filter(apart)[other].n_unique() if schemes[one] == schemes[other] else 0
        if both >= _FEWEST_VALUES and 5 * both > cells[other].n_unique():
            yield (
                f"'{columns[one]}' and '{columns[other]}' have one scheme, and {both:,} numbers stand in both, in rows "
                "of different people, so that matching takes one person for another. If they are two numberings, "
                f"write another scheme under [fields.{other}] in sources/{source.name}.toml"
            )
