"""The cohort: how demand goes by month, whether support worked, what it costs, whether another rule did better."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import partial
from typing import TypeVar

import polars as pl

from hiu.errors import UsageError
from hiu.model.units import contact_sets, night_sets
from hiu.model.words import many
from hiu.month import Month
from hiu.publish.words.text import count_of
from hiu.site.ask.lacking import lacking, unnamed
from hiu.site.compact import common
from hiu.site.first import shown_places
from hiu.site.ids import People, everyone_in, named
from hiu.site.looks import look
from hiu.site.show import pictures
from hiu.site.show.chart import Chart
from hiu.site.show.finding import Finding
from hiu.site.show.suggest import Suggests
from hiu.site.tables import Tables, checked_dataset, checked_months
from hiu.site.views.ranked import Ranked

C = pl.col
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


class Cohort(Suggests):
    """Everybody of a month (`.published`), or some people: ids, ranks, or a table with them, such as `run.ranked(20)`.
    `.people` are their ids; none of everybody.

    Take people who were chosen before the months you look at: whoever is chosen when contacts are highest falls back
    unaided.

    >>> run.cohort().cost().title
    'Cost of the first 2 people, last 12 months, pounds'
    >>> run.cohort(run.ranked(2)).cost().title
    'Cost of 2 people, last 12 months, pounds'
    """

    def __init__(self, published: Tables, people: People = None) -> None:
        self.published = published
        self.people = None if people is None else everyone_in(published, named(people))

    def trend(
        self,
        dataset: str | None = None,
        *,
        of: str = "people",
        target_from: str | date | int | Month | None = None,
        fall: float = 0.15,
        within: int = 6,
    ) -> Finding:
        """Monthly totals as XmR charts (NHS Making Data Count), and how s136 stands against its target.

        An incident with two people in it counts twice; `of="logs"` counts each log, call or attendance once.
        Everybody's hold what rows that name nobody add (`nobody` says how many); those of some people can't. Of months
        with hardly any, or that vary with their mean, the limits are wider than the usual ones (docs/evaluation.md).
        The target is a fall of `fall` due `within` months after `target_from` (default: due now).
        """
        from hiu.site.ask.trends import trends

        due = self.published.month - (checked_months(within) - 1)
        begin = due if target_from is None else Month.read(target_from)
        return trends(self.published, self.people, self._who(), dataset, of, begin, fall, within)

    def evaluate(self) -> Finding:
        """Did support work? Contacts of the first 6 calendar months, the one in which it started among them, against
        those expected without it; or why that can't be said. Tables: `course`, `by_dataset`, and `comparison` with the
        people compared with."""
        from hiu.rank.reports.evaluate import evaluate

        self._require_everybody("support is judged by everybody supported, beside everybody else", "evaluate")
        run = self.published
        found = evaluate(**common(run), support=run._whole("support"))
        verdict = f"No verdict: {found.refused}" if found.refused else found.sentence
        left_out = [f"Left out: {n} {why}." for why, n in (found.left_out or {}).items()]
        savings = f"Savings: {found.savings_refused}." if found.savings_refused else ""
        caveat = "Not a trial: people were chosen, not drawn by lot."
        lines = [found.power_sentence, verdict, *left_out, *found.breaks, savings, caveat]
        charts = []
        if found.course is not None and found.calendar is not None:
            sentence = " ".join((found.sentence, *found.breaks))
            charts = [Chart(partial(pictures.evaluation, found.course, found.calendar, run.breaks, sentence), sentence)]
        names = ("course", "by_dataset", "comparison")
        tables = {name: table for name in names if (table := getattr(found, name)) is not None}
        return Finding("Did support work?", lines, tables, charts)

    @look
    def cost(self, top: int | None = None) -> Finding:
        """What the first N people's last 12 months cost, roughly: low, central, high, by agency (table `cohort`), by
        person (`people`), and the prices (`unit costs`). Raises UsageError for an N that the list does not have, and
        for one beside a cohort of some people."""
        from hiu.site.ask.cost import cost

        return cost(self.published, self.people, top)

    def backtest(self) -> Finding:
        """Would another rule have found the people better? Tried on the site's past months: `rules`, `certainty`."""
        from hiu.site.ask.backtest import backtest

        self._require_everybody("rules are tried on the whole list", "backtest")
        return backtest(self.published)

    def together(self) -> Finding:
        """Which `agencies` saw the same people in 12 months, by an event or a night in a bed, as an upset plot.

        The sources of one agency, such as beds and detentions of mental health, are that one agency. Its `contacts` are
        of every data set, stays and detentions too, and so are more than those of run.people()."""
        from hiu.rank.reports.cohorts import together
        from hiu.site.views.shared import shared_together

        found = together(
            self._events(12),
            self._own(self.published._whole("stay")),
            self.published.month,
            agency=self.published._agencies,
        )
        several = found.filter(C("agencies").str.contains("|", literal=True))["people"].sum()
        sentence = f"{several:,} of {found['people'].sum():,} people whom an agency saw were seen by more than one."
        charts = [Chart(partial(pictures.together, found.head(15), sentence), sentence)] if found.height else []
        tables, leaving = {"agencies": found.drop("most")}, self._may_leave("agencies", shared_together(found))
        return Finding("Agencies together, last 12 months", [sentence, *self._gaps()], tables, charts, leaving=leaving)

    @look
    def flow(self, months: int = 12, *, top: int | str | None = None) -> Finding:
        """Who joined the first N (`top`, or "all" of the list) and who left, by month: how many (`flow`), who (`who`).
        Months that were published are as they were published, under the ids of today and of people who may be shown;
        the others are ranked as today's settings have it, with the data of today. The title says how many are which.

        >>> run.cohort().flow().table("who").columns
        ['month', 'person_id', 'place', 'change']
        """
        from hiu.site.ask.flow import flow
        from hiu.site.views.shared import shared_flow

        self._require_everybody("the list is made of everybody", "flow")
        return flow(self.published, months, top, shared_flow)

    def nights(self, months: int = 12, *, dataset: str | None = None) -> Finding:
        """Nights in a bed by month and ward (`wards`), and of how many people. A night counts once, as in
        monthly_demand: one in two wards is of the ward where the later stay began."""
        from hiu.site.views.patterns import nights

        return nights(self.published, self.people, checked_months(months), dataset)

    def concentration(self, dataset: str | None = None) -> Finding:
        """How contacts, or those of one data set, are shared among people: `shares` of the 1%, 5% ... with most, and
        the Lorenz curve. Of people who could be named. A share of the people that comes to nobody is left out."""
        from hiu.rank.reports.cohorts import concentration
        from hiu.site.views.shared import shared_concentration

        run, name = self.published, checked_dataset(self.published, dataset)
        if name in night_sets(run._whole("coverage")):
            raise UsageError(f"'{name}' counts nights, which are no contacts: run.cohort().nights() has them")
        sets, what = (name,) if name else contact_sets(run._whole("coverage")), many(name) if name else "contacts"
        found, curve = concentration(self._events(12, sets), run.month)
        if found.is_empty():
            return Finding("Concentration", [f"Nobody had {what} in the last 12 months."], {})
        _, people, _, share, _ = found.row(0)
        who, verb = ("person", "accounts") if people == 1 else (f"{people:,} people", "account")
        part = people / int(found["people"][-1])
        sentence = (
            f"The {who} with most {what} ({part:.1%} of everybody with any) {verb} for {share:.0%} "
            f"of all {what} of the last 12 months."
        )
        chart = Chart(partial(pictures.lorenz, curve, sentence), sentence)
        tables, leaving = {"shares": found.drop("most")}, self._may_leave("shares", shared_concentration(found))
        lines = [sentence, *lacking(run, sets=sets), *(unnamed(run, 12, sets) if self.people is None else [])]
        return Finding(f"Concentration of {what}, last 12 months", lines, tables, [chart], leaving=leaving)

    def next_contact(self, dataset: str | None = None, *, days: int | Iterable[int] = ()) -> Finding:
        """Time to the next contact, or the next of one data set, after a discharge from a mental-health bed:
        Kaplan-Meier, with numbers at risk by some `days`, such as (3, 7, 30), and when a quarter, half and three
        quarters had one (`by_share`).

        One discharge a person, the first of the last 24 months. Nobody is watched beyond the month's end, and contacts
        on the day of discharge itself are left out. Raises UsageError for what is no number of days.
        """
        from hiu.rank.reports.cohorts import by_share, discharges, survival
        from hiu.site.views.shared import shared_survival

        run, name = self.published, checked_dataset(self.published, dataset)
        watched = discharges(self._own(run._whole("stay")), self._events(24, [name] if name else ()), run.month)
        any_event = "any event that counts, a new stay too; follow-up in the community is one only if it is sent"
        each = [days] if isinstance(days, int) else days
        usual, asked = survival(watched["days"], watched["again"]), {checked_months(one, "days", 0) for one in each}
        found = survival(watched["days"], watched["again"], sorted(asked)) if asked else usual
        if watched.is_empty():
            nobody = "Nobody was discharged in the last 24 months."
            return Finding("Time to the next contact", [nobody], {"days": found})
        shown = found if asked and found.height else usual
        rows = {day: (share, low, high) for day, _, _, share, low, high in shown.iter_rows()}
        last = max(day for day in rows if asked or day <= 28)
        share, low, high = rows[last]
        sentence = (
            f"{count_of(watched.height, 'person was', 'people were')} discharged; within {last} days {share:.0%} had "
            f"another contact (95% interval {low:.0%} to {high:.0%})."
        )
        chart = Chart(partial(pictures.survival, watched["days"], watched["again"], usual, sentence), sentence)
        leaving = self._may_leave("days", shared_survival(usual))
        quarters = by_share(watched["days"], watched["again"])
        half = quarters["days"][1]
        lines = [
            sentence,
            "Fewer than half had one while they were watched." if half is None else f"Half had had one by day {half}.",
            f"Contacts are here {many(name)} alone." if name else f"A contact is {any_event}.",
            f"Contacts on the day of discharge (of {watched['same_day'].sum()} people) may lie before it: left out.",
            "Deaths and moves out of the area are not seen here: such people count as without a contact.",
            *self._gaps(),
        ]
        tables = {"days": found, "by_share": quarters}
        return Finding("Time to the next contact", lines, tables, [chart], leaving=leaving)

    def beside(self, others: People = None, dataset: str | None = None, *, months: int = 12) -> Finding:
        """Contacts a person beside those of other people (everybody else on the list if none are given): `groups`,
        their ratio, and its interval over people, whose contacts hang together. Raises UsageError if nobody is left."""
        from hiu.site.ask.beside import beside

        if self.people is None:
            raise UsageError("everybody has nobody beside them: ask run.cohort(people).beside(others)")
        own, run = self.people, self.published
        rest = shown_places(run)["person_id"].to_list() if others is None else Cohort(run, others).people or []
        mine = frozenset(own)
        if not (left := [one for one in rest if one not in mine]):
            raise UsageError("nobody is left to stand beside these people: all of the others are among them")
        return beside(run, own, left, dataset, months, shared=len(rest) - len(left) if others is not None else 0)

    def reasons(self, dataset: str | None = None, *, months: int = 12) -> Finding:
        """What contacts were about, beside the same months a year before with an interval of chance; of some people
        beside everybody else too (table `reasons`). A code for which the source has no word is shown as a code."""
        from hiu.site.ask.beside import reasons

        return reasons(self.published, self.people, dataset, months)

    def around(self, dataset: str, *, hours: float = 24, months: int = 12) -> Finding:
        """How many events of a data set had another contact of the same person within some hours before or after, by
        data set (table `around`), and how many would by chance. Others are contacts, and further events of the data set
        itself; stays in a bed that began have a row of their own. Only what has a time of day is in it; what begins in
        the same minute is after. Another agency's record of the occurrence is no other contact: the police log of a
        detention, the call that an attendance quotes.
        """
        from hiu.site.ask.around import around

        return around(self.published, self.people, dataset, hours, months)

    def gaps(self, dataset: str | None = None, *, months: int = 12) -> Finding:
        """Days between the beginning of one contact of a person and of the next (`gaps`): quarters, median and ninth
        tenth. Of nights they are between spells in a bed. Two agencies at one occurrence are two contacts here."""
        from hiu.site.ask.around import gaps

        return gaps(self.published, self.people, dataset, months)

    def hour_of_week(self, dataset: str | None = None, *, months: int = 12, hours: int = 4) -> Finding:
        """When in the week their contacts begin, as `run.hour_of_week()`."""
        from hiu.site.views.patterns import hour_of_week

        return hour_of_week(
            self.published, dataset, months, hours, self.people, "" if self.people is None else self._who()
        )

    def equality(self) -> Finding:
        """Is any group over- or under-represented in the list? As run.ranked().equality()."""
        self._require_everybody("the first of the list are held against the whole list", "equality")
        return Ranked(pl.DataFrame(), published=self.published).equality()

    def _require_everybody(self, why: str, name: str) -> None:
        if self.people is not None:
            raise UsageError(f"{why}: run.cohort().{name}() is of everybody")

    def _events(self, months: int, sets: Collection[str] = ()) -> pl.LazyFrame:
        """Events and stays of all data sets, or of some, in the last months, unread."""
        run = self.published
        sets = sets or run._whole("coverage")["dataset"].unique().to_list()
        inside = C("start").is_between((run.month - (months - 1)).start, run.month.after, closed="left")
        own = self._own(run._scan("timeline").filter(inside & C("counted") & C("dataset").is_in(list(sets))))
        return own.select("person_id", "source", "event_id", "start", "counted")

    def _own(self, frame: Frame) -> Frame:
        """The rows of the cohort's people; of everybody, all."""
        return frame if self.people is None else frame.filter(C("person_id").is_in(self.people))

    def _gaps(self) -> list[str]:
        return lacking(self.published)

    def _may_leave(self, name: str, table: pl.DataFrame) -> dict[str, pl.DataFrame] | None:
        """Figures of everybody alone: of people who were chosen, two tables one person apart tell about that person."""
        return {name: table} if self.people is None else None

    def _who(self) -> str:
        return "everybody" if self.people is None else count_of(len(self.people), "person", "people")

    def __repr__(self) -> str:
        more = ".together(), .flow(), .concentration(), .next_contact()"
        return f"{self.published.month.title}, {self._who()}\n  next: .trend(), .evaluate(), .cost(), {more}"
