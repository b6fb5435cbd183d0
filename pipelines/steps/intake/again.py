"""A file read again, so that somebody can settle whose a row is that was set aside as an erased person's."""

from datetime import date

import polars as pl

from hiu.errors import UsageError
from hiu.extract.files.find import FoundFile, period_of
from pipelines.common.fingerprint import file_digest
from pipelines.common.place import Place
from pipelines.steps.intake.deliver import LoadJob, read_raw, read_whole


def read_again(place: Place, source: str, file: str, today: date) -> pl.DataFrame:
    """Every row of a file under raw/ as RECORD, the erased ones with them. Raises UsageError if it is not there."""
    path = place.raw / file
    if not path.is_file():
        raise UsageError(f"{path}: not there any more; a row can be settled only while its file is")
    found = FoundFile(source, path, file, period_of(file, place.sources[source]))
    job = LoadJob(found, file_digest(path), "", None)
    return read_whole(place, job, read_raw(place, job, today)).records
