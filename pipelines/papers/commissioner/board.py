"""The board paper of a month: figures from the published tables, disclosure control, and the files to hand over.

Nobody is in it: people are counted here, and from here on there are only the aggregates of hiu.publish.board.paper.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from hiu.errors import HiuError
from hiu.govern.release.cells import ANY, EVERYBODY, SUPPORTED, Cell
from hiu.model import CONTACTS, DATASETS, PUBLISHED
from hiu.month import Month
from hiu.publish.board import figures
from hiu.publish.board.change import Change, change_sentences, change_table, thousands, unusual
from hiu.publish.board.paper import Board, Line, sound
from hiu.publish.board.words import definitions, suppressed_list
from hiu.publish.pathway.governing import SENT
from hiu.publish.words.datasets import in_sentence
from hiu.publish.words.definitions import BOARD_RULES
from hiu.publish.words.text import join_words
from hiu.rank.reports.cost import costs
from hiu.settings import Settings
from pipelines.access.basis import for_board
from pipelines.access.releases import Past, past
from pipelines.common.place import Place, published_tables
from pipelines.common.work import Row
from pipelines.papers.commissioner import assurance
from pipelines.papers.commissioner.answers import Answer, evaluation_answer, target_answer
from pipelines.papers.commissioner.caseload import about, caseload, caseload_sentences, caseload_table
from pipelines.papers.commissioner.cells import CONTACT, FIRST, YEAR, Released, decide, names
from pipelines.papers.commissioner.changes import absent, changes
from pipelines.papers.commissioner.equality import findings, grading, selection

RECIPIENT = "commissioner"
OLD = 2
"""Months after which a paper says how old its figures are."""


@dataclass(frozen=True, kw_only=True)
class MonthPaper:
    """The paper, its cells, and what a release of it enters; how many people the basis keeps out, and its codes."""

    board: Board
    released: Released
    evaluation: Answer
    equality: Month
    past: Past
    left_out: int = 0
    basis: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell in the paper."""
        return (*self.released.solved.cells, *self.evaluation.cells)

    @property
    def answers(self) -> Row:
        """What later papers repeat."""
        return {"equality": str(self.equality), "evaluation": self.evaluation.kept()}


def board(place: Place, month: str | None, now: datetime, groups: pl.DataFrame | None = None) -> MonthPaper:
    """The paper of a published month (the latest if not named); `groups`: person_id and further characteristics.

    Raises HiuError without a basis for planning, or if a later month was released already.
    """
    wanted, folder = place.which(month)
    before = past(place, RECIPIENT)
    if before.ground and str(wanted) < before.ground.month:
        raise HiuError(
            f"{wanted}: {before.ground.month} was released to the {RECIPIENT} already, and months are released in "
            f"order; what can be released is {before.ground.month} again or a later month"
        )
    tables, left_out, basis = for_board(place, published_tables(folder, (*PUBLISHED, *SENT)), now.date())
    if groups is not None:
        if not before.renews_equality(wanted):
            raise HiuError(
                f"{wanted}: groups were counted as at {before.answers['equality']}, and are counted once in 12 months, "
                "so that nobody who joins or leaves can be worked out; leave out --groups until then"
            )
        tables["groups"] = groups
    made = paper(place, wanted, folder.name, tables, now, before)
    sound(made.board)
    return MonthPaper(**{**vars(made), "left_out": left_out, "basis": basis})


def paper(
    place: Place, month: Month, run_id: str, tables: Mapping[str, pl.DataFrame], now: datetime, before: Past
) -> MonthPaper:
    """The paper of tables without the people who are left out, after what was released before."""
    settings = place.settings
    sets = (*DATASETS, *sorted(set(tables["coverage"]["dataset"]) - set(DATASETS)))
    released = decide(month, tables, sets, settings, before, caseload(month, tables, settings))
    evaluation = evaluation_answer(month, tables, settings, before)
    as_at, groups = selection(released, settings, before)
    breaks = settings.policy_breaks.values()
    lines = tuple(_line(name, released, breaks) for name in sets)
    moved = changes(released, lines)
    made, bars = _tables(released, tables, sets, settings)
    made |= {"change": change_table(moved, month), "recent": figures.recent(lines)}
    made["caseload"] = caseload_table(released, settings)
    made["equality"] = figures.equality(groups, settings.rank.top, as_at)
    target = target_answer(month, tables, released)
    money = figures.cost_sentences(made["cost"], settings.paper.service_cost, costs().unsourced)
    top = settings.rank.top
    fair = (_share(released, top, as_at), *grading(released, before, as_at, top), *findings(groups, top))
    whole = Board(
        site=settings.name,
        month=month,
        built=now,
        run_id=run_id,
        settings_version=settings.version,
        synthetic=settings.synthetic,
        basis=assurance.basis_line(settings, now.date(), RECIPIENT),
        headline=(*_age(month, now), WHAT_IT_IS, *_headline(released, settings, lines, moved, money)),
        fairness=fair,
        asks=assurance.asks(released, sets, settings, groups, target[-1], "incident_judged" in tables, now.date()),
        trust=assurance.trust(tables, released, sets),
        harm=assurance.harm(released, tables),
        actions=(assurance.actions(tables, month),),
        lines=lines,
        evaluation=evaluation.sentences,
        evaluation_bars=evaluation.bars,
        target=target,
        unusual=unusual(lines, settings.policy_breaks),
        definitions=definitions(settings, costs()),
        rules=BOARD_RULES,
        suppressed=suppressed_list(lines, made, (*evaluation.sentences, *target)),
        **made,
        **bars,
    )
    return MonthPaper(board=whole, released=released, evaluation=evaluation, equality=as_at, past=before)


def _tables(
    released: Released, tables: Mapping[str, pl.DataFrame], sets: tuple[str, ...], settings: Settings
) -> tuple[Row, Row]:
    """Demand, cost and coverage, and their bars."""
    month = released.month
    given = [name for name in sets if released.year(name)]
    texts = {
        (name, group): released.events(name, released.year(name), group) for name in given for group in figures.GROUPS
    }
    people = {name: released.text("people", name, EVERYBODY, released.year(name)) for name in given}
    marked, gaps = _whole(tables), {name: absent(released, name) for name in sets}
    demand, demand_bars = figures.demand(texts, people, sets, gaps, _partly(month, marked))
    whole = {name: texts[name, EVERYBODY] for name in given}
    cost, cost_bars = figures.cost(whole, costs().units, gaps)
    feeds = figures.coverage(marked, sets, month)
    return {"demand": demand, "cost": cost, "coverage": feeds}, {"demand_bars": demand_bars, "cost_bars": cost_bars}


def _line(name: str, released: Released, breaks: Iterable[date]) -> Line:
    years = []
    for back in (YEAR, 0):
        months = released.year(name, back)
        text = released.events(name, months) if months else None
        years.append(((released.month - back).start, text, absent(released, name, back)))
    return figures.line(name, released.series(name), years, breaks)


def _whole(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Months and data sets, whether supplied, and whether with the number of everybody."""
    unsent = tables["monthly_demand"].filter(pl.col("n").is_null()).select("month", "dataset").unique()
    marked = tables["coverage"].join(unsent.with_columns(whole=pl.lit(False)), on=["month", "dataset"], how="left")
    return marked.select("month", "dataset", "supplied", pl.col("whole").fill_null(True))


def _partly(month: Month, marked: pl.DataFrame) -> dict[str, int]:
    """Months of the last 12 that were supplied without the numbers of some people, by data set."""
    year = pl.col("month").is_between((month - (YEAR - 1)).start, month.start)
    own = marked.filter(pl.col("supplied"), ~pl.col("whole"), year)
    return dict(own.group_by("dataset").agg(pl.col("month").n_unique()).iter_rows())


WHAT_IT_IS = (
    "Each month police, ambulance, emergency departments and mental-health services look at the adults expected to "
    "have most contacts (police incidents, ambulance deployments and ED attendances), nights in a mental-health bed, "
    "detentions and assessments, weighed by risk, and agree whom to offer support. It is voluntary: a refusal "
    "changes neither care nor a place on the list."
)


def _age(month: Month, now: datetime) -> tuple[str, ...]:
    """That the figures are old, if they are: a reader would take them for those of today."""
    months = len(list(month.through(Month.of(now.date())))) - 1
    return (f"These figures are {months} months old: they end with {month.title}.",) if months > OLD else ()


def _headline(
    released: Released, settings: Settings, lines: tuple[Line, ...], moved: tuple[Change, ...], money: tuple[str, str]
) -> tuple[str, ...]:
    """The first things to know, in sentences."""
    month = released.month
    whole = released.text("people", ANY, EVERYBODY, names(month - (YEAR - 1), month))
    special = [line.sentence for line in lines if line.flags and line.flags[-1] and line.values[-1] is not None]
    seen = sum(line.icon is not None for line in lines)
    usual = f"In {month.title} none of the {seen} data sets with a chart was outside its usual variation."
    return (
        f"{about(whole).capitalize()} adults are in the agencies' records of the last 12 months: everybody named in "
        "them, and people who have died since. People known to be under "
        f"{settings.rank.minimum_age} are in no figure of this paper; people without a date of birth are counted as "
        "adults.",
        *caseload_sentences(released),
        *change_sentences(moved),
        *money,
        *(special or [usual if seen else f"Of no data set can {month.title} be shown against the months before."]),
    )


def _supported_share(released: Released) -> str:
    """Which share of each agency's contacts people being supported had, of the figures shown."""
    found = {}
    for name in CONTACTS:
        months = released.year(name)
        texts = [released.events(name, months, who) for who in (SUPPORTED, EVERYBODY)] if months else [""]
        if all(text.isdigit() for text in texts) and int(texts[1]):
            found[name] = int(texts[0]), int(texts[1])
    if not found:
        return "Which share of contacts people being supported had can't be shown."
    some, whole = (sum(part) for part in zip(*found.values(), strict=True))
    shares = join_words(f"{in_sentence(name)} {a / b:.0%}" for name, (a, b) in found.items())
    return (
        f"People being supported, among these or not, had about {some:,} of the {whole:,} while they were supported, "
        f"{some / whole:.0%}: {shares}."
    )


def _share(released: Released, top: int, as_at: Month) -> str:
    """Who is discussed first, and which share of contacts they had, of the figures shown."""
    who = (
        f"The meeting begins with the first {top} of the list, ordered by the contacts, nights, detentions and "
        "assessments expected in the next 3 months, times a risk grading; no set number of contacts puts somebody on it"
    )
    beside = (
        f"How many of them are supported, and their share of each agency's contacts, can't be shown. "
        f"{_supported_share(released)} As their latest contacts put the first {top} there, a comparison with their own "
        "year before would tend to show a rise whatever support did, and is not given."
    )
    year, group = names(released.month - (YEAR - 1), released.month), f"{FIRST} of {released.month}"
    if not released.has(CONTACT, year, group):
        return f"{who}. {beside} Their share of all contacts is given once in 12 months, last for {as_at.title}."
    first = released.events(CONTACT, year, group)
    texts = [released.events(name, months) for name in CONTACTS if (months := released.year(name))]
    if not first.isdigit():
        return f"{who}. {beside} How many contacts they had can't be shown."
    whole = sum(map(int, texts)) if all(text.isdigit() for text in texts) else 0
    share, percent = (f" of the {whole:,}", f", {min(1, int(first) / whole):.0%}") if whole else ("", "")
    return f"{who}. These {top} had about {thousands(first)}{share} contacts in the 12 months{percent}. {beside}"
