"""Episodes of people missing from hospital as rows to be counted: each once, what is not known a value like others."""

from collections.abc import Mapping

import polars as pl

from hiu.publish.pathway.desk_words import NOT_RECORDED

C = pl.col
Tables = Mapping[str, pl.DataFrame]
KEY = ("delivery_id", "source_row")
OF_EPISODE = ("kind", "risk", "grab_pack", "found_by", "site_by", "site")


def episodes(tables: Tables) -> pl.DataFrame:
    """A row an episode: thing, person_id, nobody, month, reported_at, poor, still_missing, in_window, earlier, minutes.

    A site's name is as sent, without the signs that part the words of a cell's group. Still missing is as at the end of
    the episode's own month, however late the tables are: its month's own report said so, and a later one says the same.
    """
    month = C("reported_at").dt.truncate("1mo").dt.date()
    found = tables["missing_episode"].select(*KEY, "found_at")
    frame = tables["missing_judged"].with_columns(C("site").str.replace_all("[&=]", " "))
    later = C("still_missing") | (C("found_at") >= month.dt.offset_by("1mo")).fill_null(value=False)
    return frame.join(found, on=KEY, how="left").select(
        "person_id",
        "nobody",
        "reported_at",
        "minutes_to_report",
        "minutes_missing",
        "in_window",
        "earlier",
        "out_of_order",
        *KEY,
        *(C(name).fill_null(NOT_RECORDED) for name in OF_EPISODE),
        thing="episode_id",
        month=month,
        poor=C("poor").replace("unknown", NOT_RECORDED),
        still_missing=pl.when(later).then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


def repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """person_id and episodes (in the ninety days up to the latest) of everybody with a repeat among a month's rows."""
    own = rows.filter(~C("nobody"), C("in_window") > 1)
    return (
        own.group_by("person_id")
        .agg(episodes=C("in_window").max())
        .sort("episodes", "person_id", descending=[True, False])
    )


def packs(rows: pl.DataFrame) -> pl.DataFrame:
    """A row a month and person with an earlier episode: thing (the person), and the grab pack at the month's latest."""
    own = rows.filter(~C("nobody"), C("earlier") > 0).sort("reported_at", "thing")
    last = own.unique(["person_id", "month"], keep="last", maintain_order=True)
    return last.select("person_id", "month", "grab_pack", thing="person_id")


def nights(tables: Tables) -> pl.DataFrame:
    """Occupied bed days: person_id, month, site and nights; none where the site has no source of ward stays."""
    return tables["site_night"].with_columns(C("site").str.replace_all("[&=]", " "))
