"""A published month as an analyst holds it: tables, the list and people, names masked."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.fuzzy import did_you_mean
from hiu.model import PUBLISHED
from hiu.month import Month
from hiu.settings import Settings
from hiu.site.opened import Opened
from hiu.site.show.cards import Card
from hiu.site.show.listing import Listing
from hiu.site.show.mask import masked, read
from hiu.site.show.suggest import Suggests
from hiu.site.views.person import Person
from hiu.site.views.ranked import COLUMNS, Ranked

if TYPE_CHECKING:
    from hiu.site.review.desk import Review
    from hiu.site.views.cohort import Cohort
    from hiu.site.views.definitions import Definitions
    from hiu.site.views.linkage import Linkage
    from hiu.site.views.quality import Quality

C = pl.col


class Published(Suggests):
    """One month's list and everything behind it, read from its published folder.

    `.table(name)` gives any published table (docs/data-dictionary.md), `.sql("select ...")` any question of them.
    Names are masked unless `show_names=True`, which is written to the audit log.

    >>> run.sql("select count(*) as people from ranked where list = 'adult'")["people"][0] == len(run.ranked())
    True
    """

    def __init__(self, month: Month, folder: Path, opened: Opened | None = None) -> None:
        self.month, self.folder, self._opened = month, folder, opened

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was published: run, settings version, files with digests."""
        from hiu.publish.release.folder import read_manifest

        return read_manifest(self.folder)

    @property
    def opened(self) -> Opened:
        """The site it was opened from. Raises HiuError if it was opened as a mere folder."""
        if self._opened is None:
            raise HiuError("this month was opened without its site; hiu.open(SITE).month(MONTH) has the settings too")
        return self._opened

    @property
    def settings(self) -> Settings:
        """The site's settings as they are now; `manifest` has the version of those it was published under."""
        return self.opened.settings

    @property
    def breaks(self) -> dict[str, Any]:
        """Changes of policy across which figures are not comparable: name -> date."""
        return self._opened.settings.policy_breaks if self._opened else {}

    @property
    def tables(self) -> Listing:
        """Every published table: name, rows, what it holds."""
        rows = [
            (name, self.manifest["files"].get(f"{name}.parquet", {}).get("rows"), table.meaning)
            for name, table in PUBLISHED.items()
        ]
        return Listing(pl.DataFrame(rows, schema=["table", "rows", "meaning"], orient="row"), "Published tables")

    def table(self, name: str, *, show_names: bool | None = None) -> pl.DataFrame:
        """A published table, personal columns masked. Raises UsageError naming the nearest one there is."""
        found = self._masked(name, show_names)
        return Listing(found, PUBLISHED[name].meaning)

    def sql(self, query: str, *, show_names: bool | None = None) -> Listing:
        """The rows of a SELECT over the published tables, masked as everywhere. Raises UsageError."""
        from hiu.engine.analyst import query as ask

        return Listing(ask(query, PUBLISHED, lambda name: self._masked(name, show_names)))

    def ranked(self, top: int | None = None, *, show_names: bool | None = None) -> Ranked:
        """The list: rank, range, certainty, masked name, label, intensity and the sentence for each place."""
        adults = self.scan("ranked").filter(C("list") == "adult")
        listed = (adults if top is None else adults.filter(C("rank") <= top)).sort("rank").collect()
        shown = self._shown(show_names, listed["person_id"], "ranked")
        names = self.rows("people", C("person_id").is_in(listed["person_id"].implode()), shown)
        whole = listed.join(
            names.select("person_id", name="name_text"), on="person_id", how="left", maintain_order="left"
        ).select(COLUMNS)
        title = f"People to offer support to, {self.month.title}" + (f": the first {top}" if top else "")
        return Ranked(whole, title, published=self)

    def person(self, who: str | int, *, show_names: bool | None = None) -> Person:
        """One person, by id or by rank. Raises UsageError naming the nearest id."""
        found = self._ranked_id(who) if isinstance(who, int) else self._known_id(who.strip().upper())
        return Person(found, self, self._shown(show_names, [found], found))

    def why(self, who: str | int) -> str:
        """Why a person, by id or by rank, has the place they have."""
        return self.person(who).why()

    def deliveries(self) -> Listing:
        """Rows received, staged and quarantined by source and month, latest first."""
        columns = ("source", "period", "source_file", "received", "staged", "quarantined", "usual", "warning")
        found = self.table("deliveries").select(columns).sort("period", "source", descending=[True, False])
        return Listing(found, "What each agency sent: received = staged + quarantined", empty={"period": "register"})

    def not_supplied(self) -> Listing:
        """Data sets and months without a delivery: missing, not zero."""
        found = self.table("coverage").filter(~C("supplied")).select("month", "dataset", "source")
        return Listing(found, "Not supplied: missing, not zero")

    def quality(self) -> Quality:
        """What came in, what was set aside and why, what is missing, who could not be matched."""
        from hiu.site.views.quality import Quality

        return Quality(self)

    def linkage(self) -> Linkage:
        """How rows became people: weights, thresholds, oddities, and how sure it is."""
        from hiu.site.views.linkage import Linkage

        return Linkage(self)

    def cohort(self, people: Collection[str] | None = None) -> Cohort:
        """Everybody, or some people by id: trend, evaluation, cost, backtest."""
        from hiu.site.views.cohort import Cohort

        return Cohort(self, people)

    def definitions(self) -> Definitions:
        """What counts as what here, which toggles there are, and what each would change."""
        from hiu.site.views.definitions import Definitions

        return Definitions(self)

    def review(self, reviewer: str | None = None, *, second: bool = False, show_names: bool | None = None) -> Review:
        """Uncertain pairs, those that would change the list most first; in a notebook, to decide side by side.

        `reviewer` is whose decisions they are; `second` asks a second reviewer about pairs others decided.
        """
        from hiu.site.review.desk import Review

        queue = self.table("review_queue")
        shown = self._shown(show_names, {*queue["person_a"], *queue["person_b"]}, "review_queue")
        return Review(self, queue, reviewer=reviewer, second=second, shown=shown)

    def whole(self, name: str) -> pl.DataFrame:
        """A table as published, for aggregates: nothing of it is to be shown unmasked."""
        return self.scan(name).collect()

    def common(self) -> dict[str, Any]:
        """What most reports take: month, demand, coverage, people, settings."""
        return {
            "month": self.month,
            "demand": self.whole("monthly_demand"),
            "coverage": self.whole("coverage"),
            "people": self.whole("people"),
            "settings": self.settings,
        }

    def scan(self, name: str) -> pl.LazyFrame:
        """A table as published, unread. Raises UsageError naming the nearest, HiuError if this release lacks it."""
        if name not in PUBLISHED:
            raise UsageError(
                f"no published table '{name}'.{did_you_mean(name, PUBLISHED)} There are: {', '.join(PUBLISHED)}."
            )
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise HiuError(
                f"{self.month.title} was published before there was a table '{name}': "
                f"'hiu run {self.month}' publishes it anew"
            )
        return pl.scan_parquet(path)

    def rows(self, name: str, where: pl.Expr | None = None, shown: Collection[str] = ()) -> pl.DataFrame:
        """The rows of a table that meet a condition, masked but for the people in `shown`."""
        scan = self.scan(name)
        found = scan if where is None else scan.filter(where)
        there = set(scan.collect_schema())  # an earlier release may lack a newer column
        keep = [column for column in PUBLISHED[name].names if column in there and (shown or read(name, column))]
        return masked(name, found.select(keep).collect(), shown)

    def _masked(self, name: str, show_names: bool | None) -> pl.DataFrame:
        scan = self.scan(name)
        wants = show_names if show_names is not None else bool(self._opened and self._opened.show_names)
        if not wants or "person_id" not in PUBLISHED[name].names:
            return self.rows(name)
        ids = scan.select("person_id").unique().collect()["person_id"].drop_nulls()
        return self.rows(name, None, self._shown(True, ids, name))

    def _shown(self, wanted: bool | None, ids: Collection[str], what: str) -> frozenset[str]:
        """Whose names may be shown; it is logged."""
        if self._opened is None and not wanted:
            return frozenset()
        return self.opened.named(wanted, ids, what, str(self.month))

    def _ranked_id(self, rank: int) -> str:
        adults = self.scan("ranked").filter(C("list") == "adult")
        found = adults.filter(C("rank") == rank).select("person_id").collect()
        if found.is_empty():
            most = adults.select(pl.len()).collect().item()
            raise UsageError(f"no rank {rank} in {self.month.title}: the list has {most} people")
        return str(found.item())

    def _known_id(self, person_id: str) -> str:
        if self.scan("people").filter(C("person_id") == person_id).select("person_id").collect().height:
            return person_id
        became = self.table("aliases").filter((C("old_id") == person_id) & (C("kind") == "merge"))
        if became.height:
            return self._known_id(str(became.sort("month")["person_id"][-1]))
        ids = self.scan("people").select("person_id").collect()["person_id"]
        raise UsageError(
            f"no person '{person_id}' in {self.month.title}.{did_you_mean(person_id, ids)} "
            "run.ranked() has the ids; 'hiu find NAME' searches by name."
        )

    def _card(self) -> Card:
        rows = self.table("deliveries").select("received", "staged", "quarantined").sum().row(0)
        gaps = self.not_supplied().filter(C("month") == self.month.start)["dataset"].to_list()
        pairs = self.table("review_queue")
        people = self.scan("people").filter(C("named")).select(pl.len()).collect().item()
        facts = {
            "rows received = staged + quarantined": "{:,} = {:,} + {:,}".format(*rows),
            "people": f"{people:,}, of whom "
            f"{self.scan('ranked').filter(C('list') == 'adult').select(pl.len()).collect().item():,} are ranked",
            "not supplied this month": ", ".join(gaps) or "nothing is missing",
            "uncertain pairs": f"{pairs.height:,}, of which {pairs.filter(C('priority') > 0).height:,} bear on "
            "the list",
            "run, settings": f"{self.manifest['run_id']}, {self.manifest['settings_version']}",
        }
        invented = " (invented people)" if self.manifest.get("synthetic") else ""
        return Card(f"{self.manifest['site']}, {self.month.title}{invented}", facts, _next(gaps, pairs))

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()


def _next(gaps: list[str], pairs: pl.DataFrame) -> str:
    if pairs.filter(C("priority") > 0).height:
        return "run.review('your name'), then run.ranked(20)"
    return "run.quality(), then run.ranked(20)" if gaps else "run.ranked(20)"
