"""A file beside the others: the deliveries already taken in, and what a check says of it that a run sees from them."""

from collections.abc import Sequence
from datetime import date
from statistics import median

import polars as pl

from hiu.engine import Engine, Scalar
from hiu.errors import Busy, InputRefused
from hiu.extract.files.find import FoundFile, find_deliveries, months_of
from hiu.extract.files.header import quoted
from hiu.extract.months.reused_keys import KEYED, headers_of, lost_people, pair_keys, refuse_reused
from hiu.extract.months.spans import span_of
from hiu.extract.standardise import Standardised
from hiu.model import RECORD
from hiu.model.frames import schema
from hiu.month import Month
from hiu.sources import Source
from pipelines.common.fingerprint import file_digest
from pipelines.common.place import Place, open_warehouse
from pipelines.common.work import Row
from pipelines.steps.intake.deliver import LoadJob, read_delivery
from pipelines.steps.intake.supply import DeliveryRemark, by_month, in_both, is_correction, restatement

MANY_GONE = 5
"""More files than these that are gone are said in one line: an archive took them."""
_NAMED = ("name", "given", "family", "nhs_number", "local_id")
_FEWEST = 10
"""Rows from which an empty column says something: a month of few may well name nobody."""
_STILL = "what it sent still counts"


def deliveries_beside(warehouse: Engine, source: str, sha256: str = "") -> list[Row]:
    """What was taken in of a source before, and of any source with these bytes: asked once for each delivery."""
    return warehouse.ask("beside", source=source, sha256=sha256).to_dicts()


def twins_of(
    place: Place, others: Sequence[Row], job: LoadJob, source: Source
) -> tuple[dict[str, str], list[str], list[Row]]:
    """Other files with the same bytes and rows in them (for any source): a copy would make its month look supplied.

    First those that the file stands in place of, by delivery: they are gone, or have no row of their month; next which
    of these are there still; last the deliveries that keep it out. A workbook of which another sheet is read in each
    month's folder is no copy there.
    """
    month = job.file.period.start if job.file.period else None
    if by_month(source):
        others = [row for row in others if row["source"] != source.name or row["period"] == month]
    same = sorted((row for row in others if row["sha256"] == job.sha256), key=lambda row: row["source_file"])
    filled = {row["source_file"] for row in same if row["received"]} - {job.file.name}
    in_force = [row for row in same if row["source"] == job.file.source and row["replaced_by"] is None]
    moved, copies, keeping = dict[str, str](), list[str](), list[Row]()
    for row in (row for row in in_force if row["source_file"] in filled):
        file, first, last = row["source_file"], row.get("covers_from"), row.get("covers_to")
        there, idle = (place.raw / file).exists(), bool(first and last and last < first)
        if idle or not there:
            moved[row["delivery_id"]] = file
        if there and file_digest(place.raw / file) == job.sha256:
            copies += [file] * idle
            keeping += [row] * (not idle)
    return moved, copies, keeping


def filed_twice(there: str, name: str) -> str:
    """What is said of a copy that was filed under a month of which it has no row, once the right one is loaded."""
    why = f"the same bytes as {name}, and no row is of the month it is filed under"
    return f"{there}: {why}. {name} is read: take {there} away"


def same_bytes(file: FoundFile, there: Row, source: Source) -> str:
    """What is said of a copy that is not loaded, and what to do where one file was sent for several months."""
    name = file.name
    kept = f"{name}: the same bytes as {there['source_file']}; not loaded again"
    if source.kind == "register":
        return kept
    if file.period and file.period.start == there["period"]:
        return f"{kept}. Take one of the two away"
    advice = (
        "Keep the copy in the folder of the month that its rows are of, and take the other away. If it holds several "
        "months, that is the folder of the last of them, and you write under [file] in "
        f'sources/{source.name}.toml: covers = "from rows"'
    )
    sheets = ', and for a workbook with a sheet a month sheets = "all"'
    return f"{kept}. {advice}{sheets * name.lower().endswith(('.xlsx', '.xlsm'))}"


def usual_rows(others: Sequence[Row], source: Source, period: Month | None) -> int | None:
    """Median rows of up to 12 earlier deliveries; None before there are three, and of deliveries of many months."""
    if period is None or source.covers != "month":
        return None
    in_force = [row for row in others if row["source"] == source.name and row["replaced_by"] is None and row["period"]]
    latest = sorted(in_force, key=lambda row: row["period"], reverse=True)
    before = [row["received"] for row in latest if row["period"] < period.start][:12]
    return round(median(before)) if len(before) >= 3 else None


def not_begun(found: FoundFile, today: date, read_to: Month | None = None) -> str:
    """What is said of a file that is filed under a month which has not begun; empty for any other.

    `read_to`: the month of a run, which reads no file of a later one.
    """
    if found.period is None or found.period <= Month.of(today):
        return ""
    unread = "; not read" if read_to is not None and found.period > read_to else ""
    return f"{found.name}: filed under {found.period}, a month that has not begun{unread}. If that is wrong, rename it"


def removed_files(place: Place, warehouse: Engine, month: Month) -> list[tuple[str, bool]]:
    """A sentence for each file that was taken in and is no longer in the raw folder, for what it sent still counts; and
    whether a person must look: at those of the month itself, and of registers. Many are said in one line.
    """
    in_force: dict[str, Scalar] = {"replaced_by": None}
    rows = warehouse.rows("deliveries", "source_file", "period", where=in_force, order=["source_file"])
    gone = {row: row[1] is None or row[1] == month.start for row in rows.unique(maintain_order=True).iter_rows()}
    gone = {row: now for row, now in gone.items() if not (place.raw / row[0]).exists()}
    few = [
        (f"{file}: taken in before, and no longer in the raw folder; {_STILL}. 'hiu undo' takes it back", now)
        for (file, _), now in gone.items()
        if now or len(gone) <= MANY_GONE
    ]
    earlier = sum(not now for now in gone.values())
    many = [(f"{earlier} files of earlier months are no longer in the raw folder; {_STILL}", False)]
    return few if len(gone) <= MANY_GONE or not earlier else [*few, *many]


def restated_by(
    place: Place, source: Source, name: str, period: Month | None, records: pl.DataFrame, today: date
) -> list[DeliveryRemark]:
    """What a file of the year to date changes in months that the files before it sent, as the run says it.

    The files of the latest month before it are read from the raw folder: nothing need have been taken in yet.
    """
    if source.covers != "cumulative" or period is None:
        return []
    span = span_of(records, source, months_of(name, source), period)
    found = find_deliveries(place.raw, {source.name: source}).deliveries
    earlier = [each for each in found if each.period and each.period < period and each.name != name]
    last = max((each.period for each in earlier if each.period), default=None)
    if last is None:
        return []
    before = [_records(place, each, today) for each in earlier if each.period == last]
    sent = _sent([each for each in before if each is not None], span.first, last)
    again = _sent([records], span.first, last)
    rows = _compared(sent, again).with_columns(source=pl.lit(source.name), period=pl.lit(period.start))
    return [restatement(row, place.settings.usual_shorter) for row in rows.sort("month").iter_rows(named=True)]


def overlaps(place: Place, source: Source, file: FoundFile, records: pl.DataFrame, today: date) -> list[str]:
    """What a run will say of the source's other files for the month, if most rows of one are in this file too."""
    if file.period is None or source.covers == "cumulative" or source.key.resend == "period":
        return []
    found, own, lines = find_deliveries(place.raw, {source.name: source}).deliveries, _keys(records), list[str]()
    for other in found:
        if other.period != file.period or other.name == file.name or file_digest(other.path) == file_digest(file.path):
            continue
        sent = {file.name: own, other.name: _keys(_records(place, other, today))}
        first, last = sorted(sent)
        both = sent[first] & sent[last]
        row = {"first_file": first, "last_file": last, "shared": len(both)}
        row |= {"first_alone": len(sent[first] - both), "last_alone": len(sent[last] - both)}
        advice = "If one file is to replace the other, move the old one out of the raw folder before the run"
        lines += [f"{in_both(row)} {advice}"] * is_correction(row)
    return lines


def _keys(records: pl.DataFrame | None) -> set[str]:
    """The keys of the rows that would count."""
    sound = () if records is None else records.filter(~pl.col("quarantined"), ~pl.col("deleted"))["record_id"]
    return {*sound} - {None}


def said_of_keys_beside(
    place: Place, source: Source, name: str, period: Month | None, done: Standardised, today: date
) -> list[str]:
    """What is to be said of rows sent again. Raises InputRefused, as the run would, if the keys of a file are those of
    other events in deliveries taken in; or, if none was, in the files of its month that come before it by name and of
    the month before that; and if its rows have lost their people.
    """
    if source.kind not in KEYED or period is None:
        return []
    taken = _taken_in(place, source, name)
    there = set(taken["source_file"])
    found = [each for each in find_deliveries(place.raw, {source.name: source}).deliveries if each.name not in there]
    earlier = [each for each in found if each.period and each.period < period and taken.is_empty()]
    last = max((each.period for each in earlier if each.period), default=None)
    beside = [each for each in found if each.period == period and each.name < name]
    read = [_records(place, each, today) for each in (*beside, *(one for one in earlier if one.period == last))]
    before = pl.concat([done.records.clear(), taken, *(each for each in read if each is not None)])
    if source.covers == "cumulative":
        before = before.filter(
            pl.col("start") < span_of(done.records, source, months_of(name, source), period).first.start
        )
    pairs = pair_keys(before, done.records)
    refuse_reused(pairs, source, headers_of(done.quality), name)
    return lost_people(pairs, name)


def gone_columns(warehouse: Engine, source: Source, quality: pl.DataFrame, name: str) -> list[str]:
    """A sentence if columns that say who, or that decide a count, were read in the source's last delivery and are not
    in this one, or empty. Raises InputRefused 'names_nobody' if with them hardly a row says whom it is about.
    """
    in_force: dict[str, Scalar] = {"source": source.name, "replaced_by": None}
    others = warehouse.rows("deliveries", "delivery_id", where=in_force, order=["period", "source_file"])
    this = {*quality["delivery_id"]}
    last = [one for one in others["delivery_id"] if one not in this][-1:]
    if not last or quality.is_empty():
        return []
    before = warehouse.rows("field_quality", "field", "header", "rows", "read", where={"delivery_id": last[0]})
    few = not (quality["rows"] >= _FEWEST).any()
    now = set(quality["field"] if few else quality["field"].filter(quality["read"] > 0))
    headers = {
        field: header
        for field, header, _, read in before.iter_rows()
        if read
        and field not in now
        and field in source.fields
        and (_says_who(source, field) or field in source.decisive)
    }
    if not few and _named_share(before, source) >= 0.5 and _named_share(quality, source) < 0.1:
        raise InputRefused(
            "names_nobody",
            "hardly a row says whom it is about, by a name or a number, and in the last file of the source most did. "
            "Look whether a column was renamed, and name it under [fields]; else ask the sender for the file with it",
            file=name,
        )
    if not headers:
        return []
    sentence = f"{quoted(headers.values())}: read in the last file of the source, and not in this one, or empty"
    advice = f"If it has another name now, add that to columns under [fields.{next(iter(headers))}]"
    return [f"{sentence}. {advice}"]


def _says_who(source: Source, field: str) -> bool:
    return source.fields[field].type in (*_NAMED, "dob")


def _named_share(quality: pl.DataFrame, source: Source) -> float:
    """The share of rows in which the best of the fields that name somebody is read."""
    named = [field for field, spec in source.fields.items() if spec.type in _NAMED]
    counts = zip(quality["field"], quality["rows"], quality["read"], strict=True)
    return max((read / rows for field, rows, read in counts if field in named and rows), default=0.0)


def _taken_in(place: Place, source: Source, name: str) -> pl.DataFrame:
    """Rows of the source's other deliveries in force; none if there are none, or a run is going on."""
    nothing = pl.DataFrame(schema=schema(RECORD))
    if not place.has_tables:
        return nothing
    in_force: dict[str, Scalar] = {"source": source.name, "replaced_by": None}
    try:
        with open_warehouse(place) as warehouse:
            if not warehouse.exists("record"):
                return nothing
            others = warehouse.rows("deliveries", "delivery_id", "source_file", where=in_force)
            records = warehouse.rows("record", where={"source": source.name})
    except Busy:
        return nothing
    return records.join(others.filter(pl.col("source_file") != name), on="delivery_id", how="semi")


def _records(place: Place, found: FoundFile, today: date) -> pl.DataFrame | None:
    try:
        return read_delivery(place, LoadJob(found, "", "", None), today).standardised.records
    except InputRefused:
        return None


def _sent(records: Sequence[pl.DataFrame], first: Month, last: Month) -> pl.DataFrame:
    """record_id and month of the sound rows from the first month to the last."""
    schema = {"record_id": pl.String, "month": pl.Date}
    parts = [
        frame.filter(
            ~pl.col("quarantined"),
            ~pl.col("deleted"),
            pl.col("start").is_between(first.start, last.after, closed="left"),
        ).select(
            record_id=pl.coalesce("record_id", pl.col("start").cast(pl.String)),
            month=pl.col("start").dt.date().dt.truncate("1mo"),
        )
        for frame in records
    ]
    return pl.concat([pl.DataFrame(schema=schema), *parts]).unique()


def _compared(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """By month: rows sent before, rows that are new, and rows that are gone; months that are the same left out."""
    key = ["record_id", "month"]
    counts = [
        before.group_by("month").agg(before=pl.len()),
        after.join(before, on=key, how="anti").group_by("month").agg(added=pl.len()),
        before.join(after, on=key, how="anti").group_by("month").agg(gone=pl.len()),
    ]
    joined = counts[0]
    for more in counts[1:]:
        joined = joined.join(more, on="month", how="full", coalesce=True)
    whole = joined.with_columns(pl.col("before", "added", "gone").fill_null(0).cast(pl.Int64))
    return whole.filter((pl.col("added") > 0) | (pl.col("gone") > 0))
