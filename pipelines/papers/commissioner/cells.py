"""The cells of a month's board paper: declared from monthly sums, decided by the solver before it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from hiu.govern.release.cells import ANY, EVERYBODY, SUPPORTED, Cell, Measure
from hiu.govern.release.disclosure import FEWEST, is_dominated
from hiu.govern.release.ground import BESIDE, GROUPS, Ground, behind, ground_of
from hiu.govern.release.solver import ON_LIST, Solved, solve
from hiu.model import CONTACTS
from hiu.model.ages import age_on
from hiu.model.grades import NOT_ASSESSED
from hiu.month import Month
from hiu.rank.listing.population import access, spells
from hiu.settings import Settings
from pipelines.access.releases import Past
from pipelines.papers.commissioner.differences import of_people, of_periods

YEAR, BASELINE, WITHIN = 12, 12, 6
S136, NIGHTS, CONTACT, FIRST = "s136", "mh_bed_day", "contacts", "first places"
RISK, GRADED, UNGRADED = "risk graded", "yes", "no"
"""A characteristic that is no group of people: whether anybody has graded the risk."""


@dataclass(frozen=True)
class Released:
    """A paper's cells as decided, and the sums behind them. `text` is the only way from a count to a page."""

    month: Month
    sets: tuple[str, ...]
    solved: Solved
    ground: Ground

    def text(self, measure: str, dataset: str, group: str, months: Sequence[str]) -> str:
        """A cell's text. Raises KeyError for one that the solver has not seen."""
        return self.solved.shown[measure, dataset, group, tuple(months)]

    def events(self, dataset: str, months: Sequence[str], group: str = EVERYBODY) -> str:
        """A data set's events, or nights."""
        return self.text(measure_of(dataset), dataset, group, months)

    def has(self, dataset: str, months: Sequence[str], group: str) -> bool:
        """Whether the paper counts it at all."""
        return (measure_of(dataset), dataset, group, tuple(months)) in self.solved.shown

    def year(self, dataset: str, back: int = 0) -> tuple[str, ...]:
        """The supplied months of the 12 to the paper's month, or of those `back` months before."""
        return self.ground.months(dataset, names(self.month - (YEAR - 1 + back), self.month - back))

    def series(self, dataset: str) -> Iterator[tuple[date, str | None]]:
        """Each month from the first supplied, and its text; None where it was not supplied."""
        given = sorted(month for name, month, _ in self.ground.sums if name == dataset)
        for month in names(Month.parse(given[0]), self.month) if given else ():
            there = self.ground.months(dataset, [month])
            yield Month.parse(month).start, self.events(dataset, there) if there else None


def measure_of(dataset: str) -> Measure:
    """What a data set counts."""
    return "nights" if dataset == NIGHTS else "events"


def names(first: Month, last: Month) -> list[str]:
    """Months as cells have them."""
    return [str(month) for month in first.through(last)]


def spans(month: Month) -> tuple[list[str], list[str]]:
    """The two periods of the section 136 target: the 12 months before it began, and those since."""
    begin = month - (WITHIN - 1)
    return names(begin - BASELINE, begin - 1), names(begin, month)


def decide(
    month: Month,
    tables: Mapping[str, pl.DataFrame],
    sets: tuple[str, ...],
    settings: Settings,
    past: Past,
    flow: Sequence[Cell] = (),
) -> Released:
    """Declare every cell of the paper and have the solver decide them; `flow`: people who joined the list or left."""
    beside = _incidents(tables)
    rows = pl.concat([adult_rows(month, tables, settings), adult_rows(month, beside, settings)])
    supplied = _supplied(month, tables["coverage"])
    if "incident_judged" in tables:
        supplied |= {(name, when) for name in BESIDE for when in names(month - (YEAR - 1), month)}
    ground = ground_of(rows, supplied, month, past.ground)
    cells = [cell for name in sets for cell in _dataset(name, month, ground, rows, past.cells)]
    cells += [cell for name in BESIDE for cell in _beside(name, month, ground, rows, past.cells)]
    people = [cell for cell in cells if cell.measure == "people"] + [*_people(month, tables, ground, settings), *flow]
    if past.renews_equality(month):
        # of two lists close in time the second would tell who left the first, by an objection or otherwise
        people += list_groups(month, tables, settings)
        cells += _first(month, tables, rows, settings)
    every = {cell.key: cell for cell in [*cells, *people, *of_people(people, past.cells)]}
    return Released(month, sets, solve(every.values(), past.cells), ground)


def adult_rows(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """What adults had, a row a person, data set and month: who was 18 by that month's end; whether supported then.

    This is the one population of the paper; people of whom no date or year of birth is known are counted as adults.
    """
    by = spells(tables["support"]).select("person_id", "start", "until")
    own = tables["monthly_demand"].filter(pl.col("n") > 0, pl.col("month") <= month.start)
    last = pl.col("month").dt.month_end()
    grown = adults(own, tables["people"], last, settings).join(by, on="person_id", how="left")
    then = (pl.col("start") <= last) & (pl.col("until").is_null() | (pl.col("until") > last))
    kept = grown.with_columns(supported=then.fill_null(False))
    return kept.select("person_id", "dataset", "month", pl.col("n").cast(pl.Int64), "supported")


def adults(rows: pl.DataFrame, people: pl.DataFrame, day: date | pl.Expr, settings: Settings) -> pl.DataFrame:
    """Rows with a person_id, without those of people who are under the age of adults on a day."""
    age = age_on(day)
    grown = age.is_null() | (age >= settings.rank.minimum_age)
    return rows.join(people.select("person_id", "dob", "birth_year"), on="person_id", how="left").filter(grown)


def supported_adults(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings) -> pl.DataFrame:
    """The rows of `support` of adults being supported at a month's end, with a contact in the year or without."""
    own = tables["support"].join(access(month, tables["support"]), on="person_id", how="semi")
    return adults(own, tables["people"], month.end, settings)


def _incidents(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with deaths, serious incidents and complaints in place of demand; one that names nobody stands alone.

    They are a register: whatever months it has, the paper asks for those of its own year.
    """
    found = tables.get("incident_judged")
    if found is None:
        return {**tables, "monthly_demand": tables["monthly_demand"].clear()}
    about = {
        "person_id": pl.coalesce("person_id", pl.format("incident {}", "incident_id")),
        "month": pl.col("at").dt.date().dt.month_start(),
        "dataset": pl.format("incident_{}", "kind"),
    }
    each = found.drop_nulls(["at", "kind"]).select(**about).group_by("person_id", "month", "dataset").agg(n=pl.len())
    return {**tables, "monthly_demand": each}


def _beside(name: str, month: Month, ground: Ground, rows: pl.DataFrame, earlier: Sequence[Cell]) -> list[Cell]:
    """The year's count of what stands beside the agencies' records, and what could be worked out from it."""
    year = ground.months(name, names(month - (YEAR - 1), month))
    return _figures(name, [(EVERYBODY, year)], ground, rows, earlier) if year else []


def _supplied(month: Month, coverage: pl.DataFrame) -> set[tuple[str, str]]:
    given = coverage.filter(pl.col("supplied"), pl.col("month") <= month.start)
    return {(dataset, str(Month.of(when))) for dataset, when in given.select("dataset", "month").unique().rows()}


def _dataset(name: str, month: Month, ground: Ground, rows: pl.DataFrame, earlier: Sequence[Cell]) -> list[Cell]:
    """What is printed of a data set, people of the year among it, and what could be worked out by subtraction."""
    year = ground.months(name, names(month - (YEAR - 1), month))
    people = ground.people(name, year)
    own = Cell(measure="people", dataset=name, group=EVERYBODY, months=year, value=people, people=people, most=1)
    found = _figures(name, _wanted(name, month, ground, year), ground, rows, earlier)
    return [*found, *([own] if year else [])]


def _figures(
    name: str,
    wanted: Sequence[tuple[str, tuple[str, ...]]],
    ground: Ground,
    rows: pl.DataFrame,
    earlier: Sequence[Cell],
) -> list[Cell]:
    """Events of groups and months, and what could be worked out from them by subtraction."""

    def count(group: str, months: Sequence[str]) -> Cell:
        part = behind(ground, own_rows, name, group, months)
        about = {"measure": measure_of(name), "dataset": name, "group": group, "months": tuple(months)}
        return Cell(**about, value=part.n, people=part.people, most=part.most)  # type: ignore[arg-type]

    own_rows = rows.filter(pl.col("dataset") == name)
    printed = [count(group, months) for group, months in wanted]
    before = [cell for cell in earlier if cell.dataset == name]
    return [*printed, *of_periods(printed, before, count)]


def _wanted(name: str, month: Month, ground: Ground, year: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The group and the months of each figure of events: every month, the year and the one before, and the target's."""
    given = sorted({when for dataset, when, _ in ground.sums if dataset == name and when <= str(month)})
    before = ground.months(name, names(month - (2 * YEAR - 1), month - YEAR))
    wanted = [(EVERYBODY, (when,)) for when in given] + [(group, year) for group in GROUPS if year]
    if before:
        wanted.append((EVERYBODY, before))
    if name == S136:
        wanted += [(EVERYBODY, months) for span in spans(month) if (months := ground.months(name, span))]
    return list(dict.fromkeys(wanted))


def _people(month: Month, tables: Mapping[str, pl.DataFrame], ground: Ground, settings: Settings) -> list[Cell]:
    """Adults in any agency's records of the year, and those being supported at the month's end."""
    year = tuple(names(month - (YEAR - 1), month))
    whole = ground.people(ANY, year)
    supported = supported_adults(month, tables, settings)["person_id"].n_unique()
    at = ON_LIST, SUPPORTED, (str(month),)
    return [count_of_people(ANY, EVERYBODY, year, whole), count_of_people(*at, supported)]


def _first(month: Month, tables: Mapping[str, pl.DataFrame], rows: pl.DataFrame, settings: Settings) -> list[Cell]:
    """Contacts of the first N of the list in the year; as few behind it as behind the rest, which is its difference."""
    year = names(month - (YEAR - 1), month)
    first = tables["ranked"].filter(pl.col("list") == "adult", pl.col("rank") <= settings.rank.top)["person_id"]
    own = rows.filter(
        pl.col("dataset").is_in(list(CONTACTS)), pl.col("month").dt.strftime("%Y-%m").is_in(year)
    ).with_columns(first=pl.col("person_id").is_in(first.implode()))
    each = own.group_by("first", "person_id").agg(pl.col("n").sum())
    inside, rest = each.filter("first")["n"], each.filter(~pl.col("first"))["n"]
    closer = rest if len(rest) and is_dominated(rest.to_list()) else inside
    about = {"measure": "events", "dataset": CONTACT, "group": f"{FIRST} of {month}", "months": tuple(year)}
    # its number stays the first places'; who is counted as behind it are those it would give away
    most = min(int(inside.sum()), int(closer.max() or 0))  # type: ignore[arg-type]
    return [Cell(**about, value=int(inside.sum()), people=len(closer), most=most)]  # type: ignore[arg-type]


def list_groups(month: Month, tables: Mapping[str, pl.DataFrame], settings: Settings) -> list[Cell]:
    """Adults in the records of the year, and those among the first N of the list, by group of each characteristic.

    Characteristics beside sex and age are the columns of the table `groups`, where the site has given one.
    """
    from hiu.rank.reports.equality.audit import NOT_RECORDED, groups_of

    year = pl.col("month").is_between((month - (YEAR - 1)).start, month.start)
    grown = adult_rows(month, tables, settings).filter(year).select("person_id").unique()
    graded = pl.when(pl.col("risk_source") != NOT_ASSESSED).then(pl.lit(GRADED)).alias(RISK)
    ranks = tables["ranked"].filter(pl.col("list") == "adult").select("person_id", "rank", graded)
    groups = groups_of(tables["people"], month, tables.get("groups"))
    seen = grown.join(ranks, on="person_id", how="left").join(groups, on="person_id", how="left")
    own = [kind for kind in groups.columns[1:] if kind not in ("sex", "age")]
    seen = seen.with_columns(_merged(kind) for kind in own)
    out = []
    for kind in (*groups.columns[1:], RISK):
        counts = (
            seen.with_columns(pl.col(kind).fill_null(UNGRADED if kind == RISK else NOT_RECORDED))
            .group_by(kind)
            .agg(people=pl.len(), places=(pl.col("rank") <= settings.rank.top).sum())
            .sort(kind)
        )
        for group, people, places in counts.rows():
            at = ON_LIST, f"{kind}={group}", (str(month),)
            out += [count_of_people(*at, people), count_of_people(*at, places, "places")]
    return out


def _merged(kind: str) -> pl.Expr:
    """A characteristic of the site's own table, its small groups under one name: a name of few people may name one."""
    return pl.when(pl.len().over(kind) < FEWEST).then(pl.lit("any other")).otherwise(pl.col(kind)).alias(kind)


def count_of_people(dataset: str, group: str, months: tuple[str, ...], n: int, measure: Measure = "people") -> Cell:
    """The cell of so many people."""
    return Cell(measure=measure, dataset=dataset, group=group, months=months, value=int(n), people=int(n), most=1)
