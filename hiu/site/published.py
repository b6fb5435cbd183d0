"""A published month as an analyst holds it: tables, the list and people, names masked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hiu.errors import UsageError
from hiu.fuzzy import not_among
from hiu.model import PATHWAY, RELEASED
from hiu.model.frames import schema
from hiu.month import Month
from hiu.site.ids import People, enter_query
from hiu.site.looks import look, one_look, people_in
from hiu.site.show.cards import Card
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.site.tables import Tables, checked_months, names_shown
from hiu.site.views.person import Person, person_in
from hiu.site.views.quality import Quality, not_supplied
from hiu.site.views.ranked import Ranked, list_of

if TYPE_CHECKING:
    from hiu.site.review.desk import Review
    from hiu.site.views.cohort import Cohort
    from hiu.site.views.definitions import Definitions
    from hiu.site.views.linkage import Linkage
    from hiu.site.views.places import Places

C = pl.col


class Published(Tables):
    """One month's list and everything behind it (`.month`), read from its published folder (`.folder`).

    `.table(name)` gives any published table (docs/data-dictionary.md), `.sql("select ...")` any question of them.
    Names are masked unless `show_names=True`, which is written to the audit log.

    >>> run.sql("select count(*) as people from ranked where list = 'adult'")["people"][0] == len(run.ranked())
    True
    """

    def sql(self, query: str, *, show_names: bool | None = None) -> Listing:
        """The rows of a SELECT over the published tables, masked as everywhere. It is a look at everybody whom its
        tables hold, entered before it is run, and at the people whose ids it names.

        It is the SQL of DuckDB. A column called `end` is written in double quotes: select "end" from support. The
        title names a word that a column of few words is compared with and that no row has, such as list = 'adults'.

        Raises UsageError; LookRefused for an id that no basis lets you ask for; HiuError for a query that takes more
        than memory_limit or query_seconds of site.toml.
        """
        from hiu.engine.analyst import origins, reads, tables_of
        from hiu.engine.analyst import query as ask
        from hiu.engine.bounded import Bounds

        named = people_in(query.upper())
        read = tables_of(query, self._tables_there)
        if named or any(column.personal for name in read for column in RELEASED[name].columns):
            enter_query(self, named, f"sql of {', '.join(read)}")

        own = self._opened.settings if self._opened else None
        bounds = Bounds(own.memory_limit, own.query_seconds) if own else Bounds()
        tables = {name: self._tables_there[name] for name in read}
        ids = reads(query, tables, ("identity_id", "identity_a", "identity_b"))
        with one_look():
            rows, words = ask(query, self._tables_there, lambda name: self._source(name, show_names, ids), bounds)
        found = Listing(rows, " ".join(words))
        found._meanings = origins(query, tables)
        return found

    @look
    def pathway(self, name: str | None = None, *, show_names: bool | None = None) -> Listing:
        """The tables of the crisis pathway that this month has, or one of them by `name`, masked.

        A site has those alone of which it has a source (docs/pathway.md): any other is empty, and its title says why.
        Raises UsageError naming the nearest for a name that is no table of the pathway.
        """
        if name is None:
            there = [row for row in self.tables().to_dicts() if row["table"] in PATHWAY]
            title = "Tables of the crisis pathway" if there else "This site has no source of the crisis pathway"
            return Listing(
                pl.DataFrame(there, schema={"table": pl.String, "rows": pl.Int64, "meaning": pl.String}),
                title,
                kind="tables",
            )
        if name in PATHWAY and name not in self._tables_there:
            return Listing(
                pl.DataFrame(schema=schema(PATHWAY[name])), f"{name}: this site has no source of it", kind=name
            )
        if name not in PATHWAY:
            raise UsageError(not_among(f"no table of the crisis pathway is called '{name}'", name, PATHWAY))
        return self.table(name, show_names=show_names)

    @look
    def ranked(self, top: int | None = None, *, under_18: bool = False, show_names: bool | None = None) -> Ranked:
        """The list: rank, range, certainty, masked name, label, intensity and the sentence for each place.

        It is of adults; `under_18=True` gives the under-18s, who are listed apart. The table `ranked` has both. The
        first N (`top`) are people who may be shown; the places of others stay empty, so ranks may have gaps.
        """
        return list_of(self, top, show_names, under_18)

    @look
    def person(self, who: str | int, *, show_names: bool | None = None) -> Person:
        """One person, by id or by rank. Raises UsageError for what is neither, LookRefused for an id that is nobody's
        or that no basis lets you ask for: which of the two is not said."""
        return person_in(self, who, show_names)

    @look
    def why(self, who: str | int) -> str:
        """Why a person, by id or by rank, has the place they have."""
        return self.person(who).why()

    @look
    def compare(self, month: str | date | int | Month | None = None, *, under_18: bool = False) -> Listing:
        """The whole list of adults (or of under-18s) beside that of another published month, the last before it if not
        named: ranks, places moved up, labels, contacts and intensity then and now, `why_left` of whoever left it.
        Somebody merged since is under the id of today.
        """
        from hiu.site.views.comparison import compare

        before = max((one for one in self.opened.folders() if one < str(self.month)), default=self.month - 1)
        asked = Month.read(before if month is None else month)
        try:
            then = self.opened.published(asked)
        except UsageError as refused:
            raise UsageError(f"{refused} run.cohort().flow() ranks anew the months that were not published.") from None
        return compare(self, Published(*then, self.opened), under_18)

    @look
    def what_if(
        self,
        *,
        counting: str | Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        drop_roles: str | Collection[str] = (),
        half_life: float | None = None,
    ) -> Finding:
        """The `list` under other definitions, beside that of the same people under the present ones; nothing is kept.

        `counting`: scenarios of definitions().effect("counting"). `weights`: points by data set, as {"mh_bed_day": 0}.
        `drop_roles`: police incidents without people who were only "caller", "victim" ... `half_life` in months.
        Raises UsageError naming the nearest.
        """
        from hiu.site.views.comparison import what_if

        return what_if(self, counting, weights, drop_roles, half_life)

    @look
    def admissions(self, months: int = 12, *, on: date | str | None = None) -> Listing:
        """Spells in a mental-health bed that were open in the last months: dates, nights without leave, leave nights,
        wards, legal status, and days since the discharge before. With `on`, a day ("2026-03-10") or a date, those who
        slept in the bed that night: whoever was on leave is left out. Both have the spell's own start and wards.

        Raises LookRefused for a day, if no basis lets you ask for somebody who was there."""
        from hiu.site.views.patterns import admissions, in_bed

        return admissions(self, checked_months(months)) if on is None else in_bed(self, on)

    def hour_of_week(self, dataset: str | None = None, *, months: int = 12, hours: int = 4) -> Finding:
        """When in the week crisis episodes begin, or the events of one data set (each once, however many people are in
        it), in blocks of 4 `hours` (or 1, 2 ...): of everybody who could be named (table `hours`: a row a day, a column
        a block, as "00-04"). A date without a time is in no block."""
        from hiu.site.views.patterns import hour_of_week

        return hour_of_week(self, dataset, months, hours)

    def deliveries(self) -> Listing:
        """Rows received, staged and quarantined by source and month, latest first, and the fields not fully read."""
        return self.quality().deliveries()

    @look
    def people(
        self, dataset: str | None = None, *, months: int = 12, area: str | None = None, groups: str | Path | None = None
    ) -> Listing:
        """Everybody who is listed, or has anything counted in the last months or in as many before: contacts in both,
        nights, agencies (the sources of one are one), when last seen, age band, and rank (on the adults' list; that of
        an under-18 is apart); with `area` (such as "borough") the area of their home, with `groups` the columns of a
        CSV of your own (person_id, and such as ethnic group), of whom a basis lets you ask for. With `dataset` all
        figures are of it alone. `contacts` is 0 for those who had some before alone, or nights or detentions alone;
        rows that name nobody are in nobody's.

        `last_seen` and `days_since` count stays and detentions too, the last contact is with police, ambulance or ED.
        Filter it for whoever is near a line, seen by three agencies, not seen for 90 days, or of an age.
        """
        from hiu.site.ask.people import people

        return people(self, dataset, months, area, groups)

    @look
    def groups(
        self,
        by: str | Sequence[str] = "age_band",
        *,
        groups: str | Path | None = None,
        population: str | Path | None = None,
    ) -> Finding:
        """The first N, the list of adults and everybody of 24 months `by` one or more of sex, age_band, agencies (how
        many), sources, an area of the home such as borough, and the columns of your own CSV `groups` (table `counts`).
        With `population`, a CSV of these columns and population, or the residents of the site's crosswalk, also the
        list per 1,000 people. `.to_share()` has what others may read.

        Raises UsageError naming the nearest, or the file, line and column. People of `groups` are entered as looked at.

        >>> run.groups("sex").table("counts")["listed"].sum() == len(run.ranked())
        True
        """
        from hiu.site.ask.groups import groups as counts
        from hiu.site.views.places import Places
        from hiu.site.views.shared import shared_groups

        return counts(self, by, groups, population, lambda level: Places(self)._people_there(level), shared_groups)

    def lists(self, months: int = 12) -> Listing:
        """How long both lists were at the end of each of the last months; of the adults how many joined and left since
        the month before, how many of these have died, and how many are on the list now (`still`). Months that were
        `published` are as published, the others as today's data and settings have them."""
        from hiu.site.ask.flow import lists

        return lists(self, checked_months(months))

    def not_supplied(self) -> Listing:
        """Data sets and months that were not supplied: missing, not zero. `why`: no file, a header without rows, or no
        whole month."""
        return not_supplied(self)

    def quality(self) -> Quality:
        """What came in, what was set aside and why, what is missing, who could not be matched."""
        return Quality(self)

    def linkage(self) -> Linkage:
        """How rows became people: weights, thresholds, oddities, and how sure it is."""
        from hiu.site.views.linkage import Linkage

        return Linkage(self)

    @look
    def cohort(self, people: People = None) -> Cohort:
        """Everybody, or some people (ids, ranks, or a table with person_id): trend, evaluation, cost, backtest. A
        number is a rank: cohort(20) is one person, cohort(run.ranked(20)) the first 20."""
        from hiu.site.views.cohort import Cohort

        return Cohort(self, people)

    def places(self) -> Places:
        """Where contacts were, at a site with a crosswalk of places: demand by area, and where the team should sit."""
        from hiu.site.views.places import Places

        return Places(self)

    def definitions(self) -> Definitions:
        """What counts as what here, which toggles there are, and what each would change."""
        from hiu.site.views.definitions import Definitions

        return Definitions(self)

    @look
    def review(self, reviewer: str | None = None, *, second: bool = False, show_names: bool | None = None) -> Review:
        """Uncertain pairs, those that would change the list most first; in a notebook, to decide side by side.

        `reviewer` is whose decisions they are; `second` asks a second reviewer about pairs others decided.
        """
        from hiu.site.review.desk import Review

        # matching needs everybody, also people who may be shown to nobody: those stay masked
        every = Published(self.month, self.folder, self._opened, working=True)
        queue = every._table("review_queue")
        shown = names_shown(self, show_names, {*queue["person_a"], *queue["person_b"]}, "review_queue")
        return Review(every, queue, reviewer=reviewer, second=second, shown=shown)

    def _card(self) -> Card:
        rows = self._table("deliveries").select("received", "staged", "quarantined").sum().row(0)
        gaps = self.not_supplied().filter(C("month") == self.month.start)["dataset"].to_list()
        pairs = self._table("review_queue")
        people = self._scan("people").filter(C("named")).select(pl.len()).collect().item()
        ranked = self._scan("ranked").filter(C("list") == "adult").select(pl.len()).collect().item()
        bearing = pairs.filter(C("priority") > 0).height
        facts = {
            "rows received = staged + quarantined": "{:,} = {:,} + {:,}".format(*rows),
            "people": f"{people:,}, of whom {ranked:,} are ranked",
            "not supplied this month": ", ".join(gaps) or "nothing is missing",
            "uncertain pairs": f"{pairs.height:,}, of which {bearing:,} bear on the list",
            "run, settings": f"{self.manifest['run_id']}, {self.manifest['settings_version']}",
        }
        invented = " (invented people)" if self.manifest.get("synthetic") else ""
        first = "run.review('your name'), then " if bearing else "run.quality(), then " if gaps else ""
        return Card(f"{self.manifest['site']}, {self.month.title}{invented}", facts, f"{first}run.ranked(20)")

    def _repr_html_(self) -> str:
        return self._card().html()

    def __repr__(self) -> str:
        return self._card().text()
