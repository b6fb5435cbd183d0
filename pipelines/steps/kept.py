"""What the rows of a contact say beside when it was: role, reason, outcome, site and ward, for the timeline.

A source's TOML names the fields (`shown`). Of what an agency typed only words are published that its code list has, or
that are sent of many people: what is written of a few may be about them, and is not repeated. Nor is an outcome under
criminal law.
"""

import polars as pl

from hiu.publish.words.codes import NOT_SHOWN, SUICIDE
from hiu.sources.spec import Source
from pipelines.access.basis import hidden
from pipelines.common.work import Work

C = pl.col
KEY = ["source", "event_id", "person_id"]
BESIDE = ("spell_id", "quotes")
DETAILS = ("role", "reason", "outcome", "site", "ward")
MANY = 5
"""People of whom a word must have been sent before it is repeated: people who may be shown, or the word would tell of
somebody beside those in whose rows it stands."""

CRIMINAL = (  # no further action among it: what is not shown must not tell of an arrest
    r"(?i)\b(?:arrest|charged|caution(?:ed)?\b|prosecut|summons|penalty|(?:fpn|pnd)\b|remanded|bail(?:ed)?\b"
    r"|convict|sentenced?\b|injunction|restraining|dispersal|community (?:resolution|protection)|behaviour.order"
    r"|crim(?:e|inal)|nfa\b|no further (?:police )?action|investigat|voluntary (?:interview|attendance))"
)


def not_shown(work: Work) -> list[str]:
    """The ids of the month's people who may be shown to nobody today."""
    people = work.warehouse.rows("people", "person_id", order=["person_id"])
    aliases = work.warehouse.rows("aliases", where={"month <=": work.month.start}, order=["month", "old_id"])
    return sorted(hidden(work.place, {"people": people, "aliases": aliases}, work.now.date()))


def kept(work: Work) -> pl.DataFrame:
    """One row a source, event and person: KEY, BESIDE and DETAILS, several values of one event joined by |."""
    rows = work.warehouse.ask("kept", after=work.month.after)
    sources = work.place.sources
    gone = not_shown(work)
    parts = [of_source(own, sources[str(name)], gone) for (name,), own in rows.group_by("source") if name in sources]
    types = dict.fromkeys((*KEY, *BESIDE, *DETAILS), pl.String)
    return pl.concat([pl.DataFrame(schema=types), *parts], how="diagonal")


def of_source(rows: pl.DataFrame, source: Source, gone: list[str]) -> pl.DataFrame:
    """The contacts of one source; `gone`: people who may be shown to nobody."""
    fields = pl.Struct(dict.fromkeys(source.shown.values(), pl.String))
    texts = rows.select("details").unique().drop_nulls()
    if source.shown:
        decoded = texts.with_columns(own=C("details").str.json_decode(fields))
        columns = {name: C("own").struct.field(field) for name, field in source.shown.items()}
        if source.agency == "police" and "outcome" in columns:
            columns["outcome"] = _outcome(columns["outcome"])
        texts = decoded.select("details", **columns)
    found = rows.join(texts, on="details", how="left")
    words = {name: _words(source, field) for name, field in source.shown.items()}
    found = found.with_columns(_shared(found, name, [*usual, NOT_SHOWN], gone) for name, usual in words.items())
    several = found.select(*KEY).is_duplicated()
    each = [C(name).drop_nulls().unique().sort().str.join("|").replace("", None) for name in (*BESIDE, *words)]
    joined = found.filter(several).group_by(KEY).agg(each)
    # nearly all have one row, which says it as it is: to group them would take nine tenths of the time
    alone = found.filter(~several).select(*KEY, *(C(name).replace("", None) for name in (*BESIDE, *words)))
    return pl.concat([joined, alone])


def _outcome(text: pl.Expr) -> pl.Expr:
    """A police outcome, or that one under criminal law is not shown; what it says of suicide or the like stays."""
    danger = text.str.extract(rf"((?i:{SUICIDE.pattern}|overdose))")
    instead = pl.concat_str(pl.lit(NOT_SHOWN), danger, separator=": ", ignore_nulls=True)
    return pl.when(text.str.contains(CRIMINAL) & ~text.str.contains("(?i)cardiac")).then(instead).otherwise(text)


def _words(source: Source, field: str) -> list[str]:
    """The words that a field's code list makes of what is sent."""
    return sorted({str(word) for word in source.fields[field].codes.values()})


def _shared(found: pl.DataFrame, column: str, words: list[str], gone: list[str]) -> pl.Expr:
    others = found.select("person_id", column).filter(~C(column).is_in(words), ~C("person_id").is_in(gone)).unique()
    many = others.group_by(column).len().filter(C("len") >= MANY)[column]
    return pl.when(C(column).is_in([*words, *many])).then(C(column).str.replace_all("|", " ", literal=True))


def not_counted() -> pl.Expr:
    """Why an event of the timeline adds nothing to its data set; null where it adds, and for stays."""
    return (
        pl.when(C("counted") | C("stay"))
        .then(None)
        .when(C("matched"))
        .then(pl.lit("counted once, with the other agency's record of it"))
        .otherwise(pl.lit("its month was not supplied"))
        .alias("reason_not_counted")
    )
