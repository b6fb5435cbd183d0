"""Columns: which header of a file is which field of its source."""

import re
from collections.abc import Mapping, Sequence

import polars as pl
from rapidfuzz import fuzz

from hiu.errors import InputRefused
from hiu.extract.files.header import quoted, squash
from hiu.extract.values.text import bag
from hiu.fuzzy import nearest
from hiu.sources import Source

_NEAR, _WHOLE = 75, 60
_ROW_NUMBERS = ("no", "number", "row", "rowno", "rownumber", "line", "lineno", "sno", "srno", "index", "#")
"""Headers that may number the rows of a file, so that none is offered for a column that is missed."""

_TURN = re.compile(r" \(column \d+\)$")
"""What is added to the second of two equal headers."""

NHS_HEADERS = bag(
    "nhs nhsno nhsnum nhsnumber nhsid nhsref nhsnbr nonhs patientnhsno patientnhsnumber nhsnumberpatient "
    "personnhsnumber ptnhs ptnhsno newnhsno newnhsnumber"
)
"""How an NHS number is headed, squashed: one of them is read where the file has none of the source's own headers."""


def time_key(field: str) -> str:
    """Key of the column that holds the time of day of a date field."""
    return f"{field}@time"


def fact_key(index: int, *, at: bool = False) -> str:
    """Key of the column of `source.facts[index]`, or of its date when that has a column of its own."""
    return f"fact{index}@at" if at else f"fact{index}"


def match_columns(headers: Sequence[str], source: Source, *, name: str | None = None) -> dict[str, str]:
    """Field -> header as sent, compared without case, spaces or punctuation.

    Besides the source's fields, keys are `time_key(field)`, `fact_key(i)` and `fact_key(i, at=True)`.
    Optional columns the file lacks have no key; an NHS number is found by its usual headers too. A field none of whose
    headers is in the file has that of `otherwise`, if it is no other field's: see read_otherwise.
    Raises InputRefused: 'ambiguous_column' when two headers claim one field,
    'missing_column' when a required one is absent (with what was found, expected and nearest).
    """
    sent: dict[str, list[str]] = {}
    for header in headers:
        sent.setdefault(squash(header), []).append(header)
    matched: dict[str, str] = {}
    for key, accepted in _accepted(source).items():
        found = [header for word in dict.fromkeys(map(squash, accepted)) for header in sent.get(word, ())]
        if found:
            matched[key] = _only(found, key, name)
    for key, accepted in _otherwise(source).items():
        words = {*map(squash, accepted)} if key not in matched else set()
        rest = [header for header in headers if header not in matched.values()] if words else []
        if found := [header for header in rest if squash(_TURN.sub("", header)) in words]:
            matched[key] = _only(found, key, name)
    free = {word: sent[word][0] for word in NHS_HEADERS if word in sent and sent[word][0] not in matched.values()}
    for field, spec in source.fields.items():
        if spec.type == "nhs_number" and field not in matched and len(free) == 1:
            matched[field] = next(iter(free.values()))
    _require(headers, source, matched, name)
    return matched


def _only(found: Sequence[str], key: str, name: str | None) -> str:
    """The one header that is found for a key. Raises InputRefused 'ambiguous_column' for several."""
    if len(found) > 1:
        field, _, time = key.partition("@")
        raise InputRefused(
            "ambiguous_column",
            f"headers {quoted(found)} all claim '{key}'; expected one. "
            f'Name it: [fields.{field}] {"time_" * bool(time)}columns = ["{found[0]}"]',
            file=name,
            column=found[0],
        )
    return found[0]


def read_otherwise(columns: Mapping[str, str], source: Source) -> list[str]:
    """A sentence for each field (`columns` as match_columns) that is read from another header than its source names."""
    accepted, out = _accepted(source), list[str]()
    for key, other in _otherwise(source).items():
        header, named = columns.get(key), accepted[key]
        own = {*map(squash, named)}
        # of equal headers a source may name one by its place, which is then its own
        if header and squash(header) not in own and squash(_TURN.sub("", header)) in {*map(squash, other)} - own:
            field, _, time = key.partition("@")
            names, time = ", ".join(f'"{word}"' for word in (*named, header)), "time_" * bool(time)
            out.append(
                f"'{header}' is read as {key.replace('@', ', ')}, since the file has no {quoted(named)}. Write "
                f"{time}columns = [{names}] under [fields.{field}] in sources/{source.name}.toml if that is right, and "
                f"{time}otherwise = [] if it is not"
            )
    return out


def both_sent(frame: pl.DataFrame, columns: Mapping[str, str], source: Source) -> list[str]:
    """A sentence for each field whose header is in the file beside one that the source names for other files, where the
    two differ (`columns` as match_columns)."""
    sent, out = {squash(header): header for header in frame.columns}, list[str]()
    for key, other in _otherwise(source).items():
        header = columns.get(key)
        free = dict.fromkeys(sent[word] for word in map(squash, other) if word in sent)
        for rival in [name for name in free if header and name not in columns.values()]:
            texts = [pl.col(name).fill_null("").str.strip_chars() for name in (str(header), rival)]
            if differ := int(frame.select((texts[0] != texts[1]).sum()).item()):
                out.append(
                    f"'{header}' is read as {key.replace('@', ', ')}, and '{rival}' beside it is not: they differ in "
                    f"{differ:,} of {frame.height:,} rows"
                )
    return out


def unused_headers(headers: Sequence[str], source: Source) -> list[str]:
    """Headers that no field, time column or fact of the source reads."""
    used = set(match_columns(headers, source).values())
    return [header for header in headers if header not in used]


def _accepted(source: Source) -> dict[str, tuple[str, ...]]:
    """Key -> the headers it may have."""
    accepted: dict[str, tuple[str, ...]] = {}
    for field, spec in source.fields.items():
        accepted |= {field: spec.columns, time_key(field): spec.time_columns}
    for index, fact in enumerate(source.facts):
        accepted |= {fact_key(index): fact.columns, fact_key(index, at=True): fact.at_columns}
    return accepted


def _otherwise(source: Source) -> dict[str, tuple[str, ...]]:
    """Key -> the headers that are read where none of `_accepted` is in the file."""
    names = {field: spec.otherwise for field, spec in source.fields.items() if spec.otherwise}
    return names | {time_key(f): spec.time_otherwise for f, spec in source.fields.items() if spec.time_otherwise}


def _require(headers: Sequence[str], source: Source, matched: dict[str, str], name: str | None) -> None:
    free = [header for header in headers if header not in matched.values() and squash(header) not in _ROW_NUMBERS]
    missing = [field for field, spec in source.fields.items() if spec.required and field not in matched]
    if not missing:
        return
    expected = [(field, source.fields[field].columns) for field in missing]
    lacks = "; ".join(
        f"expected for '{field}' one of {quoted(words)}{_hint(field, words, free, source)}" for field, words in expected
    )
    draft = f" ('hiu new {source.name} FILE' drafts a mapping, and marks with CHECK what could be it)"
    raise InputRefused("missing_column", f"found: {quoted(headers, 40)}; {lacks}{draft}", file=name, column=missing[0])


def _hint(field: str, accepted: Sequence[str], free: Sequence[str], source: Source) -> str:
    words = (*accepted, *source.fields[field].otherwise)
    near = next((found for word in words if (found := nearest(word, free, _NEAR)) and _alike(word, found)), None)
    names = ", ".join(f'"{word}"' for word in (*accepted, near))
    line = f"columns = [{names}] under [fields.{field}] in sources/{source.name}.toml"
    return f"; did you mean '{near}'? If so, write {line}" if near else ""


def _alike(word: str, header: str) -> bool:
    """Whether two headers are alike as wholes: 'Att_Cat' shares no more than a word with 'ECDS Unique Att ID'."""
    plain = (text.replace("_", " ").casefold() for text in (word, header))
    return max(fuzz.token_sort_ratio(*plain), fuzz.ratio(squash(word), squash(header))) >= _WHOLE
