"""The desk's logs and referrals as rows to be counted: a log once, and what is not known a value like others."""

from collections.abc import Mapping

import polars as pl

from hiu.publish.pathway.desk_words import BAND, NOT_RECORDED

C = pl.col
Tables = Mapping[str, pl.DataFrame]
OF_LOG = ("call_type", "area", "policing_purpose", "deployed", "attended", "mhrv_used", "agency_to")


def logs(tables: Tables) -> pl.DataFrame:
    """A row a log and person: thing, person_id, nobody, month, opened_at, OF_LOG, weekday, hours, without_deployment.

    Without deployment is yes of a log that was closed and nobody sent, no where somebody was sent.
    """
    frame = tables["desk_log"].sort("delivery_id", "source_row")
    of_log = frame.unique("log_id", keep="last", maintain_order=True)
    closed, sent = C("closed_at").is_not_null(), C("deployed")
    without = pl.when(closed & (sent == "no")).then(pl.lit("yes")).when(sent == "yes").then(pl.lit("no"))
    about = of_log.select(
        "log_id",
        "opened_at",
        C("opened_at").dt.truncate("1mo").dt.date().alias("month"),
        *(C(name).fill_null(NOT_RECORDED).replace("unknown", NOT_RECORDED) for name in OF_LOG),
        weekday=C("opened_at").dt.weekday().cast(pl.String),
        hours=(C("opened_at").dt.hour() // BAND * BAND).cast(pl.String).str.zfill(2),
        without_deployment=without.fill_null(NOT_RECORDED),
    )
    return frame.select("log_id", "person_id", "nobody").unique().join(about, on="log_id").rename({"log_id": "thing"})


def referrals(tables: Tables) -> pl.DataFrame:
    """A row a referral: thing, person_id, month, direction, request, accepted, reason and scope."""
    if "referral" not in tables:
        return pl.DataFrame(schema={"thing": pl.String, "person_id": pl.String, "month": pl.Date})
    scope = tables["desk_scope"].select("delivery_id", "source_row", "scope")
    frame = tables["referral"].join(scope, on=["delivery_id", "source_row"], how="left")
    last = frame.sort("delivery_id", "source_row").unique("referral_id", keep="last", maintain_order=True)
    return last.select(
        "person_id",
        *(C(name).fill_null(NOT_RECORDED) for name in ("direction", "request", "accepted", "reason", "scope")),
        thing="referral_id",
        month=C("asked_at").dt.truncate("1mo").dt.date(),
    )


def exceptions(tables: Tables) -> pl.DataFrame:
    """A row an exception: thing (the log or referral, and the code), person_id, month, code."""
    return tables["desk_exception"].select(
        "person_id",
        "code",
        thing=pl.concat_str(["code", "log_id", "referral_id"], separator="|", ignore_nulls=True),
        month=C("at").dt.truncate("1mo").dt.date(),
    )


def minutes(tables: Tables, leg: str) -> pl.DataFrame:
    """person_id, month and minutes of a leg of logs, one row a log; logs whose times are out of order have none."""
    key = ["delivery_id", "source_row"]
    own = tables["leg"].filter((C("table") == "desk_log") & (C("leg") == leg)).select(*key, "minutes")
    joined = tables["desk_log"].join(own, on=key).unique("log_id", keep="last", maintain_order=True)
    return joined.select("person_id", "minutes", month=C("opened_at").dt.truncate("1mo").dt.date())


def repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """person_id and logs of everybody with two logs or more among the rows of a month."""
    own = rows.filter(~C("nobody")).group_by("person_id").agg(logs=C("thing").n_unique())
    return own.filter(C("logs") > 1).sort("logs", "person_id", descending=[True, False])
