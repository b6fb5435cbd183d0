"""Data quality: what came in, what was set aside and why, what is missing, who could not be matched."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model import PUBLISHED
from hiu.model.ages import age_band, age_on
from hiu.publish.words.text import count_of
from hiu.site.show.cards import Card
from hiu.site.show.listing import Listing
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables, checked_months

C = pl.col
FILE = ("source", "period", "source_file")
SENT = (*FILE, "received", "staged", "quarantined", "usual", "warning", "not_read")
GROUPS = ("sex", "age", "source", "nhs_number")


class Quality(Suggests):
    """What to know of a month's data (`.published`) before relying on a figure.

    >>> quality = run.quality()
    >>> bool((quality.deliveries()["received"] == run.deliveries()["received"]).all())
    True
    >>> quality.coverage().columns[0]
    'dataset'
    """

    def __init__(self, published: Tables) -> None:
        self.published = published

    def deliveries(self) -> Listing:
        """Rows received, staged and quarantined by source and month, latest first; `not_read` names the fields of which
        some filled cells could not be read, the worst first (`fields()` has the counts).
        """
        found = self.published._table("deliveries").join(self._not_read(), on="delivery_id", how="left")
        found = found.select(SENT).sort("period", "source", descending=[True, False])
        title = "What each agency sent: received = staged + quarantined"
        return Listing(found, title, empty={"period": "register"}, kind="deliveries")

    def _not_read(self) -> pl.DataFrame:
        """delivery_id and not_read: 'nhs_number 0 of 18, dob 6 of 18'; none of months before it was measured."""
        if not (self.published.folder / "field_quality.parquet").is_file():
            return pl.DataFrame(schema={"delivery_id": pl.String, "not_read": pl.String})
        short = self.fields().to_polars().filter(C("unreadable") + C("unknown") > 0).sort("share", "field")
        text = pl.format("{} {} of {}", "field", "read", "filled")
        return short.group_by("delivery_id", maintain_order=True).agg(not_read=text.str.join(", "))

    def fields(self, source_file: str | None = None) -> Listing:
        """How far each field of each delivery was read: filled = read + missing + unreadable + unknown. `missing` are
        cells that say 'not known'; `without` are all rows without a value, the blank ones too, not the
        `unreadable`. `period` is a delivery's month; of one that was `replaced_by` another the rows were sent again."""
        name, without = "field_quality", C("rows") - C("filled") + C("missing")
        found = self.published._table(name).with_columns(share=C("read") / C("filled"), without=without)
        sent = self.published._table("deliveries").select("delivery_id", "period", "replaced_by")
        found = found.join(sent, on="delivery_id", how="left")
        if source_file is not None:
            files = sorted(found["source_file"].unique())
            if source_file not in files:
                own = found["source"].eq(source_file).any()
                hint = f" ('{source_file}' is a source: .fields().filter(source=\"{source_file}\"))" if own else ""
                raise UsageError(not_among(f"no delivery is called '{source_file}'{hint}", source_file, files))
            found = found.filter(C("source_file") == source_file)
        order = found.sort("source_file", "source", "share", "field", nulls_last=True)
        title = "How far each field was read: filled = read + missing + unreadable + unknown"
        return Listing(order, title, kind="field_quality")

    def warnings(self) -> Listing:
        """Deliveries of which something was unusual: shorter than usual, a copy, replaced."""
        found = self.deliveries().to_polars().filter(C("warning").is_not_null())
        return Listing(found, "Deliveries with a warning", empty={"period": "register"}, kind="deliveries")

    def quarantine(self, code: str | None = None) -> Listing:
        """Rows set aside, by reason; with a `code` each row of it: file, row, column. Never a value."""
        rows = self.published._table("quarantine")
        if code is None:
            found = (
                rows.group_by("source", "code", "reason")
                .agg(rows=pl.len())
                .sort(["rows", "source", "code", "reason"], descending=[True, False, False, False])
            )
            return Listing(found, f"{count_of(rows.height, 'row')} set aside, by reason", kind="quarantine")
        codes = sorted(rows["code"].unique())
        if code not in codes:
            raise UsageError(not_among(f"no row was set aside as '{code}'", code, codes))
        title = f"Rows set aside as {code}"
        return Listing(rows.filter(C("code") == code).drop("delivery_id"), title, kind="quarantine")

    def expectations(self) -> Listing:
        """What the gate expects of each source's rows, by kind, and how many rows were set aside for it, all time.

        Rows that could not be read at all come before it, so a code of theirs has no expectation (0) and their rows.
        """
        from hiu.quality.suites import suite
        from hiu.sources import load_sources

        sources = load_sources(self.published.opened.home / "sources")
        rows = [
            (name, one["meta"].get("column"), one["meta"]["code"], one["meta"]["reason"])
            for name, source in sources.items()
            for one in suite(source)["expectations"]
        ]
        expected = pl.DataFrame(rows, schema=["source", "column", "code", "expected"], orient="row")
        failed = self.published._table("quarantine").group_by("source", "code").agg(rows=pl.len())
        kinds = expected.group_by("source", "code").agg(expectations=pl.len())
        kinds = kinds.join(failed, on=["source", "code"], how="full", coalesce=True).with_columns(
            C("expectations", "rows").fill_null(0)
        )
        title = f"{expected.height} expectations of {len(sources)} sources, and the rows set aside"
        return Listing(
            kinds.sort("rows", "source", "code", descending=[True, False, False]), title, kind="expectations"
        )

    def coverage(self, months: int = 12) -> Listing:
        """Which data sets were supplied in each of the latest months: `yes`, or `-` for missing (not zero)."""
        last = self.published.month
        grid = (
            self.published._table("coverage")
            .filter(C("month") >= (last - (checked_months(months) - 1)).start)
            .sort("month")
        )
        marked = grid.group_by("dataset", "month", maintain_order=True).agg(C("supplied").any())
        word = pl.when("supplied").then(pl.lit("yes")).otherwise(pl.lit("-"))
        named = marked.with_columns(C("month").dt.strftime("%b %y"), supplied=word)
        wide = named.pivot("month", index="dataset", values="supplied")
        empty = dict.fromkeys(wide.columns, "-")
        return Listing(wide.sort("dataset"), "Supplied? A dash is missing, not zero", empty=empty, kind="supplied")

    def duplicates(self) -> Listing:
        """What became of each source's rows: counted, sent again (superseded), deleted, not counted, set aside."""
        rows = self.published._scan("links").group_by("source", "status").agg(n=pl.len()).collect()
        wide = rows.sort("status").pivot("status", index="source", values="n").sort("source").fill_null(0)
        return Listing(wide, "What became of every row received", kind="became")

    def unmatched(self, by: str = "source") -> Listing:
        """Rows that were joined to nothing else, by `source`, `sex`, `age`, or source and `nhs_number` (whether the row
        has one): whose figures are too low?

        A group that is matched less often looks as if it needed less. Raises UsageError naming the nearest group.
        """
        if by not in GROUPS:
            raise UsageError(not_among(f"cannot group by '{by}'", by, GROUPS))
        run = self.published
        needed = ("person_id", "source", "how", "identity_id")
        rows, keys = run._scan("links").filter(C("status") == "counted").select(needed), [by]
        if by == "nhs_number":
            word, keys = pl.when(C("nhs_number").is_null()).then(pl.lit("no")).otherwise(pl.lit("yes")), ["source", by]
            each = run._scan("descriptions").select("identity_id", nhs_number=word)
            rows = rows.join(each, on="identity_id", how="left")
        elif by != "source":
            about = run._scan("people").select("person_id", "sex", age=age_band(age_on(run.month.end)))
            rows = rows.join(about, on="person_id", how="left")
        single, nobody = (C("how") == "single").mean(), (C("how") == "nobody").mean()
        found = rows.group_by(C(keys).fill_null("not recorded")).agg(
            rows=pl.len(),
            joined=1 - single - nobody,
            names_nobody=nobody,
            stands_alone=single,
            by_number=(C("how") == "number").mean(),
            by_description=C("how").is_in(["model", "decision"]).mean(),
        )
        title = f"How counted rows were matched, by {' and '.join(keys)} (shares)"
        return Listing(found.sort(keys).collect(), title, kind="unmatched")

    def linkage_quality(self) -> Listing:
        """How good the matching is: estimates with intervals, for everybody and by group."""
        name = "link_quality"
        found = self.published._table(name) if name in PUBLISHED else pl.DataFrame()
        if found.height:
            found = found.sort(C("basis") == "count", "measure", C("group") != "all", "group")
        title = "How good the matching is"
        return Listing(found, title, empty={"low": "a count", "high": "a count"}, kind="link_quality")

    def _card(self) -> Card:
        rows = self.deliveries().to_polars().select("received", "staged", "quarantined").sum().row(0)
        agree = "they agree" if rows[0] == rows[1] + rows[2] else "THEY DO NOT AGREE"
        missing = not_supplied(self.published)
        reasons = self.quarantine().to_polars().head(3).to_dicts()
        commonest = "; ".join(f"{r['code']} ({r['rows']:,}, {r['source']})" for r in reasons) or "nothing"
        facts = {
            "received = staged + quarantined": "{:,} = {:,} + {:,}; ".format(*rows) + agree,
            "most often set aside": commonest,
            "months not supplied": f"{missing.height} of {self.published._table('coverage').height} (data set, month)",
            "deliveries with a warning": f"{self.warnings().height:,}",
        }
        more = ".deliveries(), .fields(), .quarantine(), .coverage(), .duplicates(), .unmatched('sex'), .expectations()"
        return Card(f"Data quality, {self.published.month.title}", facts, more)

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()


def not_supplied(tables: Tables) -> Listing:
    """Data sets and months that were not supplied, and why: missing, not zero."""
    gaps = tables._table("coverage").filter(~C("supplied")).select("month", "dataset", "source")
    each = gaps.with_columns(one=C("source").str.split("|")).explode("one")
    sent = tables._table("deliveries").filter(C("replaced_by").is_null()).group_by("period", one="source")
    each = each.join(
        sent.agg(rows=C("received").sum()), left_on=["month", "one"], right_on=["period", "one"], how="left"
    )
    why = (
        pl.when(C("rows").is_null())
        .then(pl.format("{}: no file for this month", "one"))
        .when(C("rows") == 0)
        .then(pl.format('{}: a header without rows. If it means none, write empty = "no events" under [file]', "one"))
    )
    reasons = each.with_columns(why=why).group_by("month", "dataset").agg(C("why").drop_nulls().str.join("; "))
    found = gaps.join(reasons, on=["month", "dataset"], how="left", maintain_order="left")
    other = "rows were sent, but none that supplies the whole month: run.deliveries() has the file's warning"
    found = found.with_columns(why=pl.when(C("why") != "").then("why").otherwise(pl.lit(other)))
    return Listing(found, "Not supplied: missing, not zero", kind="not_supplied")
