"""What a check says of numbers that a file's rows quote: are they events of the other source's files of that time?"""

from datetime import date

import polars as pl

from hiu.errors import InputRefused
from hiu.extract.files.find import find_deliveries
from hiu.model import RECORD
from hiu.month import Month
from hiu.publish.quality.quotes import unfound_quotes
from hiu.sources import Source
from pipelines.common.place import Place, scratch_warehouse
from pipelines.steps.intake.deliver import LoadJob, read_delivery


def quotes_of_file(place: Place, source: Source, period: Month | None, records: pl.DataFrame, today: date) -> list[str]:
    """A sentence for each source whose events the rows quote, as the run will say it of its month.

    They are held against that source's files for the file's month and the month before, as they lie in the raw folder;
    where there is none nothing is said. What a run knows of more files, it may find there.
    """
    asked = records.filter(pl.col("related").is_not_null() & ~pl.col("quarantined"))
    wanted = sorted({spec.source for spec in source.fields.values() if spec.type == "related"} & place.sources.keys())
    if period is None or asked.is_empty() or not wanted:
        return []
    there = [records for name in wanted for records in _records(place, name, period, today)]
    with scratch_warehouse(place) as scratch:
        every = pl.concat([records, *there]).select(RECORD.names)
        scratch.put("record", every)
        scratch.put("current", _in_force(every))
        scratch.build("quoted")
        scratch.build("quotes", month_after=period.after)
        return unfound_quotes(scratch.read("quotes"))


def _in_force(records: pl.DataFrame) -> pl.DataFrame:
    """The table `current`: every delivery at hand holds."""
    files = records.select("delivery_id", "source", "source_file", "period").unique("delivery_id")
    return files.with_columns(sequence=pl.lit(1), in_force=True, replaced_from=pl.lit(None, pl.Date))


def _records(place: Place, name: str, period: Month, today: date) -> list[pl.DataFrame]:
    found = []
    for file in find_deliveries(place.raw, {name: place.sources[name]}).deliveries:
        if file.period in (period, period - 1):
            try:
                found.append(read_delivery(place, LoadJob(file, "", "", None), today).standardised.records)
            except InputRefused:
                continue  # the run says why, when it is taken in
    return found
