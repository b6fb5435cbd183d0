"""The keys of one field that its column asks for: times apart, forms of dates, separators, numberings; and fields of
codes with the conditions under [where] that they suggest."""

import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from hiu.extract.draft.columns.idle import by_form, left_early, nothing_happened, says_utc
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.names import family_first
from hiu.extract.draft.columns.words import hold_names, is_personal_name, words
from hiu.extract.draft.lines import array, comment, quoted, some
from hiu.extract.values.dates import read_stamps
from hiu.sources import FieldSpec, Source

_BRACES = re.compile(r"\{(\w+)\}")
_DATED = ("date", "timestamp", "dob")
_LOCAL = {"local", "bst", "uk"}
_SHORT = 5
"""Words as short as this are looked for as words: 'test' is no part of 'latest'."""


def format_lines(spec: FieldSpec, seen: Look, *, always: bool = False) -> Iterator[str]:
    """The forms of a date, where the field's own would misread or not read some of the cells (or `always`)."""
    if spec.type not in _DATED or not seen.formats:
        return
    mark = f"  # CHECK: {seen.proof.removeprefix('CHECK: ')}" if seen.proof else ""
    if seen.proof.startswith(("month first", "CHECK")):
        yield f"formats = {array(seen.formats)}{mark}"
    elif always or _unread(seen, spec.formats) > _unread(seen, seen.formats):
        yield f"formats = {array(seen.formats)}{mark if 'assumed' in seen.proof else ''}"


def _unread(seen: Look, formats: tuple[str, ...]) -> int:
    return read_stamps(pl.Series([*seen.counted], dtype=pl.String), formats)["stamp"].null_count()


def zone_lines(spec: FieldSpec, seen: Look, beside: Iterable[str] = ()) -> Iterator[str]:
    """That times are UTC, where the header of the date says so, or that of another time of the row, and the field does
    not."""
    headers = [header for header in (seen.header, *beside) if says_utc(header)]
    if spec.type == "timestamp" and spec.zone == "local" and headers and not words(seen.header) & _LOCAL:
        yield f'zone = "utc"  # CHECK: {comment(headers[0])} says so; a time with an offset is read by that'


def name_lines(spec: FieldSpec, seen: Look) -> Iterator[str]:
    """What parts family name and given name, if it is no comma; that the former stands first, if nothing does."""
    if spec.type == "name" and seen.separator and seen.separator != spec.separator:
        yield f"separator = {quoted(seen.separator)}  # CHECK: the family name stands before it"
    elif spec.type == "name" and spec.order == "auto" and family_first(seen):
        yield 'order = "family_first"  # CHECK: the family name seems to stand first; if not, write "given_first"'


def scheme_lines(
    name: str, spec: FieldSpec, seen: Look, fields: set[str], others: Mapping[str, Source], *, sure: bool
) -> Iterator[str]:
    """Which numbering a local number is. Equal GUIDs name one thing wherever they come from, so they share a scheme."""
    if spec.type != "local_id":
        return
    if seen.kind == "guid":
        yield 'scheme = "guid"  # one numbering for all GUIDs: sources that send the same one mean the same person'
        return
    usable = not (set(_BRACES.findall(spec.scheme)) - fields) and bool(spec.scheme)
    if sure and usable:
        return
    used = {each.scheme for source in others.values() for each in source.fields.values() if each.scheme}
    yield (
        f"scheme = {quoted(spec.scheme if usable else name)}  # CHECK: one word for all sources that share this "
        f"numbering; in use: {some(sorted(used))}"
    )


def remarks(spec: FieldSpec, seen: Look) -> Iterator[str]:
    """Comments on what a column holds: the forms of its dates, its codes. No values of a person's own fields."""
    if seen.formats:
        yield f"# dates as {', '.join(seen.formats[:4])}" + (f"; {seen.proof}" if seen.proof else "")
    coded = seen.codes and spec.type in ("text", "code", "boolean", "sex") and not is_personal_name(seen.header)
    if coded and not hold_names(seen.header, seen.codes):
        yield f"# values: {comment(', '.join(seen.codes))}"


def coded_lines(coded: Mapping[str, Look]) -> Iterator[str]:
    """Fields of codes, by name."""
    for field, seen in coded.items():
        yield f'\n[fields.{field}]\ncolumns = {array([seen.header])}\ntype = "code"'
        yield f"# values: {some(sorted(seen.counted), 15)}"


def where_lines(coded: Mapping[str, Look]) -> list[str]:
    """The table [where] with a suggested condition for each field whose codes say that nothing happened; [] without."""
    lines = [line for field, seen in coded.items() for line in _condition(field, seen)]
    return ["\n[where]  # what a row must meet to count", *lines] if lines else []


def _condition(field: str, seen: Look) -> Iterator[str]:
    mark = "CHECK: take the first # away if these should not count"
    none = seen.rows - seen.filled
    empty = (
        f"; {none:,} row{'s are' if none > 1 else ' is'} empty here, and would count: in = [...] leaves such out"
        if none
        else ""
    )
    if yes := nothing_happened(seen.header, seen.counted):
        n = sum(yes.values())
        rows = f"{n:,} row{'s' * (n != 1)}"
        yield f"# {field} = {{ not_in = {comment(array(yes))} }}  # {mark}: {rows}"
    elif found := by_form(seen.counted):
        left = [text for texts in found.values() for text in texts if left_early(text)]
        if left:
            yield (
                f"# {some(sorted(left))} in {comment(seen.header)}: who leaves before being seen was there, so the row "
                "counts: a sign of need, no exclusion"
            )
        fitting = {word: texts for word, texts in found.items() if not any(map(left_early, texts))}
        if not fitting:
            return
        texts = some((f"{text} {n:,}" for found in fitting.values() for text, n in sorted(found.items())), 12)
        forms = [word if len(word) > _SHORT else rf"\b{word}\b" for word in fitting]
        yield f"# {field} = {{ not_matches = {array(forms)} }}  # {mark}: {texts}{empty}"
