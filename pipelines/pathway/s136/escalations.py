"""Escalations of places of safety and crisis lines: how many and for how long, by place. They are about nobody."""

from collections.abc import Iterator, Mapping

import polars as pl

from hiu.month import Month
from hiu.publish.board.paper import MARKING, Grid
from hiu.publish.pathway.desk_words import NOT_RECORDED
from hiu.publish.pathway.part import Part
from hiu.publish.pathway.s136_words import ABOUT, LEVELS
from hiu.publish.stamp import Stamp

C = pl.col
KEY = ["delivery_id", "source_row"]
NOTE = "They name nobody, so every number is as it is. Hours are of those whose end is written."


def escalation_grids(tables: Mapping[str, pl.DataFrame], month: Month) -> Iterator[Grid]:
    """By place, what was wrong and for how many hours; and by level. Nothing where the site has no such source."""
    if "place_escalation" not in tables:
        return
    if not _supplied(tables, month):
        yield Grid("Escalations, by place", (), (), f"{month.title} was not supplied.")
        return
    own = _rows(tables).filter(C("opened_at").dt.truncate("1mo").dt.date() == month.start)
    parts = [(str(name), part) for (name,), part in own.sort("place").group_by("place", maintain_order=True)]
    rows = [(name, *_line(part)) for name, part in [*parts, ("All", own)]]
    yield Grid("Escalations, by place", ("Place", *ABOUT.values(), "Hours", "Without an end"), tuple(rows), NOTE)
    levels = [(words, str(own.filter(level=code).height)) for code, words in LEVELS.items()]
    yield Grid("Escalations, by level", ("Level", "Escalations"), tuple(levels))


def escalation_report(tables: Mapping[str, pl.DataFrame], *, stamp: Stamp) -> Part:
    """The report of a month where the site has no source of detentions."""
    grids = tuple(escalation_grids(tables, stamp.month))
    return Part(
        name="s136",
        title="Escalations of places of safety",
        stamp=stamp,
        marking=MARKING,
        lead=("This site has no source of section 136 detentions: here are the escalations alone.",),
        grids=grids,
    )


def _supplied(tables: Mapping[str, pl.DataFrame], month: Month) -> bool:
    return not tables["feed_month"].filter(C("supplied"), table="place_escalation", month=month.start).is_empty()


def _rows(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Each escalation once, with its minutes."""
    hours = tables["leg"].filter(table="place_escalation", leg="resolution").select(*KEY, "minutes")
    frame = tables["place_escalation"].sort(KEY).unique("escalation_id", keep="last", maintain_order=True)
    return frame.join(hours, on=KEY, how="left").with_columns(C("place", "about", "level").fill_null(NOT_RECORDED))


def _line(part: pl.DataFrame) -> tuple[str, ...]:
    about = [str(part.filter(about=code).height) for code in ABOUT]
    return (*about, f"{(part['minutes'].sum() or 0) / 60:.1f}", str(part["minutes"].null_count()))
