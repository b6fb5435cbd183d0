"""The monthly list as an analyst holds it: why, how sure, how fair."""

from __future__ import annotations

import polars as pl

from hiu.errors import UsageError
from hiu.site.compact import numbered_common, numbered_table
from hiu.site.first import checked_top, first_of
from hiu.site.looks import look
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing, Sentence
from hiu.site.tables import Tables, names_shown
from hiu.site.views.person import person_in

PLACE = ("rank", "rank_low", "rank_high", "certainty", "person_id", "name", "risk_band")
COLUMNS = (*PLACE, "contacts_3", "contacts_12", "points_12", "label", "intensity", "list", "sentence")
MEANING = {
    "A": "among the first {top} in at least 80% of draws",
    "C": "in under 20% of draws",
    "B": "in 20 to 80% of draws: no reliable difference",
}


class Ranked(Listing):
    """People to offer support to, by frequency x risk: rank, plausible range, certainty, label, why.

    >>> run.ranked(3).height
    3
    >>> "expected in the next 3 months" in run.ranked().why(run.ranked(1)["rank"][0])
    True
    """

    def __init__(
        self, frame: pl.DataFrame, title: str = "", *, published: Tables | None = None, own: str = "adult"
    ) -> None:
        super().__init__(frame, title, kind="ranked")
        self._published, self._list = published, own

    @look
    def why(self, who: str | int) -> str:
        """Why a person, by id or by rank in this list, has the place they have."""
        return person_in(self._run, who, own=self._list).why()

    @look
    def compare(self, first: str | int, second: str | int) -> str:
        """Why one person of this list stands above another, and whether that difference means anything. Raises
        UsageError for somebody of the other list, and for one person given twice."""
        two = [person_in(self._run, who, own=self._list).row() for who in (first, second)]
        if two[0]["person_id"] == two[1]["person_id"]:
            raise UsageError("compare() takes two people of one list; found one person twice")
        if {row["list"] for row in two} != {self._list}:
            raise UsageError("compare() takes two people of one list: adults, or run.ranked(under_18=True)")
        above, below = sorted(two, key=lambda row: int(row["rank"]))
        apart = (above["rank_high"] or above["rank"]) < (below["rank_low"] or below["rank"])
        reliable = "do not overlap: the difference is reliable."
        verdict = reliable if apart else "overlap: no reliable difference, so the order says nothing."
        sentences = [f"{row['person_id']}: {row['sentence']}" for row in (above, below)]
        return Sentence(" ".join([*sentences, f"Their plausible ranges {verdict}"]))

    @look
    def sensitivity(self) -> Finding:
        """The first N under every other definition, weight set and half-life: `scenarios`, and who stays (`people`).
        Raises UsageError for under-18s."""
        from hiu.rank.reports.cost import costs
        from hiu.rank.reports.sensitivity import COUNTED, sensitivity

        run = self._adults("sensitivity")
        side = [measure for _, measures, _ in COUNTED.values() for measure in measures]
        ids, common = numbered_common(run)
        where = pl.col("measure").is_in(side)
        common["extra"] = numbered_table(run, ids, "monthly_extra", "month", "measure", "n", where=where)
        common["gradings"] = numbered_table(run, ids, "risk_grading")
        found = sensitivity(**common, costs=costs().central)
        stable = int(found.people["stable"].sum())
        first, definitions = first_of(run, found.top), found.scenarios.height + 1
        sentence = f"{stable} of {found.top} are among the first {found.top} under all {definitions} definitions."
        people = found.people.with_columns(person_id=ids.gather(found.people["person_id"]))
        tables = {"scenarios": found.scenarios, "people": people}
        return Finding(f"Sensitivity: {first} under other definitions", [sentence], tables)

    def equality(self) -> Finding:
        """Is any group over- or under-represented? Exact counts, for analysts alone. Tables: `selection`, `assessment`,
        `moved by risk`, `quality of matching`, `outcome`. Raises UsageError for under-18s."""
        from hiu.rank.reports.equality.audit import equality, groups_of

        run = self._adults("equality")
        ids, common = numbered_common(run, "sex", "sources", "nhs_number")
        places = numbered_table(run, ids, "ranked", "list", "rank", "expected_points", "risk_source")
        some_at_a_time = (groups_of(some, run.month) for some in common["people"].iter_slices(50_000))
        groups = pl.concat(one.with_columns(pl.exclude("person_id").cast(pl.Categorical)) for one in some_at_a_time)
        common["people"] = common["people"].drop("sex").with_columns(nhs_number=pl.col("nhs_number").str.len_bytes())
        found = equality(**common, ranked=places, groups=groups)
        flagged = found.selection.filter(pl.col("flag"))
        sentences = [
            f"{flagged.height} of {found.selection.height} groups flagged (false discovery rate 10%). With so few "
            "people no flag is never proof of no disparity.",
            *flagged["sentence"],
        ]
        sentences += [f"Observed against expected: {found.outcome_refused}"] if found.outcome_refused else []
        tables = {
            "selection": found.selection,
            "assessment": found.assessment,
            "moved by risk": found.moved,
            "quality of matching": found.quality,
            "outcome": found.outcome,
        }
        return Finding("Equality audit: exact counts, not to leave the analysts", sentences, tables)

    @look
    def moves(self) -> Listing:
        """What differs from last month among the first N of the adults and of the under-18s: new, returned, rising,
        falling, left, merged, split, restated. Who came on the whole list, and who left it: run.compare()."""
        changes = self._run._table("changes").sort("kind", "rank_now", nulls_last=True)
        top = self._run.settings.rank.top
        title = f"Changes since last month among the first {top} of the adults and of the under-18s"
        return Listing(changes, title, empty={"rank_before": "-", "rank_now": "-"}, kind="changes")

    def uncertain(self) -> Listing:
        """How sure the places are: people and width of the plausible range by certainty."""
        top = self._run.settings.rank.top
        words = {letter: text.format(top=top) for letter, text in MEANING.items()}
        width = pl.col("rank_high") - pl.col("rank_low") + 1
        found = (
            self.to_polars()
            .sort("rank")
            .head(2 * top)
            .group_by("certainty")
            .agg(people=pl.len(), narrowest=width.min(), median=width.median(), widest=width.max())
            .sort("certainty")
            .with_columns(meaning=pl.col("certainty").replace(words))
        )
        title = f"Certainty of the places of {first_of(self._run, 2 * top, self._list)}, and the ranks each could span"
        return Listing(found, title, kind="uncertain")

    def _adults(self, name: str) -> Tables:
        """The month. Raises UsageError for the under-18s' list, of which there is no such report."""
        run = self._run
        if self._list != "adult":
            raise UsageError(f"{name}() is of the adults' list alone: run.ranked().{name}()")
        return run

    @property
    def _run(self) -> Tables:
        run: Tables | None = self.__dict__.get("_published")
        if run is None:
            raise UsageError("this is a part of the list: ask the whole one, run.ranked()")
        return run


def list_of(tables: Tables, top: int | None = None, show_names: bool | None = None, under_18: bool = False) -> Ranked:
    """The adults' list of a month, whole or its first `top`; or that of the under-18s, who are listed apart."""
    everybody, own = tables._scan("ranked"), "under_18" if under_18 else "adult"
    wanted = everybody.filter(pl.col("list") == own)
    if top is not None:
        checked_top(tables, "ranked", top, own)
    there = [name for name in COLUMNS if name != "name"]
    ordered = wanted.select(there).sort("rank")
    places = (ordered if top is None else ordered.head(top)).collect()
    names = names_of(tables, places["person_id"], show_names)
    whole = places.join(names, on="person_id", how="left", maintain_order="left").select(COLUMNS)
    title = f"People to discuss, {tables.month.title}" + (f": {first_of(tables, top, own)}" if top else "")
    title += " (under-18s, who are listed apart)" if under_18 else _apart(everybody)
    return Ranked(whole, title, published=tables, own=own)


def names_of(tables: Tables, ids: pl.Series, show_names: bool | None = None) -> pl.DataFrame:
    """person_id and name of some people, masked unless names are asked for, which is logged."""
    shown = names_shown(tables, show_names, ids, "ranked")
    people = tables._rows("people", pl.col("person_id").is_in(ids.implode()), shown, only=["person_id", "name_text"])
    return people.rename({"name_text": "name"})


def _apart(everybody: pl.LazyFrame) -> str:
    """That under-18s are not in the adults' list, if there are any."""
    n = everybody.filter(pl.col("list") == "under_18").select(pl.len()).collect().item()
    are = "1 under-18 is" if n == 1 else f"{n:,} under-18s are"
    return f" (adults; {are} listed apart: run.ranked(under_18=True))" if n else ""
