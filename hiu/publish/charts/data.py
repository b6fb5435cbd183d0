"""A person's months: what one chart shows, taken from the published tables and nothing more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from hiu.errors import UsageError
from hiu.model import CONTACTS, DATASETS
from hiu.model.missing import missing_sentences
from hiu.model.units import contact_sets
from hiu.month import Month
from hiu.publish.feeds import own_sets
from hiu.publish.rows import Tables, by_person

Cells = tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class PersonSeries:
    """One person's counts a month over the whole calendar; None is a month not supplied, never zero.

    `counts` has every data set of the model and those of `extra` (a site's own, stacked on top).
    `name` is None unless names are shown. `data_to` is the last day covered, if before the month's end.
    `compared` is what is said of support where the months shown are not all that are known. `contacts` are the data
    sets counted in contacts; `since` has the first month of those that were first supplied later than the others.
    `missing` says which numbers of this person alone were not sent, in sentences.
    """

    person_id: str
    months: tuple[Month, ...]
    counts: Mapping[str, Cells]
    finding: str
    name: str | None = None
    data_to: date | None = None
    support_start: date | None = None
    support_end: date | None = None
    breaks: Mapping[str, date] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    compared: str | None = None
    contacts: tuple[str, ...] = CONTACTS
    since: Mapping[str, Month] = field(default_factory=dict)
    missing: str = ""

    @property
    def partial(self) -> bool:
        """The latest month is not covered to its end."""
        return self.data_to is not None and self.data_to < self.months[-1].end

    def total(self, dataset: str) -> int:
        """Sum over the months supplied."""
        return sum(n for n in self.counts[dataset] if n is not None)

    def shows(self, when: date | None) -> bool:
        """A day lies within the months shown."""
        return when is not None and self.months[0].start <= when <= self.months[-1].end

    def lacks(self, dataset: str, index: int) -> bool:
        """The month was not supplied, though the data set had begun by then; one that never began lacks every month."""
        first = self.since.get(dataset)
        return self.counts[dataset][index] is None and (first is None or self.months[index] >= first)

    def latest(self, months: int) -> "PersonSeries":
        """The last so many months alone."""
        counts = {name: cells[-months:] for name, cells in self.counts.items()}
        return replace(self, months=self.months[-months:], counts=counts)


def calendar(coverage: pl.DataFrame, last: Month) -> tuple[Month, ...]:
    """Every month from the first any source supplied to `last`; a month nobody supplied is still there."""
    first = coverage.filter(pl.col("supplied"))["month"].min()
    begin = Month.of(first) if isinstance(first, date) else last
    return tuple(min(begin, last).through(last))


def series(
    person_ids: Iterable[str],
    tables: Tables,
    last: Month,
    *,
    show_names: bool = False,
    data_to: date | None = None,
    breaks: Mapping[str, date] | None = None,
    extra: Sequence[str] | None = None,
) -> Iterator[PersonSeries]:
    """The months to `last` of each person, in the order asked; the tables are searched once.

    `tables`: monthly_demand, coverage, ranked; support and missing_count if there are such; people, if names are to be
    shown. `extra` = a site's own data sets, if others than coverage has. Raises UsageError for somebody who is in
    neither monthly_demand nor ranked.
    """
    wanted = list(person_ids)
    coverage, months = tables["coverage"], calendar(tables["coverage"], last)
    added = own_sets(coverage) if extra is None else tuple(extra)
    supplied = set(coverage.filter(pl.col("supplied")).select("month", "dataset").iter_rows())
    contacts, since = contact_sets(coverage), begun_later(coverage, months)
    cells = _cells(tables["monthly_demand"], wanted)
    rows = by_person(tables["ranked"], wanted)
    gates = by_person(tables["support"], wanted) if "support" in tables else {}
    names = by_person(tables["people"], wanted) if show_names else {}
    missing = _missing(tables, wanted, months)
    for person_id in wanted:
        if person_id not in cells and person_id not in rows:
            raise UsageError(f"'{person_id}' is not a person of {last.title}: expected an id from the ranked list")
        own, gate = cells.get(person_id, {}), gates.get(person_id, {})
        counts = {
            # a row says it itself; no row means zero if the source supplied the month, else missing
            name: tuple(own.get((m.start, name), 0 if (m.start, name) in supplied else None) for m in months)
            for name in (*DATASETS, *added)
        }
        yield PersonSeries(
            person_id=person_id,
            months=months,
            counts=counts,
            finding=str(rows.get(person_id, {}).get("label_sentence") or plain_finding(counts, contacts)),
            name=str(names.get(person_id, {}).get("name_text") or "") if show_names else None,
            data_to=data_to,
            support_start=gate.get("start"),
            support_end=gate.get("end"),
            breaks=breaks or {},
            extra=added,
            contacts=contacts,
            since=since,
            missing=missing.get(person_id, ""),
        )


def _missing(tables: Tables, wanted: list[str], months: tuple[Month, ...]) -> dict[str, str]:
    """What is said of the numbers that these people lack; a month published before there was the table says nothing."""
    if (found := tables.get("missing_count")) is None:
        return {}
    return missing_sentences(found.filter(pl.col("person_id").is_in(wanted)), months[-1], len(months))


def begun_later(coverage: pl.DataFrame, months: tuple[Month, ...]) -> dict[str, Month]:
    """Data sets first supplied after the first of the months, and when: before that they are not missing."""
    sent = coverage.filter("supplied", pl.col("month") <= months[-1].start)
    firsts = sent.group_by("dataset").agg(pl.col("month").min()).sort("dataset")
    return {name: Month.of(first) for name, first in firsts.iter_rows() if first > months[0].start}


def plain_finding(counts: Mapping[str, Cells], contacts: tuple[str, ...] = CONTACTS) -> str:
    """The finding of a person who is not ranked: contacts in the last three months."""
    latest = [n for name in contacts if name in counts for n in counts[name][-3:]]
    total, gaps = sum(n for n in latest if n is not None), None in latest
    return f"{total} contact{'' if total == 1 else 's'} in 3 months{' (not all supplied)' if gaps else ''}."


def _cells(demand: pl.DataFrame, wanted: list[str]) -> dict[str, dict[tuple[date, str], int | None]]:
    out: dict[str, dict[tuple[date, str], int | None]] = {}
    rows = demand.select("person_id", "month", "dataset", "n").filter(pl.col("person_id").is_in(wanted))
    for person_id, month, dataset, n in rows.iter_rows():
        out.setdefault(person_id, {})[month, dataset] = n
    return out
