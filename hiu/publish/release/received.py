"""What was received, counted of the rows that may be shown: whole counts less these would tell of the others."""

import polars as pl

from hiu.month import Month

C = pl.col
STEPS = 20
"""Where a count can't be made anew, its share of the rows is given in steps of one in this many."""
FEWER = {
    r": \d[\d,]* rows? that can be read; usually \d[\d,]*": "",
    r"\d+% shorter than": "shorter than",
    r"\d+\.\d times as long as": "longer than",
    r"(^|[^\w.,/-])\d+(?:,\d{3})*( [a-z])": "${1}some$2",
}
"""What of a warning counts rows of a whole file, and the words in its place."""


def deliveries(found: pl.DataFrame, whole: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """`deliveries` of the rows in `left` of the `links` that are `whole`; a file's size would tell the others."""
    warning = C("warning")
    for counts, words in FEWER.items():
        warning = warning.str.replace_all(counts, words)
    counts_left = C("received") - C("gone"), C("staged") - C("gone") + C("aside"), C("quarantined") - C("aside")
    less = _gone(found, whole, left).with_columns(*counts_left, warning, bytes=pl.lit(None, pl.Int64))
    sent = less.filter(C("replaced_by").is_null(), C("period").is_not_null()).sort("source", "period")
    before = C("received").shift(1).rolling_median(12, min_samples=3).over("source").round().cast(pl.Int64)
    shown = less.join(sent.select("delivery_id", before=before), on="delivery_id", how="left", maintain_order="left")
    return shown.with_columns(usual=pl.when(C("usual").is_not_null()).then("before")).select(found.columns)


def fields(found: pl.DataFrame, whole: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """`field_quality` of these rows: nobody keeps which cell of which row was filled, so shares of all rows stand for
    those of the rows shown, in STEPS. What occurs at all is at least 1."""
    counts, room = ("filled", "missing", "unreadable", "unknown", "out_of_range"), C("rows") - C("gone")
    shares = (_share(C(name), room, C("rows")).alias(name) for name in counts)
    less = _gone(found, whole, left).with_columns(*shares).with_columns(rows=room, room=room)
    for name in counts[1:4]:  # few rows have no room for a 1 of each
        less = less.with_columns(pl.min_horizontal(name, "room").alias(name)).with_columns(room=C("room") - C(name))
    lost = C("rows") - C("room")
    filled, beyond = pl.max_horizontal("filled", lost), pl.min_horizontal("out_of_range", "unreadable")
    return less.with_columns(filled=filled, read=filled - lost, out_of_range=beyond).select(found.columns)


def quotes(found: pl.DataFrame, timeline: pl.DataFrame, month: Month) -> pl.DataFrame:
    """`quotes` of the contacts in the timeline: how many quote a number, and of them the shares of forms in STEPS."""
    key, own = ["source", "quoted"], timeline.filter(C("start") >= month.start, C("start") < month.after)
    each = own.with_columns(quoted=C("quotes").str.split("|")).explode("quoted")
    named = each.select("source", "event_id", quoted=C("quoted").str.extract("^([^:]*):")).unique().drop_nulls()
    joined = found.join(named.group_by(key).agg(n=pl.len().cast(pl.Int64)), on=key, maintain_order="left")
    shown = joined.with_columns(rows=_share(C("rows"), C("n"), C("rows").sum().over(key)))
    return shown.with_columns(found=pl.when(C("found") > 0).then("rows").otherwise(0)).select(found.columns)


def _share(count: pl.Expr, rows: pl.Expr, every: pl.Expr) -> pl.Expr:
    """A count of `every` row as one of `rows` of them."""
    share = ((count / every * STEPS).round() * rows / STEPS).round()
    return pl.when(count > 0, rows > 0).then(pl.max_horizontal(share, 1)).otherwise(0).cast(pl.Int64)


def _gone(found: pl.DataFrame, whole: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """With `gone`, a delivery's rows that are not shown, and `aside`, those of them that were set aside."""
    rows = whole.join(left, on=["delivery_id", "source_row"], how="anti").group_by("delivery_id")
    counts = rows.agg(gone=pl.len().cast(pl.Int64), aside=(C("status") == "quarantined").sum().cast(pl.Int64))
    joined = found.join(counts, on="delivery_id", how="left", maintain_order="left")
    return joined.with_columns(C("gone", "aside").fill_null(0))
