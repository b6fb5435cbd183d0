"""What a person looks at in an extract: its first rows as read, masked, and the columns that nobody reads."""

from collections.abc import Sequence

import polars as pl

from hiu.extract.draft.columns.look import look
from hiu.extract.files.numbering import Numbering
from hiu.model import RECORD
from hiu.site.show.mask import initials
from pipelines.common.work import Row

ROWS = 5
_SAMPLE = 2_000
_SEEN = {
    "nhs_number": "an NHS number",
    "name": "a name",
    "date": "a date",
    "timestamp": "a time",
    "time": "a time of day",
    "postcode": "a postcode",
}
_HEADERS = (
    ("a name", ("name", "surname", "forename", "first", "last", "family", "given", "alias", "nominal")),
    ("a birth", ("dob", "birth", "born", "age")),
    ("a number", ("nhs", "mrn", "nino", "pnc", "patient id", "person id", "hospital number", "patient number")),
    ("a time", ("date", "time", "created", "start", "end", "admitted", "discharged")),
)


def worth_a_look(sent: pl.DataFrame, unused: Sequence[str]) -> list[str]:
    """Of the headers that nothing reads those that seem to be a name, a birth, a number or a time, and how that shows.

    By the header's words, and by the values of the first rows; values are not shown.
    """
    found = []
    for header in unused:
        if header not in sent.columns:
            continue
        cells = sent[header].head(_SAMPLE).to_list()
        kind = _SEEN.get(look(header, cells).kind)
        named = next((what for what, words in _HEADERS if _has(header, words)), None)
        if named == "a name" and kind in ("a date", "a time", "a time of day"):  # 'Last contact'
            named = None
        if any(cells) and (kind or named):
            how = [f"{named} by its header"] * bool(named) + [f"{kind} by its values"] * bool(kind)
            found.append(f"{header} seems to be {', '.join(how)}")
    return found


def _has(header: str, words: Sequence[str]) -> bool:
    spaced = pl.Series([header]).str.replace_all(r"([a-z])([A-Z])", "${1} ${2}").str.replace_all(r"[\W_]+", " ")
    text = f" {spaced[0].lower()} "
    return any(f" {word} " in text for word in words)


def first_rows(records: pl.DataFrame, numbering: Numbering) -> list[Row]:
    """The first sound rows as they were read: of names the initials, of a birth its year, of the rest of what is
    personal only that it is there.
    """
    columns = [column for column in RECORD.columns if column.name in _shown(records)]
    rows = records.filter(~pl.col("quarantined")).head(ROWS).select(column.name for column in columns)
    personal = {column.name for column in columns if column.personal}
    lines = numbering.of(rows["source_row"])
    return [
        {"line": line, **{name: _masked(name, value, name in personal) for name, value in row.items()}}
        for line, row in zip(lines, rows.drop("source_row").to_dicts(), strict=True)
    ]


_LEFT_OUT = (
    "delivery_id",
    "source",
    "source_file",
    "period",
    "quarantined",
    "record_id",
    "deleted",
    "details",
    "nobody",
)


def _shown(records: pl.DataFrame) -> list[str]:
    """The columns that hold something, and always the row's number, by which its line is found, if there is no row."""
    filled = [name for name in RECORD.names if records[name].null_count() < records.height]
    return [name for name in RECORD.names if name == "source_row" or (name in filled and name not in _LEFT_OUT)]


def _masked(name: str, value: object, personal: bool) -> object:
    if not personal or value is None or name in ("sex", "birth_year"):
        return (
            ", ".join(map(str, value)) or "nothing" if isinstance(value, list) else value if value is not None else "-"
        )
    if name in ("name_text", "given", "middle", "family"):
        return initials(str(value))
    return str(value)[:4] if name == "dob" else "(there)"
