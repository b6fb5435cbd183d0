"""What name and address cells hold that is not used, or came damaged: counted, and said without a value of anybody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.instead import CALLER_SELF, PATIENT, callers
from hiu.extract.values.people.sent import MAY_HOLD, name_alone, unwrapped
from hiu.extract.values.text import DITTO, per_value, repaired
from hiu.sources import Source

_NAMES = ("name", "given", "middle", "family", "aliases")
_INSTEAD = f"{DITTO}|{CALLER_SELF}|{PATIENT}"
_TEXTS = (*_NAMES, "address", "text", "code")
_FEW_CELLS, _SHARE, _SHARE_OF_FEW = 3, 0.01, 0.05
"""Cells with a lost letter ('Sm?th') are reported if they are more than the first share of a column, and if there are
fewer than three, more than the second: somebody may have typed a question mark, or the sender's system may lack one
letter of one name."""

_LOST = r"\p{L}\?+\p{L}"
_TWICE = r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
_SIGNS = r"[‚ƒ„…†‡ˆ‰‹“”•˜™›¡¢£¤¥¦§¨©«¬®¯±²³µ¶¹»¼½¾¿×÷\u2500-\u257f√∫≈∂]"
_FOREIGN = rf"\p{{L}}{_SIGNS}+(?:\p{{L}}|$)|^{_SIGNS}\p{{L}}|\p{{Ll}}[ŠŒŽŸ]\p{{Ll}}|[├┬]"
_LEAST = 2
_MARKS = {mark: rf"^\p{{L}}[^,/|]*{form}\p{{L}}[^,/|]*$" for mark, form in (("/", "/"), ("|", r"\|"), (" - ", " - "))}
"""Marks that part a family name from a given name in some systems, and a name that has one of them."""

_PAIR = r"^(?P<first>\p{L}[\p{L}'’-]+) (?P<last>\p{L}[\p{L}'’-]+)$"
"""Two words, neither an initial."""
_FEWEST_TURNED = 5

_REPLACED = "\ufffd"
"""What a program writes for letters that it could not read."""

_FORMS = f"{_FOREIGN}|{_REPLACED}|{_TWICE}"
_ODD = r"[^\x00-\x7f]|.\?."
"""What a cell has that any of these forms fits, or _LOST."""


def cell_warnings(
    cells: pl.DataFrame, source: Source, columns: Mapping[str, str], headers: Sequence[str] = ()
) -> Iterator[str]:
    """A sentence a field: name cells with dates and numbers in them, or a word in the place of the name, and cells
    whose letters were damaged on the way.

    `cells` hold the tidied text by field, `columns` the header of each, `headers` are all those of the file.
    """
    fields = {field: source.fields[field] for field in source.fields if field in cells.columns and field in columns}
    fields = {field: spec for field, spec in fields.items() if spec.type in _TEXTS}
    if not fields:
        return
    names = [field for field, spec in fields.items() if spec.type in _NAMES]
    odd = cells.select(pl.col(field).str.contains(_ODD).any() for field in fields)  # few columns hold such a letter
    asked = [(field, f"{_FORMS}|{_LOST}") for field in fields if odd[field][0]]
    asked += [(field, form) for field in names for form in (MAY_HOLD, _INSTEAD)]
    asked += [(field, _PAIR) for field in names if fields[field].type == "name" and fields[field].order == "auto"]
    answers = cells.select(
        pl.col(field).str.contains(form).any().alias(str(at)) for at, (field, form) in enumerate(asked)
    )
    there = {one for one, answer in zip(asked, answers.get_columns(), strict=True) if answer[0]}
    for field, spec in fields.items():
        if (field, MAY_HOLD) in there:
            yield from _beside(cells[field], columns[field])
        if (field, _INSTEAD) in there:
            yield from _instead(field, cells, columns[field], source, headers)
        if spec.type == "name" and not (spec.separator or spec.several):
            yield from _parted(cells[field].drop_nulls(), columns[field], field)
        if (field, _PAIR) in there and not spec.separator:
            yield from _turned(cells[field].drop_nulls(), columns[field], field)
        if (field, f"{_FORMS}|{_LOST}") in there:
            personal = spec.type in (*_NAMES, "address")
            yield from _damaged(cells[field].drop_nulls(), columns[field], personal=personal)


def _beside(texts: pl.Series, header: str) -> Iterator[str]:
    doubtful = texts.filter(texts.str.contains(MAY_HOLD))
    kinds = per_value(doubtful, _kinds).drop_nulls()
    if kinds.is_empty():
        return
    counts = Counter(kind for found in kinds for kind in found.split("|"))
    counted = ", ".join(f"{kind} in {n:,}" for kind, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    yield (
        f"{header}: {_cells(len(kinds))} more than a name ({counted}), which is taken off and not used; "
        "ask for it in a column of its own"
    )


def _instead(field: str, cells: pl.DataFrame, header: str, source: Source, headers: Sequence[str]) -> Iterator[str]:
    """Marks and words that stand for a name: beside a column of callers they may mean the caller, whoever is above."""
    other = {"given": "family", "family": "given"}.get(field, "")
    whole = (
        cells.filter(pl.col(other).fill_null("").str.contains(f"^$|{_INSTEAD}")) if other in cells.columns else cells
    )
    texts, sender = whole[field], "Ask the sender for the person's own name in each row"
    if beside := callers(headers):
        if n := int(texts.str.contains(_INSTEAD).sum()):
            yield (
                f"{header}: {_cells(n)} a word or a mark in the place of a name, such as 'as caller' or 'as above', "
                f"and '{beside[0]}' stands beside it: it may say that the patient is the caller. Such a row is "
                f"nobody's, and the caller's name is not taken. {sender}, and do not fill {header} down"
            )
        return
    if n := int(texts.str.contains(CALLER_SELF).sum()):
        yield f"{header}: {_cells(n)} a word that says the patient is whoever called, and no name. {sender}"
    if n := int(texts.str.contains(DITTO).sum()):
        yield f"{header}: {_cells(n)} a ditto mark, which stands for the name above it and is read as no name. " + (
            f"No name stands above it, although fill_down has the column. {sender}"
            if header in source.file.fill_down
            else f'Write fill_down = ["{header}"] under [file], with the other columns of the person that stand once'
        )


def _parted(texts: pl.Series, header: str, field: str) -> Iterator[str]:
    """Most names are two words with one mark between, and the source does not say that it parts them."""
    for mark, form in _MARKS.items():
        n = int(texts.str.contains(form).sum())
        if n >= _LEAST and 2 * n > len(texts):
            yield (
                f"{header}: {n:,} of {len(texts):,} names have '{mark.strip()}' between two parts, and nothing says "
                f'that it parts them: write separator = "{mark}" under [fields.{field}], and order = "given_first" if '
                "the given name comes first"
            )


def _turned(texts: pl.Series, header: str, field: str) -> Iterator[str]:
    """Most names are two words of like letters, and far more known given names stand second than first."""
    pairs = texts.str.extract_groups(_PAIR).struct.unnest().drop_nulls()
    pairs = pairs.filter(
        (pl.col("first") == pl.col("first").str.to_uppercase()) == (pl.col("last") == pl.col("last").str.to_uppercase())
    )
    if 2 * pairs.height <= len(texts):
        return
    names = pl.Series([*given_names()])
    first, last = (int(pairs[at].str.to_uppercase().is_in(names).sum()) for at in ("first", "last"))
    if last >= _FEWEST_TURNED and last > 2 * first:
        yield (
            f"{header}: in {last:,} of {len(texts):,} names the second word is a known given name, in {first:,} the "
            f'first, and the first is read as the given name: write order = "family_first" under [fields.{field}], or '
            '"given_first" if that is right'
        )


def _kinds(text: str) -> str | None:
    return "|".join(name_alone(unwrapped(text))[1]) or None


def _cells(n: int) -> str:
    return f"{n:,} cell{' holds' if n == 1 else 's hold'}"


def _damaged(texts: pl.Series, header: str, *, personal: bool) -> Iterator[str]:
    form = _FORMS if personal else f"{_REPLACED}|{_TWICE}"
    doubtful = texts.filter(texts.str.contains(form))
    mended = per_value(doubtful, lambda text: text if not personal else repaired(text))
    foreign = int(mended.str.contains(form).sum())
    lost = int(texts.str.contains(_LOST).sum()) if personal else 0
    used = "the rows are used as they stand, and match badly"
    if foreign:
        yield (
            f"{header}: {_cells(foreign)} letters that were damaged on the way (foreign signs inside a word); {used}. "
            'Ask for the file as UTF-8, or name its encoding under [file], such as encodings = ["cp850"]'
        )
    if lost > (_SHARE if lost >= _FEW_CELLS else _SHARE_OF_FEW) * len(texts):
        yield (
            f"{header}: {_cells(lost)} letters that were damaged on the way (a question mark inside a word); {used}. "
            "Ask the sender to export the file as UTF-8"
        )
