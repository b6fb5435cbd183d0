"""A draft from a file, or from the first rows of a query: what `hiu new` does with either."""

import tempfile
from datetime import date
from pathlib import Path

from hiu.errors import UsageError
from hiu.extract.draft.table.sample import Query
from hiu.month import Month
from pipelines.common.place import Place
from pipelines.fetch.ask import first_rows
from pipelines.setup.sources import draft_source, require_name


def draft_from(
    place: Place,
    source: str,
    file: Path | None,
    sql: str | None,
    dsn: str | None,
    month: Month,
    *,
    save: bool,
    today: date,
) -> None:
    """Draft from a file, or from the first rows that a query gives for a month; they are kept only while looked at.

    Raises UsageError unless there is either a file, or a query and the name of its connection; and for no rows.
    """
    if file is not None and not sql and not dsn:
        draft_source(place, source, file, save=save, today=today)
        return
    if file is not None or not sql or not dsn:
        raise UsageError("expected a file to look at, or --query and --dsn")
    require_name(source)  # before anything is asked for it
    place.spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="draft", dir=place.spill) as folder:
        path = Path(folder) / f"{source}.parquet"
        if not first_rows(place, Query(sql, dsn), path, month):
            raise UsageError(f"the query gives no row for {month.title}; name a month that has some by --month")
        draft_source(place, source, path, save=save, today=today, query=Query(sql, dsn))
