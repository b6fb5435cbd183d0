"""Tables of the crisis pathway: rows as their sources send them, typed by the model; legs; and what SQL makes of both.

A site without such a source has none of it. What is sent fills the table that its TOML names under [fills]; the rules
(`hiu/rules`) name the legs; `DERIVED` are the tables that `hiu/sql/pathway` makes.
"""

from collections.abc import Collection, Mapping
from typing import Literal

import polars as pl

from hiu.engine import Engine, Scalar
from hiu.engine.inputs import supplied_months
from hiu.model import PATHWAY, TABLES, Column
from hiu.model.frames import TYPES, schema
from hiu.model.words import NOT_KNOWN
from hiu.month import Month
from hiu.rules import rules
from hiu.sources import Source

C = pl.col
RECORDED = ("recorded", "not recorded")
"""The codes of a column that says only whether something is written, never what."""
NO_WORDS = ("n", "no", "none", "nil", "false", "f", "0", "not recorded", "unrecorded", "not done")
DERIVED: Mapping[str, tuple[str, ...]] = {
    "desk_incident": ("desk_log",),
    "desk_scope": ("referral",),
    "desk_exception": ("desk_log", "referral"),
    **dict.fromkeys(("s136_detention", "s136_clock", "s136_exception", "s136_counted"), ("s136_pathway",)),
    "bed_site": ("missing_episode",),
    "site_night": ("missing_episode",),
    "missing_judged": ("missing_episode",),
    "offer_judged": ("offer",),
    "plan_exception": ("plan_version",),
    "record_exception": ("support_contact", "record_entry"),
    "incident_judged": ("incident",),
}
"""Table that SQL makes, in this order -> the sent tables of which it needs any; of the others it finds no rows."""
USES: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("s136_detention", "missing_judged", "plan_exception", "record_exception", "incident_judged"), ("month_after",)
)
"""Parameters that a table's SQL uses: of month_after (the day after the month)."""
_ROW = ["delivery_id", "source_row"]
_ZONE = "Europe/London"


def filled(sources: Mapping[str, Source]) -> dict[str, list[str]]:
    """Table of the pathway -> the sources that fill it."""
    found: dict[str, list[str]] = {}
    for name, source in sorted(sources.items()):
        if source.fills:
            found.setdefault(source.fills.table, []).append(name)
    return found


def tables_with(sources: Mapping[str, Source]) -> set[str]:
    """Every table of the pathway that a site with these sources has; none without one."""
    sent = set(filled(sources))
    derived = {name for name, needed in DERIVED.items() if sent & set(needed)}
    return sent | derived | {"leg", "feed_month"} if sent else set()


def build_pathway(engine: Engine, sources: Mapping[str, Source], month: Month) -> None:
    """Make the tables that the site's sources fill, and those made of them; of any other there is none afterwards."""
    tables = filled(sources)
    for name in {*PATHWAY, "pathway_source", "rule_value"} & set(engine.tables()):
        engine.drop(name)
    if not tables:
        return
    pairs = [(source, table) for table, own in tables.items() for source in own]
    engine.put("pathway_source", pl.DataFrame(pairs, schema=schema(TABLES["pathway_source"]), orient="row"))
    engine.put("rule_value", rule_values())
    sent = sent_tables(engine.ask("sent_to_pathway", after=month.after), engine.ask("person_of_quoted"), sources)
    for name, frame in sent.items():
        engine.put(name, frame)
    engine.put("leg", legs(sent))
    monthly = {table: own for table, own in tables.items() if any(sources[one].kind != "register" for one in own)}
    engine.put("feed_month", feed_months(monthly, engine.read("deliveries"), month))
    _derive(engine, set(sent), {"month_after": month.after})


def _derive(engine: Engine, sent: set[str], parameters: Mapping[str, Scalar]) -> None:
    wanted = {name: needed for name, needed in DERIVED.items() if sent & set(needed)}
    lacking = {name for needed in wanted.values() for name in needed} - sent
    lacking |= DERIVED.keys() - wanted.keys()
    for name in sorted(lacking):
        engine.ensure(name)
    timed = {table for own in rules().values() for table in own.legs}
    for name in wanted:
        engine.build(name, folder="pathway", **{one: parameters[one] for one in USES.get(name, ())})  # type: ignore[arg-type]
        if name in timed:
            engine.append("leg", legs({name: engine.read(name)}))
    for name in sorted(lacking):
        engine.drop(name)


def rule_values() -> pl.DataFrame:
    """The table `rule_value`: words and numbers of every subject's rules."""
    rows: list[tuple[str, str, str | None, int | None]] = []
    for subject, own in rules().items():
        rows += [(subject, name, word, None) for name, words in own.words.items() for word in words]
        rows += [(subject, name, None, number) for name, number in own.numbers.items()]
    return pl.DataFrame(rows, schema=schema(TABLES["rule_value"]), orient="row")


def sent_tables(rows: pl.DataFrame, quoted: pl.DataFrame, sources: Mapping[str, Source]) -> dict[str, pl.DataFrame]:
    """Each table that is filled, typed: `rows` as sent_to_pathway gives them, `quoted` as person_of_quoted does.

    A row that names nobody is the person's whose event it quotes. A word that the column has no code for, and a time or
    number that can't be read, is not known: the delivery's read rates say how many.
    """
    of = rows.join(quoted.rename({"person_id": "other"}), on=_ROW, how="left", maintain_order="left")
    own = of.with_columns(
        nobody=C("nobody") & C("other").is_null(),
        person_id=pl.when("nobody").then(pl.coalesce("other", "person_id")).otherwise("person_id"),
    )
    made = {}
    for table, names in filled(sources).items():
        parts = [_typed(own.filter(source=name), sources[name], table) for name in names]
        made[table] = pl.concat(parts).sort(_ROW)
    return made


def rows_quoting(engine: Engine, ids: Collection[str]) -> pl.DataFrame:
    """delivery_id and source_row of rows that name nobody and quote an event of the pathway that is these people's."""
    if not engine.exists("pathway_source"):
        return pl.DataFrame(schema={"delivery_id": pl.String, "source_row": pl.Int64})
    return engine.ask("person_of_quoted").filter(C("person_id").is_in(sorted(ids))).select(_ROW)


def _typed(rows: pl.DataFrame, source: Source, table: str) -> pl.DataFrame:
    """The rows of one source as the table has them."""
    assert source.fills
    columns = PATHWAY[table].columns
    fields = [column.name for column in columns if column.name in source.fields and column.name in source.keep]
    texts = rows.with_columns(C("details").str.json_decode(pl.Struct(dict.fromkeys(fields, pl.String))))
    values = {name: C("details").struct.field(name) for name in fields}
    values |= {"event_id": C("event_id")}
    cells = {column.name: _cell(values[column.name], column) for column in columns if column.name in values}
    cells |= {name: C(name) for name in ("person_id", "nobody", *_ROW) if name in PATHWAY[table].names}
    cells[source.fills.start] = C("start")
    empty = {column.name: pl.lit(None, TYPES[column.type].polars) for column in columns}
    return texts.select((empty | cells)[column.name].alias(column.name) for column in columns)


def _cell(text: pl.Expr, column: Column) -> pl.Expr:
    """A kept text as the column's type; one of its codes where it has any."""
    if column.codes == RECORDED:
        word = text.str.to_lowercase()
        yes, no = (pl.lit(code) for code in RECORDED)
        return pl.when(word.is_in(NO_WORDS)).then(no).when(word.is_in(NOT_KNOWN).not_()).then(yes)
    if column.codes:
        return pl.when(text.is_in(column.codes)).then(text)
    if column.type == "texts":
        return text.str.split("|").list.eval(pl.element().str.strip_chars())
    if column.type == "boolean":
        return text.replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean)
    if column.type == "timestamp":
        return text.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    if column.type == "date":
        return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return text.cast(TYPES[column.type].polars, strict=False)


def legs(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The table `leg` of the tables that are there."""
    parts = [
        _leg(tables[table], table, leg, *pair)
        for own in rules().values()
        for table, named in own.legs.items()
        if table in tables
        for leg, pair in named.items()
    ]
    return pl.concat([pl.DataFrame(schema=schema(PATHWAY["leg"])), *parts])


def _leg(rows: pl.DataFrame, table: str, leg: str, first: str, second: str) -> pl.DataFrame:
    found = rows.filter(C(first).is_not_null() & C(second).is_not_null())
    least, most = _bounds(found[first], found[second])
    late = most < 0
    minutes = minutes_between(found[first], found[second])
    return found.select(
        pl.lit(table).alias("table"),
        *_ROW,
        C("person_id") if "person_id" in found.columns else pl.lit(None, pl.String).alias("person_id"),
        pl.lit(leg).alias("leg"),
        minutes=pl.select(pl.when(~late).then(minutes)).to_series(),
        least=pl.select(pl.when(~late).then(least.clip(0))).to_series(),
        most=pl.select(pl.when(~late).then(most)).to_series(),
        out_of_order=late,
    )


def minutes_between(first: pl.Series, second: pl.Series) -> pl.Series:
    """Minutes that passed between UK local times.

    Of an hour that autumn repeats the earlier is meant, and of the second time the later where it would otherwise lie
    before the first. Null where a time is in the hour that spring leaves out.
    """
    start = _utc(first, "earliest")
    passed = (_utc(second, "earliest") - start).dt.total_minutes()
    otherwise = (_utc(second, "latest") - start).dt.total_minutes()
    return pl.select(pl.when(passed < 0).then(otherwise).otherwise(passed)).to_series()


def _utc(times: pl.Series, ambiguous: Literal["earliest", "latest"]) -> pl.Series:
    return times.dt.replace_time_zone(_ZONE, ambiguous=ambiguous, non_existent="null").dt.convert_time_zone("UTC")


def _bounds(first: pl.Series, second: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The fewest and the most minutes that can have passed: a time in the hour that spring leaves out was read off a
    clock that had not been changed, or off one that had been changed too early."""

    def readings(times: pl.Series) -> tuple[pl.Series, pl.Series]:
        as_winter = times.dt.replace_time_zone("UTC")
        return (
            _utc(times, "earliest").fill_null(as_winter.dt.offset_by("-1h")),
            _utc(times, "latest").fill_null(as_winter),
        )

    (low, high), (next_low, next_high) = readings(first), readings(second)
    return (next_low - high).dt.total_minutes(), (next_high - low).dt.total_minutes()


def feed_months(tables: Mapping[str, list[str]], deliveries: pl.DataFrame, month: Month) -> pl.DataFrame:
    """The table `feed_month`: from the first month that any source of the pathway supplied."""
    supplied = supplied_months(deliveries, month)
    every = {source for own in tables.values() for source in own}
    first = supplied.filter(C("source").is_in(sorted(every)))["month"].min()
    months = Month.of(first).through(month) if first is not None else ()  # type: ignore[arg-type]
    there = set(supplied.select("source", "month").iter_rows())
    rows = [
        (one.start, table, all((source, one.start) in there for source in own))
        for one in months
        for table, own in tables.items()
    ]
    return pl.DataFrame(rows, schema=schema(PATHWAY["feed_month"]), orient="row")
