"""Whose month: which months each source supplied, and what a check and a run say of rows of other months."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from hiu.engine import Engine, Scalar
from hiu.engine.inputs import supplied_months
from hiu.extract.files.find import find_deliveries, months_of
from hiu.extract.files.header import quoted
from hiu.extract.files.path_months import month_of_title, path_months, title_of_month
from hiu.extract.files.rows import UnreadSheet
from hiu.extract.months.other_months import month_remarks, rows_by_month
from hiu.extract.months.spans import Span, span_of
from hiu.month import Month
from hiu.publish.words.text import count_of, join_words
from hiu.sources import Source
from pipelines.common.place import Place, published_tables
from pipelines.common.work import Row

LEAST_COLUMNS = 4
"""A sheet with a row of so many different words is a table; with fewer it is a list of codes, or a remark."""
FEW = 3
"""So many rows may go from a year to date without a warning, and any share of fewer."""


@dataclass(frozen=True)
class DeliveryRemark:
    """A sentence about a delivery; `warn`: a person must look, and the run ends with code 3."""

    delivery_id: str | None
    period: Month
    sentence: str
    warn: bool = True
    line: str = ""
    """The sentence without the file that it is about."""


def remarks_on_file(place: Place, source: Source, name: str, period: Month | None, records: pl.DataFrame) -> list[str]:
    """What is to be said of the months of one file's rows, before it is taken in.

    What other deliveries supply is known from what was published, and from the paths of the source's other files.
    """
    if period is None:
        return []
    supplied = _published_supply(place, source, name, period)
    return month_remarks(
        rows_by_month(records),
        source,
        name=name,
        period=period,
        span=span_of(records, source, months_of(name, source), period),
        supplied=supplied,
        published=_published(place),
    )


def remarks_on_run(place: Place, warehouse: Engine, month: Month, run_id: str) -> list[DeliveryRemark]:
    """What is to be said of the deliveries in force for a month or before, once all of a run are in."""
    deliveries = warehouse.read("deliveries")
    supplied = supplied_months(deliveries, month)
    rows = warehouse.ask("delivered_months", month=month.start)
    out = [
        remark
        for key, part in rows.group_by("delivery_id", "source", "source_file", "period", maintain_order=True)
        for remark in _of_delivery(place, key, part, deliveries, supplied)
    ]
    out.sort(key=lambda remark: (remark.period, remark.sentence))
    return [*out, *_beside_its_correction(warehouse, month, run_id), *_changed_to_date(place, warehouse, month, run_id)]


def _of_delivery(
    place: Place, key: tuple[object, ...], rows: pl.DataFrame, deliveries: pl.DataFrame, supplied: pl.DataFrame
) -> list[DeliveryRemark]:
    one, name, file, day = key
    source = place.sources.get(str(name))
    if source is None or not isinstance(day, date):
        return []
    span = _span(deliveries.filter(pl.col("delivery_id") == pl.lit(one)).row(0, named=True))
    lines = month_remarks(
        rows,
        source,
        name=str(file),
        period=Month.of(day),
        span=span,
        supplied={Month.of(each) for each in supplied.filter(pl.col("source") == name)["month"]},
        published=_published(place),
    )
    concerned = max([Month.of(day), *months_of(str(file), source).others])  # the path may name a later month
    return [DeliveryRemark(str(one), concerned, f"{file} ({name}): {line}", line=line) for line in lines]


def standing_remarks(warehouse: Engine, month: Month, run_id: str) -> list[str]:
    """What earlier runs said of the month's deliveries that hold still, a sentence for each: it is as true now.

    Of a register the latest file holds. Without this a run that takes nothing in would end as if all were well.
    """
    whole = warehouse.rows("deliveries", order=["source", "source_file", "delivery_id"]).filter(
        pl.col("replaced_by").is_null(), pl.col("period").is_null() | (pl.col("period") == month.start)
    )
    last = whole.filter(pl.col("period").is_null()).unique("source", keep="last")["delivery_id"].to_list()
    current = whole.filter(
        pl.col("period").is_not_null() | pl.col("delivery_id").is_in(last), pl.col("run_id") != run_id
    )
    out = []
    for row in current.iter_rows(named=True):
        aside = (
            f"{row['quarantined']:,} of {count_of(row['received'], 'row')} set aside" if row["quarantined"] else None
        )
        if standing := "; ".join(filter(None, (aside, row["warning"]))):
            out.append(f"{row['source_file']} ({row['source']}), taken in by an earlier run: {standing}")
    return out


def with_remarks(place: Place, warehouse: Engine, month: Month, run_id: str, deliveries: pl.DataFrame) -> pl.DataFrame:
    """`deliveries` with what a run says of files among their warnings, so that pages and `status` say it too."""
    found = [one for one in remarks_on_run(place, warehouse, month, run_id) if one.warn]
    about = pl.DataFrame(
        [(one.delivery_id, one.line) for one in found if one.delivery_id],
        schema={"delivery_id": pl.String, "line": pl.String},
        orient="row",
    )
    lines = about.group_by("delivery_id", maintain_order=True).agg(pl.col("line").str.join("; "))
    joined = deliveries.join(lines, on="delivery_id", how="left", maintain_order="left")
    return (
        joined.with_columns(pl.concat_str("warning", "line", separator="; ", ignore_nulls=True))
        .with_columns(warning=pl.when(pl.col("warning") != "").then("warning"))
        .drop("line")
    )


def _span(row: Row) -> Span:
    """The months a delivery supplies; of one read before these were known, its period."""
    first, last = row["covers_from"] or row["period"], row["covers_to"] or row["period"]
    gaps = [Month.of(date.fromisoformat(day)) for day in (row.get("gaps") or "").split("|") if day]
    return Span(Month.of(first), Month.of(last), tuple(gaps))


def _published(place: Place) -> list[Month]:
    return [Month.parse(month) for month in sorted(place.months())]


def _published_supply(place: Place, source: Source, name: str, period: Month) -> set[Month]:
    """Months that the source's other deliveries supply: as published, and as other files' paths say."""
    paths = find_deliveries(place.raw, {source.name: source}).deliveries
    out = {found.period for found in paths if found.period and found.name != name and found.period <= period}
    if folder := max(place.months().items(), default=("", ""))[1]:
        there = published_tables(place.published / folder, ("deliveries",)).get("deliveries")
        if there is not None and "covers_from" in there.columns:
            others = there.filter(pl.col("source") == source.name, pl.col("source_file") != name)
            out |= {Month.of(day) for day in supplied_months(others, max(period, *_published(place)))["month"]}
    return out


def _beside_its_correction(warehouse: Engine, month: Month, run_id: str) -> list[DeliveryRemark]:
    """Files of one month of which most rows are in the other too: a corrected file under a name of its own, it seems,
    beside the one that it was to replace. What the sender took out of that still counts."""
    rows = warehouse.ask("overlapping", month=month.start, run_id=run_id).sort("source", "first_file", "last_file")
    return [_replaces(row) for row in rows.iter_rows(named=True) if is_correction(row)]


def is_correction(row: Row) -> bool:
    """Whether most rows of two files are in both; `row` as the question overlapping has it."""
    return bool(row["shared"] > FEW and row["shared"] >= max(row["first_alone"], row["last_alone"]))


def _replaces(row: Row) -> DeliveryRemark:
    """What is said of two files that seem to be one, corrected."""
    taken = {row[f"{which}_run"][8:24]: row[f"{which}_file"] for which in ("first", "last")}  # by their runs' times
    old = taken[min(taken)] if len(taken) > 1 else None
    back = f"earlier one back: hiu undo '{old}'" if old else "old one back: hiu undo 'FILE'"
    back += " --reason WHY --by NAME, and move it out of the raw folder; then run the month again"
    line = f"{in_both(row)} If one file is to replace the other, take the {back}"
    return DeliveryRemark(row["delivery_id"], Month.of(row["period"]), f"{row['source']}: {line}", line=line)


def in_both(row: Row) -> str:
    """How many rows two files have in common, and what of them counts."""
    first, last = row["first_file"], row["last_file"]
    return (
        f"{count_of(row['shared'], 'row')} of {last} are in {first} too, and count once, as {last} has them. "
        f"{row['first_alone']:,} more of {first} and {row['last_alone']:,} more of {last} are in one file alone, and "
        "all of them count."
    )


def _changed_to_date(place: Place, warehouse: Engine, month: Month, run_id: str) -> list[DeliveryRemark]:
    """What deliveries of the year to date change in months sent before; a warning where much is gone."""
    rows = warehouse.ask("sent_again", month=month.start, run_id=run_id)
    changed = rows.filter((pl.col("added") > 0) | (pl.col("gone") > 0)).sort("source", "period", "month")
    return [restatement(row, place.settings.usual_shorter) for row in changed.iter_rows(named=True)]


def restatement(row: Row, share: float) -> DeliveryRemark:
    """What a delivery of the year to date changes in a month sent before; `row` as the question sent_again has it."""
    much = row["gone"] >= FEW and row["gone"] > share * row["before"]
    parts = [f"{row['added']} new"] if row["added"] else []
    if row["gone"]:
        parts.append(f"{row['gone']} of {row['before']} sent before no longer sent, and not counted from now on")
    sentence = (
        f"{row['source']}: the year to date of {Month.of(row['period']).title} restates "
        f"{Month.of(row['month']).title}: {', '.join(parts)}; lists already published stay as they are"
    )
    return DeliveryRemark(None, Month.of(row["period"]), sentence, warn=much)


def named_month(name: str, source: Source) -> date | None:
    """The month that a register's path names: of several files the latest month's holds."""
    month = path_months(name).month if source.kind == "register" else None
    return month.start if month else None


def register_notes(warehouse: Engine) -> list[str]:
    """Of a register with several files which one holds, and which are not in force beside it."""
    order = ["source", "covers_from desc", "source_file desc", "delivery_id desc"]
    registers: dict[str, Scalar] = {"period": None, "replaced_by": None}
    rows = warehouse.rows("deliveries", "source", "source_file", where=registers, order=order)
    notes = []
    for (source,), files in rows.group_by("source", maintain_order=True):
        holds, *others = files["source_file"].unique(maintain_order=True).to_list()
        if others:
            notes.append(f"{source}: the register {holds} holds, the last by month or name; not {join_words(others)}")
    return notes


def by_month(source: Source) -> bool:
    """Whether the source reads of a workbook the sheet of the file's own month."""
    return bool(source.file.sheet and title_of_month([source.file.sheet], ""))


def sheets_left(left: Sequence[UnreadSheet], source: Source, name: str, filed: Collection[Month]) -> list[str]:
    """A sentence if sheets with the columns of the one that was read hold rows, and nothing reads them.

    A source that reads the sheet of the file's month reads that of another in a folder of that month: `filed` are the
    months that its files are filed under.
    """
    monthly = by_month(source)
    rest = [
        one for one in left if one.alike and one.rows and not (monthly and month_of_title(one.title, name) in filed)
    ]
    if not rest:
        return []
    which, toml = ", ".join(map(str, rest)), f"sources/{source.name}.toml"
    if source.file.sheets == "all":
        return [
            f"sheets that are much like those that are read are not read: {_lacking(rest, source)}. If a column was "
            f"renamed there, add its new name to columns in {toml}; if they are something else, ask for the workbook "
            "without them"
        ]
    also = ", or file the workbook under their months too" if monthly else ""
    return [
        f"sheets with the columns of the one that is read are not read: {which}. If their rows belong to this source, "
        f'write sheets = "all" under [file] in {toml}, in place of sheet, and covers = "from rows" if they are of '
        f"several months{also}; if not, ask for the workbook without them"
    ]


def other_tables(left: Sequence[UnreadSheet], source: Source) -> list[str]:
    """A sentence if tables with other columns lie beside, until a source reads them or the site ignores them."""
    sheets = [one for one in left if not (one.alike or one.hidden) and one.rows and len(one.words) >= LEAST_COLUMNS]
    return [
        f"sheets with other columns are read by no source: {', '.join(map(str, sheets))}. If they hold contacts or "
        f"people, write sheet = ... under [file] in sources/{source.name}.toml, and 'hiu new' with another name drafts "
        "the next sheet, or their headers belong in its columns; if not, name them under ignored_files in site.toml: "
        + ", ".join(f'"*/{one.title}"' for one in sheets)
    ] * bool(sheets)


def _lacking(sheets: Sequence[UnreadSheet], source: Source) -> str:
    """Sheets, and of each the fields that it has no column for."""
    return "; ".join(
        f"{one} has no column for "
        + ", ".join(
            f"{name} (accepted: {quoted(source.fields[name].columns, 6)})"
            for name in one.lacks
            if name in source.fields
        )
        for one in sheets
    )
