"""One person in a published month: their place, their months, their source rows and their chart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import cast

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model import MISSING_COUNT, PUBLISHED, Table
from hiu.model.frames import schema
from hiu.model.missing import missing_sentences
from hiu.month import Month
from hiu.publish.people import versions
from hiu.publish.words.terms import conflicts
from hiu.publish.words.text import count_of
from hiu.site.ask.lacking import lacking
from hiu.site.ids import id_at, id_now, require_basis, why_unlisted
from hiu.site.looks import asked_for, look
from hiu.site.shapes import Place
from hiu.site.show.cards import Card
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing, Sentence, cell_text
from hiu.site.show.mask import NOBODY
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables, checked_months, names_shown

C = pl.col
ROW = ("source", "source_file", "source_row", "status")
RECORDS = (*ROW, "start", "datasets", "episode", "how", "match_probability", "event_id", "identity_id", "person_id")
GATES = {
    "offered": "support offered",
    "notice_at": "privacy notice served",
    "permission_at": "lead clinician permission",
    "consent_at": "consent",
    "capacity_at": "capacity",
    "start": "support started",
    "end": "support ended",
    "plan_at": "plan dated",
    "plan_review_at": "plan review due",
}
"""Column of `support` -> the gate it dates (G20-33)."""


class Person(Suggests):
    """One person (`.person_id`) in a month (`.published`); the name is shown as initials unless it was asked for.

    >>> person = run.person(run.ranked(1)["rank"][0])
    >>> person.months().columns
    ['month', 'dataset', 'n', 'supplied']
    >>> person.records()["person_id"].unique().to_list() == [person.person_id]
    True
    """

    def __init__(self, person_id: str, published: Tables, shown: Collection[str] = ()) -> None:
        require_basis(published, [person_id])
        asked_for(person_id)
        self.person_id, self.published, self._shown = person_id, published, frozenset(shown) & {person_id}

    @look
    def why(self) -> str:
        """The sentence of the place, and of the change; or why there is none."""
        if not (found := self._own("ranked").to_dicts()):
            own = self.published._whole("people", where=C("person_id") == self.person_id)
            return Sentence(why_unlisted(self.published, own.to_dicts()[0]))
        return Sentence(f"{found[0]['sentence']} {found[0]['label_sentence']}")

    @look
    def row(self) -> Place:
        """The person's row of `ranked`, as a Place. Raises UsageError if they have no place."""
        places = self._own("ranked").to_dicts()
        if not places:
            raise UsageError(f"{self.person_id}: {self.why()}")
        return cast(Place, places[0])

    @look
    def months(self) -> Listing:
        """Counts by month and data set: month, dataset, n (null = not supplied), supplied (for this person)."""
        grid = self.published._table("coverage").select("month", "dataset", "supplied")
        own = self._own("monthly_demand").select("month", "dataset", "n", here="supplied")
        found = grid.join(own, on=["month", "dataset"], how="left").sort("month", "dataset")
        found = found.with_columns(supplied=C("supplied") & C("here").fill_null(True))
        found = found.with_columns(n=pl.when("supplied").then(C("n").fill_null(0)).otherwise(None))
        counts = found.select("month", "dataset", "n", "supplied")
        return Listing(counts, f"{self.person_id}: counts by month", empty={"n": "not supplied"}, kind="months")

    @look
    def points(self) -> Listing:
        """The points behind the place, by data set: how many events or nights of 3 and of 12 months, and of how many
        points each. The sum is points_12 of `row()`, where settings are as they were."""
        from hiu.site.ask.cost import points

        return Listing(points(self.published, self.person_id), f"{self.person_id}: points by data set", kind="points")

    @look
    def missing(self) -> Listing:
        """Numbers of this person that supplied months lack: month, data set, sources, and why there is none."""
        own = self._missing_rows().drop("person_id", strict=False).sort("month", "dataset")
        title = f"{self.person_id}: {own.height} numbers that were not sent or can't be used"
        return Listing(own, title, kind="missing_count")

    @look
    def links(self) -> Listing:
        """Every source row of this person: source, file, row, status, and what joined it and how surely."""
        found = self._own("links").sort("source", "source_file", "source_row")
        title = f"{self.person_id}: {count_of(found.height, 'source row')}, and what joined each"
        return Listing(found, title, kind="links")

    @look
    def records(self, month: str | date | int | Month | None = None, dataset: str | None = None) -> Listing:
        """The rows behind the figures: file, row, when, what it counts as, what became of it.

        `month` ("2026-03", 202603 or a day in it) and `dataset` narrow it to one figure; the title says what was not
        supplied of it.

        Raises UsageError naming the nearest data set.
        """
        what = (
            self._own("timeline")
            .group_by("source", "event_id")
            .agg(
                start=C("start").min(),
                datasets=C("dataset").unique().sort().str.join("|"),
                each=C("dataset"),
                episode=C("episode").max(),
            )
        )
        found = self._own("links").join(what, on=["source", "event_id"], how="left")
        if dataset is not None:
            self._check_dataset(dataset, what)
            found = found.filter(C("each").list.contains(dataset))
        missing: list[str] = []
        if month is not None:
            found = self._in(found, Month.read(month))
            sets = None if dataset is None else [dataset]
            missing = lacking(self.published, 1, sets=sets, last=Month.read(month))
        rows = found.select(RECORDS).sort("start", "source", "source_file", "source_row", nulls_last=True)
        title = ". ".join([f"{self.person_id}: {count_of(rows.height, 'source row')}", *missing]).removesuffix(".")
        return Listing(rows, title, empty={"datasets": "counts as nothing"}, kind="records")

    @look
    def descriptions(self) -> Listing:
        """Each way the person is described, in how many rows, and what joined it to them."""
        joined = (
            self._own("links")
            .group_by("identity_id")
            .agg(C("how").first(), C("match_probability").first(), statuses=C("status").unique().sort().str.join("|"))
        )
        found = self._own("descriptions").join(joined, on="identity_id", how="left")
        drop = [name for name in ("given", "middle", "family", "person_id") if name in found.columns]
        title = f"{self.person_id}: {versions(found.height)}"
        return Listing(found.drop(drop).sort("rows", descending=True), title, kind="descriptions")

    @look
    def timeline(self) -> Listing:
        """Crisis episodes and stays in order: contacts with any agency within 24 hours are one episode."""
        events, agency = self.events().to_polars(), C("source").replace(self.published._agencies)
        inside = (
            events.filter(C("episode").is_not_null())
            .group_by("episode")
            .agg(
                start=C("start").min(),
                end=C("start").max(),
                agencies=agency.unique().sort().str.join("|"),
                what=C("dataset").unique().sort().str.join("|"),
                contacts=C("event_id").n_unique(),
            )
        )
        stays = events.filter(C("dataset") == "mh_bed_day").select("start", "end", agencies=agency, what="dataset")
        both = pl.concat([inside.with_columns(C("episode").cast(pl.Int64)), stays], how="diagonal")
        both = both.select("episode", *stays.columns, "contacts")
        title = f"{self.person_id}: crisis episodes and stays, latest first"
        both = both.sort("start", "episode", descending=True, nulls_last=True)
        return Listing(both, title, empty={"end": "open", "episode": "stay"}, kind="crises")

    @look
    def events(self) -> Listing:
        """Each event and stay, with its data set or side measure, whether it counts, and its episode."""
        own = self._own("timeline").sort("start", "source", "event_id", "dataset", descending=True)
        title = f"{self.person_id}: {count_of(own.height, 'event or stay', 'events and stays')}"
        return Listing(own.drop("person_id"), title, kind="timeline")

    @look
    def admissions(self, months: int = 36) -> Listing:
        """Their spells in a mental-health bed: dates, nights, wards, legal status, days since the discharge before."""
        from hiu.site.views.patterns import admissions

        return admissions(self.published, checked_months(months), self.person_id)

    @look
    def hour_of_week(self, dataset: str | None = None, *, months: int = 12, hours: int = 4) -> Finding:
        """When in the week their contacts begin, as `run.hour_of_week()`."""
        from hiu.site.views.patterns import hour_of_week

        return hour_of_week(self.published, dataset, months, hours, [self.person_id], self.person_id)

    @look
    def gates(self) -> Listing:
        """Whether support may start and what is due: each gate, its date, and its state (G20-33)."""
        found = self._own("support").to_dicts()
        one = found[0] if found else {}
        state = {
            "consent_at": one.get("consent"),
            "permission_at": one.get("permission"),
            "capacity_at": one.get("capacity"),
        }
        rows = [
            (title, one.get(name), state.get(name) or ("recorded" if one.get(name) else "not recorded"))
            for name, title in GATES.items()
        ]
        table = pl.DataFrame(rows, schema={"gate": pl.String, "date": pl.Date, "state": pl.String}, orient="row")
        title = f"{self.person_id}: gates, {'as the team holds them' if found else 'not with the team'}"
        return Listing(table, title, kind="gates")

    @look
    def conflicts(self) -> Listing:
        """What contradicts itself about the person: what, in which sources, in how many rows, and what differs."""
        own = self._if_there(PUBLISHED["conflicts"]).drop("person_id", strict=False).sort("what")
        what = count_of(own.height, "thing that does not agree", "things that do not agree")
        return Listing(own, f"{self.person_id}: {what}", kind="conflicts")

    @look
    def chart(self, *, split: bool = False) -> Chart:
        """The months as stacked bars; `split` puts bed days in their own panel."""
        from hiu.publish.charts.data import series
        from hiu.publish.charts.draw import person_chart

        tables = {name: self._own(name) for name in ("monthly_demand", "ranked", "support")}
        tables |= {"coverage": self.published._table("coverage"), "missing_count": self._missing_rows()}
        one = next(series([self.person_id], tables, self.published.month, breaks=self.published.breaks))
        return Chart.of(person_chart(one, split=split))

    def _missing_rows(self) -> pl.DataFrame:
        return self._if_there(MISSING_COUNT)

    def _if_there(self, table: Table) -> pl.DataFrame:
        """Their rows of a table; none of a month published before there was the table."""
        there = (self.published.folder / f"{table.name}.parquet").is_file()
        return self._own(table.name) if there else pl.DataFrame(schema=schema(table))

    def _own(self, table: str) -> pl.DataFrame:
        return self.published._rows(table, C("person_id") == self.person_id, self._shown)

    def _in(self, rows: pl.DataFrame, month: Month) -> pl.DataFrame:
        """Rows of a month: begun in it, or a stay that had not ended before it."""
        own = self._own("timeline")
        open_ = C("end").is_null() | (C("end") >= month.start)
        stay = (C("dataset") == "mh_bed_day") & (C("start") < month.after) & open_
        starts_in_month = C("start").is_between(month.start, month.after, closed="left")
        inside = own.filter(starts_in_month | stay).select("source", "event_id").unique()
        return rows.join(inside, on=["source", "event_id"], how="semi")

    def _check_dataset(self, dataset: str, what: pl.DataFrame) -> None:
        datasets = sorted(set(what["each"].explode()) | set(self.published._table("coverage")["dataset"]))
        if dataset not in datasets:
            raise UsageError(not_among(f"no data set '{dataset}'", dataset, datasets))

    def _card(self) -> Card:
        one = self._own("people").to_dicts()[0]
        found = self.conflicts().to_polars()["what"]
        doubt = [conflicts(one, found)]
        missing = missing_sentences(self._missing_rows(), self.published.month, 600)
        facts = {
            "place": self.why(),
            "seen": f"{cell_text(one['first_seen'])} to {cell_text(one['last_seen'])}, by {cell_text(one['sources'])}",
            "source rows": f"{one['rows']:,} with {versions(one['identities'])}",
            "conflicts": doubt[0] or "none known",
            **({"missing numbers": words} if (words := missing.get(self.person_id, "")) else {}),
        }
        title = f"{self.person_id}  {one['name_text'] or NOBODY}"
        return Card(title, facts, "person.chart(), .timeline(), .records(), .links(), .gates()")

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()


def person_in(tables: Tables, who: str | int, show_names: bool | None = None, own: str = "adult") -> Person:
    """One person of a month, by id or by rank in a list. Raises as `id_now` does."""
    person_id = id_at(tables, who, own) if isinstance(who, int) else id_now(tables, who.strip().upper())
    return Person(person_id, tables, names_shown(tables, show_names, [person_id], person_id))
