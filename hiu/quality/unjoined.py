"""Rows that a number alone describes: what joins them to names, and what to do where it joins none."""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from hiu.extract.files.columns import match_columns
from hiu.extract.files.header import quoted
from hiu.extract.files.read import RawTable
from hiu.extract.values.codes import local_id
from hiu.sources import Source

_NAMED = ("name", "given", "family", "nhs_number")
_MANY = 0.2
"""The share of numbers that one change of writing would join from which a person is told."""
_FEWEST = 3
_BARE = re.compile(r"^([A-Z]*)(0*)(.*)$")


def only_numbers(
    quality: pl.DataFrame, source: Source, local_ids: pl.Series, others: Iterable[Source] = ()
) -> tuple[list[str], list[str]]:
    """A warning if a number alone says whom a row is about; a note, the second, if one of `others` gives names beside
    numbers of the scheme under which `local_ids` of the record keeps them.
    """
    types = {field: spec.type for field, spec in source.fields.items()}
    rows = [row for row in quality.to_dicts() if source.expect.names]
    named = any(row["filled"] for row in rows if types.get(row["field"]) in _NAMED)
    numbers = [row for row in rows if types.get(row["field"]) == "local_id" and row["read"]]
    scheme = scheme_of(local_ids)
    if named or not numbers or not scheme:
        return [], []
    names = [one.name for one in others if one.name != source.name and gives_names(one, scheme)]
    header = numbers[0]["header"]
    first = f"no row names anybody: only '{header}' says whom a row is about. It is kept as a local number"
    if names:
        return [], [f"{first}; {quoted(names)} has numbers of the same scheme beside names, and joins those it gives"]
    joins = "a register or another source that gives the same number beside a name joins them, if its field has type"
    return [f'{first}; {joins} = "local_id" and scheme = "{scheme}"'], []


def scheme_of(local_ids: pl.Series) -> str:
    """The scheme of the first number that `local_ids` of the record keep; '' without one."""
    kept = local_ids.drop_nulls().head(1).to_list()
    return str(kept[0]).split("|")[0].rpartition(":")[0] if kept else ""


def gives_names(source: Source, scheme: str) -> bool:
    """Whether a source gives names beside numbers of a scheme."""
    return bool(fields_of(source, scheme)) and any(one.type in _NAMED for one in source.fields.values())


def numbers_of(raw: RawTable, source: Source, scheme: str, name: str) -> set[str]:
    """The numbers of a scheme in a file, folded as matching does. Raises InputRefused as match_columns."""
    columns = match_columns(raw.headers, source, name=name)
    own = [field for field in fields_of(source, scheme) if field in columns]
    cells = [raw.frame.select(local_id(pl.col(columns[f]), source.fields[f].drop)).to_series() for f in own]
    return {number for column in cells for number in column.drop_nulls().unique()}


def fields_of(source: Source, scheme: str) -> list[str]:
    """The fields of local numbers of a scheme."""
    specs = source.fields.items()
    return [f for f, one in specs if one.type == "local_id" and (one.scheme or source.name).casefold() == scheme]


def unjoined(
    local_ids: pl.Series, source: Source, others: Iterable[tuple[Source, set[str]]], scheme: str
) -> Iterator[str]:
    """A sentence if no number of the scheme is among those of `others`, which give names beside them; or if many would
    be, were they written alike. The first of `others` from which most are joined ends the reading.

    The forms are shown with 9 for a figure and A for a letter: the numbers are people's.
    """
    each = local_ids.drop_nulls().unique().str.split("|").explode().unique()
    own = {number for kind, _, number in (text.rpartition(":") for text in each) if kind == scheme}
    given, whose = set[str](), None
    for other, numbers in others:
        given, whose = given | numbers, other
        if 2 * len(own & given) > len(own):
            return
    left = own - given
    if whose is None or len(left) < _FEWEST or not given:
        return
    first = (
        f'{len(own) - len(left):,} of {len(own):,} numbers of the scheme "{scheme}" are among the {len(given):,} of '
        f"'{whose.name}', which gives the names"
    )
    pairs = _alike(left, given - own)
    if len(pairs) > _MANY * len(own):
        yield f"{first}. {_cure(pairs, source, whose, scheme)}"
    elif len(left) == len(own):
        yield (
            f"{first}, so that nobody is joined. Ask whether both number the same people; if not, write another scheme "
            f"under [fields.{fields_of(source, scheme)[0]}] in sources/{source.name}.toml"
        )


def _alike(own: set[str], given: set[str]) -> list[tuple[str, str]]:
    """Pairs of one number but for its letters in front and leading noughts; none where two numbers of a side would be
    one."""
    mine, theirs = ({_BARE.sub(r"\3", number): number for number in numbers} for numbers in (own, given))
    if len(mine) < len(own) or len(theirs) < len(given):
        return []
    return [(mine[bare], theirs[bare]) for bare in sorted(mine.keys() & theirs.keys())]


def _cure(pairs: list[tuple[str, str]], source: Source, other: Source, scheme: str) -> str:
    """How the two write a number, and the lines that make them alike."""
    lines = list[str]()
    fronts, noughts = ([[_BARE.sub(part, number) for number in pair] for pair in pairs] for part in (r"\1", r"\2"))
    unlike = any(one != two for one, two in noughts)
    for at, one in enumerate((source, other)):
        letters = sorted({pair[at] for pair in fronts} - {""})
        front = letters[0] if len(letters) == 1 and all(pair[at] for pair in fronts) else "[A-Z]*" * bool(letters)
        led = unlike and any(pair[at] for pair in noughts)
        drop = f"{front}{'0*' * led if front else '0+' * led}"
        if drop:
            lines += [f"drop = '^{drop}' under [fields.{f}] in sources/{one.name}.toml" for f in fields_of(one, scheme)]
    mine, theirs = (re.sub("[1-9]", "9", re.sub("[A-Z]", "A", number)) for number in pairs[0])
    return (
        f"'{other.name}' writes {theirs} where this file writes {mine} (9 is a figure, A a letter). If they are the "
        f"same people, write {' and '.join(lines)}"
    )
