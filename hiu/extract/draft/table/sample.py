"""An unknown file read as it is, whatever its columns are: what a draft is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from hiu.extract.draft.columns.concepts import bare_source
from hiu.extract.draft.columns.look import Look, agree_on_order, look
from hiu.extract.draft.table.layout import MOST_BYTES, MOST_RATIO, Layout, find_layout
from hiu.extract.draft.table.renamed import other_names
from hiu.extract.files.find import may_take
from hiu.extract.files.header import squash
from hiu.extract.files.read import MONTH_OF_SHEET, RawTable, grids_of, table_of
from hiu.sources import Source

_MOST = 5_000


@dataclass(frozen=True)
class Query:
    """What is asked of a database in place of a file, and the name of its connection."""

    sql: str
    dsn: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file to describe: the name of its source, its layout, its rows as text, the looks of its columns.

    `others` are the sources of the site by name, `beside` other files that were delivered; `query`
    what gave the rows, if it was no file; `renamed` as other_names.
    """

    name: str
    path: Path
    layout: Layout
    raw: RawTable
    looks: Mapping[str, Look]
    others: Mapping[str, Source]
    beside: Sequence[Path] = ()
    query: Query | None = None
    renamed: Mapping[str, Sequence[str]] = field(default_factory=dict)


def take_sample(
    name: str,
    path: Path,
    knowing: Source,
    others: Mapping[str, Source],
    beside: Sequence[Path] = (),
    query: Query | None = None,
) -> Sample:
    """Read a file by the source that knows most of its headers; the first 5,000 rows are looked at.

    Raises InputRefused as read_table does.
    """
    takers = [one for one in others.values() if one.name != name and one.file.sheet and may_take(one, path.name)]
    layout = find_layout(path, knowing, {squash(one.file.sheet or "") for one in takers})
    called = f"{path.parent.name}/{path.name}" if layout.alike else path.name  # the folder may say the sheets' year
    grids = grids_of(path, _as_sent(layout, {}), called, MOST_BYTES, MOST_RATIO)
    renamed = other_names(grids[0], knowing)
    raw = table_of(grids, _as_sent(layout, renamed), called)
    latest = (
        datetime.fromtimestamp(path.stat().st_mtime, UTC).year + 1
    )  # nothing in it is much later than the file itself
    headers = [header for header in raw.headers if header != MONTH_OF_SHEET or raw.frame[header].null_count() == 0]
    looks = {header: look(header, raw.frame[header].head(_MOST).to_list(), latest) for header in headers}
    looks = agree_on_order(looks)
    seen = Sample(name=name, path=path, layout=layout, raw=raw, looks=looks, others=others, renamed=renamed)
    return replace(seen, beside=beside, query=query)


def _as_sent(layout: Layout, renamed: Mapping[str, Sequence[str]]) -> Source:
    """A source whose fields are the file's own headers, the first ones and those further down: reads it as it is."""
    distinct = {squash(header): header for header in layout.headers}
    columns = [[header, *renamed.get(header, ())] for header in distinct.values()]
    fields = {f"f{place}": {"columns": each} for place, each in enumerate(columns)}
    file: dict[str, object] = {"pattern": "*", "sheet": layout.sheet, "header_row": layout.row}
    if layout.alike:
        file |= {"sheet": None, "sheets": "all", "header_row": layout.row if layout.aligned else None}
        fields["month"] = {"columns": [MONTH_OF_SHEET]}
    file |= {"header_rows": layout.rows, "delimiter": layout.delimiter or "auto"}
    file |= {"encodings": [layout.encoding]} if layout.encoding else {}
    return bare_source("draft", "f0", fields, file)
